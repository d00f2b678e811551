//! A mapping document is refused with its faults, or maps a user to the app and back, without a panic and in limited time. The first
//! part of the input is the document, the second a resource.
#![no_main]

use std::pin::pin;
use std::task::{Context, Poll, Waker};
use libfuzzer_sys::fuzz_target;
use scim_fuzz::{ALICE, GROUP, USER, halves};
use scim_mapping::{Budget, ConnectorFacts, Mapping, TransformFault, Transforms};
use scim_protocol::Object;
use serde_json::Value;

/// A connector's transform that changes nothing.
struct Unchanged;

impl Transforms for Unchanged {
    async fn to_app(&mut self, _: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        Ok(Some(value.clone()))
    }

    async fn to_scim(&mut self, _: &str, value: &Value) -> Result<Option<Value>, TransformFault> {
        Ok(Some(value.clone()))
    }
}

fuzz_target!(|data: &[u8]| {
    let Some((document, resource)) = halves(data) else { return };
    let facts = ConnectorFacts { transforms: vec!["role".to_owned()], ..ConnectorFacts::default() };
    let mapping = match Mapping::parse(document, "mapping.json", &[USER.clone(), GROUP.clone()], &facts) {
        Ok(mapping) => mapping,
        Err(errors) => {
            assert!(!errors.to_string().is_empty());
            return;
        }
    };
    let Some(rules) = mapping.of("User") else { return };
    let resource = serde_json::from_str::<Object>(resource).map_or_else(|_| ALICE.clone(), |resource| resource);
    let Ok(normalized) = USER.normalize(resource) else { return };
    let resource = normalized.resource;
    let mut budget = Budget::default();
    let _ = now(rules.to_app(&resource, &mut budget, &mut Unchanged));
    let _ = now(rules.to_scim(&resource, &[], &mut budget, &mut Unchanged));
});

/// Nothing here waits, so one poll is enough.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("a transform waits"),
    }
}
