//! `[instances.<name>]`: one app of one tenant, served at `/<name>/scim/v2`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use secrecy::SecretString;
use serde_json::{Map, Value};

use super::base_url::BaseUrl;
use super::fingerprint::Fingerprint;
use super::jit::Jit;
use super::limits::Limits;
use super::mistake::Position;
use super::name::ConnectorName;
use super::secret::SecretSource;
use super::table::{Placed, Table, suggestion};
use super::token::TokenHash;
use super::word::words;

words! {
    /// How the credential is sent to the app; the connector's descriptor says which kinds the app knows.
    AuthKind {
        /// In a header of the app's own.
        Header = "header",
        /// As `Authorization: Bearer`.
        Bearer = "bearer",
        /// As `Authorization: Basic`, with `username`.
        Basic = "basic",
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
    /// Whether the app may be at a loopback or private address, and reached by plain http. Link-local ones stay closed.
    pub allow_private_addresses: bool,
    /// The credential for the app, if it needs one.
    pub credential: Option<SecretString>,
    /// The user name that goes with a credential sent as Basic.
    pub username: Option<String>,
    /// How the credential is sent; none means the descriptor's first kind.
    pub auth: Option<AuthKind>,
    /// A mapping document that replaces the connector's; joined to the configuration's directory.
    pub mapping: Option<PathBuf>,
    /// The hashes of the tokens that identity providers may present; never empty.
    pub tokens: Vec<TokenHash>,
    /// The identity provider's dialect.
    pub client: ClientChoice,
    /// The connector's settings, as JSON; checked against its descriptor when it is loaded.
    pub settings: Map<String, Value>,
    /// What is done with a user whom several groups want; none means the default, [`GroupPolicy::LatestGroup`].
    pub group_policy: Option<GroupPolicy>,
    /// What an operation may use.
    pub limits: Limits,
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
        let allow_private_addresses = table.boolean("allow-private-addresses").unwrap_or(false);
        let location = location(&table, allow_private_addresses);
        let credential = credential(&table, around);
        let (auth, username) = authentication(&table);
        let mapping = table.text::<PathBuf>("mapping").map(|path| around.directory.join(path));
        let tokens = tokens(&table);
        let client = table.text("client").unwrap_or(ClientChoice::Auto);
        let settings = table.json("settings", places);
        let group_policy = table.text("group-policy");
        let limits = Limits::read(table.table("limits"));
        let jit = table.table("jit").and_then(|table| Jit::read(table, around));
        table.finish();
        let connector = connector?;
        Some(Self {
            connector,
            location,
            allow_private_addresses,
            credential,
            username,
            auth,
            mapping,
            tokens,
            client,
            settings,
            group_policy,
            limits,
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

fn location(table: &Table<'_>, allow_private_addresses: bool) -> Location {
    let region: Option<String> = table.text("region");
    let base_url: Option<BaseUrl> = table.text("base-url");
    if table.has("region") && table.has("base-url") {
        table.mistake("region", "stands beside `base-url`", "an app is in one place: remove one of the two");
    }
    if base_url.as_ref().is_some_and(BaseUrl::is_plain) && !allow_private_addresses {
        let remedy = "write https://, or set allow-private-addresses = true for an app in your own network";
        table.mistake("base-url", "would send the credential unencrypted", remedy);
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
        (Some(AuthKind::Bearer | AuthKind::Header), true) => {
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
