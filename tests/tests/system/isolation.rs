//! Attacks of a connector, an app, a tenant or an outsider: the clients of another instance get all their answers, and hardly later.

use scim_gateway_tests::artifacts::{Artifacts, build_hostile};
use scim_gateway_tests::bench::isolation::{ATTACKS, Size, run};

/// How long one operation may compute without a pause. A build without optimisation takes about ten times as long as what is shipped,
/// of which 50 ms are expected.
const LONGEST_STALL_MS: f64 = 500.0;

#[tokio::test(flavor = "multi_thread")]
async fn another_instances_requests_are_answered_while_the_gateway_is_attacked() {
    let artifacts = Artifacts::find_or_build().unwrap_or_else(|error| panic!("{error}"));
    let hostile = build_hostile().unwrap_or_else(|error| panic!("{error}"));
    let folder = tempfile::tempdir().unwrap();
    let report = run(&artifacts, &hostile, folder.path(), Size::SMALL, &ATTACKS).await;
    let report = report.unwrap_or_else(|error| panic!("{error}"));
    for figures in report.0 {
        println!("{}", serde_json::to_string(&figures).unwrap());
        assert_eq!(figures.failures, Vec::<String>::new(), "beside {}", figures.attack);
        // `cargo xtask bench` measures the latency; this only checks that no client starves, even on a busy machine.
        let bound = figures.alone.p50_ms * 20.0 + 100.0;
        assert!(figures.beside.p50_ms < bound, "{figures:?}");
        assert!(figures.longest_stall_ms < LONGEST_STALL_MS, "{} does not yield: {figures:?}", figures.attack);
    }
}
