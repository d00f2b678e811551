//! Requests do not notice that what serves them is exchanged.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::bench::reload::{self, Size};

#[tokio::test(flavor = "multi_thread")]
async fn no_request_fails_while_the_mapping_is_exchanged_again_and_again() {
    let folder = tempfile::tempdir().unwrap();
    let report = reload::run(&Artifacts::find_or_build().unwrap(), folder.path(), Size::SMALL).await.unwrap();
    assert_eq!(report.under_load.failures, Vec::<String>::new());
    assert!(report.under_load.requests > report.under_load.reloads, "{report:?}");
}
