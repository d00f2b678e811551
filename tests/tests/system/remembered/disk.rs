//! A disk that is full, at every write of the store.
//!
//! With SQLite, the gateway runs under a limit on the size of its files; with PostgreSQL, every table answers as a server does whose
//! disk is full. Lifting that is the operator who makes room. What needs no disk goes on, what the disk did not take is not acknowledged,
//! and nothing has to be restarted.

use rustix::process::{Pid, Resource, Rlimit, prlimit};
use scim_gateway::store::Holding;
use scim_gateway_tests::postgres::Postgres;
use scim_gateway_tests::world::{World, eventually, group, okta_user};
use serde_json::json;

/// Every table in which something is remembered.
fn tables() -> impl Iterator<Item = &'static str> {
    // The last one is what the store writes to see whether there is room again.
    Holding::ALL.into_iter().map(Holding::table).chain(["secret"])
}

/// The disk of the store.
enum Disk {
    /// Of the gateway's own files.
    Files,
    /// Of a server, for a database.
    Server(Postgres, String),
}

const APPS: [&str; 2] = ["splashtop", "askspoke"];

impl Disk {
    async fn of_server() -> Self {
        let start = || {
            let server = Postgres::start().unwrap();
            let url = server.database().unwrap();
            Self::Server(server, url)
        };
        tokio::task::spawn_blocking(start).await.unwrap()
    }

    async fn world(&self, app: &str) -> World {
        match self {
            Self::Files => World::okta_that_survives_a_full_disk(app).await,
            Self::Server(_, url) => World::okta_on_store(app, Some(url)).await,
        }
    }

    fn is_full(&self, world: &World, full: bool) {
        match self {
            Self::Files => {
                let process = i32::try_from(world.process()).unwrap();
                let limit = Rlimit { current: full.then_some(0), maximum: None };
                prlimit(Pid::from_raw(process), Resource::Fsize, limit).unwrap();
            }
            Self::Server(server, url) => {
                let database = url.rsplit('/').next().unwrap();
                let function = "CREATE OR REPLACE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
                    $$ BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = '53100'; END $$;";
                let triggers = tables().map(|table| {
                    if full {
                        format!(
                            "CREATE TRIGGER fail BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION fail();"
                        )
                    } else {
                        format!("DROP TRIGGER fail ON {table};")
                    }
                });
                server.run(database, &format!("{function} {}", triggers.collect::<String>())).unwrap();
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_makes_no_false_success_and_is_over_when_there_is_room() {
    for app in APPS {
        full_disk(app, &Disk::Files).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nor_does_that_of_a_server() {
    for app in APPS {
        full_disk(app, &Disk::of_server().await).await;
    }
}

async fn full_disk(app: &str, disk: &Disk) {
    let world = disk.world(app).await;
    let ada = world.user("ada@example.com").await;
    let bob = world.user("bob@example.com").await;
    let sales = world.group("Sales", &[&ada]).await;
    let (ada_path, group_path) = (format!("/Users/{ada}"), format!("/Groups/{sales}"));

    disk.is_full(&world, true);
    let deactivate = json!([{ "op": "replace", "value": { "active": false } }]);
    let external = json!([{ "op": "replace", "path": "externalId", "value": "e-2" }]);
    let member = json!([{ "op": "add", "path": "members", "value": [{ "value": bob }] }]);
    let mut inactive = okta_user("eve@example.com");
    inactive["active"] = json!(false);
    let answers = [
        world.patch(&ada_path, deactivate.clone()).await,
        world.patch(&group_path, member.clone()).await,
        world.post("/Users", &inactive).await,
        world.post("/Groups", &group("Support", &[&bob])).await,
    ];
    for answer in &answers {
        assert_eq!(answer.status, 503, "{app}: {}", answer.body);
    }
    if app == "askspoke" {
        // Only the gateway keeps it.
        assert_eq!(world.patch(&group_path, external).await.status, 503, "{app}");
    }
    // Nobody was removed whom the store could not remember.
    assert_eq!(world.app_users(), ["ada@example.com", "bob@example.com"], "{app}");
    // Reading goes on, and the gateway says what is wrong.
    assert_eq!(world.get(&ada_path).await.expect(200)["active"], true, "{app}");
    let ready = world.operator_page("/readyz").await;
    assert_eq!(ready.status, 503, "{}", ready.body);
    assert_eq!(ready.json()["shared"]["store"]["state"], "failed", "{}", ready.body);
    assert_eq!(world.operator_page("/healthz").await.status, 200);

    disk.is_full(&world, false);
    // The store notices by itself, and the clients' repeated requests succeed.
    eventually("the store", async || world.operator_page("/readyz").await.status == 200).await;
    world.patch(&ada_path, deactivate).await.expect(200);
    world.patch(&group_path, member).await.expect(204);
    world.post("/Users", &inactive).await.expect(201);
    assert_eq!(world.get(&ada_path).await.expect(200)["active"], false, "{app}");
    let mut both = vec![ada.clone(), bob.clone()];
    both.sort();
    assert_eq!(world.members(&sales).await, both, "{app}");
    assert_eq!(world.app_users(), ["bob@example.com"], "{app}");
}
