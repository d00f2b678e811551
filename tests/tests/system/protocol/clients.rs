//! What a client's profile changes in the answers, and what is the same for all.

use scim_gateway_tests::system::Plan;
use scim_gateway_tests::world::{Client, INSTANCE, World, group, patch, user};
use serde_json::{Value, json};

/// An instance whose client is configured.
async fn configured(connector: &str, client: &str) -> World {
    let mut plan = Plan::new(INSTANCE, connector);
    plan.options.client = Some(client.to_owned());
    World::start(Client::Exact, plan, |_| ()).await
}

#[tokio::test]
async fn a_path_may_be_in_another_case_unless_the_client_is_exact() {
    let world = World::exact("askspoke").await;
    let id = world.post("/users", &user("ada@example.com")).await.expect(201)["id"].as_str().unwrap().to_owned();
    let read = world.get(&format!("/USERS/{id}")).await.expect(200);
    assert!(read["meta"]["location"].as_str().unwrap().ends_with(&format!("/Users/{id}")), "{read}");
    for (path, status) in [
        ("/users", 200),
        ("/groups", 200),
        ("/serviceproviderconfig", 200),
        ("/schemas", 200),
        ("/resourcetypes", 200),
        ("/people", 404),
    ] {
        assert_eq!(world.get(path).await.status, status, "{path}");
    }
    let operations = json!([
        { "method": "PATCH", "path": format!("/users/{id}"), "data": patch(json!([{ "op": "replace", "path": "title", "value": "t" }])) },
        { "method": "POST", "path": "/groups", "bulkId": "g", "data": group("G", &[&id]) },
    ]);
    let answered = world.post("/bulk", &json!({ "Operations": operations })).await.expect(200);
    let answered = answered["Operations"].as_array().unwrap();
    assert_eq!((&answered[0]["status"], &answered[1]["status"]), (&json!("200"), &json!("201")), "{answered:?}");
    assert!(answered[0]["location"].as_str().unwrap().contains("/Users/"), "{answered:?}");
    let metrics = world.operator_page("/metrics").await.body;
    assert!(metrics.contains("leniency=\"paths-in-any-case\""), "{metrics}");

    let exact = configured("askspoke", "rfc").await;
    let refused = exact.get("/users").await;
    assert_eq!(refused.status, 404);
    let detail = refused.body["detail"].as_str().unwrap();
    assert!(detail.contains("write /Users") && detail.contains("paths-in-any-case"), "{detail}");
}

#[tokio::test]
async fn a_head_is_answered_like_the_get_without_the_body() {
    let world = World::exact("askspoke").await;
    let path = format!("/Users/{}", world.user("ada@example.com").await);
    for path in [
        path.as_str(),
        "/Users",
        "/Groups?count=1",
        "/",
        "/ServiceProviderConfig",
        "/Schemas",
        "/ResourceTypes/User",
        "/Users/nobody",
    ] {
        let (get, head) = (world.get(path).await, world.call("HEAD", path, &Value::Null).await);
        assert_eq!((head.status, &head.body), (get.status, &Value::Null), "{path}");
        for header in ["content-type", "content-length", "etag"] {
            assert_eq!(head.headers.get(header), get.headers.get(header), "{path} {header}");
        }
    }
    assert_eq!(world.call("HEAD", "/Bulk", &Value::Null).await.status, 405);
    assert_eq!(world.operator_page("/healthz").await.status, 200);
}

#[tokio::test]
async fn an_empty_count_says_nothing_and_a_blank_name_is_none() {
    let world = World::exact("askspoke").await;
    world.user("ada@example.com").await;
    let list = world.list("/Users", &[("count", ""), ("startIndex", "")]).await.expect(200);
    assert_eq!((&list["totalResults"], &list["startIndex"]), (&json!(1), &json!(1)));
    let mut blank = user("b@example.com");
    blank["userName"] = json!("  \t");
    let calls = world.app().calls().len();
    let path =
        format!("/Users/{}", world.find("/Users", "userName eq \"ada@example.com\"").await[0]["id"].as_str().unwrap());
    let renamed = json!([{ "op": "replace", "path": "userName", "value": " " }]);
    for (answer, what) in [
        (world.post("/Users", &blank).await, "POST"),
        (world.call("PUT", &path, &blank).await, "PUT"),
        (world.patch(&path, renamed).await, "PATCH"),
        (world.post("/Groups", &group(" ", &[])).await, "POST of a group"),
    ] {
        assert_eq!(answer.error(), (400, Some("invalidValue")), "{what}: {}", answer.body);
    }
    let writes = world.app().calls().into_iter().skip(calls).filter(|call| call.method != "GET").count();
    assert_eq!(writes, 0);
}

#[tokio::test]
async fn a_changed_group_is_shown_to_unknown_clients_and_not_to_those_who_prefer_204() {
    for connector in ["askspoke", "samanage"] {
        let world = World::exact(connector).await;
        let ada = world.user("ada@example.com").await;
        let path = format!("/Groups/{}", world.group("G", &[]).await);
        let add = json!([{ "op": "add", "path": "members", "value": [{ "value": ada }] }]);
        let shown = world.patch(&path, add.clone()).await.expect(200);
        assert_eq!(shown["members"][0]["value"], json!(ada), "{connector}: {shown}");
        for agent in [None, Some("Okta SCIM Client 1.0.0")] {
            let agent = [("user-agent", agent.unwrap_or(""))];
            let answer = world.call_with("PATCH", &path, &agent, &patch(add.clone())).await;
            assert_eq!(answer.expect(204), Value::Null, "{connector} {agent:?}");
        }
    }
}

#[tokio::test]
async fn a_put_without_members_keeps_them_unless_the_client_leaves_out_what_is_empty() {
    for connector in ["askspoke", "samanage"] {
        for (client, kept) in [("other", 1), ("entra", 1), ("okta", 1), ("rfc", 0), ("scim2-models", 0)] {
            let world = configured(connector, client).await;
            let ada = world.user("ada@example.com").await;
            let id = world.group("G", &[&ada]).await;
            let renamed = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "displayName": "H" });
            world.call("PUT", &format!("/Groups/{id}"), &renamed).await.expect(200);
            assert_eq!(world.members(&id).await.len(), kept, "{connector} {client}");
            // An empty list is one to everybody.
            let mut emptied = renamed.clone();
            emptied["members"] = json!([]);
            world.call("PUT", &format!("/Groups/{id}"), &emptied).await.expect(200);
            assert_eq!(world.members(&id).await.len(), 0, "{connector} {client}");
        }
    }
}

#[tokio::test]
async fn pagination_is_hidden_from_clients_that_refuse_it() {
    let world = World::exact("askspoke").await;
    let config = world.get("/ServiceProviderConfig").await.expect(200);
    assert_eq!(config["pagination"]["cursor"], true);
    let agent = [("user-agent", "python-httpx/0.28.1")];
    let mut short = world.call_with("GET", "/ServiceProviderConfig", &agent, &Value::Null).await.expect(200);
    assert_eq!(short.get("pagination"), None);
    short["pagination"] = config["pagination"].clone();
    assert_eq!(short, config, "nothing else is left out");
    let metrics = world.operator_page("/metrics").await.body;
    assert!(metrics.contains("leniency=\"without-pagination\""), "{metrics}");
}
