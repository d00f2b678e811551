//! What a long list costs: the time grows with it, and the memory must not. The app is a stub that makes its users up, page by page,
//! so that nothing but the gateway is measured.

use crate::artifacts::Artifacts;
use crate::conversation::InstanceOptions;
use crate::http::{Http, HttpError, HttpRequest};
use crate::memory;
use crate::system::{Plan, System, SystemError};
use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::Uri;
use http::header::CONTENT_TYPE;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fmt;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::Instant;

const INSTANCE: &str = "bench";
/// What the app gives at once, whatever it is asked for.
const PAGE: usize = 100;

/// How the list is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Way {
    /// `startIndex` and `count`, page after page to the end.
    Index,
    /// `cursor` and `count` (RFC 9865), page after page to the end.
    Cursor,
    /// One page of what a filter finds that the app cannot answer.
    HostFilter,
    /// One page of all, sorted: the app cannot sort.
    Sort,
}

impl Way {
    pub const ALL: [Self; 4] = [Self::Index, Self::Cursor, Self::HostFilter, Self::Sort];
}

/// One measurement.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Run {
    pub way: Way,
    /// In the app.
    pub users: usize,
    /// Of the client.
    pub requests: usize,
    /// In the answers.
    pub resources: usize,
    pub seconds: f64,
    /// Of the app, which the gateway had to look at.
    pub users_per_second: f64,
    /// KiB that the gateway held at most meanwhile, and before; nothing where the system does not tell.
    pub peak: Option<u64>,
    pub before: Option<u64>,
}

/// All measurements.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    pub runs: Vec<Run>,
}

#[derive(Debug, thiserror::Error)]
pub enum ListError {
    #[error(transparent)]
    System(#[from] SystemError),
    #[error("the stub of the app cannot listen: {0}")]
    Stub(#[from] std::io::Error),
    #[error("the gateway does not answer: {0}")]
    Http(#[from] HttpError),
    #[error("GET {query} was answered {status}: {body}")]
    Refused { query: String, status: u16, body: String },
    #[error("{way} of {users} users answered {found} resources, and {expected} would be right")]
    Wrong { way: Way, users: usize, found: usize, expected: usize },
    #[error("the system has no instance")]
    NoInstance,
}

/// Lists each number of users in every way.
///
/// # Errors
/// [`ListError`]; an answer that is not whole is one.
pub async fn run(artifacts: &Artifacts, sizes: &[usize]) -> Result<Report, ListError> {
    let mut runs = Vec::new();
    for &users in sizes {
        let app = App::start(users).await?;
        let folder = tempfile::tempdir()?;
        let settings = serde_json::Map::from_iter([("organization".to_owned(), json!("bench"))]);
        let options = InstanceOptions { settings, ..InstanceOptions::default() };
        let plans = [Plan { name: INSTANCE.to_owned(), connector: "askspoke".to_owned(), options }];
        let system = System::start_with(artifacts, folder.path(), &plans, |config| {
            if let Some(instance) = config.instance_mut(INSTANCE) {
                instance.base_url.clone_from(&app.url);
            }
        });
        let system = system.await?;
        let client = Client::of(&system).ok_or(ListError::NoInstance)?;
        // Once before the clock runs: what is made at first use is there then.
        client.list("count=1").await?;
        for way in Way::ALL {
            runs.push(client.measure(way, users, system.gateway.id()).await?);
        }
        system.stop().await?;
    }
    Ok(Report { runs })
}

struct Client {
    http: Http,
    url: String,
    token: String,
}

/// What one page says.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    #[serde(default)]
    total_results: usize,
    next_cursor: Option<String>,
    #[serde(rename = "Resources", default)]
    resources: Vec<Value>,
}

impl Client {
    fn of(system: &System) -> Option<Self> {
        let target = system.target(INSTANCE)?;
        let url = format!("{}/{}/scim/v2/Users", target.gateway, target.instance);
        Some(Self { http: Http::default(), url, token: target.token })
    }

    async fn measure(&self, way: Way, users: usize, process: Option<u32>) -> Result<Run, ListError> {
        let before = process.filter(|process| memory::forget_peak(*process)).and_then(memory::resident);
        let begun = Instant::now();
        let (requests, found, expected) = match way {
            Way::Index => self.by_index(users).await?,
            Way::Cursor => self.by_cursor(users).await?,
            Way::HostFilter => {
                // Ada Lovelace, Grace Hopper, Ada Lovelace, …
                let page = self.list("filter=displayName%20co%20%22hopper%22&count=100").await?;
                (1, page.total_results, users / 2)
            }
            Way::Sort => {
                let page = self.list("sortBy=displayName&sortOrder=descending&count=100").await?;
                (1, page.total_results, users)
            }
        };
        let seconds = begun.elapsed().as_secs_f64();
        if found != expected {
            return Err(ListError::Wrong { way, users, found, expected });
        }
        #[allow(clippy::cast_precision_loss, reason = "numbers of users are small")]
        let users_per_second = users as f64 / seconds;
        let peak = before.and(process).and_then(memory::peak);
        Ok(Run { way, users, requests, resources: found, seconds, users_per_second, peak, before })
    }

    async fn by_index(&self, users: usize) -> Result<(usize, usize, usize), ListError> {
        let (mut requests, mut found) = (0, 0);
        loop {
            let page = self.list(&format!("startIndex={}&count={PAGE}", found + 1)).await?;
            requests += 1;
            found += page.resources.len();
            if page.resources.is_empty() || found >= page.total_results {
                return Ok((requests, found, users));
            }
        }
    }

    async fn by_cursor(&self, users: usize) -> Result<(usize, usize, usize), ListError> {
        let (mut requests, mut found, mut cursor) = (0, 0, String::new());
        loop {
            let encoded: String = url::form_urlencoded::byte_serialize(cursor.as_bytes()).collect();
            let page = self.list(&format!("cursor={encoded}&count={PAGE}")).await?;
            requests += 1;
            found += page.resources.len();
            match page.next_cursor {
                Some(next) => cursor = next,
                None => return Ok((requests, found, users)),
            }
        }
    }

    async fn list(&self, query: &str) -> Result<Page, ListError> {
        let request = HttpRequest::new("GET", format!("{}?{query}", self.url))
            .header("authorization", format!("Bearer {}", self.token));
        let answer = self.http.send(request).await?;
        let refused = |body| ListError::Refused { query: query.to_owned(), status: answer.status, body };
        if answer.status != 200 {
            return Err(refused(answer.body));
        }
        serde_json::from_str(&answer.body).map_err(|error| refused(error.to_string()))
    }
}

/// An app with so many users that speaks SCIM and can neither filter nor sort.
struct App {
    url: String,
    server: JoinHandle<()>,
}

impl App {
    async fn start(users: usize) -> std::io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let url = format!("http://{}/scim/v2", listener.local_addr()?);
        let router = Router::new().route("/scim/v2/Users", get(list)).with_state(users);
        // A server that cannot go on shows as a refused connection.
        let server = tokio::spawn(async move { drop(axum::serve(listener, router).await) });
        Ok(Self { url, server })
    }
}

impl Drop for App {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn list(State(users): State<usize>, uri: Uri) -> impl axum::response::IntoResponse {
    let asked = |name: &str| {
        let mut pairs = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
        pairs.find(|(key, _)| key == name)?.1.parse::<usize>().ok()
    };
    let start = asked("startIndex").unwrap_or_default().max(1);
    let end = (start + asked("count").unwrap_or(PAGE).min(PAGE)).min(users + 1);
    let page: Vec<Value> = (start..end).map(user).collect();
    let body = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": users, "startIndex": start, "itemsPerPage": page.len(), "Resources": page,
    });
    ([(CONTENT_TYPE, "application/scim+json")], body.to_string())
}

