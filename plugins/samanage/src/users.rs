//! Users. PUT is partial: only changes are sent, and cleared fields are sent as empty texts (S-5).

use crate::api::Api;
use crate::collection::USERS;
use crate::paging::List;
use crate::{names, people, record, references, roles, writing};
use scim_connector_sdk::{Change, Fault, FieldChange, Object, Page, Query, Stored, json};

/// Samanage requires these fields.
const REQUIRED: [&str; 2] = ["email", "name"];

pub(crate) fn create(api: Api<'_>, mut user: Object) -> Result<Stored, Fault> {
    for field in REQUIRED {
        if record::text(&user, field).is_none_or(|text| text.trim().is_empty()) {
            return Err(missing(field));
        }
    }
    names::drop_parts(&mut user);
    roles::ensure(api.settings(), &mut user);
    roles::resolve(api, &mut user)?;
    references::resolve(api, &mut user)?;
    writing::write(api, None, user)
}

pub(crate) fn read(api: Api<'_>, id: &str) -> Result<Stored, Fault> {
    let user = people::with_id(api, id)?;
    user.map_or_else(|| Err(Fault::not_found(USERS.kind, id)), names::stored)
}

pub(crate) fn update(api: Api<'_>, id: &str, change: &Change) -> Result<Stored, Fault> {
    let mut fields = Vec::new();
    for field in &change.fields {
        match field.value {
            Some(_) => fields.push(field.clone()),
            None => fields.extend(cleared(api, field)?),
        }
    }
    let mut user = Change { fields, items: Vec::new() }.partial_document(&json!(""))?;
    let had_parts = names::drop_parts(&mut user);
    if user.is_empty() {
        return if had_parts { read(api, id) } else { Ok(Stored::new(id)) };
    }
    roles::resolve(api, &mut user)?;
    references::resolve(api, &mut user)?;
    writing::write(api, Some(id), user)
}

/// The change that clears a field; a reference is cleared as a whole. A user always has a role and a status.
fn cleared(api: Api<'_>, field: &FieldChange) -> Result<Option<FieldChange>, Fault> {
    let root = field.path.root();
    match root {
        "role" | "disabled" => {
            api.warn(format!("`{root}` cannot be cleared in Samanage and stays unchanged"));
            Ok(None)
        }
        _ if REQUIRED.contains(&root) => Err(missing(root)),
        _ => {
            let path = root.parse().map_err(|error| Fault::new(500, format!("{error}")))?;
            Ok(Some(FieldChange { path, value: None }))
        }
    }
}

pub(crate) fn search(api: Api<'_>, query: &Query) -> Result<Page, Fault> {
    let mut filters = Vec::new();
    for comparison in &query.comparisons {
        let Some(value) = comparison.value.as_str() else {
            return Err(Fault::invalid_value(format!("`{}` must be compared with a string", comparison.field)));
        };
        filters.push((comparison.field.as_str(), value));
    }
    let part = List { path: USERS.list, singular: USERS.singular, filters: &filters }.part(api, &query.page)?;
    let found = part.rows.len();
    let exact = |user: &Object| filters.iter().all(|(field, value)| people::may_have_text(user, field, value));
    let users = part.rows.into_iter().filter(exact).map(names::stored).collect::<Result<Vec<_>, _>>()?;
    let total = part.total.filter(|_| users.len() == found);
    Ok(Page { resources: users, total, limit: part.limit, more: part.more, next: None })
}

fn missing(field: &str) -> Fault {
    let source = if field == "name" { "displayName, name.formatted or given and family name" } else { "userName" };
    Fault::invalid_value(format!("Samanage requires the `{field}` of a user: send {source}, or change the mapping"))
}
