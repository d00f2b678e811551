//! What a search and a bulk request may cost in comparisons.

use scim_gateway_tests::world::{World, patch};
use serde_json::{Value, json};

fn joined(condition: impl Fn(usize) -> String, count: usize) -> String {
    (0..count).map(condition).collect::<Vec<_>>().join(" or ")
}

#[tokio::test]
async fn a_search_that_compares_too_much_is_refused_and_one_that_does_not_is_answered() {
    let world = World::exact("samanage").await;
    world.instance.app.seed(2_000);
    let long = joined(|n| format!("title eq \"{n:x}\""), 700);
    for extra in [vec![], vec![("sortBy", "title")], vec![("sortBy", "title"), ("cursor", "")]] {
        let asked: Vec<_> = [("filter", long.as_str())].into_iter().chain(extra.iter().copied()).collect();
        let answer = world.list("/Users", &asked).await;
        assert_eq!(answer.error(), (400, Some("tooMany")), "{extra:?}: {}", answer.body);
        assert!(answer.body["detail"].as_str().unwrap().contains("comparisons"), "{}", answer.body);
    }
    let message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "filter": long });
    assert_eq!(world.post("/.search", &message).await.error(), (400, Some("tooMany")));
    // By cursor there is no such bound: a page ends before it is reached.
    let (mut pages, mut cursor) = (0, String::new());
    loop {
        let page = world.list("/Users", &[("filter", &long), ("cursor", &cursor)]).await.expect(200);
        assert_eq!(page["itemsPerPage"], 0);
        pages += 1;
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert!((2..10).contains(&pages), "{pages}");
    let short = joined(|n| format!("title eq \"{n:x}\""), 50);
    let list = world.list("/Users", &[("filter", &short), ("sortBy", "userName")]).await.expect(200);
    assert_eq!(list["totalResults"], 0);
}

#[tokio::test]
async fn the_operations_of_a_bulk_request_share_what_one_request_may_cost() {
    let world = World::exact("samanage").await;
    let ada = world.user("ada@example.com").await;
    let numbers: Vec<Value> = (0..400).map(|n| json!({ "value": format!("{n}"), "type": "work" })).collect();
    let selector = joined(|n| format!("value co \"{n}x\""), 700);
    let operations = json!([
        { "op": "add", "path": "phoneNumbers", "value": numbers },
        { "op": "remove", "path": format!("phoneNumbers[{selector}]") },
    ]);
    let one = json!({ "method": "PATCH", "path": format!("/Users/{ada}"), "data": patch(operations) });
    let many: Vec<Value> = std::iter::repeat_n(one, 20).collect();
    let answered = world.post("/Bulk", &json!({ "Operations": many })).await.expect(200);
    let of = |operation: &Value| {
        let response = &operation["response"];
        (operation["status"].as_str().unwrap().to_owned(), response["scimType"].as_str().unwrap_or_default().to_owned())
    };
    let answered: Vec<_> = answered["Operations"].as_array().unwrap().iter().map(of).collect();
    assert_ne!(answered[0].1, "tooMany", "{answered:?}");
    assert_eq!(answered[19], ("400".to_owned(), "tooMany".to_owned()), "{answered:?}");
}
