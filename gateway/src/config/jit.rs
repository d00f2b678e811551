//! `[instances.<name>.jit]`: where people sign in whose accounts are created at their first sign-in.
//!
//! Threat: whoever can sign in at the issuer gets an account. So the issuer is one tenant's, never "any tenant of Microsoft", and
//! everything that a code or a token passes through is https, except on the machine itself.

use std::fmt;
use std::str::FromStr;

use secrecy::SecretString;
use url::{Host, Url};

use super::instance::Surroundings;
use super::secret::SecretSource;
use super::table::{Placed, Table};
use super::word::words;
use crate::egress::BaseUrl;

words! {
    /// The claim of the ID token that becomes the account.
    EmailClaim {
        /// `email`, refused when the provider says that it is not verified.
        Email = "email",
        /// `preferred_username`: at Entra the user principal name, which a tenant can only give within its own domains.
        PreferredUsername = "preferred_username",
        /// `upn`: the same, as an optional claim of Entra's.
        Upn = "upn",
    }
}

/// One `[instances.<name>.jit]` table.
#[derive(Debug, Clone)]
pub struct Jit {
    /// The OpenID provider.
    pub issuer: Issuer,
    /// What the provider calls this gateway.
    pub client_id: String,
    /// The secret that goes with it; none for a public client.
    pub client_secret: Option<SecretString>,
    /// What is asked for besides `openid`.
    pub scopes: Vec<Scope>,
    /// The gateway's address as browsers see it; the call-back is `<public-url>/<instance>/jit/callback`.
    pub public_url: BaseUrl,
    /// Where a person is sent once the account exists.
    pub sign_in_url: SignInUrl,
    /// Which claim becomes the account.
    pub email_claim: EmailClaim,
    /// The domains whose addresses get an account; empty means all that the provider vouches for.
    pub email_domains: Vec<EmailDomain>,
    /// Whether the ID token's `groups` claim becomes the new account's groups.
    pub groups: bool,
}

/// An issuer identifier (OpenID Connect Core §2), kept letter by letter: a slash at its end matters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issuer(String);

/// A scope token (RFC 6749 §3.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope(String);

/// An absolute `https` or `http` URL for a person's browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInUrl(Url);

/// The domain of an e-mail address in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmailDomain(String);

/// Why a value of the table cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JitError {
    /// Not a URL.
    #[error("`{0}` is not a URL ({1}); write one that begins with https://")]
    Syntax(String, String),
    /// Codes and tokens would travel in the clear.
    #[error("`{0}` is not https; plain http is possible only on a loopback address")]
    Plain(String),
    /// User information, a query or a fragment in an issuer; the text may hold a secret and is not repeated.
    #[error("an issuer has no user name, query or fragment; write it as the provider's metadata does")]
    Decorated,
    /// The address of the metadata.
    #[error("this is the address of the provider's metadata; write it without `/.well-known/openid-configuration`")]
    Metadata,
    /// Entra's endpoints for many tenants.
    #[error("`{0}` lets in people of any tenant; write https://login.microsoftonline.com/<your tenant's id>/v2.0")]
    AnyTenant(String),
    /// A user name or password in an address for browsers; the text is not repeated.
    #[error("the URL holds a user name or password, or does not begin with https:// or http://")]
    UserInformation,
    /// Not a scope.
    #[error("`{0}` is not one scope; write each in quotes of its own, without spaces")]
    Scope(String),
    /// Not a domain.
    #[error("`{0}` is not a domain; write one such as example.com, without an @ sign")]
    Domain(String),
}

impl Jit {
    pub(super) fn read(table: Table<'_>, around: &Surroundings<'_>) -> Option<Self> {
        let issuer = table.required("issuer", "write the issuer of your OpenID provider, as its metadata does");
        let client_id: Option<String> = table.required("client-id", "write the id that the provider gave this gateway");
        let client_secret = client_secret(&table, around);
        let public_url: Option<BaseUrl> =
            table.required("public-url", "write the gateway's address as browsers see it");
        if let Some(url) = public_url.as_ref().filter(|url| url.is_plain() && !is_loopback(url.url())) {
            table.mistake(
                "public-url",
                JitError::Plain(url.to_string()),
                "put a proxy with TLS in front of the gateway",
            );
        }
        let sign_in_url = table.required("sign-in-url", "write the address at which people sign in to the app");
        let email_claim = table.text("email-claim").unwrap_or(EmailClaim::Email);
        let scopes: Vec<Scope> = table.texts("scopes").into_iter().map(|Placed { value, .. }| value).collect();
        let email_domains: Vec<EmailDomain> =
            table.texts("email-domains").into_iter().map(|Placed { value, .. }| value).collect();
        if table.has("email-domains") && email_domains.is_empty() {
            table.mistake("email-domains", "lets nobody in", "name at least one domain, or remove the key");
        }
        let groups = table.boolean("groups").unwrap_or(false);
        let scopes = if table.has("scopes") { scopes } else { default_scopes(email_claim) };
        table.finish();
        Some(Self {
            issuer: issuer?,
            client_id: client_id?,
            client_secret,
            scopes,
            public_url: public_url?,
            sign_in_url: sign_in_url?,
            email_claim,
            email_domains,
            groups,
        })
    }
}

