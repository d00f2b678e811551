//! `token-url`, `client-id`, `scope` and `audience` of an instance: the authorization server that exchanges its credential for
//! tokens.

use super::auth_kind::AuthKind;
use super::reachable::report_unreachable;
use super::table::Table;
use crate::egress::{ClientCredentials, TokenUrl};

const KEYS: [&str; 4] = ["token-url", "client-id", "scope", "audience"];

pub(super) fn read(table: &Table<'_>, auth: Option<AuthKind>, allow_private: bool) -> Option<ClientCredentials> {
    let wanted = auth == Some(AuthKind::ClientCredentials);
    if wanted {
        for (key, remedy) in [
            ("token-url", "write the URL of the authorization server's token endpoint"),
            ("client-id", "write the client id that the authorization server gave this gateway"),
        ] {
            if !table.has(key) {
                table.mistake(key, "is missing", remedy);
            }
        }
    } else if auth.is_none() && table.has("auth") {
        // What `auth` is meant to be is not known; that was reported.
    } else if let Some(key) = KEYS.into_iter().find(|key| table.has(key)) {
        let remedy = "set auth = \"oauth2-client-credentials\", or remove it";
        table.mistake(key, "is used only with auth = \"oauth2-client-credentials\"", remedy);
    }
    let token_url: Option<TokenUrl> = table.text("token-url");
    let client_id: Option<String> = table.text("client-id");
    let (scope, audience): (Option<String>, Option<String>) = (table.text("scope"), table.text("audience"));
    if let Some(url) = &token_url {
        report_unreachable(table, "token-url", url.judge(allow_private));
    }
    if !wanted {
        return None;
    }
    Some(ClientCredentials { token_url: token_url?, client_id: client_id?, scope, audience })
}
