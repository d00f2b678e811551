//! A list costs time with its length, and no memory.

use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::bench::lists::{Run, Way, run};

/// KiB that a run may take more than another, for what the allocator does.
const SLACK: u64 = 8 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn ten_times_as_many_users_take_no_more_memory() {
    let artifacts = Artifacts::find_or_build().unwrap();
    let report = run(&artifacts, &[400, 4_000]).await.unwrap();
    assert_eq!(report.runs.len(), 2 * Way::ALL.len(), "{report}");
    for way in Way::ALL {
        let taken = |run: &Run| Some(run.peak?.saturating_sub(run.before?));
        let taken: Vec<Option<u64>> = report.runs.iter().filter(|run| run.way == way).map(taken).collect();
        if let [Some(few), Some(many)] = taken[..] {
            // All of 4,000 users would be more than this.
            assert!(many <= few + SLACK, "{way}\n{report}");
        }
    }
}
