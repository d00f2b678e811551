//! The cost of a mapping per operation, with the mapping of Samanage's connector: a user for the app, and the app's response.
//!
//! Its only transform is the connector's, which needs an instance; the identity replaces it here.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a benchmark must not measure failures")]

use criterion::{Criterion, criterion_group, criterion_main};
use mimalloc::MiMalloc;
use scim_mapping::{Budget, ConnectorFacts, Mapping, TransformFault, Transforms};
use scim_protocol::{Extension, Object, ResourceType, Schema};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The gateway's allocator: JSON work is mostly allocations.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

criterion_group!(parts, mapping);
criterion_main!(parts);

macro_rules! samanage {
    ($file:literal) => {
        include_str!(concat!("../../../plugins/samanage/", $file))
    };
}

fn mapping(criterion: &mut Criterion) {
    let loaded = loaded();
    let users = loaded.of("User").unwrap();
    let sent = now(users.to_app(&user(), &mut Budget::default(), &mut Identity)).unwrap();
    let record = record(sent.document);
    let mut group = criterion.benchmark_group("mapping");
    group.bench_function("to-app", |bencher| {
        let user = user();
        bencher.iter(|| now(users.to_app(black_box(&user), &mut Budget::default(), &mut Identity)).unwrap());
    });
    group.bench_function("to-scim", |bencher| {
        bencher.iter(|| {
            now(users.to_scim(black_box(&record), &sent.kept, &mut Budget::default(), &mut Identity)).unwrap()
        });
    });
}

fn loaded() -> Mapping {
    let schema = |text: &str| -> Schema { serde_json::from_str(text).unwrap() };
    let resource_type = |name: &str, schema, extensions| ResourceType {
        name: name.to_owned(),
        endpoint: format!("/{name}s"),
        description: String::new(),
        schema,
        extensions,
    };
    let enterprise = Extension { schema: schema(samanage!("schemas/enterprise-user.json")), required: false };
    let types = [
        resource_type("User", schema(samanage!("schemas/user.json")), vec![enterprise]),
        resource_type("Group", schema(samanage!("schemas/group.json")), Vec::new()),
    ];
    let facts = ConnectorFacts {
        transforms: vec!["role".to_owned()],
        incremental: BTreeMap::from([("Group".to_owned(), vec!["members".to_owned()])]),
    };
    Mapping::parse(samanage!("mapping.json"), "mapping.json", &types, &facts).unwrap()
}

/// What Entra sends, with a value for every rule.
fn user() -> Object {
    object(json!({
        "externalId": "alice",
        "userName": "alice@contoso.example",
        "active": true,
        "displayName": "Alice Adams",
        "name": {"formatted": "Alice Adams", "familyName": "Adams", "givenName": "Alice"},
        "title": "Engineer",
        "emails": [{"type": "work", "value": "alice@contoso.example", "primary": true}],
        "phoneNumbers": [{"type": "work", "value": "+1 555 0100"}, {"type": "mobile", "value": "+1 555 0101"}],
        "addresses": [{"type": "work", "locality": "Austin"}],
        "roles": [{"value": "Administrator", "primary": true}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {"department": "IT", "manager": {"value": "4242"}},
    }))
}

/// The record that Samanage returns, with the fields that it adds.
fn record(mut sent: Object) -> Object {
    let added = json!({"id": 4711, "created_at": "2026-01-23T04:56:22.000Z", "updated_at": "2026-05-13T04:42:34.000Z"});
    sent.extend(object(added));
    sent
}

fn object(value: Value) -> Object {
    let Value::Object(object) = value else { panic!("not an object: {value}") };
    object
}

/// Leaves values unchanged.
struct Identity;

impl Transforms for Identity {
    async fn to_app(&mut self, _: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        Ok(Some(value.clone()))
    }

    async fn to_scim(&mut self, _: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        Ok(Some(value.clone()))
    }
}

/// Nothing here waits, so one poll is enough.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}
