//! Users: what they need, what a change changes, and what is left of one who is deleted.

use super::*;

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
async fn resending_the_activation_mail_answers_something_that_is_not_json() {
    let app = Samanage::start().await;
    let user = app.user("Ada", "ada@example.com").await;
    let path = format!("/users/{}.json?send_activation_email=1&add_callbacks=1", user["id"]);
    assert_eq!(app.put(&path, json!({})).await, (200, json!(" ")));
}
