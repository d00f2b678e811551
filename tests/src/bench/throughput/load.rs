//! The load: so many connections, each with one request at a time. A program of its own (`src/bin/bench_load.rs`), so that it is
//! built for speed and has a core of its own.

use super::operation::Operation;
use bytes::Bytes;
use futures_util::future::try_join_all;
use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::net::TcpStream;
use tokio::task::LocalSet;

/// The token of the gateway's instances.
pub(super) const TOKEN: &str = "bench";

/// What to send where.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Plan {
    pub address: SocketAddr,
    /// The SCIM base path.
    pub path: String,
    pub operation: Operation,
    pub connections: usize,
    pub time: Duration,
}

/// What came of it. Durations are in microseconds.
#[derive(Debug, Serialize, Deserialize)]
pub struct Result {
    pub requests: usize,
    pub p50: f64,
    pub p99: f64,
}

/// Why there is no result.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    #[error(transparent)]
    Io(#[from] std::io::Error),
    #[error(transparent)]
    Http(#[from] hyper::Error),
    #[error(transparent)]
    Request(#[from] http::Error),
    #[error("answered {0}: {1}")]
    Refused(u16, String),
}

impl Plan {
    /// Sends until the time is over.
    ///
    /// # Errors
    /// [`LoadError`], at the first request that fails.
    pub async fn run(self) -> std::result::Result<Result, LoadError> {
        let plan = Rc::new(self);
        let connections = (0..plan.connections).map(|number| Connection { plan: Rc::clone(&plan), number }.run());
        let mut times: Vec<u64> = LocalSet::new().run_until(try_join_all(connections)).await?.concat();
        times.sort_unstable();
        let at = |share: f64| {
            let index = (times.len() as f64 * share) as usize;
            times.get(index.min(times.len().saturating_sub(1))).copied().unwrap_or_default() as f64 / 1e3
        };
        Ok(Result { requests: times.len(), p50: at(0.5), p99: at(0.99) })
    }
}

/// One connection, which has a user and a group of its own: the gateway changes one resource at a time.
struct Connection {
    plan: Rc<Plan>,
    number: usize,
}

impl Connection {
    /// The nanoseconds that each request took.
    async fn run(self) -> std::result::Result<Vec<u64>, LoadError> {
        let stream = TcpStream::connect(self.plan.address).await?;
        stream.set_nodelay(true)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        tokio::task::spawn_local(connection);
        let until = Instant::now() + self.plan.time;
        let mut times = Vec::new();
        while Instant::now() < until {
            let request = self.request(times.len())?;
            let begun = Instant::now();
            let answer = sender.send_request(request).await?;
            let status = answer.status();
            let body = answer.into_body().collect().await?.to_bytes();
            if !status.is_success() {
                return Err(LoadError::Refused(status.as_u16(), String::from_utf8_lossy(&body).into_owned()));
            }
            times.push(u64::try_from(begun.elapsed().as_nanos()).unwrap_or(u64::MAX));
        }
        Ok(times)
    }

    fn request(&self, count: usize) -> std::result::Result<Request<Full<Bytes>>, http::Error> {
        let (number, base) = (self.number + 1, &self.plan.path);
        let patch = |operation| json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation] });
        let (method, path, body) = match self.plan.operation {
            Operation::Get => ("GET", format!("/Users/{number}"), None),
            Operation::Filter => ("GET", format!("/Users?filter=userName+eq+%22user{number}%40bench.example%22"), None),
            Operation::Post => ("POST", "/Users".to_owned(), Some(user(number, count))),
            Operation::PatchActive => {
                let off = patch(json!({ "op": "Replace", "path": "active", "value": false }));
                ("PATCH", format!("/Users/{number}"), Some(off))
            }
            Operation::PatchMember => {
                let add = patch(json!({ "op": "Add", "path": "members", "value": [{ "value": number.to_string() }] }));
                ("PATCH", format!("/Groups/{number}"), Some(add))
            }
        };
        Request::builder()
            .method(method)
            .uri(format!("{base}{path}"))
            .header("host", "bench.example")
            .header("authorization", format!("Bearer {TOKEN}"))
            .header("content-type", "application/scim+json")
            .body(Full::from(body.map(|body| body.to_string()).unwrap_or_default()))
    }
}

fn user(number: usize, count: usize) -> serde_json::Value {
    let address = format!("user{number}-{count}@bench.example");
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": address,
        "name": { "formatted": "Ada Lovelace", "familyName": "Lovelace", "givenName": "Ada" },
        "displayName": "Ada Lovelace",
        "title": "Engineer",
        "active": true,
        "emails": [{ "value": address, "type": "work", "primary": true }],
    })
}
