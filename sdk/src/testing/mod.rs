//! A fake app, so that connector logic is tested with `cargo test` and without wasm.
//!
//! ```
//! use scim_connector_sdk::{json, testing::{FakeApp, Reply}};
//!
//! let fake = FakeApp::new().reply("GET", "/ping", Reply::json(200, json!({"ok": true})));
//! fake.app().get("/ping").send().unwrap().ok().unwrap();
//! assert_eq!(fake.lines(), ["GET /ping"]);
//! ```
//!
//! A call that nothing answers panics: it is the test's or the connector's mistake, and never a quiet 404.
#![allow(clippy::panic, reason = "this module runs in tests only; a mistake there must stop the test")]

mod declared;

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};

use crate::{
    App, Change, Comparison, FieldChange, FieldPath, Host, ItemChange, Level, Object, PageRequest, Query, Request,
    Response, SendError, Value, json,
};

pub use declared::Declared;
#[cfg(feature = "schema")]
pub use declared::assert_descriptor;

type Handler = Box<dyn Fn(&SentCall) -> Option<Reply>>;

/// An app that answers as told and remembers what was asked. It is the whole [`Host`].
#[derive(Default)]
pub struct FakeApp {
    script: RefCell<VecDeque<(String, String, Reply)>>,
    handler: Option<Handler>,
    settings: BTreeMap<String, Value>,
    calls: RefCell<Vec<SentCall>>,
    state: RefCell<BTreeMap<String, String>>,
    log: RefCell<Vec<(Level, String)>>,
}

impl std::fmt::Debug for FakeApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakeApp").field("calls", &self.calls).field("state", &self.state).finish_non_exhaustive()
    }
}

/// What the fake app answers to one call.
#[derive(Clone, Debug)]
pub struct Reply(Result<Response, SendError>);

impl Reply {
    /// A status with a JSON body.
    #[must_use]
    #[allow(clippy::needless_pass_by_value, reason = "reads best with `json!` in the call")]
    pub fn json(status: u16, body: Value) -> Self {
        Self::text(status, body.to_string()).header("content-type", "application/json")
    }

    /// A status with any body.
    pub fn text(status: u16, body: impl Into<String>) -> Self {
        Self(Ok(Response { status, headers: Vec::new(), body: body.into().into_bytes() }))
    }

    /// A status with an empty body.
    #[must_use]
    pub fn status(status: u16) -> Self {
        Self::text(status, "")
    }

    /// An error of an app that speaks SCIM (RFC 7644 §3.12).
    #[must_use]
    pub fn scim_error(status: u16, scim_type: Option<&str>, detail: &str) -> Self {
        Self::json(status, json!({"status": status.to_string(), "scimType": scim_type, "detail": detail}))
    }

    /// No answer: `code` as in [`SendError`]; `sent` says whether the app may have acted.
    #[must_use]
    pub fn lost(code: &str, sent: bool) -> Self {
        Self(Err(SendError { code: code.to_owned(), detail: "said the test".to_owned(), sent }))
    }

    /// The same reply with a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        if let Ok(response) = &mut self.0 {
            response.headers.push((name.to_ascii_lowercase(), value.into()));
        }
        self
    }
}

/// A call that the connector made.
#[derive(Clone, Debug, PartialEq)]
pub struct SentCall {
    /// `GET`, `POST`, …
    pub method: String,
    /// Without query.
    pub path: String,
    /// As the connector gave it, not encoded.
    pub query: Vec<(String, String)>,
    /// As the connector gave them.
    pub headers: Vec<(String, String)>,
    /// The body, when it is JSON.
    pub body: Option<Value>,
}

impl SentCall {
    /// The first header of that name, in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The first query parameter of that name.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// `/users.json?page=1`, not encoded.
    #[must_use]
    pub fn target(&self) -> String {
        let query: Vec<String> = self.query.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, query.join("&")) }
    }
}

impl FakeApp {
    /// An app that answers nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers one call of that method and path. A path with `?` wants the query too, not encoded.
    /// Several replies for the same path are given in order, each once.
    #[must_use]
    pub fn reply(self, method: &str, path: &str, reply: Reply) -> Self {
        self.script.borrow_mut().push_back((method.to_owned(), path.to_owned(), reply));
        self
    }

    /// Answers every call that no scripted reply takes and for which it returns something.
    #[must_use]
    pub fn handle(mut self, handler: impl Fn(&SentCall) -> Option<Reply> + 'static) -> Self {
        self.handler = Some(Box::new(handler));
        self
    }

    /// Sets a setting. Defaults of the descriptor are not known here.
    #[must_use]
    pub fn setting(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// What an earlier operation left.
    #[must_use]
    pub fn remembering(self, key: &str, value: &str) -> Self {
        self.state.borrow_mut().insert(key.to_owned(), value.to_owned());
        self
    }

    /// What a connector gets.
    pub fn app(&self) -> App<'_> {
        App::new(self)
    }

    /// The calls so far, in order.
    pub fn calls(&self) -> Vec<SentCall> {
        self.calls.borrow().clone()
    }

    /// The calls so far as `METHOD /path?query`, not encoded.
    pub fn lines(&self) -> Vec<String> {
        self.calls.borrow().iter().map(|call| format!("{} {}", call.method, call.target())).collect()
    }

    /// The bodies of the calls so far; null where there was none.
    pub fn bodies(&self) -> Vec<Value> {
        self.calls.borrow().iter().map(|call| call.body.clone().unwrap_or_default()).collect()
    }

    /// What is remembered now.
    pub fn state(&self) -> BTreeMap<String, String> {
        self.state.borrow().clone()
    }

