//! `[instances.<name>]`: one app of one tenant, served at `/<name>/scim/v2`.

use super::auth_kind::AuthKind;
use super::context::ReadContext;
use super::credential;
use super::fingerprint::Fingerprint;
use super::guard_rails::GuardRails;
use super::jit::Jit;
use super::limits::Limits;
use super::mistake::Position;
use super::name::ConnectorName;
use super::oauth;
use super::reachable::report_unreachable;
use super::secret::SecretSource;
use super::table::{Placed, Table, suggestion};
use super::token::TokenHash;
use super::word::words;
use crate::connectors::Wasi;
use crate::egress::{Authorities, BaseUrl, ClientCredentials, ProxyUrl, Route};
use secrecy::SecretString;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::PathBuf;

words! {
    /// The identity provider's dialect of SCIM.
    ClientChoice {
        /// Detected from each request.
        Auto = "auto",
        /// Exactly RFC 7644.
        Rfc = "rfc",
        /// Microsoft Entra ID.
        Entra = "entra",
        /// Microsoft Entra ID with `aadOptscim062020`.
        EntraOptscim = "entra-optscim",
        /// Okta.
        Okta = "okta",
        /// Google Workspace.
        Google = "google",
        /// authentik.
        Authentik = "authentik",
        /// Programs written with the Python library scim2-models.
        Scim2Models = "scim2-models",
        /// Any other, with every leniency that is safe for all clients.
        Other = "other",
    }
}

words! {
    /// Which group takes effect when several groups list a user, for an app that allows one group per user.
    GroupPolicy {
        /// The group that was created last.
        LatestGroup = "latest-group",
        /// The group that the user was added to first.
        FirstWins = "first-wins",
        /// A second group is refused.
        Reject = "reject",
    }
}

const PRIVATE: &str = "allow-private-addresses";

/// The address of an instance's app.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// The default of the connector's descriptor.
    Default,
    /// One of the regions in the descriptor.
    Region(String),
    /// This URL.
    BaseUrl(BaseUrl),
}

/// One `[instances.<name>]` table.
#[derive(Debug, Clone)]
pub struct Instance {
    /// The connector that serves it; known to exist.
    pub connector: ConnectorName,
    /// The app's address.
    pub location: Location,
    /// Which addresses connections may reach, which authorities they trust and which proxy they use.
    pub route: Route,
    /// The credential for the app, if it needs one.
    pub credential: Option<SecretString>,
    /// The user name for a credential sent as Basic.
    pub username: Option<String>,
    /// How the credential is sent; `None` means the descriptor's first kind.
    pub auth: Option<AuthKind>,
    /// The authorization server that exchanges the credential for tokens, if `auth` requires one.
    pub client_credentials: Option<ClientCredentials>,
    /// A mapping document that replaces the connector's; resolved against the configuration's directory.
    pub mapping: Option<PathBuf>,
    /// The hashes of the tokens that identity providers may present; never empty.
    pub tokens: Vec<TokenHash>,
    /// Whether its connector may import WASI, which then gives access to nothing.
    pub wasi: Wasi,
    /// The identity provider's dialect.
    pub client: ClientChoice,
    /// The connector's settings as JSON; checked against the descriptor when the connector is loaded.
    pub settings: Map<String, Value>,
    /// Which group takes effect when several groups list a user; `None` means the default, [`GroupPolicy::LatestGroup`].
    pub group_policy: Option<GroupPolicy>,
    /// The resources that an operation may use.
    pub limits: Limits,
    /// Which of the tenants and apps that the name has stood for it stands for now; `None` means that it always was the same.
    pub generation: Option<u32>,
    /// How much may be removed before the gateway waits for the operator.
    pub guard_rails: GuardRails,
    /// Just-in-time provisioning at a person's first sign-in, if enabled.
    pub jit: Option<Jit>,
    /// The fingerprint of everything above except `tokens` and `mapping`, including the secrets.
    pub fingerprint: Fingerprint,
}

