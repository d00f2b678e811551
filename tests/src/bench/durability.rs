//! What durability costs: every operation here must be on the disk before its answer, and operations that wait together share the
//! wait. One client pays for each of its commits; of many clients, none pays alone.

use crate::artifacts::Artifacts;
use crate::conversation::{InstanceOptions, Target};
use crate::http::{Http, HttpError, HttpRequest};
use crate::postgres::{Postgres, PostgresError};
use crate::system::{Plan, System, SystemError};
use futures_util::future::try_join_all;
use serde::Serialize;
use serde_json::{Value, json};
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;

/// One client, and so many at once.
const CLIENTS: [usize; 2] = [1, 32];
const INSTANCE: &str = "bench";

/// Where the gateway remembers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Database {
    Sqlite,
    Postgres,
}

/// What each client does again and again, to a user of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Workload {
    /// Changes an attribute that the app does not update, so that the gateway keeps it.
    KeepAttribute,
    /// Deactivates the user, whose account the app removes, or restores it.
    DeactivateRestore,
}

/// One measurement.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Run {
    pub database: Database,
    pub workload: Workload,
    pub clients: usize,
    pub operations: u32,
    pub seconds: f64,
    pub operations_per_second: f64,
    /// What the store was asked to make durable: what it remembers before and after a call to the app, and the log's row.
    pub commits_per_operation: f64,
    /// How often the store waited for the disk.
    pub fsyncs_per_operation: f64,
}

/// Operations a second of many clients, divided by those of one.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ratio {
    pub database: Database,
    pub workload: Workload,
    pub ratio: f64,
}

/// All measurements.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    pub runs: Vec<Run>,
    pub ratios: Vec<Ratio>,
}

