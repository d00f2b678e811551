//! What is derived for the app follows what it was derived from, as long as no client states it.

use super::{Roles, edits, now, object, users};
use crate::{AppChange, Budget, Derived, Kept, KeptChange, KeptValue, Mapping, Said};
use scim_protocol::{Object, patch};
use serde_json::{Value, json};

/// A user in an app that stores what it is sent, and what the gateway keeps of them.
struct User {
    mapping: Mapping,
    document: Object,
    rows: Vec<Kept>,
}

impl User {
    fn new(rules: &Value, resource: &Value) -> Self {
        let mapping = users(rules);
        let of = mapping.of("User").unwrap();
        let made = now(of.to_app(&object(resource), &mut Budget::default(), &mut Roles)).unwrap();
        let rows = made.kept.into_iter().filter(|kept| kept.is_source || kept.app.as_ref() != Some(&kept.value));
        Self { document: made.document, rows: rows.collect(), mapping }
    }

    fn get(&self) -> Object {
        let of = self.mapping.of("User").unwrap();
        now(of.to_scim(&self.document, &self.rows, &mut Budget::default(), &mut Roles)).unwrap()
    }

    fn patch(&mut self, operations: &Value) -> &mut Self {
        let edits = edits(0, operations);
        let of = self.mapping.of("User").unwrap();
        let known = now(of.change(&edits, &mut Budget::default(), &mut Roles)).unwrap();
        let change = known.unwrap_or_else(|| {
            let (before, mut after) = (self.get(), self.get());
            patch::apply(&super::user(), &mut after, &edits).unwrap();
            let said = Said { edits: Some(&edits), fixed: &[] };
            let derived = self.derive(&before, &mut after, said);
            let change = now(of.diff(&before, &after, &derived, &mut Budget::default(), &mut Roles)).unwrap();
            self.settled(change)
        });
        self.apply(&change);
        self
    }

    fn put(&mut self, body: &Value) -> &mut Self {
        let (before, mut after) = (self.get(), object(body));
        let derived = self.derive(&before, &mut after, Said::default());
        let of = self.mapping.of("User").unwrap();
        let change = now(of.diff(&before, &after, &derived, &mut Budget::default(), &mut Roles)).unwrap();
        let change = self.settled(change);
        self.apply(&change);
        self
    }

    fn derive(&self, before: &Object, after: &mut Object, said: Said<'_>) -> Derived {
        let of = self.mapping.of("User").unwrap();
        let may_derive = of.may_derive(before, after, said);
        let derived =
            now(of.derive_anew((before, after), said, &self.rows, &mut Budget::default(), &mut Roles)).unwrap();
        assert!(derived == Derived::default() || may_derive, "what is kept would not have been read");
        derived
    }

    fn settled(&self, mut change: AppChange) -> AppChange {
        self.mapping.of("User").unwrap().settle_unchanged(&mut change, &self.document);
        change
    }

    fn apply(&mut self, change: &AppChange) {
        self.document = self.mapping.of("User").unwrap().changed(self.document.clone(), change);
        for KeptChange { slot, value, app, is_source } in &change.kept {
            self.rows.retain(|row| row.slot != *slot);
            match value {
                KeptValue::Set(value) if *is_source || app.as_ref() != Some(value) => {
                    let (slot, value, app) = (slot.clone(), value.clone(), app.clone());
                    self.rows.push(Kept { slot, value, app, is_source: false });
                }
                _ => {}
            }
        }
    }

    fn field(&self, name: &str) -> Value {
        self.document.get(name).cloned().unwrap_or_default()
    }

    fn attribute(&self, name: &str) -> Value {
        self.get().get(name).cloned().unwrap_or_default()
    }
}

/// The rules for a display name that is kept or not.
fn named(keep: bool) -> Value {
    json!([
        {"scim": "userName", "app": "login", "match": 1},
        {"scim": "displayName", "app": "name", "keep": keep,
            "expression": "coalesce(displayName, join([name.givenName, name.familyName], \" \"))"},
        {"scim": "name.givenName", "keep": true},
        {"scim": "name.familyName", "keep": true},
    ])
}

fn grace() -> Value {
    json!({"userName": "g", "name": {"givenName": "Grace", "familyName": "Murray"}})
}

fn replace(path: &str, value: &Value) -> Value {
    json!([{"op": "replace", "path": path, "value": value}])
}

#[test]
fn a_display_name_that_no_client_stated_follows_the_name() {
    for keep in [true, false] {
        let mut user = User::new(&named(keep), &grace());
        assert_eq!(user.attribute("displayName"), "Grace Murray");
        user.patch(&replace("name.familyName", &json!("Hopper")));
        assert_eq!((user.field("name"), user.attribute("displayName")), (json!("Grace Hopper"), json!("Grace Hopper")));
        user.patch(&replace("name.givenName", &json!("G.")));
        assert_eq!(user.field("name"), "G. Hopper", "again, and again");
        user.patch(&json!([{"op": "remove", "path": "name.givenName"}]));
        assert_eq!(user.field("name"), "Hopper");
        user.put(&json!({"userName": "g", "displayName": "Hopper", "name": {"familyName": "Murray"}}));
        assert_eq!(user.field("name"), "Murray", "a client that repeats what it has read states nothing");
        user.put(&json!({"userName": "g", "name": {"familyName": "Hopper"}}));
        assert_eq!(user.field("name"), "Hopper");
    }
}

