//! From saving a file to the first request that it serves, and what many reloads do to requests and to memory.

use super::memory::{Kibibytes, resident, shown};
use crate::artifacts::Artifacts;
use crate::conversation::InstanceOptions;
use crate::http::{Http, HttpError, HttpRequest};
use crate::system::{Development, Plan, System, SystemError};
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Size {
    /// Mappings that are saved one after the other without load.
    pub mappings: usize,
    /// Connectors that are saved one after the other without load.
    pub connectors: usize,
    /// Mappings that are saved under load.
    pub under_load: usize,
    /// Connections that the load has.
    pub connections: usize,
}

impl Size {
    /// What the figures are asked for.
    pub const FULL: Self = Self { mappings: 20, connectors: 5, under_load: 200, connections: 32 };
    /// Enough to see a fault.
    pub const SMALL: Self = Self { mappings: 2, connectors: 1, under_load: 15, connections: 32 };
}

/// The figures.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    /// From the end of saving a mapping to the end of the first answer that shows it, in milliseconds, in ascending order.
    pub mapping_ms: Vec<f64>,
    /// The same of a connector, which is compiled.
    pub connector_ms: Vec<f64>,
    pub under_load: UnderLoad,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct UnderLoad {
    pub reloads: usize,
    pub connections: usize,
    pub requests: usize,
    /// What failed, in words; empty when nothing did.
    pub failures: Vec<String>,
    pub seconds: f64,
    /// After some reloads under load, when everything has been used once.
    pub memory_before: Option<Kibibytes>,
    pub memory_after: Option<Kibibytes>,
}

