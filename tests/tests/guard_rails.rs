//! Guard rails with the real gateway, a real connector and the app's simulator, on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "these are tests")]

use std::path::{Path, PathBuf};
use std::process::Command;

use futures_util::future::join_all;
use scim_gateway_tests::artifacts::Artifacts;
use scim_gateway_tests::conversation::InstanceOptions;
use scim_gateway_tests::gateway_process::GatewayProcess;
use scim_gateway_tests::http::{Http, HttpRequest};
use scim_gateway_tests::postgres::Postgres;
use scim_gateway_tests::system::{Instance, Plan, System};
use serde_json::{Map, Value, json};
use tempfile::TempDir;

struct Scene {
    instance: Instance,
    gateway: Option<GatewayProcess>,
    binary: PathBuf,
    config: PathBuf,
    folder: TempDir,
    http: Http,
}

impl Scene {
    /// Samanage behind a gateway with these guard rails.
    async fn start(rails: Value, store: Option<&str>) -> Self {
        let artifacts = Artifacts::find_or_build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let rails: Map<String, Value> = serde_json::from_value(rails).unwrap();
        let options = InstanceOptions::default();
        let plans = [Plan { name: "app".to_owned(), connector: "samanage".to_owned(), options }];
        let system = System::start_with(&artifacts, folder.path(), &plans, |config| {
            config.instance_mut("app").unwrap().guard_rails = rails;
            if let Some(store) = store {
                config.store(store);
            }
        });
        let System { gateway, config, mut instances, .. } = system.await.unwrap();
        let (instance, gateway, http) = (instances.remove(0), Some(gateway), Http::default());
        Self { instance, gateway, binary: artifacts.gateway, config, folder, http }
    }

    async fn another_gateway(&self, log: &str) -> GatewayProcess {
        GatewayProcess::start(&self.binary, &self.config, &self.folder.path().join(log)).await.unwrap()
    }

    async fn restart(&mut self) {
        self.gateway.take().unwrap().stop().await.unwrap();
        self.gateway = Some(self.another_gateway("again.log").await);
    }

    fn url(&self) -> &str {
        self.gateway.as_ref().unwrap().url()
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> (u16, Value) {
        self.call_at(self.url(), method, path, body).await
    }

    async fn call_at(&self, url: &str, method: &str, path: &str, body: Value) -> (u16, Value) {
        let request = HttpRequest::new(method, format!("{url}/app/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", self.instance.token))
            .header("user-agent", "Okta SCIM Client 1.0.0");
        let request = if body.is_null() { request } else { request.json(&body) };
        let answer = self.http.send(request).await.unwrap();
        (answer.status, serde_json::from_str(&answer.body).unwrap_or_default())
    }

    async fn patch(&self, path: &str, operation: Value) -> (u16, Value) {
        self.call("PATCH", path, patch(&operation)).await
    }

    async fn set_active(&self, user: &str, active: bool) -> (u16, Value) {
        self.patch(&format!("/Users/{user}"), activation(active)).await
    }

    async fn users(&self, count: usize) -> Vec<String> {
        let mut users = Vec::new();
        for number in 0..count {
            let body = json!({
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
                "userName": format!("user{number}@example.com"),
                "displayName": format!("User {number}"),
                "active": true,
            });
            let (status, user) = self.call("POST", "/Users", body).await;
            assert_eq!(status, 201, "{user}");
            users.push(user["id"].as_str().unwrap().to_owned());
        }
        users
    }

    async fn members(&self, group: &str) -> usize {
        let (_, group) = self.call("GET", &format!("/Groups/{group}"), Value::Null).await;
        group["members"].as_array().map_or(0, Vec::len)
    }

    /// The state of the instance in `/readyz`, which stays 200.
    async fn health(&self) -> Value {
        let answer = self.http.send(HttpRequest::new("GET", format!("{}/readyz", self.url()))).await.unwrap();
        assert_eq!(answer.status, 200, "a guard rail takes no gateway out of rotation");
        serde_json::from_str::<Value>(&answer.body).unwrap()["instances"]["app"].clone()
    }

    async fn metrics(&self) -> String {
        self.http.send(HttpRequest::new("GET", format!("{}/metrics", self.url()))).await.unwrap().body
    }

    fn rails(&self) -> Value {
        serde_json::from_str(&command(&self.binary, &self.config, &["rails", "--json"])).unwrap()
    }

    fn lift(&self) {
        command(&self.binary, &self.config, &["rails", "lift", "--instance", "app", "--for", "1h"]);
    }

    async fn stop(self) {
        if let Some(gateway) = self.gateway {
            gateway.stop().await.unwrap();
        }
        self.instance.app.stop().await;
    }
}

fn patch(operation: &Value) -> Value {
    json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]})
}

