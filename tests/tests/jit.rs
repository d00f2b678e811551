//! Just-in-time provisioning against a real OpenID provider.
//!
//! Every check takes the address of a gateway with an instance `acme`, so that it can be one in this process or the real binary.

#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};

use rustls::{ClientConfig, RootCertStore, crypto::ring};
use scim_gateway::config::{EmailClaim, Jit};
use scim_gateway::jit::{AccountError, Accounts, Clock, Created, HttpLimits, ProviderHttp, SignIn, routes};
use scim_gateway_tests::http::{Http, HttpAnswer, HttpRequest};
use scim_gateway_tests::openid_provider::{CLIENT_ID, CLIENT_SECRET, EMAIL, RealProvider};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

const APP: &str = "https://my.splashtop.example/login/sso";

/// The accounts that were made.
#[derive(Clone, Default)]
struct Made(Arc<Mutex<Vec<String>>>);

impl Accounts for Made {
    async fn create_if_absent(&self, email: &str, _: &[String], _: &str) -> Result<Created, AccountError> {
        let mut made = self.0.lock().expect("the accounts");
        if made.iter().any(|account| account == email) {
            return Ok(Created::Existed);
        }
        made.push(email.to_owned());
        Ok(Created::Created)
    }
}

impl Made {
    fn all(&self) -> Vec<String> {
        self.0.lock().expect("the accounts").clone()
    }
}

/// A gateway in this process, its provider and the accounts.
struct Stage {
    gateway: Url,
    provider: RealProvider,
    made: Made,
}

impl Stage {
    async fn new() -> Self {
        let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.expect("a port");
        let gateway: Url = format!("http://{}", listener.local_addr().expect("an address")).parse().expect("a URL");
        let callback = gateway.join("/acme/jit/callback").expect("a URL");
        let target = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let provider = RealProvider::start(target, &callback).await.unwrap_or_else(|error| panic!("{error}"));
        let made = Made::default();
        let settings = Jit {
            issuer: provider.issuer.parse().expect("an issuer"),
            client_id: CLIENT_ID.to_owned(),
            client_secret: Some(CLIENT_SECRET.into()),
            scopes: vec!["email".parse().expect("a scope")],
            public_url: gateway.as_str().parse().expect("a URL"),
            sign_in_url: APP.parse().expect("a URL"),
            email_claim: EmailClaim::Email,
            email_domains: Vec::new(),
            groups: false,
        };
        let http = ProviderHttp::new(tls(), HttpLimits::default()).expect("a client");
        let instance = "acme".parse().expect("a name");
        let sign_in = Arc::new(SignIn::new(&instance, settings, made.clone(), http, Clock::system()));
        let router = routes(move |name| (name == "acme").then(|| Arc::clone(&sign_in)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { gateway, provider, made }
    }
}

fn tls() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}

/// A browser at the gateway; it holds one cookie, the sign-in's.
struct Browser {
    http: Http,
    gateway: Url,
    cookie: String,
}

impl Browser {
    fn at(gateway: &Url) -> Self {
        Self { http: Http::default(), gateway: gateway.clone(), cookie: String::new() }
    }

    /// Opens the start address; answers where it is sent.
    async fn begin(&mut self) -> Url {
        let answer = self.open(self.gateway.join("/acme/jit").expect("a URL")).await;
        assert_eq!(answer.status, 302, "{}", answer.body);
        self.cookie = answer.headers["set-cookie"].split(';').next().expect("a cookie").to_owned();
        answer.headers["location"].parse().expect("a URL")
    }

