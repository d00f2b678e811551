//! A real OpenID provider on loopback: the npm package `oidc-provider`, run by `tests/jit/provider.mjs`.
//!
//! The gateway's own tests use a provider that is made by hand, by the same people and with the same misunderstandings. This one is
//! certified, signs with RSA, keeps sessions in cookies and shows a sign-in form.

use crate::packages::{self, PackageError};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tokio::io::{AsyncBufReadExt as _, BufReader};
use tokio::process::{Child, Command};
use url::Url;

/// The gateway's client at the provider.
pub const CLIENT_ID: &str = "gateway";
/// Its secret.
pub const CLIENT_SECRET: &str = "gateway-s3cret";
/// The address of the one person there.
pub const EMAIL: &str = "ada@example.com";

const FORM: [(&str, &str); 2] = [("login", "ada"), ("password", "correct horse")];

/// A provider that runs until this is dropped.
#[derive(Debug)]
pub struct RealProvider {
    /// Its issuer.
    pub issuer: String,
    client: Client<HttpConnector, Full<Bytes>>,
    /// Ends with its standard input, and is killed when this is dropped.
    _process: Child,
}

/// Why there is no provider.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    /// Node.js is not there, or npm cannot get the packages of `tests/jit/package-lock.json`.
    #[error(transparent)]
    Install(#[from] PackageError),
    /// The program that is the provider cannot be run.
    #[error("`node` cannot be run: {0}")]
    NotRun(std::io::Error),
    /// The provider ended at once; its own words are on standard error.
    #[error("the OpenID provider of the tests did not start; its own words are above")]
    NotStarted,
    /// An answer that is neither the form nor a redirect, or none.
    #[error("the OpenID provider of the tests did not answer {0} as it should: {1}")]
    Answer(Url, String),
}

impl RealProvider {
    /// Installs the provider below `target` if it is not there, and starts it for one gateway.
    ///
    /// # Errors
    /// [`ProviderError`], which says what is missing.
    pub async fn start(target: &Path, redirect_uri: &Url) -> Result<Self, ProviderError> {
        let modules = packages::npm("openid-provider", &source(""), target)?;
        let mut process = Command::new("node")
            .arg(source("provider.mjs"))
            .args([modules.as_os_str(), redirect_uri.as_str().as_ref()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .map_err(ProviderError::NotRun)?;
        let output = process.stdout.take().ok_or(ProviderError::NotStarted)?;
        let issuer =
            BufReader::new(output).lines().next_line().await.ok().flatten().ok_or(ProviderError::NotStarted)?;
        let client = Client::builder(TokioExecutor::new()).build_http();
        Ok(Self { issuer, client, _process: process })
    }

    /// Bends the next ID token: `claims` are laid over the real ones, null removes one; signed with the provider's key unless `forged`.
    ///
    /// # Errors
    /// The provider does not answer.
    pub async fn bend_next_id_token(&self, claims: &Value, forged: bool) -> Result<(), ProviderError> {
        let body = serde_json::json!({ "claims": claims, "forged": forged }).to_string();
        let url = Url::parse(&self.issuer).and_then(|issuer| issuer.join("/test/next-id-token"));
        let url = url.map_err(|_| ProviderError::NotStarted)?;
        self.ask(Method::POST, &url, &Cookies::default(), body).await.map(drop)
    }

    /// What a person's browser does here: follows the redirects, fills in the form, and ends at the call-back's address, which
    /// is returned and not visited.
    ///
    /// # Errors
    /// The provider does not answer, or not with a redirect or the form.
    pub async fn sign_in(&self, authorization: &Url) -> Result<Url, ProviderError> {
        let mut cookies = Cookies::default();
        let mut url = authorization.clone();
        while url.as_str().starts_with(&self.issuer) {
            let mut answer = self.ask(Method::GET, &url, &cookies, String::new()).await?;
            cookies.keep(&answer);
            if answer.status() == StatusCode::OK {
                let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(FORM).finish();
                answer = self.ask(Method::POST, &url, &cookies, form).await?;
                cookies.keep(&answer);
            }
            let location = answer.headers().get(LOCATION).and_then(|location| url.join(location.to_str().ok()?).ok());
            url = location
                .ok_or_else(|| ProviderError::Answer(url, format!("{} without a Location", answer.status())))?;
        }
        Ok(url)
    }

    async fn ask(
        &self,
        method: Method,
        url: &Url,
        cookies: &Cookies,
        body: String,
    ) -> Result<Response<()>, ProviderError> {
        let failed = |cause: String| ProviderError::Answer(url.clone(), cause);
        let request = Request::builder()
            .method(method)
            .uri(url.as_str())
            .header(COOKIE, cookies.header())
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Full::from(body))
            .map_err(|error| failed(error.to_string()))?;
        let answer = self.client.request(request).await.map_err(|error| failed(error.to_string()))?;
        if answer.status().is_client_error() || answer.status().is_server_error() {
            return Err(failed(answer.status().to_string()));
        }
        Ok(answer.map(drop))
    }
}

/// The cookies of one browser; the provider is the only site that it visits.
#[derive(Debug, Default)]
struct Cookies(Vec<(String, String)>);

impl Cookies {
    fn keep(&mut self, answer: &Response<()>) {
        for line in answer.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok()) {
            let pair = line.split(';').next().unwrap_or_default();
            if let Some((name, value)) = pair.split_once('=') {
                self.0.retain(|(known, _)| known != name);
                self.0.push((name.to_owned(), value.to_owned()));
            }
        }
    }

    fn header(&self) -> String {
        self.0.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}

fn source(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("jit").join(file)
}
