//! `[instances.<name>.limits]`: the resources that one operation may use, and how fast the app may be called.

use super::table::Table;
use crate::egress::Rate;
use std::num::NonZeroU32;
use std::time::Duration;

/// The operator's limits; `None` leaves a limit to the connector's descriptor or the gateway's default.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Limits {
    /// Memory of one operation, in bytes (`memory-mib`); at most what the runtime's pool reserves for one.
    pub memory_bytes: Option<u64>,
    /// CPU time of one operation (`cpu-ms`).
    pub cpu: Option<Duration>,
    /// Elapsed time of one operation (`wall-ms`).
    pub wall: Option<Duration>,
    /// Requests to the app in one operation (`sends`).
    pub sends: Option<u32>,
    /// Bytes of one response from the app (`response-bytes`).
    pub response_bytes: Option<u64>,
    /// Concurrent requests to the app (`concurrency`).
    pub concurrency: Option<u32>,
    /// Bytes of everything that the connector remembers between operations (`state-kib`).
    pub state_bytes: Option<u64>,
    /// Requests to the app per second (`requests-per-second`), and how many may be sent without a pause (`burst`).
    pub rate: Option<Rate>,
}

impl Limits {
    pub(super) fn read(table: Option<Table<'_>>) -> Self {
        let Some(table) = table else { return Self::default() };
        let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
        let limits = Self {
            memory_bytes: table.integer("memory-mib", 1..=256).map(|mebibytes| mebibytes << 20),
            cpu: table.integer("cpu-ms", 1..=600_000).map(Duration::from_millis),
            wall: table.integer("wall-ms", 1..=3_600_000).map(Duration::from_millis),
            sends: table.integer("sends", 1..=100_000).map(count),
            response_bytes: table.integer("response-bytes", 1024..=1 << 30),
            concurrency: table.integer("concurrency", 1..=10_000).map(count),
            // One value may have 64 KiB (`wit/state.wit`).
            state_bytes: table.integer("state-kib", 65..=256 << 10).map(|kibibytes| kibibytes << 10),
            rate: rate(&table),
        };
        table.finish();
        limits
    }
}

/// Without `burst`, the requests of one second may be sent at once.
fn rate(table: &Table<'_>) -> Option<Rate> {
    let number = |key| {
        let number = table.integer(key, 1..=10_000)?;
        NonZeroU32::new(u32::try_from(number).ok()?)
    };
    let (per_second, burst) = (number("requests-per-second"), number("burst"));
    if table.has("burst") && !table.has("requests-per-second") {
        table.mistake("burst", "has no effect without `requests-per-second`", "add that, or remove `burst`");
    }
    per_second.map(|per_second| Rate { per_second, burst: burst.unwrap_or(per_second) })
}
