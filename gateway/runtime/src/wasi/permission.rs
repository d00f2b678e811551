//! Whether a connector may import WASI, and which packages.

use serde::{Deserialize, Serialize};
use std::str::FromStr;

/// Packages of WASI 0.2 that are linked. `wasi:http` is not: connectors call the app through the contract.
const PACKAGES: [&str; 6] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];

/// Whether a connector may import WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Wasi {
    /// A connector that imports it is refused.
    #[default]
    Refused,
    /// It may import it, but gets no access to anything.
    Closed,
}

/// An invalid value of `wasi` in the configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `closed` nor `refused`")]
pub struct WasiError(String);

impl FromStr for Wasi {
    type Err = WasiError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "closed" => Ok(Self::Closed),
            "refused" => Ok(Self::Refused),
            _ => Err(WasiError(text.to_owned())),
        }
    }
}

/// Whether [`Wasi::Closed`] links an import.
pub(crate) fn is_linked(import: &str) -> bool {
    PACKAGES.iter().any(|package| import.starts_with(package)) && import.contains("@0.2.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasi_0_2_is_linked_except_for_http_and_other_versions() {
        for (import, linked) in [
            ("wasi:filesystem/preopens@0.2.6", true),
            ("wasi:sockets/tcp@0.2.3", true),
            ("wasi:http/outgoing-handler@0.2.6", false),
            ("wasi:cli/environment@0.3.0", false),
            ("wasi:keyvalue/store@0.2.0", false),
            ("scim-gateway:connector/app@0.1.0", false),
        ] {
            assert_eq!(is_linked(import), linked, "{import}");
        }
    }
}
