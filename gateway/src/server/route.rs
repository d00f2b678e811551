//! From method, path and query to a SCIM operation (RFC 7644 §3.2), without knowing the instance's schemas.

use super::error_response::ErrorResponse;
use crate::provisioning::{Operation, ProjectionText, SearchText, decoded_segment, parse_id};
use http::Method;
use scim_protocol::{Error, message, urn};
use serde_json::Value;
use url::form_urlencoded;

/// The operation that a request asks for, and the projection of its result.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) operation: Operation,
    pub(super) projection: ProjectionText,
}

/// The operation that a method and a path select, before its query and body are read.
#[derive(Debug)]
pub(super) struct Route {
    operation: Operation,
    /// Whether the search parameters are in the body (RFC 7644 §3.4.3).
    by_message: bool,
}

impl Route {
    /// Routes a request; `path` is what follows `/scim/v2`. Empty path segments are skipped, because a tenant URL is often
    /// pasted with a trailing slash.
    ///
    /// # Errors
    /// 400 for what is not UTF-8, 404, 405 with `Allow`, and 501 for `/Me`, because tokens do not belong to a user (RFC 7644 §3.11).
    pub(super) fn find(method: &Method, path: &str) -> Result<Self, ErrorResponse> {
        let not_allowed = |allow| Err(ErrorResponse::method_not_allowed(method, allow));
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
        let names = segments.iter().map(|segment| decoded_segment(segment)).collect::<Result<Vec<_>, _>>()?;
        let names: Vec<&str> = names.iter().map(|name| &**name).collect();
        let (query, body) = (SearchText::default(), Value::Null);
        // A HEAD is answered like the GET; what sends the answer leaves the body out (RFC 9110 §9.3.2).
        let asked = if *method == Method::HEAD { &Method::GET } else { method };
        let operation = match (asked, names.as_slice()) {
            (&Method::GET, ["ServiceProviderConfig"]) => Operation::ServiceProviderConfig,
            (&Method::GET, ["ResourceTypes"]) => Operation::ResourceTypes(None),
            (&Method::GET, ["ResourceTypes", name]) => Operation::ResourceTypes(Some((*name).to_owned())),
            (&Method::GET, ["Schemas"]) => Operation::Schemas(None),
            (&Method::GET, ["Schemas", urn]) => Operation::Schemas(Some((*urn).to_owned())),
            (_, ["ServiceProviderConfig"] | ["ResourceTypes" | "Schemas", ..]) => return not_allowed("GET, HEAD"),
            (&Method::POST, ["Bulk"]) => Operation::Bulk { body },
            (&Method::GET, []) | (&Method::POST, [".search"]) => Operation::SearchAll { query },
            (_, ["Bulk" | ".search"]) => return not_allowed("POST"),
            (_, []) => return not_allowed("GET, HEAD"),
            (_, ["Me", ..]) => {
                return Err(Error::not_implemented("/Me is not supported: a token does not belong to a user").into());
            }
            (&Method::GET, [kind]) | (&Method::POST, [kind, ".search"]) => {
                Operation::Search { endpoint: endpoint(kind), query }
            }
            (&Method::POST, [kind]) => Operation::Create { endpoint: endpoint(kind), body },
            (_, [_]) => return not_allowed("GET, HEAD, POST"),
            (_, [_, ".search"]) => return not_allowed("POST"),
            (method, [kind, _]) => {
                let (endpoint, id) = (endpoint(kind), parse_id(segments.last().copied().unwrap_or_default())?);
                match *method {
                    Method::GET => Operation::Read { endpoint, id },
                    Method::PUT => Operation::Replace { endpoint, id, body },
                    Method::PATCH => Operation::Patch { endpoint, id, body },
                    Method::DELETE => Operation::Delete { endpoint, id },
                    _ => return not_allowed("GET, HEAD, PUT, PATCH, DELETE"),
                }
            }
            _ => {
                let detail = "nothing is served at this path; resources are at /Users and /Groups, and a single one at /Users/<id>";
                return Err(Error::not_found(detail).into());
            }
        };
        Ok(Self { operation, by_message: *method == Method::POST && names.last() == Some(&".search") })
    }

    /// The operation, of which only the kind, the endpoint and the id are set.
    pub(super) const fn operation(&self) -> &Operation {
        &self.operation
    }

    /// Whether the request must carry a JSON body.
    pub(super) const fn takes_body(&self) -> bool {
        use Operation::{Bulk, Create, Patch, Replace};
        self.by_message || matches!(self.operation, Bulk { .. } | Create { .. } | Replace { .. } | Patch { .. })
    }