    async fn open(&self, url: Url) -> HttpAnswer {
        let request = HttpRequest::new("GET", url).header("cookie", &self.cookie);
        self.http.send(request).await.unwrap_or_else(|error| panic!("{error}"))
    }
}

/// From the start address to the gateway's last answer.
async fn sign_in(gateway: &Url, provider: &RealProvider) -> HttpAnswer {
    let mut browser = Browser::at(gateway);
    let authorization = browser.begin().await;
    let callback = provider.sign_in(&authorization).await.unwrap_or_else(|error| panic!("{error}"));
    browser.open(callback).await
}

fn ends_at_the_app(answer: &HttpAnswer) {
    let location = answer.headers.get("location").map(String::as_str);
    assert_eq!((answer.status, location), (302, Some(APP)), "{}", answer.body);
}

fn ends_at_a_page(answer: &HttpAnswer, status: u16, what: &str) {
    assert_eq!((answer.status, answer.headers.get("location")), (status, None), "{what}: {}", answer.body);
    assert!(answer.body.contains("Number for your administrator"), "{what}: {}", answer.body);
}

#[tokio::test]
async fn a_first_sign_in_makes_the_account_and_a_second_changes_nothing() {
    let Stage { gateway, provider, made } = Stage::new().await;
    for _ in 0..2 {
        ends_at_the_app(&sign_in(&gateway, &provider).await);
        assert_eq!(made.all(), [EMAIL]);
    }
}

#[tokio::test]
async fn tokens_that_the_provider_would_not_have_sent_make_no_account() {
    let Stage { gateway, provider, made } = Stage::new().await;
    let nothing = json!({});
    let cases: [(&str, Value, bool, u16); 9] = [
        ("forged", nothing, true, 502),
        ("expired", json!({"exp": 1_600_000_000}), false, 502),
        ("issued before the sign-in", json!({"iat": 1_600_000_000}), false, 502),
        ("not valid yet", json!({"nbf": 4_000_000_000_u64}), false, 502),
        ("replayed", json!({"nonce": "of an earlier sign-in"}), false, 502),
        ("for another client", json!({"aud": "somebody-else"}), false, 502),
        ("of another issuer", json!({"iss": "https://sso.example.com"}), false, 502),
        ("not verified", json!({"email_verified": false}), false, 403),
        ("without an address", json!({"email": null}), false, 403),
    ];
    for (what, claims, forged, status) in cases {
        provider.bend_next_id_token(&claims, forged).await.unwrap_or_else(|error| panic!("{error}"));
        ends_at_a_page(&sign_in(&gateway, &provider).await, status, what);
        assert!(made.all().is_empty(), "{what} made an account");
    }
    provider.bend_next_id_token(&json!({"nbf": 0}), false).await.unwrap_or_else(|error| panic!("{error}"));
    ends_at_the_app(&sign_in(&gateway, &provider).await);
}

#[tokio::test]
async fn a_call_back_works_once_and_only_where_it_began() {
    let Stage { gateway, provider, made } = Stage::new().await;
    let mut attacker = Browser::at(&gateway);
    let authorization = attacker.begin().await;
    let callback = provider.sign_in(&authorization).await.unwrap_or_else(|error| panic!("{error}"));
    let victim = Browser::at(&gateway);
    ends_at_a_page(&victim.open(callback).await, 400, "a link from somebody else");
    assert!(made.all().is_empty());
    let mut browser = Browser::at(&gateway);
    let authorization = browser.begin().await;
    let callback = provider.sign_in(&authorization).await.unwrap_or_else(|error| panic!("{error}"));
    ends_at_the_app(&browser.open(callback.clone()).await);
    ends_at_a_page(&browser.open(callback).await, 400, "opened twice");
}

#[tokio::test]
async fn a_code_that_another_client_got_is_worth_nothing_here() {
    let Stage { gateway, provider, made } = Stage::new().await;
    let mut browser = Browser::at(&gateway);
    let authorization = browser.begin().await;
    let swapped = authorization.query_pairs().map(|(name, value)| match name.as_ref() {
        "client_id" => (name, "somebody-else".into()),
        "redirect_uri" => (name, "http://127.0.0.1:9/callback".into()),
        _ => (name, value),
    });
    let mut elsewhere = authorization.clone();
    elsewhere.query_pairs_mut().clear().extend_pairs(swapped);
    let got = provider.sign_in(&elsewhere).await.unwrap_or_else(|error| panic!("{error}"));
    let mut callback = gateway.join("/acme/jit/callback").expect("a URL");
    callback.set_query(got.query());
    ends_at_a_page(&browser.open(callback).await, 502, "a code of another client");
    assert!(made.all().is_empty());
}
