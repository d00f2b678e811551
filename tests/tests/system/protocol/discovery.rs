//! Discovery (RFC 7644 §4), and errors that concern no resource.

use scim_gateway_tests::world::World;
use serde_json::{Value, json};

#[tokio::test]
async fn discovery_tells_what_the_instance_does() {
    let world = World::exact("askspoke").await;
    let config = world.get("/ServiceProviderConfig/").await.expect(200);
    for ability in ["patch", "bulk", "filter", "sort", "etag"] {
        assert_eq!(config[ability]["supported"], true, "{ability}");
    }
    assert_eq!(config["bulk"]["maxOperations"], 100);
    assert_eq!(config["bulk"]["maxPayloadSize"], 1 << 20);
    assert_eq!(
        config["pagination"],
        json!({ "cursor": true, "index": true, "defaultPaginationMethod": "index", "defaultPageSize": 100,
            "maxPageSize": 200, "cursorTimeout": 3600 })
    );
    let user = world.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await.expect(200);
    let attribute = |name: &str| {
        let attributes = user["attributes"].as_array().unwrap();
        attributes.iter().find(|attribute| attribute["name"] == name).cloned()
    };
    assert_eq!(attribute("nickName"), None, "no rule takes it");
    assert_eq!(attribute("title").unwrap()["mutability"], "readWrite");
    assert_eq!(attribute("active").unwrap()["mutability"], "readWrite", "the gateway holds it");
    let parts = |name: &str| -> Vec<String> {
        let subs = attribute(name).unwrap()["subAttributes"].clone();
        subs.as_array().unwrap().iter().map(|sub| sub["name"].as_str().unwrap().to_owned()).collect()
    };
    assert!(!parts("name").contains(&"honorificPrefix".to_owned()));
    for part in ["value", "type", "primary"] {
        assert!(parts("emails").contains(&part.to_owned()), "{part}: {:?}", parts("emails"));
    }
    assert_eq!(world.get("/Schemas/urn:x").await.status, 404);
    assert_eq!(world.get("/ResourceTypes/User/").await.expect(200)["endpoint"], "/Users");
    for path in ["/Schemas", "/ResourceTypes", "/ServiceProviderConfig"] {
        assert_eq!(world.list(path, &[("filter", "id eq \"x\"")]).await.status, 403, "{path}");
    }
}

#[tokio::test]
async fn what_an_app_cannot_change_is_published_as_immutable() {
    let world = World::exact("splashtop").await;
    let user = world.get("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User").await.expect(200);
    let name = user["attributes"].as_array().unwrap().iter().find(|each| each["name"] == "userName").unwrap();
    assert_eq!(name["mutability"], "immutable");
}

#[tokio::test]
async fn errors_have_their_status_and_say_what_is_possible() {
    let world = World::exact("askspoke").await;
    let long = format!("/Users/{}", "x".repeat(1025));
    for (method, path, status, allow) in [
        ("DELETE", "/Users", 405, Some("GET, HEAD, POST")),
        ("POST", "/Users/1", 405, Some("GET, HEAD, PUT, PATCH, DELETE")),
        ("GET", "/Bulk", 405, Some("POST")),
        ("PUT", "/Schemas", 405, Some("GET, HEAD")),
        ("GET", "/Me", 501, None),
        ("POST", "/Me", 501, None),
        ("DELETE", "/Me/emails", 501, None),
        ("GET", "/Nothing", 404, None),
        ("GET", "/Users/1/name", 404, None),
        ("GET", "/Users/%ff", 400, None),
        ("POST", "/%ff", 400, None),
        ("DELETE", long.as_str(), 404, None),
    ] {
        let answer = world.call(method, path, &Value::Null).await;
        assert_eq!(
            (answer.status, answer.headers.get("allow").map(String::as_str)),
            (status, allow),
            "{method} {path}"
        );
        assert_eq!(answer.body["status"], status.to_string());
        assert_eq!(answer.headers["content-type"], "application/scim+json");
    }
    assert!(world.instance.app.calls().is_empty());
}
