//! A refusal: what the client is told, and what the operator is told beside it (ARCHITECTURE.md, law 10).

use super::rail::Rail;
use crate::connectors::CallError;
use crate::mapping::{MapError, Spent};
use crate::store::StoreError;
use scim_protocol::{Error, ErrorStatus, ScimType};

/// Why a request was not carried out.
#[derive(Debug, Clone, PartialEq)]
pub struct Refusal {
    /// For the client.
    pub error: Error,
    /// For the client: when to ask again.
    pub retry_after_seconds: Option<u32>,
    /// For the operator, and for what the gateway does about it.
    pub cause: Cause,
}

/// What a refusal comes from.
#[derive(Debug, Clone, PartialEq)]
pub enum Cause {
    /// The client's own request.
    Request,
    /// A guard rail.
    Rail(Rail),
    /// Other requests hold the turns that it needs.
    Turn,
    /// The connector, the app behind it, or a limit of the operation.
    Call {
        /// [`CallError::class`].
        class: &'static str,
        /// Whether the operation used up what one may use: in smaller parts, it could succeed.
        exhausted: bool,
        /// The status with which the app rejected the gateway's credential or its rights: it certainly did nothing.
        rejected: Option<u16>,
        /// The operator's text, where it is more than the client's.
        text: Option<String>,
    },
    /// The mapping.
    Mapping {
        /// Whether the operation used up what mapping may cost: in smaller parts, it could succeed.
        exhausted: bool,
        /// The operator's text, where it is more than the client's.
        text: Option<String>,
    },
    /// The store.
    Store {
        /// The database's words.
        text: String,
    },
}

impl Refusal {
    /// A word for the kind of cause, for log lines and metrics.
    #[must_use]
    pub const fn class(&self) -> &'static str {
        match &self.cause {
            Cause::Request => "request",
            Cause::Rail(_) => "guard-rail",
            Cause::Turn => "turn",
            Cause::Call { class, .. } => class,
            Cause::Mapping { .. } => "mapping",
            Cause::Store { .. } => "store",
        }
    }

    /// The operator's text, where it is more than the client's.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.cause {
            Cause::Call { text, .. } | Cause::Mapping { text, .. } => text.as_deref(),
            Cause::Store { text } => Some(text),
            Cause::Request | Cause::Rail(_) | Cause::Turn => None,
        }
    }

    /// The guard rail that refused.
    #[must_use]
    pub const fn rail(&self) -> Option<Rail> {
        match self.cause {
            Cause::Rail(rail) => Some(rail),
            _ => None,
        }
    }

    /// Whether the operation used up what one may use: in smaller parts, it could succeed.
    pub(super) const fn is_exhausted(&self) -> bool {
        matches!(self.cause, Cause::Call { exhausted: true, .. } | Cause::Mapping { exhausted: true, .. })
    }

    /// Whether the app may have acted all the same.
    pub(super) fn leaves_doubt(&self) -> bool {
        self.error.status.is_server_error() && self.rejected_with().is_none()
    }

    /// Whether the same request would be answered the same.
    pub(super) fn is_final(&self) -> bool {
        matches!(u16::from(self.error.status), 400 | 403 | 405 | 409 | 412 | 422 | 501)
            || self.rejected_with().is_some()
    }

    /// Whether the app has no such resource.
    pub(super) fn is_not_found(&self) -> bool {
        self.error.status == 404
    }

    /// The status with which the app rejected the gateway's credential or its rights.
    #[must_use]
    pub const fn rejected_with(&self) -> Option<u16> {
        match self.cause {
            Cause::Call { rejected, .. } => rejected,
            _ => None,
        }
    }

    /// The same, with another answer for the client.
    pub(super) fn answered(self, error: Error) -> Self {
        Self { error, ..self }
    }
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self { error, retry_after_seconds: None, cause: Cause::Request }
    }
}

impl From<CallError> for Refusal {
    fn from(error: CallError) -> Self {
        let fault = error.for_client();
        // A connector may say anything; only an error status may be told to a client.
        let status = ErrorStatus::new(fault.status).unwrap_or(ErrorStatus::BAD_GATEWAY);
        let scim_type = fault.scim_type.as_deref().and_then(ScimType::parse);
        let text = (!matches!(error, CallError::Fault(_))).then(|| error.to_string());
        Self {
            error: Error { status, scim_type, detail: fault.detail },
            retry_after_seconds: fault.retry_after_seconds,
            cause: Cause::Call {
                class: error.class(),
                exhausted: error.is_exhausted(),
                rejected: error.rejected_with(),
                text,
            },
        }
    }
}

impl From<StoreError> for Refusal {
    fn from(error: StoreError) -> Self {
        let detail = "the gateway could not store what it must remember; send the same request again";
        let cause = Cause::Store { text: error.to_string() };
        Self { error: Error::unavailable(detail), retry_after_seconds: Some(5), cause }
    }
}

impl From<MapError> for Refusal {
    fn from(error: MapError) -> Self {
        let text = error.to_string();
        match error {
            MapError::Transform { fault, .. } => {
                let (class, exhausted) = (fault.class, fault.exhausted);
                let refusal = Self::from(CallError::Fault(fault.into()));
                Self { cause: Cause::Call { class, exhausted, rejected: None, text: None }, ..refusal }
            }
            MapError::AppValue { .. } => {
                let error = Error::bad_gateway(format!("the app's answer does not fit the mapping: {text}"));
                Self { cause: Cause::Mapping { exhausted: false, text: Some(text) }, ..error.into() }
            }
            MapError::TooExpensive { place, spent, from_app, .. } => {
                // The app's data or the mapping is at fault where the app's data was mapped; otherwise the client's values are, and
                // the same request would be refused again: 400.
                let error = if from_app { Error::bad_gateway(text) } else { Error::invalid_value(text) };
                // One expression's steps do not depend on what else is in the request.
                let exhausted = from_app && !matches!(spent, Spent::Expression(_));
                let text = Some(format!("{place}: too expensive: {spent}"));
                Self { cause: Cause::Mapping { exhausted, text }, ..error.into() }
            }
            MapError::Value { .. } | MapError::Expression { .. } => {
                Self { cause: Cause::Mapping { exhausted: false, text: None }, ..Error::invalid_value(text).into() }
            }
        }
    }
}
