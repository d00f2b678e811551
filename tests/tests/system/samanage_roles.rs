//! Roles of Samanage are judged before anything is written: a request that is refused has changed nothing.

use scim_gateway_tests::world::{World, patch, user};
use serde_json::json;

#[tokio::test]
async fn a_role_that_does_not_exist_is_refused_and_nothing_is_written() {
    let world = World::exact("samanage").await;
    let wizard = json!([{ "value": "Wizard" }]);
    let mut ada = user("ada@example.com");
    let id = world.post("/Users", &ada).await.expect(201)["id"].as_str().unwrap().to_owned();
    let path = format!("/Users/{id}");
    let before = world.app().state();

    ada["roles"] = wizard.clone();
    ada["title"] = json!("Countess");
    let mut bea = user("bea@example.com");
    bea["roles"] = wizard.clone();
    let operations = json!([
        { "op": "replace", "path": "title", "value": "Countess" },
        { "op": "replace", "path": "roles", "value": wizard },
    ]);
    world.app().clear_calls();
    for (method, path, body) in
        [("POST", "/Users", bea), ("PUT", path.as_str(), ada), ("PATCH", path.as_str(), patch(operations))]
    {
        let answer = world.call(method, path, &body).await;
        assert_eq!(answer.error(), (400, Some("invalidValue")), "{method}: {}", answer.body);
        let detail = answer.body["detail"].as_str().unwrap();
        assert!(detail.contains("no role \"Wizard\"") && detail.contains("Requester"), "{method}: {detail}");
    }
    assert!(world.app().calls().iter().all(|call| call.method == "GET"), "{:?}", world.app().calls());
    assert_eq!(world.app().state(), before);
}
