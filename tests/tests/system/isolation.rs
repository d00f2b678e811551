//! A hostile connector in the same gateway: the other instance's clients get all their answers, and about as soon.

use scim_gateway_tests::artifacts::{Artifacts, build_hostile};
use scim_gateway_tests::bench::isolation::{BEHAVIOURS, Size, run};

#[tokio::test(flavor = "multi_thread")]
async fn another_instances_requests_are_answered_while_a_hostile_connector_is_under_load() {
    let artifacts = Artifacts::find_or_build().unwrap_or_else(|error| panic!("{error}"));
    let hostile = build_hostile().unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let report = run(&artifacts, &hostile, folder.path(), Size::SMALL, &BEHAVIOURS).await;
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    for figures in report.0 {
        println!("{}", serde_json::to_string(&figures).unwrap());
        assert!(figures.attacks > 0, "the hostile instance was asked, too");
        // `cargo xtask bench` measures; this only sees that nobody starves, however busy the machine.
        let bound = figures.alone.p50_ms * 20.0 + 100.0;
        assert!(figures.beside.p50_ms < bound, "{figures:?}");
    }
}
