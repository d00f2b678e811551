//! Sorting, paging and searches of all types (RFC 7644 §3.4.2, RFC 9865).

use scim_gateway_tests::world::{World, column, patch};
use serde_json::{Value, json};
use std::collections::HashSet;

#[tokio::test]
async fn a_list_is_sorted_over_all_pages_of_the_app() {
    let world = World::exact("samanage").await;
    world.instance.app.seed(120);
    let by_name = |order, start, count| {
        vec![
            ("sortBy", "userName"),
            ("sortOrder", order),
            ("startIndex", start),
            ("count", count),
            ("filter", "userName ew \"@seed.example\""),
        ]
    };
    let list = world.list("/Users", &by_name("descending", "1", "2")).await.expect(200);
    assert_eq!(
        column(&list, "userName"),
        ["user9@seed.example", "user99@seed.example"].map(|name| name).into_iter().collect::<Vec<_>>()
    );
    assert_eq!(
        (&list["totalResults"], &list["itemsPerPage"], &list["startIndex"]),
        (&json!(120), &json!(2), &json!(1))
    );
    let list = world.list("/Users", &by_name("ascending", "119", "5")).await.expect(200);
    assert_eq!(column(&list, "userName"), ["user99@seed.example", "user9@seed.example"]);

    let message = json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"], "sortBy": "userName",
        "sortOrder": "descending", "count": 1, "attributes": ["userName"], "filter": "userName ew \"@seed.example\"" });
    let list = world.post("/Users/.search", &message).await.expect(200);
    assert_eq!(column(&list, "userName"), ["user9@seed.example"]);
    assert_eq!(list["Resources"][0].get("name"), None);
    for (by, order) in [("name", "ascending"), ("nothing", "ascending"), ("userName", "up")] {
        let answer = world.list("/Users", &[("sortBy", by), ("sortOrder", order)]).await;
        assert_eq!(answer.error(), (400, Some("invalidValue")), "{by} {order}");
    }
}

#[tokio::test]
async fn a_list_by_cursor_shows_everyone_once_and_goes_on_after_a_restart() {
    let mut world = World::exact("samanage").await;
    world.instance.app.seed(230);
    for filter in [None, Some("userName ew \"@SEED.example\"")] {
        let (mut seen, mut cursor, mut pages) = (HashSet::new(), String::new(), 0);
        loop {
            let mut asked = vec![("cursor", cursor.as_str()), ("count", "70")];
            asked.extend(filter.map(|filter| ("filter", filter)));
            let page = world.list("/Users", &asked).await.expect(200);
            assert!(page["itemsPerPage"].as_u64().unwrap() <= 70);
            assert_eq!(page.get("startIndex"), None);
            assert!(column(&page, "id").into_iter().all(|id| seen.insert(id.to_owned())), "someone came twice");
            pages += 1;
            if pages == 2 {
                world.restart().await;
            }
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        let mut asked = vec![("count", "0")];
        asked.extend(filter.map(|filter| ("filter", filter)));
        let total = world.list("/Users", &asked).await.expect(200)["totalResults"].clone();
        assert_eq!(json!(seen.len()), total, "{filter:?}");
        assert!(pages >= 4, "{pages}");
    }
}

#[tokio::test]
async fn a_cursor_that_was_not_given_out_for_this_search_is_refused() {
    let world = World::exact("samanage").await;
    world.instance.app.seed(20);
    let page = world.list("/Users", &[("cursor", ""), ("count", "5")]).await.expect(200);
    let cursor = page["nextCursor"].as_str().unwrap();
    for (asked, expected) in [
        (vec![("cursor", "made-up")], "invalidCursor"),
        (vec![("cursor", cursor), ("filter", "active eq true")], "invalidCursor"),
        (vec![("cursor", cursor), ("sortBy", "userName")], "invalidCursor"),
        (vec![("cursor", cursor), ("count", "x")], "invalidCount"),
        (vec![("cursor", cursor), ("startIndex", "1")], "invalidValue"),
    ] {
        assert_eq!(world.list("/Users", &asked).await.error(), (400, Some(expected)), "{asked:?}");
    }
    assert_eq!(world.list("/Groups", &[("cursor", cursor)]).await.error(), (400, Some("invalidCursor")));
    // A sorted list, and one over all types, go on by cursor, too.
    for endpoint in ["/Users", "/"] {
        let (mut names, mut cursor) = (Vec::new(), String::new());
        loop {
            let asked =
                [("cursor", cursor.as_str()), ("count", "7"), ("sortBy", "userName"), ("filter", "userName pr")];
            let page = world.list(endpoint, &asked).await.expect(200);
            names.extend(column(&page, "userName").into_iter().map(str::to_lowercase));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.to_owned(),
                None => break,
            }
        }
        assert!(names.len() >= 20 && names.is_sorted(), "{endpoint} {names:?}");
    }
}

