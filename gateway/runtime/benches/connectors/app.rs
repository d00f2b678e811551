//! An app that answers every request with the same user, except for its list of roles, and the egress to it.

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use scim_egress::{Auth, Egress, EgressConfig, Network, Route};
use scim_runtime::Document;
use secrecy::SecretString;
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;

/// The user's id.
pub(crate) const ID: &str = "4711";

/// Starts the app on a port of its own.
pub(crate) async fn start() -> Arc<Egress> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let record = record().to_string();
    let json = |text: String| async move || ([(CONTENT_TYPE, "application/json")], text);
    let roles = json!([{"id": 1, "name": "Administrator"}]).to_string();
    let router = Router::new().route("/roles.json", get(json(roles))).fallback(json(record));
    tokio::spawn(async move { axum::serve(listener, router).await });
    let route = Route { allow_private: true, ..Route::default() };
    let config = EgressConfig::new("bench", base_url, Auth::Bearer, SecretString::from("hunter2"));
    Arc::new(Egress::new(EgressConfig { route, ..config }, &Network::new()).unwrap())
}

/// The user as the mapping makes it from Entra's request.
pub(crate) fn user() -> Document {
    let user = json!({
        "email": "alice@contoso.example",
        "name": "Alice Adams",
        "disabled": false,
        "title": "Engineer",
        "phone": "+1 555 0100",
        "mobile_phone": "+1 555 0101",
        "role": {"name": "Administrator"},
    });
    user.as_object().cloned().unwrap_or_default()
}

/// The user as Samanage returns it.
fn record() -> Value {
    let mut record = json!({
        "id": 4711,
        "created_at": "2026-01-23T04:56:22.000-07:00",
        "updated_at": "2026-05-13T04:42:34.000-07:00",
        "last_login": null,
        "department": null,
        "salt": "c0ffee",
        "group_ids": [17, 4712],
        "custom_fields_values": [],
        "avatar": {"type": "initials", "color": "#fa7911", "initials": "AA"},
        "mfa_enabled": false,
        "site": null,
        "reports_to": null,
        "provider": null,
        "language": "-1",
        "time_zone": null,
        "available_for_assignment": true,
    });
    record.as_object_mut().into_iter().for_each(|record| record.extend(user()));
    record
}
