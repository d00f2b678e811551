//! Requests at the same moment for the same users, groups and names: each is answered soon, and no name is given twice.
//!
//! The connector (`tests/crossed`) has references in every direction: groups list users, users refer to groups and to users.

use futures_util::StreamExt as _;
use futures_util::future::join_all;
use futures_util::stream;
use scim_gateway_tests::artifacts::{build_crossed, workspace};
use scim_gateway_tests::gateway_process::GatewayConfig;
use scim_gateway_tests::system::Plan;
use scim_gateway_tests::world::{Answer, Client, INSTANCE, World, patch};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Mutex;
use std::time::Duration;
use tokio::time::{sleep, timeout};

/// Much longer than any of these requests takes on a busy machine, and shorter than a wait for a turn.
const SOON: Duration = Duration::from_secs(10);

/// Where user names are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Names {
    /// In the app, which refuses those that are taken.
    InTheApp,
    /// In the gateway alone; the app's user name is the address.
    Kept,
}

async fn start(names: Names) -> World {
    let connector = build_crossed().unwrap_or_else(|error| panic!("{error}"));
    let configure = |config: &mut GatewayConfig| {
        config.connector("splashtop", connector);
        if names == Names::Kept {
            let mapping = workspace().join("tests/crossed/kept-names.json");
            config.instance_mut(INSTANCE).unwrap().mapping = Some(mapping);
        }
    };
    let world = World::start(Client::Exact, Plan::new(INSTANCE, "splashtop"), configure).await;
    world.app().switch(&json!({ "username_update": true, "max_groups": 100_000 })).unwrap();
    world
}

/// A user; the address belongs to them whatever their name is.
fn user(name: &str, active: bool) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "emails": [{ "type": "work", "value": name }],
        "displayName": "Ada",
        "active": active,
    })
}

fn with(mut resource: Value, attribute: &str, value: &str) -> Value {
    resource[attribute] = json!(value);
    resource
}

fn group(name: &str, external_id: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": name,
        "externalId": external_id,
        "members": members,
    })
}

fn set(attribute: &str, value: impl Into<Value>) -> Value {
    patch(json!([{ "op": "replace", "path": attribute, "value": value.into() }]))
}

async fn create(world: &World, path: &str, resource: &Value) -> String {
    world.post(path, resource).await.expect(201)["id"].as_str().unwrap().to_owned()
}

async fn soon(world: &World, method: &str, path: &str, body: &Value) -> Answer {
    let answer = timeout(SOON, world.call(method, path, body)).await;
    answer.unwrap_or_else(|_| panic!("{method} {path} {body} was not answered within {SOON:?}"))
}

