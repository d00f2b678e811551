//! `/Groups`

use super::answer::{Handled, scim};
use super::attributes::{DISPLAY_NAME, USER_NAME, Values, shown, written};
use super::dialect::Dialect;
use super::directory::{Id, Resource};
use super::error::{invalid_value, not_found, refusal};
use super::list::{is_wanted, page, projected, wanted};
use super::members;
use super::patch::{Operation, apply, document, operations, put};
use super::server::Server;
use crate::simulators::control::{Answer, Call};
use jiff::Timestamp;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

impl<D: Dialect> Server<D> {
    pub(super) fn list_groups(&self, call: &Call) -> Handled {
        let found: Vec<&Resource> = match wanted(call, "displayName")? {
            Some(name) => self.directory.group_named(&name).into_iter().collect(),
            None => self.directory.groups.values().collect(),
        };
        page(call, &found, |group| self.asked_group(call, group))
    }

    pub(super) fn create_group(&mut self, call: &Call, now: Timestamp) -> Handled {
        let body = document(call, CORE)?;
        let mut values = Values::new();
        put(&mut values, written(D::GROUP, &body)?);
        let members = members::of_document(&self.directory, &body)?.unwrap_or_default();
        self.check_name(None, &values)?;
        let id = self.directory.insert_group(values, now);
        self.list_members(&id, members);
        Ok(self.shown_group(call, &id, 201)?.with("location", format!("{}{}/Groups/{id}", call.origin(), D::ROOT)))
    }

    pub(super) fn read_group(&self, call: &Call, id: &str) -> Handled {
        self.shown_group(call, id, 200)
    }

    pub(super) fn replace_group(&mut self, call: &Call, id: &str, now: Timestamp) -> Handled {
        let body = document(call, CORE)?;
        let mut values = Values::new();
        put(&mut values, written(D::GROUP, &body)?);
        let members = members::of_document(&self.directory, &body)?.unwrap_or_default();
        self.change_group(id, values, members, now)?;
        self.shown_group(call, id, 200)
    }

    /// All operations or none; the answer has no body.
    pub(super) fn patch_group(&mut self, call: &Call, id: &str, now: Timestamp) -> Handled {
        let group = self.directory.groups.get(id).ok_or_else(|| not_found(id))?;
        let (mut values, mut members) = (group.values.clone(), group.members.clone());
        for operation in operations(call)? {
            self.patched(&mut values, &mut members, &operation)?;
        }
        self.change_group(id, values, members, now)?;
        Ok(Answer::empty(204))
    }

    pub(super) fn delete_group(&mut self, id: &str) -> Handled {
        self.directory.groups.remove(id).map(|_| Answer::empty(204)).ok_or_else(|| not_found(id))
    }

    fn patched(&self, values: &mut Values, members: &mut BTreeSet<Id>, operation: &Operation) -> Result<(), Answer> {
        let Operation { op, path, value } = operation;
        if let Some(path) = path.as_deref().filter(|path| members::is_members(path)) {
            return members::patch(&self.directory, members, *op, path, value.as_ref());
        }
        apply(D::GROUP, values, operation)?;
        let inner = path.is_none().then(|| value.as_ref()?.get("members")).flatten();
        inner.map_or(Ok(()), |inner| members::patch(&self.directory, members, *op, "members", Some(inner)))
    }

    fn change_group(&mut self, id: &str, values: Values, members: BTreeSet<Id>, now: Timestamp) -> Result<(), Answer> {
        let before = self.directory.groups.get(id).cloned().ok_or_else(|| not_found(id))?;
        self.check_name(Some(&before), &values)?;
        self.directory.groups.insert(id.to_owned(), Resource { values, modified: now, ..before });
        self.list_members(id, members);
        Ok(())
    }

    fn list_members(&mut self, id: &str, members: BTreeSet<Id>) {
        let Some(group) = self.directory.groups.get_mut(id) else { return };
        let before = std::mem::replace(&mut group.members, members);
        let added: Vec<Id> = group.members.difference(&before).cloned().collect();
        self.dialect.joined(&mut self.directory, id, &added);
    }

    fn check_name(&self, before: Option<&Resource>, values: &Values) -> Result<(), Answer> {
        let name = values.get(&DISPLAY_NAME).and_then(Value::as_str);
        let name = name.ok_or_else(|| invalid_value("`displayName` is required"))?;
        match self.directory.group_named(name) {
            Some(other) if before.is_none_or(|before| before.id != other.id) => {
                Err(refusal(409, Some("uniqueness"), &format!("there is a group {name} already")))
            }
            _ => self.dialect.check_group(&self.directory, before, values),
        }
    }

    fn shown_group(&self, call: &Call, id: &str, status: u16) -> Handled {
        let group = self.directory.groups.get(id).ok_or_else(|| not_found(id))?;
        Ok(scim(status, &projected(call, self.asked_group(call, group))))
    }

    fn asked_group(&self, call: &Call, group: &Resource) -> Value {
        if is_wanted(call, "members") { self.group(group, &call.origin()) } else { self.bare(group, &call.origin()) }
    }

    /// The group with the users who are in it, of those it lists.
    pub(super) fn group(&self, group: &Resource, origin: &str) -> Value {
        let is_in = |user: &&Id| self.dialect.effective(self.directory.listing(user)).contains(&group.id);
        let named = |id: &Id| self.directory.users.get(id).map(|user| user.text(USER_NAME));
        let members = group.members.iter().filter(is_in).map(|id| json!({ "value": id, "display": named(id) }));
        let members: Vec<Value> = members.collect();
        let mut body = self.bare(group, origin);
        if let Some(body) = body.as_object_mut() {
            body.insert("members".to_owned(), json!(members));
        }
        body
    }

    fn bare(&self, group: &Resource, origin: &str) -> Value {
        let mut body = Map::from_iter([("schemas".to_owned(), json!([CORE])), ("id".to_owned(), json!(group.id))]);
        shown(D::GROUP, &group.values, &mut body);
        body.insert("meta".to_owned(), self.meta(group, "Group", origin));
        Value::Object(body)
    }
}
