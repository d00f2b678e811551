//! A filter that parses prints as itself, is checked or refused, and is evaluated, without a panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use scim_fuzz::{ALICE, USER};
use scim_protocol::Filter;

fuzz_target!(|text: &str| {
    let Ok(filter) = Filter::parse(text) else { return };
    let printed = filter.to_string();
    assert_eq!(Filter::parse(&printed).as_ref(), Ok(&filter), "{printed}");
    if let Ok(checked) = filter.check(&USER) {
        let _ = checked.matches(&USER, &ALICE);
        assert_eq!(checked.check(&USER).as_ref(), Ok(&checked), "checking twice changes nothing");
    }
});
