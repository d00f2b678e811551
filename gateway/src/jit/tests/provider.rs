//! A minimal OpenID provider on loopback that can misbehave in every way; `tests/tests/system/jit.rs` has a realistic one.

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, StatusCode};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
use ring::{digest, hmac};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::SystemTime;
use tokio::net::TcpListener;
use url::{Url, form_urlencoded};

pub(super) const CLIENT: &str = "gateway";
pub(super) const SECRET: &str = "client s3cr3t+/";

/// How the provider behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Behaviour {
    Normal,
    Down,
    /// Never responds.
    Silent,
    /// Sends a response that is too long.
    Huge,
    /// Redirects to another server.
    Redirecting,
    /// Sends the metadata of another provider.
    Impostor,
}

/// A key pair and its id.
pub(super) struct Key {
    kid: String,
    pair: EcdsaKeyPair,
}

impl Key {
    pub(super) fn new(kid: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("a key");
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).expect("a key");
        Self { kid: kid.to_owned(), pair }
    }

    fn jwk(&self) -> Value {
        let point = self.pair.public_key().as_ref();
        let [x, y] = [&point[1..33], &point[33..]].map(|part| URL_SAFE_NO_PAD.encode(part));
        json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": self.kid, "x": x, "y": y})
    }
}

/// How a token is signed.
#[derive(Debug, Clone, Copy)]
pub(super) enum Signature {
    Published,
    /// With an unpublished key that has the same id.
    Stranger,
    /// Not at all.
    Absent,
    /// HMAC with the public key, which everybody knows.
    PublicKeyAsSecret,
    /// HMAC with the client's secret.
    ClientSecret,
}

/// An ID token before it is signed; tests can alter it.
pub(super) struct Draft {
    pub(super) header: Value,
    pub(super) claims: Value,
    pub(super) signature: Signature,
}

type Alteration = Box<dyn Fn(&mut Draft) + Send>;

struct Authorized {
    nonce: String,
    challenge: String,
    redirect: String,
}

pub(super) struct Inner {
    pub(super) behaviour: Behaviour,
    pub(super) keys: Vec<Key>,
    pub(super) alter: Alteration,
    pub(super) calls: HashMap<String, usize>,
    codes: HashMap<String, Authorized>,
    counter: usize,
}

#[derive(Clone)]
pub(super) struct TestProvider {
    pub(super) issuer: String,
    inner: Arc<Mutex<Inner>>,
    now: Arc<Mutex<SystemTime>>,
}

