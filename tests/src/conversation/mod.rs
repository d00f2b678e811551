//! Conversations: the requests of an identity provider to one instance, the answers it must get, and the calls the app must
//! receive.
//!
//! A conversation is a JSON file under `tests/conversations/`, beside its JSON Schema, so that a new quirk of a provider is a new
//! step in a file and needs no code. [`Conversation::load`] reads a file, [`Player::play`] plays it over sockets, and the result is
//! a [`ConversationReport`], which a test checks and the demo prints.

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
