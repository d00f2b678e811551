//! Where things are, and the collections that are alike.

use super::*;

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
