//! Why a call of a connector failed: the connector reported a fault, it misbehaved (panic, trap, invalid answer), a limit stopped
//! it, or the host could not run it.
//!
//! There are two texts (law 10): `Display` is for the operator, [`CallError::for_client`] for the SCIM client.

use super::memory::{MemoryExhausted, MemoryScarce};
use super::sends::EndlessSends;
use super::share::NoPlace;
use super::values::Fault;
use scim_egress::{SendError, SendErrorCode};
use std::time::Duration;
use wasmtime::{PoolConcurrencyLimitError, Trap};

/// Why a call of a connector failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The connector reported a fault; it is meant for the client.
    #[error("the connector answered {}{}: {}", .0.status, scim_type(.0), .0.detail)]
    Fault(Fault),
    /// The connector's code panicked; the message comes from its panic hook.
    #[error("the connector panicked: {message}")]
    Panicked {
        /// What the panic hook logged.
        message: String,
    },
    /// The connector's code trapped (stack overflow, division by zero, abort without a message, …).
    #[error("the connector trapped: {trap}")]
    Trap {
        /// The WebAssembly trap.
        trap: String,
    },
    /// It exceeded its processor time.
    #[error("the connector used more than its {} ms of processor time", .budget.as_millis())]
    CpuExhausted {
        /// The limit for one operation.
        budget: Duration,
    },
    /// It exceeded its memory limit.
    #[error("the connector asked for {wanted} bytes of memory, above its limit of {limit}")]
    MemoryExhausted {
        /// The size that it asked for.
        wanted: usize,
        /// The limit.
        limit: usize,
    },
    /// One call between host and connector carried too many bytes.
    #[error("the connector passed more than {limit} bytes to the host in one call")]
    HostcallFuel {
        /// The limit for one call.
        limit: usize,
    },
    /// It kept calling the app after its calls were used up, or where there is no app.
    #[error(
        "the connector kept calling the app after its calls were refused; an operation has {budget} calls, a transform none"
    )]
    SendsExhausted {
        /// The limit for one operation.
        budget: u32,
    },
    /// The operation exceeded its time limit, most likely while it waited for the app.
    #[error("the operation took longer than {} ms", .limit.as_millis())]
    TimedOut {
        /// The limit for one operation.
        limit: Duration,
    },
    /// The app was not called: its circuit is open, or the instance's rate limit leaves no turn in time. Replaces the connector's own
    /// fault about it.
    #[error("the app was not called: {}, for {} s", .why.as_str(), seconds(*.wait))]
    Unavailable {
        /// [`SendErrorCode::CircuitOpen`] or [`SendErrorCode::RateLimited`].
        why: SendErrorCode,
        /// When to try again.
        wait: Duration,
    },
    /// No place for running a connector became free in time.
    #[error(
        "no place for running the connector became free in {} ms; an instance may have as many of the {slots} places as it leaves free",
        .waited.as_millis()
    )]
    PoolFull {
        /// The places of all instances together.
        slots: usize,
        /// How long the operation waited for one.
        waited: Duration,
    },
    /// The memory for all connectors together is used up.
    #[error(
        "the instance has used up its share of the {} MiB of memory for all connectors; raise server.connector-memory-mib, or lower \
         memory-mib where much is used",
        .total >> 20
    )]
    MemoryScarce {
        /// What all connectors may use together, in bytes.
        total: usize,
    },
    /// The connector's answer breaks the contract.
    #[error("the connector's answer to `{function}` breaks the contract: {problem}")]
    BadAnswer {
        /// The contract's function.
        function: &'static str,
        /// What is wrong, and what is expected.
        problem: String,
    },
    /// The connector does not export the optional interface that was called.
    #[error("the connector does not export `{function}`")]
    NotExported {
        /// The contract's function.
        function: &'static str,
    },
    /// wasmtime failed for a reason not listed above.
    #[error("the connector could not be run: {problem}")]
    Host {
        /// wasmtime's own message.
        problem: String,
    },
}

