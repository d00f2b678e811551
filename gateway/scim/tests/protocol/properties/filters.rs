//! Filters against `scim_v2` and against a model that collects all values of an operand and tries them one by one.

use crate::fixture::{ENTERPRISE, object, user};
use proptest::prelude::*;
use scim_protocol::{AttributePath, CompareOp, Comparison, Filter, Object, Operand};
use serde_json::{Value, json};

fn path() -> impl Strategy<Value = AttributePath> {
    let names =
        ["userName", "externalId", "nickName", "active", "name.givenName", "emails.value", "emails.type", "emails"];
    let urn = format!("{ENTERPRISE}:department");
    prop_oneof![
        8 => prop::sample::select(names.to_vec()).prop_map(|name| name.parse().unwrap()),
        1 => Just(urn.parse().unwrap()),
    ]
}

fn operator() -> impl Strategy<Value = CompareOp> {
    use CompareOp::{Co, Eq, Ew, Ge, Gt, Le, Lt, Ne, Sw};
    prop::sample::select(vec![Eq, Ne, Co, Sw, Ew, Gt, Ge, Lt, Le])
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[abAB]{1,2}", 1 => "[ -~äÄ\\PC]{0,4}"]
}

fn literal() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => word().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => (-1e9..1e9f64).prop_map(Value::from),
        1 => Just(Value::Null),
    ]
}

fn comparison(path: impl Strategy<Value = AttributePath>) -> impl Strategy<Value = Filter> {
    (path, operator(), literal())
        .prop_map(|(path, op, value)| Filter::Compare(Comparison { path: Operand::plain(path), op, value }))
}

fn sub_path() -> impl Strategy<Value = AttributePath> {
    prop::sample::select(vec!["value", "type", "primary"]).prop_map(AttributePath::core)
}

fn logic(leaf: BoxedStrategy<Filter>, depth: u32) -> BoxedStrategy<Filter> {
    leaf.prop_recursive(depth, 12, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(|items| flat(items, true)),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|items| flat(items, false)),
            inner.prop_map(|filter| Filter::Not(Box::new(filter))),
        ]
    })
    .boxed()
}

/// The parser's own form: no `And` in an `And`, no `Or` in an `Or`.
fn flat(items: Vec<Filter>, and: bool) -> Filter {
    let mut all = Vec::new();
    for item in items {
        match item {
            Filter::And(inner) if and => all.extend(inner),
            Filter::Or(inner) if !and => all.extend(inner),
            other => all.push(other),
        }
    }
    if and { Filter::And(all) } else { Filter::Or(all) }
}

fn selector() -> BoxedStrategy<Filter> {
    let leaf = prop_oneof![comparison(sub_path()), sub_path().prop_map(|path| Filter::Present(Operand::plain(path))),];
    logic(leaf.boxed(), 2)
}

fn rfc_filter() -> BoxedStrategy<Filter> {
    let leaf = prop_oneof![
        4 => comparison(path()),
        1 => path().prop_map(|path| Filter::Present(Operand::plain(path))),
        1 => selector().prop_map(|filter| Filter::Elements { path: AttributePath::core("emails"), filter: Box::new(filter) }),
    ];
    logic(leaf.boxed(), 3)
}

fn any_filter() -> BoxedStrategy<Filter> {
    let entra = (selector(), sub_path(), operator(), literal()).prop_map(|(selector, sub, op, value)| {
        let path = Operand {
            path: AttributePath::core("emails"),
            selector: Some(Box::new(selector)),
            sub: Some(sub.attribute),
        };
        Filter::Compare(Comparison { path, op, value })
    });
    logic(prop_oneof![3 => rfc_filter(), 1 => entra].boxed(), 2)
}

pub(crate) fn resource() -> impl Strategy<Value = Object> {
    let email = (prop::option::of(word()), prop::option::of("[abAB]"), prop::option::of(any::<bool>())).prop_map(
        |(value, kind, primary)| {
            let mut email = Object::new();
            for (name, value) in [("value", json!(value)), ("type", json!(kind)), ("primary", json!(primary))] {
                if !value.is_null() {
                    email.insert(name.to_owned(), value);
                }
            }
            Value::Object(email)
        },
    );
    let emails = prop::option::of(prop::collection::vec(email, 0..3));
    (
        prop::option::of(word()),
        prop::option::of(word()),
        prop::option::of(any::<bool>()),
        prop::option::of(word()),
        emails,
    )
        .prop_map(|(user_name, external_id, active, given, emails)| {
            let department = user_name.clone();
            // A list of nothing but empty elements is refused.
            let emails =
                emails.map(|emails| emails.into_iter().filter(|email| email != &json!({})).collect::<Vec<_>>());
            let all = json!({
                "userName": user_name, "externalId": external_id, "active": active, "emails": emails,
                "name": { "givenName": given }, (ENTERPRISE): { "department": department },
            });
            user().normalize(object(all)).unwrap().resource
        })
}

