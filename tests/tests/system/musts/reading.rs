//! Reading: RFC 7644 §3.4, §3.8, §3.13.

use scim_gateway_tests::world::{ENTERPRISE_USER, World, column, patch, user};
use serde_json::{Value, json};

const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";

#[tokio::test]
async fn a_search_that_finds_nothing_is_a_success() {
    let world = World::exact("askspoke").await;
    for filter in ["userName eq \"nobody@example.com\"", "title co \"nothing\""] {
        let list = world.list("/Users", &[("filter", filter)]).await.expect(200);
        assert_eq!(list["schemas"], json!(["urn:ietf:params:scim:api:messages:2.0:ListResponse"]));
        assert_eq!(list["totalResults"], 0, "{filter}");
    }
}

#[tokio::test]
async fn a_page_is_within_bounds_and_says_where_it_is() {
    let world = World::exact("askspoke").await;
    for number in 0..5 {
        world.user(&format!("u{number}@example.com")).await;
    }
    for (start, count, (found, said)) in [
        ("1", "2", (2, 1)),
        ("4", "10", (2, 4)),
        ("0", "1", (1, 1)),
        ("-7", "1", (1, 1)),
        ("1", "0", (0, 1)),
        ("1", "-1", (0, 1)),
        ("6", "5", (0, 6)),
    ] {
        let list = world.list("/Users", &[("startIndex", start), ("count", count)]).await.expect(200);
        assert_eq!(list["totalResults"], 5, "{start} {count}");
        assert_eq!(list["itemsPerPage"], found, "{start} {count}");
        assert_eq!(list["startIndex"], said, "{start} {count}");
        assert_eq!(list["Resources"].as_array().map_or(0, Vec::len), found, "{start} {count}");
    }
}

#[tokio::test]
async fn a_part_is_answered_with_what_is_always_returned() {
    let world = World::exact("askspoke").await;
    let path = format!("/Users/{}", world.user("a@example.com").await);
    let keys = |body: &Value| body.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let part = world.get(&format!("{path}?attributes=displayName")).await.expect(200);
    let found = keys(&part);
    for always in ["schemas", "id", "displayName"] {
        assert!(found.contains(&always.to_owned()), "{found:?}");
    }
    for other in ["userName", "emails", "name", "active"] {
        assert!(!found.contains(&other.to_owned()), "{found:?}");
    }
    let rest = world.get(&format!("{path}?excludedAttributes=id,displayName,emails")).await.expect(200);
    let found = keys(&rest);
    assert!(found.contains(&"id".to_owned()) && found.contains(&"userName".to_owned()), "{found:?}");
    assert!(!found.contains(&"displayName".to_owned()) && !found.contains(&"emails".to_owned()), "{found:?}");
    let both = world.get(&format!("{path}?attributes=id&excludedAttributes=emails")).await;
    assert_eq!(both.status, 400, "{}", both.body);
    let created = world.post("/Users?attributes=userName", &user("b@example.com")).await.expect(201);
    assert!(!keys(&created).contains(&"name".to_owned()), "{created}");
}

#[tokio::test]
async fn answers_are_scim_json_whatever_of_it_is_accepted() {
    let world = World::exact("askspoke").await;
    for accept in ["application/scim+json", "application/json", "*/*"] {
        let answer = world.call_with("GET", "/Users", &[("accept", accept)], &Value::Null).await;
        assert_eq!(answer.status, 200);
        assert!(answer.headers["content-type"].starts_with("application/scim+json"), "{accept}");
    }
    let name = json!({ "userName": "ä@example.com", "displayName": "Ådå Lövelace 🦀" });
    let id = world.post("/Users", &name).await.expect(201)["id"].as_str().unwrap().to_owned();
    assert_eq!(world.get(&format!("/Users/{id}")).await.expect(200)["displayName"], "Ådå Lövelace 🦀");
}

#[tokio::test]
async fn another_version_of_the_protocol_is_refused() {
    let world = World::exact("askspoke").await;
    let id = world.user("a@example.com").await;
    // The client's paths are below /app/scim/v2.
    for version in ["v1", "v3", "v2.1"] {
        let answer = world.get(&format!("/../{version}/Users/{id}")).await;
        assert!(answer.status == 404, "{version}: {}", answer.status);
    }
}

#[tokio::test]
async fn every_location_that_is_answered_can_be_read() {
    let world = World::exact("askspoke").await;
    world.user("a@example.com").await;
    world.post("/Groups", &json!({ "displayName": "g" })).await.expect(201);
    for endpoint in ["/Users", "/Groups", "/ResourceTypes", "/Schemas"] {
        let list = world.get(endpoint).await.expect(200);
        let resources = list["Resources"].as_array().unwrap();
        assert!(!resources.is_empty(), "{endpoint}");
        for resource in resources {
            let location = resource["meta"]["location"].as_str().unwrap_or_else(|| panic!("{resource}"));
            let path = location.split_once("/app/scim/v2").unwrap().1;
            assert_eq!(&world.get(path).await.expect(200)["id"], &resource["id"], "{location}");
        }
    }
}

#[tokio::test]
async fn schemas_say_what_a_resource_has() {
    let world = World::exact("askspoke").await;
    let plain = world.user("a@example.com").await;
    let mut employed = user("b@example.com");
    employed["schemas"] = json!([ENTERPRISE_USER, USER]);
    employed[ENTERPRISE_USER] = json!({ "department": "Sales" });
    let employed = world.post("/Users", &employed).await.expect(201)["id"].as_str().unwrap().to_owned();
    for (id, extended) in [(plain, false), (employed, true)] {
        let user = world.get(&format!("/Users/{id}")).await.expect(200);
        let schemas: Vec<&str> = user["schemas"].as_array().unwrap().iter().map(|urn| urn.as_str().unwrap()).collect();
        assert!(schemas.contains(&USER), "{user}");
        assert_eq!(
            (schemas.contains(&ENTERPRISE_USER), user.get(ENTERPRISE_USER).is_some()),
            (extended, extended),
            "{user}"
        );
        let mut once = schemas.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(once.len(), schemas.len(), "each once: {user}");
        for key in user.as_object().unwrap().keys().filter(|key| key.starts_with("urn:")) {
            assert!(schemas.contains(&key.as_str()), "{user}");
        }
    }
}

#[tokio::test]
async fn a_password_goes_nowhere() {
    for connector in ["askspoke", "samanage", "splashtop"] {
        let world = World::exact(connector).await;
        let mut ada = user("a@example.com");
        ada["password"] = json!("t1meMa$heen");
        if connector == "splashtop" {
            let extension = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";
            ada[extension] = json!({ "ssoName": "Okta SSO" });
        }
        let created = world.post("/Users", &ada).await.expect(201);
        let path = format!("/Users/{}", created["id"].as_str().unwrap());
        let change = patch(json!([{ "op": "replace", "path": "displayName", "value": "Other" }]));
        world.call("PATCH", &path, &change).await;
        let read = world.get(&format!("{path}?attributes=password,userName")).await.expect(200);
        let calls = format!("{:?}", world.instance.app.calls());
        for text in [created.to_string(), read.to_string(), calls, world.log()] {
            assert!(!text.contains("t1meMa$heen"), "{connector}: {text}");
        }
        assert_eq!(read.get("password"), None);
        let list = world.get("/Users").await.expect(200);
        assert!(column(&list, "password").iter().all(|password| password.is_empty()));
    }
}
