//! What a mapping may cost, whatever it says and whatever the app answers.

use super::{Roles, edits, facts, now, object, types, users};
use crate::budget::size;
use crate::expression::{EvaluationError, Expression, Input, Known, random};
use crate::{Budget, Derived, MapError, Mapping, Problem, Spent, TransformFault, Transforms, Work};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

fn inverse(text: &str) -> Mapping {
    users(&json!([{"scim": "title", "inverse": text, "direction": "to-scim"}]))
}

fn numbers(count: u32) -> Value {
    (0..count).map(Value::from).collect()
}

#[test]
fn an_expression_that_takes_too_many_steps_or_bytes_names_its_rule() {
    let (many, long) = (numbers(20_000), "x".repeat(60_000));
    for (text, document, steps, expected) in [
        (
            "string(app.l.exists(e, e in app.m))",
            json!({"l": many, "m": (20_000..40_000).map(Value::from).collect::<Value>()}),
            20_000_000,
            Spent::Expression(1_000_000),
        ),
        ("app.k.map(e, app.big + \"x\")[0]", json!({"k": many, "big": long}), u64::MAX, Spent::Expression(1_000_000)),
        ("app.k.map(e, lower(app.big))[0]", json!({"k": many, "big": long}), u64::MAX, Spent::Expression(1_000_000)),
        ("app.k.map(e, [app.k + app.k])[0]", json!({"k": many}), u64::MAX, Spent::Expression(1_000_000)),
        (
            "app.k.map(e, join([app.big], \"\"))[0]",
            json!({"k": many, "big": long}),
            u64::MAX,
            Spent::Expression(1_000_000),
        ),
        (
            "app.k.map(e, replace(app.big, \"y\", \"z\"))[0]",
            json!({"k": many, "big": long}),
            u64::MAX,
            Spent::Expression(1_000_000),
        ),
        (
            "app.k.map(e, app.big.contains(\"y\"))[0]",
            json!({"k": many, "big": long}),
            u64::MAX,
            Spent::Expression(1_000_000),
        ),
        ("app.k.map(e, size(app.big))[0]", json!({"k": many, "big": long}), u64::MAX, Spent::Expression(1_000_000)),
        (
            "app.k.map(e, app.big == app.other)[0]",
            json!({"k": many, "big": long, "other": long}),
            u64::MAX,
            Spent::Expression(1_000_000),
        ),
        (
            "app.k.all(e, [app.k] == [app.other])",
            json!({"k": many, "other": many}),
            u64::MAX,
            Spent::Expression(1_000_000),
        ),
        ("string(size(app.l))", json!({"l": many}), 1_000, Spent::Steps(1_000)),
    ] {
        let mapping = inverse(text);
        let mut budget = Budget::new(steps, 1 << 40);
        let started = Instant::now();
        let result = now(mapping.of("User").unwrap().to_scim(&object(&document), &[], &mut budget, &mut Roles));
        let place = "mapping.json:1:28: User rule 1 (title)".to_owned();
        let error = MapError::TooExpensive { attribute: "title".to_owned(), place, spent: expected, from_app: true };
        assert_eq!(result, Err(error), "{text}");
        assert!(started.elapsed() < Duration::from_secs(5), "{text}: {:?}", started.elapsed());
    }
}

#[test]
fn a_page_is_bounded_in_bytes_whatever_makes_it_large() {
    let big = "x".repeat(100_000);
    let document = json!({"big": big, "id": 1});
    for rule in [
        json!({"scim": "title", "constant": big, "direction": "to-scim"}),
        json!({"scim": "title", "app": "big"}),
        json!({"scim": "title", "app": "big", "transform": "trim"}),
        json!({"scim": "roles", "app": "big", "transform": "role"}),
        json!({"scim": "addresses", "inverse": "[{\"formatted\": app.big}]", "direction": "to-scim"}),
    ] {
        let mapping = users(&json!([rule]));
        let mut budget = Budget::default();
        let mut made = 0;
        let error = (0..30_000).find_map(|_| {
            match now(mapping.of("User").unwrap().to_scim(&object(&document), &[], &mut budget, &mut Roles)) {
                Ok(resource) => {
                    made += size(&Value::Object(resource));
                    None
                }
                Err(error) => Some(error),
            }
        });
        // An expression's result is cut at 64 KiB before it is too much.
        let cut = matches!(error, Some(MapError::AppValue { .. }));
        let spent = matches!(error, Some(MapError::TooExpensive { spent: Spent::Bytes(_), from_app: true, .. }));
        assert!(cut || spent, "nothing is refused");
        // Beside the values, a resource takes its names.
        assert!(made <= 65 << 20, "{made} bytes");
    }
}

