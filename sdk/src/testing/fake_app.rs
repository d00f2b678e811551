//! The fake app: the whole [`Host`] of a test.

use super::reply::Reply;
use super::sent_call::SentCall;
use crate::{App, Host, Level, Request, Response, SendError, Value};
use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::fmt;

type Handler = Box<dyn Fn(&SentCall) -> Option<Reply>>;

/// An app that replies as scripted and records its calls. It implements the whole [`Host`].
#[derive(Default)]
pub struct FakeApp {
    script: RefCell<VecDeque<(String, String, Reply)>>,
    handler: Option<Handler>,
    settings: BTreeMap<String, Value>,
    calls: RefCell<Vec<SentCall>>,
    state: RefCell<BTreeMap<String, String>>,
    log: RefCell<Vec<(Level, String)>>,
}

impl fmt::Debug for FakeApp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeApp").field("calls", &self.calls).field("state", &self.state).finish_non_exhaustive()
    }
}

impl FakeApp {
    /// An app without any replies yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Replies to one call with this method and path. A path with `?` must match the query, too, not encoded. Several replies
    /// for the same path are used in order, each once.
    #[must_use]
    pub fn reply(self, method: &str, path: &str, reply: Reply) -> Self {
        self.script.borrow_mut().push_back((method.to_owned(), path.to_owned(), reply));
        self
    }

    /// Replies to every call without a scripted reply for which the handler returns something.
    #[must_use]
    pub fn handle(mut self, handler: impl Fn(&SentCall) -> Option<Reply> + 'static) -> Self {
        self.handler = Some(Box::new(handler));
        self
    }

    /// Sets a setting. The descriptor's defaults do not apply here.
    #[must_use]
    pub fn setting(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.settings.insert(name.to_owned(), value.into());
        self
    }

    /// Sets a state value, as if stored by an earlier operation.
    #[must_use]
    pub fn remembering(self, key: &str, value: &str) -> Self {
        self.state.borrow_mut().insert(key.to_owned(), value.to_owned());
        self
    }

    /// The app to pass to a connector.
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

    /// The bodies of the calls so far; null for calls without one.
    pub fn bodies(&self) -> Vec<Value> {
        self.calls.borrow().iter().map(|call| call.body.clone().unwrap_or_default()).collect()
    }

    /// The current state.
    pub fn state(&self) -> BTreeMap<String, String> {
        self.state.borrow().clone()
    }

    /// The lines logged so far.
    pub fn log(&self) -> Vec<(Level, String)> {
        self.log.borrow().clone()
    }
}

impl Host for FakeApp {
    fn send(&self, request: Request) -> Result<Response, SendError> {
        assert!(request.path.starts_with('/') && !request.path.contains('?'), "not a path: {}", request.path);
        let Request { method, path, query, headers, body } = request;
        let bodiless = matches!(method.as_str(), "GET" | "DELETE");
        assert!(!bodiless || body.is_none(), "the gateway refuses a {method} with a body: {path}");
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
            None => panic!("no reply for {} {} {:?}", call.method, call.target(), call.body),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn replies_for_one_path_are_used_in_order_and_may_require_a_query() {
        let fake = FakeApp::new()
            .reply("GET", "/u", Reply::status(500))
            .reply("GET", "/u?page=2", Reply::json(200, json!(2)))
            .reply("GET", "/u", Reply::json(200, json!(1)));
        let status = |page: &str| fake.app().get("/u").query("page", page).send().unwrap().status;
        assert_eq!((status("1"), status("2"), status("1")), (500, 200, 200));
        assert_eq!(fake.lines(), ["GET /u?page=1", "GET /u?page=2", "GET /u?page=1"]);
    }

    #[test]
    #[should_panic(expected = "no reply for GET /nowhere")]
    fn a_call_without_a_reply_stops_the_test() {
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
    fn settings_state_and_log_work() {
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