/// Why there is no report.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    #[error(transparent)]
    System(#[from] SystemError),
    #[error(transparent)]
    Postgres(#[from] PostgresError),
    #[error("cannot make a directory: {0}")]
    Directory(#[from] std::io::Error),
    #[error("the gateway does not answer: {0}")]
    Http(#[from] HttpError),
    #[error("{method} {path} was answered {status}: {body}")]
    Refused { method: &'static str, path: String, status: u16, body: String },
    #[error("the gateway's metrics have no `{0}`")]
    NoMetric(&'static str),
    #[error("the system has no instance")]
    NoInstance,
}

/// Measures every workload with one client and with many, each for `time`.
///
/// # Errors
/// [`BenchError`]: an operation that fails is no measurement.
pub async fn run(artifacts: &Artifacts, databases: &[Database], time: Duration) -> Result<Report, BenchError> {
    let mut runs = Vec::new();
    for &database in databases {
        let server = (database == Database::Postgres).then(Postgres::start).transpose()?;
        let url = server.as_ref().map(Postgres::database).transpose()?;
        let folder = tempfile::tempdir()?;
        runs.extend(measure(artifacts, folder.path(), database, url.as_deref(), time).await?);
    }
    let ratios = runs
        .chunks_exact(CLIENTS.len())
        .filter_map(|runs| {
            let (one, many) = (runs.first()?, runs.last()?);
            let ratio = many.operations_per_second / one.operations_per_second;
            Some(Ratio { database: one.database, workload: one.workload, ratio })
        })
        .collect();
    Ok(Report { runs, ratios })
}

async fn measure(
    artifacts: &Artifacts,
    folder: &Path,
    database: Database,
    url: Option<&str>,
    time: Duration,
) -> Result<Vec<Run>, BenchError> {
    let options = InstanceOptions {
        settings: serde_json::Map::from_iter([("default-sso-name".to_owned(), json!("Okta SSO"))]),
        ..InstanceOptions::default()
    };
    let plans = [Plan { name: INSTANCE.to_owned(), connector: "splashtop".to_owned(), options }];
    let system = System::start_with(artifacts, folder, &plans, |config| {
        if let Some(url) = url {
            config.store(url);
        }
    });
    let system = system.await?;
    let target = Arc::new(system.target(INSTANCE).ok_or(BenchError::NoInstance)?);
    let many = CLIENTS.into_iter().max().unwrap_or(1);
    let clients = try_join_all((0..many).map(|number| Client::new(Arc::clone(&target), number))).await?;
    let mut runs = Vec::new();
    for workload in [Workload::KeepAttribute, Workload::DeactivateRestore] {
        for count in CLIENTS {
            let clients = clients.iter().take(count);
            // Once before the clock runs: what is made at first use is there then.
            try_join_all(clients.clone().map(|client| client.round(workload, 0))).await?;
            let before = Counts::read(&target).await?;
            let begun = Instant::now();
            let rounds = try_join_all(clients.map(|client| client.rounds(workload, begun + time))).await?;
            let seconds = begun.elapsed().as_secs_f64();
            let after = Counts::read(&target).await?;
            let operations = rounds.into_iter().sum::<u32>();
            let each = |after: f64, before: f64| (after - before) / f64::from(operations);
            runs.push(Run {
                database,
                workload,
                clients: count,
                operations,
                seconds,
                operations_per_second: f64::from(operations) / seconds,
                commits_per_operation: each(after.commits, before.commits),
                fsyncs_per_operation: each(after.transactions, before.transactions),
            });
            system.instances.iter().for_each(|instance| instance.app.clear_calls());
        }
    }
    system.stop().await?;
    Ok(runs)
}

/// A client with a user of its own.
struct Client {
    http: Http,
    target: Arc<Target>,
    user: String,
}

impl Client {
    async fn new(target: Arc<Target>, number: usize) -> Result<Self, BenchError> {
        let mut client = Self { http: Http::default(), target, user: String::new() };
        let user = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": format!("user{number}@bench.example"),
            "active": true,
        });
        let created = client.ask("POST", "/Users".to_owned(), &user).await?;
        client.user = created.pointer("/id").and_then(Value::as_str).unwrap_or_default().to_owned();
        Ok(client)
    }

    /// Goes on until it is time to stop; answers how many operations that were.
    async fn rounds(&self, workload: Workload, until: Instant) -> Result<u32, BenchError> {
        let mut rounds = 0;
        while Instant::now() < until {
            rounds += 1;
            self.round(workload, rounds).await?;
        }
        Ok(rounds * workload.operations())
    }

    async fn round(&self, workload: Workload, round: u32) -> Result<(), BenchError> {
        match workload {
            Workload::KeepAttribute => self.replace("externalId", json!(format!("round-{round}"))).await,
            Workload::DeactivateRestore => {
                self.replace("active", json!(false)).await?;
                self.replace("active", json!(true)).await
            }
        }
    }

    async fn replace(&self, path: &str, value: Value) -> Result<(), BenchError> {
        let patch = json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
            "Operations": [{ "op": "replace", "path": path, "value": value }],
        });
        self.ask("PATCH", format!("/Users/{}", self.user), &patch).await.map(drop)
    }

    async fn ask(&self, method: &'static str, path: String, body: &Value) -> Result<Value, BenchError> {
        let Target { gateway, instance, token, .. } = &*self.target;
        let request = HttpRequest::new(method, format!("{gateway}/{instance}/scim/v2{path}"))
            .header("authorization", format!("Bearer {token}"))
            .json(body);
        let answer = self.http.send(request).await?;
        if !(200..300).contains(&answer.status) {
            return Err(BenchError::Refused { method, path, status: answer.status, body: answer.body });
        }
        Ok(serde_json::from_str(&answer.body).unwrap_or_default())
    }
}

impl Workload {
    /// Operations in a round.
    const fn operations(self) -> u32 {
        match self {
            Self::KeepAttribute => 1,
            Self::DeactivateRestore => 2,
        }
    }
}

/// What the gateway's metrics say of its store.
struct Counts {
    transactions: f64,
    commits: f64,
}

impl Counts {
    async fn read(target: &Target) -> Result<Self, BenchError> {
        let text = Http::default().send(HttpRequest::new("GET", format!("{}/metrics", target.gateway))).await?.body;
        let count = |name: &'static str| {
            let line = text.lines().find_map(|line| line.strip_prefix(name)?.trim().parse().ok());
            line.ok_or(BenchError::NoMetric(name))
        };
        Ok(Self {
            transactions: count("scim_store_transactions_total ")?,
            commits: count("scim_store_commits_total ")?,
        })
    }
}

impl fmt::Display for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        })
    }
}

impl fmt::Display for Workload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::KeepAttribute => "change a kept attribute",
            Self::DeactivateRestore => "deactivate and restore",
        })
    }
}

/// A table for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:10}  {:23}  {:>7}  {:>12}  {:>11}  {:>10}",
            "store", "workload", "clients", "operations/s", "commits/op", "fsyncs/op"
        )?;
        for run in &self.runs {
            let Run { database, workload, clients, .. } = run;
            let Run { operations_per_second, commits_per_operation, fsyncs_per_operation, .. } = run;
            writeln!(
                f,
                "{database:10}  {workload:23}  {clients:>7}  {operations_per_second:>12.1}  {commits_per_operation:>11.2}  \
                 {fsyncs_per_operation:>10.2}"
            )?;
        }
        for Ratio { database, workload, ratio } in &self.ratios {
            let [one, many] = CLIENTS;
            writeln!(f, "{database}, {workload}: {many} clients do {ratio:.1} times as much as {one}")?;
        }
        Ok(())
    }
}
