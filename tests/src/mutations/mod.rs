//! Random bytes and mutated requests at every endpoint of the real gateway, before all three apps: whatever comes, the answer is the
//! client's fault (4xx) or a success, nothing panics and nothing is kept in memory.
//!
//! The requests follow from a seed, so that a run can be repeated. What a client can do to HTTP itself is in the gateway's own tests.

mod endpoint;
mod mutate;
mod seeds;

use crate::artifacts::Artifacts;
use crate::conversation::{LoadError, Target};
use crate::http::{Http, HttpError, HttpRequest};
use crate::memory;
use crate::simulators::Kind;
use crate::simulators::control::RequestError;
use crate::system::{Plan, System, SystemError};
use bytes::Bytes;
use endpoint::{ENDPOINTS, Endpoint, Fixture};
use futures_util::StreamExt as _;
use http_body_util::Full;
use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use seeds::Seeds;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;

/// Requests on their way at the same time.
const AT_ONCE: usize = 8;
/// Requests after which the apps forget everybody, so that their simulators stay small.
const ROUND: u32 = 500;
/// Part of the requests that come first, so that what is made at first use does not count as growth.
const WARM_UP: u32 = 4;
/// KiB that the gateway may hold more at the end than after the warm-up: the allocator's and the databases' caches.
const SLACK: u64 = 24 * 1024;
/// Failures that are shown.
const SHOWN: usize = 10;

/// How much is sent.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    pub requests_per_endpoint: u32,
    pub seed: u64,
}

/// What the requests to one endpoint were answered.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Answers {
    pub endpoint: String,
    pub requests: u32,
    /// By status.
    pub statuses: BTreeMap<u16, u32>,
    /// The connection ended without an answer.
    pub unanswered: u32,
}

#[derive(Debug, Clone, Default, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    pub seed: u64,
    pub endpoints: Vec<Answers>,
    /// KiB after the warm-up and at the end, where the system tells it.
    pub resident_before: Option<u64>,
    pub resident_after: Option<u64>,
    /// Some of the requests that were answered 5xx or not at all.
    pub failures: Vec<String>,
    /// Lines of the gateway's log that tell of a panic.
    pub panics: usize,
}

