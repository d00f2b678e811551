//! References to users that the app does not know yet: a manager, a member of a group.
//!
//! A SCIM API refuses the whole write for one unknown user, and it would be harmful to fail a group because of a missing member
//! or an employee because of a missing manager. So if a write is refused, all users that the app does not know are found out
//! ([`super::unknown`]) and omitted, the rest is written, and the omissions are reported as [`Stored::unresolved`]: the field's path, or
//! `members[value eq "id"]` for an element of a multi-valued field. A write that the app accepts needs no extra call.

use crate::{Change, Fault, FieldPath, Object, Stored, Value};
use std::collections::HashSet;

/// Up to this many users are looked up one by one.
pub(super) const ONE_BY_ONE: usize = 2;

/// A write that may contain ids of users.
pub(super) trait Refers {
    /// The ids in a field.
    fn ids(&self, field: &FieldPath) -> Vec<String>;
    /// Removes ids and returns the paths that report them.
    fn omit(&mut self, field: &FieldPath, ids: &HashSet<String>) -> Vec<String>;
}

/// Sends a write, and repeats it without the unknown ids if the app refuses it because of them. `unknown` returns those ids that the
/// app does not know, or nothing if that could not be found out.
pub(super) fn write<W: Refers>(
    field: Option<&str>,
    mut write: W,
    send: impl Fn(&W) -> Result<Stored, Fault>,
    unknown: impl Fn(&[String]) -> Option<HashSet<String>>,
) -> Result<Stored, Fault> {
    let field: Option<FieldPath> = field.and_then(|field| field.parse().ok());
    let mut unresolved = Vec::new();
    loop {
        let fault = match send(&write) {
            Ok(stored) => return Ok(Stored { unresolved, ..stored }),
            Err(fault) => fault,
        };
        let Some(field) = &field else { return Err(fault) };
        let suspects = suspects(write.ids(field), &fault);
        let unknown = if suspects.is_empty() { None } else { unknown(&suspects) };
        let Some(unknown) = unknown.filter(|unknown| !unknown.is_empty()) else { return Err(fault) };
        unresolved.extend(write.omit(field, &unknown));
    }
}

/// The ids that may be the reason for a refusal which names one, or which is about values. Of many all are suspects, because an app that
/// names one of them at a time would need as many writes; of a few, those that it names.
fn suspects(ids: Vec<String>, fault: &Fault) -> Vec<String> {
    let is_about_values =
        fault.status == 400 && matches!(fault.scim_type.as_deref(), Some("invalidValue" | "noTarget"));
    let named: Vec<String> = ids.iter().filter(|id| fault.detail.contains(id.as_str())).cloned().collect();
    match (fault.status, named.is_empty()) {
        (400 | 404, false) if ids.len() <= ONE_BY_ONE => named,
        (400 | 404, false) => ids,
        _ if is_about_values => ids,
        _ => Vec::new(),
    }
}

impl Refers for Object {
    fn ids(&self, field: &FieldPath) -> Vec<String> {
        let holder = field.schema().map_or(Some(self), |urn| self.get(urn).and_then(Value::as_object));
        holder.and_then(|holder| field.get(holder)).map(ids_in).unwrap_or_default()
    }

    fn omit(&mut self, field: &FieldPath, ids: &HashSet<String>) -> Vec<String> {
        let names = field.segments().iter().map(|segment| segment.name.as_str());
        let names: Vec<&str> = field.schema().into_iter().chain(names).collect();
        if take(self, &names, ids) { elements(field, ids) } else { vec![field.to_string()] }
    }
}

impl Refers for Change {
    fn ids(&self, field: &FieldPath) -> Vec<String> {
        let whole = self.field(field.as_str()).and_then(|field| field.value.as_ref()).map(ids_in);
        let added = self.items(field.as_str()).into_iter().flat_map(|items| items.added.iter().filter_map(id_of));
        whole.into_iter().flatten().chain(added.map(str::to_owned)).collect()
    }

    fn omit(&mut self, field: &FieldPath, ids: &HashSet<String>) -> Vec<String> {
        let before = self.fields.len();
        self.fields.retain(|change| {
            change.path != *field || !change.value.as_ref().is_some_and(|value| !value.is_array() && is_in(value, ids))
        });
        if self.fields.len() < before {
            return vec![field.to_string()];
        }
        for change in self.fields.iter_mut().filter(|change| change.path == *field) {
            if let Some(Value::Array(items)) = &mut change.value {
                items.retain(|item| !is_in(item, ids));
            }
        }
        for items in self.items.iter_mut().filter(|items| items.path == *field) {
            items.added.retain(|item| !is_in(item, ids));
        }
        elements(field, ids)
    }
}

/// Removes ids from a list (and returns true), or removes their field and the objects that become empty.
fn take(object: &mut Object, names: &[&str], ids: &HashSet<String>) -> bool {
    let Some((name, rest)) = names.split_first() else { return false };
    let (listed, is_empty) = match object.get_mut(*name) {
        Some(Value::Array(items)) => {
            items.retain(|item| !is_in(item, ids));
            (true, false)
        }
        Some(Value::Object(inner)) if !rest.is_empty() => (take(inner, rest, ids), inner.is_empty()),
        _ => (false, true),
    };
    if is_empty {
        object.remove(*name);
    }
    listed
}

