//! `[instances.<name>.jit]`: where people sign in to get an account at their first sign-in.
//!
//! Threat: everyone who can sign in at the issuer gets an account. So the issuer must belong to one tenant, never to "any
//! Microsoft tenant", and codes and tokens travel only over https, except on the loopback interface.

mod values;

pub use values::{EmailClaim, EmailDomain, Issuer, JitError, Scope, SignInUrl};

use super::context::ReadContext;
use super::credential;
use super::table::{Placed, Table};
use crate::egress::BaseUrl;
use secrecy::SecretString;

/// One `[instances.<name>.jit]` table.
#[derive(Debug, Clone)]
pub struct Jit {
    /// The OpenID provider.
    pub issuer: Issuer,
    /// The client id that the provider gave this gateway.
    pub client_id: String,
    /// The client secret; `None` for a public client.
    pub client_secret: Option<SecretString>,
    /// The scopes to request besides `openid`.
    pub scopes: Vec<Scope>,
    /// The gateway's address as browsers see it; the callback is `<public-url>/<instance>/jit/callback`.
    pub public_url: BaseUrl,
    /// Where a person is redirected once the account exists.
    pub sign_in_url: SignInUrl,
    /// Which claim becomes the account's user name.
    pub email_claim: EmailClaim,
    /// The domains whose addresses get an account; empty means every address that the provider has verified.
    pub email_domains: Vec<EmailDomain>,
    /// Whether the ID token's `groups` claim becomes the new account's groups.
    pub groups: bool,
}

impl Jit {
    pub(super) fn read(table: Table<'_>, context: &ReadContext<'_>) -> Option<Self> {
        let issuer = table.required("issuer", "write the issuer exactly as in your OpenID provider's metadata");
        let client_id: Option<String> =
            table.required("client-id", "write the client id that the provider gave this gateway");
        let client_secret = client_secret(&table, context);
        let public_url: Option<BaseUrl> =
            table.required("public-url", "write the gateway's address as browsers see it");
        if let Some(url) = public_url.as_ref().filter(|url| url.is_plain() && !values::is_loopback(url.url())) {
            table.mistake(
                "public-url",
                JitError::Plain(url.to_string()),
                "put a reverse proxy with TLS in front of the gateway",
            );
        }
        let sign_in_url = table.required("sign-in-url", "write the address where people sign in to the app");
        let email_claim = table.text("email-claim").unwrap_or(EmailClaim::Email);
        let scopes: Vec<Scope> = table.texts("scopes").into_iter().map(|Placed { value, .. }| value).collect();
        let email_domains: Vec<EmailDomain> =
            table.texts("email-domains").into_iter().map(|Placed { value, .. }| value).collect();
        if table.is_empty_list("email-domains") {
            table.mistake(
                "email-domains",
                "is empty, so nobody could sign in",
                "name at least one domain, or remove the key",
            );
        }
        let groups = table.boolean("groups").unwrap_or(false);
        let scopes = if table.has("scopes") { scopes } else { vec![email_claim.scope()] };
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

fn client_secret(table: &Table<'_>, context: &ReadContext<'_>) -> Option<SecretString> {
    let remedy = "set the variable before the gateway starts, or create a file with only the secret in it";
    credential::read(table, "client-secret", context, |_| remedy.to_owned())
}

#[cfg(test)]
mod tests {
    use super::super::report::Report;
    use super::*;
    use std::path::Path;
    use toml::de::DeTable;

    const TABLE: &str = r#"
        issuer = "https://acme.okta.com"
        client-id = "0oa1"
        public-url = "https://scim.acme.example/"
        sign-in-url = "https://my.splashtop.com/login/sso"
    "#;

    /// The `jit` table, or the mistakes in it.
    fn read(lines: &str) -> Result<Jit, String> {
        let text = format!(
            "[connectors.c]\nfile = \"/dev/null\"\n[instances.acme]\nconnector = \"c\"\n[instances.acme.jit]\n{lines}"
        );
        let environment = |name: &str| (name == "SSO").then(|| "s3cret".to_owned());
        let report = Report::new(Path::new("gateway.toml"), &text);
        let document = DeTable::parse(&text).expect("TOML");
        let context = ReadContext { directory: Path::new("."), environment: &environment, connectors: &[] };
        let instance =
            Table::root(document.get_ref(), &report).table("instances").and_then(|table| table.table("acme"));
        let jit = instance.and_then(|table| table.table("jit")).and_then(|table| Jit::read(table, &context));
        let mistakes: Vec<String> = report.into_mistakes().iter().map(ToString::to_string).collect();
        jit.filter(|_| mistakes.is_empty()).ok_or(mistakes.join("\n"))
    }

    #[test]
    fn the_shortest_table_requests_only_the_address() {
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
    fn each_mistake_is_reported_with_a_remedy() {
        for (lines, expected) in [
            ("client-secret = \"s3cret\"", "jit.client-secret: a credential must not be written into this file"),
            ("client-secret = \"env:ABSENT\"", "ABSENT is not set; set the variable"),
            ("email-domains = []", "jit.email-domains: is empty, so nobody could sign in; name at least one"),
            ("email-domains = [\"@acme.example\"]", "without an @ sign"),
            ("email-claim = \"mail\"", "`mail` is not a known value; did you mean `email`?"),
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