#[derive(Debug, thiserror::Error)]
pub enum MutationError {
    #[error(transparent)]
    System(#[from] SystemError),
    #[error(transparent)]
    Conversations(#[from] LoadError),
    #[error("cannot make a directory: {0}")]
    Directory(#[from] std::io::Error),
    #[error("the gateway does not answer a request that is right: {0}")]
    Http(#[from] HttpError),
    #[error("a request that is right was answered {status}: {body}")]
    Refused { status: u16, body: String },
    #[error(transparent)]
    Switch(#[from] RequestError),
    #[error("the system has no instance of its own")]
    NoInstance,
}

/// Sends the requests to a gateway of its own.
///
/// # Errors
/// [`MutationError`]: nothing could be sent. What the gateway did wrong is in the report.
pub async fn run(artifacts: &Artifacts, options: Options) -> Result<Report, MutationError> {
    let folder = tempfile::tempdir()?;
    let plans = ["askspoke", "samanage", "splashtop"].map(Plan::for_any_client);
    let system = System::start(artifacts, folder.path(), &plans).await?;
    let mut attack = Attack {
        http: Http::default(),
        seeds: Seeds::load()?,
        random: StdRng::seed_from_u64(options.seed),
        report: Report { seed: options.seed, ..Report::default() },
    };
    let process = system.gateway.id();
    for endpoint in &ENDPOINTS {
        attack.at(&system, endpoint, options.requests_per_endpoint.div_ceil(WARM_UP)).await?;
    }
    attack.report.endpoints.clear();
    attack.report.resident_before = process.and_then(memory::resident);
    for endpoint in &ENDPOINTS {
        attack.at(&system, endpoint, options.requests_per_endpoint).await?;
    }
    attack.report.resident_after = process.and_then(memory::resident);
    system.stop().await?;
    let log = std::fs::read_to_string(folder.path().join("gateway.log"))?;
    attack.report.panics = log.lines().filter(|line| line.contains("panic")).count();
    Ok(attack.report)
}

struct Attack {
    http: Http,
    seeds: Seeds,
    random: StdRng,
    report: Report,
}

impl Attack {
    /// Sends so many requests to one endpoint, of each instance in turn.
    async fn at(&mut self, system: &System, endpoint: &Endpoint, requests: u32) -> Result<(), MutationError> {
        let mut answers = Answers { endpoint: endpoint.to_string(), requests, ..Answers::default() };
        let mut sent = 0;
        while sent < requests {
            let fixtures = self.fixtures(system).await?;
            let round = ROUND.min(requests - sent);
            let made: Vec<_> = (0..round).filter_map(|number| self.request(&fixtures, endpoint, number)).collect();
            let http = &self.http;
            let results = futures_util::stream::iter(made)
                .map(|(request, shown)| async move { (http.send_whole(request).await, shown) })
                .buffer_unordered(AT_ONCE)
                .collect::<Vec<_>>()
                .await;
            for (result, shown) in results {
                let wrong = match result {
                    Ok(answer) => {
                        *answers.statuses.entry(answer.status).or_default() += 1;
                        let wrong = answer.status >= 500 && !endpoint.may_answer(answer.status);
                        wrong.then(|| format!("{} {}", answer.status, answer.body))
                    }
                    Err(error) => {
                        answers.unanswered += 1;
                        Some(error.to_string())
                    }
                };
                if let Some(wrong) = wrong.filter(|_| self.report.failures.len() < SHOWN) {
                    self.report.failures.push(format!("{shown}\n    {wrong}"));
                }
            }
            sent += round;
        }
        self.report.endpoints.push(answers);
        Ok(())
    }

    /// One request and how it is shown; nothing where the random parts make none.
    fn request(
        &mut self,
        fixtures: &[Fixture],
        endpoint: &Endpoint,
        number: u32,
    ) -> Option<(http::Request<Full<Bytes>>, String)> {
        let fixture = fixtures.get(usize::try_from(number).ok()? % fixtures.len())?;
        let random = &mut self.random;
        let path = mutate::path(&endpoint.filled(fixture), random);
        let query = mutate::query(&self.seeds, random);
        let url = format!("{}{path}{query}", fixture.base);
        let mut builder = http::Request::builder().method(endpoint.method).uri(&url);
        builder = builder.header("authorization", &fixture.authorization);
        for (name, value) in mutate::headers(random) {
            builder = builder.header(name, value);
        }
        let body = if endpoint.takes_body() || random.random_ratio(1, 16) {
            mutate::body(&self.seeds.bodies(endpoint), fixture, random)
        } else {
            Vec::new()
        };
        let shown = format!("{} {url} {}", endpoint.method, String::from_utf8_lossy(&body));
        let shown = shown.chars().take(600).collect();
        Some((builder.body(Full::from(body)).ok()?, shown))
    }

    /// Apps with one user and one group each, and nobody else.
    async fn fixtures(&self, system: &System) -> Result<Vec<Fixture>, MutationError> {
        let mut fixtures = Vec::new();
        for (number, instance) in system.instances.iter().enumerate() {
            instance.app.reset();
            if instance.app.kind == Kind::Samanage {
                // The attack is on the gateway: Samanage's own limit would end it at once.
                instance.app.switch(&json!({ "calls_per_minute": null }))?;
            }
            let target = system.target(&instance.name).ok_or(MutationError::NoInstance)?;
            let Target { gateway, instance, token, .. } = target;
            let mut fixture = Fixture {
                base: format!("{gateway}/{instance}/scim/v2"),
                authorization: format!("Bearer {token}"),
                user: String::new(),
                group: String::new(),
            };
            let name = format!("victim{number}-{}@seed.example", uuid::Uuid::new_v4().simple());
            let user = json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": name, "displayName": "Victim", "active": true,
            });
            fixture.user = self.create(&fixture, "/Users", &user).await?;
            let group = json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "displayName": format!("Victims {}", uuid::Uuid::new_v4().simple()),
                "members": [{ "value": fixture.user }],
            });
            fixture.group = self.create(&fixture, "/Groups", &group).await?;
            fixtures.push(fixture);
        }
        Ok(fixtures)
    }

    async fn create(&self, fixture: &Fixture, path: &str, body: &Value) -> Result<String, MutationError> {
        let request = HttpRequest::new("POST", format!("{}{path}", fixture.base))
            .header("authorization", &fixture.authorization)
            .json(body);
        let answer = self.http.send(request).await?;
        let created: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        match created.get("id").and_then(Value::as_str) {
            Some(id) => Ok(id.to_owned()),
            None => Err(MutationError::Refused { status: answer.status, body: answer.body }),
        }
    }
}

impl Report {
    /// Whether the gateway stood it.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.panics == 0 && self.grown().is_none_or(|grown| grown <= SLACK)
    }

    /// All requests.
    pub fn requests(&self) -> u32 {
        self.endpoints.iter().map(|answers| answers.requests).sum()
    }

    /// KiB.
    fn grown(&self) -> Option<u64> {
        Some(self.resident_after?.saturating_sub(self.resident_before?))
    }
}

/// A table for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:34}  {:>8}  {:>8}  {:>8}  {:>6}  {:>6}  {:>6}",
            "endpoint", "requests", "2xx", "4xx", "501", "5xx", "none"
        )?;
        for Answers { endpoint, requests, statuses, unanswered } in &self.endpoints {
            let class = |class: u16| -> u32 {
                statuses.iter().filter(|(status, _)| **status / 100 == class).map(|(_, count)| count).sum()
            };
            let (well, refused) = (class(2) + class(3), class(4));
            let unsupported = statuses.get(&501).copied().unwrap_or_default();
            let failed = class(5) - unsupported;
            writeln!(
                f,
                "{endpoint:34}  {requests:>8}  {well:>8}  {refused:>8}  {unsupported:>6}  {failed:>6}  {unanswered:>6}"
            )?;
        }
        writeln!(f, "seed {}, {} requests, {} panics", self.seed, self.requests(), self.panics)?;
        if let (Some(before), Some(after)) = (self.resident_before, self.resident_after) {
            writeln!(
                f,
                "resident memory {before} KiB after the warm-up, {after} KiB at the end (bound {SLACK} KiB more)"
            )?;
        }
        self.failures.iter().try_for_each(|failure| writeln!(f, "  {failure}"))
    }
}
