//! A path that parses prints as itself; a value that is written to a slot is found there.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_fuzz::{ALICE, USER};
use scim_protocol::{AttributePath, Projection};
use serde_json::json;

fuzz_target!(|text: &str| {
    if let Ok(path) = text.parse::<AttributePath>() {
        let printed = path.to_string();
        assert_eq!(printed.parse::<AttributePath>().as_ref(), Ok(&path), "{printed}");
    }
    let _ = USER.parse_path(text);
    if let Ok(slot) = USER.parse_slot(text) {
        let printed = slot.to_string();
        assert_eq!(USER.parse_slot(&printed).as_ref(), Ok(&slot), "{printed}");
        let mut alice = ALICE.clone();
        slot.put(&mut alice, json!("x"));
        let _ = (slot.get(&alice), slot.get_all(&alice));
        let _ = slot.take(&mut alice);
    }
    if let Ok(projection) = Projection::parse(&USER, Some(text), None) {
        let projected = projection.apply(&USER, ALICE.clone());
        assert!(projected.contains_key("id"), "id is always returned");
    }
    if let Ok(projection) = Projection::parse(&USER, None, Some(text)) {
        let _ = projection.apply(&USER, ALICE.clone());
    }
});