fn activation(active: bool) -> Value {
    json!({"op": "replace", "value": {"active": active}})
}

fn command(binary: &Path, config: &Path, words: &[&str]) -> String {
    let output = Command::new(binary).args(words).arg("--config").arg(config).output().unwrap();
    assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_not_emptied_by_one_request() {
    let scene = Scene::start(json!({"max-members-removed": 2}), None).await;
    let users = scene.users(4).await;
    let members = |users: &[String]| users.iter().map(|user| json!({"value": user})).collect::<Vec<_>>();
    let body = |users: &[String]| json!({"schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "Band", "members": members(users)});
    let (status, group) = scene.call("POST", "/Groups", body(&users)).await;
    assert_eq!(status, 201, "{group}");
    let group = group["id"].as_str().unwrap();
    let path = format!("/Groups/{group}");

    assert_eq!(scene.health().await["state"], "ready");
    let remove_all = json!({"op": "remove", "path": "members"});
    let any = users.iter().map(|user| format!("value eq \"{user}\"")).collect::<Vec<_>>().join(" or ");
    for (method, body) in [
        ("PATCH", patch(&remove_all)),
        ("PATCH", patch(&json!({"op": "replace", "path": "members", "value": []}))),
        ("PATCH", patch(&json!({"op": "replace", "value": {"members": members(&users[..1])}}))),
        ("PATCH", patch(&json!({"op": "remove", "path": format!("members[{any}]")}))),
        ("PUT", body(&users[3..])),
        ("DELETE", Value::Null),
    ] {
        let (status, error) = scene.call(method, &path, body.clone()).await;
        assert_eq!(status, 403, "{method} {body}: {error}");
        let detail = error["detail"].as_str().unwrap();
        for part in ["max-members-removed", "Band", "and 2 may", "rails lift --instance app"] {
            assert!(detail.contains(part), "{method} {body}: {detail}");
        }
    }
    assert_eq!(scene.members(group).await, 4);
    let health = scene.health().await;
    assert_eq!(health["state"], "degraded");
    assert!(health["reason"].as_str().unwrap().contains("Band would lose 4 members"), "{health}");
    let metrics = scene.metrics().await;
    let refusals = "scim_guard_rail_refusals_total{instance=\"app\",rail=\"max-members-removed\"} 6";
    assert!(metrics.contains(refusals), "{metrics}");
    assert_eq!(scene.rails()["guard-rails"][0]["state"], "stands");

    // What takes no more than the threshold goes on.
    let (status, error) = scene.call("PUT", &path, body(&users[1..])).await;
    assert_eq!((status, scene.members(group).await), (200, 3), "{error}");

    scene.lift();
    assert_eq!(scene.rails()["guard-rails"][0]["state"], "lifted");
    let (status, error) = scene.patch(&path, remove_all).await;
    assert_eq!((status, scene.members(group).await), (204, 0), "{error}");
    assert_eq!(scene.health().await["state"], "ready");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_beyond_the_threshold_stay_until_the_operator_has_looked() {
    let mut scene = Scene::start(json!({"max-deactivations": {"users": 3}}), None).await;
    let users = scene.users(7).await;
    let put = |user: usize, active: bool| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "userName": format!("user{user}@example.com"), "displayName": format!("User {user}"), "active": active,
        })
    };
    assert_eq!(scene.set_active(&users[0], false).await.0, 200);
    // The same user again is the same user.
    assert_eq!(scene.set_active(&users[0], false).await.0, 200);
    assert_eq!(scene.call("PUT", &format!("/Users/{}", users[1]), put(1, false)).await.0, 200);
    // Who was inactive already is not counted by a PUT that says so again.
    assert_eq!(scene.call("PUT", &format!("/Users/{}", users[1]), put(1, false)).await.0, 200);
    // Who is not there was not deactivated.
    assert_eq!(scene.set_active("999999", false).await.0, 404);
    assert_eq!(scene.call("DELETE", &format!("/Users/{}", users[2]), Value::Null).await.0, 204);
    for gateway in ["the first", "one that was started again"] {
        let (status, error) = scene.set_active(&users[3], false).await;
        assert_eq!(status, 403, "{gateway}: {error}");
        assert!(error["detail"].as_str().unwrap().contains("4 users would be deactivated"), "{gateway}: {error}");
        assert_eq!(scene.call("DELETE", &format!("/Users/{}", users[4]), Value::Null).await.0, 403, "{gateway}");
        assert_eq!(scene.health().await["state"], "degraded", "{gateway}");
        // Everything else goes on.
        assert_eq!(scene.set_active(&users[0], true).await.0, 200, "{gateway}");
        assert_eq!(scene.call("GET", &format!("/Users/{}", users[3]), Value::Null).await.1["active"], true);
        scene.restart().await;
    }
    let shown = scene.rails();
    assert_eq!(shown["guard-rails"][0]["guards"], "3 users in 60 minutes");
    scene.lift();
    for user in &users[3..] {
        assert_eq!(scene.set_active(user, false).await.0, 200);
    }
    assert_eq!(scene.health().await["state"], "ready");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_of_a_bulk_request_that_is_refused_is_counted() {
    let scene = Scene::start(json!({"max-deactivations": {"users": 1}}), None).await;
    let users = scene.users(3).await;
    let operations: Vec<Value> = users
        .iter()
        .map(|user| json!({"method": "PATCH", "path": format!("/Users/{user}"), "data": patch(&activation(false))}))
        .collect();
    let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"], "Operations": operations});
    let (status, answer) = scene.call("POST", "/Bulk", body).await;
    let statuses: Vec<_> =
        answer["Operations"].as_array().unwrap().iter().map(|each| each["status"].as_str().unwrap()).collect();
    assert_eq!((status, statuses), (200, vec!["200", "403", "403"]), "{answer}");
    let metrics = scene.metrics().await;
    let refusals = "scim_guard_rail_refusals_total{instance=\"app\",rail=\"max-deactivations\"} 2";
    assert!(metrics.contains(refusals), "{metrics}");
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_of_the_apps_users_is_counted_as_the_app_counts_them() {
    let scene = Scene::start(json!({"max-deactivations": {"percent": 20}}), None).await;
    // Nine and the app's own administrator.
    let users = scene.users(9).await;
    for (user, expected) in users.iter().zip([200, 200, 403]) {
        let (status, answer) = scene.set_active(user, false).await;
        assert_eq!(status, expected, "{answer}");
    }
    scene.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_gateways_on_one_postgresql_count_together() {
    let postgres = tokio::task::spawn_blocking(Postgres::start).await.unwrap().unwrap();
    let database = postgres.database().unwrap();
    let rails = json!({"max-deactivations": {"users": 4, "window-minutes": 5}});
    let scene = Scene::start(rails, Some(&database)).await;
    let other = scene.another_gateway("other.log").await;
    let users = scene.users(10).await;
    let (scene, urls) = (&scene, [scene.url(), other.url()]);
    let calls = users.iter().enumerate().map(async |(number, user)| {
        scene.call_at(urls[number % 2], "PATCH", &format!("/Users/{user}"), patch(&activation(false))).await.0
    });
    let statuses = join_all(calls).await;
    let gone = statuses.iter().filter(|status| **status == 200).count();
    assert!(gone <= 4, "{statuses:?}");
    assert!(statuses.iter().all(|status| [200, 403].contains(status)), "{statuses:?}");
    let left: Vec<&String> =
        users.iter().zip(&statuses).filter(|(_, status)| **status == 403).map(|(user, _)| user).collect();
    for url in urls {
        let (status, _) = scene.call_at(url, "PATCH", &format!("/Users/{}", left[0]), patch(&activation(false))).await;
        assert_eq!(status, 403, "{url}");
    }
    scene.lift();
    for (number, user) in left.into_iter().enumerate() {
        let (status, error) =
            scene.call_at(urls[number % 2], "PATCH", &format!("/Users/{user}"), patch(&activation(false))).await;
        assert_eq!(status, 200, "{error}");
    }
    other.stop().await.unwrap();
}
