//! The app of the liar connector: people in three lists, and one lie at a time.

use axum::Router;
use axum::extract::{Path, RawQuery, State};
use axum::routing::get;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// How many resources there are of each type.
pub(super) const PEOPLE: u64 = 130;
/// What the app puts on a page of robots; pages by cursor may be short.
const SHORT: u64 = 40;

/// What the app says that is not true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lie {
    /// The second resource of the page is the first one.
    Twice,
    /// The page is longer than requested.
    Overfilled,
    /// Its size is said to be larger than requested.
    LargerPages,
    /// There are said to be fewer than there are on the page.
    SmallTotal,
    /// It is said to be the last one, although there are more.
    EndsEarly,
    /// The last resource of the page is left out.
    Short,
    /// It is the first page again.
    FirstAgain,
    /// It is the page before it again.
    Repeated,
    /// It has nothing, and there is more.
    EmptyForEver,
    /// More follows, nobody knows where.
    NoNext,
    /// What follows is what was before.
    Circle,
    /// A search by name finds two.
    TwoOfAName,
    /// A resource is another one.
    OtherId,
    /// A resource is not shown.
    NoDocument,
    /// A resource has no fields.
    EmptyDocument,
    /// A resource has no name.
    Nameless,
}

impl Lie {
    pub(super) const ALL: [Self; 16] = [
        Self::Twice,
        Self::Overfilled,
        Self::LargerPages,
        Self::SmallTotal,
        Self::EndsEarly,
        Self::Short,
        Self::FirstAgain,
        Self::Repeated,
        Self::EmptyForEver,
        Self::NoNext,
        Self::Circle,
        Self::TwoOfAName,
        Self::OtherId,
        Self::NoDocument,
        Self::EmptyDocument,
        Self::Nameless,
    ];
}

/// A lie, and on which page of a list it is told, counted from 0.
type Told = Arc<Mutex<Option<(Lie, u64)>>>;

pub(super) struct LyingApp {
    pub(super) url: String,
    told: Told,
}

impl LyingApp {
    pub(super) async fn start() -> Self {
        let told = Told::default();
        let router =
            Router::new().route("/{kind}", get(list)).route("/{kind}/{id}", get(read)).with_state(Arc::clone(&told));
        let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, told }
    }

    /// From now on the app tells this lie, or none.
    pub(super) fn tell(&self, lie: Option<(Lie, u64)>) {
        *self.told.lock().unwrap() = lie;
    }
}

fn person(number: u64) -> Value {
    let document = json!({ "userName": format!("u{number}@example.com"), "title": format!("T{}", number % 7) });
    json!({ "id": number.to_string(), "document": document })
}

fn people(from: u64, count: u64) -> Vec<Value> {
    (from..PEOPLE.min(from + count)).map(person).collect()
}

async fn list(State(told): State<Told>, Path(kind): Path<String>, RawQuery(query): RawQuery) -> String {
    let lie = *told.lock().unwrap();
    let asked: BTreeMap<String, String> =
        url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()).into_owned().collect();
    if let Some(name) = asked.get("userName") {
        return named(name, lie).to_string();
    }
    let number = |name: &str| asked.get(name).and_then(|text| text.parse::<u64>().ok()).unwrap_or_default();
    let (limit, by_cursor) = (number("limit"), kind == "Robot");
    let (from, size) = if by_cursor { (number("cursor"), limit.min(SHORT)) } else { (number("offset"), limit) };
    let mut resources = people(from, size);
    let reached = from + resources.len() as u64;
    let page = from / size;
    let mut answer = json!({ "total": PEOPLE, "more": reached < PEOPLE });
    if by_cursor && reached < PEOPLE {
        answer["next"] = json!(reached.to_string());
    }
    match lie.filter(|(_, at)| *at == page).map(|(lie, _)| lie) {
        Some(Lie::Twice) if resources.len() > 1 => resources[1] = resources[0].clone(),
        Some(Lie::Overfilled) => resources = people(0, PEOPLE),
        Some(Lie::LargerPages) => answer["limit"] = json!(limit + 1),
        Some(Lie::SmallTotal) => answer["total"] = json!(reached - 1),
        Some(Lie::EndsEarly) => answer["more"] = json!(false),
        Some(Lie::Short) => drop(resources.pop()),
        Some(Lie::FirstAgain) => resources = people(0, size),
        Some(Lie::Repeated) => resources = people(from.saturating_sub(size), size),
        Some(Lie::EmptyForEver) => {
            resources.clear();
            answer = json!({ "more": true, "next": from.to_string() });
        }
        Some(Lie::NoNext) => drop(answer.as_object_mut().unwrap().remove("next")),
        Some(Lie::Circle) if by_cursor => answer["next"] = json!(from.to_string()),
        Some(Lie::NoDocument) => resources.iter_mut().for_each(|each| each["document"] = Value::Null),
        Some(Lie::EmptyDocument) => resources.iter_mut().for_each(|each| each["document"] = json!({})),
        Some(Lie::Nameless) => resources.iter_mut().for_each(|each| each["document"]["userName"] = json!("")),
        _ => {}
    }
    answer["resources"] = Value::Array(resources);
    answer.to_string()
}

fn named(name: &str, lie: Option<(Lie, u64)>) -> Value {
    let mut resources: Vec<Value> =
        people(0, PEOPLE).into_iter().filter(|person| person["document"]["userName"] == name).collect();
    if let (Some((Lie::TwoOfAName, _)), Some(first)) = (lie, resources.first().cloned()) {
        resources.push(json!({ "id": "namesake", "document": first["document"] }));
    }
    json!({ "total": resources.len(), "more": false, "resources": resources })
}

async fn read(State(told): State<Told>, Path((_, id)): Path<(String, String)>) -> String {
    let mut person = person(id.parse().unwrap_or_default());
    match told.lock().unwrap().map(|(lie, _)| lie) {
        Some(Lie::OtherId) => person["id"] = json!("4711"),
        Some(Lie::NoDocument) => person["document"] = Value::Null,
        Some(Lie::EmptyDocument) => person["document"] = json!({}),
        Some(Lie::Nameless) => person["document"]["userName"] = Value::Null,
        _ => {}
    }
    person.to_string()
}
