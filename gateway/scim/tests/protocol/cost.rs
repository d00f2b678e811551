//! One request can only cause so many comparisons; what clients really send stays far below.

use crate::fixture::{STRICT, object, steps, user};
use scim_protocol::{ComparisonBudget, Edit, Filter, Object, ResourceType, ScimType, Sort, apply_within};
use serde_json::{Value, json};

fn emails(count: usize) -> Object {
    let emails: Vec<Value> =
        (0..count).map(|n| json!({ "value": format!("a{n}@b.example"), "display": format!("d{n}") })).collect();
    object(json!({ "userName": "u", "emails": emails }))
}

fn joined(condition: impl Fn(usize) -> String, count: usize) -> String {
    (0..count).map(condition).collect::<Vec<_>>().join(" or ")
}

#[test]
fn elements_times_comparisons_is_bounded_and_nothing_is_changed() {
    for condition in ["value co \"zz\"", "display ew \"zz\"", "not (type pr) and value eq \"zz\""] {
        let filter = joined(|_| condition.to_owned(), 300);
        let operation = json!({ "op": "remove", "path": format!("emails[{filter}]") });
        let operations = json!([
            { "op": "add", "path": "emails", "value": [{ "value": "new@b.example" }] },
            { "op": "replace", "path": "title", "value": "t" },
            operation, operation, operation,
        ]);
        let before = emails(5_000);
        let mut resource = before.clone();
        let edits = steps(&user(), &operations, STRICT).unwrap();
        let error = apply_within(&user(), &mut resource, &edits, &ComparisonBudget::new(100_000)).unwrap_err();
        assert_eq!((u16::from(error.status), error.scim_type), (400, Some(ScimType::TooMany)), "{error}");
        assert!(error.detail.contains("100000 comparisons"), "{error}");
        assert!(resource == before, "{condition}");
    }
}

#[test]
fn lists_and_long_texts_count_too() {
    let before = emails(1_000);
    let alternating: Vec<Value> = (0..100)
        .map(|n| json!({ "op": (if n % 2 == 0 { "add" } else { "remove" }), "path": "emails", "value": [{ "value": "x" }] }))
        .collect();
    let edits = steps(&user(), &json!(alternating), STRICT).unwrap();
    let budget = ComparisonBudget::new(50_000);
    assert_eq!(
        apply_within(&user(), &mut before.clone(), &edits, &budget).unwrap_err().scim_type,
        Some(ScimType::TooMany)
    );

    let long = object(json!({ "userName": "u", "emails": [{ "value": "é".repeat(500_000) }] }));
    let filter = joined(|_| "value co \"x\"".to_owned(), 500);
    let edits = steps(&user(), &json!([{ "op": "remove", "path": format!("emails[{filter}]") }]), STRICT).unwrap();
    let budget = ComparisonBudget::new(50_000);
    let error = apply_within(&user(), &mut long.clone(), &edits, &budget).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::TooMany));
    let filter = Filter::parse(&format!("emails[{filter}]")).unwrap().check(&user()).unwrap();
    let error = filter.matches_within(&user(), &long, &ComparisonBudget::new(50_000)).unwrap_err();
    assert_eq!(error.scim_type, Some(ScimType::TooMany));
}

#[test]
fn a_filter_shares_its_budget_among_resources() {
    let filter = Filter::parse(&joined(|n| format!("userName eq \"{n}\""), 100)).unwrap().check(&user()).unwrap();
    let budget = ComparisonBudget::new(1_000);
    let resource = object(json!({ "userName": "u" }));
    let outcomes = (0..11).map(|_| filter.matches_within(&user(), &resource, &budget));
    let enough = outcomes.take_while(|outcome| *outcome == Ok(false)).count();
    assert_eq!(enough, 10);
    assert!(!filter.matches(&user(), &resource), "without a budget it is evaluated as before");
}

/// Hundreds of values joined by `or`, and hundreds of operations, cost the sum and not the product.
#[test]
fn what_clients_join_by_or_or_send_one_by_one_is_looked_up() {
    let group = ResourceType::group();
    let members: Vec<Value> =
        (0..50_000).map(|n| json!({ "value": n.to_string(), "display": format!("D{n}") })).collect();
    let before = object(json!({ "displayName": "G", "members": members }));
    let by_value: Vec<Value> = (0..20)
        .map(|n| json!({ "op": "remove", "path": format!("members[{}]", joined(|m| format!("value eq \"{}\"", n * 500 + m), 500)) }))
        .collect();
    let one_by_one: Vec<Value> =
        (0..1_000).map(|n| json!({ "op": "remove", "path": format!("members[value eq \"{n}\"]") })).collect();
    let added: Vec<Value> = (0..1_000)
        .map(|n| json!({ "op": "add", "path": "members", "value": [{ "value": format!("new{n}") }] }))
        .collect();
    let by_display =
        json!([{ "op": "remove", "path": format!("members[{}]", joined(|n| format!("display eq \"d{n}\""), 500)) }]);
    for (operations, edits_made, left) in [
        (json!(by_value), 1, 40_000),
        (json!(one_by_one), 1, 49_000),
        (json!(added), 1, 51_000),
        (by_display, 1, 49_500),
    ] {
        let edits = steps(&group, &operations, STRICT).unwrap();
        assert_eq!(edits.steps.len(), edits_made);
        let mut resource = before.clone();
        apply_within(&group, &mut resource, &edits, &ComparisonBudget::new(100_000)).unwrap();
        assert_eq!(resource["members"].as_array().map(Vec::len), Some(left));
    }
}

#[test]
fn lists_are_only_joined_where_that_is_the_same() {
    let apart = |operations: Value| {
        let edits = steps(&user(), &operations, STRICT).unwrap();
        edits.steps.iter().map(|edit| matches!(edit, Edit::Remove { .. })).collect::<Vec<_>>()
    };
    let add = |value: Value| json!({ "op": "add", "path": "emails", "value": value });
    let remove = |path: &str| json!({ "op": "remove", "path": path });
    let (one, other) = (remove("emails[value eq \"a\"]"), remove("roles[value eq \"b\"]"));
    assert_eq!(apart(json!([one, one])), [true]);
    assert_eq!(apart(json!([one, other, one])), [true, true, true]);
    assert_eq!(apart(json!([one, add(json!({ "value": "a" })), one])), [true, false, true]);
    // An e-mail address with a type and one without are told apart, depending on which is there first.
    assert_eq!(
        apart(json!([add(json!({ "value": "a", "type": "work" })), add(json!({ "value": "a" }))])),
        [false, false]
    );
}

#[test]
fn a_sort_shares_its_budget_among_resources_and_long_values_cost_more() {
    let sort = Sort::parse(&user(), Some("title"), None).unwrap().unwrap();
    let keys = |title: String| {
        let budget = ComparisonBudget::new(10_000);
        let resource = object(json!({ "userName": "u", "title": title }));
        (0..1_000).take_while(|_| sort.key_within(&resource, &budget).is_ok()).count()
    };
    let (short, long) = (keys("t".to_owned()), keys("t".repeat(3_200)));
    assert!(short > 500 && long < 10, "{short} {long}");
}