impl CallError {
    /// One word per cause, for metrics and log fields.
    #[must_use]
    pub fn class(&self) -> &'static str {
        match self {
            Self::Fault(_) => "fault",
            Self::Panicked { .. } => "panic",
            Self::Trap { .. } => "trap",
            Self::CpuExhausted { .. } => "cpu",
            Self::MemoryExhausted { .. } => "memory",
            Self::HostcallFuel { .. } => "hostcall",
            Self::SendsExhausted { .. } => "sends",
            Self::TimedOut { .. } => "timeout",
            Self::Unavailable { why, .. } => why.as_str(),
            Self::PoolFull { .. } => "pool-full",
            Self::MemoryScarce { .. } => "memory-scarce",
            Self::BadAnswer { .. } => "bad-answer",
            Self::NotExported { .. } => "not-exported",
            Self::Host { .. } => "host",
        }
    }

    /// Whether the operation used up what one may use: in smaller parts, it could succeed.
    #[must_use]
    pub const fn is_exhausted(&self) -> bool {
        matches!(
            self,
            Self::CpuExhausted { .. }
                | Self::MemoryExhausted { .. }
                | Self::HostcallFuel { .. }
                | Self::SendsExhausted { .. }
        )
    }

    /// What the SCIM client is told: a fault unchanged, anything else without its details, which the operator finds in the log under
    /// the correlation id.
    #[must_use]
    pub fn for_client(&self) -> Fault {
        let (status, detail, retry_after_seconds) = match self {
            Self::Fault(fault) => return fault.clone(),
            Self::Unavailable { why: SendErrorCode::RateLimited, wait } => {
                (429, "The app is rate-limiting; retry later.", Some(seconds(*wait)))
            }
            Self::Unavailable { wait, .. } => {
                (503, "The app is not answering at the moment; retry later.", Some(seconds(*wait)))
            }
            Self::PoolFull { .. } | Self::MemoryScarce { .. } => {
                (503, "The gateway is busy; retry in a moment.", Some(1))
            }
            Self::TimedOut { .. } => (504, "The app did not answer in time; it is unknown whether it acted.", None),
            _ => (502, "The connector failed; the gateway's log has the cause under this correlation id.", None),
        };
        Fault { status, scim_type: None, detail: detail.to_owned(), retry_after_seconds }
    }

    /// The error for a call to the app that the gateway did not send because the app is unavailable.
    pub(crate) fn unavailable(error: &SendError) -> Option<Self> {
        let why = error.code;
        let wait = error.retry_after.filter(|_| matches!(why, SendErrorCode::CircuitOpen | SendErrorCode::RateLimited));
        wait.map(|wait| Self::Unavailable { why, wait })
    }

    /// Determines why a call failed. `panic` is the message of the panic hook, if there is one.
    pub(crate) fn classify(error: &wasmtime::Error, limits: &QuotedLimits, panic: Option<String>) -> Self {
        if let Some(exhausted) = error.downcast_ref::<MemoryExhausted>() {
            return Self::MemoryExhausted { wanted: exhausted.wanted, limit: exhausted.limit };
        }
        if let Some(scarce) = error.downcast_ref::<MemoryScarce>() {
            return Self::MemoryScarce { total: scarce.total };
        }
        if let Some(exhausted) = error.downcast_ref::<EndlessSends>() {
            return Self::SendsExhausted { budget: exhausted.budget };
        }
        if error.is::<PoolConcurrencyLimitError>() {
            return Self::PoolFull { slots: limits.slots, waited: Duration::ZERO };
        }
        match (error.downcast_ref::<Trap>(), panic) {
            (Some(Trap::Interrupt), _) => Self::CpuExhausted { budget: limits.cpu },
            (Some(Trap::UnreachableCodeReached), Some(message)) => Self::Panicked { message },
            (Some(trap), _) => Self::Trap { trap: trap.to_string().trim_start_matches("wasm trap: ").to_owned() },
            (None, _) if is_hostcall_fuel(error) => Self::HostcallFuel { limit: limits.hostcall_bytes },
            (None, _) => Self::Host { problem: format!("{error:#}") },
        }
    }
}

impl From<NoPlace> for CallError {
    fn from(NoPlace { total, waited }: NoPlace) -> Self {
        Self::PoolFull { slots: total, waited }
    }
}

/// Preceded by a space.
fn scim_type(fault: &Fault) -> String {
    fault.scim_type.as_ref().map(|word| format!(" {word}")).unwrap_or_default()
}

/// Whole seconds, at least one: a client that is told to wait zero seconds returns at once.
fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}

/// The limits that errors quote.
#[derive(Debug, Clone, Copy)]
pub(crate) struct QuotedLimits {
    pub(crate) cpu: Duration,
    pub(crate) hostcall_bytes: usize,
    pub(crate) slots: usize,
}

/// wasmtime's type for this error is private; a test of the runtime ensures that this is its text.
fn is_hostcall_fuel(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| cause.to_string().contains("fuel allocated for hostcalls has been exhausted"))
}
