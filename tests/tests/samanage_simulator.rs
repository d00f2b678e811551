//! The Samanage simulator is as strict, and as odd, as the app that it stands for.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, clippy::needless_pass_by_value)]

use std::time::Duration;

use jiff::Timestamp;
use reqwest::{Client, Method, Response};
use scim_gateway_tests::simulators::{Kind, Simulator, control::Clock};
use serde_json::{Value, json};

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

#[tokio::test]
async fn a_missing_or_wrong_credential_is_401_without_a_body() {
    let app = Samanage::start().await;
    for (header, value) in [
        ("x-samanage-authorization", "Bearer wrong"),
        ("x-samanage-authorization", "secret"),
        ("authorization", "Bearer secret"),
        ("authorization", "Basic YWRtaW5AZXhhbXBsZS5jb206c2VjcmV0"),
    ] {
        let url = format!("{}/users.json", app.simulator.base_url);
        let response = app.http.get(url).header("accept", ACCEPT).header(header, value).send().await.unwrap();
        assert_eq!(response.headers().get("content-type"), None, "{value}");
        assert_eq!(read(response).await, (401, json!("")), "{value}");
    }
}

#[tokio::test]
async fn a_password_is_accepted_only_where_the_tenant_still_has_it() {
    let app = Samanage::start().await;
    app.switch(json!({"basic_auth": true}));
    let url = format!("{}/profile.json", app.simulator.base_url);
    for (password, expected) in [("secret", 200), ("wrong", 401)] {
        let request = app.http.get(&url).basic_auth("admin@example.com", Some(password));
        assert_eq!(request.send().await.unwrap().status(), expected);
    }
}

#[tokio::test]
async fn a_media_type_or_version_that_the_api_does_not_have_is_406() {
    let app = Samanage::start().await;
    let url = format!("{}/api.json", app.simulator.base_url);
    for (accept, expected) in [
        (ACCEPT, 200),
        ("application/vnd.samanage.v1.1+json", 200),
        ("application/json", 200),
        ("text/html, */*;q=0.1", 200),
        ("application/vnd.samanage.v3.0+json", 406),
        ("application/scim+json", 406),
        ("text/html", 406),
    ] {
        let request = app.http.get(&url).header("x-samanage-authorization", "Bearer secret").header("accept", accept);
        assert_eq!(request.send().await.unwrap().status(), expected, "{accept}");
    }
}

#[tokio::test]
async fn the_1001st_call_in_a_minute_is_429_with_only_retry_after() {
    let app = Samanage::start().await;
    for _ in 0..1000 {
        assert_eq!(app.get("/profile.json").await.0, 200);
    }
    app.simulator.advance(Duration::from_secs(17));
    let response = app.request(Method::GET, "/profile.json").send().await.unwrap();
    assert_eq!(header(&response, "retry-after"), "43");
    assert!(response.headers().keys().all(|name| !name.as_str().contains("ratelimit")));
    assert_eq!(response.status(), 429);
    app.simulator.advance(Duration::from_secs(43));
    assert_eq!(app.get("/profile.json").await.0, 200);
}

#[tokio::test]
async fn the_limit_of_calls_is_a_switch() {
    let app = Samanage::start().await;
    app.switch(json!({"calls_per_minute": 1}));
    assert_eq!(app.get("/profile.json").await.0, 200);
    assert_eq!(app.get("/profile.json").await.0, 429);
    app.switch(json!({"calls_per_minute": null}));
    assert_eq!(app.get("/profile.json").await.0, 200);
}

#[tokio::test]
async fn a_token_carries_its_owners_rights_and_dies_with_him() {
    let app = Samanage::start().await;
    let owner = app.get("/profile.json").await.1;
    let path = format!("/users/{}.json", owner["id"]);
    app.put(&path, json!({"user": {"role": {"name": "Requester"}}})).await;
    assert_eq!(app.get("/users.json").await.0, 403);
    assert_eq!(app.get("/profile.json").await.0, 200);
    app.simulator.reset();
    app.put(&path, json!({"user": {"disabled": true}})).await;
    assert_eq!(app.get("/profile.json").await, (401, json!("")));
}

