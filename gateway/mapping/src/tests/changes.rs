//! The changes that PATCH and PUT make in the app.

use super::{ASKSPOKE, ENTERPRISE, Roles, SAMANAGE, edits, mapping, now, object, types, users};
use crate::{AppChange, Budget, Derived, KeptValue, Mapping};
use serde_json::{Value, json};

fn changed(mapping: &Mapping, resource_type: usize, operations: &Value) -> Option<AppChange> {
    let of = mapping.of(&types()[resource_type].name).unwrap();
    now(of.change(&edits(resource_type, operations), &mut Budget::default(), &mut Roles))
        .unwrap_or_else(|error| panic!("{operations}: {error}"))
}

fn fields(change: &AppChange) -> Value {
    change.fields.iter().map(|(path, value)| json!([path, value])).collect()
}

fn kept(change: &AppChange) -> Value {
    let kept = change.kept.iter().map(|kept| match &kept.value {
        KeptValue::Set(value) => json!([kept.slot, value, kept.app]),
        KeptValue::Clear => json!([kept.slot, null, kept.app]),
    });
    kept.collect()
}

#[test]
fn patches_of_entra_and_okta_change_a_samanage_user_without_reading_them() {
    let samanage = mapping(SAMANAGE);
    let manager = format!("{ENTERPRISE}:manager");
    for (operations, expected) in [
        (json!([{"op": "Replace", "path": "active", "value": false}]), json!([["disabled", true]])),
        (json!([{"op": "replace", "value": {"active": false}}]), json!([["disabled", true]])),
        (json!([{"op": "Replace", "path": "title", "value": "Lead"}]), json!([["title", "Lead"]])),
        (json!([{"op": "Remove", "path": "title"}]), json!([["title", null]])),
        (
            json!([{"op": "add", "path": "phoneNumbers", "value": [{"type": "mobile", "value": "2"}, {"type": "fax", "value": "3"}]}]),
            json!([["mobile_phone", "2"]]),
        ),
        (
            json!([{"op": "replace", "path": "phoneNumbers", "value": [{"type": "work", "value": "2"}]}]),
            json!([["phone", "2"], ["mobile_phone", null]]),
        ),
        (json!([{"op": "Add", "path": manager, "value": {"value": "42"}}]), json!([["reports_to.id", 42]])),
        (json!([{"op": "Replace", "path": manager, "value": null}]), json!([["reports_to.id", null]])),
        (
            json!([{"op": "Replace", "path": format!("{ENTERPRISE}:department"), "value": "IT"}]),
            json!([["department.name", "IT"]]),
        ),
        (
            json!([{"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "AUS"}]),
            json!([["site.name", "AUS"]]),
        ),
        // The role shapes of Entra.
        (
            json!([{"op": "Add", "path": "roles", "value": [{"value": "{\"id\":\"06b0\",\"value\":\"25\",\"displayName\":\"Role1234\"}"}]}]),
            json!([["role.name", "Role1234"]]),
        ),
        (
            json!([{"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "AppSec.Lead"}]),
            json!([["role.name", "AppSec.Lead"]]),
        ),
        (
            json!([{"op": "replace", "path": "roles", "value": [{"displayName": "Admin", "value": "Admin"}]}]),
            json!([["role.name", "Admin"]]),
        ),
        (json!([{"op": "replace", "path": "roles", "value": []}]), json!([])),
        // The last operation counts.
        (
            json!([{"op": "replace", "path": "title", "value": "A"}, {"op": "replace", "path": "title", "value": "B"}]),
            json!([["title", "B"]]),
        ),
        // Entra with aadOptscim062020.
        (
            json!([{"op": "replace", "path": "emails[type eq \"work\"].value", "value": "x@y"},
                {"op": "replace", "value": {"userName": "u", "displayName": "B", "name.givenName": "K"}}]),
            json!([["email", "x@y"], ["name", "B"]]),
        ),
    ] {
        let change = changed(&samanage, 0, &operations).unwrap_or_else(|| panic!("{operations} was not decided"));
        assert_eq!(fields(&change), expected, "{operations}");
        assert_eq!(change.is_empty(), expected == json!([]), "{operations}");
        assert!(change.items.is_empty());
    }
}

#[test]
fn changes_that_depend_on_the_current_resource_are_left_to_the_host() {
    let samanage = mapping(SAMANAGE);
    for (resource_type, operations) in [
        // userName is read from the same field and must stay what the client knows.
        (0, json!([{"op": "Add", "path": "emails[type eq \"work\"].value", "value": "n@x.example"}])),
        // The work e-mail wins over userName, if there is one.
        (0, json!([{"op": "replace", "path": "userName", "value": "u"}])),
        (0, json!([{"op": "remove", "path": "emails[type eq \"work\"]"}])),
        // displayName wins over the parts of the name.
        (0, json!([{"op": "replace", "path": "name.givenName", "value": "K"}])),
        (0, json!([{"op": "remove", "path": "displayName"}])),
        (0, json!([{"op": "remove", "path": "roles", "value": [{"value": "Admin"}]}])),
        (0, json!([{"op": "replace", "path": "emails[primary eq true].value", "value": "p"}])),
    ] {
        assert_eq!(changed(&samanage, resource_type, &operations), None, "{operations}");
    }
}

#[test]
fn a_removal_by_more_than_a_value_depends_on_the_resource() {
    let mapping = users(&json!([{"scim": "emails", "app": "emails"}]));
    let replaced = json!([{"value": "a@x", "type": "work"}, {"value": "a@x", "type": "home"}]);
    let removing = |listed| {
        let operations = json!([
            {"op": "replace", "path": "emails", "value": replaced}, {"op": "remove", "path": "emails", "value": [listed]},
        ]);
        changed(&mapping, 0, &operations).map(|change| fields(&change))
    };
    assert_eq!(removing(json!({"value": "a@x"})), Some(json!([["emails", null]])));
    assert_eq!(removing(json!({"value": "a@x", "type": "work"})), None);
}

#[test]
fn a_whole_list_of_members_is_left_to_the_connector_to_compare() {
    let samanage = mapping(SAMANAGE);
    for (operations, expected) in [
        (json!([{"op": "replace", "path": "members", "value": [{"value": "1"}]}]), json!([{"value": "1"}])),
        (json!([{"op": "replace", "path": "members", "value": []}]), json!([])),
        (json!([{"op": "remove", "path": "members"}]), json!([])),
        (
            json!([{"op": "replace", "path": "members", "value": [{"value": "1"}, {"value": "2"}]},
                {"op": "remove", "path": "members[value eq \"1\"]"},
                {"op": "add", "path": "members", "value": [{"value": "3"}]}]),
            json!([{"value": "2"}, {"value": "3"}]),
        ),
    ] {
        let change = changed(&samanage, 1, &operations).unwrap_or_else(|| panic!("{operations} was not decided"));
        assert_eq!(fields(&change), json!([["members", expected]]), "{operations}");
        assert!(change.items.is_empty(), "{operations}");
    }
}

#[test]
fn members_are_added_and_removed_without_reading_the_group() {
    let samanage = mapping(SAMANAGE);
    for (operations, added, removed) in [
        (
            json!([{"op": "Add", "path": "members", "value": [{"$ref": null, "value": "1"}, {"value": "2"}]}]),
            vec!["1", "2"],
            vec![],
        ),
        (json!([{"op": "Remove", "path": "members", "value": [{"$ref": null, "value": "1"}]}]), vec![], vec!["1"]),
        (
            json!([{"op": "remove", "path": "members[value eq \"1\"]"},
                {"op": "add", "path": "members", "value": [{"value": "2", "display": "B"}]}]),
            vec!["2"],
            vec!["1"],
        ),
        (
            json!([{"op": "add", "path": "members", "value": [{"value": "1"}]},
                {"op": "remove", "path": "members[value eq \"1\"]"}]),
            vec![],
            vec!["1"],
        ),
    ] {
        let change = changed(&samanage, 1, &operations).unwrap_or_else(|| panic!("{operations} was not decided"));
        let [items] = change.items.as_slice() else { panic!("{operations}: one field") };
        let ids = |items: &[Value]| -> Vec<String> {
            items.iter().map(|item| item["value"].as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(
            (ids(&items.added), ids(&items.removed)),
            (added.into_iter().map(str::to_owned).collect(), removed.into_iter().map(str::to_owned).collect()),
            "{operations}"
        );
        assert_eq!(items.path, "members");
        assert!(change.fields.is_empty());
    }
    let renamed = changed(&samanage, 1, &json!([{"op": "replace", "value": {"id": "9", "displayName": "G"}}])).unwrap();
    assert_eq!((fields(&renamed), renamed.items.len()), (json!([["name", "G"]]), 0));
}

#[test]
fn the_members_of_a_huge_group_are_added_and_removed_without_pairwise_comparison() {
    let samanage = mapping(SAMANAGE);
    let all: Vec<Value> = (0..40_000).map(|id: u32| json!({"value": id.to_string()})).collect();
    let operations = json!([{"op": "add", "path": "members", "value": all},
        {"op": "remove", "path": "members", "value": all[1..]}]);
    let change = changed(&samanage, 1, &operations).unwrap();
    assert_eq!((change.items[0].added.len(), change.items[0].removed.len()), (1, 39_999));
}

#[test]
fn kept_values_change_with_what_the_client_writes() {
    let samanage = mapping(SAMANAGE);
    for (operations, expected) in [
        (json!([{"op": "replace", "path": "externalId", "value": "e2"}]), json!([["externalId", "e2", null]])),
        (json!([{"op": "remove", "path": "externalId"}]), json!([["externalId", null, null]])),
        (
            json!([{"op": "replace", "value": {"userName": "u", "emails": [{"type": "work", "value": "n@x"}]}}]),
            json!([["userName", "u", "n@x"]]),
        ),
        (json!([{"op": "replace", "path": "displayName", "value": "B"}]), json!([["displayName", "B", "B"]])),
    ] {
        let change = changed(&samanage, 0, &operations).unwrap_or_else(|| panic!("{operations} was not decided"));
        assert_eq!(kept(&change), expected, "{operations}");
    }
}

#[test]
fn a_scim_app_is_changed_at_the_paths_of_its_mapping() {
    let askspoke = mapping(ASKSPOKE);
    let operations = json!([
        {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "a@c.com"},
        {"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "Austin"},
        {"op": "Add", "path": format!("{ENTERPRISE}:manager"), "value": {"value": "2c2f6fb8"}},
        {"op": "Add", "path": format!("{}:startDate", super::SPOKE), "value": "2021-03-01"},
    ]);
    let change = changed(&askspoke, 0, &operations).unwrap();
    assert_eq!(
        fields(&change),
        json!([
            ["emails[type eq \"work\"].value", "a@c.com"],
            ["addresses[type eq \"work\"].locality", "Austin"],
            [format!("{ENTERPRISE}:manager.value"), "2c2f6fb8"],
            [format!("{}:startDate", super::SPOKE), "2021-03-01"],
        ])
    );
}

#[test]
fn rules_for_new_resources_are_skipped_in_a_change() {
    let mapping = users(&json!([
        {"scim": "title", "app": "title", "apply": "on-create"},
        {"scim": "nickName", "app": "nick", "default": "none"},
        {"scim": "locale", "app": "kind", "constant": "member"},
    ]));
    let operations = json!([
        {"op": "replace", "path": "title", "value": "x"}, {"op": "remove", "path": "nickName"},
        {"op": "replace", "path": "locale", "value": "de"},
    ]);
    assert!(changed(&mapping, 0, &operations).unwrap().is_empty());
    let before = object(&json!({"title": "a", "nickName": "n", "locale": "en"}));
    let change = now(mapping.of("User").unwrap().diff(
        &before,
        &object(&json!({"title": "b"})),
        &Derived::default(),
        &mut Budget::default(),
        &mut Roles,
    ))
    .unwrap();
    assert!(change.is_empty(), "{change:?}");
}

#[test]
fn a_diff_sends_only_what_differs() {
    let samanage = mapping(SAMANAGE);
    let user = samanage.of("User").unwrap();
    let before = json!({
        "userName": "u", "displayName": "Jane", "active": true, "title": "T", "externalId": "e",
        "name": {"givenName": "Jane"}, "emails": [{"type": "work", "value": "j@x", "primary": true}],
        "phoneNumbers": [{"type": "work", "value": "1"}, {"type": "mobile", "value": "2"}],
        "roles": [{"value": "Requester"}], ENTERPRISE: {"department": "IT", "manager": {"value": "42"}},
    });
    let with = |change: Value| {
        let mut after = object(&before);
        for (key, value) in object(&change) {
            after.insert(key, value);
        }
        after
    };
    for (change, expected_fields, expected_kept) in [
        (json!({}), json!([]), json!([])),
        (json!({"emails": [{"type": "work", "value": "j@x"}], "unmapped": 1}), json!([]), json!([])),
        (json!({"active": false, "title": null}), json!([["disabled", true], ["title", null]]), json!([])),
        (json!({"phoneNumbers": [{"type": "work", "value": "1"}]}), json!([["mobile_phone", null]]), json!([])),
        (json!({"name": {"givenName": "J"}}), json!([]), json!([["name.givenName", "J", null]])),
        (json!({"displayName": null}), json!([]), json!([["displayName", null, null]])),
        (json!({"userName": "v"}), json!([]), json!([["userName", "v", null]])),
        // userName stays what the client knows, although its field in the app changes.
        (
            json!({"emails": [{"type": "work", "value": "n@x"}]}),
            json!([["email", "n@x"]]),
            json!([["userName", "u", "n@x"]]),
        ),
        (json!({"emails": [], "userName": "v"}), json!([["email", "v"]]), json!([["userName", "v", "v"]])),
        (json!({"roles": []}), json!([]), json!([])),
        (json!({"roles": [{"value": "Admin"}]}), json!([["role.name", "Admin"]]), json!([])),
        (json!({ENTERPRISE: {"department": "IT"}}), json!([["reports_to.id", null]]), json!([])),
    ] {
        let change_made = now(user.diff(
            &object(&before),
            &with(change.clone()),
            &Derived::default(),
            &mut Budget::default(),
            &mut Roles,
        ))
        .unwrap();
        assert_eq!(fields(&change_made), expected_fields, "{change}");
        assert_eq!(kept(&change_made), expected_kept, "{change}");
    }
}

#[test]
fn a_diff_of_members_lists_who_joined_and_who_left() {
    let samanage = mapping(SAMANAGE);
    let members = |ids: &[&str]| {
        let members: Vec<_> =
            ids.iter().map(|id| json!({"value": id, "display": format!("was {}", ids.len())})).collect();
        object(&json!({"displayName": "G", "members": members}))
    };
    let diff = |before: &[&str], after: &[&str]| {
        now(samanage.of("Group").unwrap().diff(
            &members(before),
            &members(after),
            &Derived::default(),
            &mut Budget::default(),
            &mut Roles,
        ))
        .unwrap()
    };
    let change = diff(&["1", "2", "3"], &["3", "4", "4"]);
    let [items] = change.items.as_slice() else { panic!("one field") };
    assert_eq!(items.added.iter().map(|item| &item["value"]).collect::<Vec<_>>(), [&json!("4")]);
    assert_eq!(items.removed.iter().map(|item| &item["value"]).collect::<Vec<_>>(), [&json!("1"), &json!("2")]);
    assert!(diff(&["1", "2"], &["2", "1"]).is_empty());
    assert_eq!(diff(&["1"], &[]).items[0].removed.len(), 1);
}
