//! Every misbehaviour of a running connector.

use crate::world::{Broken, Counting, app, context, hostile, limits, nobody, runtime};
use scim_gateway::connectors::{
    CallContext, CallError, CallLimits, Compiler, Connector, Runtime, RuntimeLimits, Step, Trace,
};
use scim_gateway::egress::{Purpose, SendErrorCode};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// A read in which the connector behaves as requested; returns the id of the resource.
async fn behave(connector: &Connector, context: &CallContext, behaviour: &str) -> Result<String, CallError> {
    let mut call = connector.open(context).await?;
    call.read("User", behaviour, &[]).await.map(|stored| stored.id)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_misbehaviour_is_stopped_and_told_apart_and_a_neighbour_works_on() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let (egress, _) = app().await;
    let context = CallContext { egress: Some(egress), ..context(&connector) };
    let cases = [
        ("spins", "cpu", "used more than its 200 ms of processor time"),
        ("computes-between-waits", "cpu", "used more than its 200 ms of processor time"),
        ("floods-settings", "cpu", "used more than its 200 ms of processor time"),
        ("eats-memory", "memory", "above its limit of 16777216"),
        ("recurses", "trap", "out of bounds memory access"),
        ("panics", "panic", "index out of bounds: the len is 0 but the index is 7"),
        ("panics-silently", "trap", "unreachable"),
        ("traps", "trap", "unreachable"),
        ("floods-the-host", "hostcall", "passed more than 1048576 bytes to the host in one call"),
        ("huge-result", "hostcall", "passed more than 1048576 bytes to the host in one call"),
        ("sends-without-end", "sends", "kept calling the app after its calls were refused; an operation has 5 calls"),
        ("stops-at-budget", "fault", "502: budget"),
        (
            "deep-json",
            "bad-answer",
            "`read` breaks the contract: `document` must be a JSON object: recursion limit exceeded",
        ),
        ("many-values", "bad-answer", "`read` breaks the contract: an answer may contain at most 400000 JSON values"),
        (
            "not-json",
            "bad-answer",
            "`read` breaks the contract: `document` must be a JSON object: invalid type: sequence",
        ),
        ("no-id", "bad-answer", "`read` breaks the contract: `id` must have 1 to 1024 bytes"),
        ("faults", "fault", "409 uniqueness: taken"),
        ("forbidden-header", "fault", "refused: header `authorization` is set by the gateway only (sent: false)"),
        ("other-host", "fault", "refused: header `host` is set by the gateway only (sent: false)"),
        ("connects", "fault", "refused: method `CONNECT` is not one of GET, POST, PUT, PATCH, DELETE (sent: false)"),
        (
            "smuggles",
            "fault",
            "refused: a GET request has no body; send parameters in the query, or use another method",
        ),
        ("smuggles-in-delete", "fault", "refused: a DELETE request has no body"),
        ("/../admin", "fault", "refused: a path must not contain a `.` or `..` segment"),
        ("/%2e%2e/admin", "fault", "refused: a path must not contain a `.` or `..` segment"),
        ("//evil.example/", "fault", "refused: a path must not contain `//`"),
        ("https://evil.example/", "fault", "refused: a path must start with `/` and name no host"),
    ];
    for (behaviour, class, said) in cases {
        let error = behave(&connector, &context, behaviour).await.unwrap_err();
        assert_eq!(error.class(), class, "{behaviour}: {error}");
        assert!(error.to_string().contains(said), "{behaviour}: {error}");
        assert_eq!(behave(&connector, &context, "good").await, Ok("200".to_owned()), "after {behaviour}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_neighbour_gets_its_turn_while_others_spin() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let patient = CallLimits { cpu: Duration::from_secs(60), wall: Duration::from_secs(60), ..limits() };
    let spinning = CallContext { limits: patient, ..context(&connector) };
    let spinners: Vec<_> = (0..4)
        .map(|_| {
            let (connector, context) = (Arc::clone(&connector), spinning.clone());
            tokio::spawn(async move { behave(&connector, &context, "spins").await })
        })
        .collect();
    for _ in 0..3 {
        assert_eq!(behave(&connector, &context(&connector), "setting").await, Ok("\"red\"".to_owned()));
    }
    for spinner in spinners {
        assert!(!spinner.is_finished(), "it spins to this moment");
        spinner.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_ends_at_its_time_limit_whatever_it_waits_for() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let short = CallLimits { cpu: Duration::from_secs(60), wall: Duration::from_millis(300), ..limits() };
    let spinning = CallContext { limits: short.clone(), ..context(&connector) };
    let waiting = CallContext { state: Arc::new(Broken::Stuck), ..spinning.clone() };
    for (context, behaviour) in [(spinning, "spins"), (waiting, "remembers")] {
        let error = behave(&connector, &context, behaviour).await.unwrap_err();
        assert_eq!(error, CallError::TimedOut { limit: short.wall }, "{behaviour}");
        assert_eq!(error.for_client().status, 504);
    }
}

#[tokio::test]
async fn waiting_for_a_slot_ends_with_503_and_a_slot_is_released() {
    let one = RuntimeLimits { slots: 1, queue: Duration::from_millis(20), ..RuntimeLimits::default() };
    let runtime = Runtime::new(one, Compiler::InProcess).unwrap();
    let connector = hostile(&runtime).await;
    let context = context(&connector);
    let held = connector.open(&context).await.unwrap();
    let error = connector.open(&context).await.unwrap_err();
    assert_eq!(
        (error.class(), error.for_client().status, error.for_client().retry_after_seconds),
        ("pool-full", 503, Some(1))
    );
    drop(held);
    connector.open(&context).await.unwrap();
}

#[tokio::test]
async fn however_many_places_slow_instances_hold_there_is_one_for_another() {
    let queue = Duration::from_millis(1);
    let runtime = Runtime::new(RuntimeLimits { slots: 9, queue, ..RuntimeLimits::default() }, Compiler::InProcess);
    let connector = hostile(&runtime.unwrap()).await;
    let mut held = Vec::new();
    for _ in 0..3 {
        // Each is an instance of its own, and holds its places as if it waited for its app.
        let context = CallContext { share: connector.share(), ..context(&connector) };
        let before = held.len();
        let error = loop {
            match connector.open(&context).await {
                Ok(call) => held.push(call),
                Err(error) => break error,
            }
        };
        assert!(held.len() > before, "the next instance has a place, too");
        assert_eq!((error.class(), error.for_client().status), ("pool-full", 503));
        assert!(error.to_string().contains("as many of the 9 places as it leaves free"), "{error}");
    }
    assert!(held.len() < 9, "{}", held.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_memory_of_all_connectors_is_bounded_and_a_neighbour_has_some_left() {
    let little = RuntimeLimits { total_memory: 48 << 20, ..RuntimeLimits::default() };
    let connector = hostile(&Runtime::new(little, Compiler::InProcess).unwrap()).await;
    let large = CallLimits { memory: 64 << 20, ..limits() };
    let greedy = CallContext { limits: large, share: connector.share(), ..context(&connector) };
    let mut holds = Vec::new();
    for _ in 0..3 {
        // It holds what it took until it is dropped.
        let opened = connector.open(&greedy).await;
        let Ok(mut call) = opened else { break };
        let error = call.read("User", "eats-memory", &[]).await.unwrap_err();
        assert_eq!((error.class(), error.for_client().status), ("memory-scarce", 503), "{error}");
        assert_eq!(error.for_client().retry_after_seconds, Some(1));
        assert_eq!(behave(&connector, &context(&connector), "setting").await, Ok("\"red\"".to_owned()));
        holds.push(call);
    }
    drop(holds);
    let mut call = connector.open(&greedy).await.unwrap();
    assert_eq!(call.read("User", "setting", &[]).await.unwrap().id, "\"red\"", "it was given back");
}

#[tokio::test]
async fn the_operator_sees_each_call_to_the_app_even_when_the_connector_dies() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let (egress, calls) = app().await;
    let context = CallContext { egress: Some(egress), ..context(&connector) };
    let mut call = connector.open(&context).await.unwrap();
    assert_eq!(call.read("User", "sends-without-end", &[]).await.unwrap_err().class(), "sends");
    let seen: Vec<_> =
        call.sends().iter().map(|sent| (sent.method.as_str(), sent.path.as_str(), sent.outcome)).collect();
    assert_eq!(seen, vec![("GET", "/users.json", Ok(200)); 5]);
    assert_eq!(calls.load(Ordering::SeqCst), 5);
    let mut call = connector.open(&context).await.unwrap();
    call.read("User", "/a//b", &[]).await.unwrap_err();
    assert_eq!(call.sends()[0].outcome, Err(SendErrorCode::Refused));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rehearsal_in_a_spawned_task_reads_and_writes_nothing() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let (egress, calls) = app().await;
    let trace = Trace::default();
    let context = CallContext {
        egress: Some(egress),
        purpose: Purpose::Rehearsal,
        trace: Some(trace.clone()),
        ..context(&connector)
    };
    let connects = {
        let (connector, context) = (Arc::clone(&connector), context.clone());
        tokio::spawn(async move { behave(&connector, &context, "connects").await })
    };
    let error = connects.await.unwrap().unwrap_err().to_string();
    assert!(error.contains("refused: this is a rehearsal: nothing that could change the app is sent"), "{error}");
    assert!(matches!(trace.steps()[..], [Step::AppCall { sent: false, .. }]), "{:?}", trace.steps());
    assert_eq!(calls.load(Ordering::SeqCst), 0);
    let reads = tokio::spawn(async move { behave(&connector, &context, "good").await });
    assert_eq!(reads.await.unwrap(), Ok("200".to_owned()));
    assert_eq!(calls.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_redirect_is_an_answer_and_goes_nowhere() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let (egress, _) = app().await;
    let context = CallContext { egress: Some(egress), ..context(&connector) };
    let mut call = connector.open(&context).await.unwrap();
    assert_eq!(call.read("User", "/redirect", &[]).await.unwrap().id, "307");
    assert_eq!(call.sends().len(), 1);
}

#[tokio::test]
async fn an_app_that_is_down_is_told_from_a_connector_that_fails() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let context = CallContext { egress: Some(nobody().await), ..context(&connector) };
    for _ in 0..5 {
        let error = behave(&connector, &context, "good").await.unwrap_err();
        assert_eq!((error.class(), error.for_client().status), ("fault", 502));
    }
    let error = behave(&connector, &context, "good").await.unwrap_err();
    assert_eq!(error.class(), "circuit-open");
    let told = error.for_client();
    assert_eq!((told.status, told.retry_after_seconds), (503, Some(5)));
    assert_eq!(behave(&connector, &context, "setting").await, Ok("\"red\"".to_owned()), "what needs no app works on");
}

#[tokio::test]
async fn an_instance_that_was_stopped_answers_nothing_any_more() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let mut call = connector.open(&context(&connector)).await.unwrap();
    call.read("User", "traps", &[]).await.unwrap_err();
    let error = call.read("User", "setting", &[]).await.unwrap_err();
    assert_eq!(error.class(), "trap", "{error}");
}

#[tokio::test]
async fn state_is_bounded_and_its_failures_do_not_stop_a_connector() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let state = Arc::new(Counting::default());
    let counting = CallContext { state: state.clone(), ..context(&connector) };
    assert_eq!(behave(&connector, &counting, "remembers").await, Ok("kept".to_owned()));
    assert_eq!(behave(&connector, &counting, "large-state").await, Ok("survived".to_owned()));
    assert_eq!(state.uses.load(Ordering::SeqCst), 2, "what is too large is not kept");
    let patient = CallContext { limits: CallLimits { cpu: Duration::from_secs(20), ..limits() }, ..counting };
    assert_eq!(behave(&connector, &patient, "floods-state").await, Ok("survived".to_owned()));
    assert!(state.uses.load(Ordering::SeqCst) < 2010);
    let failing = CallContext { state: Arc::new(Broken::Failing), ..context(&connector) };
    assert_eq!(behave(&connector, &failing, "remembers").await.unwrap_err().class(), "bad-answer", "an empty id");
}