#[test]
fn what_is_made_of_a_clients_values_is_bounded() {
    let big = "x".repeat(100_000);
    let rules: Vec<_> =
        (0..900).map(|field| json!({"scim": "locale", "app": format!("f{field}"), "constant": big})).collect();
    let mut text = json!({"resource-types": {"User": rules}}).to_string();
    assert!(text.len() > 1 << 20);
    let error = Mapping::parse(&text, "m", &types(), &facts()).unwrap_err();
    assert!(matches!(error.0[0].problem, Problem::Limit(_)), "{error}");
    // Many rules that copy one value of the client.
    let rules: Vec<_> =
        (0..900).map(|field| json!({"scim": "title", "app": format!("f{field}"), "direction": "to-app"})).collect();
    text = json!({"resource-types": {"User": rules}}).to_string();
    let mapping = Mapping::parse(&text, "m", &types(), &facts()).unwrap_or_else(|errors| panic!("{errors}"));
    let user = object(&json!({"title": big}));
    let of = mapping.of("User").unwrap();
    let spent =
        |error: MapError| matches!(error, MapError::TooExpensive { spent: Spent::Bytes(_), from_app: false, .. });
    assert!(spent(now(of.to_app(&user, &mut Budget::default(), &mut Roles)).unwrap_err()));
    assert!(spent(
        now(of.diff(&object(&json!({})), &user, &Derived::default(), &mut Budget::default(), &mut Roles)).unwrap_err()
    ));
    let patch = edits(0, &json!([{"op": "replace", "path": "title", "value": big}]));
    assert!(spent(now(of.change(&patch, &mut Budget::default(), &mut Roles)).unwrap_err()));
}

#[test]
fn mapping_and_connector_use_up_one_budget() {
    let mapping = inverse("string(app.l.exists(e, e == -1))");
    let (of, document) = (mapping.of("User").unwrap(), object(&json!({"l": numbers(2_000)})));
    let (time, work) = (Duration::from_millis(100), Work::default());
    let mut budget = Budget::of_operation(time, 64 << 20, work.clone());
    now(of.to_scim(&document, &[], &mut budget, &mut Roles)).unwrap();
    let mapped = work.spent();
    assert!(mapped > Duration::from_micros(200) && mapped < time / 2, "{mapped:?}");
    // The connector computes for the rest.
    work.add(time - mapped);
    let error = now(of.to_scim(&document, &[], &mut budget, &mut Roles)).unwrap_err();
    assert!(matches!(error, MapError::TooExpensive { spent: Spent::Steps(1_000_000), .. }), "{error}");
    assert!(work.spent() < time + time / 10, "what was refused was not done: {:?}", work.spent());
}

/// Counts how often other work may run.
struct Pauses(usize);

impl Transforms for Pauses {
    async fn to_app(&mut self, _: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        Ok(Some(value.clone()))
    }

    async fn to_scim(&mut self, _: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        Ok(Some(value.clone()))
    }

    async fn pause(&mut self) {
        self.0 += 1;
    }
}

#[test]
fn long_mapping_pauses() {
    let mapping = inverse("string(app.l.exists(e, e == -1))");
    let document = object(&json!({"l": numbers(5_000)}));
    let (mut budget, mut pauses) = (Budget::default(), Pauses(0));
    for _ in 0..50 {
        now(mapping.of("User").unwrap().to_scim(&document, &[], &mut budget, &mut pauses)).unwrap();
    }
    let steps = usize::try_from(budget.used().0).unwrap();
    assert!(steps > 500_000, "{steps}");
    assert!(pauses.0 >= steps / 100_000 && pauses.0 <= steps / 40_000, "{} pauses of {steps} steps", pauses.0);
}

