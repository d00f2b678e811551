//! Requests that are right, to begin with: the conversations' own, and some of what no client there does.

use super::endpoint::Endpoint;
use crate::conversation::{Conversation, LoadError};
use serde_json::{Value, json};

/// Bodies by method and kind of path, and queries.
#[derive(Debug)]
pub(super) struct Seeds {
    bodies: Vec<(&'static str, Kind, Value)>,
    pub(super) filters: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Users,
    Groups,
    Search,
    Bulk,
}

impl Kind {
    fn of(path: &str) -> Option<Self> {
        if path.ends_with(".search") {
            return Some(Self::Search);
        }
        match path.split(['/', '?']).nth(1)? {
            "Users" | "Me" => Some(Self::Users),
            "Groups" => Some(Self::Groups),
            "Bulk" => Some(Self::Bulk),
            _ => None,
        }
    }
}

impl Seeds {
    pub(super) fn load() -> Result<Self, LoadError> {
        let mut bodies = own_bodies();
        let mut filters: Vec<String> = FILTERS.map(str::to_owned).to_vec();
        for step in Conversation::load_all(&Conversation::folder())?.into_iter().flat_map(|told| told.steps) {
            let request = step.request;
            let method = ["POST", "PUT", "PATCH"].into_iter().find(|method| *method == request.method);
            if let (Some(method), Some(kind), Some(body)) = (method, Kind::of(&request.path), request.body) {
                bodies.push((method, kind, body));
            }
            let query = request.path.split_once('?').map(|(_, query)| query).unwrap_or_default();
            let pairs = url::form_urlencoded::parse(query.as_bytes());
            filters.extend(pairs.filter(|(name, _)| name == "filter").map(|(_, filter)| filter.into_owned()));
        }
        filters.sort();
        filters.dedup();
        Ok(Self { bodies, filters })
    }

    /// The bodies that the endpoint understands, or all.
    pub(super) fn bodies(&self, endpoint: &Endpoint) -> Vec<&Value> {
        let fits = |(method, kind, _): &&(&str, Kind, Value)| {
            *method == endpoint.method && Kind::of(endpoint.path) == Some(*kind)
        };
        let fitting: Vec<&Value> = self.bodies.iter().filter(fits).map(|(_, _, body)| body).collect();
        if fitting.is_empty() { self.bodies.iter().map(|(_, _, body)| body).collect() } else { fitting }
    }
}

const FILTERS: [&str; 8] = [
    r#"emails[type eq "work" and (value co "@" or primary eq true)]"#,
    r#"not (userName sw "a") and meta.lastModified gt "2011-05-13T04:42:34Z""#,
    r#"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department eq "x""#,
    "title pr or active eq false",
    r#"schemas eq "urn:ietf:params:scim:schemas:core:2.0:User""#,
    r#"members[value eq "1"] or members.value ne "2""#,
    r#"displayName ge "a" and displayName le "z""#,
    "id eq null",
];

fn own_bodies() -> Vec<(&'static str, Kind, Value)> {
    let search = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "attributes": ["displayName", "userName"],
        "filter": "displayName sw \"v\" or title pr",
        "sortBy": "displayName", "sortOrder": "descending", "startIndex": 1, "count": 10,
    });
    let by_cursor = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:SearchRequest"],
        "excludedAttributes": ["members"], "cursor": "", "count": 2,
    });
    let user = |name: &str| json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name });
    let bulk = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "failOnErrors": 2,
        "Operations": [
            { "method": "POST", "path": "/Users", "bulkId": "a", "data": user("bulk@seed.example") },
            { "method": "POST", "path": "/Groups", "bulkId": "g", "data": {
                "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
                "displayName": "Bulk", "members": [{ "value": "bulkId:a" }],
            } },
            { "method": "PATCH", "path": "/Users/{user}", "data": { "Operations": [
                { "op": "replace", "path": "title", "value": "t" },
            ] } },
            { "method": "PUT", "path": "/Users/{user}", "data": user("other@seed.example"), "version": "W/\"1\"" },
            { "method": "DELETE", "path": "/Users/bulkId:a" },
        ],
    });
    let half = |name: &str, other: &str| {
        let data = json!({ "displayName": name, "members": [{ "value": format!("bulkId:{other}") }] });
        json!({ "method": "POST", "path": "/Groups", "bulkId": name, "data": data })
    };
    let circle = json!({
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:BulkRequest"],
        "Operations": [half("a", "b"), half("b", "a")],
    });
    vec![
        ("POST", Kind::Search, search),
        ("POST", Kind::Search, by_cursor),
        ("POST", Kind::Bulk, bulk),
        ("POST", Kind::Bulk, circle),
    ]
}