#[tokio::test]
async fn a_search_at_the_root_finds_resources_of_all_types() {
    let world = World::exact("askspoke").await;
    let user = world.user("ann@example.com").await;
    let group = json!({ "displayName": "Ada Lovelace", "members": [{ "value": user }] });
    let group = world.post("/Groups", &group).await.expect(201)["id"].as_str().unwrap().to_owned();
    let both = "displayName eq \"Ada Lovelace\"";
    for (filter, expected) in [
        (both.to_owned(), vec!["User", "Group"]),
        (format!("{both} and meta.resourceType eq \"Group\""), vec!["Group"]),
        (format!("{both} and userName pr"), vec!["User"]),
        (format!("members.value eq \"{user}\""), vec!["Group"]),
        (format!("id eq \"{group}\""), vec!["Group"]),
        (format!("{both} and nonsense eq 1"), vec![]),
    ] {
        let kinds = |list: &Value| -> Vec<String> {
            let resources = list["Resources"].as_array().unwrap();
            resources.iter().map(|each| each["meta"]["resourceType"].as_str().unwrap().to_owned()).collect()
        };
        let list = world.list("/", &[("filter", &filter)]).await.expect(200);
        assert_eq!(kinds(&list), expected, "{filter}");
        assert_eq!(list["totalResults"], json!(expected.len()), "{filter}");
        let message = json!({ "filter": filter });
        assert_eq!(kinds(&world.post("/.search", &message).await.expect(200)), expected, "{filter}");
        let one = world.list("/", &[("filter", &filter), ("startIndex", "2"), ("count", "1")]).await.expect(200);
        assert_eq!(kinds(&one), expected.iter().skip(1).copied().collect::<Vec<_>>(), "{filter}");
    }
    let (mut found, mut cursor) = (0, String::new());
    loop {
        let page = world.list("/", &[("cursor", &cursor), ("count", "1")]).await.expect(200);
        found += page["Resources"].as_array().unwrap().len();
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    let total = world.list("/", &[("count", "0")]).await.expect(200)["totalResults"].clone();
    assert_eq!(json!(found), total);
    assert_eq!(world.list("/", &[("filter", "userName gt")]).await.error(), (400, Some("invalidFilter")));
    // Only the type that can match is asked.
    world.instance.app.clear_calls();
    world.list("/", &[("filter", "meta.resourceType eq \"User\" and userName eq \"x@example.com\"")]).await.expect(200);
    assert!(world.instance.app.calls().iter().all(|call| !call.path.contains("Groups")));
}

#[tokio::test]
async fn inactive_users_are_sorted_among_the_others_and_listed_by_cursor() {
    let world = World::exact("askspoke").await;
    for name in ["c@example.com", "a@example.com", "b@example.com"] {
        world.user(name).await;
    }
    let list = world.list("/Users", &[("filter", "userName eq \"a@example.com\"")]).await.expect(200);
    let id = list["Resources"][0]["id"].as_str().unwrap();
    let off = patch(json!([{ "op": "replace", "path": "active", "value": false }]));
    world.call("PATCH", &format!("/Users/{id}"), &off).await.expect(200);
    let sorted =
        world.list("/Users", &[("sortBy", "userName"), ("filter", "userName ew \"@example.com\"")]).await.expect(200);
    assert_eq!(column(&sorted, "userName"), ["a@example.com", "b@example.com", "c@example.com"]);
    let page = world.list("/Users", &[("cursor", ""), ("filter", "userName ew \"@example.com\"")]).await.expect(200);
    let mut names = column(&page, "userName");
    names.sort_unstable();
    assert_eq!(names, ["a@example.com", "b@example.com", "c@example.com"]);
}

#[tokio::test]
async fn a_large_app_is_listed_in_pages_and_a_filter_that_it_cannot_evaluate_has_a_bound() {
    let world = World::exact("splashtop").await;
    world.instance.app.seed(20_300);
    let page = world.list("/Users", &[("startIndex", "20001"), ("count", "1000")]).await.expect(200);
    assert_eq!((&page["totalResults"], &page["itemsPerPage"]), (&json!(20_300), &json!(200)));
    assert_eq!(world.get("/Users").await.expect(200)["itemsPerPage"], 100, "the default page");
    let nowhere = ("filter", "displayName eq \"Nobody At All\"");
    let answer = world.list("/Users", &[nowhere]).await;
    assert_eq!(answer.error(), (400, Some("tooMany")), "{}", world.log());
    let detail = answer.body["detail"].as_str().unwrap();
    assert!(detail.contains("userName") && detail.contains("cursor"), "{detail}");
    // By cursor it gets through, a bounded number at a time.
    let (mut pages, mut cursor) = (0, String::new());
    loop {
        let page = world.list("/Users", &[nowhere, ("cursor", &cursor)]).await.expect(200);
        assert_eq!(page["itemsPerPage"], 0);
        pages += 1;
        match page["nextCursor"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => break,
        }
    }
    assert!((4..=6).contains(&pages), "{pages}");
}
