//! The player's view of an app simulator: its `/_sim` endpoints, and the app's own API with the app's own credential.

use super::document::{Call, Preparation};
use super::error::PlayError;
use super::report::AppCall;
use super::variables::Variables;
use crate::http::{Http, HttpRequest};
use serde_json::{Map, Value};

#[derive(Debug)]
pub(super) struct SimulatorClient {
    http: Http,
    base: String,
    /// The header with the app's credential.
    credential: (String, String),
}

impl SimulatorClient {
    pub(super) fn new(http: Http, base: &str, credential: (String, String)) -> Self {
        Self { http, base: base.trim_end_matches('/').to_owned(), credential }
    }

    /// Resets the app's data, switches and faults.
    pub(super) async fn reset(&self) -> Result<(), PlayError> {
        self.control("POST", "reset", None).await.map(drop)
    }

    pub(super) async fn forget_calls(&self) -> Result<(), PlayError> {
        self.control("DELETE", "calls", None).await.map(drop)
    }

    /// The calls since the last [`Self::forget_calls`], in order.
    pub(super) async fn calls(&self) -> Result<Vec<AppCall>, PlayError> {
        let answer = self.control("GET", "calls", None).await?;
        Ok(answer.as_array().into_iter().flatten().map(app_call).collect())
    }

    /// Prepares the app for a step, then forgets the calls that this took.
    pub(super) async fn prepare(&self, given: &Preparation, variables: &mut Variables) -> Result<(), PlayError> {
        if let Some(switches) = &given.switches {
            self.control("PUT", "switches", Some(&variables.fill_json(switches)?)).await?;
        }
        for call in &given.app {
            self.administer(call, variables).await?;
        }
        if let Some(faults) = &given.faults {
            self.control("PUT", "faults", Some(&variables.fill_json(faults)?)).await?;
        }
        self.forget_calls().await
    }

    async fn administer(&self, call: &Call, variables: &mut Variables) -> Result<(), PlayError> {
        let path = call.path.as_str().unwrap_or_default();
        let what = format!("{} {path}", call.method);
        let refused = |reason: String| PlayError::Preparation { what: what.clone(), reason };
        let mut url = format!("{}{}", self.base, variables.fill_url(path)?);
        let parameters = call.query.as_object().into_iter().flatten();
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in parameters {
            query.append_pair(name, &variables.fill(value.as_str().unwrap_or_default())?);
        }
        let query = query.finish();
        if !query.is_empty() {
            url = format!("{url}?{query}");
        }
        let (name, value) = &self.credential;
        let mut request = HttpRequest::new(&call.method, url).header(name, value);
        if let Some(body) = &call.body {
            request = request.json(&variables.fill_json(body)?);
        }
        let answer = self.http.send(request).await.map_err(|error| refused(error.to_string()))?;
        if !(200..300).contains(&answer.status) {
            return Err(refused(format!("the app answered {} {}", answer.status, answer.body)));
        }
        let body: Value = serde_json::from_str(&answer.body).unwrap_or(Value::Null);
        for (name, pointer) in &call.capture {
            let value = body.pointer(pointer).ok_or_else(|| refused(format!("there is no {pointer} in {body}")))?;
            variables.set(name, plain(value));
        }
        Ok(())
    }

    async fn control(&self, method: &str, what: &str, body: Option<&Value>) -> Result<Value, PlayError> {
        let failed = |reason: String| PlayError::Simulator { what: what.to_owned(), reason };
        let mut request = HttpRequest::new(method, format!("{}/_sim/{what}", self.base));
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = self.http.send(request).await.map_err(|error| failed(error.to_string()))?;
        if !(200..300).contains(&answer.status) {
            return Err(failed(format!("{} {}", answer.status, answer.body)));
        }
        Ok(serde_json::from_str(&answer.body).unwrap_or(Value::Null))
    }
}

/// A captured value as text: a string without its quotes.
pub(super) fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn app_call(recorded: &Value) -> AppCall {
    let text = |name: &str| recorded.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let pairs = recorded.get("query").and_then(Value::as_array).into_iter().flatten();
    let mut query = Map::new();
    for pair in pairs {
        if let (Some(Value::String(name)), Some(value)) = (pair.get(0), pair.get(1)) {
            add(&mut query, name, value.clone());
        }
    }
    AppCall {
        method: text("method"),
        path: text("path"),
        query,
        body: recorded.get("body").filter(|body| !body.is_null()).cloned(),
        status: recorded.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok()),
    }
}

/// Adds a parameter; a repeated one becomes a list.
fn add(query: &mut Map<String, Value>, name: &str, value: Value) {
    let together = match query.remove(name) {
        None => value,
        Some(Value::Array(mut values)) => {
            values.push(value);
            Value::Array(values)
        }
        Some(first) => Value::Array(vec![first, value]),
    };
    query.insert(name.to_owned(), together);
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_recorded_call_is_read_with_its_query_by_name() {
        let recorded = json!({"method": "GET", "path": "/users.json", "headers": {}, "body": null,
            "query": [["email", "a+b@c.example"], ["page", "1"], ["id", "1"], ["id", "2"]], "status": 200});
        let call = app_call(&recorded);
        assert_eq!(Value::Object(call.query), json!({"email": "a+b@c.example", "page": "1", "id": ["1", "2"]}));
        assert_eq!((call.method.as_str(), call.body, call.status), ("GET", None, Some(200)));
    }
}