    /// The complete operation; `body` must be given where [`Self::takes_body`] says so. Unknown query parameters are ignored
    /// (Entra's `aadOptscim062020`), and `+` in a query is a space.
    ///
    /// # Errors
    /// 400 for a body that is not a SearchRequest, 403 for a filter on discovery (RFC 7644 §4).
    pub(super) fn asked(self, query: &str, body: Option<Value>) -> Result<Asked, Error> {
        use Operation::{
            Bulk, Create, Patch, Replace, ResourceTypes, Schemas, Search, SearchAll, ServiceProviderConfig,
        };
        let Self { mut operation, by_message } = self;
        let sent = body.unwrap_or_default();
        let (Parameters { search, projection }, sent) =
            if by_message { (Parameters::of_message(sent)?, Value::Null) } else { (Parameters::of_query(query), sent) };
        match &mut operation {
            ServiceProviderConfig | ResourceTypes(_) | Schemas(_) if search.filter.is_some() => {
                return Err(Error::forbidden("discovery endpoints do not support filters"));
            }
            Bulk { body } | Create { body, .. } | Replace { body, .. } | Patch { body, .. } => *body = sent,
            SearchAll { query } | Search { query, .. } => *query = search,
            _ => {}
        }
        Ok(Asked { operation, projection })
    }
}

fn endpoint(segment: &str) -> String {
    format!("/{segment}")
}

/// The parameters of a search and a projection, from a query or a SearchRequest message (RFC 7644 §3.4.3).
#[derive(Debug, Default)]
struct Parameters {
    search: SearchText,
    projection: ProjectionText,
}

