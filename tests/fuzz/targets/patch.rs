//! A PATCH that fails changes nothing, and one that succeeds leaves a canonical resource.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_fuzz::{ALICE, GROUP, USER};
use scim_protocol::{Leniency, Object, PatchRequest, apply, edits};
use serde_json::Value;

fuzz_target!(|data: &[u8]| {
    let Ok(body) = serde_json::from_slice::<Value>(data) else { return };
    let Ok(operations) = PatchRequest::parse(body) else { return };
    let group = Object::from_iter([("displayName".to_owned(), Value::from("g"))]);
    for (kind, before) in [(&*USER, &*ALICE), (&*GROUP, &group)] {
        for create_missing_element in [false, true] {
            let leniency = Leniency { create_missing_element, ..Leniency::default() };
            let Ok(edits) = edits(kind, &operations, leniency) else { continue };
            let mut resource = before.clone();
            match apply(kind, &mut resource, &edits) {
                Ok(_) => {
                    let again = kind.normalize(resource.clone()).map(|normalized| normalized.resource);
                    assert_eq!(again.as_ref(), Ok(&resource), "canonical");
                },
                Err(_) => assert_eq!(&resource, before, "unchanged"),
            }
        }
    }
});
