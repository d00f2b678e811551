//! Why a call of a connector failed, told apart: what the connector itself says (a fault), what it did wrong
//! (panic, trap, nonsense), which limit stopped it, and what the host could not give.
//!
//! Two texts (design law 10): `Display` is the operator's, [`CallError::for_client`] the SCIM client's.

use std::time::Duration;

use wasmtime::{PoolConcurrencyLimitError, Trap};

use super::host::SendsWithoutEnd;
use super::memory::MemoryExhausted;
use super::values::Fault;
use crate::egress::{SendError, SendErrorCode};

/// One call of a connector failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CallError {
    /// The connector answered with a fault; it is meant for the client.
    #[error("the connector answered {}{}: {}", .0.status, scim_type(.0), .0.detail)]
    Fault(Fault),
    /// The connector's code panicked; the message came through its panic hook.
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
    /// It computed for longer than it may.
    #[error("the connector used more than its {} ms of processor time", .budget.as_millis())]
    CpuExhausted {
        /// What it may use in one operation.
        budget: Duration,
    },
    /// It asked for more memory than it may.
    #[error("the connector asked for {wanted} bytes of memory, above its limit of {limit}")]
    MemoryExhausted {
        /// The size that it wanted to grow to.
        wanted: usize,
        /// What it may have.
        limit: usize,
    },
    /// One call between host and connector carried too many bytes.
    #[error("the connector passed more than {limit} bytes to the host in one call")]
    HostcallFuel {
        /// Bytes that one call may carry.
        limit: usize,
    },
    /// It went on calling the app after it had been told that its calls are used up, or that there is no app here.
    #[error(
        "the connector went on calling the app after it was told not to; an operation has {budget} calls, a transform none"
    )]
    SendsExhausted {
        /// Calls that one operation may make.
        budget: u32,
    },
    /// The operation took longer than it may, most likely waiting for the app.
    #[error("the operation took longer than {} ms", .limit.as_millis())]
    TimedOut {
        /// What an operation may take.
        limit: Duration,
    },
    /// The app was not asked: its circuit is open, or the instance's rate leaves no turn in time. The connector's own fault about
    /// that gives way to this.
    #[error("the app was not asked: {}, for {} s", .why.as_str(), seconds(*.wait))]
    Unavailable {
        /// [`SendErrorCode::CircuitOpen`] or [`SendErrorCode::RateLimited`].
        why: SendErrorCode,
        /// When it is worth asking again.
        wait: Duration,
    },
    /// As many connectors run as may run at a time.
    #[error("all {places} places for running connectors stayed taken for {} ms", .waited.as_millis())]
    PoolFull {
        /// Places in all.
        places: usize,
        /// How long the operation waited for one.
        waited: Duration,
    },
    /// The connector's answer breaks the contract.
    #[error("the connector's answer to `{function}` breaks the contract: {problem}")]
    BadAnswer {
        /// The contract's function.
        function: &'static str,
        /// What is wrong and what would be right.
        problem: String,
    },
    /// The connector does not export the optional interface that was called.
    #[error("the connector does not export `{function}`")]
    NotExported {
        /// The contract's function.
        function: &'static str,
    },
    /// wasmtime failed in a way that none of the above describes.
    #[error("the connector could not be run: {problem}")]
    Host {
        /// wasmtime's own words.
        problem: String,
    },
}

impl CallError {
    /// A word for metrics and log fields, one per cause.
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

    /// What the SCIM client is told: a fault as it is, anything else without its inner detail, which the operator
    /// finds in the log under the correlation id.
    #[must_use]
    pub fn for_client(&self) -> Fault {
        let (status, detail, retry_after_seconds) = match self {
            Self::Fault(fault) => return fault.clone(),
            Self::Unavailable { why: SendErrorCode::RateLimited, wait } => {
                (429, "The app takes no more requests for the moment.", Some(seconds(*wait)))
            }
            Self::Unavailable { wait, .. } => {
                (503, "The app does not answer for the moment and is left alone.", Some(seconds(*wait)))
            }
            Self::PoolFull { .. } => (503, "The gateway is busy; try again in a moment.", Some(1)),
            Self::TimedOut { .. } => (504, "The app did not answer in time; whether it acted is not known.", None),
            _ => (502, "The connector failed; the gateway's log has the cause under this correlation id.", None),
        };
        Fault { status, scim_type: None, detail: detail.to_owned(), retry_after_seconds }
    }

    /// What a call to the app that was not made says of the app.
    pub(super) fn unavailable(error: &SendError) -> Option<Self> {
        let why = error.code;
        let wait = error.retry_after.filter(|_| matches!(why, SendErrorCode::CircuitOpen | SendErrorCode::RateLimited));
        wait.map(|wait| Self::Unavailable { why, wait })
    }

    /// Tells the causes of a failed call apart. `panic` is what the panic hook logged, if it did.
    pub(super) fn classify(error: &wasmtime::Error, limits: &Ceilings, panic: Option<String>) -> Self {
        if let Some(exhausted) = error.downcast_ref::<MemoryExhausted>() {
            return Self::MemoryExhausted { wanted: exhausted.wanted, limit: exhausted.limit };
        }
        if let Some(exhausted) = error.downcast_ref::<SendsWithoutEnd>() {
            return Self::SendsExhausted { budget: exhausted.budget };
        }
        if error.is::<PoolConcurrencyLimitError>() {
            return Self::PoolFull { places: limits.places, waited: Duration::ZERO };
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

/// With a space before it.
fn scim_type(fault: &Fault) -> String {
    fault.scim_type.as_ref().map(|word| format!(" {word}")).unwrap_or_default()
}

/// Whole seconds, at least one: a client that is told to wait none comes back at once.
fn seconds(wait: Duration) -> u32 {
    u32::try_from(wait.as_millis().div_ceil(1000)).unwrap_or(u32::MAX).max(1)
}

/// The limits that an error names.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ceilings {
    pub(super) cpu: Duration,
    pub(super) hostcall_bytes: usize,
    pub(super) places: usize,
}

/// wasmtime's type for it is private; a test of the runtime holds this text to be the one.
fn is_hostcall_fuel(error: &wasmtime::Error) -> bool {
    error.chain().any(|cause| cause.to_string().contains("fuel allocated for hostcalls has been exhausted"))
}
