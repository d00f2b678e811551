//! From method, path and query to a SCIM operation (RFC 7644 §3.2): what is asked for, without knowing what it means.

use crate::provisioning::{Operation, ProjectionText, SearchText};
use http::Method;
use scim_protocol::Error;
use serde_json::Value;
use url::form_urlencoded;

/// What a request asks for.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) operation: Operation,
    pub(super) projection: ProjectionText,
}

/// Whether a request must carry a JSON body.
pub(super) fn takes_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}

/// Routes a request; `path` is what follows `/scim/v2`, `body` is there where [`takes_body`] says so.
///
/// Unknown query parameters are ignored (Entra's `aadOptscim062020`), `+` in a query is a space, and empty path
/// segments are passed over, because a tenant URL is often pasted with a slash at its end.
pub(super) fn route(method: &Method, path: &str, query: &str, body: Option<Value>) -> Result<Asked, Error> {
    let mut parameters = Parameters::of_query(query);
    let segments: Vec<String> = path.split('/').filter(|segment| !segment.is_empty()).map(decoded).collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let body = body.unwrap_or_default();
    let operation = match (method, segments.as_slice()) {
        (&Method::GET, ["ServiceProviderConfig"]) => Operation::ServiceProviderConfig,
        (&Method::GET, ["ResourceTypes"]) => Operation::ResourceTypes(None),
        (&Method::GET, ["ResourceTypes", name]) => Operation::ResourceTypes(Some((*name).to_owned())),
        (&Method::GET, ["Schemas"]) => Operation::Schemas(None),
        (&Method::GET, ["Schemas", urn]) => Operation::Schemas(Some((*urn).to_owned())),
        (_, ["ServiceProviderConfig"] | ["ResourceTypes" | "Schemas", ..]) => return Err(not_allowed(method, "GET")),
        (_, ["Bulk"]) => {
            return Err(Error::not_implemented("bulk operations are not supported; send one request each"));
        }
        (_, ["Me", ..]) => return Err(Error::not_implemented("/Me is not supported: tokens belong to no user")),
        (_, [".search"]) => {
            return Err(Error::not_implemented("search one resource type, for example POST /Users/.search"));
        }
        (&Method::GET, [kind]) => Operation::Search { endpoint: endpoint(kind), query: parameters.search() },
        (&Method::POST, [kind]) => Operation::Create { endpoint: endpoint(kind), body },
        (_, [_]) => return Err(not_allowed(method, "GET and POST")),
        (&Method::POST, [kind, ".search"]) => {
            parameters = Parameters::of_message(body)?;
            Operation::Search { endpoint: endpoint(kind), query: parameters.search() }
        }
        (_, [_, ".search"]) => return Err(not_allowed(method, "POST")),
        (method, [kind, id]) => {
            let (endpoint, id) = (endpoint(kind), (*id).to_owned());
            match *method {
                Method::GET => Operation::Read { endpoint, id },
                Method::PUT => Operation::Replace { endpoint, id, body },
                Method::PATCH => Operation::Patch { endpoint, id, body },
                Method::DELETE => Operation::Delete { endpoint, id },
                _ => return Err(not_allowed(method, "GET, PUT, PATCH and DELETE")),
            }
        }
        _ => return Err(Error::not_found(format!("there is nothing at {path}; resources are at /Users and /Groups"))),
    };
    Ok(Asked { operation, projection: parameters.projection() })
}

fn endpoint(segment: &str) -> String {
    format!("/{segment}")
}

fn decoded(segment: &str) -> String {
    percent_encoding::percent_decode_str(segment).decode_utf8_lossy().into_owned()
}

fn not_allowed(method: &Method, allowed: &str) -> Error {
    Error::new(405, format!("{method} is not allowed here; allowed: {allowed}"))
}

/// The parameters of a search and a projection, from a query or a SearchRequest message (RFC 7644 §3.4.3).
#[derive(Debug, Default)]
struct Parameters {
    filter: Option<String>,
    start_index: Option<String>,
    count: Option<String>,
    attributes: Option<String>,
    excluded_attributes: Option<String>,
}