#[test]
fn a_display_name_that_a_client_stated_stays() {
    for keep in [true, false] {
        for stated in ["Amazing Grace", "Grace Murray"] {
            let mut created = grace();
            created["displayName"] = json!(stated);
            let mut from_start = User::new(&named(keep), &created);
            let mut later = User::new(&named(keep), &grace());
            later.patch(&replace("displayName", &json!(stated)));
            let mut together = User::new(&named(keep), &grace());
            together.patch(&json!([{"op": "replace", "value": {"displayName": stated, "name.givenName": "Grace"}}]));
            for user in [&mut from_start, &mut later, &mut together] {
                user.patch(&replace("name.familyName", &json!("Hopper")));
                // Only what is kept tells a statement from a value that happens to be the same.
                let expected = if keep || stated == "Amazing Grace" { stated } else { "Grace Hopper" };
                assert_eq!(user.field("name"), expected, "{keep} {stated}");
                assert_eq!(user.attribute("displayName"), expected, "{keep} {stated}");
            }
            from_start.patch(&json!([{"op": "remove", "path": "displayName"}]));
            assert_eq!(from_start.field("name"), "Grace Hopper", "it is derived once it is removed");
            from_start.patch(&replace("name.familyName", &json!("Murray")));
            assert_eq!(from_start.field("name"), "Grace Murray");
        }
    }
}

#[test]
fn a_request_that_states_what_was_derived_beside_its_sources_is_obeyed() {
    for keep in [true, false] {
        let mut user = User::new(&named(keep), &grace());
        user.patch(&json!([
            {"op": "replace", "path": "name.familyName", "value": "Hopper"},
            {"op": "replace", "path": "displayName", "value": "Grace Murray"},
        ]));
        assert_eq!(user.field("name"), "Grace Murray");
    }
}

#[test]
fn what_someone_changed_in_the_app_is_not_derived() {
    let mut user = User::new(&named(true), &grace());
    user.document.insert("name".to_owned(), json!("Amazing Grace"));
    user.patch(&replace("name.familyName", &json!("Hopper")));
    assert_eq!(user.field("name"), "Amazing Grace");
}

#[test]
fn a_default_gives_way_to_the_first_source_that_appears() {
    let mut rules = named(true);
    rules[1]["default"] = json!("Nobody");
    let mut user = User::new(&rules, &json!({"userName": "g"}));
    assert_eq!(user.attribute("displayName"), "Nobody");
    user.patch(&replace("name.familyName", &json!("Hopper")));
    assert_eq!(user.field("name"), "Hopper");
    user.patch(&json!([{"op": "remove", "path": "name.familyName"}]));
    assert_ne!(user.field("name"), Value::Null, "a field with a default is never cleared");
}

#[test]
fn a_formatted_name_and_what_is_computed_from_it_follow_the_name() {
    let rules = json!([
        {"scim": "userName", "app": "login", "match": 1},
        {"scim": "name.formatted", "app": "full", "transform": "trim",
            "expression": "coalesce(name.formatted, join([name.givenName, name.familyName], \" \"))"},
        {"scim": "name.givenName", "app": "first"},
        {"scim": "name.familyName", "app": "last"},
        {"scim": "nickName", "app": "sorted", "direction": "to-app", "expression": "upper(name.formatted)"},
    ]);
    let mut user = User::new(&rules, &grace());
    user.patch(&replace("name", &json!({"familyName": "Hopper"})));
    assert_eq!((user.field("full"), user.field("sorted")), (json!("Grace Hopper"), json!("GRACE HOPPER")));
}

/// A work e-mail address and, where there is none, the user name.
fn mailed() -> Value {
    json!([
        {"scim": "emails[type eq \"work\"].value", "app": "email"},
        {"scim": "userName", "app": "email", "match": 1, "keep": true},
    ])
}

#[test]
fn a_user_name_that_was_taken_for_the_address_reaches_the_app_when_it_changes() {
    let mut user = User::new(&mailed(), &json!({"userName": "a@x"}));
    user.patch(&replace("userName", &json!("b@x")));
    assert_eq!((user.field("email"), user.attribute("userName")), (json!("b@x"), json!("b@x")));
    assert_eq!(user.attribute("emails")[0]["value"], "b@x");
    user.put(&json!({"userName": "c@x", "emails": [{"type": "work", "value": "b@x", "primary": true}]}));
    assert_eq!(user.field("email"), "c@x");
    user.put(&json!({"userName": "d@x"}));
    assert_eq!(user.field("email"), "d@x");
}

#[test]
fn an_address_that_a_client_stated_stays_when_the_user_name_changes() {
    let work = json!([{"type": "work", "value": "a@x"}]);
    let mut created = User::new(&mailed(), &json!({"userName": "a@x", "emails": work}));
    let mut later = User::new(&mailed(), &json!({"userName": "a@x"}));
    later.patch(&replace("emails[type eq \"work\"].value", &json!("a@x")));
    let mut there_before = User::new(&mailed(), &json!({"userName": "a@x"}));
    there_before.rows.clear();
    for user in [&mut created, &mut later, &mut there_before] {
        user.patch(&replace("userName", &json!("b@x")));
        assert_eq!((user.field("email"), user.attribute("userName")), (json!("a@x"), json!("b@x")));
    }
    created.patch(&json!([{"op": "remove", "path": "emails[type eq \"work\"]"}]));
    assert_eq!(created.field("email"), "b@x");
    created.patch(&replace("userName", &json!("c@x")));
    assert_eq!(created.field("email"), "c@x");
}

#[test]
fn a_fixed_attribute_is_not_derived() {
    let user = User::new(&named(true), &grace());
    let fixed = [super::user().parse_slot("displayName").unwrap()];
    let (before, mut after) = (user.get(), user.get());
    after.insert("name".to_owned(), json!({"givenName": "Grace", "familyName": "Hopper"}));
    let derived = user.derive(&before, &mut after, Said { edits: None, fixed: &fixed });
    assert_eq!((derived, &after["displayName"]), (Derived::default(), &json!("Grace Murray")));
}
