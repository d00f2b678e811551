//! The rules of `send`, over a scripted transport and with a paused clock; `tests/wire.rs` uses sockets.

mod ca_file;
mod connections;
mod proxy;
mod rehearsal;
mod token_source;
mod wire;

use super::attempt_error::AttemptError;
use super::outgoing::Outgoing;
use super::retry_after::retry_after;
use super::transport::{Incoming, Transport};
use super::*;
use futures_util::future::BoxFuture;
use http::HeaderMap;
use secrecy::SecretString;
use std::collections::VecDeque;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Answers in order, and then always 200; records the requests.
#[derive(Debug, Default)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Result<Incoming, AttemptError>>>,
    seen: Mutex<Vec<Outgoing>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Transport for Script {
    fn attempt(&self, request: Outgoing, _: usize) -> BoxFuture<'_, Result<Incoming, AttemptError>> {
        self.seen.lock().unwrap().push(request);
        let next = self.answers.lock().unwrap().pop_front();
        Box::pin(async move {
            let now = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_at_once.fetch_max(now, Ordering::SeqCst);
            sleep(Duration::from_millis(10)).await;
            self.at_once.fetch_sub(1, Ordering::SeqCst);
            next.unwrap_or_else(|| answer(200, &[]))
        })
    }
}

impl Script {
    fn of(answers: impl IntoIterator<Item = Result<Incoming, AttemptError>>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), ..Self::default() })
    }

    fn attempts(&self) -> usize {
        self.seen.lock().unwrap().len()
    }
}

fn answer(status: u16, headers: &[(&'static str, &'static str)]) -> Result<Incoming, AttemptError> {
    let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
    let headers = headers.collect::<HeaderMap>();
    let retry_after = retry_after(&headers, std::time::SystemTime::now());
    Ok(Incoming { status, headers, body: Vec::new(), retry_after })
}

fn failure(code: SendErrorCode, sent: bool) -> Result<Incoming, AttemptError> {
    Err(AttemptError::new(code, "scripted", sent))
}

fn config() -> EgressConfig {
    let auth = Auth::Header { header: "X-App-Token".to_owned(), scheme: Some("Bearer".to_owned()) };
    EgressConfig::new("test", "https://app.example/api".parse().unwrap(), auth, SecretString::from("hunter2"))
}

fn over(script: &Arc<Script>) -> Egress {
    Egress::over(config(), Arc::clone(script) as Arc<dyn Transport>).unwrap()
}

fn request(method: &str, path: &str) -> AppRequest {
    AppRequest { method: method.to_owned(), path: path.to_owned(), ..AppRequest::default() }
}

fn within(seconds: u64) -> Budget {
    Budget::new(10, Instant::now() + Duration::from_secs(seconds))
}

#[tokio::test(start_paused = true)]
async fn the_credential_is_added_and_nothing_else() {
    let script = Script::of([answer(201, &[("set-cookie", "a=b"), ("etag", "1")])]);
    let mut create = request("POST", "/users.json");
    create.headers = vec![("Accept".to_owned(), "application/json".to_owned())];
    create.body = Some(b"{}".to_vec());
    let response = over(&script).send(create, Purpose::Live, &mut within(10)).await.unwrap();
    assert_eq!((response.status, response.headers), (201, vec![("etag".to_owned(), "1".to_owned())]));
    let seen = script.seen.lock().unwrap();
    assert_eq!(seen[0].uri, "https://app.example/api/users.json");
    let mut headers: Vec<_> = seen[0].headers.iter().map(|(n, v)| format!("{n}: {}", v.to_str().unwrap())).collect();
    headers.sort();
    assert_eq!(headers, ["accept: application/json", "x-app-token: Bearer hunter2"]);
    assert!(!format!("{seen:?}{:?}", over(&script)).contains("hunter2"), "a secret does not show in Debug");
}

