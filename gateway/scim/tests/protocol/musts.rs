//! Requirements of RFC 7643 §2 on values that no other test covers. `tests/requirements` has the list.

use crate::fixture::{APP, object, user};
use scim_protocol::{Direction, Filter, check};
use serde_json::{Value, json};

#[test]
fn numbers_dates_and_bytes_have_their_forms() {
    let with = |name: &str, value: &Value| {
        let mut app = object(json!({ "ssoName": "s" }));
        app.insert(name.to_owned(), value.clone());
        object(json!({ "userName": "u", (APP): app }))
    };
    for (name, good, bad) in [
        ("seats", vec![json!(5), json!(-1), json!(0)], vec![json!(1.5), json!("5"), json!(true)]),
        ("score", vec![json!(1.5), json!(-0.25), json!(3)], vec![json!("1.5"), json!([1])]),
        (
            "startDate",
            vec![json!("2011-05-13T04:42:34Z"), json!("2011-05-13T04:42:34.123+01:00")],
            vec![json!("2011-05-13"), json!("04:42:34"), json!("2011-13-13T04:42:34Z"), json!(1305261754)],
        ),
    ] {
        for value in good {
            assert_eq!(check(&user(), &with(name, &value), Direction::Create), Ok(()), "{name} {value}");
        }
        for value in bad {
            assert!(check(&user(), &with(name, &value), Direction::Create).is_err(), "{name} {value}");
        }
    }
    let certificate = |value: &str| {
        object(json!({ "userName": "u", (APP): { "ssoName": "s" }, "x509Certificates": [{ "value": value }] }))
    };
    for (value, right) in [("bm9uZQ==", true), ("", true), ("not base64!", false), ("bm9uZQ", true)] {
        assert_eq!(check(&user(), &certificate(value), Direction::Create).is_ok(), right, "{value:?}");
    }
}

#[test]
fn null_and_empty_are_the_same_as_absent() {
    let absent = user().normalize(object(json!({ "userName": "u" }))).unwrap().resource;
    for same in [
        json!({ "userName": "u", "title": null }),
        json!({ "userName": "u", "name": null }),
        json!({ "userName": "u", "name": {} }),
        json!({ "userName": "u", "name": { "givenName": null } }),
    ] {
        assert_eq!(user().normalize(object(same.clone())).unwrap().resource, absent, "{same}");
    }
    for filter in ["title pr", "name pr", "emails pr", "emails[value pr]", "emails.value pr"] {
        let filter = Filter::parse(filter).unwrap().check(&user()).unwrap();
        for empty in [json!({}), json!({ "emails": [] }), json!({ "emails": [{}], "title": "" })] {
            assert!(!filter.matches(&user(), &object(empty.clone())), "{filter} of {empty}");
        }
    }
}
