//! A request that was garbled does what the plain request does, or is refused; it never leaves a smaller resource.

use crate::fixture::{APP, ENTERPRISE, LENIENT, STRICT, object, steps, user};
use garbling::{Garbling, Way, size};
use proptest::prelude::*;
use scim_protocol::{Direction, Error, ResourceType, apply, check, strip_read_only, urn};
use serde_json::{Value, json};

/// What a client wants to write.
#[derive(Debug, Clone)]
struct Wanted {
    group: bool,
    attribute: &'static str,
    value: Value,
}

/// What becomes of it on its way.
#[derive(Debug, Clone)]
enum Transit {
    Plain,
    /// Under the URN of the core schema.
    UnderUrn,
    Garbled(Garbling),
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

fn transit() -> impl Strategy<Value = Transit> {
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
    let garbling = prop_oneof![
        (0..3_usize, names()).prop_map(|(at, name)| Garbling::Rename(at, name)),
        (0..3_usize).prop_map(Garbling::Case),
        prop::sample::select(vec!["members", "emails", "value", "x", "name"]).prop_map(Garbling::Nest),
        Just(Garbling::Wrap),
        (0..3_usize, junk()).prop_map(|(at, value)| Garbling::Element(at, value)),
        junk().prop_map(Garbling::Whole),
    ];
    prop_oneof![1 => Just(Transit::Plain), 6 => garbling.prop_map(Transit::Garbled), 1 => Just(Transit::UnderUrn)]
}

impl Transit {
    fn of(&self, value: &Value) -> Value {
        match self {
            Self::Plain | Self::UnderUrn => value.clone(),
            Self::Garbled(garbling) => garbling.of(value),
        }
    }

    /// Whether it says, in the RFC's own words, that there is less: `null`, `[]`, an element that is empty.
    fn asks_for_less(&self) -> bool {
        let is_empty = |value: &Value| matches!(value, Value::Null) || *value == json!([]) || *value == json!({});
        matches!(self, Self::Garbled(garbling) if garbling.replacement().is_some_and(is_empty))
    }
}

/// The bodies and operations that carry a value: `None` for the resource as a whole, as in POST and PUT.
fn request(wanted: &Wanted, transit: &Transit, way: Way) -> (Option<Value>, Value) {
    let value = transit.of(&wanted.value);
    let is_extension = wanted.attribute == "manager";
    let mut nested = json!({ (wanted.attribute): value });
    if is_extension {
        nested = json!({ (ENTERPRISE): nested });
    } else if matches!(transit, Transit::UnderUrn) {
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

fn carried_out(wanted: &Wanted, before: &Value, transit: &Transit, way: Way, lenient: bool) -> Result<Value, Error> {
    let kind = if wanted.group { ResourceType::group() } else { user() };
    let (operations, body) = request(wanted, transit, way);
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
        transit in transit(),
        way in prop::sample::select(Way::ALL.to_vec()),
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
        let plain = carried_out(&wanted, &before, &Transit::Plain, way, lenient).unwrap();
        let garbled = carried_out(&wanted, &before, &transit, way, lenient);
        match garbled {
            Err(error) => prop_assert_eq!(u16::from(error.status), 400, "{}", error),
            Ok(_) if transit.asks_for_less() => {}
            Ok(garbled) => {
                // Part of an address or a name may be ignored, which is listed; then the rest is there.
                let lost = usize::from(matches!(transit, Transit::Garbled(Garbling::Rename(..))));
                prop_assert!(size(&garbled) + lost >= size(&plain), "{:?} {:?} {:?}: {}", way, wanted, transit, garbled);
                let is_other = matches!(&transit, Transit::Garbled(garbling) if garbling.replacement().is_some());
                if way == Way::Remove || (lost == 0 && !is_other) {
                    prop_assert_eq!(garbled, plain, "{:?} {:?} {:?}", way, wanted, transit);
                }
            }
        }
    }
}
