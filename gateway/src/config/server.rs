//! `[server]`: where the gateway listens and how much it takes on.

use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::table::{Placed, Table};
use super::token::TokenHash;
use crate::egress::BaseUrl;
use scim_store::StoreUrl;

/// An IP address and a port; port 0 takes any free one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenAddress(SocketAddr);

impl ListenAddress {
    /// The address to bind.
    pub fn socket_address(self) -> SocketAddr {
        self.0
    }
}

impl Default for ListenAddress {
    /// `127.0.0.1:8080`: reachable from outside only when the operator says so.
    fn default() -> Self {
        Self(SocketAddr::from(([127, 0, 0, 1], 8080)))
    }
}

/// Why a text is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IP address and a port; write one such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080")]
pub struct ListenAddressError(String);

impl FromStr for ListenAddress {
    type Err = ListenAddressError;

    fn from_str(text: &str) -> Result<Self, ListenAddressError> {
        text.parse().map(Self).map_err(|_| ListenAddressError(text.to_owned()))
    }
}

impl fmt::Display for ListenAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The name of the state directory that nobody named.
const STATE: &str = "scim-gateway.state";

/// The `[server]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where to listen.
    pub listen: ListenAddress,
    /// Where `/readyz` and `/metrics` are served instead of there, if apart (`observe-listen`).
    pub observe_listen: Option<ListenAddress>,
    /// The longest request body, in bytes; a longer one is answered 413.
    pub max_body_bytes: usize,
    /// How many operations a bulk request may hold; one more is answered 413. They are done one after the other while the client
    /// waits.
    pub max_bulk_operations: usize,
    /// How long a client waits at most; Okta gives up after 60 seconds.
    pub request_timeout: Duration,
    /// How many operations run at once; one more is answered 503.
    pub max_in_flight: usize,
    /// The gateway's address as clients see it, for `Location` and `meta.location` (`public-url`); without it, `http` and each
    /// request's `Host`.
    pub public_url: Option<BaseUrl>,
    /// The hashes of the tokens that open the operator's routes, `/-/…`; without any, there are no such routes (`admin-tokens`).
    pub admin_tokens: Vec<TokenHash>,
    /// Where the gateway keeps what it can make again or do without: compiled connectors, and earlier versions of them
    /// (`state-directory`). `scim-gateway.state` beside an SQLite store, or else beside the configuration.
    pub state_directory: PathBuf,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: ListenAddress::default(),
            observe_listen: None,
            max_body_bytes: 1024 * 1024,
            max_bulk_operations: 100,
            request_timeout: Duration::from_secs(55),
            max_in_flight: 512,
            public_url: None,
            admin_tokens: Vec::new(),
            state_directory: STATE.into(),
        }
    }
}

impl Server {
    pub(super) fn read(table: Option<Table<'_>>, directory: &Path, store: &StoreUrl) -> Self {
        let beside = match store {
            StoreUrl::SqliteFile(file) => file.parent().unwrap_or(directory),
            StoreUrl::Postgres(_) => directory,
        };
        let default = Self { state_directory: beside.join(STATE), ..Self::default() };
        let Some(table) = table else { return default };
        let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let server = Self {
            listen: table.text("listen").unwrap_or(default.listen),
            observe_listen: table.text("observe-listen"),
            max_body_bytes: table.integer("max-body-bytes", 1024..=1 << 30).map_or(default.max_body_bytes, size),
            max_bulk_operations: table
                .integer("max-bulk-operations", 1..=10_000)
                .map_or(default.max_bulk_operations, size),
            request_timeout: table
                .integer("request-timeout-seconds", 1..=3600)
                .map_or(default.request_timeout, Duration::from_secs),
            max_in_flight: table.integer("max-in-flight", 1..=100_000).map_or(default.max_in_flight, size),
            public_url: table.text("public-url"),
            admin_tokens: table.texts("admin-tokens").into_iter().map(|Placed { value, .. }| value).collect(),
            state_directory: table
                .text::<PathBuf>("state-directory")
                .map_or(default.state_directory, |path| directory.join(path)),
        };
        // Port 0 takes another port each time.
        if server.observe_listen == Some(server.listen) && server.listen.socket_address().port() != 0 {
            table.mistake("observe-listen", "is the same as `listen`", "remove it, or give another port");
        }
        table.finish();
        server
    }
}
