//! The component's side of the contract: converts the generated types to this crate's and back.
//! Compiled only for wasm and used by [`crate::export_connector!`].

use crate::bindings::exports::scim_gateway::connector::{descriptor, resources, transforms};
use crate::bindings::scim_gateway::connector::{app, log, settings, state, types};
use crate::object::text;
use crate::{
    App, Change, Comparison, Connector, Fault, FieldChange, Host, ItemChange, Level, Object, Page, PageRequest, Query,
    Request, Response, SendError, Stored, Value,
};
use dlmalloc::GlobalDlmalloc;
use std::marker::PhantomData;
use std::sync::Once;

/// Uses the heap that `manifest::build` requests before it grows the memory, unlike the standard library's allocator.
#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

/// Implements the contract's exports for a connector.
#[derive(Debug)]
pub struct Exported<C>(PhantomData<C>);

/// The real host, reached through the contract's imports.
struct Imports;

impl Host for Imports {
    fn send(&self, request: Request) -> Result<Response, SendError> {
        let Request { method, path, query, headers, body } = request;
        match app::send(&app::Request { method, path, query, headers, body }) {
            Ok(app::Response { status, headers, body }) => Ok(Response { status, headers, body }),
            Err(app::SendError { code, detail, sent }) => Err(SendError { code, detail, sent }),
        }
    }

    fn setting(&self, name: &str) -> Option<String> {
        settings::get(name)
    }

    fn log(&self, level: Level, message: &str) {
        log::emit(level.as_str(), message);
    }

    fn state_get(&self, key: &str) -> Option<String> {
        state::get(key)
    }

    fn state_set(&self, key: &str, value: &str) {
        state::set(key, value);
    }

    fn state_delete(&self, key: &str) {
        state::delete(key);
    }
}

/// The app. First makes sure that a panic reaches the operator's log, because the trap itself carries no message.
fn granted() -> App<'static> {
    static HOOK: Once = Once::new();
    HOOK.call_once(|| std::panic::set_hook(Box::new(|info| log::emit("error", &info.to_string()))));
    App::new(&Imports)
}

impl<C: Connector> descriptor::Guest for Exported<C> {
    fn describe() -> String {
        C::DESCRIPTOR.to_owned()
    }
}

impl<C: Connector> resources::Guest for Exported<C> {
    fn check() -> Result<(), types::Fault> {
        C::check(granted()).map_err(Into::into)
    }

    fn create(kind: String, document: String) -> Result<types::Stored, types::Fault> {
        let document: Object = serde_json::from_str(&document).map_err(not_json)?;
        Ok(C::create(granted(), &kind, document)?.into())
    }

    fn read(kind: String, id: String, omit: Vec<String>) -> Result<types::Stored, types::Fault> {
        Ok(C::read(granted(), &kind, &id, &omit)?.into())
    }

    fn update(kind: String, id: String, change: types::Change) -> Result<types::Stored, types::Fault> {
        Ok(C::update(granted(), &kind, &id, &Change::try_from(change)?)?.into())
    }

    fn delete(kind: String, id: String) -> Result<(), types::Fault> {
        C::delete(granted(), &kind, &id).map_err(Into::into)
    }

    fn search(kind: String, query: types::Query) -> Result<types::Page, types::Fault> {
        Ok(C::search(granted(), &kind, &Query::try_from(query)?)?.into())
    }
}

impl<C: Connector> transforms::Guest for Exported<C> {
    fn to_app(name: String, value: String) -> Result<Option<String>, types::Fault> {
        let value = C::to_app(granted().settings(), &name, json(&value)?)?;
        Ok(value.as_ref().map(text))
    }

    fn to_scim(name: String, value: String) -> Result<Option<String>, types::Fault> {
        let value = C::to_scim(granted().settings(), &name, json(&value)?)?;
        Ok(value.as_ref().map(text))
    }

    fn check_default(name: String, default: String) -> Result<(), String> {
        granted();
        C::check_default(&name, &default)
    }
}

fn json(text: &str) -> Result<Value, Fault> {
    serde_json::from_str(text).map_err(not_json)
}

fn not_json(error: impl std::fmt::Display) -> Fault {
    Fault::new(500, format!("The gateway sent the connector invalid input: {error}"))
}

fn all_json(texts: &[String]) -> Result<Vec<Value>, Fault> {
    texts.iter().map(|text| json(text)).collect()
}

impl From<Fault> for types::Fault {
    fn from(fault: Fault) -> Self {
        let Fault { status, scim_type, detail, retry_after_seconds } = fault;
        Self { status, scim_type, detail, retry_after_seconds }
    }
}

impl From<Stored> for types::Stored {
    fn from(stored: Stored) -> Self {
        let Stored { id, document, version, unresolved } = stored;
        Self { id, document: document.map(|document| text(&Value::Object(document))), version, unresolved }
    }
}

impl From<Page> for types::Page {
    fn from(page: Page) -> Self {
        let Page { resources, total, limit, more, next } = page;
        Self { resources: resources.into_iter().map(Into::into).collect(), total, limit, more, next }
    }
}

impl TryFrom<types::Change> for Change {
    type Error = Fault;

    fn try_from(change: types::Change) -> Result<Self, Fault> {
        let field = |field: types::FieldChange| {
            let value = field.value.as_deref().map(json).transpose()?;
            Ok(FieldChange { path: field.path.parse().map_err(not_json)?, value })
        };
        let items = |items: types::ItemChange| {
            let (added, removed) = (all_json(&items.added)?, all_json(&items.removed)?);
            Ok(ItemChange { path: items.path.parse().map_err(not_json)?, added, removed })
        };
        Ok(Self {
            fields: change.fields.into_iter().map(field).collect::<Result<_, Fault>>()?,
            items: change.items.into_iter().map(items).collect::<Result<_, Fault>>()?,
        })
    }
}

impl TryFrom<types::Query> for Query {
    type Error = Fault;

    fn try_from(query: types::Query) -> Result<Self, Fault> {
        let types::PageRequest { offset, limit, cursor } = query.page;
        let comparison = |comparison: types::Comparison| {
            let types::Comparison { field, operator, value } = comparison;
            Ok(Comparison { field, operator, value: json(&value)? })
        };
        Ok(Self {
            comparisons: query.comparisons.into_iter().map(comparison).collect::<Result<_, Fault>>()?,
            page: PageRequest { offset, limit, cursor },
            omit: query.omit,
        })
    }
}
