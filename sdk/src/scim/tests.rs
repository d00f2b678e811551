//! The SCIM client against a scripted SCIM API.

use super::*;
use crate::testing::{FakeApp, Reply, change, object};
use crate::{Comparison, ItemChange, PageRequest};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn query(offset: u64, limit: u32) -> Query {
    Query { comparisons: Vec::new(), page: PageRequest { offset, limit, cursor: None }, omit: Vec::new() }
}

#[test]
fn create_posts_the_document_with_its_schemas() {
    let made = json!({"id": "7", "userName": "a", "meta": {"version": "W/\"1\""}});
    let fake = FakeApp::new().reply("POST", "/Users", Reply::json(201, made.clone()));
    let document = object(json!({"userName": "a", ENTERPRISE: {"department": "IT"}}));
    let stored = ScimApp::users(fake.app()).create(document).unwrap();
    assert_eq!((stored.id.as_str(), stored.version.as_deref()), ("7", Some("W/\"1\"")));
    assert_eq!(stored.document, Some(object(made)));
    let call = &fake.calls()[0];
    assert_eq!(call.header("content-type"), Some("application/scim+json"));
    let schemas = json!(["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE]);
    assert_eq!(call.body.as_ref().unwrap()["schemas"], schemas);
}

#[test]
fn read_encodes_the_id_and_excludes_omitted_fields() {
    let fake = FakeApp::new().reply("GET", "/Groups/a%2Fb%20c", Reply::json(200, json!({"id": "a/b c"})));
    ScimApp::groups(fake.app()).read("a/b c", &["members".to_owned()]).unwrap();
    assert_eq!(fake.lines(), ["GET /Groups/a%2Fb%20c?excludedAttributes=members"]);
}

#[test]
fn update_sends_operations_and_accepts_204() {
    let fake = FakeApp::new().reply("PATCH", "/Groups/1", Reply::status(204));
    let mut change = change(json!({"displayName": "New"}));
    let path = "members".parse().unwrap();
    change.items.push(ItemChange { path, added: vec![json!({"value": "5"})], removed: Vec::new() });
    let stored = ScimApp::groups(fake.app()).update("1", &change).unwrap();
    assert_eq!(stored, Stored::new("1"));
    assert_eq!(fake.bodies()[0], change.scim_patch());
}

#[test]
fn an_empty_change_makes_no_call() {
    let fake = FakeApp::new();
    assert_eq!(ScimApp::users(fake.app()).update("1", &Change::default()).unwrap(), Stored::new("1"));
    assert!(fake.calls().is_empty());
}

#[test]
fn replace_puts_the_whole_document_with_its_id() {
    let fake = FakeApp::new().reply("PUT", "/Users/1", Reply::json(200, json!({"id": "1"})));
    ScimApp::users(fake.app()).replace("1", object(json!({"userName": "a"}))).unwrap();
    assert_eq!(fake.bodies()[0]["id"], json!("1"));
}

#[test]
fn delete_says_that_there_is_no_such_resource() {
    for (status, done) in [(204, true), (200, true), (404, false), (403, false), (500, false)] {
        let fake = FakeApp::new().reply("DELETE", "/Users/1", Reply::status(status));
        assert_eq!(ScimApp::users(fake.app()).delete("1").is_ok(), done, "{status}");
    }
}

#[test]
fn search_translates_comparisons_and_page() {
    let list = json!({"totalResults": "201", "itemsPerPage": 50, "Resources": [{"id": "1"}]});
    let fake = FakeApp::new().reply("GET", "/Users", Reply::json(200, list));
    let comparison = Comparison { field: "userName".into(), operator: "eq".into(), value: json!("a+b@c.example") };
    let query = Query { comparisons: vec![comparison], ..query(100, 100) };
    let page = ScimApp::users(fake.app()).search(&query).unwrap();
    assert_eq!(fake.lines(), [r#"GET /Users?filter=userName eq "a+b@c.example"&startIndex=101&count=100"#]);
    assert_eq!((page.total, page.limit, page.more, page.resources.len()), (Some(201), Some(50), true, 1));
}

#[test]
fn the_last_page_says_that_no_more_follow() {
    for (list, more) in [
        (json!({"totalResults": 2, "Resources": [{"id": "1"}, {"id": "2"}]}), false),
        (json!({"totalResults": 3, "Resources": [{"id": "1"}, {"id": "2"}]}), true),
        (json!({"totalResults": 9, "Resources": []}), false),
        (json!({"totalResults": 0}), false),
        (json!({"Resources": [{"id": "1"}, {"id": "2"}]}), true),
    ] {
        let fake = FakeApp::new().reply("GET", "/Users", Reply::json(200, list.clone()));
        assert_eq!(ScimApp::users(fake.app()).search(&query(0, 2)).unwrap().more, more, "{list}");
    }
}

#[test]
fn a_response_that_is_not_a_list_is_a_bad_answer() {
    for body in [json!([]), json!({"id": "1"}), json!({"totalResults": 1, "Resources": ["1"]})] {
        let fake = FakeApp::new().reply("GET", "/Users", Reply::json(200, body.clone()));
        assert_eq!(ScimApp::users(fake.app()).search(&query(0, 2)).unwrap_err().status, 502, "{body}");
    }
}

#[test]
fn the_apps_scim_errors_are_passed_on_as_they_are() {
    let error = |scim_type: Value| json!({"status": "4xx", "scimType": scim_type, "detail": "said the app"});
    for (status, scim_type, expected) in [
        (400, json!("mutability"), (400, Some("mutability"), "said the app")),
        (400, json!(null), (400, Some("invalidValue"), "said the app")),
        (409, json!(null), (409, Some("uniqueness"), "said the app")),
        (404, json!(null), (404, None, "said the app")),
        (500, json!(null), (502, None, "said the app")),
    ] {
        let fake = FakeApp::new().reply("GET", "/Users/1", Reply::json(status, error(scim_type)));
        let fault = ScimApp::users(fake.app()).read("1", &[]).unwrap_err();
        assert_eq!((fault.status, fault.scim_type.as_deref(), fault.detail.as_str()), expected, "{status}");
    }
}

#[test]
fn check_needs_a_list_and_reports_a_rejected_credential() {
    let fake = FakeApp::new().reply("GET", "/Users", Reply::json(200, json!({"totalResults": 0})));
    assert!(ScimApp::users(fake.app()).check().is_ok());
    assert_eq!(fake.lines(), ["GET /Users?startIndex=1&count=1"]);
    let fake = FakeApp::new().reply("GET", "/Users", Reply::status(401));
    assert!(ScimApp::users(fake.app()).check().unwrap_err().detail.contains("credential"));
}
