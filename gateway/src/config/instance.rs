//! `[instances.<name>]`: one app of one tenant, served at `/<name>/scim/v2`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::fingerprint::Fingerprint;
use super::guard_rails::GuardRails;
use super::jit::Jit;
use super::limits::Limits;
use super::mistake::Position;
use super::name::ConnectorName;
use super::oauth;
use super::secret::SecretSource;
use super::table::{Placed, Table, suggestion};
use super::token::TokenHash;
use super::word::words;
use crate::connectors::Wasi;
use crate::egress::{Authorities, BaseUrl, ClientCredentials, ForbiddenTarget, ProxyUrl, Route};

words! {
    /// How the credential is sent to the app; the connector's descriptor says which kinds the app knows.
    AuthKind {
        /// In a header of the app's own.
        Header = "header",
        /// As `Authorization: Bearer`.
        Bearer = "bearer",
        /// As `Authorization: Basic`, with `username`.
        Basic = "basic",
        /// Exchanged for bearer tokens, with `token-url` and `client-id`.
        ClientCredentials = "oauth2-client-credentials",
    }
}

words! {
    /// Whose dialect of SCIM is spoken by the identity provider.
    ClientChoice {
        /// Told from each request.
        Auto = "auto",
        /// RFC 7644 to the letter.
        Rfc = "rfc",
        /// Microsoft Entra ID.
        Entra = "entra",
        /// Microsoft Entra ID with `aadOptscim062020`.
        EntraOptscim = "entra-optscim",
        /// Okta.
        Okta = "okta",
        /// Google Workspace.
        Google = "google",
        /// Any other, with every leniency that harms nobody.
        Other = "other",
    }
}

words! {
    /// In which of the groups that want a user he is, where the app has one group per user.
    GroupPolicy {
        /// The group that was created last.
        LatestGroup = "latest-group",
        /// The group that wanted him first.
        FirstWins = "first-wins",
        /// A second group is refused.
        Reject = "reject",
    }
}

/// Where the app of an instance is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// As the connector's descriptor says.
    Default,
    /// One of the regions that the descriptor names.
    Region(String),
    /// At this URL.
    BaseUrl(BaseUrl),
}

/// One `[instances.<name>]` table.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Which of `[connectors]` serves it; known to exist.
    pub connector: ConnectorName,
    /// Where the app is.
    pub location: Location,
    /// How far connections may reach, whom they trust and through which proxy they go.
    pub route: Route,
    /// The credential for the app, if it needs one.
    pub credential: Option<SecretString>,
    /// The user name that goes with a credential sent as Basic.
    pub username: Option<String>,
    /// How the credential is sent; none means the descriptor's first kind.
    pub auth: Option<AuthKind>,
    /// The authorization server that exchanges the credential for tokens; there where `auth` says so.
    pub client_credentials: Option<ClientCredentials>,
    /// A mapping document that replaces the connector's; joined to the configuration's directory.
    pub mapping: Option<PathBuf>,
    /// The hashes of the tokens that identity providers may present; never empty.
    pub tokens: Vec<TokenHash>,
    /// Whether its connector may import WASI, which is then closed.
    pub wasi: Wasi,
    /// The identity provider's dialect.
    pub client: ClientChoice,
    /// The connector's settings, as JSON; checked against its descriptor when it is loaded.
    pub settings: Map<String, Value>,
    /// What is done with a user whom several groups want; none means the default, [`GroupPolicy::LatestGroup`].
    pub group_policy: Option<GroupPolicy>,
    /// What an operation may use.
    pub limits: Limits,
    /// How much may go away before somebody is asked.
    pub guard_rails: GuardRails,
    /// Where people sign in whose accounts are created at their first sign-in, if that is switched on.
    pub jit: Option<Jit>,
    /// Of all this but `tokens` and `mapping`, and of the secrets.
    pub fingerprint: Fingerprint,
}

/// What reading an instance needs to know besides its table.
pub(super) struct Surroundings<'a> {
    pub(super) directory: &'a Path,
    pub(super) environment: &'a dyn Fn(&str) -> Option<String>,
    pub(super) connectors: &'a [ConnectorName],
}

