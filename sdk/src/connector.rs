//! The trait that a connector implements.

use crate::{App, Change, Fault, Object, Page, Query, Settings, Stored, Value};

/// A connector for one kind of app. There is no `self`: each call runs in a fresh instance, and what must survive belongs
/// in [`App::state`]. `kind` is the name of a resource type in the descriptor, such as `User`.
///
/// Operations that are not implemented return fault 501.
pub trait Connector {
    /// The descriptor as JSON: `scim_connector_sdk::descriptor!()`, built by `manifest::build()` in `build.rs`.
    const DESCRIPTOR: &'static str;

    /// Checks that the base URL and the credential work, with the cheapest call available.
    ///
    /// # Errors
    /// A fault that tells the administrator what to fix.
    fn check(app: App<'_>) -> Result<(), Fault> {
        let _ = app;
        Err(Fault::not_implemented("This connector does not support testing the connection"))
    }

    /// Creates a resource from a document in the app's shape, built by the mapping.
    ///
    /// # Errors
    /// 409 `uniqueness` for a duplicate, 400 `invalidValue` for a value that the app does not accept.
    fn create(app: App<'_>, kind: &str, document: Object) -> Result<Stored, Fault> {
        let _ = (app, document);
        Err(unsupported("created", kind))
    }

    /// Reads one resource. `omit` lists fields that the host does not need, to save calls.
    ///
    /// # Errors
    /// 404 for an unknown id.
    fn read(app: App<'_>, kind: &str, id: &str, omit: &[String]) -> Result<Stored, Fault> {
        let _ = (app, id, omit);
        Err(unsupported("read", kind))
    }

    /// Applies a change, in as few calls as the app allows. Applying it twice must be harmless.
    ///
    /// # Errors
    /// 404 for an unknown id, 400 `invalidValue` for a value that the app does not accept.
    fn update(app: App<'_>, kind: &str, id: &str, change: &Change) -> Result<Stored, Fault> {
        let _ = (app, id, change);
        Err(unsupported("changed", kind))
    }

    /// Deletes a resource. An unknown id is fault 404.
    ///
    /// # Errors
    /// If the resource may still exist.
    fn delete(app: App<'_>, kind: &str, id: &str) -> Result<(), Fault> {
        let _ = (app, id);
        Err(unsupported("deleted", kind))
    }

    /// Finds resources, in an order that is stable from page to page.
    ///
    /// # Errors
    /// If the app does not answer the search.
    fn search(app: App<'_>, kind: &str, query: &Query) -> Result<Page, Fault> {
        let _ = (app, query);
        Err(unsupported("searched", kind))
    }

    /// Applies one of the connector's own transforms: SCIM value to app value. `None` leaves the field alone.
    ///
    /// # Errors
    /// 400 `invalidValue` for a value that cannot be converted.
    fn to_app(settings: Settings<'_>, name: &str, value: Value) -> Result<Option<Value>, Fault> {
        let _ = (settings, value);
        Err(Fault::not_implemented(format!("This connector has no transform `{name}`")))
    }

    /// The reverse direction: app value to SCIM value. `None` means that the attribute has no value.
    ///
    /// # Errors
    /// If the app's value makes no sense.
    fn to_scim(settings: Settings<'_>, name: &str, value: Value) -> Result<Option<Value>, Fault> {
        let _ = (settings, value);
        Err(Fault::not_implemented(format!("This connector has no transform `{name}`")))
    }

    /// Checks the `default` of a mapping rule that uses the transform; it is the JSON text in the mapping.
    ///
    /// # Errors
    /// A sentence that describes the correct format.
    fn check_default(name: &str, default: &str) -> Result<(), String> {
        let _ = (name, default);
        Ok(())
    }
}

fn unsupported(what: &str, kind: &str) -> Fault {
    Fault::not_implemented(format!("A {kind} cannot be {what} in this app"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::FakeApp;

    struct Nothing;
    impl Connector for Nothing {
        const DESCRIPTOR: &'static str = "{}";
    }

    #[test]
    fn operations_that_are_not_implemented_return_501_without_a_call() {
        let fake = FakeApp::new();
        assert_eq!(Nothing::create(fake.app(), "User", Object::new()).unwrap_err().status, 501);
        let fault = Nothing::delete(fake.app(), "Group", "1").unwrap_err();
        assert_eq!((fault.status, fault.detail.as_str()), (501, "A Group cannot be deleted in this app"));
        assert!(fake.calls().is_empty());
    }
}
