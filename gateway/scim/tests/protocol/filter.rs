//! Filters: the RFC's examples, with `scim_v2` as a second opinion; what clients send beyond them; what they match.

use crate::fixture::{APP, ENTERPRISE, object, user};
use scim_protocol::{Filter, ScimType};
use serde_json::json;

/// RFC 7644 figure 2, and corner cases of the same grammar.
const VALID: &[&str] = &[
    r#"userName eq "bjensen""#,
    r#"name.familyName co "O'Malley""#,
    r#"userName sw "J""#,
    r#"urn:ietf:params:scim:schemas:core:2.0:User:userName sw "J""#,
    r#"title pr"#,
    r#"meta.lastModified gt "2011-05-13T04:42:34Z""#,
    r#"meta.lastModified ge "2011-05-13T04:42:34Z""#,
    r#"meta.lastModified lt "2011-05-13T04:42:34Z""#,
    r#"meta.lastModified le "2011-05-13T04:42:34Z""#,
    r#"title pr and userType eq "Employee""#,
    r#"title pr or userType eq "Intern""#,
    r#"schemas eq "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User""#,
    r#"userType eq "Employee" and (emails co "example.com" or emails.value co "example.org")"#,
    r#"userType ne "Employee" and not (emails co "example.com" or emails.value co "example.org")"#,
    r#"userType eq "Employee" and (emails.type eq "work")"#,
    r#"userType eq "Employee" and emails[type eq "work" and value co "@example.com"]"#,
    r#"emails[type eq "work" and value co "@example.com"] or ims[type eq "xmpp" and value co "@foo.com"]"#,
    r#"emails[not (type eq "work") and (value pr or primary eq true)]"#,
    r#"userName eq "a \"quoted\" \\ name""#,
    r#"userName eq "\u00fcber""#,
    r#"active eq true"#,
    r#"userName Eq "x" AND title PR"#,
    r#"not (not (title pr))"#,
];

const INVALID: &[&str] = &[
    "",
    "   ",
    "userName",
    "userName eq",
    r#"userName eq x"#,
    r#"userName eq 'x'"#,
    r#"userName is "x""#,
    r#"userName eq "x"#,
    r#"userName eq "x" and"#,
    r#"and userName eq "x""#,
    r#"(userName eq "x""#,
    r#"userName eq "x")"#,
    r#"userName eq "x" title pr"#,
    r#"emails[type eq "work""#,
    r#"emails[]"#,
    r#"emails[type eq "work"] eq "x""#,
    r#"not userName eq "x""#,
    r#"a.b.c eq "x""#,
    r#"1a eq "x""#,
    r#"emails[addresses[type eq "x"]]"#,
    r#"userName eq "\q""#,
    r#"userName eq 01"#,
    r#"userName pr "x""#,
];

#[test]
fn valid_filters_parse_here_and_in_scim_v2_and_print_as_what_they_are() {
    for text in VALID {
        let filter = Filter::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(Filter::parse(&filter.to_string()), Ok(filter), "{text}");
        assert!(text.parse::<scim_v2::filter::Filter>().is_ok(), "scim_v2 refuses {text}");
    }
}

#[test]
fn invalid_filters_are_refused_here_and_in_scim_v2_with_a_column() {
    for text in INVALID {
        let error = Filter::parse(text).expect_err(text);
        assert_eq!((u16::from(error.status), error.scim_type), (400, Some(ScimType::InvalidFilter)), "{text}");
        assert!(error.detail.starts_with("column "), "{text}: {}", error.detail);
        assert!(text.parse::<scim_v2::filter::Filter>().is_err(), "scim_v2 takes {text}");
    }
}