impl Issuer {
    /// The issuer as the provider writes it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Issuer {
    type Err = JitError;

    fn from_str(text: &str) -> Result<Self, JitError> {
        let url = Url::parse(text).map_err(|error| JitError::Syntax(text.to_owned(), error.to_string()))?;
        let decorated = !url.username().is_empty() || url.password().is_some();
        if decorated || url.query().is_some() || url.fragment().is_some() {
            return Err(JitError::Decorated);
        }
        if url.scheme() != "https" && !(url.scheme() == "http" && is_loopback(&url)) {
            return Err(JitError::Plain(text.to_owned()));
        }
        if url.path().contains("/.well-known/") {
            return Err(JitError::Metadata);
        }
        let first = url.path_segments().and_then(|mut segments| segments.next()).unwrap_or_default();
        if matches!(first, "common" | "organizations" | "consumers")
            && url.domain().is_some_and(|domain| domain.starts_with("login."))
        {
            return Err(JitError::AnyTenant(text.to_owned()));
        }
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Issuer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Scope {
    /// The scope as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Scope {
    type Err = JitError;

    fn from_str(text: &str) -> Result<Self, JitError> {
        let token = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\');
        if text.is_empty() || !text.chars().all(token) {
            Err(JitError::Scope(text.to_owned()))
        } else {
            Ok(Self(text.to_owned()))
        }
    }
}

impl SignInUrl {
    /// The address.
    pub fn url(&self) -> &Url {
        &self.0
    }
}

impl FromStr for SignInUrl {
    type Err = JitError;

    fn from_str(text: &str) -> Result<Self, JitError> {
        let url = Url::parse(text).map_err(|error| JitError::Syntax(text.to_owned(), error.to_string()))?;
        let plain = matches!(url.scheme(), "https" | "http") && url.username().is_empty() && url.password().is_none();
        if plain { Ok(Self(url)) } else { Err(JitError::UserInformation) }
    }
}

impl EmailDomain {
    /// The domain in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for EmailDomain {
    type Err = JitError;

    fn from_str(text: &str) -> Result<Self, JitError> {
        let labels = text.split('.').all(|label| {
            !label.is_empty() && !label.starts_with('-') && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        });
        if labels && text.len() <= 253 {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(JitError::Domain(text.to_owned()))
        }
    }
}

/// Whether a URL stays on this machine.
fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// What the providers ask for before they put the claim into an ID token; `upn` is configured at Entra, not asked for.
fn default_scopes(claim: EmailClaim) -> Vec<Scope> {
    let scope = if claim == EmailClaim::Email { "email" } else { "profile" };
    vec![Scope(scope.to_owned())]
}

fn client_secret(table: &Table<'_>, around: &Surroundings<'_>) -> Option<SecretString> {
    let source: SecretSource = table.text("client-secret")?;
    let secret = source.read(around.directory, around.environment);
    let remedy = "set the variable before the gateway starts, or write the secret, alone, into a file that it can read";
    secret.map_err(|error| table.mistake("client-secret", error, remedy)).ok()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use toml::de::DeTable;

    use super::super::table::Report;
    use super::*;

    #[test]
    fn an_issuer_is_kept_letter_by_letter() {
        for text in [
            "https://accounts.google.com",
            "https://acme.eu.auth0.com/",
            "https://login.microsoftonline.com/3f2b6c1e-0000-4000-8000-000000000000/v2.0",
            "http://127.0.0.1:4711",
            "http://localhost:4711",
            "http://[::1]:4711/realm",
        ] {
            assert_eq!(text.parse::<Issuer>().expect(text).as_str(), text);
        }
    }

    #[test]
    fn an_issuer_that_lets_others_in_or_listen_is_refused_with_what_would_be_right() {
        for (text, expected) in [
            ("accounts.google.com", "https://"),
            ("http://sso.example.com", "loopback"),
            ("ftp://sso.example.com", "loopback"),
            ("https://user:hidden@sso.example.com", "metadata"),
            ("https://sso.example.com?tenant=1", "no user name, query"),
            ("https://sso.example.com/.well-known/openid-configuration", "without"),
            ("https://login.microsoftonline.com/common/v2.0", "tenant's id"),
            ("https://login.microsoftonline.us/organizations/v2.0", "tenant's id"),
        ] {
            let error = text.parse::<Issuer>().expect_err(text).to_string();
            assert!(error.contains(expected) && !error.contains("hidden"), "{text}: {error}");
        }
    }

    #[test]
    fn scopes_domains_and_addresses_are_single_and_plain() {
        assert!("email".parse::<Scope>().is_ok() && "email profile".parse::<Scope>().is_err());
        assert_eq!("Example.COM".parse::<EmailDomain>().expect("a domain").as_str(), "example.com");
        for text in ["", "@example.com", "a@b.c", "example..com", "-a.com", "exämple.com"] {
            assert!(text.parse::<EmailDomain>().is_err(), "{text}");
        }
        for text in ["javascript:alert(1)", "https://user:hidden@app.example", "app.example/login", "data:text/html,x"]
        {
            assert!(text.parse::<SignInUrl>().is_err(), "{text}");
        }
    }

    const TABLE: &str = r#"
        issuer = "https://acme.okta.com"
        client-id = "0oa1"
        public-url = "https://scim.acme.example/"
        sign-in-url = "https://my.splashtop.com/login/sso"
    "#;

    /// The instance's table, or the mistakes.
    fn read(lines: &str) -> Result<Jit, String> {
        let text = format!(
            "[connectors.c]\nfile = \"/dev/null\"\n[instances.acme]\nconnector = \"c\"\n[instances.acme.jit]\n{lines}"
        );
        let environment = |name: &str| (name == "SSO").then(|| "s3cret".to_owned());
        let report = Report::new(Path::new("gateway.toml"), &text);
        let document = DeTable::parse(&text).expect("TOML");
        let around = Surroundings { directory: Path::new("."), environment: &environment, connectors: &[] };
        let instance =
            Table::root(document.get_ref(), &report).table("instances").and_then(|table| table.table("acme"));
        let jit = instance.and_then(|table| table.table("jit")).and_then(|table| Jit::read(table, &around));
        let mistakes: Vec<String> = report.into_mistakes().iter().map(ToString::to_string).collect();
        jit.filter(|_| mistakes.is_empty()).ok_or(mistakes.join("\n"))
    }

    #[test]
    fn the_shortest_table_asks_for_the_address_and_nothing_else() {
        let jit = read(TABLE).expect("a table");
        assert_eq!(jit.public_url.to_string(), "https://scim.acme.example");
        assert_eq!(jit.scopes, ["email".parse().expect("a scope")]);
        assert!(jit.client_secret.is_none() && !jit.groups && jit.email_domains.is_empty());
        let jit =
            read(&format!("{TABLE}email-claim = \"preferred_username\"\nclient-secret = \"env:SSO\"\ngroups = true"))
                .expect("a table");
        assert_eq!((jit.scopes.as_slice(), jit.groups), (["profile".parse().expect("a scope")].as_slice(), true));
        assert!(jit.client_secret.is_some() && !format!("{jit:?}").contains("s3cret"));
    }

    #[test]
    fn each_mistake_says_what_would_be_right() {
        for (lines, expected) in [
            ("client-secret = \"s3cret\"", "jit.client-secret: a credential is not written into this file"),
            ("client-secret = \"env:ABSENT\"", "ABSENT is not set; set the variable"),
            ("email-domains = []", "jit.email-domains: lets nobody in; name at least one"),
            ("email-domains = [\"@acme.example\"]", "without an @ sign"),
            ("email-claim = \"mail\"", "not one of the known words; did you mean `email`?"),
            ("scopes = [\"email profile\"]", "without spaces"),
            ("groups = \"yes\"", "write true or false"),
            ("redirect-url = \"https://x.example\"", "jit.redirect-url: is not a known key"),
        ] {
            let mistakes = read(&format!("{TABLE}{lines}")).expect_err(lines);
            assert!(
                mistakes.contains(expected) && !mistakes.contains("s3cret"),
                "{lines}\nwant: {expected}\nhave: {mistakes}"
            );
        }
        let plain = TABLE.replace("https://scim.acme.example/", "http://scim.acme.example");
        assert!(
            read(&plain).expect_err("plain http").contains("jit.public-url: `http://scim.acme.example` is not https")
        );
        let missing = read("").expect_err("nothing");
        for key in ["issuer", "client-id", "public-url", "sign-in-url"] {
            assert!(missing.contains(&format!("instances.acme.jit.{key}: is missing")), "{missing}");
        }
    }
}
