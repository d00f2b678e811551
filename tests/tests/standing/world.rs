//! What an identity provider does, and what the app then holds.

use scim_gateway_tests::gateway_process::GatewayConfig;
use scim_gateway_tests::system::Plan;
use serde_json::{Value, json};

pub(crate) use crate::one_instance::World;
use crate::one_instance::{APP, Answer, OKTA};

pub(crate) const SPLASHTOP_USER: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";

impl World {
    pub(crate) async fn start(connector: &str) -> Self {
        Self::on_store(connector, None).await
    }

    pub(crate) async fn with_policy(connector: &str, policy: &str) -> Self {
        let mut plan = Plan::new(APP, connector);
        plan.options.group_policy = Some(policy.to_owned());
        Self::start_with(OKTA, plan, |_| ()).await
    }

    /// With a store of its own: `postgres://…`.
    pub(crate) async fn on_store(connector: &str, store: Option<&str>) -> Self {
        let configure = |config: &mut GatewayConfig| store.into_iter().for_each(|store| config.store(store));
        Self::start_with(OKTA, Plan::new(APP, connector), configure).await
    }

    pub(crate) async fn patch(&self, path: &str, operations: Value) -> Answer {
        self.call("PATCH", path, &patch(operations)).await
    }

    pub(crate) async fn find(&self, endpoint: &str, filter: &str) -> Vec<Value> {
        let filter: String = url::form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let list = self.get(&format!("{endpoint}?filter={filter}")).await.expect(200);
        list["Resources"].as_array().cloned().unwrap_or_default()
    }

    /// A user of that name; answers the id.
    pub(crate) async fn user(&self, name: &str) -> String {
        let user = self.post("/Users", &user(name)).await.expect(201);
        user["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn group(&self, name: &str, members: &[&str]) -> String {
        let group = self.post("/Groups", &group(name, members)).await.expect(201);
        group["id"].as_str().unwrap().to_owned()
    }

    pub(crate) async fn set_active(&self, id: &str, active: bool) -> Answer {
        let operation = json!([{ "op": "replace", "value": { "active": active } }]);
        self.patch(&format!("/Users/{id}"), operation).await
    }

    pub(crate) async fn add(&self, group: &str, user: &str) {
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": user }] }]);
        self.patch(&format!("/Groups/{group}"), add).await.expect(204);
    }

    pub(crate) async fn remove(&self, group: &str, user: &str) {
        let remove = json!([{ "op": "remove", "path": format!("members[value eq \"{user}\"]") }]);
        self.patch(&format!("/Groups/{group}"), remove).await.expect(204);
    }

    /// The ids of the members that the client is shown, in order.
    pub(crate) async fn members(&self, group: &str) -> Vec<String> {
        let group = self.get(&format!("/Groups/{group}")).await.expect(200);
        let mut members: Vec<String> = group["members"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|member| member["value"].as_str().unwrap().to_owned())
            .collect();
        members.sort();
        members
    }

    /// The names of the app's users, in order.
    pub(crate) fn app_users(&self) -> Vec<String> {
        names(&self.app().state()["users"], "userName")
    }

    /// The names of the users in a group of the app, in order.
    pub(crate) fn app_members(&self, group: &str) -> Vec<String> {
        let state = self.app().state();
        let groups = state["groups"].as_array().unwrap();
        let found = groups.iter().find(|each| each["displayName"] == group).unwrap();
        names(&found["members"], "display")
    }
}

pub(crate) fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", SPLASHTOP_USER],
        "userName": name,
        "externalId": format!("e-{name}"),
        "active": true,
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "displayName": "Ada Lovelace",
        SPLASHTOP_USER: { "ssoName": "Okta SSO" },
    })
}

pub(crate) fn group(name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": name,
        "members": members,
    })
}

pub(crate) fn patch(operations: Value) -> Value {
    let mut message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"] });
    message["Operations"] = operations;
    message
}

fn names(list: &Value, attribute: &str) -> Vec<String> {
    let mut names: Vec<String> =
        list.as_array().unwrap().iter().map(|each| each[attribute].as_str().unwrap().to_owned()).collect();
    names.sort();
    names
}
