//! How the credential for the app is sent.

use super::word::words;

words! {
    /// How the credential is sent to the app; the connector's descriptor says which kinds the app knows.
    AuthKind {
        /// In a header that the app defines.
        Header = "header",
        /// As `Authorization: Bearer`.
        Bearer = "bearer",
        /// As `Authorization: Basic`, with `username`.
        Basic = "basic",
        /// Exchanged for bearer tokens at `token-url`, with `client-id`.
        ClientCredentials = "oauth2-client-credentials",
    }
}
