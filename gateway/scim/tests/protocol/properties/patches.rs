//! PATCH against simple models of a few attributes.

use super::filters::{list, resource};
use crate::fixture::{ENTERPRISE, LENIENT, STRICT, object, steps, user};
use proptest::prelude::*;
use scim_protocol::{Object, ResourceType, apply};
use serde_json::{Value, json};

/// A change of a user: its effect on the model, and how a client expresses it.
#[derive(Debug, Clone)]
enum Change {
    Title(Option<String>),
    Given(Option<String>),
    Department(Option<String>),
    Email(&'static str, Option<String>),
}

fn change() -> impl Strategy<Value = Change> {
    let value = || prop::option::of("[a-c]{1,2}");
    prop_oneof![
        value().prop_map(Change::Title),
        value().prop_map(Change::Given),
        value().prop_map(Change::Department),
        (prop::sample::select(vec!["work", "home"]), value()).prop_map(|(kind, value)| Change::Email(kind, value)),
    ]
}

impl Change {
    fn path(&self) -> (String, &Option<String>) {
        match self {
            Self::Title(value) => ("title".to_owned(), value),
            Self::Given(value) => ("name.givenName".to_owned(), value),
            Self::Department(value) => (format!("{ENTERPRISE}:department"), value),
            Self::Email(kind, value) => (format!("emails[type eq \"{kind}\"].value"), value),
        }
    }

    fn operation(&self, dialect: u8) -> Value {
        let (path, value) = self.path();
        match (value, dialect % 4) {
            (None, 0 | 1) => json!({ "op": "Remove", "path": path }),
            (value, 0) => {
                json!({ "op": "Replace", "path": path.to_uppercase().replace("WORK", "work").replace("HOME", "home"), "value": value })
            }
            (value, 1) => json!({ "op": "add", "path": path, "value": value }),
            (value, 2) => json!({ "op": "replace", "value": { (path): value } }),
            (value, _) => json!({ "op": "replace", "path": path, "value": value }),
        }
    }
}

#[derive(Debug, Clone)]
enum Membership {
    Add(Vec<u8>),
    Remove(Vec<u8>),
    RemoveOne(u8),
    Replace(Vec<u8>),
    RemoveAll,
}

fn membership() -> impl Strategy<Value = Membership> {
    let ids = || prop::collection::vec(0u8..8, 0..6);
    prop_oneof![
        ids().prop_map(Membership::Add),
        ids().prop_map(Membership::Remove),
        (0u8..8).prop_map(Membership::RemoveOne),
        prop::collection::hash_set(0u8..8, 0..6).prop_map(|ids| Membership::Replace(ids.into_iter().collect())),
        Just(Membership::RemoveAll),
    ]
}

fn element(id: &u8) -> Value {
    json!({ "value": id.to_string() })
}

proptest! {
    #[test]
    fn patches_do_what_the_model_does(changes in prop::collection::vec((change(), any::<u8>()), 1..8)) {
        let operations: Vec<Value> = changes.iter().map(|(change, dialect)| change.operation(*dialect)).collect();
        let mut resource = Object::new();
        apply(&user(), &mut resource, &steps(&user(), &json!(operations), LENIENT).unwrap()).unwrap();
        let mut model = std::collections::BTreeMap::new();
        for (change, _) in &changes {
            let (path, value) = change.path();
            model.insert(path, value.clone());
        }
        for (path, value) in &model {
            let slot = user().parse_slot(path).unwrap();
            prop_assert_eq!(slot.get(&resource).and_then(Value::as_str), value.as_deref(), "{}", path);
        }
        if model.values().all(Option::is_none) {
            prop_assert!(resource.is_empty(), "nothing is left behind: {:?}", resource);
        }
        prop_assert_eq!(user().normalize(resource.clone()).unwrap().resource, resource, "what PATCH leaves is canonical");
    }

    #[test]
    fn memberships_are_what_the_model_says(changes in prop::collection::vec(membership(), 1..8)) {
        let mut resource = object(json!({ "displayName": "g" }));
        let mut model: Vec<u8> = Vec::new();
        let mut operations = Vec::new();
        for change in &changes {
            operations.push(match change {
                Membership::Add(ids) => {
                    for id in ids {
                        if !model.contains(id) {
                            model.push(*id);
                        }
                    }
                    json!({ "op": "Add", "path": "members", "value": ids.iter().map(element).collect::<Vec<_>>() })
                }
                Membership::Remove(ids) => {
                    model.retain(|id| !ids.contains(id));
                    json!({ "op": "Remove", "path": "members", "value": ids.iter().map(element).collect::<Vec<_>>() })
                }
                Membership::RemoveOne(one) => {
                    model.retain(|id| id != one);
                    json!({ "op": "remove", "path": format!("members[value eq \"{one}\"]") })
                }
                Membership::Replace(ids) => {
                    model.clone_from(ids);
                    json!({ "op": "replace", "path": "members", "value": ids.iter().map(element).collect::<Vec<_>>() })
                }
                Membership::RemoveAll => {
                    model.clear();
                    json!({ "op": "remove", "path": "members" })
                }
            });
        }
        apply(&ResourceType::group(), &mut resource, &steps(&ResourceType::group(), &json!(operations), STRICT).unwrap()).unwrap();
        prop_assert_eq!(list(&json!(resource)["members"]), model.iter().map(element).collect::<Vec<_>>());
    }

    #[test]
    fn a_patch_that_fails_changes_nothing(
        before in resource(),
        changes in prop::collection::vec((change(), any::<u8>()), 1..6),
    ) {
        let operations: Vec<Value> = changes.iter().map(|(change, dialect)| change.operation(*dialect)).collect();
        let mut resource = before.clone();
        let edits = steps(&user(), &json!(operations), STRICT).unwrap();
        if apply(&user(), &mut resource, &edits).is_err() {
            prop_assert_eq!(resource, before);
        }
    }
}