fn user(number: usize) -> Value {
    let (given, family) = if number.is_multiple_of(2) { ("Grace", "Hopper") } else { ("Ada", "Lovelace") };
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": number.to_string(),
        "userName": format!("user{number}@bench.example"),
        "displayName": format!("{given} {family} {number:07}"),
        "name": { "givenName": given, "familyName": family },
        "emails": [{ "value": format!("user{number}@bench.example"), "type": "work", "primary": true }],
        "active": true,
        "meta": { "resourceType": "User", "created": "2024-01-01T00:00:00Z", "lastModified": "2024-01-01T00:00:00Z" },
    })
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Index => "all pages by index",
            Self::Cursor => "all pages by cursor",
            Self::HostFilter => "one page of a host's filter",
            Self::Sort => "one page of all, sorted",
        })
    }
}

/// A table for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:27}  {:>6}  {:>8}  {:>9}  {:>7}  {:>8}  {:>10}  {:>10}",
            "list", "users", "requests", "resources", "seconds", "users/s", "before/KiB", "peak/KiB"
        )?;
        for run in &self.runs {
            let Run { way, users, requests, resources, seconds, users_per_second, .. } = run;
            let kib = |kib: Option<u64>| kib.map_or_else(|| "?".to_owned(), |kib| kib.to_string());
            let (before, peak) = (kib(run.before), kib(run.peak));
            writeln!(
                f,
                "{way:27}  {users:>6}  {requests:>8}  {resources:>9}  {seconds:>7.2}  {users_per_second:>8.0}  \
                 {before:>10}  {peak:>10}"
            )?;
        }
        Ok(())
    }
}
