//! Durability does not cost each operation a wait for the disk, once there are several.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::bench::durability::{Database, run};
use std::time::Duration;

#[tokio::test(flavor = "multi_thread")]
async fn operations_of_many_clients_share_their_waits_for_the_disk() {
    let artifacts = Artifacts::find_or_build().unwrap();
    let report = run(&artifacts, &[Database::Sqlite], Duration::from_secs(1)).await.unwrap();
    assert_eq!((report.runs.len(), report.ratios.len()), (4, 2), "{report}");
    for run in &report.runs {
        assert!(run.operations > 0 && run.commits_per_operation >= 1.0, "{report}");
        if run.clients > 1 {
            assert!(run.fsyncs_per_operation < 1.0, "{report}");
        } else {
            // Nobody to share with.
            assert!(run.fsyncs_per_operation >= 1.0, "{report}");
        }
    }
}
