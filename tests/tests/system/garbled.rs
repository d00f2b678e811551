//! A request that was garbled on its way does what the plain request does, or is refused and changes nothing: neither the app nor
//! what the gateway remembers. For users and groups, POST, PUT, PATCH (add, remove, replace) and bulk, through the whole gateway, for
//! every app.

use garbling::{Garbling, Way, replace_element, size};
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use scim_gateway_tests::system::Plan;
use scim_gateway_tests::world::{Client, World, group, patch, user};
use serde_json::{Value, json};

/// Requests for each app.
const CASES: usize = 100;
/// In place of the resource's own name, in a value.
const OWN_NAME: &str = "{own-name}";

/// What a client wants to write.
#[derive(Debug, Clone)]
struct Wanted {
    way: Way,
    in_bulk: bool,
    attribute: &'static str,
    value: Value,
}

fn wanted() -> impl Strategy<Value = Wanted> {
    let members = prop::collection::btree_set(0..4_usize, 1..3).prop_map(|numbers| {
        let members = numbers.iter().map(|number| json!({ "value": format!("{{member-{number}}}") }));
        ("members", members.collect::<Value>())
    });
    let name = ("[a-z]{2,4}", "[a-z]{2,4}")
        .prop_map(|(given, family)| ("name", json!({ "givenName": given, "familyName": family })));
    let emails = Just(("emails", json!([{ "value": OWN_NAME, "type": "work" }])));
    let phones = "[0-9]{5}".prop_map(|number| ("phoneNumbers", json!([{ "value": number, "type": "work" }])));
    let title = "[a-z]{3,5}".prop_map(|title| ("title", json!(title)));
    let attribute = prop_oneof![3 => members, 1 => name, 1 => emails, 1 => phones, 1 => title];
    let way = prop::sample::select(Way::ALL.to_vec());
    (way, any::<bool>(), attribute).prop_map(|(way, in_bulk, (attribute, value))| Wanted {
        way,
        in_bulk,
        attribute,
        value,
    })
}

fn garbling() -> impl Strategy<Value = Garbling> {
    let names = prop::sample::select(vec!["id", "userId", "mail", "Value2", "x", "values", "$id"]);
    let junk = || {
        prop::sample::select(vec![
            json!(null),
            json!({}),
            json!([]),
            json!([null]),
            json!("x"),
            json!(7),
            json!({ "x": 1 }),
            json!([{ "x": "y" }]),
            json!([[]]),
        ])
    };
    prop_oneof![
        3 => (0..3_usize, names).prop_map(|(at, name)| Garbling::Rename(at, name)),
        1 => (0..3_usize).prop_map(Garbling::Case),
        1 => prop::sample::select(vec!["members", "emails", "value", "x", "name"]).prop_map(Garbling::Nest),
        1 => Just(Garbling::Wrap),
        2 => (0..3_usize, junk()).prop_map(|(at, value)| Garbling::Element(at, value)),
        2 => junk().prop_map(Garbling::Whole),
    ]
}

/// The plain value that says the same, where the garbled one says something else in the RFC's words or in those of a named
/// leniency: an element without its type, and a bare value that stands for the element that has it.
fn meant(garbling: &Garbling, value: &Value) -> Value {
    let bare = |other: &Value| if other.is_string() { json!({ "value": other }) } else { other.clone() };
    let mut value = value.clone();
    match garbling {
        Garbling::Rename(at, _) => {
            let first = value.as_array_mut().and_then(|items| items.first_mut()).and_then(Value::as_object_mut);
            if let Some(first) = first {
                let key = first.keys().nth(at % first.len()).cloned();
                first.retain(|name, _| name != "type" || key.as_deref() != Some("type"));
            }
        }
        Garbling::Element(at, other) if value.is_array() => replace_element(&mut value, *at, bare(other)),
        Garbling::Element(_, other) => value = other.clone(),
        Garbling::Whole(other) if value.is_array() && !other.is_array() => value = json!([bare(other)]),
        Garbling::Whole(other) => value = other.clone(),
        Garbling::Case(_) | Garbling::Nest(_) | Garbling::Wrap => {}
    }
    value
}

/// Whether it says, in the RFC's own words, that there is less: `null`, `[]`, an element that is empty.
fn asks_for_less(garbling: &Garbling) -> bool {
    let is_empty =
        |value: &Value| value.is_null() || [json!([]), json!({}), json!([null])].iter().any(|empty| empty == value);
    garbling.replacement().is_some_and(is_empty)
}

/// The users who may be members.
struct Stage<'a> {
    world: &'a World,
    members: Vec<String>,
}

/// What came of a request.
#[derive(Debug)]
struct Effect {
    status: u16,
    /// The resource as the client reads it, without its name, id and meta; null if there is none.
    seen: Value,
}