#[tokio::test(start_paused = true)]
async fn an_app_that_repeats_its_request_does_not_show_the_credential_to_its_connector() {
    let token = Auth::Header { header: "X-App-Token".to_owned(), scheme: None };
    // auth, secret, what is repeated
    let cases = [
        (Auth::Bearer, "s3cr3t-token", "Bearer s3cr3t-token"),
        (token, "s3cr3t+token/==", r"s3cr3t\u002Btoken/=="),
        (Auth::Basic, "ada:s3cr3t-token", "Basic YWRhOnMzY3IzdC10b2tlbg"),
        (Auth::Basic, "ada:s3cr3t-token", "ada / s3cr3t-token"),
        (Auth::Bearer, "s3cr3t", "Bearer s3cr3t"),
    ];
    for (auth, secret, repeated) in cases {
        let mut echo = answer(500, &[]).unwrap();
        echo.headers.append("x-was-asked", repeated.parse().unwrap());
        echo.body = format!(r#"{{"headers":"{repeated}","again":"{repeated}"}}"#).into_bytes();
        let config = EgressConfig { auth, credential: SecretString::from(secret), ..config() };
        let egress = Egress::over(config, Script::of([Ok(echo)])).unwrap();
        let seen = egress.send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap();
        let seen = format!("{:?} {}", seen.headers, String::from_utf8(seen.body).unwrap());
        assert_eq!(seen.matches("[credential]").count(), 3, "{seen}");
        assert!(!seen.contains("s3cr3t") && !seen.contains("YWRhOn"), "{seen}");
        assert!(!format!("{egress:?}").contains("s3cr3t"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_that_breaks_a_rule_is_never_sent() {
    let script = Script::of([]);
    let egress = over(&script);
    let with =
        |name: &str| AppRequest { headers: vec![(name.to_owned(), "x".to_owned())], ..request("GET", "/users.json") };
    let cases = [
        (request("CONNECT", "/"), "method `CONNECT` is not one of GET, POST, PUT, PATCH, DELETE"),
        (request("get", "/"), "method `get` is not one of GET, POST, PUT, PATCH, DELETE"),
        (request("GET", "/../admin"), "a path must not contain a `.` or `..` segment, encoded or not"),
        (request("GET", "https://evil.example/"), "a path must start with `/` and name no host"),
        (request("GET", "//evil.example/"), "a path must not contain `//`"),
        (with("X-App-Token"), "header `x-app-token` is set by the gateway only"),
        (with("authorization"), "header `authorization` is set by the gateway only"),
        (with("Host"), "header `host` is set by the gateway only"),
        (
            AppRequest { query: vec![("q".to_owned(), "x".repeat(20_000))], ..request("GET", "/") },
            "path and query have more than 16384 bytes",
        ),
        (
            AppRequest { body: Some(vec![0; (4 << 20) + 1]), ..request("PUT", "/") },
            "the body has more than 4194304 bytes",
        ),
    ];
    for (request, detail) in cases {
        let mut budget = within(10);
        let error = egress.send(request, Purpose::Live, &mut budget).await.unwrap_err();
        assert_eq!(error, SendError::unsent(SendErrorCode::Refused, detail));
    }
    assert_eq!(script.attempts(), 0);
}

#[tokio::test(start_paused = true)]
async fn the_number_of_calls_of_an_operation_is_limited() {
    let script = Script::of([]);
    let (egress, mut budget) = (over(&script), Budget::new(2, Instant::now() + Duration::from_secs(10)));
    for _ in 0..2 {
        egress.send(request("GET", "/"), Purpose::Live, &mut budget).await.unwrap();
    }
    let error = egress.send(request("GET", "/"), Purpose::Live, &mut budget).await.unwrap_err();
    assert_eq!((error.code, error.sent, script.attempts()), (SendErrorCode::Budget, false, 2));
}

#[tokio::test(start_paused = true)]
async fn a_pause_that_the_app_asks_for_is_kept_while_time_remains() {
    let later: &[(&str, &str)] = &[("retry-after", "3")];
    // method, first answer, seconds there are, status given to the connector, attempts, whole seconds waited
    let cases = [
        ("GET", 429, later, 10, 200, 2, 3),
        ("POST", 429, later, 10, 200, 2, 3),
        ("PATCH", 429, later, 10, 200, 2, 3),
        ("GET", 429, later, 3, 429, 1, 0),
        ("GET", 429, &[], 10, 429, 1, 0),
        ("GET", 429, &[("retry-after", "soon")], 10, 429, 1, 0),
        ("GET", 429, &[("retry-after", "18446744073709551615")], 10, 429, 1, 0),
        ("GET", 503, later, 10, 200, 2, 3),
        ("POST", 503, later, 10, 503, 1, 0),
        ("GET", 500, later, 10, 500, 1, 0),
    ];
    for (method, first, headers, seconds, status, attempts, waited) in cases {
        let script = Script::of([answer(first, headers)]);
        let begun = Instant::now();
        let response = over(&script).send(request(method, "/"), Purpose::Live, &mut within(seconds)).await.unwrap();
        let outcome = (response.status, script.attempts(), begun.elapsed().as_secs());
        assert_eq!(outcome, (status, attempts, waited), "{method} {first} {headers:?} {seconds}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_429_reaches_the_connector_after_a_few_waits() {
    let script = Script::of((0..20).map(|_| answer(429, &[("retry-after", "1")])));
    let response = over(&script).send(request("GET", "/"), Purpose::Live, &mut within(100)).await.unwrap();
    assert_eq!((response.status, script.attempts()), (429, 6));
}

#[tokio::test(start_paused = true)]
async fn only_requests_that_are_safe_to_repeat_are_repeated_and_only_twice() {
    use SendErrorCode::{Interrupted, Refused, Timeout, TooLarge, Unreachable};
    let cases = [
        ("GET", Interrupted, true, 3),
        ("PUT", Interrupted, true, 3),
        ("DELETE", Interrupted, true, 3),
        ("POST", Interrupted, true, 1),
        ("PATCH", Interrupted, true, 1),
        ("POST", Unreachable, false, 3),
        ("PATCH", Unreachable, false, 3),
        ("GET", Timeout, true, 1),
        ("GET", TooLarge, true, 1),
        ("GET", Refused, false, 1),
    ];
    for (method, code, sent, attempts) in cases {
        let script = Script::of((0..9).map(|_| failure(code, sent)));
        let error = over(&script).send(request(method, "/"), Purpose::Live, &mut within(10)).await.unwrap_err();
        assert_eq!((error.code, error.sent, script.attempts()), (code, sent, attempts), "{method} {code:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_unavailable_app_is_called_again_if_the_request_is_idempotent() {
    for (method, status, attempts) in
        [("GET", 502, 3), ("PUT", 503, 3), ("DELETE", 504, 3), ("GET", 500, 1), ("POST", 503, 1), ("PATCH", 502, 1)]
    {
        let script = Script::of((0..9).map(|_| answer(status, &[])));
        let response = over(&script).send(request(method, "/"), Purpose::Live, &mut within(10)).await.unwrap();
        assert_eq!((response.status, script.attempts()), (status, attempts), "{method} {status}");
    }
    let script = Script::of([answer(503, &[]), failure(SendErrorCode::Interrupted, true)]);
    let response = over(&script).send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap();
    assert_eq!((response.status, script.attempts()), (200, 3));
}

#[tokio::test(start_paused = true)]
async fn a_retry_counts_against_the_operations_calls_and_its_time() {
    let script = Script::of((0..9).map(|_| answer(503, &[])));
    let mut budget = Budget::new(2, Instant::now() + Duration::from_secs(10));
    let response = over(&script).send(request("GET", "/"), Purpose::Live, &mut budget).await.unwrap();
    assert_eq!((response.status, script.attempts()), (503, 2), "the second call is the last");
    let script = Script::of((0..9).map(|_| answer(503, &[])));
    let mut budget = Budget::new(9, Instant::now() + Duration::from_millis(120));
    let response = over(&script).send(request("GET", "/"), Purpose::Live, &mut budget).await.unwrap();
    assert_eq!((response.status, script.attempts()), (503, 1), "no time for a pause");
}

#[tokio::test(start_paused = true)]
async fn an_instance_keeps_to_its_rate_and_says_when_no_turn_comes_in_time() {
    let script = Script::of([]);
    let rate = Rate { per_second: 2.try_into().unwrap(), burst: 2.try_into().unwrap() };
    let egress = Egress::over(EgressConfig { rate: Some(rate), ..config() }, script.clone()).unwrap();
    let begun = Instant::now();
    let send = |seconds| {
        let egress = &egress;
        async move { egress.send(request("POST", "/"), Purpose::Live, &mut within(seconds)).await }
    };
    let outcomes = futures_util::future::join_all([send(5), send(5), send(5), send(5), send(1)]).await;
    assert_eq!(begun.elapsed().as_millis(), 1010, "two at once, then one every half second");
    assert_eq!(script.attempts(), 4);
    let error = outcomes.into_iter().next_back().unwrap().unwrap_err();
    assert_eq!((error.code, error.sent), (SendErrorCode::RateLimited, false));
    assert_eq!(error.retry_after, Some(Duration::from_millis(1500)));
}

#[tokio::test(start_paused = true)]
async fn every_operation_that_can_wait_keeps_a_pause_that_the_app_asks_for() {
    let script = Script::of([answer(429, &[("retry-after", "8")])]);
    let egress = over(&script);
    let first = egress.send(request("GET", "/"), Purpose::Live, &mut within(5)).await.unwrap();
    assert_eq!((first.status, &first.headers[0].1), (429, &"8".to_owned()), "the client is told");
    let error = egress.send(request("GET", "/"), Purpose::Live, &mut within(5)).await.unwrap_err();
    assert_eq!((error.code, script.attempts()), (SendErrorCode::RateLimited, 1), "and the app is not called");
    assert!(egress.circuit().open.is_none(), "an app that answers 429 is up");
    let begun = Instant::now();
    egress.send(request("GET", "/"), Purpose::Live, &mut within(20)).await.unwrap();
    assert_eq!(begun.elapsed().as_secs(), 8);
}

#[tokio::test(start_paused = true)]
async fn an_app_that_is_down_is_not_called_until_it_recovers() {
    use SendErrorCode::{CircuitOpen, Interrupted};
    let script = Script::of((0..5).map(|_| failure(Interrupted, true)));
    let egress = over(&script);
    for _ in 0..5 {
        let error = egress.send(request("POST", "/"), Purpose::Live, &mut within(10)).await.unwrap_err();
        assert_eq!(error.code, Interrupted);
    }
    let error = egress.send(request("POST", "/"), Purpose::Live, &mut within(10)).await.unwrap_err();
    assert_eq!((error.code, error.sent, error.retry_after), (CircuitOpen, false, Some(Duration::from_secs(5))));
    let open = "circuit open: interrupted; the app is tried again in 5 s";
    assert_eq!((script.attempts(), egress.circuit().open.as_deref()), (5, Some(open)));
    tokio::time::advance(Duration::from_secs(5)).await;
    egress.send(request("POST", "/"), Purpose::Live, &mut within(10)).await.unwrap();
    assert!(egress.circuit().open.is_none());
}

#[tokio::test(start_paused = true)]
async fn only_outcomes_that_say_something_about_the_app_open_the_circuit() {
    use SendErrorCode::{Refused, Timeout, TooLarge, Unreachable};
    let cases = [
        (answer(503, &[]), true),
        (answer(504, &[]), true),
        (answer(500, &[]), false),
        (answer(401, &[]), false),
        (failure(Unreachable, false), true),
        (failure(TooLarge, true), false),
        (failure(Refused, false), false),
        (failure(Timeout, false), true),
        (Err(AttemptError { about_app: false, ..AttemptError::new(Timeout, "too little time", true) }), false),
    ];
    for (outcome, opens) in cases {
        let again = || match &outcome {
            Ok(incoming) => answer(incoming.status, &[]),
            Err(error) => Err(error.clone()),
        };
        let script = Script::of((0..30).map(|_| again()));
        let egress = over(&script);
        for _ in 0..6 {
            drop(egress.send(request("POST", "/"), Purpose::Live, &mut within(10)).await);
        }
        assert_eq!(egress.circuit().open.is_some(), opens, "{outcome:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn concurrent_calls_are_limited() {
    let script = Script::of([]);
    let config = EgressConfig { concurrency: 3, ..config() };
    let egress = Egress::over(config, Arc::clone(&script) as Arc<dyn Transport>).unwrap();
    let calls =
        (0..20).map(|_| async { egress.send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap() });
    futures_util::future::join_all(calls).await;
    assert_eq!((script.attempts(), script.most_at_once.load(Ordering::SeqCst)), (20, 3));
}

#[tokio::test(start_paused = true)]
async fn waiting_for_a_slot_does_not_count_against_the_app() {
    #[derive(Debug)]
    struct Slow;
    impl Transport for Slow {
        fn attempt(&self, _: Outgoing, _: usize) -> BoxFuture<'_, Result<Incoming, AttemptError>> {
            Box::pin(async {
                sleep(Duration::from_secs(2)).await;
                answer(200, &[])
            })
        }
    }
    let egress = Egress::over(config(), Arc::new(Slow)).unwrap();
    let calls = (0..200).map(|_| async { egress.send(request("POST", "/"), Purpose::Live, &mut within(29)).await });
    let outcomes = futures_util::future::join_all(calls).await;
    let answered = outcomes.iter().filter(|outcome| outcome.is_ok()).count();
    let unsent = outcomes.iter().filter(|outcome| outcome.as_ref().is_err_and(|error| !error.sent)).count();
    // Eight at a time, every two seconds; the last eight have one second.
    assert_eq!((answered, unsent), (14 * 8, 200 - 15 * 8));
    assert_eq!(egress.circuit().open, None);
}

#[tokio::test(start_paused = true)]
async fn a_request_without_an_answer_ends_at_its_time_limit_and_counts_as_sent() {
    #[derive(Debug)]
    struct Silence;
    impl Transport for Silence {
        fn attempt(&self, _: Outgoing, _: usize) -> BoxFuture<'_, Result<Incoming, AttemptError>> {
            Box::pin(std::future::pending())
        }
    }
    for (seconds, expected) in [(60, 20), (5, 5)] {
        let egress = Egress::over(config(), Arc::new(Silence)).unwrap();
        let begun = Instant::now();
        let error = egress.send(request("GET", "/"), Purpose::Live, &mut within(seconds)).await.unwrap_err();
        assert_eq!((error.code, error.sent, begun.elapsed().as_secs()), (SendErrorCode::Timeout, true, expected));
    }
}

#[test]
fn an_instance_that_may_not_reach_its_app_is_refused_when_it_is_built() {
    let with = |base_url: &str, secret: &str| {
        let config =
            EgressConfig { base_url: base_url.parse().unwrap(), credential: SecretString::from(secret), ..config() };
        Egress::over(config, Script::of([])).map(drop).unwrap_err().to_string()
    };
    assert_eq!(with("https://app.example", ""), "the credential is empty");
    let inside = "the base URL `https://10.0.0.1` points at a private network; set `allow-private-addresses` if the app is in your own network";
    assert_eq!(with("https://10.0.0.1", "x"), inside);
    assert!(with("http://app.example", "x").contains("would send the credential unencrypted"));
}
