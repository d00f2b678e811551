//! Reading a mapping takes time in proportion to its length, whatever it says: the gateway reads them beside its requests.

use super::{facts, types, user};
use crate::Mapping;
use crate::expression::Expression;
use crate::expression::random::{Random, expression};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// The fastest of a few attempts: the machine may be busy.
fn fastest(mut attempt: impl FnMut()) -> Duration {
    let timed = |attempt: &mut dyn FnMut()| {
        let started = Instant::now();
        attempt();
        started.elapsed()
    };
    (0..3).map(|_| timed(&mut attempt)).min().unwrap_or_default()
}

/// This build is not optimised: a release build takes a tenth.
fn allowed(bytes: usize, each: Duration) -> Duration {
    Duration::from_millis(50) + each * u32::try_from(bytes).unwrap()
}

/// A random rule, mostly one that is right.
fn rule(random: &mut Random) -> Value {
    let slots = ["userName", "title", "name.givenName", "emails[type eq \"work\"].value", "nickNam", "roles", "x[", ""];
    let fields = ["a", "a.b", "emails[type eq \"work\"].value", "a..b", "urn:x:y:z", "ä", ""];
    let of = |random: &mut Random, all: &[&str]| all[random.below(all.len())].to_owned();
    let mut rule = json!({"scim": of(random, &slots), "app": format!("{}{}", of(random, &fields), random.below(40))});
    let members = rule.as_object_mut().unwrap();
    for _ in 0..random.below(4) {
        let (key, value) = match random.below(9) {
            0 => ("expression", json!(expression(random, 4, None).replace("app.", "name."))),
            1 => ("inverse", json!(expression(random, 4, None))),
            2 => ("default", json!([of(random, &slots)])),
            3 => ("keep", json!(true)),
            4 => ("match", json!(random.below(3))),
            5 => ("transform", json!(of(random, &["not", "trim", "role", "rolle"]))),
            6 => ("constant", json!("\u{7}\"\\ü".repeat(random.below(200)))),
            7 => ("reference", json!(of(random, &["User", "Usr"]))),
            _ => ("direction", json!(of(random, &["to-app", "to-scim", "both", "two"]))),
        };
        members.insert(key.to_owned(), value);
    }
    rule
}

#[test]
fn reading_a_document_takes_time_in_proportion_to_its_length() {
    for seed in 0..60 {
        let mut random = Random(seed);
        let count = 1 << random.below(9);
        let rules: Vec<Value> = (0..count).map(|_| rule(&mut random)).collect();
        let document = json!({"resource-types": {"User": rules}});
        let mut text =
            if seed % 2 == 0 { document.to_string() } else { serde_json::to_string_pretty(&document).unwrap() };
        if seed % 5 == 0 {
            let cut = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap();
            text.truncate(cut);
        }
        let taken = fastest(|| drop(Mapping::parse(&text, "mapping.json", &types(), &facts())));
        let allowed = allowed(text.len(), Duration::from_micros(30));
        assert!(taken < allowed, "seed {seed}: {taken:?} for {} bytes", text.len());
    }
}

#[test]
fn reading_an_expression_takes_time_in_proportion_to_its_length() {
    let nested = |open: &str, inner: &str, close: &str| {
        let times = (1000 - inner.len()) / (open.len() + close.len()).max(1);
        format!("{}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let mut texts = vec![
        nested("(", "title", ")"),
        nested("[", "title", "]"),
        nested("!", "active", ""),
        nested("-", "1", ""),
        nested("title == \"a\" ? ", "title", " : title"),
        nested("title == \"a\" ? title : ", "title", ""),
        nested("coalesce(title, ", "title", ")"),
        nested("title + ", "title", ""),
        nested("active && ", "active", ""),
        nested("active || ", "active", ""),
        nested("{\"a\": ", "title", "}"),
        nested("emails.exists(e, ", "true", ")"),
        nested("[title, ", "title", "]"),
        nested("title.", "a", ""),
        nested("title[0]", "", ""),
        nested("\"", "", "\""),
        nested("(", "", ""),
        nested(")", "", ""),
        nested("a < ", "a", ""),
        nested("\"\\\\\"+", "title", ""),
        nested("?:", "title", ""),
        nested("[(", "title", ""),
    ];
    texts.extend((0..300).map(|seed| expression(&mut Random(seed), 5, None)).filter(|text| text.len() < 1024));
    for text in texts {
        let taken = fastest(|| {
            drop(Expression::over_app(&text));
            drop(Expression::over_resource(&text, &user()));
        });
        let allowed = allowed(text.len(), Duration::from_micros(400));
        assert!(taken < allowed, "{taken:?} for {} bytes: {text}", text.len());
    }
}
