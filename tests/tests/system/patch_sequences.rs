//! Random sequences of PATCH requests through the real gateway and an app end as the same sequence does on plain JSON, by the naive
//! model of RFC 7644 §3.5.2 that the protocol's own properties use.

use naive_patch::{self as naive, ENTERPRISE, Operation, Pick, Refused, Target};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use scim_gateway_tests::world::{World, patch, user};
use serde_json::{Value, json};

const SEQUENCES: usize = 12;
const MEMBERS: usize = 5;

#[tokio::test]
async fn a_sequence_through_the_gateway_ends_as_in_a_plain_store() {
    let world = World::exact("askspoke").await;
    let strategy = vec(vec(naive::on_single_values(&["title"]), 1..5), 1..6);
    for (number, requests) in samples(strategy, SEQUENCES).into_iter().enumerate() {
        let id = world.user(&format!("u{number}@example.com")).await;
        hold(&world, &format!("/Users/{id}"), &["title", "name", ENTERPRISE], &requests).await;
    }
}

#[tokio::test]
async fn memberships_end_as_in_a_plain_store() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        let mut users = Vec::new();
        for number in 0..MEMBERS {
            let mut user = user(&format!("u{number}@example.com"));
            user["displayName"] = json!(format!("User {number}"));
            users.push(world.post("/Users", &user).await.expect(201)["id"].as_str().unwrap().to_owned());
        }
        for (number, requests) in samples(vec(vec(on_members(), 1..4), 1..6), SEQUENCES).into_iter().enumerate() {
            let group = json!({ "displayName": format!("Group {number}") });
            let group = world.post("/Groups", &group).await.expect(201)["id"].as_str().unwrap().to_owned();
            let requests: Vec<Vec<Operation>> = requests
                .into_iter()
                .map(|request| request.into_iter().map(|membership| membership.operation(&users)).collect())
                .collect();
            hold(&world, &format!("/Groups/{group}"), &["members"], &requests).await;
        }
    }
}

/// Sends each request and compares what the gateway then shows with what the model has.
async fn hold(world: &World, path: &str, names: &[&str], requests: &[Vec<Operation>]) {
    let mut store = shown(world, path, names).await;
    for operations in requests {
        let sent: Vec<Value> = operations.iter().map(Operation::json).collect();
        let sent = json!(sent);
        let answer = world.call("PATCH", path, &patch(sent.clone())).await;
        match naive::patch_without_reading(&store, operations) {
            Ok(expected) => {
                assert!([200, 204].contains(&answer.status), "{sent} to {store}: {}", answer.body);
                store = expected;
            }
            Err(Refused::NoTarget) => assert_eq!(answer.error(), (400, Some("noTarget")), "{sent} to {store}"),
            Err(Refused::Unclear) => panic!("no such operation is made here"),
        }
        let found = shown(world, path, names).await;
        assert_eq!(sorted(&found), sorted(&store), "{path} after {sent}");
        store = found;
    }
}

/// The named attributes, and of members their ids; of names what the client says.
async fn shown(world: &World, path: &str, names: &[&str]) -> Value {
    let mut resource = world.get(path).await.expect(200);
    resource.as_object_mut().unwrap().retain(|name, _| names.contains(&name.as_str()));
    for member in resource.get_mut("members").and_then(Value::as_array_mut).into_iter().flatten() {
        member.as_object_mut().unwrap().retain(|name, _| name == "value");
    }
    // askSpoke makes it of the other names.
    if let Some(name) = resource.get_mut("name").and_then(Value::as_object_mut) {
        name.remove("formatted");
        if name.is_empty() {
            resource.as_object_mut().unwrap().remove("name");
        }
    }
    resource
}

/// The order of members means nothing.
fn sorted(resource: &Value) -> Value {
    let mut resource = resource.clone();
    if let Some(members) = resource.get_mut("members").and_then(Value::as_array_mut) {
        members.sort_by_key(Value::to_string);
    }
    resource
}

/// A change of a group, with members by number.
#[derive(Debug, Clone)]
enum Membership {
    Add(Vec<usize>),
    Replace(Vec<usize>),
    Remove(usize),
    RemoveAll,
}

fn on_members() -> impl Strategy<Value = Membership> {
    let some = || prop::collection::btree_set(0..MEMBERS, 1..4).prop_map(|set| set.into_iter().collect::<Vec<_>>());
    prop_oneof![
        3 => some().prop_map(Membership::Add),
        2 => some().prop_map(Membership::Replace),
        3 => (0..MEMBERS).prop_map(Membership::Remove),
        1 => Just(Membership::RemoveAll),
    ]
}

impl Membership {
    fn operation(&self, users: &[String]) -> Operation {
        let members = |numbers: &[usize]| -> Value {
            numbers.iter().map(|number| json!({ "value": users[*number] })).collect::<Vec<_>>().into()
        };
        let all = Target::Attribute("members");
        match self {
            Self::Add(numbers) => Operation { op: "add", target: all, value: members(numbers) },
            Self::Replace(numbers) => Operation { op: "replace", target: all, value: members(numbers) },
            Self::Remove(number) => {
                let pick = Pick::Value(users[*number].clone());
                Operation { op: "remove", target: Target::Picked("members", pick), value: Value::Null }
            }
            Self::RemoveAll => Operation { op: "remove", target: all, value: Value::Null },
        }
    }
}

/// The same ones in every run.
fn samples<S: Strategy>(strategy: S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    (0..count).map(|_| strategy.new_tree(&mut runner).unwrap().current()).collect()
}