/// The model: all values of an operand, collected, then tried one by one.
fn naive(filter: &Filter, resource: &Value) -> bool {
    match filter {
        Filter::And(items) => items.iter().all(|item| naive(item, resource)),
        Filter::Or(items) => items.iter().any(|item| naive(item, resource)),
        Filter::Not(inner) => !naive(inner, resource),
        Filter::Present(operand) => values(operand, resource).into_iter().flatten().any(|value| has_content(&value)),
        Filter::Elements { path, filter } => list(&resource[&path.attribute]).iter().any(|item| naive(filter, item)),
        Filter::Compare(Comparison { path, op, value: literal }) => {
            values(path, resource).into_iter().any(|stored| naive_compare(path, *op, stored, literal))
        }
    }
}

fn naive_compare(operand: &Operand, op: CompareOp, stored: Option<Value>, literal: &Value) -> bool {
    let exact = operand.path.attribute == "externalId";
    let fold = |value: Value| match value {
        Value::String(text) if !exact => Value::String(text.chars().flat_map(char::to_lowercase).collect()),
        other => other,
    };
    let (stored, literal) = (stored.map_or(Value::Null, fold), fold(literal.clone()));
    let texts = || Some((stored.as_str()?, literal.as_str()?));
    match op {
        CompareOp::Eq => stored == literal,
        CompareOp::Ne => stored != literal,
        CompareOp::Co => texts().is_some_and(|(stored, literal)| stored.contains(literal)),
        CompareOp::Sw => texts().is_some_and(|(stored, literal)| stored.starts_with(literal)),
        CompareOp::Ew => texts().is_some_and(|(stored, literal)| stored.ends_with(literal)),
        CompareOp::Gt => texts().is_some_and(|(stored, literal)| stored > literal),
        CompareOp::Ge => texts().is_some_and(|(stored, literal)| stored >= literal),
        CompareOp::Lt => texts().is_some_and(|(stored, literal)| stored < literal),
        CompareOp::Le => texts().is_some_and(|(stored, literal)| stored <= literal),
    }
}

fn values(operand: &Operand, resource: &Value) -> Vec<Option<Value>> {
    let container = operand.path.schema.as_ref().map_or(resource, |urn| &resource[urn]);
    let top = &container[&operand.path.attribute];
    let found: Vec<Option<Value>> = match operand.sub.as_ref().or(operand.path.sub.as_ref()) {
        None => list(top).into_iter().map(Some).collect(),
        Some(sub) => list(top)
            .into_iter()
            .filter(|item| operand.selector.as_ref().is_none_or(|selector| naive(selector, item)))
            .map(|item| Some(item[sub].clone()).filter(|value| !value.is_null()))
            .collect(),
    };
    if found.is_empty() { vec![None] } else { found }
}

pub(crate) fn list(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => Vec::new(),
        Value::Array(items) => items.clone(),
        other => vec![other.clone()],
    }
}

fn has_content(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        Value::Array(items) => items.iter().any(has_content),
        Value::Object(parts) => parts.values().any(has_content),
        _ => true,
    }
}

proptest! {
    #[test]
    fn a_filter_prints_as_what_it_is(filter in any_filter()) {
        prop_assert_eq!(Filter::parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn scim_v2_takes_every_filter_of_the_rfc_grammar(filter in rfc_filter()) {
        let text = filter.to_string();
        prop_assert!(text.parse::<scim_v2::filter::Filter>().is_ok(), "{}", text);
    }

    #[test]
    fn a_filter_matches_what_the_model_matches(filter in any_filter(), resource in resource()) {
        if let Ok(checked) = filter.check(&user()) {
            let expected = naive(&checked, &Value::Object(resource.clone()));
            prop_assert_eq!(checked.matches(&user(), &resource), expected, "{}", checked);
            prop_assert_eq!(checked.check(&user()), Ok(checked.clone()), "checking twice changes nothing");
        }
    }
}
