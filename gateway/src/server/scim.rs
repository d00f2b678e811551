//! The SCIM routes: from an HTTP request to a request to an instance, and from its outcome to an HTTP response.

use super::body::{BodyLimits, read_json};
use super::error_response::{ErrorResponse, SCIM_JSON, as_scim_error};
use super::host::RequestHost;
use super::route::{Asked, Route};
use crate::admission::{Access, Permit};
use crate::clients::{Client, Hints, Leniency};
use crate::config::InstanceName;
use crate::connectors::Trace;
use crate::egress::Purpose;
use crate::instances::{Hosted, Live};
use crate::observe::{CorrelationId, OperationRecord, Recording};
use crate::provisioning::{self, Answer, Caller, Operation, Outcome, Rail, Refusal, Refused, RequestLimits};
use crate::store::Store;
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use http::header::{CONTENT_TYPE, ETAG, HeaderName, IF_MATCH, IF_NONE_MATCH, LOCATION, USER_AGENT};
use http::request::Parts;
use http::{HeaderMap, HeaderValue, StatusCode};
use percent_encoding::percent_decode_str;
use scim_protocol::{Conditions, Error};
use std::sync::Arc;
use std::time::Instant;

/// What the SCIM routes need.
#[derive(Debug, Clone)]
pub struct ScimRoutes {
    /// The instances being served.
    pub instances: Live,
    /// Contains the provisioning log.
    pub store: Store,
    /// Limits of request bodies.
    pub body: BodyLimits,
    /// How many operations a bulk request may contain.
    pub bulk_operations: usize,
    /// The gateway's address as clients see it; `None` takes it from each request's `Host`.
    pub public_url: Option<Arc<str>>,
}

/// `/{instance}/scim/v2/…`.
pub fn scim(routes: ScimRoutes) -> Router {
    Router::new()
        .route("/{instance}/scim/v2", any(handle))
        .route("/{instance}/scim/v2/", any(handle))
        .route("/{instance}/scim/v2/{*path}", any(handle))
        .layer(middleware::map_response(as_scim_error))
        .with_state(routes)
}

async fn handle(State(routes): State<ScimRoutes>, request: Request) -> Response {
    let recording = request.extensions().get::<Recording>().cloned();
    match answer(&routes, request, recording.as_ref()).await {
        Ok(answer) => respond(answer),
        Err(error) => error.into_response(),
    }
}

/// Every request whose token is accepted gets a row in the provisioning log; outsiders cannot fill it.
async fn answer(routes: &ScimRoutes, request: Request, recording: Option<&Recording>) -> Result<Answer, ErrorResponse> {
    let started = Instant::now();
    let (parts, body) = request.into_parts();
    // The raw path: axum would decode its copy, where an id may contain an encoded slash, and refuse what it cannot decode.
    let mut segments = parts.uri.path().splitn(5, '/').skip(1);
    let instance = percent_decode_str(segments.next().unwrap_or_default()).decode_utf8_lossy();
    let path = segments.nth(2).unwrap_or_default();
    // The request keeps using the instances that it started with, whatever is reloaded meanwhile.
    let instances = routes.instances.now();
    let name = Access::admit(&instances.access, &instance, &parts.headers)?.clone();
    let hosted = instances.get(&name).map(Arc::clone);
    drop(instances);
    let agent = parts.headers.get(USER_AGENT).and_then(|agent| agent.to_str().ok());
    let hints = Hints { user_agent: agent, query: parts.uri.query().unwrap_or_default() };
    let client = hosted.as_ref().map_or_else(|| Client::detect(hints), |hosted| hosted.client(hints));
    let endpoints = hosted.iter().flat_map(|hosted| hosted.instance.endpoints());
    let path = client.profile().path(path, endpoints);
    let leniency = path.as_ref().ok().and_then(|(_, leniency)| *leniency);
    let route = path.map_err(ErrorResponse::from).and_then(|(path, _)| Route::find(&parts.method, &path));
    let asked = route.as_ref().ok().map(Route::operation);
    let (operation, id) = (asked.map(Operation::name), asked.and_then(Operation::id).map(str::to_owned));
    let kind = asked.and_then(Operation::endpoint).and_then(|endpoint| hosted.as_ref()?.instance.kind(endpoint));
    let resource_type = kind.map(|kind| kind.scim.name.clone());
    note(recording, |record| {
        record.instance = Some(name.clone());
        record.client = Some(client.name());
        record.operation = operation;
        record.resource_type.clone_from(&resource_type);
        record.id.clone_from(&id);
    });
    let correlation_id: Arc<str> =
        parts.extensions.get::<CorrelationId>().map(CorrelationId::as_str).unwrap_or_default().into();

    let Ready { hosted, _permit, asked, conditions } = match prepare(routes, hosted, route, &parts, body).await {
        Ok(ready) => ready,
        Err(error) => {
            let row = Refused {
                instance: name.as_str(),
                client: client.name(),
                correlation_id: &correlation_id,
                operation: operation.unwrap_or(parts.method.as_str()),
                resource_type: resource_type.as_deref(),
                id: id.as_deref(),
                duration: started.elapsed(),
                number: 0,
            };
            provisioning::refused(&routes.store, &row, error.scim_error());
            return Err(error);
        }
    };
    let Asked { operation, projection } = asked;
    let caller = Caller {
        profile: client.profile(),
        projection,
        conditions,
        limits: RequestLimits { bulk_operations: routes.bulk_operations, body_bytes: routes.body.bytes },
        comparisons: Arc::default(),
        base: base(routes, parts.extensions.get::<RequestHost>(), &name),
        correlation_id,
        purpose: Purpose::Live,
        trace: parts.extensions.get::<Trace>().cloned(),
    };
    let request = provisioning::Request { operation, caller };
    let Outcome { result, id, sends, ignored, leniencies, rails, .. } =
        provisioning::handle(&hosted.instance, request).await;
    note(recording, |record| {
        record.id = id;
        record.app_calls = sends;
        record.ignored = ignored;
        record.guard_rails = rails.into_iter().map(Rail::name).collect();
        record.leniencies = leniency.into_iter().chain(leniencies).map(Leniency::name).collect();
    });
    result.map_err(ErrorResponse::from)
}