impl Stage<'_> {
    fn filled_in(&self, value: &Value, name: &str) -> Value {
        let mut text = value.to_string().replace(OWN_NAME, name);
        for (number, member) in self.members.iter().enumerate() {
            text = text.replace(&format!("{{member-{number}}}"), member);
        }
        serde_json::from_str(&text).unwrap()
    }

    /// The resource before the request: a group has the first two members.
    fn before(&self, wanted: &Wanted, name: &str) -> Value {
        match wanted.attribute {
            "members" => group(name, &[&self.members[0], &self.members[1]]),
            _ => user(name),
        }
    }

    /// Makes the resource (unless the request itself does), sends the request and looks at what came of it. A refused request must
    /// have changed nothing.
    async fn effect(&self, wanted: &Wanted, value: &Value, name: &str) -> Effect {
        let world = self.world;
        let is_group = wanted.attribute == "members";
        let endpoint = if is_group { "/Groups" } else { "/Users" };
        let value = self.filled_in(value, name);
        let (mut body, mut path) = (self.before(wanted, name), endpoint.to_owned());
        if wanted.way != Way::Post {
            let made = world.post(endpoint, &body).await.expect(201);
            path = format!("{endpoint}/{}", made["id"].as_str().unwrap());
        }
        body[wanted.attribute] = value.clone();
        let operation = |op: &str, path: bool| {
            let operation = match path {
                true => json!({ "op": op, "path": wanted.attribute, "value": value }),
                false => json!({ "op": op, "value": { (wanted.attribute): value } }),
            };
            ("PATCH", patch(json!([operation])))
        };
        let (method, body) = match wanted.way {
            Way::Post => ("POST", body),
            Way::Put => ("PUT", body),
            Way::Add => operation("add", true),
            Way::AddWithoutPath => operation("add", false),
            Way::Replace => operation("replace", true),
            Way::ReplaceWithoutPath => operation("replace", false),
            Way::Remove => operation("remove", true),
        };
        let (app_before, seen_before) = (world.app().state(), self.seen(is_group, name).await);
        let status = match wanted.in_bulk {
            false => world.call(method, &path, &body).await.status,
            true => {
                let operation = json!({ "method": method, "path": path, "bulkId": "b", "data": body });
                let answer = world.post("/Bulk", &json!({ "Operations": [operation] })).await.expect(200);
                answer["Operations"][0]["status"].as_str().unwrap().parse().unwrap()
            }
        };
        let seen = self.seen(is_group, name).await;
        if status >= 400 {
            assert!(status < 500, "{wanted:?} {value}: {status}");
            assert_eq!(
                world.app().state(),
                app_before,
                "{wanted:?} {value}: refused with {status}, and the app changed"
            );
            assert_eq!(seen, seen_before, "{wanted:?} {value}: refused with {status}, and the resource changed");
        }
        Effect { status, seen }
    }

    async fn seen(&self, is_group: bool, name: &str) -> Value {
        let (endpoint, attribute) = if is_group { ("/Groups", "displayName") } else { ("/Users", "userName") };
        let mut found = self.world.find(endpoint, &format!("{attribute} eq \"{name}\"")).await;
        assert!(found.len() <= 1, "{found:?}");
        let Some(mut resource) = found.pop() else { return Value::Null };
        let text = resource.to_string().replace(name, OWN_NAME);
        resource = serde_json::from_str(&text).unwrap();
        resource.as_object_mut().unwrap().retain(|key, _| !["id", "meta", "groups"].contains(&key.as_str()));
        if let Some(members) = resource.get_mut("members").and_then(Value::as_array_mut) {
            members.sort_by_key(|member| member["value"].to_string());
        }
        resource
    }

    async fn delete(&self, wanted: &Wanted, name: &str) {
        let (endpoint, attribute) =
            if wanted.attribute == "members" { ("/Groups", "displayName") } else { ("/Users", "userName") };
        for found in self.world.find(endpoint, &format!("{attribute} eq \"{name}\"")).await {
            self.world.delete(&format!("{endpoint}/{}", found["id"].as_str().unwrap())).await.expect(204);
        }
    }
}

async fn garbles(connector: &str) {
    let mut plan = Plan::for_any_client(connector);
    plan.name = scim_gateway_tests::world::INSTANCE.to_owned();
    let world = World::start(Client::Exact, plan, |_| ()).await;
    world.app().switch(&json!({ "calls_per_minute": null })).ok();
    let mut members = Vec::new();
    for number in 0..4 {
        members.push(world.user(&format!("member{number}@example.com")).await);
    }
    let stage = Stage { world: &world, members };
    let mut runner = TestRunner::deterministic();
    let strategy = (wanted(), garbling());
    for number in 0..CASES {
        let (wanted, garbling) = strategy.new_tree(&mut runner).unwrap().current();
        let garbled_value = garbling.of(&wanted.value);
        // One after the other: some apps have one group per user.
        let name = format!("garbled{number}@example.com");
        let garbled = stage.effect(&wanted, &garbled_value, &name).await;
        stage.delete(&wanted, &name).await;
        if garbled.status >= 400 || asks_for_less(&garbling) {
            continue;
        }
        let name = format!("plain{number}@example.com");
        let plain = stage.effect(&wanted, &meant(&garbling, &wanted.value), &name).await;
        stage.delete(&wanted, &name).await;
        let shown = format!("{connector}: {wanted:?} as {garbled_value}");
        assert!(plain.status < 400, "{shown}: garbled it is {}, and plain {}", garbled.status, plain.status);
        // One unknown part of a name or an address may be ignored, which is listed.
        let lost = usize::from(matches!(garbling, Garbling::Rename(..)));
        assert!(size(&garbled.seen) + lost >= size(&plain.seen), "{shown}: {} and not {}", garbled.seen, plain.seen);
        if lost == 0 {
            assert_eq!(garbled.seen, plain.seen, "{shown}");
        }
    }
}

#[tokio::test]
async fn a_garbled_request_to_askspoke_does_what_the_plain_one_does_or_nothing() {
    garbles("askspoke").await;
}

#[tokio::test]
async fn a_garbled_request_to_samanage_does_what_the_plain_one_does_or_nothing() {
    garbles("samanage").await;
}

#[tokio::test]
async fn a_garbled_request_to_splashtop_does_what_the_plain_one_does_or_nothing() {
    garbles("splashtop").await;
}
