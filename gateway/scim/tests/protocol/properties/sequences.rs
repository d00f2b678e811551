//! Sequences of PATCH requests against the naive model of the RFC.

use super::naive::{self, Operation, Refused};
use crate::fixture::{STRICT, patched, user};
use proptest::prelude::*;
use scim_protocol::ScimType;
use serde_json::{Value, json};

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![naive::on_single_values(&["title", "nickName", "displayName"]), naive::on_emails()]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1024, ..ProptestConfig::default() })]

    #[test]
    fn a_sequence_of_patches_does_what_the_naive_model_does(
        before in naive::user(),
        requests in prop::collection::vec(prop::collection::vec(operation(), 1..5), 1..5),
    ) {
        let mut resource = before;
        for operations in requests {
            let sent: Vec<Value> = operations.iter().map(Operation::json).collect();
            let sent = json!(sent);
            let found = patched(&user(), &resource, &sent, STRICT);
            match naive::patch_without_reading(&resource, &operations) {
                Ok(expected) => {
                    prop_assert_eq!(&found, &Ok(expected.clone()), "{} to {}", sent, resource);
                    resource = expected;
                }
                Err(Refused::NoTarget) => {
                    let error = found.map_err(|error| (u16::from(error.status), error.scim_type));
                    prop_assert_eq!(error, Err((400, Some(ScimType::NoTarget))), "{} to {}", sent, resource);
                }
                Err(Refused::Unclear) => {}
            }
        }
    }
}
