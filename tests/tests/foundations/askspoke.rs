//! The askSpoke simulator, and what the SCIM simulators have in common.

use crate::scim::{Scim, group, op, user};
use reqwest::Method;
use scim_gateway_tests::simulators::Kind;
use serde_json::{Value, json};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
const SPOKE: &str = "urn:ietf:params:scim:schemas:extension:SpokeCustom:2.0:User";

async fn start() -> Scim {
    Scim::start(Kind::AskSpoke).await
}

async fn created(app: &Scim, fields: Value) -> Value {
    let (status, body) = app.post("/Users", user(fields)).await;
    assert_eq!(status, 201, "{body}");
    body
}

#[tokio::test]
async fn the_key_is_taken_as_switched_and_a_bad_one_is_403() {
    let app = start().await;
    for (switch, credential, expected) in [
        ("bearer", "Bearer secret", 200),
        ("bearer", "secret", 403),
        ("raw", "secret", 200),
        ("raw", "Bearer secret", 403),
        ("both", "secret", 200),
        ("both", "Bearer secret", 200),
        ("both", "Bearer wrong", 403),
    ] {
        app.simulator.switch(&json!({"auth": switch})).unwrap();
        let (status, body) = app.call(Method::GET, "/Users", credential, Value::Null).await;
        assert_eq!(status, expected, "{switch} {credential}");
        assert!(status == 200 || body["code"] == 11038, "{body}");
    }
}

#[tokio::test]
async fn a_user_is_created_found_and_shown_with_every_attribute_in_its_place() {
    let app = start().await;
    let manager = created(&app, json!({"userName": "boss@acme.com"})).await;
    let fields = json!({
        "userName": "ada", "externalId": "7", "title": "Engineer", "name": {"formatted": "Ada L", "givenName": "Ada", "familyName": "L"},
        "emails": [{"type": "home", "value": "h@acme.com"}, {"type": "work", "value": "ada@acme.com", "primary": true}],
        "addresses": [{"type": "work", "locality": "Austin", "region": "TX", "country": "US"}],
        ENTERPRISE: {"department": "Sales", "manager": {"value": manager["id"]}}, SPOKE: {"startDate": "2021-03-01"},
        "displayName": "not an attribute here",
    });
    let ada = created(&app, fields).await;
    let expected = json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE, SPOKE],
        "id": "602be9ab0000000000000002", "userName": "ada", "externalId": "7", "active": true, "title": "Engineer",
        "name": {"formatted": "Ada L", "givenName": "Ada", "familyName": "L"},
        "emails": [{"type": "work", "primary": true, "value": "ada@acme.com"}],
        "addresses": [{"type": "work", "primary": true, "locality": "Austin", "region": "TX", "country": "US"}],
        ENTERPRISE: {"department": "Sales", "manager": {"value": manager["id"]}}, SPOKE: {"startDate": "2021-03-01"},
        "groups": [], "meta": ada["meta"],
    });
    assert_eq!(ada, expected);
    let found = app.get("/Users?filter=userName%20eq%20%22ADA%22").await.1;
    assert_eq!(found["Resources"], json!([ada]));
    let (status, body) = app.post("/Users", user(json!({"userName": "Ada"}))).await;
    assert_eq!((status, &body["scimType"]), (409, &json!("uniqueness")));
}

#[tokio::test]
async fn a_patch_changes_what_it_names_and_makes_the_elements_it_needs() {
    let app = start().await;
    let ada =
        created(&app, json!({"userName": "ada", "title": "Engineer", "name": {"givenName": "A", "familyName": "L"}}))
            .await;
    let path = format!("/Users/{}", ada["id"].as_str().unwrap());
    let ops = vec![
        op("replace", "emails[type eq \"work\"].value", json!("a@acme.com")),
        op("add", "addresses[type eq \"work\"].locality", json!("Austin")),
        op("add", &format!("{ENTERPRISE}:manager"), json!("someone")),
        op("replace", "name", json!({"givenName": "Ada"})),
        json!({"op": "remove", "path": "title"}),
        json!({"op": "replace", "value": {"externalId": "7", ENTERPRISE: {"department": "Sales"}}}),
    ];
    let (status, body) = app.patch(&path, ops).await;
    assert_eq!(status, 200, "{body}");
    for (field, expected) in [
        ("emails", json!([{"type": "work", "primary": true, "value": "a@acme.com"}])),
        ("addresses", json!([{"type": "work", "primary": true, "locality": "Austin"}])),
        (ENTERPRISE, json!({"department": "Sales", "manager": {"value": "someone"}})),
        ("name", json!({"givenName": "Ada"})),
        ("title", Value::Null),
        ("externalId", json!("7")),
    ] {
        assert_eq!(body[field], expected, "{field}");
    }
}

