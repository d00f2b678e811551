//! Numbered pages.

use super::*;

/// A Samanage with this many users and this largest page.
fn samanage(users: u64, largest: u64) -> FakeApp {
    FakeApp::new().handle(move |call| {
        let number = |name: &str| call.query(name).unwrap().parse::<u64>().unwrap();
        let size = number("per_page").min(largest);
        let first = (number("page") - 1) * size + 1;
        let rows: Vec<Value> =
            (first..first + size).take_while(|id| *id <= users).map(|id| json!({"id": id})).collect();
        Some(
            Reply::json(200, json!(rows))
                .header("X-Per-Page", size.to_string())
                .header("X-Current-Page", number("page").to_string())
                .header("X-Total-Count", users.to_string())
                .header("X-Total-Pages", users.div_ceil(size).to_string()),
        )
    })
}

fn ids(page: &scim_connector_sdk::Page) -> Vec<u64> {
    page.resources.iter().map(|user| user.id.parse().unwrap()).collect()
}

#[test]
fn s14_an_offset_becomes_a_page_number_and_the_headers_say_how_many_there_are() {
    let fake = samanage(7, 100);
    let page = Samanage::search(fake.app(), "User", &all(3, 3)).unwrap();
    assert_eq!((ids(&page), page.total, page.limit, page.more), (vec![4, 5, 6], Some(7), None, true));
    let page = Samanage::search(fake.app(), "User", &all(6, 3)).unwrap();
    assert_eq!((ids(&page), page.more), (vec![7], false));
    assert_eq!(fake.lines(), ["GET /users.json?page=2&per_page=3", "GET /users.json?page=3&per_page=3"]);
}

#[test]
fn s14_smaller_pages_than_asked_for_are_told_to_the_host_and_realigned() {
    let fake = samanage(70, 25);
    let page = Samanage::search(fake.app(), "User", &all(0, 100)).unwrap();
    assert_eq!((ids(&page).len(), page.limit, page.total, page.more), (25, Some(25), Some(70), true));
    let page = Samanage::search(fake.app(), "User", &all(60, 30)).unwrap();
    assert_eq!((ids(&page), page.limit, page.more), ((61..=70).collect(), Some(25), false));
}

#[test]
fn s14_walking_on_as_the_host_does_sees_every_user_once() {
    for (users, largest, limit) in [(70, 25, 100), (70, 25, 30), (70, 100, 30), (1, 25, 1), (0, 25, 10), (50, 25, 50)] {
        let fake = samanage(users, largest);
        let (mut seen, mut offset, mut limit) = (Vec::new(), 0, limit);
        loop {
            let page = Samanage::search(fake.app(), "User", &all(offset, limit)).unwrap();
            seen.extend(ids(&page));
            offset += page.resources.len() as u64;
            limit = page.limit.unwrap_or(limit);
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, (1..=users).collect::<Vec<_>>(), "{users} users, pages of {largest}");
    }
}

#[test]
fn s14_without_headers_a_full_page_means_that_more_may_follow() {
    for (rows, more) in [(json!([{"id": 1}, {"id": 2}]), true), (json!([{"id": 1}]), false)] {
        let fake = FakeApp::new().reply("GET", "/users.json", Reply::json(200, rows));
        assert_eq!(Samanage::search(fake.app(), "User", &all(0, 2)).unwrap().more, more);
    }
    let link = "<https://api.samanage.com/users.json?page=2>; rel=\"next\"";
    let fake = FakeApp::new().reply("GET", "/users.json", Reply::json(200, json!([{"id": 1}])).header("Link", link));
    assert!(Samanage::search(fake.app(), "User", &all(0, 2)).unwrap().more);
}

#[test]
fn a_list_that_is_not_there_is_a_wrong_base_url_and_no_unknown_resource() {
    let fake = FakeApp::new().handle(|_| Some(Reply::status(404)));
    for kind in ["User", "Group"] {
        assert!(Samanage::search(fake.app(), kind, &all(0, 2)).unwrap_err().is(502, None), "{kind}");
    }
    assert!(Samanage::create(fake.app(), "User", wanted(json!({}))).unwrap_err().is(502, None));
    assert!(Samanage::create(fake.app(), "Group", object(json!({"name": "Ops"}))).unwrap_err().is(502, None));
}

#[test]
fn an_answer_that_is_no_list_of_records_is_a_bad_answer() {
    for body in [json!({"error": "x"}), json!([{"name": "no id"}]), json!(["x"])] {
        let fake = FakeApp::new().reply("GET", "/users.json", Reply::json(200, body.clone()));
        assert!(Samanage::search(fake.app(), "User", &all(0, 2)).unwrap_err().is(502, None), "{body}");
    }
}
