//! A bulk request gets an order in which every operation runs once, even with circular references.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_protocol::bulk::{BulkRequest, Next, Plan, references};
use serde_json::Value;

const MOST: usize = 64;

fuzz_target!(|data: &[u8]| {
    let Ok(body) = serde_json::from_slice::<Value>(data) else { return };
    let Ok(request) = BulkRequest::parse(body, MOST) else { return };
    assert!(request.operations.len() <= MOST);
    let mut plan = Plan::new(&request.operations);
    let mut done = vec![false; request.operations.len()];
    while let Some(next) = plan.next() {
        let (Next::Run(index) | Next::Break(index) | Next::Refuse(index)) = next;
        assert!(!std::mem::replace(&mut done[index], true), "operation {index} comes once");
        plan.done(index);
    }
    assert!(done.into_iter().all(|done| done), "every operation comes");
    for operation in &request.operations {
        let Ok(call) = &operation.call else { continue };
        let names = references::of(call);
        let mut data = call.data.clone();
        references::resolve(&mut data, &|name| Some(format!("id-{name}")));
        let _ = references::resolved_path(&call.path, &|name| names.iter().find(|known| *known == name).cloned());
    }
});