#[tokio::test]
async fn a_patch_that_is_not_exact_is_refused_whole() {
    let app = start().await;
    let ada = created(&app, json!({"userName": "ada"})).await;
    let path = format!("/Users/{}", ada["id"].as_str().unwrap());
    for (bad, scim_type) in [
        (op("Replace", "title", json!("x")), "invalidSyntax"),
        (op("replace", "active", json!("False")), "invalidValue"),
        (op("replace", "displayName", json!("x")), "invalidPath"),
        (op("replace", "id", json!("x")), "mutability"),
        (json!({"op": "replace", "path": "title"}), "invalidValue"),
        (json!({"op": "remove"}), "noTarget"),
        (json!({"op": "replace", "value": {"name.givenName": "x"}}), "invalidPath"),
        (json!({"op": "remove", "path": "userName"}), "invalidValue"),
    ] {
        let (status, body) = app.patch(&path, vec![op("add", "title", json!("Engineer")), bad.clone()]).await;
        assert_eq!((status, &body["scimType"]), (400, &json!(scim_type)), "{bad}");
        assert_eq!(app.get(&path).await.1, ada, "{bad}");
    }
    assert_eq!(app.call(Method::PATCH, &path, "Bearer secret", json!({"Operations": []})).await.0, 400);
    assert_eq!(app.get("/Users?filter=title%20eq%20%22x%22").await.1["scimType"], "invalidFilter");
    assert_eq!(app.get("/Users/nobody").await.0, 404);
}

#[tokio::test]
async fn members_are_added_removed_and_replaced_as_the_rfc_says() {
    let app = start().await;
    let mut ids = Vec::new();
    for name in ["ada", "bea", "cy"] {
        ids.push(created(&app, json!({"userName": name})).await["id"].as_str().unwrap().to_owned());
    }
    let member = |place: usize| json!({ "value": ids[place] });
    let path =
        app.post("/Groups", group(json!({"displayName": "Sales", "members": [member(0)]}))).await.1["id"].clone();
    let path = format!("/Groups/{}", path.as_str().unwrap());
    for (operation, status, expected) in [
        (op("add", "members", json!([member(0), member(1)])), 204, vec![0, 1]),
        (json!({"op": "remove", "path": format!("members[value eq \"{}\"]", ids[0])}), 204, vec![1]),
        (op("remove", "members", json!([member(1)])), 400, vec![1]),
        (op("add", "members", json!([{"value": "nobody"}])), 400, vec![1]),
        (json!({"op": "add", "value": {"members": [member(0)]}}), 204, vec![0, 1]),
        (op("replace", "members", json!([member(2)])), 204, vec![2]),
        (json!({"op": "remove", "path": "members"}), 204, vec![]),
    ] {
        assert_eq!(app.patch(&path, vec![operation.clone()]).await.0, status, "{operation}");
        let group = app.get(&path).await.1;
        let members: Vec<&Value> = group["members"].as_array().unwrap().iter().map(|member| &member["value"]).collect();
        let expected: Vec<Value> = expected.into_iter().map(|place: usize| json!(ids[place])).collect();
        assert_eq!(members, expected.iter().collect::<Vec<_>>(), "{operation}");
    }
    assert_eq!(app.get(&format!("{path}?excludedAttributes=members")).await.1.get("members"), None);
    let put = group(json!({"displayName": "Sales EU", "members": [member(1)]}));
    assert_eq!(app.put(&path, put).await.1["members"][0]["display"], "bea");
    assert_eq!(app.get(&format!("/Users/{}", ids[1])).await.1["groups"][0]["display"], "Sales EU");
    assert_eq!(app.delete(&path).await, 204);
}

