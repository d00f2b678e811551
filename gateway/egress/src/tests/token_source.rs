//! Client credentials: one token for many requests, one token request at a time, and no secrets in errors.

use super::*;

/// An authorization server and an app behind one transport, distinguished by the path.
#[derive(Debug, Default)]
struct Both {
    /// Answers of the authorization server, in order; afterwards a token that is valid for 100 s.
    tokens: Mutex<VecDeque<Result<Incoming, AttemptError>>>,
    /// Statuses of the app, in order; afterwards 200.
    statuses: Mutex<VecDeque<u16>>,
    asked: Mutex<Vec<String>>,
    used: Mutex<Vec<String>>,
}

/// An app that repeats the credential in its answer.
impl Transport for Both {
    fn attempt(&self, request: Outgoing, _: usize) -> BoxFuture<'_, Result<Incoming, AttemptError>> {
        Box::pin(async move {
            sleep(Duration::from_millis(10)).await;
            let authorization = request.headers["authorization"].to_str().unwrap().to_owned();
            if request.uri.path() != "/oauth/token" {
                self.used.lock().unwrap().push(authorization.clone());
                return with_body(self.statuses.lock().unwrap().pop_front().unwrap_or(200), &authorization);
            }
            let form = String::from_utf8(request.body.unwrap().to_vec()).unwrap();
            let count = {
                let mut asked = self.asked.lock().unwrap();
                asked.push(format!("{} {} {authorization} {form}", request.method, request.uri));
                asked.len()
            };
            let next = self.tokens.lock().unwrap().pop_front();
            next.unwrap_or_else(|| {
                token(&format!(r#"{{"access_token":"t{count}","token_type":"Bearer","expires_in":100}}"#))
            })
        })
    }
}

fn token(json: &str) -> Result<Incoming, AttemptError> {
    with_body(200, json)
}

fn with_body(status: u16, body: &str) -> Result<Incoming, AttemptError> {
    answer(status, &[("content-type", "application/json")]).map(|answer| Incoming { body: body.into(), ..answer })
}

impl Both {
    fn of(
        tokens: impl IntoIterator<Item = Result<Incoming, AttemptError>>,
        statuses: impl IntoIterator<Item = u16>,
    ) -> Arc<Self> {
        let (tokens, statuses) = (tokens.into_iter().collect(), statuses.into_iter().collect());
        Arc::new(Self { tokens: Mutex::new(tokens), statuses: Mutex::new(statuses), ..Self::default() })
    }

    fn egress(self: &Arc<Self>) -> Egress {
        let asked = ClientCredentials {
            token_url: "https://login.example/oauth/token".parse().unwrap(),
            client_id: "gateway".to_owned(),
            scope: Some("users:read users:write".to_owned()),
            audience: Some("https://app.example".to_owned()),
        };
        let config = EgressConfig { auth: Auth::ClientCredentials(asked), concurrency: 100, ..config() };
        Egress::over(config, Arc::clone(self) as Arc<dyn Transport>).unwrap()
    }

    fn asked(&self) -> usize {
        self.asked.lock().unwrap().len()
    }

