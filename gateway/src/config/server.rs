//! `[server]`: where the gateway listens and how much it accepts.

use super::table::{Placed, Table};
use super::token::TokenHash;
use crate::connectors::{CompileLimits, RuntimeLimits};
use crate::egress::BaseUrl;
use crate::store::StoreUrl;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

/// An IP address and a port; port 0 means any free port.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListenAddress(SocketAddr);

impl ListenAddress {
    /// The address to bind.
    pub fn socket_address(self) -> SocketAddr {
        self.0
    }
}

impl Default for ListenAddress {
    /// `127.0.0.1:8080`: reachable from outside only if the operator configures it.
    fn default() -> Self {
        Self(SocketAddr::from(([127, 0, 0, 1], 8080)))
    }
}

/// Why a text is not an address to listen on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an IP address and port; write one such as 127.0.0.1:8080, 0.0.0.0:8080 or [::]:8080")]
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

/// The default name of the state directory.
const STATE: &str = "scim-gateway.state";

/// The `[server]` table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// Where to listen.
    pub listen: ListenAddress,
    /// The separate listener for `/readyz` and `/metrics`, if there is one (`observe-listen`).
    pub observe_listen: Option<ListenAddress>,
    /// The longest request body, in bytes; a longer one is answered 413.
    pub max_body_bytes: usize,
    /// Maximum operations in a bulk request; more are answered 413. They run one after another while the client waits.
    pub max_bulk_operations: usize,
    /// The longest time that a client waits; Okta gives up after 60 seconds.
    pub request_timeout: Duration,
    /// Maximum concurrent operations; more are answered 503.
    pub max_in_flight: usize,
    /// The memory of all operations that run in connectors together, in bytes (`connector-memory-mib`); beyond it, they are answered
    /// 503.
    pub connector_memory: usize,
    /// The processor time to compile one connector (`compile-seconds`).
    pub compile_time: Duration,
    /// The gateway's URL as clients see it, for `Location` and `meta.location` (`public-url`); by default `http` and the `Host` of
    /// each request.
    pub public_url: Option<BaseUrl>,
    /// The hashes of the tokens for the operator's routes, `/-/…` (`admin-tokens`); if empty, these routes do not exist.
    pub admin_tokens: Vec<TokenHash>,
    /// Where the gateway keeps files that it can rebuild or do without: compiled connectors, and earlier versions of connectors
    /// (`state-directory`). By default `scim-gateway.state` next to an SQLite store, or else next to the configuration.
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
            connector_memory: RuntimeLimits::default().total_memory,
            compile_time: CompileLimits::default().cpu,
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
            connector_memory: table
                .integer("connector-memory-mib", 64..=1 << 20)
                .map_or(default.connector_memory, |mebibytes| size(mebibytes << 20)),
            compile_time: table.integer("compile-seconds", 1..=3600).map_or(default.compile_time, Duration::from_secs),
            public_url: table.text("public-url"),
            admin_tokens: table.texts("admin-tokens").into_iter().map(|Placed { value, .. }| value).collect(),
            state_directory: table
                .text::<PathBuf>("state-directory")
                .map_or(default.state_directory, |path| directory.join(path)),
        };
        // Port 0 gives a different port each time.
        if server.observe_listen == Some(server.listen) && server.listen.socket_address().port() != 0 {
            table.mistake("observe-listen", "is the same as `listen`", "remove it, or use another port");
        }
        table.finish();
        server
    }
}
