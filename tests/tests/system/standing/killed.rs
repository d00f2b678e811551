//! `kill -9` in the middle of a stream of operations: what was acknowledged is there afterwards, in the answers and in the
//! provisioning log, and the rest can be asked for again.

use futures_util::future::join_all;
use scim_gateway_tests::http::{Http, HttpAnswer, HttpRequest};
use scim_gateway_tests::postgres::Postgres;
use scim_gateway_tests::world::{Client, INSTANCE, World, group, okta_user, patch};
use serde_json::{Value, json};
use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Notify;

/// Clients at once, each with its own users and its own group.
const CLIENTS: usize = 16;
const USERS: usize = 25;
/// Operations that are asked for, the groups' own apart: 2,000.
const STREAM: usize = CLIENTS * USERS * STEPS;
/// Operations of one user.
const STEPS: usize = 5;
/// The gateway is killed when so many were acknowledged.
const ENOUGH: usize = STREAM / 2;

/// One operation of a user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Create,
    /// Changes an attribute that the app does not update, so that the gateway keeps it.
    Number(&'static str),
    Join,
    Active(bool),
}

/// What a user goes through. Half of them end inactive, without an account in the app.
fn steps(user: usize) -> [Step; STEPS] {
    let last = if user.is_multiple_of(2) { Step::Active(true) } else { Step::Number("while-inactive") };
    [Step::Create, Step::Number("kept"), Step::Join, Step::Active(false), last]
}

/// What a client may see of a user.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    active: bool,
    number: String,
    member: bool,
}

/// What a user is like after some of its operations; none before the first.
fn after(steps: &[Step], name: &str) -> Option<Seen> {
    let (Step::Create, rest) = steps.split_first()? else { panic!("{steps:?}") };
    let mut seen = Seen { active: true, number: format!("e-{name}"), member: false };
    for step in rest {
        match *step {
            Step::Create => panic!("{steps:?}"),
            Step::Number(number) => seen.number = number.to_owned(),
            Step::Join => seen.member = true,
            Step::Active(active) => seen.active = active,
        }
    }
    Some(seen)
}

/// One client, and what it was told.
struct Requester {
    http: Http,
    base: String,
    token: String,
    group: String,
    users: Vec<User>,
    /// Of everything that was acknowledged.
    correlations: Vec<String>,
}

struct User {
    name: String,
    id: Option<String>,
    steps: [Step; STEPS],
    /// How many of the steps were acknowledged.
    acknowledged: usize,
}

impl Requester {
    async fn new(world: &World, number: usize) -> Self {
        let user = |index| User {
            name: format!("user{index}@client{number}.example.com"),
            id: None,
            steps: steps(index),
            acknowledged: 0,
        };
        let mut client = Self {
            http: Http::default(),
            base: String::new(),
            token: world.instance.token.clone(),
            group: String::new(),
            users: (0..USERS).map(user).collect(),
            correlations: Vec::new(),
        };
        client.speak_to(world);
        let answer = client.ask("POST", "/Groups", &group(&format!("Group {number}"), &[])).await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.body);
        client.group = body(&answer)["id"].as_str().unwrap().to_owned();
        client.acknowledge(&answer);
        client
    }

    fn speak_to(&mut self, world: &World) {
        self.base = format!("{}/{INSTANCE}/scim/v2", world.url());
    }

    /// None where the gateway is gone.
    async fn ask(&self, method: &str, path: &str, body: &Value) -> Option<HttpAnswer> {
        let request = HttpRequest::new(method, format!("{}{path}", self.base))
            .header("authorization", format!("Bearer {}", self.token))
            .header("user-agent", Client::Okta.user_agent());
        let request = if body.is_null() { request } else { request.json(body) };
        self.http.send(request).await.ok()
    }

    fn acknowledge(&mut self, answer: &HttpAnswer) {
        self.correlations.push(answer.headers["x-correlation-id"].clone());
    }

    /// Asks for everything that was not acknowledged, until the gateway is gone. `told` is called after each acknowledgement.
    async fn run(&mut self, told: impl Fn()) {
        for index in 0..self.users.len() {
            while let Some(step) = self.users[index].steps.get(self.users[index].acknowledged).copied() {
                let Some(answer) = self.send(index, step).await else { return };
                match (step, answer.status) {
                    (Step::Create, 201) => {
                        self.users[index].id = Some(body(&answer)["id"].as_str().unwrap().to_owned());
                    }
                    // Created by the request whose answer was lost: a client looks for whom it could not create.
                    (Step::Create, 409) => self.users[index].id = self.find(&self.users[index].name).await,
                    (_, 200 | 204) => {}
                    (step, status) => panic!("{step:?}: {status} {}", answer.body),
                }
                self.users[index].acknowledged += 1;
                if answer.status < 300 {
                    self.acknowledge(&answer);
                }
                told();
            }
        }
    }

    async fn send(&self, index: usize, step: Step) -> Option<HttpAnswer> {
        let User { name, id, .. } = &self.users[index];
        let id = id.as_deref().unwrap_or_default();
        let replace = |path: &str, value: Value| patch(json!([{ "op": "replace", "path": path, "value": value }]));
        let add = || patch(json!([{ "op": "add", "path": "members", "value": [{ "value": id }] }]));
        let (user_path, group_path) = (format!("/Users/{id}"), format!("/Groups/{}", self.group));
        match step {
            Step::Create => self.ask("POST", "/Users", &okta_user(name)).await,
            Step::Number(number) => self.ask("PATCH", &user_path, &replace("externalId", json!(number))).await,
            Step::Active(active) => self.ask("PATCH", &user_path, &replace("active", json!(active))).await,
            Step::Join => self.ask("PATCH", &group_path, &add()).await,
        }
    }

    async fn find(&self, name: &str) -> Option<String> {
        let filter: String =
            url::form_urlencoded::byte_serialize(format!("userName eq \"{name}\"").as_bytes()).collect();
        let answer = self.ask("GET", &format!("/Users?filter={filter}"), &Value::Null).await?;
        Some(body(&answer)["Resources"][0]["id"].as_str().unwrap().to_owned())
    }

    /// Every user is as its acknowledged operations left it, or one operation further where that may have been under way.
    async fn assert_nothing_is_lost(&self, what: &str) {
        let answer = self.ask("GET", &format!("/Groups/{}", self.group), &Value::Null).await.unwrap();
        assert_eq!(answer.status, 200, "{what}: {}", answer.body);
        let group = body(&answer);
        let members: HashSet<&str> =
            group["members"].as_array().into_iter().flatten().map(|member| member["value"].as_str().unwrap()).collect();
        for User { name, id, steps, acknowledged } in &self.users {
            let Some(id) = id else { continue };
            let answer = self.ask("GET", &format!("/Users/{id}"), &Value::Null).await.unwrap();
            assert_eq!(answer.status, 200, "{what}: {name} is lost after {acknowledged} operations: {}", answer.body);
            let found = body(&answer);
            let seen = Seen {
                active: found["active"].as_bool().unwrap(),
                number: found["externalId"].as_str().unwrap_or_default().to_owned(),
                member: members.contains(id.as_str()),
            };
            let told = after(&steps[..*acknowledged], name).unwrap();
            let further = after(&steps[..STEPS.min(acknowledged + 1)], name).unwrap();
            assert!(seen == told || seen == further, "{what}: {name} is {seen:?} after {acknowledged}: {told:?}");
        }
    }
}

