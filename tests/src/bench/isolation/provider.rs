//! An OpenID provider that takes its time and knows no code.

use axum::Router;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::routing::{get, post};
use serde_json::json;
use std::io;
use std::time::Duration;
use tokio::net::TcpListener;

/// How long it takes to refuse a code.
const REFLECTION: Duration = Duration::from_secs(2);

/// Starts it and returns the issuer; it runs until the process ends.
pub(super) async fn start() -> io::Result<String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
    let issuer = format!("http://{}", listener.local_addr()?);
    let metadata = json!({
        "issuer": issuer,
        "authorization_endpoint": format!("{issuer}/authorize"),
        "token_endpoint": format!("{issuer}/token"),
        "jwks_uri": format!("{issuer}/keys"),
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    });
    let json = |body: String| ([(CONTENT_TYPE, "application/json")], body);
    let routes = Router::new()
        .route("/.well-known/openid-configuration", get(async move || json(metadata.to_string())))
        .route("/keys", get(async move || json(json!({ "keys": [] }).to_string())))
        .route(
            "/token",
            post(async move || {
                tokio::time::sleep(REFLECTION).await;
                (StatusCode::BAD_REQUEST, json(json!({ "error": "invalid_grant" }).to_string()))
            }),
        );
    tokio::spawn(async move { axum::serve(listener, routes).await });
    Ok(issuer)
}