#[tokio::test]
async fn the_entry_point_lists_the_collections() {
    let app = Samanage::start().await;
    let (status, list) = app.get("/api.json").await;
    assert_eq!(status, 200);
    assert_eq!(list[0], json!({"name": "Users List", "href": format!("{}/users.json", app.simulator.base_url)}));
}

#[tokio::test]
async fn a_path_without_json_leads_nowhere() {
    let app = Samanage::start().await;
    for path in ["/users", "/users/1", "/users.xml", "/tickets.json", "/scim/v2/Users"] {
        assert_eq!(app.get(path).await.0, 404, "{path}");
    }
    assert_eq!(app.send(Method::PATCH, "/users/1.json", json!({"user": {}})).await.0, 404);
}

#[tokio::test]
async fn a_user_is_created_and_read_in_different_shapes() {
    let app = Samanage::start().await;
    let fields = json!({
        "name": "Ada Lovelace", "email": "ada@example.com", "title": "Engineer", "disabled": false, "phone": "+1", "mobile_phone": "+2",
        "role": {"name": "Requester"}, "site": {"name": "Site 1a"}, "department": {"name": "Support"},
        "reports_to": {"email": "ADMIN@example.com"},
        "custom_fields_values": {"custom_fields_value": [{"name": "Employee ID", "value": "001"}]},
    });
    let (status, user) = app.post("/users.json", json!({ "user": fields })).await;
    assert_eq!(status, 200);
    assert_eq!(app.get(&format!("/users/{}.json", user["id"])).await, (200, user.clone()));
    for (pointer, expected) in [
        ("/name", json!("Ada Lovelace")),
        ("/email", json!("ada@example.com")),
        ("/role/name", json!("Requester")),
        ("/role/portal", json!(false)),
        ("/site/name", json!("Site 1a")),
        ("/department/name", json!("Support")),
        ("/reports_to/email", json!("admin@example.com")),
        ("/reports_to/is_user", json!(true)),
        ("/custom_fields_values/0/value", json!("001")),
        ("/custom_fields_values/0/type_name", json!("Text")),
        ("/avatar/initials", json!("AL")),
        ("/created_at", json!("1969-12-31T17:00:00.000-07:00")),
    ] {
        assert_eq!(user.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert!(user["salt"].is_string() && user["id"].is_u64());
}

#[tokio::test]
async fn what_a_user_needs_is_refused_in_native_shapes_that_differ() {
    let app = Samanage::start().await;
    app.user("Ada", "ada@example.com").await;
    for (user, expected) in [
        (json!({"name": "A"}), json!({"email": ["can't be blank"]})),
        (json!({"email": "a@b.c"}), json!({"name": ["can't be blank"]})),
        (json!({"name": "A", "email": "ab.c"}), json!({"errors": [{"attribute": "email", "message": "is invalid"}]})),
        (json!({"name": "A", "email": "ADA@example.com"}), json!({"email": ["has already been taken"]})),
    ] {
        assert_eq!(app.post("/users.json", json!({ "user": user })).await, (422, expected));
    }
    assert_eq!(app.post("/users.json", json!({"name": "A", "email": "a@b.c"})).await.0, 400);
    assert_eq!(read(app.request(Method::POST, "/users.json").body("{").send().await.unwrap()).await.0, 400);
    assert_eq!(app.get("/users/1.json").await.0, 404);
    assert_eq!(app.delete("/users/1.json").await.0, 422, "an unknown user is not a 404 when he is deleted");
    assert_eq!(app.delete("/groups/1.json").await.0, 404);
}

#[tokio::test]
async fn a_put_is_partial_and_empty_clears() {
    let app = Samanage::start().await;
    let fields = json!({"name": "Ada", "email": "ada@example.com", "title": "Engineer", "phone": "+1",
        "site": {"name": "AUS"}, "department": {"name": "Support"}, "reports_to": {"email": "admin@example.com"}});
    let user = app.post("/users.json", json!({ "user": fields })).await.1;
    let path = format!("/users/{}.json", user["id"]);
    let changes = json!({"title": "", "site": "nil", "department": null, "reports_to": "", "no_such_field": 1});
    let (status, changed) = app.put(&path, json!({ "user": changes })).await;
    assert_eq!(status, 200);
    let mut expected = user;
    for (field, value) in
        [("title", json!("")), ("site", json!(null)), ("department", json!(null)), ("reports_to", json!(null))]
    {
        expected[field] = value;
    }
    assert_eq!(changed, expected);
}

#[tokio::test]
async fn disabling_takes_booleans_as_rails_does() {
    let app = Samanage::start().await;
    let path = format!("/users/{}.json", app.user("Ada", "ada@example.com").await["id"]);
    for (value, expected) in [(json!(true), true), (json!("false"), false), (json!("False"), true), (json!(null), true)]
    {
        let user = app.put(&path, json!({"user": {"disabled": value}})).await.1;
        assert_eq!(user["disabled"], json!(expected), "{value}");
    }
}

#[tokio::test]
async fn an_ill_shaped_value_is_ignored_with_200() {
    let app = Samanage::start().await;
    let path = format!("/users/{}.json", app.user("Ada", "ada@example.com").await["id"]);
    for fields in [
        json!({"department": "Support"}),
        json!({"role": "Administrator"}),
        json!({"custom_fields_values": [{"name": "Employee ID", "value": "001"}]}),
        json!({"title": {"name": "Engineer"}}),
    ] {
        let before = app.get(&path).await;
        assert_eq!(app.put(&path, json!({"user": fields.clone()})).await, before, "{fields}");
    }
}

#[tokio::test]
async fn a_user_without_a_role_gets_a_licensed_one() {
    let app = Samanage::start().await;
    let create = |email: &str| json!({"user": {"name": "Ada", "email": email}});
    assert_eq!(app.post("/users.json", create("a@b.c")).await.1["role"]["name"], "Service Agent User");
    app.switch(json!({"default_role": "Requester"}));
    assert_eq!(app.post("/users.json", create("b@b.c")).await.1["role"]["name"], "Requester");
}

#[tokio::test]
async fn an_unknown_reference_is_ignored_refused_or_created_as_switched() {
    let app = Samanage::start().await;
    let path = format!("/users/{}.json", app.user("Ada", "ada@example.com").await["id"]);
    let unknown = |field: &str| {
        let reference = if field == "reports_to" { json!({"id": 7}) } else { json!({"name": "Moon"}) };
        json!({"user": {field: reference}})
    };
    for (switch, field, status, created) in [
        ("ignore", "department", 200, false),
        ("ignore", "site", 200, false),
        ("ignore", "role", 200, false),
        ("ignore", "reports_to", 200, false),
        ("422", "department", 422, false),
        ("422", "site", 422, false),
        ("422", "role", 422, false),
        ("422", "reports_to", 422, false),
        ("autocreate", "department", 200, true),
        ("autocreate", "site", 200, true),
        ("autocreate", "role", 200, false),
        ("autocreate", "reports_to", 200, false),
    ] {
        app.switch(json!({"unknown_ref": switch}));
        let (answered, _) = app.put(&path, unknown(field)).await;
        let user = app.get(&path).await.1;
        assert_eq!((answered, user[field]["name"] == "Moon"), (status, created), "{switch} {field}");
    }
    assert!(names(&app.get("/sites.json").await.1).contains(&"Moon"));
}

#[tokio::test]
async fn records_are_wrapped_and_ids_are_strings_where_switched() {
    let app = Samanage::start().await;
    let id = app.user("Ada", "ada@example.com").await["id"].as_u64().unwrap();
    app.switch(json!({"wrap_records": true, "ids_as_strings": true, "create_status": 201}));
    let list = app.get("/users.json?email=ada@example.com").await.1;
    let user = &list[0]["user"];
    assert_eq!(user["id"], json!(id.to_string()));
    assert!(user["group_ids"][0].is_string() && user["role"]["id"].is_string());
    assert_eq!(app.get(&format!("/users/{id}.json")).await.1["user"], *user);
    let (status, group) = app.post("/groups.json", json!({"group": {"name": "Tier 1"}})).await;
    assert_eq!(status, 201);
    assert!(group["group"]["id"].is_string());
}

#[tokio::test]
async fn the_email_filter_finds_exactly_or_by_its_beginning_as_switched() {
    let app = Samanage::start().await;
    for email in ["ada@example.com", "ada@example.com.au", "ada+x@example.com"] {
        app.user("Ada", email).await;
    }
    for (switch, query, expected) in [
        ("exact", "email=ADA@example.com", 1),
        ("exact", "email=ada%2Bx@example.com", 1),
        ("exact", "email=ada+x@example.com", 0),
        ("exact", "email[]=ada@example.com&email[]=ada@example.com.au", 2),
        ("prefix", "email=ada@example.com", 2),
        ("prefix", "email=nobody", 0),
        ("exact", "email=", 4),
    ] {
        app.switch(json!({"email_filter": switch}));
        let found = app.get(&format!("/users.json?{query}")).await.1;
        assert_eq!(found.as_array().unwrap().len(), expected, "{switch} {query}");
    }
}

#[tokio::test]
async fn users_are_filtered_and_sorted_by_what_the_clients_use() {
    let app = Samanage::start().await;
    app.user("Ada Lovelace", "ada@example.com").await;
    let fields = json!({"name": "Grace Hopper", "email": "grace@example.com", "title": "Rear Admiral", "disabled": true,
        "department": {"name": "Sales"}});
    app.post("/users.json", json!({ "user": fields })).await;
    let role = app.get("/roles.json").await.1[3]["id"].clone();
    for (query, expected) in [
        ("name=ada%20lovelace", vec!["Ada Lovelace"]),
        ("name=*a*", vec!["Ada Lovelace", "Grace Hopper"]),
        ("name=ada", vec![]),
        ("title=*admiral", vec!["Grace Hopper"]),
        ("department[]=Sales", vec!["Grace Hopper"]),
        (&format!("role[]={role}"), vec!["Ada Lovelace"]),
        ("enabled[]=0", vec!["Grace Hopper"]),
        ("name=*a*&sort_by=name&sort_order=DESC", vec!["Grace Hopper", "Ada Lovelace"]),
        ("created_from=2017-01-01&created_to=2018-01-01", vec!["Token Owner"]),
        ("updated_to=1970-01-01T00:00:00Z&email=ada@example.com", vec!["Ada Lovelace"]),
    ] {
        assert_eq!(names(&app.get(&format!("/users.json?{query}")).await.1), expected, "{query}");
    }
    app.simulator.advance(Duration::from_secs(8 * 3600));
    let recent = app.get("/users.json?updated=7h&name=*a*").await.1;
    assert_eq!(names(&recent), Vec::<&str>::new());
}

#[tokio::test]
async fn a_list_comes_in_pages_whose_headers_say_where_one_is() {
    let app = Samanage::start().await;
    app.simulator.seed(20_000);
    let response = app.request(Method::GET, "/users.json?name=Seeded*&page=2").send().await.unwrap();
    for (name, expected) in
        [("x-per-page", "25"), ("x-current-page", "2"), ("x-total-count", "20000"), ("x-total-pages", "800")]
    {
        assert_eq!(header(&response, name), expected, "{name}");
    }
    let link = header(&response, "link").to_owned();
    let page = |number: u32, relation: &str| {
        let base = &app.simulator.base_url;
        format!("<{base}/users.json?name=Seeded*&page={number}&per_page=25>; rel=\"{relation}\"")
    };
    assert_eq!(link, [page(1, "first"), page(1, "prev"), page(3, "next"), page(800, "last")].join(", "));
    assert_eq!(names(&read(response).await.1)[0], "Seeded User 26");
    assert_eq!(app.get("/users.json?page=9999").await, (200, json!([])));
}

#[tokio::test]
async fn a_page_larger_than_the_app_allows_is_cut_down_in_silence() {
    let app = Samanage::start().await;
    app.simulator.seed(200);
    for (switch, expected) in [(100, 100), (30, 30)] {
        app.switch(json!({"max_page_size": switch}));
        let response = app.request(Method::GET, "/users.json?per_page=500").send().await.unwrap();
        assert_eq!(header(&response, "x-per-page"), expected.to_string());
        assert_eq!(read(response).await.1.as_array().unwrap().len(), expected);
    }
}

#[tokio::test]
async fn every_user_has_a_group_of_his_own_among_the_groups() {
    let app = Samanage::start().await;
    let user = app.user("Ada", "ada@example.com").await;
    let groups = app.get("/groups.json?name=Ada").await.1;
    assert_eq!(groups[0]["is_user"], true);
    assert_eq!(groups[0]["email"], "ada@example.com");
    assert_eq!(user["group_ids"], json!([groups[0]["id"]]));
    let path = format!("/groups/{}.json", groups[0]["id"]);
    assert_eq!(app.delete(&path).await.0, 403);
    assert_eq!(app.join(&groups[0]["id"], &user["id"].to_string()).await.0, 403);
    app.switch(json!({"shadow_groups": false}));
    assert_eq!(app.get("/groups.json?name=Ada").await.1, json!([]));
    app.delete(&format!("/users/{}.json", user["id"])).await;
    assert_eq!(app.get(&path).await.0, 404);
}

#[tokio::test]
async fn queues_are_among_the_groups_where_switched() {
    let app = Samanage::start().await;
    let queues = app.get("/groups.json?name=incident*").await.1;
    assert_eq!(queues[0]["type"], "AssignableQueueGroup");
    app.switch(json!({"queue_groups": false}));
    assert_eq!(app.get("/groups.json?name=incident*").await.1, json!([]));
}

#[tokio::test]
async fn a_group_is_created_changed_and_deleted() {
    let app = Samanage::start().await;
    let owner = app.get("/profile.json").await.1;
    let fields = json!({"name": "Tier 1", "description": "First line", "superviser_id": owner["id"]});
    let group = app.post("/groups.json", json!({ "group": fields })).await.1;
    assert_eq!(group["reports_to"]["email"], "admin@example.com");
    assert_eq!((&group["is_user"], &group["memberships"]), (&json!(false), &json!([])));
    let path = format!("/groups/{}.json", group["id"]);
    let renamed = app.put(&path, json!({"group": {"name": "Tier 2"}})).await.1;
    assert_eq!((&renamed["name"], &renamed["description"]), (&json!("Tier 2"), &json!("First line")));
    assert_eq!(app.post("/groups.json", json!({"group": {"name": ""}})).await.0, 422);
    assert_eq!(app.group("Tier 2").await["name"], "Tier 2", "names need not be unique");
    assert_eq!(app.delete(&path).await, (200, json!({"messages": {"message": "Deleted group"}})));
    assert_eq!(app.get(&path).await.0, 404);
}

#[tokio::test]
async fn members_join_by_query_and_leave_by_the_memberships_id() {
    let app = Samanage::start().await;
    let group = app.group("Tier 1").await["id"].clone();
    let (ada, grace) = (app.user("Ada", "ada@example.com").await, app.user("Grace", "grace@example.com").await);
    let (status, joined) = app.join(&group, &format!("{},{}", ada["id"], grace["id"])).await;
    assert_eq!(status, 200);
    let read_back = app.get(&format!("/groups/{group}.json")).await.1;
    assert_eq!(read_back["memberships"], joined);
    assert_eq!(joined[0], json!({"id": joined[0]["id"], "user": "Ada", "type": "User"}));
    let user = app.get(&format!("/users/{}.json", ada["id"])).await.1;
    assert_eq!(user["group_ids"], json!([ada["group_ids"][0], group]));
    assert_eq!(app.join(&group, &ada["id"].to_string()).await, (200, json!([])), "joining twice is joining once");
    let path = format!("/memberships/{}.json", joined[0]["id"]);
    assert_eq!(app.delete(&path).await, (200, json!({"messages": {"message": "Deleted membership"}})));
    assert_eq!(app.delete(&path).await.0, 404);
    assert_eq!(app.get(&format!("/groups/{group}.json")).await.1["memberships"], json!([joined[1]]));
}

#[tokio::test]
async fn a_membership_is_refused_with_a_body_or_with_unknown_ids() {
    let app = Samanage::start().await;
    let group = app.group("Tier 1").await["id"].clone();
    let user = app.user("Ada", "ada@example.com").await["id"].clone();
    let path = format!("/memberships.json?group_id={group}&user_ids={user}");
    assert_eq!(app.post(&path, json!({"membership": {}})).await.0, 400);
    assert_eq!(app.post("/memberships.json", json!({"group_id": group, "user_ids": [user]})).await.0, 400);
    assert_eq!(app.join(&group, "").await.0, 400);
    assert_eq!(app.join(&json!(1), &user.to_string()).await.0, 404);
    assert_eq!(app.join(&group, &format!("{user},1")).await.0, 422);
    assert_eq!(app.get(&format!("/groups/{group}.json")).await.1["memberships"], json!([]));
}

#[tokio::test]
async fn a_member_is_a_name_or_an_object_as_switched() {
    let app = Samanage::start().await;
    let group = app.group("Tier 1").await["id"].clone();
    let user = app.user("Ada", "ada@example.com").await;
    app.switch(json!({"membership_user": "object", "membership_answer": "empty"}));
    assert_eq!(app.join(&group, &user["id"].to_string()).await, (200, json!("")));
    let member = &app.get(&format!("/groups/{group}.json")).await.1["memberships"][0]["user"];
    assert_eq!((&member["id"], &member["email"]), (&user["id"], &json!("ada@example.com")));
}

#[tokio::test]
async fn a_deleted_user_is_gone_from_everywhere() {
    let app = Samanage::start().await;
    let group = app.group("Tier 1").await["id"].clone();
    let user = app.user("Ada", "ada@example.com").await;
    app.join(&group, &user["id"].to_string()).await;
    let path = format!("/users/{}.json", user["id"]);
    assert_eq!(app.delete(&path).await, (200, json!({"messages": {"message": "Deleted user"}})));
    assert_eq!(app.get(&path).await.0, 404);
    assert_eq!(app.get(&format!("/groups/{group}.json")).await.1["memberships"], json!([]));
    app.user("Ada again", "ada@example.com").await;
}

#[tokio::test]
async fn roles_sites_and_departments_are_collections_alike() {
    let app = Samanage::start().await;
    for (collection, singular, seeds) in [
        ("roles", "role", vec!["Administrator", "Service Agent User", "Service Task User", "Requester"]),
        ("sites", "site", vec!["AUS", "Site 1a"]),
        ("departments", "department", vec!["Support", "Facilities", "Sales"]),
    ] {
        let list = format!("/{collection}.json");
        assert_eq!(names(&app.get(&list).await.1), seeds);
        let (status, created) = app.post(&list, json!({singular: {"name": "New", "description": "d", "odd": 1}})).await;
        assert_eq!((status, &created["description"], created.get("odd")), (200, &json!("d"), None));
        assert_eq!(app.post(&list, json!({singular: {"name": "New"}})).await.0, 422);
        assert_eq!(app.post(&list, json!({singular: {}})).await.0, 422);
        let path = format!("/{collection}/{}.json", created["id"]);
        assert_eq!(app.put(&path, json!({singular: {"name": "Newer"}})).await.1["name"], "Newer");
        let message = json!({"messages": {"message": format!("Deleted {singular}")}});
        assert_eq!(app.delete(&path).await, (200, message));
        assert_eq!(app.get(&path).await.0, 404);
    }
    let administrator = app.get("/roles.json").await.1[0]["id"].clone();
    assert_eq!(app.delete(&format!("/roles/{administrator}.json")).await.0, 422, "somebody has it");
}

#[tokio::test]
async fn resending_the_activation_mail_answers_something_that_is_not_json() {
    let app = Samanage::start().await;
    let user = app.user("Ada", "ada@example.com").await;
    let path = format!("/users/{}.json?send_activation_email=1&add_callbacks=1", user["id"]);
    assert_eq!(app.put(&path, json!({})).await, (200, json!(" ")));
}
