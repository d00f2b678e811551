//! A connector that believes its app: what the app calls a page or a resource becomes one as it is. So a test can make every answer that the
//! contract has a form for, true or not.
#![deny(unsafe_code)]

use scim_connector_sdk::{App, Connector, Fault, Object, Page, Query, Stored, Value};

/// The connector.
#[derive(Debug)]
pub struct Liar;

impl Connector for Liar {
    const DESCRIPTOR: &'static str = scim_connector_sdk::descriptor!();

    fn check(_: App<'_>) -> Result<(), Fault> {
        Ok(())
    }

    fn read(app: App<'_>, kind: &str, id: &str, _omit: &[String]) -> Result<Stored, Fault> {
        Ok(stored(&app.get(format!("/{kind}/{id}")).send()?.ok()?.object()?))
    }

    fn search(app: App<'_>, kind: &str, query: &Query) -> Result<Page, Fault> {
        let mut call = app.get(format!("/{kind}"));
        call = call.query("offset", query.page.offset.to_string()).query("limit", query.page.limit.to_string());
        if let Some(cursor) = &query.page.cursor {
            call = call.query("cursor", cursor);
        }
        for comparison in &query.comparisons {
            call = call.query(&comparison.field, comparison.value.as_str().unwrap_or_default());
        }
        let page = call.send()?.ok()?.object()?;
        let resources = page.get("resources").and_then(Value::as_array);
        Ok(Page {
            resources: resources.into_iter().flatten().filter_map(Value::as_object).map(stored).collect(),
            total: page.get("total").and_then(Value::as_u64),
            limit: page.get("limit").and_then(Value::as_u64).and_then(|limit| u32::try_from(limit).ok()),
            more: page.get("more") == Some(&Value::Bool(true)),
            next: page.get("next").and_then(Value::as_str).map(str::to_owned),
        })
    }
}

scim_connector_sdk::export_connector!(Liar);

fn stored(said: &Object) -> Stored {
    let id = said.get("id").and_then(Value::as_str).unwrap_or_default();
    Stored { document: said.get("document").and_then(Value::as_object).cloned(), ..Stored::new(id) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_connector_sdk::json;
    use scim_connector_sdk::testing::{FakeApp, Reply};

    #[test]
    fn what_the_app_says_is_passed_on() {
        let fake = FakeApp::new().reply("GET", "/User/7", Reply::json(200, json!({ "id": "8", "document": {} })));
        let stored = Liar::read(fake.app(), "User", "7", &[]).unwrap();
        assert_eq!((stored.id.as_str(), stored.document), ("8", Some(Object::new())));
    }
}
