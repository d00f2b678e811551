//! Compares our evaluation with the `cel` crate's, on random expressions and values.

use super::error::EvaluationError;
use super::inspect::{self, Scope};
use super::{Budget, ENVIRONMENT, Expression, Input, Known};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelNull, CelString, CelUInt};
use cel::common::value::Val;
use cel::objects::Key;
use cel::{Context, Env};
use serde_json::{Number, Value, json};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

/// A small generator of numbers (splitmix64), so that a failure can be repeated.
pub(super) struct Random(pub(super) u64);

impl Random {
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).unwrap()
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

/// A random expression over `app`; `bound` is the variable of the macro around it.
pub(super) fn expression(random: &mut Random, depth: usize, bound: Option<&str>) -> String {
    let leaf = |random: &mut Random| match (random.below(10), bound) {
        (0..=3, Some(name)) => format!("{name}{}", random.of(&["", ".a", ".b", "[0]"])),
        (0..=4, _) => format!("app.{}", random.of(&["s", "t", "n", "m", "f", "l", "o", "p", "none", "o.a", "p[1]"])),
        _ => random
            .of(&["null", "true", "false", "0", "1", "2u", "1.5", "\"\"", "\"ab\"", "\"1\"", "[]", "{}"])
            .to_owned(),
    };
    if depth == 0 {
        return leaf(random);
    }
    let part = |random: &mut Random| expression(random, depth - 1, bound);
    match random.below(if bound.is_some() { 13 } else { 16 }) {
        0 => leaf(random),
        1..=3 => {
            let operator =
                random.of(&["+", "-", "*", "/", "%", "==", "!=", "<", "<=", ">", ">=", "&&", "||", "in", "+", "=="]);
            format!("({} {operator} {})", part(random), part(random))
        }
        4 => format!("({} ? {} : {})", part(random), part(random), part(random)),
        5 => format!("{}({})", random.of(&["!", "-"]), part(random)),
        6 => format!("[{}, {}]", part(random), part(random)),
        7 => format!("{{{}: {}}}", random.of(&["\"a\"", "\"b\"", "1", "true"]), part(random)),
        8 => format!("{}({})", random.of(&["size", "int", "uint", "double", "string", "bool"]), part(random)),
        9 => format!("({}).{}({})", part(random), random.of(&["contains", "startsWith", "endsWith"]), part(random)),
        10 => format!("coalesce({}, {}, {})", part(random), part(random), part(random)),
        11 => format!("({}){}", part(random), random.of(&[".a", "[0]", "[\"b\"]", "[1u]", "[0.0]"])),
        12 => format!("({})[{}]", part(random), part(random)),
        _ => {
            let range = part(random);
            let body = expression(random, depth - 1, Some("e"));
            match random.of(&["all", "exists", "exists_one", "filter", "map", "map"]) {
                "map" if random.below(2) == 0 => {
                    format!("({range}).map(e, {}, {body})", expression(random, depth - 1, Some("e")))
                }
                name => format!("({range}).{name}(e, {body})"),
            }
        }
    }
}

/// The maps have one entry, because the order of more is arbitrary.
fn document() -> Value {
    json!({"s": "abc", "t": "b", "n": 1, "m": 2, "f": 1.5, "l": [1, "b", null, {"a": 1}, [2]], "o": {"a": [1]},
        "p": [{"a": "x"}, {"b": 2}, {"a": "x"}], "big": u64::MAX, "yes": true})
}

/// What the crate makes of the same tree.
fn theirs(text: &str, known: &[Option<&Value>]) -> Option<Result<Option<Value>, ()>> {
    let program = ENVIRONMENT.compile(text).unwrap();
    let (ast, _) = inspect::inspect(program.expression().clone(), Scope::App, program.source_info()).unwrap();
    let root = Context::with_env(Arc::new(Env::stdlib()));
    let mut scope = root.new_inner_scope();
    for (index, value) in known.iter().enumerate() {
        scope.add_variable_as_val(inspect::variable(index), value.map_or_else(|| Box::new(CelNull) as _, to_cel));
    }
    let result = catch_unwind(AssertUnwindSafe(|| cel::Value::resolve(&ast, &scope))).ok()?;
    Some(result.map_err(drop).and_then(|value| from_cel(&value)))
}

fn to_cel<'v>(value: &'v Value) -> Box<dyn Val + 'v> {
    match value {
        Value::Null => Box::new(CelNull),
        Value::Bool(value) => Box::new(CelBool::from(*value)),
        Value::Number(number) => match (number.as_i64(), number.as_u64()) {
            (Some(integer), _) => Box::new(CelInt::from(integer)),
            (None, Some(large)) => Box::new(CelUInt::from(large)),
            (None, None) => Box::new(CelDouble::from(number.as_f64().unwrap())),
        },
        Value::String(text) => Box::new(CelString::from(text.as_str())),
        Value::Array(elements) => Box::new(CelList::from(elements.iter().map(to_cel).collect::<Vec<_>>())),
        Value::Object(members) => {
            let map: HashMap<_, _> =
                members.iter().map(|(name, member)| (name.as_str().into(), to_cel(member))).collect();
            Box::new(CelMap::from(map))
        }
    }
}

fn from_cel(value: &cel::Value) -> Result<Option<Value>, ()> {
    let json = |value: &cel::Value| Ok(from_cel(value)?.unwrap_or(Value::Null));
    Ok(Some(match value {
        cel::Value::Null => return Ok(None),
        cel::Value::Bool(value) => Value::Bool(*value),
        cel::Value::Int(value) => Value::from(*value),
        cel::Value::UInt(value) => Value::from(*value),
        cel::Value::Float(value) => Value::Number(Number::from_f64(*value).ok_or(())?),
        cel::Value::String(text) => Value::String(text.to_string()),
        cel::Value::List(elements) => Value::Array(elements.iter().map(json).collect::<Result<_, ()>>()?),
        cel::Value::Map(map) => Value::Object(
            map.map
                .iter()
                .map(|(key, member)| {
                    let Key::String(name) = key else { return Err(()) };
                    Ok((name.to_string(), json(member)?))
                })
                .collect::<Result<_, ()>>()?,
        ),
        _ => return Err(()),
    }))
}

#[test]
fn expressions_mean_what_they_mean_in_the_cel_crate() {
    let document = document();
    let mut compared = [0, 0];
    for seed in 0..30_000 {
        let mut random = Random(seed);
        let depth = 1 + random.below(4);
        let text = expression(&mut random, depth, None);
        let Ok(ours) = Expression::over_app(&text) else { continue };
        let values: Vec<Option<&Value>> = ours
            .inputs()
            .iter()
            .map(|input| {
                let Input::App(path) = input else { panic!("an input of the app") };
                path.iter().try_fold(&document, |value, step| value.get(step))
            })
            .collect();
        let Some(theirs) = theirs(&text, &values) else { continue };
        let known: Vec<_> = values.iter().map(|value| Known::from(*value)).collect();
        let ours = match ours.evaluate(&known, &mut Budget::default()) {
            Ok(value) => Ok(value),
            Err(EvaluationError::Failed(_)) => Err(()),
            Err(error) => panic!("{seed}: {text}: {error:?}"),
        };
        compared[usize::from(ours.is_ok())] += 1;
        assert_eq!(ours, theirs, "{seed}: {text}");
    }
    assert!(compared.iter().all(|count| *count > 5_000), "both outcomes are compared often: {compared:?}");
}