    /// What was logged.
    pub fn log(&self) -> Vec<(Level, String)> {
        self.log.borrow().clone()
    }
}

impl Host for FakeApp {
    fn send(&self, request: Request) -> Result<Response, SendError> {
        assert!(request.path.starts_with('/') && !request.path.contains('?'), "not a path: {}", request.path);
        let Request { method, path, query, headers, body } = request;
        let body = body.map(|bytes| serde_json::from_slice(&bytes).unwrap_or_default());
        let call = SentCall { method, path, query, headers, body };
        self.calls.borrow_mut().push(call.clone());
        let mut script = self.script.borrow_mut();
        let wanted = |path: &str| if path.contains('?') { path == call.target() } else { path == call.path };
        let scripted = script.iter().position(|(method, path, _)| *method == call.method && wanted(path));
        if let Some((_, _, reply)) = scripted.and_then(|at| script.remove(at)) {
            return reply.0;
        }
        match self.handler.as_ref().and_then(|handler| handler(&call)) {
            Some(reply) => reply.0,
            None => panic!("nothing answers {} {} {:?}", call.method, call.target(), call.body),
        }
    }

    fn setting(&self, name: &str) -> Option<String> {
        self.settings.get(name).map(Value::to_string)
    }

    fn log(&self, level: Level, message: &str) {
        self.log.borrow_mut().push((level, message.to_owned()));
    }

    fn state_get(&self, key: &str) -> Option<String> {
        self.state.borrow().get(key).cloned()
    }

    fn state_set(&self, key: &str, value: &str) {
        self.state.borrow_mut().insert(key.to_owned(), value.to_owned());
    }

    fn state_delete(&self, key: &str) {
        self.state.borrow_mut().remove(key);
    }
}

/// The object that a `json!` is.
#[must_use]
pub fn object(value: Value) -> Object {
    match value {
        Value::Object(object) => object,
        other => panic!("{other} is no object"),
    }
}

/// A search of one field for a text: the first hundred resources, without the fields in `omit`.
#[must_use]
pub fn query(field: &str, value: &str, omit: &[&str]) -> Query {
    let comparison = Comparison { field: field.to_owned(), operator: "eq".to_owned(), value: value.into() };
    let page = PageRequest { offset: 0, limit: 100, cursor: None };
    Query { comparisons: vec![comparison], page, omit: omit.iter().map(|field| (*field).to_owned()).collect() }
}

/// A change of a group's members, by their ids.
#[must_use]
pub fn members(added: &[&str], removed: &[&str]) -> Change {
    let items = |ids: &[&str]| ids.iter().map(|id| json!({"value": id})).collect();
    let path: FieldPath = "members".parse().unwrap_or_else(|error| panic!("{error}"));
    Change { fields: Vec::new(), items: vec![ItemChange { path, added: items(added), removed: items(removed) }] }
}

/// A change of fields: an object of field paths and values, null for a field that is cleared.
#[must_use]
#[allow(clippy::needless_pass_by_value, reason = "reads best with `json!` in the call")]
pub fn change(fields: Value) -> Change {
    let field = |(path, value): (String, Value)| match path.parse() {
        Ok(path) => FieldChange { path, value: Some(value).filter(|value| !value.is_null()) },
        Err(error) => panic!("{error}"),
    };
    Change { fields: object(fields).into_iter().map(field).collect(), items: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replies_for_one_path_are_given_in_order_and_a_query_narrows_them() {
        let fake = FakeApp::new()
            .reply("GET", "/u", Reply::status(500))
            .reply("GET", "/u?page=2", Reply::json(200, json!(2)))
            .reply("GET", "/u", Reply::json(200, json!(1)));
        let status = |page: &str| fake.app().get("/u").query("page", page).send().unwrap().status;
        assert_eq!((status("1"), status("2"), status("1")), (500, 200, 200));
        assert_eq!(fake.lines(), ["GET /u?page=1", "GET /u?page=2", "GET /u?page=1"]);
    }

    #[test]
    #[should_panic(expected = "nothing answers GET /nowhere")]
    fn a_call_that_nothing_answers_stops_the_test() {
        let _ = FakeApp::new().app().get("/nowhere").send();
    }

    #[test]
    fn the_handler_sees_method_query_headers_and_body() {
        let fake = FakeApp::new().handle(|call| {
            (call.query("a") == Some("1") && call.header("Accept") == Some("x"))
                .then(|| Reply::json(200, json!(call.body)))
        });
        let answer = fake.app().post("/u").query("a", "1").header("accept", "x").json(&json!({"b": 2})).send().unwrap();
        assert_eq!(answer.json().unwrap(), json!({"b": 2}));
        assert_eq!(fake.calls()[0].header("content-type"), Some("application/json"));
    }

    #[test]
    fn settings_state_and_log_are_there() {
        let fake = FakeApp::new().setting("size", 3).setting("on", true).remembering("k", "v");
        let app = fake.app();
        assert_eq!((app.settings().integer("size"), app.settings().flag("on")), (Some(3), true));
        assert_eq!((app.settings().text("size"), app.settings().flag("off")), (None, false));
        assert_eq!(app.state().get("k").as_deref(), Some("v"));
        app.state().set("n", "1");
        app.state().delete("k");
        assert_eq!(fake.state().into_iter().collect::<Vec<_>>(), [("n".to_owned(), "1".to_owned())]);
        app.log(Level::Warn, "careful");
        assert_eq!(fake.log(), [(Level::Warn, "careful".to_owned())]);
    }
}
