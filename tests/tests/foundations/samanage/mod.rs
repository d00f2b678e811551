//! The Samanage simulator is as strict, and as odd, as the app that it stands for.

mod access;
mod collections;
mod groups;
mod lists;
mod users;

use jiff::Timestamp;
use reqwest::{Client, Method, Response};
use scim_gateway_tests::simulators::{Kind, Simulator, control::Clock};
use serde_json::{Value, json};
use std::time::Duration;

const ACCEPT: &str = "application/vnd.samanage.v2.1+json";
struct Samanage {
    simulator: Simulator,
    http: Client,
}

impl Samanage {
    async fn start() -> Self {
        Self::start_at(Clock::standing_at(Timestamp::UNIX_EPOCH)).await
    }

    async fn start_at(clock: Clock) -> Self {
        // A second installation is refused, and the first one serves.
        drop(rustls::crypto::ring::default_provider().install_default());
        let simulator = Simulator::start_at(Kind::Samanage, "secret", clock).await.unwrap();
        Self { simulator, http: Client::new() }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.simulator.base_url))
            .header("accept", ACCEPT)
            .header("x-samanage-authorization", "Bearer secret")
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::GET, path).send().await.unwrap()).await
    }

    async fn send(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.request(method, path).header("content-type", "application/json");
        read(request.body(body.to_string()).send().await.unwrap()).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::POST, path, body).await
    }

    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.send(Method::PUT, path, body).await
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::DELETE, path).send().await.unwrap()).await
    }

    /// `POST` with a query and no body.
    async fn join(&self, group: &Value, users: &str) -> (u16, Value) {
        let path = format!("/memberships.json?group_id={group}&user_ids={users}");
        read(self.request(Method::POST, &path).send().await.unwrap()).await
    }

    async fn user(&self, name: &str, email: &str) -> Value {
        let fields = json!({"name": name, "email": email, "role": {"name": "Requester"}});
        let (status, user) = self.post("/users.json", json!({ "user": fields })).await;
        assert_eq!(status, 200, "{user}");
        user
    }

    async fn group(&self, name: &str) -> Value {
        let (status, group) = self.post("/groups.json", json!({"group": {"name": name}})).await;
        assert_eq!(status, 200, "{group}");
        group
    }

    fn switch(&self, switches: Value) {
        self.simulator.switch(&switches).unwrap();
    }
}

/// Status and body: JSON when it is JSON, else a string.
async fn read(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().unwrap().iter().map(|record| record["name"].as_str().unwrap()).collect()
}
