//! Many instances of a connector cost little more than one.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::bench::start;

/// Kibibytes of one more.
const MOST: f64 = 200.0;
/// Kibibytes of an idle gateway with three connectors, built without optimisation; most of it is code.
const IDLE: u64 = 96 << 10;

#[tokio::test]
async fn a_further_instance_of_a_loaded_connector_is_small() {
    let folder = tempfile::tempdir().unwrap();
    let report = start::run(&Artifacts::find_or_build().unwrap(), folder.path(), 300).await.unwrap();
    assert!(report.further_instance.is_none_or(|each| each < MOST), "{report:#?}");
    assert!(report.few.memory.is_none_or(|idle| idle.0 < IDLE), "{report:#?}");
    assert!(report.many.warm_ms < report.many.cold_ms * 3.0, "the compiled connectors are of no use: {report:#?}");
}
