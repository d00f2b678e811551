//! A gateway with one instance, its provider, its accounts and a clock that tests can set.

use super::provider::{CLIENT, SECRET, TestProvider};
use crate::admission::InFlight;
use crate::config::{EmailClaim, Jit};
use crate::jit::{AccountError, Accounts, Clock, Created, HttpLimits, ProviderHttp, SignIn, routes};
use http::StatusCode;
use http::header::{COOKIE, LOCATION, SET_COOKIE};
use rustls::{ClientConfig, RootCertStore, crypto::ring};
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};
use tokio::net::TcpListener;
use tracing::Level;
use tracing::subscriber::DefaultGuard;
use url::Url;

pub(super) const APP: &str = "https://my.splashtop.example/login/sso";

/// An address and groups.
type Asked = (String, Vec<String>);

/// Records the requested accounts, and answers as set.
#[derive(Clone)]
pub(super) struct TestAccounts {
    pub(super) asked: Arc<Mutex<Vec<Asked>>>,
    pub(super) answer: Arc<Mutex<Result<Created, AccountError>>>,
}

impl Accounts for TestAccounts {
    async fn create_if_absent(
        &self,
        email: &str,
        groups: &[String],
        correlation: &str,
    ) -> Result<Created, AccountError> {
        assert!(!correlation.is_empty());
        self.asked.lock().expect("the accounts").push((email.to_owned(), groups.to_vec()));
        self.answer.lock().expect("the answer").clone()
    }
}

pub(super) struct Scene {
    pub(super) provider: TestProvider,
    pub(super) accounts: TestAccounts,
    pub(super) gateway: String,
    pub(super) browser: reqwest::Client,
    pub(super) now: Arc<Mutex<SystemTime>>,
    log: Log,
    _listening: DefaultGuard,
}

/// Everything that is logged, at all levels.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("the log").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What a browser knows between the start and the callback.
pub(super) struct Begun {
    pub(super) authorization: Url,
    pub(super) cookie: String,
}

/// The response to a browser.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: http::HeaderMap,
    pub(super) body: String,
}

pub(super) fn tls() -> ClientConfig {
    ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth()
}

impl Scene {
    pub(super) async fn new() -> Self {
        Self::with(|_| (), HttpLimits::default()).await
    }

    pub(super) async fn with(change: impl FnOnce(&mut Jit), limits: HttpLimits) -> Self {
        let now = Arc::new(Mutex::new(SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000)));
        let provider = TestProvider::start(Arc::clone(&now)).await;
        let accounts = TestAccounts { asked: Arc::default(), answer: Arc::new(Mutex::new(Ok(Created::Created))) };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let gateway = format!("http://{}", listener.local_addr().expect("an address"));
        let mut settings = Jit {
            issuer: provider.issuer.parse().expect("an issuer"),
            client_id: CLIENT.to_owned(),
            client_secret: Some(SECRET.into()),
            scopes: vec!["openid".parse().expect("a scope"), "email".parse().expect("a scope")],
            public_url: gateway.parse().expect("a URL"),
            sign_in_url: APP.parse().expect("a URL"),
            email_claim: EmailClaim::Email,
            email_domains: Vec::new(),
            groups: false,
        };
        change(&mut settings);
        let http = ProviderHttp::new(tls(), limits).expect("a client");
        let time = Arc::clone(&now);
        let clock = Clock::new(move || *time.lock().expect("the clock"));
        let instance = "acme".parse().expect("a name");
        let sign_in = Arc::new(SignIn::new(&instance, settings, accounts.clone(), http, clock));
        let router = routes(InFlight::new(8), move |name| (name == "acme").then(|| Arc::clone(&sign_in)));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let browser = reqwest::Client::builder()
            .tls_backend_preconfigured(tls())
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .expect("a browser");
        let log = Log::default();
        let writer = log.clone();
        // A test and its servers share one thread.
        let subscriber =
            tracing_subscriber::fmt().with_max_level(Level::TRACE).with_ansi(false).with_writer(move || writer.clone());
        let listening = tracing::subscriber::set_default(subscriber.finish());
        Self { provider, accounts, gateway, browser, now, log, _listening: listening }
    }

    pub(super) fn later(&self, seconds: u64) {
        *self.now.lock().expect("the clock") += Duration::from_secs(seconds);
    }

    /// What was logged since the last call.
    pub(super) fn logged(&self) -> String {
        let log = std::mem::take(&mut *self.log.0.lock().expect("the log"));
        String::from_utf8(log).expect("text")
    }

    pub(super) fn asked(&self) -> Vec<Asked> {
        self.accounts.asked.lock().expect("the accounts").clone()
    }

    pub(super) async fn get(&self, path: &str, cookie: Option<&str>) -> Answer {
        let request = self.browser.get(format!("{}{path}", self.gateway));
        let request = match cookie {
            Some(cookie) => request.header(COOKIE, cookie),
            None => request,
        };
        let answer = request.send().await.expect("an answer");
        Answer {
            status: answer.status(),
            headers: answer.headers().clone(),
            body: answer.text().await.expect("a body"),
        }
    }

    pub(super) async fn begin(&self) -> Begun {
        let answer = self.get("/acme/jit", None).await;
        assert_eq!(answer.status, StatusCode::FOUND, "{}", answer.body);
        let cookie = answer.header(SET_COOKIE.as_str());
        let cookie = cookie.split(';').next().expect("a cookie").to_owned();
        Begun { authorization: answer.header(LOCATION.as_str()).parse().expect("a URL"), cookie }
    }

    pub(super) async fn come_back(&self, query: &str, cookie: Option<&str>) -> Answer {
        self.get(&format!("/acme/jit/callback?{query}"), cookie).await
    }

    /// A whole sign-in in one browser.
    pub(super) async fn sign_in(&self) -> Answer {
        let begun = self.begin().await;
        let query = self.provider.sign_in(&begun.authorization);
        self.come_back(&query, Some(&begun.cookie)).await
    }
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> String {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
    }

    /// Checks that this is an error page with this text.
    pub(super) fn is_page(&self, status: u16, text: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        assert!(self.body.contains(text), "want {text:?} in {}", self.body);
        assert_eq!(self.header("content-type"), "text/html; charset=utf-8");
        assert_eq!(self.header("cache-control"), "no-store");
        assert!(self.header("content-security-policy").starts_with("default-src 'none'"));
        assert!(self.body.contains("Reference for your administrator: <code>") && !self.body.contains("<script"));
        assert!(!self.headers.contains_key(LOCATION));
    }
}