/// A request that is understood and has its permit.
struct Ready {
    hosted: Arc<Hosted>,
    _permit: Permit,
    asked: Asked,
    conditions: Conditions,
}

async fn prepare(
    routes: &ScimRoutes,
    hosted: Option<Arc<Hosted>>,
    route: Result<Route, ErrorResponse>,
    parts: &Parts,
    body: Body,
) -> Result<Ready, ErrorResponse> {
    let hosted = hosted.ok_or_else(|| {
        let detail =
            "this instance is misconfigured; its operator finds the reason in the gateway's log and at /readyz";
        ErrorResponse::from(Error::unavailable(detail)).because("the instance could not be built")
    })?;
    // Before the body is read: a client that sends it slowly uses a permit of its own instance.
    let permit = hosted.in_flight.try_enter("the instance's share of max-in-flight")?;
    let route = route?;
    let body = if route.takes_body() { Some(read_json(&parts.headers, body, routes.body).await?) } else { None };
    let asked = route.asked(parts.uri.query().unwrap_or_default(), body)?;
    Ok(Ready { hosted, _permit: permit, asked, conditions: conditions(&parts.headers)? })
}

fn note(recording: Option<&Recording>, change: impl FnOnce(&mut OperationRecord)) {
    if let Some(recording) = recording {
        recording.note(change);
    }
}

/// Several headers with the same name are one list (RFC 9110 §5.3).
fn conditions(headers: &HeaderMap) -> Result<Conditions, Error> {
    let list = |name: HeaderName| {
        let values: Vec<_> =
            headers.get_all(name).iter().map(|value| String::from_utf8_lossy(value.as_bytes())).collect();
        (!values.is_empty()).then(|| values.join(", "))
    };
    Conditions::parse(list(IF_MATCH).as_deref(), list(IF_NONE_MATCH).as_deref())
}

/// The instance's SCIM base URL as this client sees it.
fn base(routes: &ScimRoutes, host: Option<&RequestHost>, instance: &InstanceName) -> String {
    let root = match &routes.public_url {
        Some(url) => url.trim_end_matches('/').to_owned(),
        None => format!("http://{}", host.map_or("localhost", |RequestHost(host)| host.as_str())),
    };
    format!("{root}/{instance}/scim/v2")
}

fn respond(answer: Answer) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = match answer.body {
        // Unlike `Display`, this writes straight into the response's bytes. A `Value` can always be serialized.
        Some(body) => {
            (status, [(CONTENT_TYPE, SCIM_JSON)], serde_json::to_vec(&body).unwrap_or_default()).into_response()
        }
        None => status.into_response(),
    };
    if let Some(location) = answer.location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        response.headers_mut().insert(LOCATION, location);
    }
    if let Some(version) = answer.version.and_then(|version| HeaderValue::from_str(&version.to_string()).ok()) {
        response.headers_mut().insert(ETAG, version);
    }
    response
}

impl From<Refusal> for ErrorResponse {
    fn from(refusal: Refusal) -> Self {
        let mut response = Self::from(refusal.error.clone()).of_class(refusal.class());
        if let Some(cause) = refusal.text() {
            response = response.because(cause);
        }
        if let Some(seconds) = refusal.retry_after_seconds {
            response = response.retry_after(std::time::Duration::from_secs(seconds.into()));
        }
        response
    }
}
