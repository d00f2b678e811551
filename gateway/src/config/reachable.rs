//! Whether the gateway may connect to a URL in the configuration.

use super::table::Table;
use crate::egress::ForbiddenTarget;

/// Reports the URL of `key` as a mistake if connections to it are not allowed.
pub(super) fn report_unreachable(table: &Table<'_>, key: &'static str, outcome: Result<(), ForbiddenTarget>) {
    if let Err(unreachable) = outcome {
        let remedy = match unreachable {
            ForbiddenTarget::Plain => "write https://, or set allow-private-addresses = true for your own network",
            ForbiddenTarget::Address(_) => {
                "allow-private-addresses = true allows loopback and private networks, but nothing else"
            }
        };
        table.mistake(key, unreachable, remedy);
    }
}
