//! `/Users`

use super::answer::{Handled, scim};
use super::attributes::{ACTIVE, DISPLAY_NAME, Place, USER_NAME, Values, shown, written};
use super::dialect::{Deactivation, Dialect};
use super::directory::Resource;
use super::error::{invalid_value, not_found, refusal};
use super::list::{page, projected, wanted};
use super::patch::{apply, document, operations, put};
use super::server::Server;
use crate::simulators::control::{Answer, Call};
use jiff::Timestamp;
use serde_json::{Value, json};

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

impl<D: Dialect> Server<D> {
    pub(super) fn list_users(&self, call: &Call) -> Handled {
        let found: Vec<&Resource> = match wanted(call, "userName")? {
            Some(name) => self.directory.user_named(&name).into_iter().collect(),
            None => self.directory.users.values().collect(),
        };
        page(call, &found, |user| self.user(user, &call.origin()))
    }

    pub(super) fn create_user(&mut self, call: &Call, now: Timestamp) -> Handled {
        let mut values = Values::from([(ACTIVE, json!(true))]);
        put(&mut values, written(D::USER, &document(call, CORE)?)?);
        self.check(None, &mut values)?;
        let id = self.directory.insert_user(values, now);
        Ok(self.shown_user(call, &id, 201)?.with("location", format!("{}{}/Users/{id}", call.origin(), D::ROOT)))
    }

    pub(super) fn read_user(&self, call: &Call, id: &str) -> Handled {
        self.shown_user(call, id, 200)
    }

    /// Attributes that are not sent are cleared, except `active`, which is kept.
    pub(super) fn replace_user(&mut self, call: &Call, id: &str, now: Timestamp) -> Handled {
        let before = self.directory.users.get(id).ok_or_else(|| not_found(id))?;
        let mut values: Values =
            before.values.get_key_value(&ACTIVE).map(|(k, v)| (*k, v.clone())).into_iter().collect();
        put(&mut values, written(D::USER, &document(call, CORE)?)?);
        self.change(call, id, values, now)
    }

    pub(super) fn patch_user(&mut self, call: &Call, id: &str, now: Timestamp) -> Handled {
        let mut values = self.directory.users.get(id).ok_or_else(|| not_found(id))?.values.clone();
        for operation in operations(call)? {
            apply(D::USER, &mut values, &operation)?;
        }
        self.change(call, id, values, now)
    }

    pub(super) fn delete_user(&mut self, id: &str) -> Handled {
        self.directory.remove_user(id).map(|_| Answer::empty(204)).ok_or_else(|| not_found(id))
    }

    /// Stores the change; a user whom it removes is answered for the last time.
    fn change(&mut self, call: &Call, id: &str, mut values: Values, now: Timestamp) -> Handled {
        let before = self.directory.users.get(id).cloned().ok_or_else(|| not_found(id))?;
        self.check(Some(&before), &mut values)?;
        let is_inactive = values.get(&ACTIVE) == Some(&json!(false));
        if is_inactive && self.dialect.deactivation() == Deactivation::Ignored {
            values.insert(ACTIVE, json!(true));
        }
        self.directory.put_user(Resource { values, modified: now, ..before });
        let answer = self.shown_user(call, id, 200);
        if is_inactive && self.dialect.deactivation() == Deactivation::Removes {
            self.directory.remove_user(id);
        }
        answer
    }

    fn check(&self, before: Option<&Resource>, values: &mut Values) -> Result<(), Answer> {
        self.dialect.check_user(&self.directory, before, values)?;
        let name =
            values.get(&USER_NAME).and_then(Value::as_str).ok_or_else(|| invalid_value("`userName` is required"))?;
        match self.directory.user_named(name) {
            Some(other) if before.is_none_or(|before| before.id != other.id) => {
                Err(refusal(409, Some("uniqueness"), &format!("the user name {name} is taken")))
            }
            _ => Ok(()),
        }
    }

    fn shown_user(&self, call: &Call, id: &str, status: u16) -> Handled {
        let user = self.directory.users.get(id).ok_or_else(|| not_found(id))?;
        Ok(scim(status, &projected(call, self.user(user, &call.origin()))))
    }

    /// The user as SCIM shows him.
    pub(super) fn user(&self, user: &Resource, origin: &str) -> Value {
        let extensions =
            D::USER.iter().filter(|each| user.values.contains_key(&each.0)).filter_map(|each| match each.0 {
                Place::Extension(urn, _) => Some(urn),
                _ => None,
            });
        let mut schemas: Vec<&str> = std::iter::once(CORE).chain(extensions).collect();
        schemas.dedup();
        let mut body =
            serde_json::Map::from_iter([("schemas".to_owned(), json!(schemas)), ("id".to_owned(), json!(user.id))]);
        shown(D::USER, &user.values, &mut body);
        body.insert("groups".to_owned(), self.groups_of(&user.id));
        body.insert("meta".to_owned(), self.meta(user, "User", origin));
        Value::Object(body)
    }

    fn groups_of(&self, user: &str) -> Value {
        let groups = self.dialect.effective(self.directory.listing(user));
        let named = |id: &String| self.directory.groups.get(id).map(|group| group.text(DISPLAY_NAME));
        let shown: Vec<Value> = groups.iter().map(|id| json!({ "value": id, "display": named(id) })).collect();
        match self.dialect.default_group() {
            Some(name) if shown.is_empty() => json!([{ "display": name }]),
            _ => json!(shown),
        }
    }

    pub(super) fn meta(&self, resource: &Resource, kind: &str, origin: &str) -> Value {
        json!({
            "resourceType": kind,
            "created": resource.created.to_string(),
            "lastModified": resource.modified.to_string(),
            "location": format!("{origin}{}/{kind}s/{}", D::ROOT, resource.id),
        })
    }
}
