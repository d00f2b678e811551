//! The app of the example connectors: people, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

type People = Arc<Mutex<BTreeMap<u64, Value>>>;
type Answer = (StatusCode, Json<Value>);

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

fn ok(body: Value) -> Answer {
    (StatusCode::OK, Json(body))
}

fn unknown() -> Answer {
    (StatusCode::NOT_FOUND, Json(json!({ "error": "no such person" })))
}

async fn list(
    State(people): State<People>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Answer {
    if headers.get("authorization").is_none_or(|value| value != "Bearer app-secret") {
        return (StatusCode::UNAUTHORIZED, Json(Value::Null));
    }
    let number = |name: &str, default| query.get(name).and_then(|value| value.parse().ok()).unwrap_or(default);
    let wanted = |person: &&Value| {
        query.get("email").is_none_or(|email| person["email"].as_str().unwrap().eq_ignore_ascii_case(email))
    };
    let found: Vec<Value> = people.lock().unwrap().values().filter(wanted).cloned().collect();
    let page: Vec<&Value> = found.iter().skip(number("offset", 0)).take(number("limit", 100)).collect();
    ok(json!({ "people": page, "total": found.len() }))
}

async fn add(State(people): State<People>, Json(mut person): Json<Value>) -> Answer {
    let mut people = people.lock().unwrap();
    if people.values().any(|known| known["email"] == person["email"]) {
        return (StatusCode::CONFLICT, Json(json!({ "error": "taken" })));
    }
    let id = people.len() as u64 + 1;
    person["id"] = id.into();
    people.insert(id, person.clone());
    (StatusCode::CREATED, Json(person))
}

async fn show(State(people): State<People>, Path(id): Path<u64>) -> Answer {
    people.lock().unwrap().get(&id).cloned().map_or_else(unknown, ok)
}

async fn change(State(people): State<People>, Path(id): Path<u64>, Json(change): Json<Value>) -> Answer {
    let mut people = people.lock().unwrap();
    let Some(person) = people.get_mut(&id) else { return unknown() };
    for (name, value) in change.as_object().unwrap() {
        person[name] = value.clone();
    }
    ok(person.clone())
}

async fn remove(State(people): State<People>, Path(id): Path<u64>) -> Answer {
    if people.lock().unwrap().remove(&id).is_some() { (StatusCode::NO_CONTENT, Json(Value::Null)) } else { unknown() }
}