#[tokio::test]
async fn lists_are_paged_from_one_and_projected() {
    let app = start().await;
    app.simulator.seed(20_000);
    for (query, start, per_page, first) in [
        ("", 1, 100, json!("user1@seed.example")),
        ("startIndex=101&count=2", 101, 2, json!("user101@seed.example")),
        ("startIndex=0&count=500", 1, 100, json!("user1@seed.example")),
        ("count=0", 1, 0, Value::Null),
        ("startIndex=30000", 30_000, 0, Value::Null),
    ] {
        let list = app.get(&format!("/Users?{query}")).await.1;
        assert_eq!(list["totalResults"], 20_000, "{query}");
        assert_eq!((&list["startIndex"], &list["itemsPerPage"]), (&json!(start), &json!(per_page)), "{query}");
        assert_eq!(list["Resources"][0]["userName"], first, "{query}");
    }
    let only = app.get("/Users?count=1&attributes=userName").await.1["Resources"][0].clone();
    assert_eq!(only.as_object().unwrap().keys().collect::<Vec<_>>(), ["id", "schemas", "userName"]);
}

#[tokio::test]
async fn deactivating_removes_the_account_unless_switched() {
    let app = start().await;
    for (switch, status) in [(true, 404), (false, 200)] {
        app.simulator.reset();
        app.simulator.switch(&json!({"delete_on_deactivate": switch})).unwrap();
        let path = format!("/Users/{}", created(&app, json!({"userName": "ada"})).await["id"].as_str().unwrap());
        let answer = app.patch(&path, vec![op("replace", "active", json!(false))]).await;
        assert_eq!((answer.0, &answer.1["active"]), (200, &json!(false)));
        assert_eq!(app.get(&path).await.0, status, "{switch}");
    }
}

#[tokio::test]
async fn a_start_date_is_shown_as_switched() {
    let app = start().await;
    for (switch, sent, expected) in [
        ("as_sent", "2021-03-01", "2021-03-01"),
        ("MM-DD-YYYY", "2021-03-01", "03-01-2021"),
        ("MM-DD-YYYY", "2021-03-01T00:00:00Z", "03-01-2021"),
        ("MM-DD-YYYY", "03-01-2021", "03-01-2021"),
    ] {
        app.simulator.reset();
        app.simulator.switch(&json!({"start_date": switch})).unwrap();
        let ada = created(&app, json!({"userName": "ada", SPOKE: {"startDate": sent}})).await;
        assert_eq!(ada[SPOKE]["startDate"], expected, "{switch} {sent}");
    }
}

#[tokio::test]
async fn the_rest_api_shows_what_became_of_a_user() {
    let app = start().await;
    let boss = created(&app, json!({"userName": "boss@acme.com", "name": {"formatted": "The Boss"}})).await;
    let fields = json!({"userName": "ada", "title": "Engineer", "name": {"formatted": "Ada L"},
        "emails": [{"type": "work", "value": "ada@acme.com"}], "addresses": [{"type": "work", "locality": "Austin", "region": "TX"}],
        ENTERPRISE: {"manager": {"value": boss["id"]}}});
    created(&app, fields).await;
    let (status, shown) = app.outside(Method::GET, "/api/v1/users/email/ADA@acme.com", Value::Null).await;
    assert_eq!((status, &shown["memberships"][0]["status"]), (200, &json!("INVITED")));
    let profile = &shown["profile"];
    assert_eq!((&profile["jobTitle"], &profile["location"]), (&json!("Engineer"), &json!("Austin, TX")));
    assert_eq!(profile["manager"], json!({"name": "The Boss", "email": "boss@acme.com"}));
    assert_eq!(app.outside(Method::POST, "/login", json!({"email": "ada@acme.com"})).await.0, 204);
    let list = app.outside(Method::GET, "/api/v1/users?status=ACTIVE", Value::Null).await.1;
    assert_eq!((&list["total"], &list["results"][0]["email"]), (&json!(1), &json!("ada@acme.com")));
    let (status, refused) = app.outside(Method::GET, "/api/v1/users/nobody", Value::Null).await;
    assert_eq!((status, &refused["code"]), (404, &json!(11003)));
}