fn body(answer: &HttpAnswer) -> Value {
    serde_json::from_str(&answer.body).unwrap()
}

/// The correlation ids in the provisioning log, as the operator reads it while the gateway runs.
fn logged(world: &World) -> BTreeSet<String> {
    let text = world.command(&["log", "--json", "--limit", "1000000"]);
    let rows = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| row["correlation"].as_str().unwrap().to_owned()).collect()
}

async fn kill_9_loses_nothing(store: Option<&str>) {
    let what = if store.is_some() { "PostgreSQL" } else { "SQLite" };
    let mut world = World::okta_on_store("splashtop", store).await;
    let clients = join_all((0..CLIENTS).map(|number| Requester::new(&world, number))).await;

    let (acknowledged, enough) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
    let tasks = clients.into_iter().map(|mut client| {
        let (acknowledged, enough) = (Arc::clone(&acknowledged), Arc::clone(&enough));
        tokio::spawn(async move {
            let told = || {
                if acknowledged.fetch_add(1, Ordering::Relaxed) + 1 == ENOUGH {
                    enough.notify_one();
                }
            };
            client.run(told).await;
            client
        })
    });
    let tasks: Vec<_> = tasks.collect();
    enough.notified().await;
    world.kill();
    let mut clients: Vec<Requester> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    let acknowledged = acknowledged.load(Ordering::Relaxed);
    assert!((ENOUGH..STREAM).contains(&acknowledged), "{what}: {acknowledged} of {STREAM} were acknowledged");

    world.start_again().await;
    clients.iter_mut().for_each(|client| client.speak_to(&world));
    join_all(clients.iter().map(|client| client.assert_nothing_is_lost(what))).await;
    let told: BTreeSet<String> = clients.iter().flat_map(|client| client.correlations.clone()).collect();
    assert_eq!(told.len(), acknowledged + CLIENTS, "{what}");
    let lost: Vec<String> = told.difference(&logged(&world)).cloned().collect();
    assert!(lost.is_empty(), "{what}: the log has no row of {lost:?}");

    // The rest is asked for again, and all of it comes true.
    join_all(clients.iter_mut().map(|client| client.run(|| ()))).await;
    assert!(clients.iter().flat_map(|client| &client.users).all(|user| user.acknowledged == STEPS), "{what}");
    join_all(clients.iter().map(|client| client.assert_nothing_is_lost(what))).await;
    let active = CLIENTS * USERS.div_ceil(2);
    assert_eq!(world.app_users().len(), active, "{what}: the inactive users have no account");
    world.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_on_sqlite() {
    kill_9_loses_nothing(None).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_survives_kill_9_on_postgresql() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.unwrap().unwrap();
    kill_9_loses_nothing(Some(&postgres.database().unwrap())).await;
}
