//! The requests of the client.

use super::answer::Answer;
use super::messages::{group, patch};
use super::one_instance::{INSTANCE, World};
use crate::http::{HttpAnswer, HttpError, HttpRequest};
use serde_json::{Value, json};

impl World {
    /// Sends a request without headers of its own; a null body is no body.
    pub async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        self.call_with(method, path, &[], body).await
    }

    /// As [`Self::call`], with further headers.
    pub async fn call_with(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        self.send(self.url(), method, path, headers, body).await.unwrap()
    }

    /// As [`Self::call`], to the gateway at this base URL.
    pub async fn call_at(&self, url: &str, method: &str, path: &str, body: &Value) -> Answer {
        self.send(url, method, path, &[], body).await.unwrap()
    }

    /// As [`Self::call`]; `None` when the gateway did not answer.
    pub async fn try_call(&self, method: &str, path: &str, body: &Value) -> Option<Answer> {
        self.send(self.url(), method, path, &[], body).await.ok()
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, &Value::Null).await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path, body).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call("DELETE", path, &Value::Null).await
    }

    /// Sends a PATCH request; `operations` is an array.
    pub async fn patch(&self, path: &str, operations: Value) -> Answer {
        self.call("PATCH", path, &patch(operations)).await
    }

    /// Reads a list with these query parameters.
    pub async fn list(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.get(&format!("{endpoint}?{query}")).await
    }

    /// The resources that a filter finds.
    pub async fn find(&self, endpoint: &str, filter: &str) -> Vec<Value> {
        let list = self.list(endpoint, &[("filter", filter)]).await.expect(200);
        list["Resources"].as_array().cloned().unwrap_or_default()
    }

    /// Creates a user as the client does and returns its id.
    pub async fn user(&self, name: &str) -> String {
        created(self.post("/Users", &self.client.user(name)).await)
    }

    /// Creates a group and returns its id.
    pub async fn group(&self, name: &str, members: &[&str]) -> String {
        created(self.post("/Groups", &group(name, members)).await)
    }

    /// Sets a user's `active` with a PATCH request.
    pub async fn set_active(&self, id: &str, active: bool) -> Answer {
        let operation = json!([{ "op": "replace", "value": { "active": active } }]);
        self.patch(&format!("/Users/{id}"), operation).await
    }

    /// Adds a user to a group.
    pub async fn add(&self, group: &str, user: &str) {
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
        self.change_members(group, add).await;
    }

    /// Removes a user from a group.
    pub async fn remove(&self, group: &str, user: &str) {
        let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{user}\"]") }]);
        self.change_members(group, remove).await;
    }

    /// Some clients are answered with the group, others without.
    async fn change_members(&self, group: &str, operations: Value) {
        let answer = self.patch(&format!("/Groups/{group}"), operations).await;
        assert!([200, 204].contains(&answer.status), "{} {}", answer.status, answer.body);
    }

    /// The ids of a group's members as the client sees them, sorted.
    pub async fn members(&self, group: &str) -> Vec<String> {
        let group = self.get(&format!("/Groups/{group}")).await.expect(200);
        let members = group["members"].as_array().into_iter().flatten();
        let mut ids: Vec<String> = members.map(|member| member["value"].as_str().unwrap().to_owned()).collect();
        ids.sort();
        ids
    }

    /// Sends a request that `with` completes, with this token, and returns the status of the answer.
    pub async fn send_raw(
        &self,
        method: &str,
        path: &str,
        token: &str,
        with: impl FnOnce(HttpRequest) -> HttpRequest,
    ) -> u16 {
        let request = HttpRequest::new(method, format!("{}/{INSTANCE}/scim/v2{path}", self.url()));
        let request = with(request.header("authorization", format!("Bearer {token}")));
        self.http.send(request).await.unwrap().status
    }

    /// What the gateway answers outside its SCIM paths, such as at `/metrics`.
    pub async fn operator_page(&self, path: &str) -> HttpAnswer {
        self.http.send(HttpRequest::new("GET", format!("{}{path}", self.url()))).await.unwrap()
    }

    async fn send(
        &self,
        url: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &Value,
    ) -> Result<Answer, HttpError> {
        let request = HttpRequest::new(method, format!("{url}/{INSTANCE}/scim/v2{path}"))
            .header("authorization", format!("Bearer {}", self.instance.token))
            .header("user-agent", self.client.user_agent());
        let request = headers.iter().fold(request, |request, (name, value)| request.header(name, *value));
        let request = if body.is_null() { request } else { request.json(body) };
        let HttpAnswer { status, headers, body } = self.http.send(request).await?;
        Ok(Answer { status, headers, body: serde_json::from_str(&body).unwrap_or_default() })
    }
}

fn created(answer: Answer) -> String {
    answer.expect(201)["id"].as_str().unwrap().to_owned()
}