    fn used(&self) -> Vec<String> {
        self.used.lock().unwrap().clone()
    }
}

#[tokio::test(start_paused = true)]
async fn the_secret_is_exchanged_for_a_token_that_is_used_until_shortly_before_it_expires() {
    let both = Both::of([], []);
    let egress = both.egress();
    for (seconds, expected) in [(0, "Bearer t1"), (85, "Bearer t1"), (10, "Bearer t2")] {
        tokio::time::advance(Duration::from_secs(seconds)).await;
        egress.send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap();
        assert_eq!(both.used().last().unwrap(), expected);
    }
    let expected = "POST https://login.example/oauth/token Basic Z2F0ZXdheTpodW50ZXIy \
                    grant_type=client_credentials&scope=users%3Aread+users%3Awrite&audience=https%3A%2F%2Fapp.example";
    assert_eq!(both.asked.lock().unwrap()[0], expected);
    assert!(!format!("{egress:?}").contains("hunter2"));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_app_repeats_is_not_shown_to_its_connector() {
    let both = Both::of([token(r#"{"access_token":"t0p-s3cr3t","token_type":"Bearer"}"#)], []);
    let answer = both.egress().send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap();
    assert_eq!(String::from_utf8(answer.body).unwrap(), "Bearer [credential]");
    assert_eq!(both.used(), ["Bearer t0p-s3cr3t"]);
}

#[tokio::test(start_paused = true)]
async fn concurrent_requests_fetch_one_token() {
    let both = Both::of([], []);
    let egress = both.egress();
    let calls =
        (0..50).map(|_| async { egress.send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap() });
    futures_util::future::join_all(calls).await;
    assert_eq!((both.asked(), both.used().len()), (1, 50));
}

#[tokio::test(start_paused = true)]
async fn a_token_that_the_app_refuses_is_replaced_once_whatever_the_method() {
    for (method, statuses, status, used) in [
        ("POST", vec![401], 200, vec!["Bearer t1", "Bearer t2"]),
        ("GET", vec![401, 401, 401], 401, vec!["Bearer t1", "Bearer t2"]),
    ] {
        let statuses: Vec<u16> = std::iter::once(200).chain(statuses).collect();
        let both = Both::of([], statuses);
        let egress = both.egress();
        egress.send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap();
        tokio::time::advance(Duration::from_secs(31)).await;
        let answer = egress.send(request(method, "/"), Purpose::Live, &mut within(10)).await.unwrap();
        let used = std::iter::once("Bearer t1").chain(used).map(ToOwned::to_owned).collect();
        assert_eq!((answer.status, both.used()), (status, used));
    }
}

#[tokio::test(start_paused = true)]
async fn a_token_that_was_fetched_a_moment_ago_is_not_replaced() {
    let both = Both::of([], vec![401]);
    let answer = both.egress().send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap();
    assert_eq!((answer.status, both.asked()), (401, 1));
}

#[tokio::test(start_paused = true)]
async fn every_error_has_its_code_and_contains_no_secret_and_nothing_reaches_the_app() {
    use SendErrorCode::{Credential, Timeout, Unreachable};
    let refused = r#"{"error":"invalid_client","error_description":"hunter2 is wrong"}"#;
    let cases = [
        (
            with_body(401, refused),
            Credential,
            "the authorization server issued no token: it refused with `invalid_client`",
        ),
        (
            with_body(400, "<p>hunter2"),
            Credential,
            "the authorization server issued no token: its answer contains no token",
        ),
        (with_body(400, ""), Credential, "the authorization server issued no token: its answer is empty"),
        (token("{}"), Credential, "the authorization server issued no token: its answer contains no token"),
        (
            token(r#"{"access_token":"a\nb","token_type":"bearer"}"#),
            Credential,
            "the authorization server issued no token: its token contains characters that are not allowed in a header",
        ),
        (with_body(302, ""), Credential, "the authorization server issued no token: its answer is empty"),
        (with_body(503, refused), Unreachable, "the authorization server answered 503"),
        (failure(Unreachable, false), Unreachable, "the authorization server: scripted"),
        (failure(Timeout, true), Timeout, "the authorization server: scripted"),
    ];
    for (outcome, code, detail) in cases {
        let both = Both::of([outcome], []);
        let error = both.egress().send(request("POST", "/"), Purpose::Live, &mut within(10)).await.unwrap_err();
        assert_eq!((error.code, error.detail.as_str(), error.sent), (code, detail, false));
        assert_eq!(both.used(), Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn an_error_is_returned_to_everyone_who_waits_and_is_soon_forgotten() {
    let both = Both::of([with_body(401, r#"{"error":"invalid_client"}"#)], []);
    let egress = both.egress();
    let calls = (0..50)
        .map(|_| async { egress.send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap_err().code });
    let codes = futures_util::future::join_all(calls).await;
    assert_eq!((codes, both.asked()), (vec![SendErrorCode::Credential; 50], 1));
    assert!(egress.circuit().open.is_none(), "it is not the app that is down");
    tokio::time::advance(Duration::from_secs(1)).await;
    egress.send(request("GET", "/"), Purpose::Live, &mut within(10)).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn an_authorization_server_that_is_down_does_not_open_the_circuit() {
    let both = Both::of((0..10).map(|_| with_body(503, "")), []);
    let egress = both.egress();
    for _ in 0..10 {
        egress.send(request("POST", "/"), Purpose::Live, &mut within(10)).await.unwrap_err();
        tokio::time::advance(Duration::from_secs(2)).await;
    }
    assert_eq!((both.asked(), egress.circuit().open), (10, None));
    egress.send(request("POST", "/"), Purpose::Live, &mut within(10)).await.unwrap();
}

#[test]
fn a_token_endpoint_in_the_operators_network_is_refused_like_an_app_there() {
    for (url, said) in [
        ("https://10.0.0.1/token", "the token URL `https://10.0.0.1/token` points at a private network"),
        (
            "http://login.example/token",
            "the token URL `http://login.example/token` would send the credential unencrypted",
        ),
    ] {
        let asked =
            ClientCredentials { token_url: url.parse().unwrap(), client_id: "x".into(), scope: None, audience: None };
        let config = EgressConfig { auth: Auth::ClientCredentials(asked), ..config() };
        let error = Egress::over(config, Script::of([])).unwrap_err().to_string();
        assert!(error.starts_with(said), "{error}");
    }
}
