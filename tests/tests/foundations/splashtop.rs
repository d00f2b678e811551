//! The Splashtop simulator: fixed user names, exact SSO names, one group a user.

use crate::scim::{Scim, group, op, user};
use reqwest::Method;
use scim_gateway_tests::simulators::Kind;
use serde_json::{Value, json};

const SPLASHTOP: &str = "urn:ietf:params:scim:schemas:extension:Splashtop:2.0:User";

async fn start() -> Scim {
    Scim::start(Kind::Splashtop).await
}

fn account(name: &str) -> Value {
    user(json!({"userName": name, SPLASHTOP: {"ssoName": "Contoso Entra"}}))
}

async fn created(app: &Scim, name: &str) -> String {
    let (status, body) = app.post("/Users", account(name)).await;
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

async fn created_group(app: &Scim, name: &str, members: &[&str]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
    let (status, body) = app.post("/Groups", group(json!({"displayName": name, "members": members}))).await;
    assert_eq!(status, 201, "{body}");
    body["id"].as_str().unwrap().to_owned()
}

async fn group_of(app: &Scim, user: &str) -> Value {
    let groups = app.get(&format!("/Users/{user}")).await.1["groups"].clone();
    assert_eq!(groups.as_array().unwrap().len(), 1, "a user is in one group");
    groups[0]["display"].clone()
}

#[tokio::test]
async fn a_wrong_token_is_401_with_a_scim_error() {
    let app = start().await;
    let (status, body) = app.call(Method::GET, "/Users", "Bearer wrong", Value::Null).await;
    assert_eq!((status, &body["status"]), (401, &json!("401")));
}

#[tokio::test]
async fn the_sso_name_is_required_and_exact_to_the_byte() {
    let app = start().await;
    for (name, expected) in [
        (json!("Contoso Entra"), 201),
        (json!("Contoso  Entra"), 400),
        (json!("contoso entra"), 400),
        (json!("\"Contoso Entra\""), 400),
        (json!("Contoso Entra "), 400),
        (json!(""), 400),
        (json!(null), 400),
    ] {
        let body = user(json!({"userName": "ada@contoso.com", SPLASHTOP: {"ssoName": name}}));
        let (status, body) = app.post("/Users", body).await;
        assert_eq!(status, expected, "{name}");
        assert!(status == 201 || body["scimType"] == "invalidValue", "{body}");
    }
    app.simulator.reset();
    app.simulator.switch(&json!({"sso_methods": ["Other"]})).unwrap();
    assert_eq!(app.post("/Users", account("ada@contoso.com")).await.0, 400);
}

#[tokio::test]
async fn a_user_name_never_changes_unless_switched() {
    let app = start().await;
    let path = format!("/Users/{}", created(&app, "ada@contoso.com").await);
    let (status, body) = app.patch(&path, vec![op("replace", "userName", json!("bea@contoso.com"))]).await;
    assert_eq!((status, &body["scimType"]), (400, &json!("mutability")));
    assert_eq!(app.put(&path, account("bea@contoso.com")).await.0, 400);
    assert_eq!(app.put(&path, account("ADA@contoso.com")).await.1["userName"], "ada@contoso.com");
    app.simulator.switch(&json!({"username_update": true})).unwrap();
    let renamed = app.patch(&path, vec![op("replace", "userName", json!("bea@contoso.com"))]).await.1;
    assert_eq!(renamed["userName"], "bea@contoso.com");
    assert_eq!(app.get("/Users?filter=userName%20eq%20%22ada@contoso.com%22").await.1["totalResults"], 0);
}

#[tokio::test]
async fn only_names_are_updated_and_a_put_without_the_extension_keeps_it() {
    let app = start().await;
    let path = format!("/Users/{}", created(&app, "ada@contoso.com").await);
    let body = user(
        json!({"userName": "ada@contoso.com", "externalId": "7", "displayName": "Ada", "name": {"givenName": "A"}}),
    );
    let (status, put) = app.put(&path, body).await;
    assert_eq!((status, &put["displayName"], &put["name"]), (200, &json!("Ada"), &json!({"givenName": "A"})));
    assert_eq!((put.get("externalId"), &put[SPLASHTOP]["ssoName"]), (None, &json!("Contoso Entra")));
    let ops = vec![
        op("replace", &format!("{SPLASHTOP}:ssoName"), json!("Okta SSO")),
        op("add", "name.familyName", json!("L")),
    ];
    let patched = app.patch(&path, ops).await.1;
    assert_eq!(
        (&patched[SPLASHTOP]["ssoName"], &patched["name"]["familyName"]),
        (&json!("Contoso Entra"), &json!("L"))
    );
}

#[tokio::test]
async fn deactivating_removes_disables_or_does_nothing_as_switched() {
    let app = start().await;
    for (switch, status, active) in
        [("remove", 404, Value::Null), ("disable", 200, json!(false)), ("ignore", 200, json!(true))]
    {
        app.simulator.reset();
        app.simulator.switch(&json!({"active_false": switch})).unwrap();
        let path = format!("/Users/{}", created(&app, "ada@contoso.com").await);
        assert_eq!(app.patch(&path, vec![op("replace", "active", json!(false))]).await.0, 200);
        let (read, body) = app.get(&path).await;
        assert_eq!((read, &body["active"]), (status, &active), "{switch}");
    }
}

#[tokio::test]
async fn a_user_is_in_the_latest_created_of_the_groups_that_list_him() {
    let app = start().await;
    let ada = created(&app, "ada@contoso.com").await;
    assert_eq!(group_of(&app, &ada).await, "Default Group");
    let first = created_group(&app, "First", &[]).await;
    let second = created_group(&app, "Second", &[&ada]).await;
    let add = vec![op("add", "members", json!([{ "value": ada }]))];
    assert_eq!(app.patch(&format!("/Groups/{first}"), add.clone()).await.0, 204);
    assert_eq!(group_of(&app, &ada).await, "Second");
    assert_eq!(app.get(&format!("/Groups/{first}")).await.1["members"], json!([]));
    assert_eq!(app.get(&format!("/Groups/{second}")).await.1["members"][0]["value"], json!(ada));
    assert_eq!(app.delete(&format!("/Groups/{second}")).await, 204);
    assert_eq!(group_of(&app, &ada).await, "First");
    let remove = json!({"op": "remove", "path": format!("members[value eq \"{ada}\"]")});
    assert_eq!(app.patch(&format!("/Groups/{first}"), vec![remove]).await.0, 204);
    assert_eq!(group_of(&app, &ada).await, "Default Group");

    app.simulator.switch(&json!({"group_rule": "latest_added"})).unwrap();
    created_group(&app, "Third", &[&ada]).await;
    app.patch(&format!("/Groups/{first}"), add).await;
    assert_eq!(group_of(&app, &ada).await, "First");
}

#[tokio::test]
async fn an_account_that_the_team_cannot_have_is_refused() {
    for (switch, expected) in [
        (json!({"allowed_domains": ["contoso.com"]}), 201),
        (json!({"allowed_domains": ["fabrikam.com"]}), 403),
        (json!({"licences": 0}), 403),
        (json!({"foreign_accounts": ["ADA@contoso.com"]}), 409),
    ] {
        let app = start().await;
        app.simulator.switch(&switch).unwrap();
        assert_eq!(app.post("/Users", account("ada@contoso.com")).await.0, expected, "{switch}");
    }
    let app = start().await;
    assert_eq!(app.post("/Users", account("ada")).await.0, 400, "a user name is an e-mail address");
}

#[tokio::test]
async fn a_group_that_the_team_cannot_have_is_refused() {
    let app = start().await;
    app.simulator.switch(&json!({"computer_groups": ["Lab"], "max_groups": 1})).unwrap();
    assert_eq!(app.post("/Groups", group(json!({"displayName": "lab"}))).await.0, 409);
    let first = created_group(&app, "Sales", &[]).await;
    let (status, body) = app.post("/Groups", group(json!({"displayName": "SALES"}))).await;
    assert_eq!((status, &body["scimType"]), (409, &json!("uniqueness")));
    assert_eq!(app.post("/Groups", group(json!({"displayName": "More"}))).await.0, 403);
    let rename = vec![op("replace", "displayName", json!("Sales EU"))];
    assert_eq!(app.patch(&format!("/Groups/{first}"), rename).await.0, 204);
    assert_eq!(app.get("/Groups?filter=displayName%20eq%20%22Sales%20EU%22").await.1["totalResults"], 1);
}

#[tokio::test]
async fn a_first_login_makes_a_user_of_the_address_only() {
    let app = start().await;
    let login = |email: &str| json!({"ssoName": "Okta SSO", "email": email, "groups": ["Sales"]});
    assert_eq!(app.outside(Method::POST, "/sso/jit", login("ada@contoso.com")).await.0, 201);
    assert_eq!(app.outside(Method::POST, "/sso/jit", login("ada@contoso.com")).await.0, 200);
    let found = app.get("/Users?filter=userName%20eq%20%22ada@contoso.com%22").await.1["Resources"][0].clone();
    assert_eq!((found.get("displayName"), &found["groups"][0]["display"]), (None, &json!("Sales")));
    app.simulator.switch(&json!({"jit": false})).unwrap();
    assert_eq!(app.outside(Method::POST, "/sso/jit", login("bea@contoso.com")).await.0, 403);
    let unknown = json!({"ssoName": "okta sso", "email": "cy@contoso.com"});
    app.simulator.switch(&json!({"jit": true})).unwrap();
    assert_eq!(app.outside(Method::POST, "/sso/jit", unknown).await.0, 400);
}