impl Parameters {
    fn of_query(query: &str) -> Self {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if let Some(place) = parameters.place(&name) {
                *place = Some(value.into_owned());
            }
        }
        parameters
    }

    fn of_message(message: Value) -> Result<Self, Error> {
        let Value::Object(message) = message else {
            return Err(Error::invalid_syntax("the body must be a SearchRequest, a JSON object"));
        };
        let mut parameters = Self::default();
        for (name, value) in message {
            let Some(place) = parameters.place(&name) else { continue };
            *place = match value {
                Value::String(text) => Some(text),
                Value::Number(number) => Some(number.to_string()),
                Value::Array(names) => {
                    let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
                    let names =
                        names.ok_or_else(|| Error::invalid_syntax(format!("{name} must hold attribute names")))?;
                    Some(names.join(","))
                }
                Value::Null => None,
                _ => {
                    return Err(Error::invalid_syntax(format!("{name} must be a string, a number or a list of names")));
                }
            };
        }
        Ok(parameters)
    }

    fn place(&mut self, name: &str) -> Option<&mut Option<String>> {
        [
            ("filter", &mut self.filter),
            ("startIndex", &mut self.start_index),
            ("count", &mut self.count),
            ("attributes", &mut self.attributes),
            ("excludedAttributes", &mut self.excluded_attributes),
        ]
        .into_iter()
        .find_map(|(known, place)| known.eq_ignore_ascii_case(name).then_some(place))
    }

    fn search(&mut self) -> SearchText {
        SearchText { filter: self.filter.take(), start_index: self.start_index.take(), count: self.count.take() }
    }

    fn projection(self) -> ProjectionText {
        ProjectionText { attributes: self.attributes, excluded_attributes: self.excluded_attributes }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn name(method: &Method, path: &str) -> String {
        match route(method, path, "", Some(json!({}))) {
            Ok(asked) => asked.operation.name().to_owned(),
            Err(error) => error.status.to_string(),
        }
    }

    #[test]
    fn methods_and_paths_name_operations() {
        for (method, path, expected) in [
            (Method::GET, "/Users", "search"),
            (Method::GET, "//Users/", "search"),
            (Method::POST, "/Users", "create"),
            (Method::POST, "/Users/.search", "search"),
            (Method::GET, "/Users/42", "read"),
            (Method::PUT, "/Users/42", "replace"),
            (Method::PATCH, "/Users/42", "patch"),
            (Method::DELETE, "/Users/42", "delete"),
            (Method::GET, "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "discover"),
            (Method::DELETE, "/Users", "405"),
            (Method::POST, "/Users/42", "405"),
            (Method::POST, "/Schemas", "405"),
            (Method::POST, "/Bulk", "501"),
            (Method::GET, "/Me", "501"),
            (Method::GET, "/", "404"),
            (Method::GET, "/Users/42/name", "404"),
        ] {
            assert_eq!(name(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn a_query_is_read_as_entra_writes_it() {
        let query = "aadOptscim062020&filter=userName+eq+%22a%2Bb%40c.example%22&Count=2&excludedAttributes=members";
        let asked = route(&Method::GET, "/Users", query, None).unwrap();
        let Operation::Search { query, .. } = asked.operation else { panic!("no search") };
        assert_eq!(query.filter.as_deref(), Some("userName eq \"a+b@c.example\""));
        assert_eq!(query.count.as_deref(), Some("2"));
        assert_eq!(asked.projection.excluded_attributes.as_deref(), Some("members"));
    }

    #[test]
    fn a_search_message_says_the_same_as_a_query() {
        let message = json!({"filter": "active eq true", "startIndex": 3, "attributes": ["userName", "active"]});
        let asked = route(&Method::POST, "/Users/.search", "", Some(message)).unwrap();
        let Operation::Search { query, .. } = asked.operation else { panic!("no search") };
        assert_eq!((query.filter.as_deref(), query.start_index.as_deref()), (Some("active eq true"), Some("3")));
        assert_eq!(asked.projection.attributes.as_deref(), Some("userName,active"));
    }

    #[test]
    fn an_id_is_decoded() {
        let asked = route(&Method::GET, "/Users/a%2Fb%20c", "", None).unwrap();
        assert_eq!(asked.operation.id(), Some("a/b c"));
    }
}