#[test]
fn errors_say_the_column_and_what_was_expected() {
    for (text, detail) in [
        (r#"userName is "x""#, "column 10: expected one of eq, ne, co, sw, ew, gt, ge, lt, le, pr"),
        (r#"userName eq x"#, "column 13: expected a value: a string in double quotes, a number, true, false or null"),
        (r#"(title pr"#, "column 10: expected 'and', 'or' or ')'"),
        (r#"title pr title pr"#, "column 10: expected 'and', 'or' or the end of the filter"),
        ("userName eq \"ü\" or", "column 19: expected an attribute, 'not' or '('"),
    ] {
        assert_eq!(Filter::parse(text).unwrap_err().detail, detail, "{text}");
    }
}

#[test]
fn operators_bind_not_before_and_before_or() {
    for (text, explicit) in [
        ("a pr or b pr and c pr", "a pr or (b pr and c pr)"),
        ("a pr and b pr or c pr", "(a pr and b pr) or c pr"),
        ("not (a pr) and b pr", "(not (a pr)) and b pr"),
        ("(a pr and b pr) and c pr", "a pr and b pr and c pr"),
    ] {
        assert_eq!(Filter::parse(text), Filter::parse(explicit), "{text}");
    }
    assert_eq!(Filter::parse("(a pr or b pr) and c pr").unwrap().to_string(), "(a pr or b pr) and c pr");
}

#[test]
fn depth_and_length_are_limited() {
    let nested = |depth: usize| format!("{}title pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(Filter::parse(&nested(64)).is_ok());
    assert!(Filter::parse(&nested(65)).is_err());
    assert!(Filter::parse(&"(".repeat(16_000)).is_err());
    assert!(Filter::parse(&"not(".repeat(4_000)).is_err());
    assert!(Filter::parse(&format!("title eq \"{}\"", "x".repeat(17_000))).is_err());
}

#[test]
fn a_value_path_may_be_compared_as_entra_does() {
    let text = r#"emails[type eq "work"].value eq "x@example.com""#;
    let filter = Filter::parse(text).unwrap();
    assert_eq!(filter.to_string(), text);
    let filter = filter.check(&user()).unwrap();
    for (address, kind, expected) in
        [("x@example.com", "work", true), ("X@EXAMPLE.com", "Work", true), ("x@example.com", "home", false)]
    {
        let resource =
            object(json!({ "emails": [{ "value": "y", "type": "work" }, { "value": address, "type": kind }] }));
        assert_eq!(filter.matches(&user(), &resource), expected, "{address} {kind}");
    }
}

#[test]
fn filters_become_canonical() {
    for (text, canonical) in [
        (r#"USERNAME eq "x""#, r#"userName eq "x""#),
        (r#"urn:ietf:params:scim:schemas:core:2.0:user:NAME.GIVENNAME eq "x""#, r#"name.givenName eq "x""#),
        (r#"emails co "x""#, r#"emails.value co "x""#),
        (r#"members eq "x" or members pr"#, ""),
        (r#"active eq "True""#, "active eq true"),
        (r#"roles[PRIMARY eq "True"].Value eq "a""#, r#"roles[primary eq true].value eq "a""#),
        (r#"Emails[Type eq "work"]"#, r#"emails[type eq "work"]"#),
        (
            r#"urn:ietf:params:scim:schemas:extension:ENTERPRISE:2.0:User:manager eq "1""#,
            &format!(r#"{ENTERPRISE}:manager.value eq "1""#),
        ),
        (r#"externalId eq null"#, "externalId eq null"),
        (r#"schemas[value eq "urn:x"]"#, r#"schemas[value eq "urn:x"]"#),
    ] {
        let checked = Filter::parse(text).unwrap().check(&user());
        match canonical {
            "" => assert_eq!(checked.unwrap_err().scim_type, Some(ScimType::InvalidFilter), "{text}"),
            canonical => assert_eq!(checked.unwrap().to_string(), canonical, "{text}"),
        }
    }
}

#[test]
fn what_the_schema_cannot_answer_is_refused() {
    for text in [
        r#"nonsense eq "x""#,
        r#"department eq "an extension attribute without its URN""#,
        r#"name.nonsense eq "x""#,
        r#"name eq "complex without value""#,
        r#"active gt true"#,
        r#"active co "t""#,
        r#"active eq "yes""#,
        r#"userName eq 5"#,
        r#"userName gt null"#,
        r#"password eq "secret""#,
        r#"password pr"#,
        r#"meta.created gt "yesterday""#,
        r#"x509Certificates gt "AAAA""#,
        r#"userName[value eq "x"]"#,
        r#"emails[nonsense eq "x"]"#,
        r#"emails[type eq "work"].nonsense eq "x""#,
        r#"urn:nobody:knows:userName eq "x""#,
    ] {
        let error = Filter::parse(text).unwrap().check(&user()).expect_err(text);
        assert_eq!(error.scim_type, Some(ScimType::InvalidFilter), "{text}");
    }
}

#[test]
fn filters_match_what_the_rfc_says() {
    let resource = object(json!({
        "id": "Abc",
        "externalId": "E1",
        "userName": "Bjensen",
        "active": true,
        "title": "",
        "name": { "familyName": "Jensen" },
        "emails": [
            { "value": "b@example.com", "type": "work", "primary": true },
            { "value": "b@example.org", "type": "home" },
        ],
        "roles": [],
        "meta": { "created": "2020-01-01T00:00:00Z" },
        (ENTERPRISE): { "department": "Tour Operations", "manager": { "value": "26" } },
        (APP): { "seats": 10, "score": 1.5, "tags": ["a", "B"] },
    }));
    for (text, expected) in [
        (r#"userName eq "BJENSEN""#, true),
        (r#"externalId eq "e1""#, false),
        (r#"id eq "Abc""#, true),
        (r#"id eq "abc""#, false),
        (r#"userName ne "x""#, true),
        (r#"userName ne "bjensen""#, false),
        (r#"nickName ne "x""#, true),
        (r#"nickName eq "x""#, false),
        (r#"nickName eq null"#, true),
        (r#"userName ne null"#, true),
        (r#"not (nickName eq "x")"#, true),
        (r#"userName co "JEN""#, true),
        (r#"userName sw "bj""#, true),
        (r#"userName ew "SEN""#, true),
        (r#"userName sw "sen""#, false),
        (r#"userName gt "abc""#, true),
        (r#"userName lt "abc""#, false),
        (r#"userName ge "bjensen""#, true),
        (r#"title pr"#, false),
        (r#"roles pr"#, false),
        (r#"emails pr"#, true),
        (r#"name pr"#, true),
        (r#"name.givenName pr"#, false),
        (r#"active eq "True""#, true),
        (r#"active ne true"#, false),
        (r#"emails.type eq "home""#, true),
        (r#"emails.type ne "work""#, true),
        (r#"emails[type eq "work" and value co "example.org"]"#, false),
        (r#"emails[type eq "home" and value co "example.org"]"#, true),
        (r#"emails.type eq "work" and emails.value co "example.org""#, true),
        (r#"emails[primary eq true]"#, true),
        (r#"emails[not (primary eq true)].value eq "b@example.org""#, true),
        (r#"emails[type eq "other"].value pr"#, false),
        (r#"meta.created eq "2020-01-01T01:00:00+01:00""#, true),
        (r#"meta.created lt "2020-01-01T01:00:00Z""#, true),
        (r#"meta.created gt "2020-01-01T01:00:00Z""#, false),
        (r#"meta.lastModified gt "2020-01-01T01:00:00Z""#, false),
        (&format!(r#"{ENTERPRISE}:department sw "tour""#), true),
        (&format!(r#"{ENTERPRISE}:manager eq "26""#), true),
        (&format!("{APP}:seats gt 9"), true),
        (&format!("{APP}:seats eq 10.0"), true),
        (&format!("{APP}:score lt 2"), true),
        (&format!(r#"{APP}:tags eq "b""#), true),
        (&format!(r#"{APP}:tags[value eq "c"]"#), false),
    ] {
        let filter = Filter::parse(text).unwrap().check(&user()).unwrap_or_else(|error| panic!("{text}: {error}"));
        assert_eq!(filter.matches(&user(), &resource), expected, "{text}");
    }
}

#[test]
fn what_the_resource_type_decides_is_decided_before_anything_is_asked() {
    let kind = user();
    for (text, expected) in [
        ("meta.resourceType eq \"User\"", None),
        ("meta.resourceType eq \"user\" and userName eq \"a\"", Some("nothing")),
        ("meta.resourceType eq \"User\" and userName eq \"a\"", Some("userName eq \"a\"")),
        ("meta.resourceType eq \"Group\" or userName eq \"a\"", Some("userName eq \"a\"")),
        ("not (meta.resourceType eq \"User\")", Some("nothing")),
        ("meta.resourceType pr or userName pr", None),
        // Attributes that a User does not have, in a list of all types.
        ("members.value eq \"a\"", Some("nothing")),
        ("members pr or title pr", Some("title pr")),
        ("members ne \"a\"", None),
        ("members eq null and title pr", Some("title pr")),
        ("members[value eq \"a\"]", Some("nothing")),
        ("not (urn:x:Device:serial sw \"1\")", None),
    ] {
        let filter = Filter::parse(text).unwrap().check_among(&kind).unwrap().narrowed(&kind);
        let found = filter.map(|filter| if filter.is_never() { "nothing".to_owned() } else { filter.to_string() });
        assert_eq!(found.as_deref(), expected, "{text}");
    }
}
