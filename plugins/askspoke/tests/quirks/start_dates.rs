//! The start date.

use super::*;

fn settings(format: &str, input: Option<&str>) -> FakeApp {
    let fake = FakeApp::new().setting("start-date-format", format);
    match input {
        Some(input) => fake.setting("start-date-input", input),
        None => fake,
    }
}

fn to_app(fake: &FakeApp, value: Value) -> Result<Value, Fault> {
    AskSpoke::to_app(fake.app().settings(), "start-date", value).map(Option::unwrap)
}

fn to_scim(fake: &FakeApp, value: &str) -> Value {
    AskSpoke::to_scim(fake.app().settings(), "start-date", json!(value)).unwrap().unwrap()
}

#[test]
fn a4_pass_through_changes_nothing_in_either_direction() {
    let fake = settings("pass-through", None);
    for text in ["2021-03-01", "3/1/2021 12:00:00 AM", "next spring", ""] {
        assert_eq!(to_app(&fake, json!(text)), Ok(json!(text)));
        assert_eq!(to_scim(&fake, text), text);
    }
}

#[test]
fn a4_a_date_in_any_form_becomes_the_configured_one() {
    for (format, written) in [("MM-DD-YYYY", "03-31-2021"), ("YYYY-MM-DD", "2021-03-31"), ("DD-MM-YYYY", "31-03-2021")]
    {
        let fake = settings(format, None);
        for text in [
            "2021-03-31",
            " 2021-03-31 ",
            "2021/3/31",
            "2021-03-31T00:00:00Z",
            "2021-03-31T08:30:00.000+02:00",
            "2021-03-31 00:00:00",
            "3/31/2021 12:00:00 AM",
            "3/31/2021",
            "31.3.2021",
            "31-03-2021",
        ] {
            assert_eq!(to_app(&fake, json!(text)), Ok(json!(written)), "{format}: {text}");
        }
    }
}

#[test]
fn a4_what_can_be_read_in_two_ways_is_refused_unless_a_setting_says_which() {
    for (input, text, written) in [
        (None, "03/04/2021", None),
        (None, "3/4/2021 12:00:00 AM", None),
        (None, "04/04/2021", Some("2021-04-04")),
        (Some("MM-DD-YYYY"), "03/04/2021", Some("2021-03-04")),
        (Some("DD-MM-YYYY"), "03/04/2021", Some("2021-04-03")),
        (Some("DD-MM-YYYY"), "2021-03-04", Some("2021-03-04")),
        (Some("MM-DD-YYYY"), "31/03/2021", None),
        (Some("DD-MM-YYYY"), "03/31/2021", None),
    ] {
        match (to_app(&settings("YYYY-MM-DD", input), json!(text)), written) {
            (Ok(found), Some(written)) => assert_eq!(found, written, "{text}"),
            (Err(fault), None) => assert!(fault.is(400, Some("invalidValue")), "{text}"),
            (found, _) => panic!("{input:?} {text}: {found:?}"),
        }
    }
    let fault = to_app(&settings("YYYY-MM-DD", None), json!("03/04/2021")).unwrap_err();
    assert!(fault.detail.contains("start-date-input") && fault.detail.contains("2021-03-01"), "{fault}");
}

#[test]
fn a4_what_is_no_date_is_refused() {
    let fake = settings("MM-DD-YYYY", None);
    for text in [
        "soon",
        "2021",
        "2021-13-01",
        "2021-02-29",
        "31-04-2021",
        "1-2-21",
        "20210301",
        "2021-03-01Tx",
        "2021-03",
        "2021-03-01-05",
        "+021-03-01",
        "44256",
    ] {
        let fault = to_app(&fake, json!(text)).unwrap_err();
        assert!(fault.is(400, Some("invalidValue")) && fault.detail.contains("is not a date"), "{text}: {fault}");
    }
    assert!(to_app(&fake, json!(44256)).unwrap_err().is(400, Some("invalidValue")));
    assert_eq!(to_app(&fake, json!("29-02-2024")), Ok(json!("02-29-2024")));
}

#[test]
fn a4_nothing_clears_it() {
    assert_eq!(to_app(&settings("MM-DD-YYYY", None), json!(" ")), Ok(json!("")));
}

#[test]
fn a4_on_the_way_back_a_date_is_year_month_day_and_anything_else_as_it_is() {
    for (format, shown, answered) in [
        ("MM-DD-YYYY", "03-04-2021", "2021-03-04"),
        ("DD-MM-YYYY", "03-04-2021", "2021-04-03"),
        ("YYYY-MM-DD", "2021-03-04", "2021-03-04"),
        ("MM-DD-YYYY", "in spring", "in spring"),
        ("MM-DD-YYYY", "31-12-2021", "31-12-2021"),
    ] {
        assert_eq!(to_scim(&settings(format, None), shown), answered, "{format}");
    }
}

#[test]
fn another_transform_is_not_there() {
    let fake = FakeApp::new();
    assert_eq!(AskSpoke::to_app(fake.app().settings(), "role", json!(1)).unwrap_err().status, 501);
    assert_eq!(AskSpoke::to_scim(fake.app().settings(), "role", json!(1)).unwrap_err().status, 501);
}
