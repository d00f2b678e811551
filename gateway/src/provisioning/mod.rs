//! The path of a request through the gateway, read top to bottom: understood → planned → sent to the app → committed → answered.
//!
//! [`handle`] is called with an authenticated, parsed request and answers with what the client is told. A request is first
//! [`understood`], without I/O; then it is a [`read`], a [`search`] or a change, and all changes go one way ([`write`]). Nothing is
//! acknowledged before the app has confirmed it and the store has committed what the gateway must remember.

mod accounts;
mod answer;
mod app;
mod app_answers;
mod awaited;
mod bulk;
mod checked_page;
mod connected;
mod context;
mod derived;
mod discovery;
mod gaps;
mod group_lists;
mod guard_rails;
mod id;
mod immutable;
mod inactive;
mod instance;
mod instance_rails;
mod journal;
mod kind;
mod listing;
mod member;
mod membership;
mod names;
mod one;
mod outcome;
mod rail;
mod read;
mod refusal;
mod remember;
mod request;
mod resource;
mod search;
mod shown_fields;
mod state;
mod subject;
mod turns;
mod understood;
mod unshown_fields;
mod write;

pub use answer::Answer;
pub use id::{decoded as decoded_segment, parse as parse_id};
pub use instance::{Instance, Parts};
pub use instance_rails::{Clock, GuardRails};
pub use journal::{Refused, refused};
pub use kind::Kind;
pub use outcome::Outcome;
pub use rail::{Rail, UnknownRail};
pub use refusal::{Cause, Refusal};
pub use request::{Caller, Operation, ProjectionText, Request, RequestLimits, SearchText};
pub use turns::TurnTable;

/// Handles one request of one instance, and puts it into the provisioning log.
pub async fn handle(instance: &Instance, request: Request) -> Outcome {
    let Request { operation, caller } = request;
    match operation {
        Operation::Bulk { body } => bulk::bulk(instance, body, &caller).await,
        operation => one::handle(instance, operation, &caller).await,
    }
}
