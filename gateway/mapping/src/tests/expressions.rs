//! Expressions: their results, and the limits that stop harmful ones.

use super::{ENTERPRISE, object, user};
use crate::Budget;
use crate::expression::{EvaluationError, Expression, Input, Known};
use serde_json::{Value, json};

fn over_user(text: &str) -> Result<Expression, Vec<String>> {
    let expression = Expression::over_resource(text, &user());
    expression
        .map_err(|faults| faults.into_iter().map(|fault| format!("{}: {}", fault.offset, fault.message)).collect())
}

fn evaluated(text: &str, resource: &Value) -> Result<Option<Value>, EvaluationError> {
    let expression = over_user(text).unwrap_or_else(|faults| panic!("{text}: {faults:?}"));
    let resource = object(resource);
    let known: Vec<_> = expression.slots().map(|slot| Known::from(slot.get(&resource))).collect();
    expression.evaluate(&known, &mut Budget::default())
}

#[test]
fn absent_is_null_at_any_depth() {
    let nothing = json!({});
    let some = json!({
        "displayName": " Jane ", "name": {"givenName": "J", "familyName": "D"}, "active": true,
        "emails": [{"type": "home", "value": "h"}, {"type": "work", "value": "w"}],
        ENTERPRISE: {"department": "IT", "manager": {"value": "1"}},
    });
    for (text, without, with) in [
        ("displayName", json!(null), json!(" Jane ")),
        ("name.formatted", json!(null), json!(null)),
        ("trim(displayName)", json!(null), json!("Jane")),
        ("displayName.trim().upper()", json!(null), json!("JANE")),
        ("lower(name.givenName)", json!(null), json!("j")),
        ("replace(displayName, \"a\", \"o\")", json!(null), json!(" Jone ")),
        ("join([name.givenName, title, name.familyName], \"-\")", json!(null), json!("J-D")),
        ("coalesce(title, name.formatted, displayName, \"x\")", json!("x"), json!(" Jane ")),
        ("coalesce(coalesce(title, nickName), coalesce(name.givenName, \"y\"))", json!("y"), json!("J")),
        ("has(name.givenName)", json!(false), json!(true)),
        ("active == true ? \"on\" : \"off\"", json!("off"), json!("on")),
        ("emails[0].value", json!(null), json!("h")),
        ("emails[7].value", json!(null), json!(null)),
        ("emails.filter(e, e.type == \"work\")[0].value", json!(null), json!("w")),
        ("emails.map(e, e.value)", json!([]), json!(["h", "w"])),
        ("emails.exists(e, e.type == \"work\")", json!(false), json!(true)),
        ("size(coalesce(emails, []))", json!(0), json!(2)),
        (
            "extension[\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"].department",
            json!(null),
            json!("IT"),
        ),
        (
            "extension[\"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User\"].manager.value",
            json!(null),
            json!("1"),
        ),
        ("{\"b\": 1, \"a\": [title]}", json!({"a": [null], "b": 1}), json!({"a": [null], "b": 1})),
    ] {
        assert_eq!(evaluated(text, &nothing).unwrap().unwrap_or_default(), without, "{text} of nothing");
        assert_eq!(evaluated(text, &some).unwrap().unwrap_or_default(), with, "{text}");
    }
}

#[test]
fn the_inputs_of_an_expression_are_known() {
    let expression =
        over_user("coalesce(displayName, name.formatted) + emails.map(e, e.value)[0] + displayName").unwrap();
    let read: Vec<_> = expression.slots().map(ToString::to_string).collect();
    assert_eq!(read, ["displayName", "name.formatted", "emails"]);
    let inverse = Expression::over_app("app.first + app[\"last name\"].x + app.tags[0].y").unwrap();
    let path = |path: &[&str]| Input::App(path.iter().map(ToString::to_string).collect());
    assert_eq!(inverse.inputs(), [path(&["first"]), path(&["last name", "x"]), path(&["tags"])]);
}