#[derive(Debug, thiserror::Error)]
pub enum ReloadError {
    #[error(transparent)]
    System(#[from] SystemError),
    #[error(transparent)]
    Http(#[from] HttpError),
    #[error("{path}: {source}")]
    File { path: PathBuf, source: std::io::Error },
    #[error("the connector holds no text to tell versions by")]
    NoMarker,
    #[error("what was saved did not serve within {seconds} s: {0}", seconds = PATIENCE.as_secs())]
    TooLate(String),
    #[error("unexpected: {0}")]
    Unexpected(String),
}

const APP: &str = "samanage";
const PATIENCE: Duration = Duration::from_secs(30);
/// Between two looks at what serves.
const LOOK: Duration = Duration::from_millis(2);
/// A text of the connector's descriptor that clients are shown, and by which versions are told apart.
const MARKER: &str = "A user of Samanage, requester or agent.";
/// Reloads before memory is looked at for the first time.
const WARM_UP: usize = 10;

/// Measures everything.
pub async fn run(artifacts: &Artifacts, folder: &Path, size: Size) -> Result<Report, ReloadError> {
    let bench = Bench::start(artifacts, folder).await?;
    let mut mapping_ms = Vec::new();
    for number in 0..size.mappings {
        let title = number % 2 == 1;
        let saved = bench.save_mapping(title)?;
        mapping_ms.push(bench.serves(saved, &format!("mapping {number}"), || bench.shows_title(title)).await?);
    }
    let mut connector_ms = Vec::new();
    for number in 0..size.connectors {
        let marker = format!("{:<width$}", format!("version {number}"), width = MARKER.len());
        let saved = bench.save_connector(&marker)?;
        connector_ms.push(bench.serves(saved, marker.trim(), || bench.shows(&marker)).await?);
    }
    bench.save_mapping(true)?;
    let under_load = bench.under_load(size).await?;
    bench.system.stop().await?;
    mapping_ms.sort_by(f64::total_cmp);
    connector_ms.sort_by(f64::total_cmp);
    Ok(Report { mapping_ms, connector_ms, under_load })
}

struct Bench {
    system: System,
    http: Http,
    base: String,
    token: String,
    user: String,
    mapping: PathBuf,
    connector: PathBuf,
    original: Vec<u8>,
}

impl Bench {
    async fn start(artifacts: &Artifacts, folder: &Path) -> Result<Self, ReloadError> {
        // A copy: it is written to.
        let connectors = folder.join("connectors");
        let connector = connectors.join(format!("{APP}_connector.wasm"));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ReloadError::File { path, source }
        };
        std::fs::create_dir_all(&connectors).map_err(failed(&connectors))?;
        let original = std::fs::read(artifacts.connector(APP)).map_err(failed(&connector))?;
        std::fs::write(&connector, &original).map_err(failed(&connector))?;
        let artifacts = Artifacts { gateway: artifacts.gateway.clone(), connectors };
        let development = Development::new(folder.join("mappings"), true);
        let plan = Plan { name: "app".into(), connector: APP.into(), options: InstanceOptions::default() };
        let system = System::start_for_development(&artifacts, folder, &[plan], &development).await?;
        let base = format!("{}/app/scim/v2", system.gateway.url());
        let Some(instance) = system.instances.first() else {
            return Err(ReloadError::Unexpected("no instance".into()));
        };
        let unlimited = instance.app.switch(&json!({ "calls_per_minute": null }));
        unlimited.map_err(|error| ReloadError::Unexpected(format!("{error:?}")))?;
        let token = instance.token.clone();
        let mapping = development.mapping("app");
        let mut bench =
            Self { system, http: Http::default(), base, token, user: String::new(), mapping, connector, original };
        bench.user = bench.create_user().await?;
        Ok(bench)
    }

    async fn create_user(&self) -> Result<String, ReloadError> {
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": "ada@example.com", "displayName": "Ada", "title": "Countess",
            "emails": [{ "type": "work", "value": "ada@example.com" }],
        });
        let answer = self.http.send(self.request("POST", "/Users").json(&user)).await?;
        let body: Value = serde_json::from_str(&answer.body).unwrap_or_default();
        let id = body.get("id").and_then(Value::as_str).map(str::to_owned);
        id.ok_or_else(|| ReloadError::Unexpected(format!("{} {}", answer.status, answer.body)))
    }

    fn request(&self, method: &str, path: &str) -> HttpRequest {
        HttpRequest::new(method, format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
    }

    /// Saves the mapping with or without its rule for `title`.
    fn save_mapping(&self, title: bool) -> Result<Instant, ReloadError> {
        let failed = |source| ReloadError::File { path: self.mapping.clone(), source };
        let text = std::fs::read_to_string(Development::original(APP)).map_err(failed)?;
        let rule = "{ \"scim\": \"title\", \"app\": \"title\" },";
        let text = if title { text } else { text.replace(rule, "") };
        std::fs::write(&self.mapping, text).map_err(failed)?;
        Ok(Instant::now())
    }

    /// Saves the connector with another text in its descriptor.
    fn save_connector(&self, marker: &str) -> Result<Instant, ReloadError> {
        let failed = |source| ReloadError::File { path: self.connector.clone(), source };
        let at = self.original.windows(MARKER.len()).position(|window| window == MARKER.as_bytes());
        let at = at.ok_or(ReloadError::NoMarker)?;
        let mut bytes = self.original.clone();
        bytes.splice(at..at + MARKER.len(), marker.bytes());
        std::fs::write(&self.connector, bytes).map_err(failed)?;
        Ok(Instant::now())
    }

    async fn shows_title(&self, title: bool) -> Result<bool, ReloadError> {
        let answer = self.http.send(self.request("GET", &format!("/Users/{}", self.user))).await?;
        if answer.status != 200 {
            return Err(ReloadError::Unexpected(format!("{} {}", answer.status, answer.body)));
        }
        Ok(answer.body.contains("Countess") == title)
    }

    async fn shows(&self, marker: &str) -> Result<bool, ReloadError> {
        Ok(self.http.send(self.request("GET", "/ResourceTypes/User")).await?.body.contains(marker))
    }

    /// Milliseconds until a request is served by what was saved.
    async fn serves<F: Future<Output = Result<bool, ReloadError>>>(
        &self,
        saved: Instant,
        what: &str,
        look: impl Fn() -> F,
    ) -> Result<f64, ReloadError> {
        while !look().await? {
            if saved.elapsed() > PATIENCE {
                return Err(ReloadError::TooLate(what.to_owned()));
            }
            tokio::time::sleep(LOOK).await;
        }
        Ok(saved.elapsed().as_secs_f64() * 1000.0)
    }

    async fn under_load(&self, size: Size) -> Result<UnderLoad, ReloadError> {
        let (over, requests) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let begun = Instant::now();
        let load: Vec<_> = (0..size.connections)
            .map(|_| {
                let (http, over, requests) = (Http::default(), Arc::clone(&over), Arc::clone(&requests));
                let request = self.request("GET", &format!("/Users/{}", self.user));
                tokio::spawn(async move {
                    let mut failures = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        requests.fetch_add(1, Ordering::Relaxed);
                        match http.send(request.clone()).await {
                            Ok(answer) if answer.status == 200 => {}
                            Ok(answer) => failures.push(format!("{} {}", answer.status, answer.body)),
                            Err(error) => failures.push(error.to_string()),
                        }
                    }
                    failures
                })
            })
            .collect();
        let memory = || self.system.gateway.id().and_then(resident);
        let mut memory_before = None;
        let mut outcome = Ok(());
        for number in 0..size.under_load {
            if number == WARM_UP.min(size.under_load / 2) {
                memory_before = memory();
            }
            let title = number % 2 == 1;
            outcome = async {
                let saved = self.save_mapping(title)?;
                self.serves(saved, &format!("reload {number}"), || self.shows_title(title)).await.map(drop)
            }
            .await;
            if outcome.is_err() {
                break;
            }
        }
        over.store(true, Ordering::Relaxed);
        let mut failures = Vec::new();
        for task in load {
            failures.extend(task.await.unwrap_or_else(|error| vec![error.to_string()]));
        }
        outcome?;
        Ok(UnderLoad {
            reloads: size.under_load,
            connections: size.connections,
            requests: requests.load(Ordering::Relaxed),
            failures,
            seconds: begun.elapsed().as_secs_f64(),
            memory_before,
            memory_after: memory(),
        })
    }
}

/// A few lines for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (what, times) in [("mapping", &self.mapping_ms), ("connector", &self.connector_ms)] {
            let median = times.get(times.len() / 2).copied().unwrap_or_default();
            let longest = times.last().copied().unwrap_or_default();
            let count = times.len();
            writeln!(
                f,
                "{what} saved to first request, {count} times: median {median:.0} ms, longest {longest:.0} ms"
            )?;
        }
        let UnderLoad { reloads, connections, requests, failures, memory_before, memory_after, .. } = &self.under_load;
        let (failed, before, after) = (failures.len(), shown(*memory_before), shown(*memory_after));
        writeln!(
            f,
            "{reloads} reloads under {connections} connections: {failed} of {requests} requests failed, memory {before} to {after}"
        )
    }
}
