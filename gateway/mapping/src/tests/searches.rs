//! Which part of a filter is pushed down to the app.

use super::{ENTERPRISE, SAMANAGE, mapping, types};
use scim_protocol::Filter;
use serde_json::json;
use std::collections::BTreeMap;

fn filters() -> BTreeMap<String, Vec<String>> {
    let eq = || vec!["eq".to_owned()];
    ["email", "name", "disabled", "reports_to.id", "role.name", "phone", "members.value"]
        .into_iter()
        .map(|field| (field.to_owned(), eq()))
        .collect()
}

#[test]
fn comparisons_are_pushed_down_through_the_rules() {
    let samanage = mapping(SAMANAGE);
    let manager = format!("{ENTERPRISE}:manager.value");
    for (resource_type, filter, expected) in [
        (0, r#"userName eq "a@x""#.to_owned(), vec![("email", json!("a@x"))]),
        (0, r#"emails[type eq "work"].value eq "a@x""#.to_owned(), vec![("email", json!("a@x"))]),
        (0, r#"emails.value eq "a@x""#.to_owned(), vec![("email", json!("a@x"))]),
        (0, r#"emails[type eq "work" and value eq "a@x"]"#.to_owned(), vec![("email", json!("a@x"))]),
        (0, "active eq false".to_owned(), vec![("disabled", json!(true))]),
        (
            0,
            r#"active eq true and userName eq "a""#.to_owned(),
            vec![("disabled", json!(false)), ("email", json!("a"))],
        ),
        (0, r#"active eq true and title eq "x""#.to_owned(), vec![("disabled", json!(false))]),
        (0, format!("{manager} eq \"42\""), vec![("reports_to.id", json!(42))]),
        (0, format!("{manager} eq \"x\""), vec![]),
        (0, r#"phoneNumbers.value eq "1""#.to_owned(), vec![]),
        (0, r#"roles.value eq "Admin""#.to_owned(), vec![]),
        (0, r#"userName sw "a""#.to_owned(), vec![]),
        (0, r#"userName eq "a" or active eq true"#.to_owned(), vec![]),
        (0, r#"not (userName eq "a")"#.to_owned(), vec![]),
        (0, "title pr".to_owned(), vec![]),
        (1, r#"displayName eq "G""#.to_owned(), vec![("name", json!("G"))]),
        (1, r#"members eq "1""#.to_owned(), vec![("members.value", json!("1"))]),
    ] {
        let resource_type = &types()[resource_type];
        let checked = Filter::parse(&filter).unwrap().check(resource_type).unwrap();
        let pushed = samanage.of(&resource_type.name).unwrap().push_down(&checked, &filters());
        let found: Vec<_> = pushed.iter().map(|one| (one.field.as_str(), one.value.clone())).collect();
        assert_eq!(found, expected, "{filter}");
        assert!(pushed.iter().all(|one| one.operator == "eq"));
    }
}

#[test]
fn a_kept_value_is_not_searched_in_its_field_by_a_part_of_it() {
    let samanage = mapping(SAMANAGE);
    let filters = BTreeMap::from([("email".to_owned(), vec!["eq".to_owned(), "sw".to_owned()])]);
    for (filter, pushed) in [
        (r#"emails[type eq "work"].value sw "a""#, 1),
        (r#"userName eq "a""#, 1),
        // The kept userName may start with the text where the app's field does not.
        (r#"userName sw "a""#, 0),
    ] {
        let checked = Filter::parse(filter).unwrap().check(&types()[0]).unwrap();
        let found = samanage.of("User").unwrap().push_down(&checked, &filters);
        assert_eq!(found.len(), pushed, "{filter}");
    }
}

#[test]
fn comparisons_with_kept_values_are_left_to_the_host() {
    let samanage = mapping(SAMANAGE);
    for (filter, expected) in [
        (r#"userName eq "u""#, vec!["userName"]),
        (r#"externalId eq "e" and active eq true"#, vec!["externalId"]),
        (r#"userName eq "u" or externalId eq "e""#, vec![]),
        (r#"userName sw "u""#, vec![]),
        ("active eq true", vec![]),
    ] {
        let checked = Filter::parse(filter).unwrap().check(&types()[0]).unwrap();
        let kept = samanage.of("User").unwrap().kept_comparisons(&checked);
        assert_eq!(kept.iter().map(|one| one.slot.as_str()).collect::<Vec<_>>(), expected, "{filter}");
    }
}

#[test]
fn members_are_omitted_if_nobody_needs_them() {
    let samanage = mapping(SAMANAGE);
    let group = samanage.of("Group").unwrap();
    assert_eq!(group.omit(|slot| slot.path.attribute != "members"), ["members"]);
    assert!(group.omit(|_| true).is_empty());
    assert!(samanage.of("User").unwrap().omit(|_| false).is_empty(), "only incremental fields matter");
}

#[test]
fn matching_attributes_are_ordered_by_their_precedence() {
    let samanage = mapping(SAMANAGE);
    let matching: Vec<_> = samanage.of("User").unwrap().match_slots().iter().map(ToString::to_string).collect();
    assert_eq!(matching, ["userName", "externalId"]);
    let references: Vec<_> =
        samanage.of("Group").unwrap().references().map(|rule| (rule.field, rule.resource_type)).collect();
    assert_eq!(references, [("members", "User")]);
}
