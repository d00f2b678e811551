//! A request that was garbled does what the plain request does, or is refused; it never leaves a smaller resource.

use crate::fixture::{APP, ENTERPRISE, LENIENT, STRICT, object, steps, user};
use proptest::prelude::*;
use scim_protocol::{Direction, Error, ResourceType, apply, check, strip_read_only, urn};
use serde_json::{Map, Value, json};

/// What a client wants to write.
#[derive(Debug, Clone)]
struct Wanted {
    group: bool,
    attribute: &'static str,
    value: Value,
}

/// How the value is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Post,
    Put,
    Add,
    AddWithoutPath,
    Replace,
    ReplaceWithoutPath,
    Remove,
}

/// What becomes of it on its way.
#[derive(Debug, Clone)]
enum Garbling {
    None,
    /// A key of an object gets another name.
    Rename(usize, &'static str),
    /// The name of a key in another case.
    Case(usize),
    /// The value in an object or array of its own.
    Nest(&'static str),
    Wrap,
    /// Elements become something else.
    Element(usize, Value),
    /// The list, or the value, becomes something else.
    Whole(Value),
    /// Under the URN of the core schema.
    UnderUrn,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let word = || "[a-z]{1,4}";
    let members = prop::collection::btree_set(word(), 1..4)
        .prop_map(|ids| (true, "members", ids.iter().map(|id| json!({ "value": id })).collect::<Value>()));
    let list = |attribute: &'static str| {
        prop::collection::btree_set(word(), 1..4).prop_map(move |values| {
            let items = values.iter().map(|value| json!({ "value": value, "type": "work" }));
            (false, attribute, items.collect::<Value>())
        })
    };
    let addresses = (word(), word()).prop_map(|(locality, region)| {
        (false, "addresses", json!([{ "locality": locality, "region": region, "type": "work" }]))
    });
    let name = (word(), word())
        .prop_map(|(given, family)| (false, "name", json!({ "givenName": given, "familyName": family })));
    let manager = word().prop_map(|id| (false, "manager", json!({ "value": id })));
    prop_oneof![members, list("emails"), list("roles"), list("phoneNumbers"), addresses, name, manager]
        .prop_map(|(group, attribute, value)| Wanted { group, attribute, value })
}

fn garbling() -> impl Strategy<Value = Garbling> {
    let names = || prop::sample::select(vec!["id", "userId", "mail", "Value2", "x", "values", "$id"]);
    let junk = || {
        prop::sample::select(vec![
            json!(null),
            json!({}),
            json!([]),
            json!([null]),
            json!([{}]),
            json!("x"),
            json!(7),
            json!({ "x": 1 }),
            json!([{ "x": "y" }]),
            json!([[]]),
        ])
    };
    prop_oneof![
        Just(Garbling::None),
        (0..3_usize, names()).prop_map(|(at, name)| Garbling::Rename(at, name)),
        (0..3_usize).prop_map(Garbling::Case),
        prop::sample::select(vec!["members", "emails", "value", "x", "name"]).prop_map(Garbling::Nest),
        Just(Garbling::Wrap),
        (0..3_usize, junk()).prop_map(|(at, value)| Garbling::Element(at, value)),
        junk().prop_map(Garbling::Whole),
        Just(Garbling::UnderUrn),
    ]
}

impl Garbling {
    fn of(&self, value: &Value) -> Value {
        let mut value = value.clone();
        match self {
            Self::None | Self::UnderUrn => {}
            Self::Rename(at, name) => rename(&mut value, *at, |_| (*name).to_owned()),
            Self::Case(at) => rename(&mut value, *at, str::to_uppercase),
            Self::Nest(name) => value = json!({ (*name): value }),
            Self::Wrap => value = json!([value]),
            Self::Element(at, other) => match &mut value {
                Value::Array(items) => {
                    let at = at % items.len();
                    items[at] = other.clone();
                }
                single => *single = other.clone(),
            },
            Self::Whole(other) => value = other.clone(),
        }
        value
    }

    /// Whether it says, in the RFC's own words, that there is less: `null`, `[]`, an element that is empty.
    fn asks_for_less(&self) -> bool {
        let is_empty = |value: &Value| matches!(value, Value::Null) || *value == json!([]) || *value == json!({});
        matches!(self, Self::Element(_, other) | Self::Whole(other) if is_empty(other))
    }
}

fn rename(value: &mut Value, at: usize, to: impl Fn(&str) -> String) {
    let object = match value {
        Value::Array(items) => items.first_mut().and_then(Value::as_object_mut),
        single => single.as_object_mut(),
    };
    let Some(object) = object else { return };
    let Some(key) = object.keys().nth(at % object.len()).cloned() else { return };
    let renamed: Map<String, Value> =
        std::mem::take(object).into_iter().map(|(k, v)| if k == key { (to(&k), v) } else { (k, v) }).collect();
    *object = renamed;
}

/// How many values a resource has.
fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => items.iter().map(size).sum(),
        Value::Object(object) => object.values().map(size).sum(),
        Value::Null => 0,
        _ => 1,
    }
}