impl Parameters {
    fn of_query(query: &str) -> Self {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            if let Some(parameter) = parameters.get_mut(&name) {
                *parameter = Some(value.into_owned());
            }
        }
        parameters
    }

    fn of_message(message: Value) -> Result<Self, Error> {
        let Value::Object(mut message) = message else {
            return Err(Error::invalid_syntax("the body must be a SearchRequest, a JSON object"));
        };
        message::require_schema(&mut message, urn::SEARCH_REQUEST, "a search")?;
        let mut parameters = Self::default();
        for (name, value) in message {
            let Some(parameter) = parameters.get_mut(&name) else { continue };
            *parameter = match value {
                Value::String(text) => Some(text),
                Value::Number(number) => Some(number.to_string()),
                Value::Array(names) => {
                    let names: Option<Vec<&str>> = names.iter().map(Value::as_str).collect();
                    let names =
                        names.ok_or_else(|| Error::invalid_syntax(format!("{name} must contain attribute names")))?;
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

    /// The parameter with this name, in any case.
    fn get_mut(&mut self, name: &str) -> Option<&mut Option<String>> {
        let Self { search, projection } = self;
        [
            ("filter", &mut search.filter),
            ("startIndex", &mut search.start_index),
            ("count", &mut search.count),
            ("sortBy", &mut search.sort_by),
            ("sortOrder", &mut search.sort_order),
            ("cursor", &mut search.cursor),
            ("attributes", &mut projection.attributes),
            ("excludedAttributes", &mut projection.excluded_attributes),
        ]
        .into_iter()
        .find_map(|(known, parameter)| known.eq_ignore_ascii_case(name).then_some(parameter))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn asked(method: &Method, path: &str, query: &str, body: Option<Value>) -> Result<Asked, Error> {
        let route = Route::find(method, path).map_err(|error| error.scim_error().clone())?;
        assert_eq!(route.takes_body(), body.is_some(), "{method} {path}");
        route.asked(query, body)
    }

    fn name(method: &Method, path: &str) -> String {
        match Route::find(method, path).map(|route| route.asked("", Some(json!({}))).unwrap()) {
            Ok(asked) => asked.operation.name().to_owned(),
            Err(error) => error.scim_error().status.to_string(),
        }
    }

    #[test]
    fn methods_and_paths_name_operations() {
        for (method, path, expected) in [
            (Method::GET, "/Users", "search"),
            (Method::GET, "//Users/", "search"),
            (Method::POST, "/Users", "create"),
            (Method::POST, "/Users/.search", "search"),
            (Method::POST, "/.search/", "search"),
            (Method::GET, "/", "search"),
            (Method::GET, "/Users/42", "read"),
            (Method::PUT, "/Users/42", "replace"),
            (Method::PATCH, "/Users/42/", "patch"),
            (Method::DELETE, "/Users/42", "delete"),
            (Method::GET, "/Schemas/urn:ietf:params:scim:schemas:core:2.0:User", "discover"),
            (Method::GET, "/Schemas/.search", "discover"),
            (Method::GET, "/ServiceProviderConfig/", "discover"),
            (Method::POST, "/Bulk", "bulk"),
            (Method::GET, "/Bulk", "405"),
            (Method::GET, "/.search", "405"),
            (Method::POST, "/", "405"),
            (Method::DELETE, "/Users", "405"),
            (Method::POST, "/Users/42", "405"),
            (Method::GET, "/Users/.search", "405"),
            (Method::HEAD, "/Users/42", "read"),
            (Method::HEAD, "/Users", "search"),
            (Method::HEAD, "/", "search"),
            (Method::HEAD, "/Schemas", "discover"),
            (Method::HEAD, "/Bulk", "405"),
            (Method::HEAD, "/Users/.search", "405"),
            (Method::GET, "/Users/%ff", "400"),
            (Method::DELETE, "/%C3/42", "400"),
            (Method::POST, "/Schemas", "405"),
            (Method::DELETE, "/ResourceTypes/User", "405"),
            (Method::GET, "/Me", "501"),
            (Method::POST, "/Me", "501"),
            (Method::PUT, "/Me/", "501"),
            (Method::PATCH, "/Me", "501"),
            (Method::DELETE, "/Me", "501"),
            (Method::GET, "/Me/name", "501"),
            (Method::GET, "/Users/42/name", "404"),
        ] {
            assert_eq!(name(&method, path), expected, "{method} {path}");
        }
    }

    #[test]
    fn an_id_that_is_too_long_is_not_found_before_anything_else_happens() {
        for (length, found) in [(1024, true), (1025, false)] {
            let path = format!("/Users/{}", "%61".repeat(length));
            for method in [Method::GET, Method::PUT, Method::PATCH, Method::DELETE] {
                let status = Route::find(&method, &path).map_err(|error| u16::from(error.scim_error().status));
                assert_eq!(status.err(), (!found).then_some(404), "{method} {length}");
            }
        }
    }

    #[test]
    fn what_the_service_provider_offers_cannot_be_filtered() {
        for path in ["/ServiceProviderConfig", "/ResourceTypes", "/Schemas", "/Schemas/urn:x"] {
            assert_eq!(asked(&Method::GET, path, "filter=name+eq+%22x%22", None).unwrap_err().status, 403, "{path}");
        }
    }

    #[test]
    fn a_search_message_may_leave_its_schemas_out_and_not_name_others() {
        for (schemas, accepted) in [
            (json!([urn::SEARCH_REQUEST]), true),
            (json!([urn::SEARCH_REQUEST.to_uppercase()]), true),
            (json!([urn::PATCH_OP]), false),
            (json!("x"), false),
        ] {
            let body = json!({ "schemas": schemas, "count": 1 });
            assert_eq!(asked(&Method::POST, "/.search", "", Some(body)).is_ok(), accepted, "{schemas}");
        }
    }

    #[test]
    fn a_query_is_read_as_entra_writes_it() {
        let query = "aadOptscim062020&filter=userName+eq+%22a%2Bb%40c.example%22&Count=2&excludedAttributes=members";
        let asked = asked(&Method::GET, "/Users", query, None).unwrap();
        let Operation::Search { query, .. } = asked.operation else { panic!("no search") };
        assert_eq!(query.filter.as_deref(), Some("userName eq \"a+b@c.example\""));
        assert_eq!(query.count.as_deref(), Some("2"));
        assert_eq!(asked.projection.excluded_attributes.as_deref(), Some("members"));
    }

    #[test]
    fn a_search_message_says_the_same_as_a_query() {
        let message = json!({"filter": "active eq true", "startIndex": 3, "sortBy": "title", "attributes": ["userName", "active"]});
        let asked = asked(&Method::POST, "/Users/.search", "", Some(message)).unwrap();
        let Operation::Search { query, .. } = asked.operation else { panic!("no search") };
        assert_eq!((query.filter.as_deref(), query.start_index.as_deref()), (Some("active eq true"), Some("3")));
        assert_eq!(query.sort_by.as_deref(), Some("title"));
        assert_eq!(asked.projection.attributes.as_deref(), Some("userName,active"));
    }

    #[test]
    fn an_id_is_decoded() {
        let asked = asked(&Method::GET, "/Users/a%2Fb%20c", "", None).unwrap();
        assert_eq!(asked.operation.id(), Some("a/b c"));
    }
}