impl Instance {
    pub(super) fn read(
        table: Table<'_>,
        context: &ReadContext<'_>,
        places: &mut BTreeMap<String, Position>,
        secret_files: &mut Vec<PathBuf>,
    ) -> Option<Self> {
        table.note_places(places);
        let fingerprint = Fingerprint::of(table.source(), context, secret_files);
        let connector = connector(&table, context.connectors);
        let private = table.boolean(PRIVATE);
        let route = route(&table, context, private.unwrap_or(false));
        // What is neither true nor false is one mistake, and no second one about an address.
        let allow_private = private.unwrap_or_else(|| table.has(PRIVATE));
        let location = location(&table, allow_private);
        let credential = credential(&table, context);
        let (auth, username) = authentication(&table);
        let client_credentials = oauth::read(&table, auth, allow_private);
        let mapping = table.text::<PathBuf>("mapping").map(|path| context.directory.join(path));
        let tokens = tokens(&table);
        let wasi = table.text("wasi").unwrap_or_default();
        let client = table.text("client").unwrap_or(ClientChoice::Auto);
        let settings = table.json("settings", places);
        let group_policy = table.text("group-policy");
        let generation = table.integer("generation", 1..=1_000_000).and_then(|number| u32::try_from(number).ok());
        let limits = Limits::read(table.table("limits"));
        let guard_rails = GuardRails::read(table.table("guard-rails"));
        let jit = table.table("jit").and_then(|table| Jit::read(table, context));
        table.finish();
        let connector = connector?;
        Some(Self {
            connector,
            location,
            route,
            credential,
            username,
            auth,
            client_credentials,
            mapping,
            tokens,
            wasi,
            client,
            settings,
            group_policy,
            generation,
            limits,
            guard_rails,
            jit,
            fingerprint,
        })
    }
}

fn connector(table: &Table<'_>, connectors: &[ConnectorName]) -> Option<ConnectorName> {
    let name: ConnectorName = table.required("connector", "name one of the [connectors]")?;
    if !connectors.contains(&name) {
        let known: Vec<&str> = connectors.iter().map(ConnectorName::as_str).collect();
        table.mistake("connector", format_args!("there is no [connectors.{name}]"), suggestion(name.as_str(), &known));
    }
    Some(name)
}

fn route(table: &Table<'_>, context: &ReadContext<'_>, allow_private: bool) -> Route {
    let authorities = table.text::<PathBuf>("ca-file").and_then(|path| {
        let read = std::fs::read(context.directory.join(&path)).map_err(|error| error.to_string());
        let read = read.and_then(|bytes| Authorities::from_pem(&bytes).map_err(|error| error.to_string()));
        let unusable = |error| {
            let remedy = "name a PEM file with the certificates of additional authorities to trust";
            table.mistake("ca-file", format_args!("{} cannot be used: {error}", path.display()), remedy);
        };
        read.map_err(unusable).ok()
    });
    Route { allow_private, authorities, proxy: table.text::<ProxyUrl>("proxy") }
}

fn location(table: &Table<'_>, allow_private: bool) -> Location {
    let region: Option<String> = table.text("region");
    let base_url: Option<BaseUrl> = table.text("base-url");
    if table.has("region") && table.has("base-url") {
        table.mistake("region", "cannot be combined with `base-url`", "remove one of the two");
    }
    if let Some(url) = &base_url {
        report_unreachable(table, "base-url", url.judge(allow_private));
    }
    match (base_url, region) {
        (Some(url), _) => Location::BaseUrl(url),
        (None, Some(region)) => Location::Region(region),
        (None, None) => Location::Default,
    }
}

fn credential(table: &Table<'_>, context: &ReadContext<'_>) -> Option<SecretString> {
    credential::read(table, "credential", context, |source| match source {
        SecretSource::Environment(name) => format!("set {name} to the credential before the gateway starts"),
        SecretSource::File(_) => "create the file with only the credential in it, readable by the gateway".to_owned(),
    })
}

fn authentication(table: &Table<'_>) -> (Option<AuthKind>, Option<String>) {
    let auth = table.text("auth");
    let username: Option<String> = table.text("username");
    match (auth, table.has("username")) {
        (Some(AuthKind::Basic), false) => {
            table.mistake("auth", "is `basic`, but there is no `username`", "add username = \"…\"");
        }
        (Some(AuthKind::Bearer | AuthKind::Header | AuthKind::ClientCredentials), true) => {
            table.mistake("username", "is used only with auth = \"basic\"", "remove one of the two");
        }
        _ => {}
    }
    if username.as_ref().is_some_and(|name| name.contains(':') || name.chars().any(char::is_control)) {
        table.mistake("username", "contains a colon or a control character", "RFC 7617 §2 forbids both in a user name");
    }
    (auth, username)
}

fn tokens(table: &Table<'_>) -> Vec<TokenHash> {
    let remedy = "run `scim-gateway token new` and add the hash that it prints: tokens = [\"sha256:…\"]";
    let placed: Vec<Placed<TokenHash>> = table.texts("tokens");
    if !table.has("tokens") {
        table.mistake("tokens", "is missing, so nobody could call this instance", remedy);
    } else if table.is_empty_list("tokens") {
        table.mistake("tokens", "is empty, so nobody could call this instance", remedy);
    }
    let mut tokens = Vec::with_capacity(placed.len());
    for Placed { value, span } in placed {
        if tokens.contains(&value) {
            table.mistake_at(span, "tokens", "lists a hash twice", "remove it, or create another token");
        } else {
            value.warn_of_example(table, "tokens", &span);
            tokens.push(value);
        }
    }
    tokens
}
