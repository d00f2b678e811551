//! Without `--watch`: SIGHUP and `POST /-/reload`; and who may ask for that.

use scim_gateway_tests::world::{EditableWorld, eventually, mapping_with_title, mapping_without_title};
use std::fs;

#[tokio::test]
async fn sighup_and_a_request_reload_what_nobody_watches() {
    let world = EditableWorld::not_watching().await;
    fs::write(world.mapping(), mapping_without_title()).unwrap();
    let reload = world.reload().await;
    assert_eq!((&reload["outcome"], &reload["trigger"]), (&"applied".into(), &"request".into()));
    assert_eq!(reload["changes"][0]["change"], "mapping");
    assert!(!world.shows_title().await);

    fs::write(world.mapping(), mapping_with_title()).unwrap();
    world.gateway().hang_up().unwrap();
    eventually("the reload by SIGHUP", async || world.shows_title().await).await;
    let reloads = world.reloads().await;
    let triggers: Vec<&str> = reloads.iter().map(|reload| reload["trigger"].as_str().unwrap()).collect();
    assert_eq!(triggers, ["signal", "request", "start"]);

    fs::write(world.mapping(), "{").unwrap();
    let answer = world.operator("POST", "/-/reload", Some(&world.development.admin_token)).await;
    assert_eq!((answer.status, answer.json()["outcome"].as_str()), (422, Some("refused")), "{}", answer.body);
    world.stop().await;
}

#[tokio::test]
async fn only_an_admin_token_opens_the_operators_routes() {
    let world = EditableWorld::not_watching().await;
    let instance = world.instance.token.clone();
    for (method, path) in [("GET", "/-/reloads"), ("POST", "/-/reload")] {
        for token in [None, Some("wrong"), Some(instance.as_str())] {
            let answer = world.operator(method, path, token).await;
            assert_eq!(answer.status, 401, "{method} {path} {token:?}");
            assert!(!answer.body.contains("instance"), "{}", answer.body);
        }
    }
    let answer = world.operator("POST", "/-/reload", Some("wrong")).await;
    let correlation = &answer.headers["x-correlation-id"];
    let said = world.log();
    let line = said.lines().find(|line| line.contains(correlation)).unwrap_or_else(|| panic!("no line: {said}"));
    for part in ["POST", "/-/reload", "401", "wrong token"] {
        assert!(line.contains(part), "{part}: {line}");
    }
    assert!(!said.contains("Bearer") && world.reload().await["outcome"] == "unchanged");
    assert_eq!(world.call("GET", "-", "/Users", None).await.status, 404);
    world.stop().await;
}
