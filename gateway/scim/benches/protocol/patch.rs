//! A PATCH (RFC 7644 §3.5.2): from the body's text to edits, and the edits on a resource.

use crate::fixture::{self, ENTERPRISE, LENIENT};
use crate::resources;
use criterion::{BatchSize, BenchmarkId, Criterion};
use scim_protocol::{Edits, Object, PatchRequest, ResourceType, apply, edits};
use serde_json::json;
use std::hint::black_box;

const MEMBERS: u32 = 1_000;

/// A request and the resource that it changes, in Entra's style.
struct Case {
    name: &'static str,
    resource_type: ResourceType,
    resource: Object,
    body: String,
}

fn cases() -> [Case; 4] {
    let body = |operations| {
        json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations}).to_string()
    };
    [
        Case {
            name: "active",
            resource_type: fixture::user(),
            resource: resources::alice(),
            body: body(json!([{"op": "Replace", "path": "active", "value": false}])),
        },
        Case {
            name: "member-of-1000",
            resource_type: ResourceType::group(),
            resource: resources::group(MEMBERS),
            body: body(json!([{"op": "Add", "path": "members", "value": [{"value": "newcomer"}]}])),
        },
        Case {
            name: "members-joined-by-or",
            resource_type: ResourceType::group(),
            resource: resources::group(MEMBERS),
            body: body(json!([{"op": "remove", "path": format!("members[{}]", displays().join(" or "))}])),
        },
        Case {
            name: "value-paths",
            resource_type: fixture::user(),
            resource: resources::alice(),
            body: body(json!([
                {"op": "Replace", "path": "emails[type eq \"work\"].value", "value": "alice.baker@contoso.example"},
                {"op": "Replace", "path": "name.familyName", "value": "Baker"},
                {"op": "Add", "path": "phoneNumbers[type eq \"fax\"].value", "value": "+1 555 0102"},
                {"op": "Add", "path": "addresses[type eq \"work\"].locality", "value": "Dallas"},
                {"op": "Add", "path": "roles[primary eq \"True\"].value", "value": "Requester"},
                {"op": "Add", "path": format!("{ENTERPRISE}:department"), "value": "Sales"},
            ])),
        },
    ]
}

/// Five hundred comparisons, as many as fit into a filter.
fn displays() -> Vec<String> {
    (1..=500).map(|id| format!("display eq \"user {id}\"")).collect()
}

pub(crate) fn parts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("patch");
    for Case { name, resource_type, resource, body } in cases() {
        let read = |body: &str| steps(&resource_type, body);
        group.bench_function(BenchmarkId::new("parse", name), |bencher| bencher.iter(|| read(black_box(&body))));
        let steps = read(&body);
        // Large batches would need too much memory: a thousand members are large.
        group.bench_function(BenchmarkId::new("apply", name), |bencher| {
            let apply = |resource: &mut Object| apply(&resource_type, resource, &steps).unwrap();
            bencher.iter_batched_ref(|| resource.clone(), apply, BatchSize::LargeInput);
        });
    }
}

fn steps(resource_type: &ResourceType, body: &str) -> Edits {
    let operations = PatchRequest::parse(serde_json::from_str(body).unwrap()).unwrap();
    edits(resource_type, &operations, LENIENT).unwrap()
}
