//! Credentials, rights, media types and the limit of calls.

use super::*;

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
