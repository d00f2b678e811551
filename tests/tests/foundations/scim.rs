//! A plain HTTP client of a SCIM simulator.

use reqwest::{Client, Method};
use scim_gateway_tests::simulators::{Kind, Simulator};
use serde_json::{Value, json};

pub(crate) struct Scim {
    pub(crate) simulator: Simulator,
    http: Client,
}

impl Scim {
    pub(crate) async fn start(kind: Kind) -> Self {
        // A second installation is refused, and the first one serves.
        drop(rustls::crypto::ring::default_provider().install_default());
        Self { simulator: Simulator::start(kind, "secret").await.unwrap(), http: Client::new() }
    }

    /// A SCIM call with that `Authorization`.
    pub(crate) async fn call(&self, method: Method, path: &str, credential: &str, body: Value) -> (u16, Value) {
        let request = self.http.request(method, format!("{}{path}", self.simulator.api_url));
        Self::answer(request.header("authorization", credential).header("content-type", "application/scim+json"), body)
            .await
    }

    /// A call outside the SCIM API.
    pub(crate) async fn outside(&self, method: Method, path: &str, body: Value) -> (u16, Value) {
        let request = self.http.request(method, format!("{}{path}", self.simulator.base_url));
        Self::answer(request.header("api-key", "secret"), body).await
    }

    pub(crate) async fn get(&self, path: &str) -> (u16, Value) {
        self.call(Method::GET, path, "Bearer secret", Value::Null).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::POST, path, "Bearer secret", body).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.call(Method::PUT, path, "Bearer secret", body).await
    }

    pub(crate) async fn patch(&self, path: &str, operations: Vec<Value>) -> (u16, Value) {
        let body = json!({"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations});
        self.call(Method::PATCH, path, "Bearer secret", body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> u16 {
        self.call(Method::DELETE, path, "Bearer secret", Value::Null).await.0
    }

    async fn answer(request: reqwest::RequestBuilder, body: Value) -> (u16, Value) {
        let request = if body.is_null() { request } else { request.body(body.to_string()) };
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (status, serde_json::from_str(&response.text().await.unwrap()).unwrap_or_default())
    }
}

pub(crate) fn user(fields: Value) -> Value {
    with_schema(fields, "urn:ietf:params:scim:schemas:core:2.0:User")
}

pub(crate) fn group(fields: Value) -> Value {
    with_schema(fields, "urn:ietf:params:scim:schemas:core:2.0:Group")
}

pub(crate) fn op(op: &str, path: &str, value: Value) -> Value {
    json!({"op": op, "path": path, "value": value})
}

fn with_schema(mut fields: Value, urn: &str) -> Value {
    fields["schemas"] = json!([urn]);
    fields
}
