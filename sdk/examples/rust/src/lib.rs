//! The Directory connector in Rust: the calls to the app, and nothing about SCIM.
#![deny(unsafe_code)]

use scim_connector_sdk::{App, Change, Connector, Fault, Object, Page, Query, Stored, Value, segment};

/// The connector.
#[derive(Debug)]
pub struct Directory;

impl Connector for Directory {
    const DESCRIPTOR: &'static str = scim_connector_sdk::descriptor!();

    fn check(app: App<'_>) -> Result<(), Fault> {
        app.get("/people").query("limit", "1").send()?.ok()?;
        Ok(())
    }

    fn create(app: App<'_>, _kind: &str, document: Object) -> Result<Stored, Fault> {
        stored(app.post("/people").json(&document.into()).send()?.ok()?.object()?)
    }

    fn read(app: App<'_>, _kind: &str, id: &str, _omit: &[String]) -> Result<Stored, Fault> {
        stored(app.get(person(id)).send()?.ok()?.object()?)
    }

    fn update(app: App<'_>, _kind: &str, id: &str, change: &Change) -> Result<Stored, Fault> {
        stored(app.patch(person(id)).json(&change.merge_patch()?.into()).send()?.ok()?.object()?)
    }

    fn delete(app: App<'_>, _kind: &str, id: &str) -> Result<(), Fault> {
        app.delete(person(id)).send()?.ok().map(drop)
    }

    fn search(app: App<'_>, _kind: &str, query: &Query) -> Result<Page, Fault> {
        let (offset, limit) = (query.page.offset, query.page.limit);
        let mut call = app.get("/people").query("offset", offset.to_string()).query("limit", limit.to_string());
        for comparison in &query.comparisons {
            call = call.query(&comparison.field, comparison.value.as_str().unwrap_or_default());
        }
        let mut answer = call.send()?.ok()?.object()?;
        let Some(Value::Array(people)) = answer.remove("people") else {
            return Err(Fault::bad_answer("The app's response to a search has no `people`"));
        };
        let total = answer.get("total").and_then(Value::as_u64);
        let more = total.is_some_and(|total| offset + (people.len() as u64) < total);
        let resources = people.into_iter().map(|person| stored(object(person)?)).collect::<Result<_, Fault>>()?;
        Ok(Page { resources, total, more, ..Page::default() })
    }
}

fn person(id: &str) -> String {
    format!("/people/{}", segment(id))
}

fn stored(person: Object) -> Result<Stored, Fault> {
    Stored::from_document(person, "id")
}

fn object(value: Value) -> Result<Object, Fault> {
    match value {
        Value::Object(object) => Ok(object),
        other => Err(Fault::bad_answer(format!("The app listed {other}, which is not a person"))),
    }
}

scim_connector_sdk::export_connector!(Directory);

#[cfg(test)]
mod tests {
    use super::*;
    use scim_connector_sdk::json;
    use scim_connector_sdk::testing::{FakeApp, Reply, change};

    fn ada() -> Value {
        json!({"id": 7, "email": "ada@example.com", "name": "Ada", "enabled": true})
    }

    #[test]
    fn a_person_is_created_in_one_call() {
        let fake = FakeApp::new().reply("POST", "/people", Reply::json(201, ada()));
        let Value::Object(document) = json!({"email": "ada@example.com"}) else { panic!("not an object") };
        let stored = Directory::create(fake.app(), "User", document).unwrap();
        assert_eq!(stored.id, "7");
        assert_eq!(fake.lines(), ["POST /people"]);
    }

    #[test]
    fn a_change_sends_what_differs() {
        let fake = FakeApp::new().reply("PATCH", "/people/7", Reply::json(200, ada()));
        Directory::update(fake.app(), "User", "7", &change(json!({"enabled": false, "name": null}))).unwrap();
        assert_eq!(fake.bodies(), [json!({"enabled": false, "name": null})]);
    }

    #[test]
    fn a_missing_person_cannot_be_deleted() {
        let fake = FakeApp::new().reply("DELETE", "/people/a%2Fb", Reply::status(404));
        assert_eq!(Directory::delete(fake.app(), "User", "a/b").unwrap_err().status, 404);
    }

    #[test]
    fn a_page_says_whether_more_follow() {
        let answer = json!({"people": [ada()], "total": 2});
        let fake = FakeApp::new().reply("GET", "/people", Reply::json(200, answer));
        let page = scim_connector_sdk::PageRequest { offset: 0, limit: 1, cursor: None };
        let query = Query { comparisons: Vec::new(), page, omit: Vec::new() };
        let page = Directory::search(fake.app(), "User", &query).unwrap();
        assert_eq!((page.resources.len(), page.total, page.more), (1, Some(2), true));
    }
}