impl TestProvider {
    pub(super) async fn start(now: Arc<Mutex<SystemTime>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let issuer = format!("http://{}", listener.local_addr().expect("an address"));
        let inner = Inner {
            behaviour: Behaviour::Normal,
            keys: vec![Key::new("first")],
            alter: Box::new(|_| ()),
            calls: HashMap::new(),
            codes: HashMap::new(),
            counter: 0,
        };
        let provider = Self { issuer, inner: Arc::new(Mutex::new(inner)), now };
        let router = Router::new().fallback(handle).with_state(provider.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        provider
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().expect("the provider")
    }

    pub(super) fn alter(&self, alter: impl Fn(&mut Draft) + Send + 'static) {
        self.lock().alter = Box::new(alter);
    }

    pub(super) fn calls(&self, path: &str) -> usize {
        self.lock().calls.get(path).copied().unwrap_or_default()
    }

    /// Signs in like a person's browser; returns the query of the redirect back.
    pub(super) fn sign_in(&self, authorization: &Url) -> String {
        let parameters: HashMap<String, String> = authorization.query_pairs().into_owned().collect();
        assert_eq!(parameters["response_type"], "code");
        assert_eq!(parameters["client_id"], CLIENT);
        assert_eq!(parameters["code_challenge_method"], "S256");
        assert!(parameters["scope"].split(' ').any(|scope| scope == "openid"));
        let mut inner = self.lock();
        inner.counter += 1;
        let code = format!("code-{}", inner.counter);
        let authorized = Authorized {
            nonce: parameters["nonce"].clone(),
            challenge: parameters["code_challenge"].clone(),
            redirect: parameters["redirect_uri"].clone(),
        };
        inner.codes.insert(code.clone(), authorized);
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("code", code.as_str()), ("state", &parameters["state"]), ("iss", &self.issuer)])
            .finish()
    }

    fn metadata(&self, issuer: &str) -> Value {
        json!({
            "issuer": issuer,
            "authorization_endpoint": format!("{issuer}/authorize?tenant=acme"),
            "token_endpoint": format!("{issuer}/token"),
            "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["none", "HS256", "ES256", "something-new"],
        })
    }

    fn token(&self, headers: &HeaderMap, body: &[u8]) -> Response {
        let expected = format!("{}:{}", encoded(CLIENT), encoded(SECRET));
        let given = headers.get("authorization").and_then(|value| value.to_str().ok()?.strip_prefix("Basic "));
        let form: HashMap<String, String> = form_urlencoded::parse(body).into_owned().collect();
        let mut inner = self.lock();
        let authorized = inner.codes.remove(&form["code"]);
        let proof = digest::digest(&digest::SHA256, form["code_verifier"].as_bytes());
        let proof = URL_SAFE_NO_PAD.encode(proof);
        let good = given == Some(&STANDARD.encode(expected)) && form["grant_type"] == "authorization_code";
        let authorized = authorized
            .filter(|authorized| authorized.challenge == proof && authorized.redirect == form["redirect_uri"]);
        let Some(authorized) = authorized.filter(|_| good) else {
            let refusal = json!({"error": "invalid_grant", "error_description": "no such\ncode"});
            return (StatusCode::BAD_REQUEST, json_header(), refusal.to_string()).into_response();
        };
        let now =
            self.now.lock().expect("the clock").duration_since(SystemTime::UNIX_EPOCH).expect("after 1970").as_secs();
        let mut draft = Draft {
            header: json!({"alg": "ES256", "typ": "JWT", "kid": inner.keys[0].kid}),
            claims: json!({
                "iss": self.issuer, "aud": CLIENT, "sub": "person-1", "nonce": authorized.nonce,
                "iat": now, "nbf": now, "exp": now + 300, "email": "ada@example.com", "email_verified": true,
                "groups": ["g-1", "g-2"],
            }),
            signature: Signature::Published,
        };
        (inner.alter)(&mut draft);
        let answer = json!({"access_token": "access", "token_type": "Bearer", "expires_in": 60, "id_token": sign(&draft, &inner.keys[0])});
        (json_header(), answer.to_string()).into_response()
    }
}

async fn handle(State(provider): State<TestProvider>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let (parts, body) = request.into_parts();
    let body: Bytes = axum::body::to_bytes(body, 65536).await.expect("a body");
    let behaviour = {
        let mut inner = provider.lock();
        *inner.calls.entry(path.clone()).or_default() += 1;
        inner.behaviour
    };
    match (behaviour, path.as_str()) {
        (Behaviour::Down, _) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        (Behaviour::Silent, _) => std::future::pending().await,
        (Behaviour::Huge, _) => (json_header(), " ".repeat(1 << 20)).into_response(),
        (Behaviour::Redirecting, _) => (StatusCode::FOUND, [("location", "http://127.0.0.1:1/")]).into_response(),
        (Behaviour::Impostor, "/.well-known/openid-configuration") => {
            (json_header(), provider.metadata("http://127.0.0.1:1").to_string()).into_response()
        }
        (_, "/.well-known/openid-configuration") => {
            (json_header(), provider.metadata(&provider.issuer).to_string()).into_response()
        }
        (_, "/keys") => {
            let keys: Vec<Value> = provider.lock().keys.iter().map(Key::jwk).collect();
            (json_header(), json!({ "keys": keys }).to_string()).into_response()
        }
        (_, "/token") => provider.token(&parts.headers, &body),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

fn json_header() -> [(http::HeaderName, &'static str); 1] {
    [(CONTENT_TYPE, "application/json")]
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn sign(draft: &Draft, key: &Key) -> String {
    let message = [&draft.header, &draft.claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
    let stranger = Key::new(&key.kid);
    let random = SystemRandom::new();
    let ecdsa = |key: &Key| key.pair.sign(&random, message.as_bytes()).expect("a signature").as_ref().to_vec();
    let mac =
        |secret: &[u8]| hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message.as_bytes()).as_ref().to_vec();
    let signature = match draft.signature {
        Signature::Published => ecdsa(key),
        Signature::Stranger => ecdsa(&stranger),
        Signature::Absent => Vec::new(),
        Signature::PublicKeyAsSecret => mac(key.pair.public_key().as_ref()),
        Signature::ClientSecret => mac(SECRET.as_bytes()),
    };
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}