#[test]
fn random_expressions_stay_within_their_budget() {
    let mut outcomes = [0, 0, 0];
    for seed in 0..600 {
        let mut random = random::Random(seed);
        let depth = 1 + random.below(4);
        let text = random::expression(&mut random, depth, None);
        let Ok(expression) = Expression::over_app(&text) else { continue };
        let (wide, long) = ([3, 300, 10_000][random.below(3)], [3, 3_000, 60_000][random.below(3)]);
        let document = json!({"s": "ab".repeat(long), "t": "b".repeat(long), "n": 1, "m": 2, "f": 1.5, "l": numbers(wide),
            "o": {"a": numbers(wide)}, "p": (0..wide).map(|n| json!({"a": n})).collect::<Value>()});
        let values: Vec<Option<&Value>> = expression
            .inputs()
            .iter()
            .map(|input| {
                let Input::App(path) = input else { panic!("an input of the app") };
                path.iter().try_fold(&document, |value, step| value.get(step))
            })
            .collect();
        let known: Vec<_> = values.into_iter().map(Known::from).collect();
        let limits = (20_000, 20_000);
        let mut budget = Budget::new(limits.0, limits.1);
        let started = Instant::now();
        let result = expression.evaluate(&known, &mut budget);
        let elapsed = started.elapsed();
        let (steps, bytes) = budget.used();
        assert!(steps <= limits.0 && bytes <= limits.1, "{seed}: {text}");
        // 5 µs a step is 100 times a release build's: this build is not optimised, and the machine may be busy.
        let allowed = Duration::from_millis(300) + Duration::from_micros(5 * steps);
        assert!(elapsed <= allowed, "{seed}: {text}: {elapsed:?} for {steps} steps");
        match result {
            Ok(value) => {
                let made = value.as_ref().map_or(0, size) as u64;
                assert!(made <= bytes + 64, "{seed}: {text}: {made} bytes made, {bytes} charged");
                outcomes[0] += 1;
            }
            Err(EvaluationError::Spent(_)) => outcomes[1] += 1,
            Err(_) => outcomes[2] += 1,
        }
    }
    assert!(outcomes.iter().all(|count| *count > 10), "every outcome is seen: {outcomes:?}");
}

#[test]
fn large_documents_are_refused_soon() {
    let many = |count: usize, of: &dyn Fn(usize) -> String| (0..count).map(of).collect::<Vec<_>>().join(",");
    let rules = |rules: String| format!("{{\"resource-types\":{{\"User\":[{rules}]}}}}");
    for (name, text, expected) in [
        ("keys", format!("{{{}}}", many(80_000, &|n| format!("\"k{n}\":1"))), "only the first 100 errors"),
        (
            "keys of a rule",
            rules(format!("{{{}}}", many(80_000, &|n| format!("\"k{n}\":1")))),
            "only the first 100 errors",
        ),
        ("the same key", format!("{{{}}}", many(80_000, &|_| "\"k\":1".to_owned())), "only the first 100 errors"),
        (
            "types",
            format!("{{\"resource-types\":{{{}}}}}", many(60_000, &|n| format!("\"T{n}\":[]"))),
            "only the first 100 errors",
        ),
        ("rules", rules(many(80_000, &|_| "{}".to_owned())), "80000 rules; a mapping may have 1000"),
        (
            "wrong rules",
            rules(many(1_000, &|n| format!("{{\"scim\":\"titel{n}\",\"app\":\"a..b\"}}"))),
            "only the first 100 errors",
        ),
        (
            "the same slot",
            rules(many(1_000, &|n| format!("{{\"scim\":\"title\",\"app\":\"a{n}\"}}"))),
            "only the first 100 errors",
        ),
        ("a long name", format!("{{\"{}\":1}}", "k".repeat(1_000_000)), "unknown property `kkk"),
        ("text", rules(" ".repeat(2 << 20)), "a mapping may have 1048576"),
    ] {
        let started = Instant::now();
        let errors = Mapping::parse(&text, "mapping.json", &types(), &facts()).unwrap_err().to_string();
        let elapsed = started.elapsed();
        assert!(errors.contains(expected), "{name}: {}", errors.chars().take(500).collect::<String>());
        assert!(errors.len() < 100_000, "{name}: {} bytes of errors", errors.len());
        // Not optimised: a release build takes a tenth of it.
        assert!(elapsed < Duration::from_secs(4), "{name}: {elapsed:?}");
    }
}
