//! The stub app answers every request at once and with success, and counts them. It speaks SCIM at `/scim/v2`, and as much of
//! Samanage's API as the load needs.

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::convert::Infallible;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::TcpListener;

/// The path that returns the number of requests; a request to it is not counted.
pub(super) const COUNT: &str = "/_count";

static REQUESTS: AtomicU64 = AtomicU64::new(0);

/// Serves until the process ends; prints its address once it listens.
///
/// # Errors
/// There is no free port.
pub async fn serve(listening: impl FnOnce(SocketAddr)) -> std::io::Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    listening(listener.local_addr()?);
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        // A broken connection concerns only its client.
        tokio::task::spawn_local(async move {
            drop(http1::Builder::new().serve_connection(TokioIo::new(stream), service_fn(answer)).await);
        });
    }
}

async fn answer(request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    let (parts, body) = request.into_parts();
    let path = parts.uri.path();
    if path == COUNT {
        return Ok(Response::new(Full::from(REQUESTS.load(Ordering::Relaxed).to_string())));
    }
    REQUESTS.fetch_add(1, Ordering::Relaxed);
    let body = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default();
    let (status, body) = match path.strip_prefix("/scim/v2") {
        Some(path) => scim(&parts.method, path, query, &body),
        None => samanage(&parts.method, path, query, &body),
    };
    let mut response = Response::new(Full::from(body.map(|body| body.to_string()).unwrap_or_default()));
    *response.status_mut() = status.try_into().unwrap_or_default();
    response.headers_mut().insert("content-type", http::HeaderValue::from_static("application/json"));
    Ok(response)
}

fn scim(method: &Method, path: &str, query: &str, body: &[u8]) -> (u16, Option<Value>) {
    let mut segments = path.trim_start_matches('/').split('/');
    match (method, segments.next(), segments.next()) {
        (&Method::GET, Some("Users"), None) => {
            let name = filtered(query).unwrap_or_default();
            let id = name.trim_start_matches("user").split('@').next().unwrap_or_default().to_owned();
            let list = json!({
                "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
                "totalResults": 1, "startIndex": 1, "itemsPerPage": 1, "Resources": [user(&id, &name, true)],
            });
            (200, Some(list))
        }
        (&Method::GET, Some("Users"), Some(id)) => (200, Some(user(id, &format!("user{id}@bench.example"), true))),
        (&Method::PATCH, Some("Users"), Some(id)) => (200, Some(user(id, &format!("user{id}@bench.example"), false))),
        (&Method::POST, Some("Users"), None) => {
            let mut made: Value = serde_json::from_slice(body).unwrap_or_default();
            if let Some(made) = made.as_object_mut() {
                made.insert("id".to_owned(), json!("1"));
            }
            (201, Some(made))
        }
        (&Method::PATCH, Some("Groups"), Some(_)) => (204, None),
        _ => (404, None),
    }
}

/// The address in `filter=userName eq "…"`, in any encoding.
fn filtered(query: &str) -> Option<String> {
    let filter = url::form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "filter")?.1;
    filter.split('"').nth(1).map(str::to_owned)
}

fn user(id: &str, name: &str, active: bool) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": id,
        "userName": name,
        "name": { "formatted": "Ada Lovelace", "familyName": "Lovelace", "givenName": "Ada" },
        "displayName": "Ada Lovelace",
        "title": "Engineer",
        "active": active,
        "emails": [{ "value": name, "type": "work", "primary": true }],
        "meta": { "resourceType": "User", "created": "2026-01-01T00:00:00Z", "lastModified": "2026-01-01T00:00:00Z" },
    })
}

fn samanage(method: &Method, path: &str, query: &str, body: &[u8]) -> (u16, Option<Value>) {
    let id = || path.trim_start_matches("/users/").trim_end_matches(".json").to_owned();
    match *method {
        Method::GET if path == "/users.json" => {
            let parameters = || url::form_urlencoded::parse(query.as_bytes());
            let email = parameters().find(|(name, _)| name == "email").map(|(_, email)| email).unwrap_or_default();
            (200, Some(json!([account("1", &email, false)])))
        }
        Method::GET if path == "/roles.json" => (200, Some(json!([{ "id": 2, "name": "Requester" }]))),
        Method::GET => (200, Some(account(&id(), &format!("user{}@bench.example", id()), false))),
        Method::POST if path == "/memberships.json" => (200, Some(json!([]))),
        Method::POST => {
            let asked: Value = serde_json::from_slice(body).unwrap_or_default();
            let email = asked.pointer("/user/email").and_then(Value::as_str).unwrap_or_default();
            (201, Some(account("1", email, false)))
        }
        Method::PUT => (200, Some(account(&id(), &format!("user{}@bench.example", id()), true))),
        _ => (404, None),
    }
}

fn account(id: &str, email: &str, disabled: bool) -> Value {
    json!({
        "id": id.parse::<u64>().unwrap_or(1),
        "name": "Ada Lovelace",
        "email": email,
        "disabled": disabled,
        "title": "Engineer",
        "phone": null,
        "mobile_phone": null,
        "department": null,
        "site": null,
        "reports_to": null,
        "role": { "id": 2, "name": "Requester" },
        "created_at": "2026-01-01T00:00:00.000-05:00",
        "updated_at": "2026-01-01T00:00:00.000-05:00",
    })
}
