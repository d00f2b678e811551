//! Conversations: what an identity provider says to one instance, what it must hear back, and what the app must see.
//!
//! A conversation is a JSON file under `tests/conversations/` (its JSON Schema lies beside it), so that a new quirk of a
//! provider is a new step in a data file and no code. [`Conversation::load`] reads one, [`Player::play`] plays it over
//! sockets, and the outcome is a [`ConversationReport`]: data that a test asserts on and the demo prints.

mod document;
mod error;
mod expectation;
mod player;
mod report;
mod simulator;
mod variables;

pub use document::{Answer, Call, Client, Conversation, InstanceOptions, LoadError, Preparation, Request, Step};
pub use error::PlayError;
pub use expectation::{Mismatch, Strictness, compare};
pub use player::{Player, Target};
pub use report::{AppCall, ConversationReport, Received, Sent, StepReport, Verdict};
pub use variables::{UnknownVariable, Variable, Variables};
