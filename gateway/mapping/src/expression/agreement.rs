//! Compares our evaluation with the `cel` crate's, on random expressions and values.

use super::error::EvaluationError;
use super::inspect::{self, Scope};
use super::random::{Random, expression};
use super::{Budget, ENVIRONMENT, Expression, Input, Known};
use cel::common::types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelNull, CelString, CelUInt};
use cel::common::value::Val;
use cel::objects::Key;
use cel::{Context, Env};
use serde_json::{Number, Value, json};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

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
    for seed in 0..4_000 {
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
    assert!(compared.iter().all(|count| *count > 500), "both outcomes are compared often: {compared:?}");
}
