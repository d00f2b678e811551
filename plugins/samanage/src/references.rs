//! Departments and sites (S-8). Users refer to them by name, and it is not documented what Samanage does with an unknown name.
//! They are therefore looked up before the write, and the response is compared after it.

use crate::api::Api;
use crate::paging::List;
use crate::record;
use scim_connector_sdk::{Fault, Object, Value, json};

/// A kind of reference by name: the user's field, and the list to search.
#[derive(Clone, Copy, Debug)]
struct Reference {
    field: &'static str,
    path: &'static str,
}

const REFERENCES: [Reference; 2] =
    [Reference { field: "department", path: "/departments.json" }, Reference { field: "site", path: "/sites.json" }];

/// Replaces each name in a user by Samanage's spelling. An unknown one is created or refused, as the instance is configured.
pub(crate) fn resolve(api: Api<'_>, user: &mut Object) -> Result<(), Fault> {
    for reference in REFERENCES {
        let Some(Value::String(name)) = user.get_mut(reference.field).and_then(|field| field.get_mut("name")) else {
            continue;
        };
        if !name.trim().is_empty() {
            *name = reference.spelled(api, name.trim())?;
        }
    }
    Ok(())
}

/// Deletes what is remembered about the names in a user, because it may be out of date.
pub(crate) fn forget(api: Api<'_>, user: &Object) {
    for reference in REFERENCES {
        if let Some(name) = user.get(reference.field).and_then(|field| field.get("name")).and_then(Value::as_str) {
            api.state().delete(&reference.key(name));
        }
    }
}

/// The fault if Samanage confirmed a write but omitted the reference.
pub(crate) fn not_taken(api: Api<'_>, user: &Object, field: &str) -> Fault {
    forget(api, user);
    let root = field.split('.').next().unwrap_or(field);
    let name = user.get(root).and_then(|value| value.get("name")).and_then(Value::as_str).unwrap_or_default();
    Fault::invalid_value(format!("{root}: Samanage did not accept the {root} \"{name}\""))
}

impl Reference {
    fn spelled(self, api: Api<'_>, name: &str) -> Result<String, Fault> {
        let key = self.key(name);
        if let Some(known) = api.state().get(&key) {
            return Ok(known);
        }
        let spelled = match self.find(api, name)? {
            Some(found) => found,
            None if api.settings().text("unknown-references").as_deref() == Some("create") => self.make(api, name)?,
            None => return Err(self.unknown(name)),
        };
        api.state().set(&key, &spelled);
        Ok(spelled)
    }

    /// The exact name, or else one that differs only in case.
    fn find(self, api: Api<'_>, name: &str) -> Result<Option<String>, Fault> {
        let list = List { path: self.path, singular: self.field, filters: &[("name", name)] };
        let mut other_case = None;
        let exact = list.find_map(api, |row| {
            let found = record::text(&row, "name")?.trim();
            if found == name {
                return Some(found.to_owned());
            }
            if found.to_lowercase() == name.to_lowercase() {
                other_case = Some(found.to_owned());
            }
            None
        })?;
        Ok(exact.or(other_case))
    }

    fn make(self, api: Api<'_>, name: &str) -> Result<String, Fault> {
        let body = Object::from_iter([(self.field.to_owned(), json!({"name": name}))]);
        let answer = api.post(self.path).json(&body.into()).send()?.ok()?;
        let made = record::answered(&answer, self.field)?;
        Ok(record::text(&made, "name").unwrap_or(name).to_owned())
    }

    fn unknown(self, name: &str) -> Fault {
        Fault::invalid_value(format!(
            "{0}: Samanage has no {0} \"{name}\". Create it there with exactly this name, or set `unknown-references` \
             to `create` for this instance",
            self.field
        ))
    }

    fn key(self, name: &str) -> String {
        format!("{}:{}", self.field, name.to_lowercase())
    }
}