impl Instance {
    pub(super) fn read(
        table: Table<'_>,
        around: &Surroundings<'_>,
        places: &mut BTreeMap<String, Position>,
        secret_files: &mut Vec<PathBuf>,
    ) -> Option<Self> {
        table.note_places(places);
        let fingerprint = Fingerprint::of(table.source(), around, secret_files);
        let connector = connector(&table, around.connectors);
        let route = route(&table, around);
        let location = location(&table, route.allow_private);
        let credential = credential(&table, around);
        let (auth, username) = authentication(&table);
        let client_credentials = oauth::read(&table, auth, route.allow_private);
        let mapping = table.text::<PathBuf>("mapping").map(|path| around.directory.join(path));
        let tokens = tokens(&table);
        let wasi = table.text("wasi").unwrap_or_default();
        let client = table.text("client").unwrap_or(ClientChoice::Auto);
        let settings = table.json("settings", places);
        let group_policy = table.text("group-policy");
        let limits = Limits::read(table.table("limits"));
        let guard_rails = GuardRails::read(table.table("guard-rails"));
        let jit = table.table("jit").and_then(|table| Jit::read(table, around));
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

fn route(table: &Table<'_>, around: &Surroundings<'_>) -> Route {
    let authorities = table.text::<PathBuf>("ca-file").and_then(|path| {
        let read = std::fs::read(around.directory.join(&path)).map_err(|error| error.to_string());
        let read = read.and_then(|bytes| Authorities::from_pem(&bytes).map_err(|error| error.to_string()));
        let unusable = |error| {
            let remedy = "give a PEM file with the certificates of the authorities to trust besides the system's";
            table.mistake("ca-file", format_args!("{} cannot be used: {error}", path.display()), remedy);
        };
        read.map_err(unusable).ok()
    });
    Route {
        allow_private: table.boolean("allow-private-addresses").unwrap_or(false),
        authorities,
        proxy: table.text::<ProxyUrl>("proxy"),
    }
}

/// Reports a URL that may not be connected to.
pub(super) fn judged(table: &Table<'_>, key: &'static str, judged: Result<(), ForbiddenTarget>) {
    if let Err(closed) = judged {
        let remedy = match closed {
            ForbiddenTarget::Plain => "write https://, or set allow-private-addresses = true for your own network",
            ForbiddenTarget::Address(_) => {
                "allow-private-addresses = true opens loopback and private networks, and nothing else"
            }
        };
        table.mistake(key, closed, remedy);
    }
}

fn location(table: &Table<'_>, allow_private: bool) -> Location {
    let region: Option<String> = table.text("region");
    let base_url: Option<BaseUrl> = table.text("base-url");
    if table.has("region") && table.has("base-url") {
        table.mistake("region", "stands beside `base-url`", "an app is in one place: remove one of the two");
    }
    if let Some(url) = &base_url {
        judged(table, "base-url", url.judge(allow_private));
    }
    match (base_url, region) {
        (Some(url), _) => Location::BaseUrl(url),
        (None, Some(region)) => Location::Region(region),
        (None, None) => Location::Default,
    }
}

fn credential(table: &Table<'_>, around: &Surroundings<'_>) -> Option<SecretString> {
    let source: SecretSource = table.text("credential")?;
    let remedy = match &source {
        SecretSource::Environment(name) => format!("set {name} to the credential before the gateway starts"),
        SecretSource::File(_) => "write the credential, alone, into a file that the gateway can read".to_owned(),
    };
    let secret = source.read(around.directory, around.environment);
    secret.map_err(|error| table.mistake("credential", error, remedy)).ok()
}

fn authentication(table: &Table<'_>) -> (Option<AuthKind>, Option<String>) {
    let auth = table.text("auth");
    let username: Option<String> = table.text("username");
    match (auth, table.has("username")) {
        (Some(AuthKind::Basic), false) => {
            table.mistake("auth", "is `basic` without a `username`", "add username = \"…\"");
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
    let remedy = "run `scim-gateway token new` and put the hash that it prints here: tokens = [\"sha256:…\"]";
    let placed: Vec<Placed<TokenHash>> = table.texts("tokens");
    if !table.has("tokens") {
        table.mistake("tokens", "is missing: nobody could call this instance", remedy);
    }
    let mut tokens = Vec::with_capacity(placed.len());
    for Placed { value, span } in placed {
        if tokens.contains(&value) {
            table.mistake_at(span, "tokens", "lists a hash twice", "remove it, or make another token for its purpose");
        } else {
            tokens.push(value);
        }
    }
    tokens
}