fn way() -> impl Strategy<Value = Way> {
    prop::sample::select(vec![
        Way::Post,
        Way::Put,
        Way::Add,
        Way::AddWithoutPath,
        Way::Replace,
        Way::ReplaceWithoutPath,
        Way::Remove,
    ])
}

/// The bodies and operations that carry a value: `None` for the resource as a whole, as in POST and PUT.
fn request(wanted: &Wanted, garbling: &Garbling, way: Way) -> (Option<Value>, Value) {
    let value = garbling.of(&wanted.value);
    let is_extension = wanted.attribute == "manager";
    let mut nested = json!({ (wanted.attribute): value });
    if is_extension {
        nested = json!({ (ENTERPRISE): nested });
    } else if matches!(garbling, Garbling::UnderUrn) {
        nested = json!({ (if wanted.group { urn::GROUP } else { urn::USER }): nested });
    }
    let path = if is_extension { format!("{ENTERPRISE}:manager") } else { wanted.attribute.to_owned() };
    let with_path = |op: &str| Some(json!([{ "op": op, "path": path, "value": value }]));
    let without = |op: &str| Some(json!([{ "op": op, "value": nested }]));
    let operation = match way {
        Way::Add => with_path("add"),
        Way::AddWithoutPath => without("add"),
        Way::Replace => with_path("replace"),
        Way::ReplaceWithoutPath => without("replace"),
        Way::Remove => with_path("remove"),
        Way::Post | Way::Put => None,
    };
    (operation, nested)
}

fn carried_out(wanted: &Wanted, before: &Value, garbling: &Garbling, way: Way, lenient: bool) -> Result<Value, Error> {
    let kind = if wanted.group { ResourceType::group() } else { user() };
    let (operations, body) = request(wanted, garbling, way);
    let Some(operations) = operations else {
        let mut resource = object(json!({ "userName": "u", "displayName": "d", (APP): { "ssoName": "s" } }));
        resource.extend(object(body));
        let mut resource = kind.normalize(resource)?.resource;
        strip_read_only(&kind, &mut resource);
        check(&kind, &resource, if way == Way::Post { Direction::Create } else { Direction::Replace })?;
        return Ok(Value::Object(resource));
    };
    let leniency = if lenient { LENIENT } else { STRICT };
    let mut resource = object(before.clone());
    apply(&kind, &mut resource, &steps(&kind, &operations, leniency)?)?;
    Ok(Value::Object(resource))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2048, ..ProptestConfig::default() })]

    #[test]
    fn a_garbled_request_does_what_the_plain_one_does_or_is_refused(
        wanted in wanted(),
        garbling in garbling(),
        way in way(),
        lenient in any::<bool>(),
    ) {
        let before = json!({
            "userName": "u", "displayName": "d", (wanted.attribute): wanted.value,
            (ENTERPRISE): { "manager": { "value": "old" } },
        });
        let mut before = object(before);
        if wanted.attribute == "manager" {
            before.remove("manager");
        }
        if matches!(way, Way::Add | Way::AddWithoutPath) {
            before.remove(wanted.attribute);
        }
        let before = Value::Object(before);
        let plain = carried_out(&wanted, &before, &Garbling::None, way, lenient).unwrap();
        let garbled = carried_out(&wanted, &before, &garbling, way, lenient);
        match garbled {
            Err(error) => prop_assert_eq!(u16::from(error.status), 400, "{}", error),
            Ok(_) if garbling.asks_for_less() => {}
            Ok(garbled) => {
                // Part of an address or a name may be ignored, which is listed; then the rest is there.
                let lost = usize::from(matches!(garbling, Garbling::Rename(..)));
                prop_assert!(size(&garbled) + lost >= size(&plain), "{:?} {:?} {:?}: {}", way, wanted, garbling, garbled);
                let is_other = matches!(garbling, Garbling::Whole(_) | Garbling::Element(..));
                if way == Way::Remove || (lost == 0 && !is_other) {
                    prop_assert_eq!(garbled, plain, "{:?} {:?} {:?}", way, wanted, garbling);
                }
            }
        }
    }
}
