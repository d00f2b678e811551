//! The app of the example connectors: people, in memory.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

type People = Arc<Mutex<BTreeMap<u64, Value>>>;
type Answer = (StatusCode, String);
type LastingAnswer = (StatusCode, [(&'static str, &'static str); 1], String);

pub(crate) struct Directory {
    pub(crate) url: String,
    people: People,
}

impl Directory {
    pub(crate) async fn start() -> Self {
        let people = People::default();
        let router = Router::new()
            .route("/people", get(list).post(add))
            .route("/people/{id}", get(show).patch(change).delete(remove))
            .with_state(Arc::clone(&people));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, people }
    }

    /// A person as the app holds it.
    pub(crate) fn person(&self, id: &str) -> Value {
        self.people.lock().unwrap()[&id.parse::<u64>().unwrap()].clone()
    }
}

fn ok(body: &impl ToString) -> Answer {
    (StatusCode::OK, body.to_string())
}

fn unknown() -> Answer {
    (StatusCode::NOT_FOUND, json!({ "error": "no such person" }).to_string())
}

async fn list(State(people): State<People>, RawQuery(query): RawQuery, headers: HeaderMap) -> Answer {
    if headers.get("authorization").is_none_or(|value| value != "Bearer app-secret") {
        return (StatusCode::UNAUTHORIZED, String::new());
    }
    let query = query.unwrap_or_default();
    let query: BTreeMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let number = |name: &str, default| query.get(name).and_then(|value| value.parse().ok()).unwrap_or(default);
    let wanted = |person: &&Value| {
        query.get("email").is_none_or(|email| person["email"].as_str().unwrap().eq_ignore_ascii_case(email))
    };
    let found: Vec<Value> = people.lock().unwrap().values().filter(wanted).cloned().collect();
    let page: Vec<&Value> = found.iter().skip(number("offset", 0)).take(number("limit", 100)).collect();
    ok(&json!({ "people": page, "total": found.len() }))
}

/// Some addresses have an answer of their own. Waiting for what the app asks for would take longer than an operation may.
async fn add(State(people): State<People>, body: String) -> LastingAnswer {
    let person: Value = serde_json::from_str(&body).unwrap();
    let (status, body) = match person["email"].as_str().unwrap() {
        "busy@example.com" => (StatusCode::TOO_MANY_REQUESTS, "busy".to_owned()),
        "down@example.com" => (StatusCode::SERVICE_UNAVAILABLE, "down".to_owned()),
        "no-id@example.com" => (StatusCode::CREATED, json!({ "email": "no-id@example.com" }).to_string()),
        "no-json@example.com" => (StatusCode::CREATED, "<html>".to_owned()),
        "refused@example.com" => (StatusCode::FORBIDDEN, String::new()),
        _ => added(&people, person),
    };
    (status, [("retry-after", "600")], body)
}

fn added(people: &People, mut person: Value) -> Answer {
    let mut people = people.lock().unwrap();
    if people.values().any(|known| known["email"] == person["email"]) {
        return (StatusCode::CONFLICT, json!({ "error": "taken" }).to_string());
    }
    let id = people.len() as u64 + 1;
    person["id"] = id.into();
    people.insert(id, person.clone());
    (StatusCode::CREATED, person.to_string())
}

async fn show(State(people): State<People>, Path(id): Path<u64>) -> Answer {
    people.lock().unwrap().get(&id).map_or_else(unknown, ok)
}

async fn change(State(people): State<People>, Path(id): Path<u64>, body: String) -> Answer {
    let change: Value = serde_json::from_str(&body).unwrap();
    let mut people = people.lock().unwrap();
    let Some(person) = people.get_mut(&id) else { return unknown() };
    for (name, value) in change.as_object().unwrap() {
        person[name] = value.clone();
    }
    ok(person)
}

async fn remove(State(people): State<People>, Path(id): Path<u64>) -> Answer {
    if people.lock().unwrap().remove(&id).is_some() { (StatusCode::NO_CONTENT, String::new()) } else { unknown() }
}