/// What the app holds of a user in that part of the name.
fn part_of_name(world: &World, id: &str, part: &str) -> Value {
    let state = world.app().state();
    let users = state["users"].as_array().unwrap();
    users.iter().find(|user| user["id"] == id).unwrap()["name"][part].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_created_with_members_who_wait_for_it() {
    let mut world = start(Names::InTheApp).await;
    let waiting = with(user("ada@example.com", true), "team", "crew");
    let ada = create(&world, "/Users", &waiting).await;
    let bob = create(&world, "/Users", &with(user("bob@example.com", true), "team", "crew")).await;
    assert_eq!(part_of_name(&world, &ada, "familyName"), Value::Null);
    let crew = soon(&world, "POST", "/Groups", &group("Crew", "crew", &[&ada, &bob])).await.expect(201);
    for user in [&ada, &bob] {
        assert_eq!(part_of_name(&world, user, "familyName"), crew["id"], "the reference that waited is written");
        let path = format!("/Users/{user}");
        soon(&world, "PATCH", &path, &set("displayName", "Countess")).await.expect(200);
        assert_eq!(world.get(&path).await.expect(200)["team"], crew["id"]);
    }
    timeout(SOON, world.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn users_who_wait_for_each_other_are_created_at_once() {
    let world = start(Names::InTheApp).await;
    for round in 0..10 {
        let name = |who: &str| format!("{who}{round}@example.com");
        let bodies = [("ada", "bob"), ("bob", "ada"), ("eve", "ada")]
            .map(|(who, buddy)| with(user(&name(who), true), "buddy", &name(buddy)));
        let answers = join_all(bodies.iter().map(|body| soon(&world, "POST", "/Users", body))).await;
        for answer in answers {
            answer.expect(201);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reference_that_was_changed_meanwhile_is_not_overwritten() {
    let world = start(Names::InTheApp).await;
    let ada = create(&world, "/Users", &with(user("ada@example.com", true), "team", "crew")).await;
    let sales = create(&world, "/Groups", &group("Sales", "sales", &[])).await;
    let path = format!("/Users/{ada}");
    let slow = json!({ "method": "PATCH", "delay-ms": 500 });
    world.app().fault(json!({ "faults": [slow] })).unwrap();
    let changed = async { soon(&world, "PATCH", &path, &set("team", sales.as_str())).await.expect(200) };
    let created = async {
        sleep(Duration::from_millis(150)).await;
        soon(&world, "POST", "/Groups", &group("Crew", "crew", &[])).await.expect(201)
    };
    tokio::join!(changed, created);
    assert_eq!(world.get(&path).await.expect(200)["team"], sales);
}

/// While a new user's name is looked for, or their account is created, the user who has the name loses the account.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_the_name_of_a_user_who_is_being_disabled() {
    for names in [Names::InTheApp, Names::Kept] {
        let world = start(names).await;
        for (number, (method, active)) in [("POST", true), ("GET", true), ("GET", false)].into_iter().enumerate() {
            for disable in ["PATCH", "PUT"] {
                let name = format!("{disable}{number}@example.com");
                let ada = create(&world, "/Users", &user(&name, true)).await;
                world.app().fault(json!({ "faults": [{ "method": method, "delay-ms": 500 }] })).unwrap();
                let mut new = user(&name, active);
                new["emails"][0]["value"] = json!(format!("other-{name}"));
                let body = if disable == "PUT" { user(&name, false) } else { set("active", false) };
                let path = format!("/Users/{ada}");
                let disabled = async {
                    sleep(Duration::from_millis(150)).await;
                    soon(&world, disable, &path, &body).await.expect(200)
                };
                let (created, _) = tokio::join!(soon(&world, "POST", "/Users", &new), disabled);
                let what = format!("{names:?} {method} {active} {disable}: {}", created.body);
                assert_eq!(created.error(), (409, Some("uniqueness")), "{what}");
                let found = world.find("/Users", &format!("userName eq \"{name}\"")).await;
                assert_eq!((found.len(), &found[0]["id"]), (1, &json!(ada)), "{what}");
                world.app().fault(json!({ "faults": [] })).unwrap();
            }
        }
    }
}

/// One of the requests that are made at the same moment.
type Deed = (&'static str, fn(&Scene) -> (&'static str, String, Value));

/// Those whom the requests of a round are about. Nobody else is concerned.
struct Scene {
    /// A number of its own, so that rounds do not meet.
    number: usize,
    /// An active user, who waits for a group and for another user.
    ada: String,
    /// An inactive user.
    ian: String,
    /// The group that both are in.
    group: String,
}

impl Scene {
    async fn set(world: &World, number: usize) -> Self {
        let mut scene = Self { number, ada: String::new(), ian: String::new(), group: String::new() };
        let ada = with(user(&scene.name("ada"), true), "team", &format!("crew-{number}"));
        scene.ada = create(world, "/Users", &with(ada, "buddy", &scene.name("new"))).await;
        scene.ian = create(world, "/Users", &user(&scene.name("ian"), false)).await;
        let group = group(&format!("Sales {number}"), "sales", &[&scene.ada, &scene.ian]);
        scene.group = create(world, "/Groups", &group).await;
        scene
    }

    fn name(&self, who: &str) -> String {
        format!("{who}-{}@example.com", self.number)
    }

    fn ada(&self) -> String {
        format!("/Users/{}", self.ada)
    }

    fn ian(&self) -> String {
        format!("/Users/{}", self.ian)
    }

    fn group(&self) -> String {
        format!("/Groups/{}", self.group)
    }

    fn whole(&self, who: &str, active: bool) -> Value {
        with(user(&self.name(who), active), "displayName", "Countess")
    }

    /// A name, and an address that is nobody's: where names are kept, only the gateway knows that the name is taken.
    fn other(&self, who: &str, active: bool) -> Value {
        let mut user = user(&self.name(who), active);
        user["emails"][0]["value"] = json!(self.name("other"));
        user
    }
}

/// So many of them are about groups and come first.
const ABOUT_GROUPS: usize = 6;

const DEEDS: [Deed; 27] = [
    ("create the group that Ada waits for", |s| {
        let body = group(&format!("Crew {}", s.number), &format!("crew-{}", s.number), &[&s.ada, &s.ian]);
        ("POST", "/Groups".to_owned(), body)
    }),
    ("add Ada to the group", |s| {
        ("PATCH", s.group(), patch(json!([{ "op": "add", "path": "members", "value": [{ "value": s.ada }] }])))
    }),
    ("remove Ada from the group", |s| {
        let path = format!("members[value eq \"{}\"]", s.ada);
        ("PATCH", s.group(), patch(json!([{ "op": "remove", "path": path }])))
    }),
    ("replace the members", |s| ("PATCH", s.group(), set("members", json!([{ "value": s.ian }, { "value": s.ada }])))),
    ("replace the group", |s| ("PUT", s.group(), group(&format!("Sales {}", s.number), "sales", &[&s.ian]))),
    ("delete the group", |s| ("DELETE", s.group(), Value::Null)),
    ("create the user whom Ada waits for", |s| {
        let new = with(user(&s.name("new"), true), "team", &format!("crew-{}", s.number));
        ("POST", "/Users".to_owned(), with(new, "buddy", &s.ada))
    }),
    ("create that user inactive", |s| ("POST", "/Users".to_owned(), user(&s.name("new"), false))),
    ("create a user of Ada's name", |s| ("POST", "/Users".to_owned(), s.other("ada", true))),
    ("create an inactive user of Ada's name", |s| ("POST", "/Users".to_owned(), s.other("ada", false))),
    ("create a user of Ian's name", |s| ("POST", "/Users".to_owned(), s.other("ian", true))),
    ("create an inactive user of Ian's name", |s| ("POST", "/Users".to_owned(), s.other("ian", false))),
    ("change Ada", |s| ("PATCH", s.ada(), set("displayName", "Countess"))),
    ("disable Ada", |s| ("PATCH", s.ada(), set("active", false))),
    ("enable Ada", |s| ("PATCH", s.ada(), set("active", true))),
    ("replace Ada", |s| ("PUT", s.ada(), s.whole("ada", true))),
    ("replace Ada by an inactive user", |s| ("PUT", s.ada(), s.whole("ada", false))),
    ("delete Ada", |s| ("DELETE", s.ada(), Value::Null)),
    ("rename Ada", |s| ("PATCH", s.ada(), set("userName", s.name("new")))),
    ("rename Ada and disable her", |s| {
        ("PATCH", s.ada(), patch(json!([{ "op": "replace", "value": { "userName": s.name("new"), "active": false } }])))
    }),
    ("give Ada Ian's name", |s| ("PUT", s.ada(), s.whole("ian", true))),
    ("enable Ian", |s| ("PATCH", s.ian(), set("active", true))),
    ("change Ian", |s| ("PATCH", s.ian(), set("displayName", "Count"))),
    ("rename Ian", |s| ("PATCH", s.ian(), set("userName", s.name("new")))),
    ("give Ian Ada's name and enable him", |s| ("PUT", s.ian(), s.whole("ada", true))),
    ("delete Ian", |s| ("DELETE", s.ian(), Value::Null)),
    ("look for Ada's name", |s| {
        let name = url::form_urlencoded::byte_serialize(s.name("ada").as_bytes()).collect::<String>();
        ("GET", format!("/Users?filter=userName+eq+%22{name}%22"), Value::Null)
    }),
];

/// Which of the app's answers take longer than anything else, and whether the app acts first and answers late: what can go wrong
/// between two requests goes wrong while one of them waits for the app. Each pair meets two of them.
const PACES: [(&str, bool); 6] =
    [("POST", false), ("POST", true), ("DELETE", false), ("DELETE", true), ("GET", true), ("PATCH", false)];

/// How many rounds are under way.
const AT_ONCE: usize = 8;

/// How often each request was answered with which status.
type Tally = Mutex<BTreeMap<(&'static str, u16), usize>>;

/// Two requests at the same moment, and what came of them.
struct Round {
    scene: Scene,
    pair: [Deed; 2],
    answers: Vec<Answer>,
}

impl Round {
    async fn prepared(world: &World, number: usize, pair: [Deed; 2]) -> Self {
        Self { scene: Scene::set(world, number).await, pair, answers: Vec::new() }
    }

    async fn run(self, world: &World, tally: &Tally) -> Self {
        let request = async |(name, deed): Deed| {
            let (method, path, body) = deed(&self.scene);
            let answer = timeout(SOON, world.call(method, &path, &body)).await;
            let answer = answer.unwrap_or_else(|_| panic!("{self}: {name} was not answered"));
            let is_busy = answer.status == 503 && answer.headers.contains_key("retry-after");
            assert!(answer.status < 500 || is_busy, "{self}: {name}: {} {}", answer.status, answer.body);
            *tally.lock().unwrap().entry((name, answer.status)).or_default() += 1;
            answer
        };
        let [first, second] = self.pair;
        let (first, second) = tokio::join!(request(first), request(second));
        Self { answers: vec![first, second], ..self }
    }

    /// Whatever came of the requests: nobody has another's name, the name finds its user, and all can be read.
    async fn check(self, world: &World) {
        let mut ids = vec![self.scene.ada.clone(), self.scene.ian.clone()];
        for answer in &self.answers {
            if answer.status == 201 && answer.body["meta"]["resourceType"] == "User" {
                ids.push(answer.body["id"].as_str().unwrap().to_owned());
            }
        }
        let mut names: BTreeMap<String, Vec<&String>> = BTreeMap::new();
        for id in &ids {
            let read = soon(world, "GET", &format!("/Users/{id}"), &Value::Null).await;
            assert!([200, 404].contains(&read.status), "{self}: {} {}", read.status, read.body);
            if read.status == 200 {
                names.entry(read.body["userName"].as_str().unwrap().to_lowercase()).or_default().push(id);
            }
        }
        for (name, ids) in &names {
            assert_eq!(ids.len(), 1, "{self}: {ids:?} are called {name}; {:#?}", self.answers);
            let found = world.find("/Users", &format!("userName eq \"{name}\"")).await;
            let found: Vec<&Value> = found.iter().map(|user| &user["id"]).collect();
            assert_eq!(found, [&json!(ids[0])], "{self}: {name}; {:#?}", self.answers);
        }
        let group = soon(world, "GET", &self.scene.group(), &Value::Null).await;
        assert!([200, 404].contains(&group.status), "{self}: {} {}", group.status, group.body);
    }
}

impl fmt::Display for Round {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [(first, _), (second, _)] = self.pair;
        write!(f, "round {}: {first} / {second}", self.scene.number)
    }
}

/// Every request with every other and with itself.
async fn every_pair(names: Names, deeds: &[Deed]) {
    let mut world = start(names).await;
    let (tally, mut number) = (Tally::default(), 0);
    for (pace, (method, acts_first)) in PACES.into_iter().enumerate() {
        let pairs =
            deeds.iter().enumerate().flat_map(|(index, first)| deeds[index..].iter().map(|second| [*first, *second]));
        let now = pairs.enumerate().filter(|(index, _)| index % 3 == pace % 3);
        let prepared = now.map(|(_, pair)| {
            number += 1;
            Round::prepared(&world, number, pair)
        });
        let prepared: Vec<Round> = stream::iter(prepared).buffer_unordered(AT_ONCE).collect().await;
        let slow = json!({ "method": method, "times": u32::MAX, "delay-ms": 100, "after": acts_first });
        world.app().fault(json!({ "faults": [slow] })).unwrap();
        let run = prepared.into_iter().map(|round| round.run(&world, &tally));
        let run: Vec<Round> = stream::iter(run).buffer_unordered(AT_ONCE).collect().await;
        world.app().fault(json!({ "faults": [] })).unwrap();
        stream::iter(run).map(|round| round.check(&world)).buffer_unordered(AT_ONCE).collect::<Vec<()>>().await;
    }
    println!("{names:?}: {:#?}", tally.lock().unwrap());

    // All are listed, each once.
    let (mut seen, mut start) = (BTreeMap::new(), 1);
    loop {
        let list = world.list("/Users", &[("startIndex", &start.to_string()), ("count", "200")]).await.expect(200);
        let resources = list["Resources"].as_array().cloned().unwrap_or_default();
        for user in &resources {
            *seen.entry(user["userName"].as_str().unwrap().to_lowercase()).or_insert(0) += 1;
        }
        start += resources.len();
        if resources.is_empty() || start as u64 > list["totalResults"].as_u64().unwrap() {
            break;
        }
    }
    let twice: Vec<&String> = seen.iter().filter(|(_, times)| **times > 1).map(|(name, _)| name).collect();
    assert!(twice.is_empty(), "{twice:?}");
    timeout(SOON, world.stop()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pair_of_requests_is_answered_and_gives_no_name_twice() {
    every_pair(Names::InTheApp, &DEEDS).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_pair_of_requests_gives_no_kept_name_twice() {
    every_pair(Names::Kept, &DEEDS[ABOUT_GROUPS..]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_posts_of_one_name_one_creates_the_user() {
    for names in [Names::InTheApp, Names::Kept] {
        let world = start(names).await;
        for (name, active) in [("ian@example.com", false), ("ada@example.com", true)] {
            let bodies: Vec<Value> = (0..16)
                .map(|number| {
                    let mut user = user(name, active);
                    user["emails"][0]["value"] = json!(format!("address{number}-{name}"));
                    user
                })
                .collect();
            let answers = join_all(bodies.iter().map(|body| soon(&world, "POST", "/Users", body))).await;
            let created: Vec<&Answer> = answers.iter().filter(|answer| answer.status == 201).collect();
            let refused = answers.iter().filter(|answer| answer.error() == (409, Some("uniqueness"))).count();
            assert_eq!((created.len(), refused), (1, 15), "{names:?} {name}: {answers:?}");
            let found = world.find("/Users", &format!("userName eq \"{name}\"")).await;
            assert_eq!(found.len(), 1, "{names:?}");
            assert_eq!((&found[0]["id"], &found[0]["active"]), (&created[0].body["id"], &json!(active)), "{names:?}");
        }
        assert_eq!(world.app_users().len(), 1, "{names:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_of_another_user_is_refused() {
    for names in [Names::InTheApp, Names::Kept] {
        let world = start(names).await;
        let ada = create(&world, "/Users", &user("ada@example.com", true)).await;
        let bob = create(&world, "/Users", &user("bob@example.com", true)).await;
        let ian = create(&world, "/Users", &user("ian@example.com", false)).await;
        let other = |name: &str, active: bool| {
            let mut user = user(name, active);
            user["emails"][0]["value"] = json!("other@example.com");
            user
        };
        for (owner, name) in [(&ada, "Ada@example.com"), (&ian, "Ian@example.com")] {
            let same_address = |mut user: Value| {
                user["emails"][0]["value"] = json!("bob@example.com");
                user
            };
            let path = format!("/Users/{bob}");
            let both = patch(json!([{ "op": "replace", "value": { "userName": name, "active": false } }]));
            for (method, path, body) in [
                ("POST", "/Users", other(name, true)),
                ("POST", "/Users", other(name, false)),
                ("PUT", path.as_str(), same_address(user(name, true))),
                ("PUT", path.as_str(), same_address(user(name, false))),
                ("PATCH", path.as_str(), set("userName", name)),
                ("PATCH", path.as_str(), both),
            ] {
                let answer = world.call(method, path, &body).await;
                assert_eq!(answer.error(), (409, Some("uniqueness")), "{names:?} {method} {body}: {}", answer.body);
            }
            // Who is enabled under another's name is refused, too.
            for (method, body) in
                [("PUT", user("bob@example.com", true)), ("PATCH", set("userName", "bob@example.com"))]
            {
                let answer = world.call(method, &format!("/Users/{ian}"), &body).await;
                assert_eq!(answer.error(), (409, Some("uniqueness")), "{names:?} {method} {body}: {}", answer.body);
            }
            let found = world.find("/Users", &format!("userName eq \"{name}\"")).await;
            assert_eq!(found.iter().map(|user| &user["id"]).collect::<Vec<_>>(), [&json!(owner)], "{names:?}");
            assert_eq!(world.get(&path).await.expect(200)["userName"], "bob@example.com", "{names:?}");
        }
        // Nobody's name can be taken, and one's own in another case.
        soon(&world, "PATCH", &format!("/Users/{bob}"), &set("userName", "Bob@Example.com")).await.expect(200);
        soon(&world, "PATCH", &format!("/Users/{bob}"), &set("userName", "robert@example.com")).await.expect(200);
        create(&world, "/Users", &other("bob@example.com", false)).await;
    }
}
