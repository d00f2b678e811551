//! What a client that says what the RFCs say does.

use scim_gateway_tests::http::HttpRequest;
use scim_gateway_tests::system::Plan;
use serde_json::{Value, json};

use crate::one_instance::APP;
pub(crate) use crate::one_instance::{Answer, World};

pub(crate) const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

impl Answer {
    pub(crate) fn etag(&self) -> String {
        self.headers.get("etag").cloned().unwrap_or_default()
    }

    /// Status and `scimType` of an error.
    pub(crate) fn error(&self) -> (u16, Option<&str>) {
        (self.status, self.body["scimType"].as_str())
    }
}

impl World {
    pub(crate) async fn start(connector: &str) -> Self {
        Self::start_with("tests", Plan::new(APP, connector), |_| ()).await
    }

    /// The rows of the provisioning log of what was refused or broke, the oldest first.
    pub(crate) fn failed_rows(&self) -> Vec<Value> {
        let rows = self.command(&["log", "--json", "--outcome", "failed"]);
        rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// A request as it is, with this token; the status of the answer.
    pub(crate) async fn send_raw(
        &self,
        method: &str,
        path: &str,
        token: &str,
        with: impl FnOnce(HttpRequest) -> HttpRequest,
    ) -> u16 {
        let request = HttpRequest::new(method, format!("{}/{APP}/scim/v2{path}", self.url()));
        let request = with(request.header("authorization", format!("Bearer {token}")));
        self.http.send(request).await.unwrap().status
    }

    /// A list with these query parameters.
    pub(crate) async fn list(&self, endpoint: &str, parameters: &[(&str, &str)]) -> Answer {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
        self.get(&format!("{endpoint}?{query}")).await
    }

    /// Creates a user and answers the id.
    pub(crate) async fn user(&self, name: &str) -> String {
        self.post("/Users", &user(name)).await.expect(201)["id"].as_str().unwrap().to_owned()
    }
}

pub(crate) fn user(name: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": name,
        "emails": [{ "type": "work", "value": name }],
        "name": { "givenName": "Ada", "familyName": "Lovelace" },
        "displayName": "Ada Lovelace",
    })
}

pub(crate) fn patch(operations: &Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": operations })
}

/// What an attribute of a list's resources holds.
pub(crate) fn column<'a>(list: &'a Value, attribute: &str) -> Vec<&'a str> {
    list["Resources"].as_array().unwrap().iter().map(|each| each[attribute].as_str().unwrap_or_default()).collect()
}