#[test]
fn unknown_inputs_matter_only_when_the_result_depends_on_them() {
    let x = json!("x");
    let (is, absent, unknown) = (Known::Is(&x), Known::Absent, Known::Unknown);
    for (text, known, expected) in [
        ("coalesce(displayName, title)", [is, unknown], Ok(Some(x.clone()))),
        ("coalesce(displayName, title)", [absent, is], Ok(Some(x.clone()))),
        ("coalesce(displayName, title)", [absent, unknown], Err(EvaluationError::Depends)),
        ("coalesce(displayName, title)", [unknown, is], Err(EvaluationError::Depends)),
        ("displayName == \"x\" ? \"a\" : title", [is, unknown], Ok(Some(json!("a")))),
        ("displayName == null || title == null", [absent, unknown], Ok(Some(json!(true)))),
        ("displayName == title", [is, unknown], Err(EvaluationError::Depends)),
        ("join([displayName, title], \" \")", [is, unknown], Err(EvaluationError::Depends)),
    ] {
        assert_eq!(over_user(text).unwrap().evaluate(&known, &mut Budget::default()), expected, "{text}");
    }
}

#[test]
fn errors_are_found_at_load_with_their_position() {
    for (text, expected) in [
        ("dispalyName", "0: unknown attribute `dispalyName`; did you mean `displayName`?"),
        ("lower(displayname)", "6: unknown attribute `displayname`; did you mean `displayName`?"),
        ("name.givenNam", "4: `name` has no sub-attribute `givenNam`; did you mean `givenName`?"),
        ("emails.value", "6: `emails` is a list; choose an element, as in `emails[0].value`"),
        (
            "emails.filter(e, e.typ == \"work\")[0].valu",
            "18: `emails` has no sub-attribute `typ`; did you mean `type`?",
        ),
        ("title.x", "5: `title` has no sub-attribute `x`"),
        ("lowr(title)", "4: unknown function `lowr`; did you mean `lower`?"),
        ("extension[\"urn:x\"].a", "18: unknown extension `urn:x`"),
        ("extension.department", "9: write an extension's attribute as `extension[\"urn:…\"].name`"),
        ("emails.map(e, emails.map(f, f))", "24: comprehensions cannot be nested"),
        ("User{a: 1}", "4: messages (`Name{…}`) are not supported"),
        ("app.x", "3: unknown attribute `app`"),
    ] {
        let faults = over_user(text).unwrap_err();
        assert!(faults[0].starts_with(expected), "{text}: {faults:?}");
    }
    let faults = over_user("emails.filter(e, e.typ == \"work\")[0].valu").unwrap_err();
    assert_eq!(faults.len(), 2, "a filter's elements are known: {faults:?}");
    assert_eq!(
        Expression::over_app("ap.x").unwrap_err()[0].message,
        "unknown variable `ap`; the app's document is `app`"
    );
}

#[test]
fn malformed_expressions_are_refused_and_never_panic() {
    let deep = format!("{}1{}", "(".repeat(500), ")".repeat(500));
    let long = vec!["1"; 512].join("+");
    let lists = "[".repeat(900);
    for text in ["", "1 +", "a b", "'", "\"\\", "[", "f(", "a..b", "1 ? 2", "\u{0}", "a.?b", &deep, &lists] {
        assert!(over_user(text).is_err(), "{text}");
    }
    // Refused or not, it must terminate.
    drop(over_user(&long));
    drop(over_user(&"!".repeat(1000)));
    drop(over_user(&"-".repeat(1000)));
    drop(over_user(&format!("title{}", ".a".repeat(500))));
    drop(over_user(&format!("[{}]", "title,".repeat(150))));
    assert!(over_user(&"1".repeat(1025)).is_err());
}

#[test]
fn evaluation_is_bounded_and_fails_with_errors() {
    let long = "a".repeat(300 * 1024);
    let wide: Vec<_> = (0..300_000).map(|_| json!({"value": "x"})).collect();
    for (text, resource) in [
        ("title", json!({"title": long})),
        ("emails.map(e, e.value)", json!({"emails": wide})),
        ("replace(title, \"a\", nickName)", json!({"title": "a".repeat(1000), "nickName": "b".repeat(1000)})),
        ("replace(title, \"\", \"x\")", json!({"title": "a"})),
        ("title + 1", json!({"title": "a"})),
        ("title + nickName", json!({"title": "a"})),
        ("1 / 0", json!({})),
        ("lower(active)", json!({"active": true})),
        ("{1: 2}", json!({})),
        ("b\"bytes\"", json!({})),
        ("9223372036854775807 + 1", json!({})),
    ] {
        assert!(matches!(evaluated(text, &resource), Err(EvaluationError::Failed(_))), "{text}");
    }
}
