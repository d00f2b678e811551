//! A rehearsal sends nothing that could change the app, wherever its requests are sent from.

use super::*;

const WRITES: [&str; 6] = ["POST", "PUT", "PATCH", "DELETE", "get", "CONNECT"];

#[tokio::test(start_paused = true)]
async fn a_rehearsal_in_a_spawned_task_sends_nothing() {
    let script = Script::of([]);
    let egress = Arc::new(over(&script));
    for method in WRITES {
        let egress = Arc::clone(&egress);
        let sending = tokio::spawn(async move {
            egress.send(request(method, "/users.json"), Purpose::Rehearsal, &mut within(10)).await
        });
        let error = sending.await.unwrap().unwrap_err();
        assert_eq!((error.code, error.sent), (SendErrorCode::Rehearsal, false), "{method}");
        assert_eq!(error.to_string(), "refused: this is a rehearsal: nothing that could change the app is sent");
    }
    assert_eq!(script.attempts(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_rehearsal_reads_and_what_it_holds_back_costs_no_call() {
    let script = Script::of([]);
    let (egress, mut budget) = (over(&script), Budget::new(1, Instant::now() + Duration::from_secs(10)));
    for method in WRITES {
        egress.send(request(method, "/users.json"), Purpose::Rehearsal, &mut budget).await.unwrap_err();
    }
    let answer = egress.send(request("GET", "/users.json"), Purpose::Rehearsal, &mut budget).await.unwrap();
    assert_eq!((answer.status, script.attempts()), (200, 1));
}
