//! Groups and who is in them.

use super::*;

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
