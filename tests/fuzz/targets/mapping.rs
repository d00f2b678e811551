//! A mapping document is refused with its faults, or maps a user to the app and back, without a panic and with processor time in proportion to its
//! length and to the steps that its budget counts. The first part of the input is the document, the second a resource.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_fuzz::{ALICE, GROUP, USER, cost, halves};
use scim_mapping::{Budget, ConnectorFacts, Mapping, TransformFault, Transforms};
use scim_protocol::Object;
use serde_json::Value;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The processor time for each byte of a document: mostly that of the parser of expressions.
const EACH_BYTE: Duration = Duration::from_micros(200);
/// The steps of one mapping, and the processor time for each: ten times that of a build without instrumentation.
const STEPS: u64 = 1_000_000;
const EACH_STEP: Duration = Duration::from_nanos(500);

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
    let types = [USER.clone(), GROUP.clone()];
    let parse = || Mapping::parse(document, "mapping.json", &types, &facts);
    let mapping = match cost::bounded(document.len() as u64, EACH_BYTE, parse) {
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
    // What all steps of the budget may take is more than any input of this length needs.
    let mut budget = Budget::new(STEPS, 1 << 20);
    cost::bounded(STEPS, EACH_STEP, || {
        let _ = now(rules.to_app(&resource, &mut budget, &mut Unchanged));
        let _ = now(rules.to_scim(&resource, &[], &mut budget, &mut Unchanged));
    });
});

/// Nothing here waits, so one poll is enough.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => unreachable!("a transform waits"),
    }
}