/// In the order of the ids, so that the same write is always reported in the same way.
fn elements(field: &FieldPath, ids: &HashSet<String>) -> Vec<String> {
    let mut ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    ids.sort_unstable();
    ids.into_iter().map(|id| element(field, id)).collect()
}

fn is_in(value: &Value, ids: &HashSet<String>) -> bool {
    id_of(value).is_some_and(|id| ids.contains(id))
}

fn element(field: &FieldPath, id: &str) -> String {
    format!("{field}[value eq {}]", Value::from(id))
}

fn ids_in(value: &Value) -> Vec<String> {
    let one = std::slice::from_ref(value);
    value.as_array().map_or(one, Vec::as_slice).iter().filter_map(id_of).map(str::to_owned).collect()
}

fn id_of(value: &Value) -> Option<&str> {
    value.get("value").unwrap_or(value).as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scim::ScimApp;
    use crate::testing::{FakeApp, Reply, change};
    use crate::{ItemChange, json};

    const MANAGER: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value";

    fn refusal(detail: &str) -> Reply {
        Reply::json(400, json!({"status": "400", "scimType": "invalidValue", "detail": detail}))
    }

    fn object(value: &Value) -> Object {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn an_unknown_member_is_omitted_and_reported() {
        for (detail, looked_up) in [("there is no user 9", 1), ("bad member", 2)] {
            let fake = FakeApp::new()
                .reply("POST", "/Groups", refusal(detail))
                .reply("GET", "/Users/9", Reply::status(404))
                .reply("POST", "/Groups", Reply::json(201, json!({"id": "g"})))
                .handle(|call| (call.path == "/Users/5").then(|| Reply::json(200, json!({"id": "5"}))));
            let members = json!([{"value": "5"}, {"value": "9"}]);
            let group = object(&json!({"displayName": "G", "members": members}));
            let stored = ScimApp::groups(fake.app()).create(group).unwrap();
            assert_eq!(stored.unresolved, [r#"members[value eq "9"]"#]);
            assert_eq!(fake.bodies().last().unwrap()["members"], json!([{"value": "5"}]));
            assert_eq!(fake.calls().len(), 2 + looked_up, "{detail}");
        }
    }

    #[test]
    fn unknown_members_are_omitted_from_items_and_from_a_whole_list() {
        let item = |id: &str| json!({"value": id});
        let by_items =
            ItemChange { path: "members".parse().unwrap(), added: vec![item("5"), item("9")], removed: vec![] };
        let whole = change(json!({"members": [item("5"), item("9")]}));
        for change in [Change { items: vec![by_items], fields: Vec::new() }, whole] {
            let fake = FakeApp::new()
                .reply("PATCH", "/Groups/g", refusal("there is no user 9"))
                .reply("GET", "/Users/9", Reply::status(404))
                .reply("PATCH", "/Groups/g", Reply::status(204));
            let stored = ScimApp::groups(fake.app()).update("g", &change).unwrap();
            assert_eq!(stored.unresolved, [r#"members[value eq "9"]"#]);
            assert_eq!(fake.bodies()[2]["Operations"][0]["value"], json!([item("5")]));
        }
    }

    #[test]
    fn a_change_that_becomes_empty_needs_no_second_write() {
        let fake = FakeApp::new().reply("PATCH", "/Users/1", refusal("manager 77 is unknown")).reply(
            "GET",
            "/Users/77",
            Reply::status(404),
        );
        let users = ScimApp::users(fake.app()).referring(MANAGER);
        let stored = users.update("1", &change(json!({MANAGER: "77"}))).unwrap();
        assert_eq!((stored.id.as_str(), stored.unresolved), ("1", vec![MANAGER.to_owned()]));
        assert_eq!(fake.calls().len(), 2);
    }

    #[test]
    fn an_unknown_manager_leaves_no_empty_objects() {
        let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let fake = FakeApp::new()
            .reply("POST", "/Users", refusal("no manager 77"))
            .reply("GET", "/Users/77", Reply::status(404))
            .reply("POST", "/Users", Reply::json(201, json!({"id": "1"})));
        let user = object(&json!({"userName": "a", urn: {"manager": {"value": "77"}}}));
        let stored = ScimApp::users(fake.app()).referring(MANAGER).create(user).unwrap();
        assert_eq!(stored.unresolved, [MANAGER]);
        let core = "urn:ietf:params:scim:schemas:core:2.0:User";
        assert_eq!(fake.bodies().last(), Some(&json!({"userName": "a", "schemas": [core]})));
    }

    #[test]
    fn a_refusal_for_another_reason_is_passed_on() {
        let members = json!([{"value": "5"}]);
        for (status, detail, calls) in [(400, "the name is too long", 2), (404, "no group g", 1), (409, "taken", 1)] {
            let fake = FakeApp::new()
                .reply("PATCH", "/Groups/g", Reply::json(status, json!({"detail": detail})))
                .handle(|call| (call.path == "/Users/5").then(|| Reply::json(200, json!({"id": "5"}))));
            let change = change(json!({"members": members}));
            let fault = ScimApp::groups(fake.app()).update("g", &change).unwrap_err();
            assert_eq!((fault.status, fault.detail.as_str()), (status, detail));
            assert_eq!(fake.calls().len(), calls, "{detail}");
        }
    }
}
