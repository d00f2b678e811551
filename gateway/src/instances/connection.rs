//! The connection of an instance to its app: where the app is, and how the credential is sent.

use super::context::BuildContext;
use crate::config::{self, Location, Mistake};
use crate::connectors::{AuthKind, AuthMethod, Document};
use crate::egress::{Auth, BaseUrl, BaseUrlError, Egress, EgressConfig, EgressError};
use secrecy::{ExposeSecret as _, SecretString};

/// Sets up the connection as configured and as the connector's descriptor says.
pub(super) fn connect(context: &BuildContext<'_>, settings: &Document) -> Result<Egress, Mistake> {
    let base_url = match &context.from.location {
        Location::BaseUrl(url) => url.clone(),
        Location::Default => base_url(context, None, settings)?,
        Location::Region(region) => base_url(context, Some(region), settings)?,
    };
    let (auth, credential) = credential(context)?;
    let mut egress = EgressConfig::new(context.name.as_str(), base_url, auth, credential);
    egress.route = context.from.route.clone();
    egress.concurrency =
        context.from.limits.concurrency.map_or(context.connector.descriptor.app.concurrency, |limit| limit as usize);
    egress.rate = context.from.limits.rate;
    if let Some(bytes) = context.from.limits.response_bytes {
        egress.max_response_bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
    }
    Egress::new(egress, &context.shared.network).map_err(|error| {
        let (key, remedy) = match &error {
            EgressError::BaseUrl(..) => ("base-url", "allow-private-addresses = true allows private networks"),
            EgressError::TokenUrl(..) => ("token-url", "allow-private-addresses = true allows private networks"),
            EgressError::Credential(_) => ("credential", "use the credential exactly as the app issued it"),
            EgressError::Network(_) => ("ca-file", "name a PEM file with certificates of authorities"),
        };
        context.mistake(key, error.to_string(), remedy)
    })
}

fn base_url(context: &BuildContext<'_>, region: Option<&str>, settings: &Document) -> Result<BaseUrl, Mistake> {
    let key = if region.is_some() { "region" } else { "base-url" };
    let wrong = |error: String| context.mistake(key, error, "correct it, or write the full base-url");
    let text = context.connector.descriptor.base_url.resolve(region, settings);
    text.map_err(|error| wrong(error.to_string()))?.parse().map_err(|error: BaseUrlError| wrong(error.to_string()))
}

fn credential(context: &BuildContext<'_>) -> Result<(Auth, SecretString), Mistake> {
    let known = &context.connector.descriptor.auth;
    let method = match context.from.auth {
        Some(kind) => known.iter().find(|method| accepts(method.kind, kind)),
        None => known.iter().find(|method| !method.legacy),
    };
    let method = method.ok_or_else(|| {
        let kinds: Vec<&str> = known.iter().map(|method| kind_name(method.kind)).collect();
        context.mistake(
            "auth",
            "the app does not support this kind of credential",
            &format!("supported: {}", kinds.join(", ")),
        )
    })?;
    let credential = context.from.credential.clone().ok_or_else(|| {
        context.mistake("credential", "the app needs a credential", "write credential = \"env:NAME\" or \"file:PATH\"")
    })?;
    if let Some(asked) = &context.from.client_credentials {
        return Ok((Auth::ClientCredentials(asked.clone()), credential));
    }
    let secret = match (method.kind, &context.from.username) {
        (AuthKind::Basic, Some(user)) => format!("{user}:{}", credential.expose_secret().trim()).into(),
        _ => credential,
    };
    Ok((auth(method), secret))
}

fn auth(method: &AuthMethod) -> Auth {
    match method.kind {
        AuthKind::Bearer => Auth::Bearer,
        AuthKind::Basic => Auth::Basic,
        AuthKind::Header => {
            Auth::Header { header: method.header.clone().unwrap_or_default(), scheme: method.scheme.clone() }
        }
    }
}

/// An app that accepts bearer tokens accepts those of its authorization server.
const fn accepts(declared: AuthKind, asked: config::AuthKind) -> bool {
    matches!(
        (declared, asked),
        (AuthKind::Bearer, config::AuthKind::Bearer | config::AuthKind::ClientCredentials)
            | (AuthKind::Header, config::AuthKind::Header)
            | (AuthKind::Basic, config::AuthKind::Basic)
    )
}

const fn kind_name(kind: AuthKind) -> &'static str {
    match kind {
        AuthKind::Bearer => "bearer",
        AuthKind::Header => "header",
        AuthKind::Basic => "basic",
    }
}
