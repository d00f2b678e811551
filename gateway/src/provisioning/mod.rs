//! One request's way through the gateway, read top to bottom: accept → map → connector → commit → map back → answer.
//!
//! [`handle`] is called with an authenticated, parsed request and answers with what the client is told. Each operation
//! of RFC 7644 §3 is one file. What they share (the open connector, reading the current resource, presenting one) is
//! [`work::Work`]. Nothing is acknowledged before the app has confirmed it and the store has committed what the
//! gateway must remember.

mod answer;
mod app;
mod awaited;
mod connected;
mod create;
mod delete;
mod discovery;
mod immutable;
mod inactive;
mod instance;
mod journal;
mod membership;
mod one_at_a_time;
mod pages;
mod patch;
mod read;
mod remember;
mod replace;
mod request;
mod search;
mod standing;
mod state;
mod work;

pub use answer::{Answer, Failure};
pub use instance::{Instance, Kind, Parts};
pub use one_at_a_time::OneAtATime;
pub use request::{Caller, Operation, ProjectionText, Request, SearchText};

use crate::egress::AppCall;
use work::Work;

/// What came of a request: for the client an answer or a failure, for the operator what it took.
#[derive(Debug)]
pub struct Outcome {
    /// What the client is told.
    pub result: Result<Answer, Failure>,
    /// The id of the resource it was about, where there is one.
    pub id: Option<String>,
    /// The attribute by which client and app recognise the resource, and what it holds.
    pub matching: Option<(String, String)>,
    /// The app calls that were made, in order.
    pub sends: Vec<AppCall>,
    /// Attributes that the client sent and this instance does not know.
    pub ignored: Vec<String>,
}

impl Outcome {
    /// What came of a request that got as far as neither app nor resource.
    fn untouched(result: Result<Answer, Failure>) -> Self {
        Self { result, id: None, matching: None, sends: Vec::new(), ignored: Vec::new() }
    }
}

/// Handles one request of one instance, and puts it into the provisioning log.
pub async fn handle(instance: &Instance, request: Request) -> Outcome {
    let Request { operation, caller } = request;
    let begun = journal::Begun::now(instance, &operation);
    let outcome = carry_out(instance, operation, &caller).await;
    begun.end(instance, &caller, &outcome).await;
    outcome
}

async fn carry_out(instance: &Instance, operation: Operation, caller: &Caller) -> Outcome {
    let Some(endpoint) = operation.endpoint() else {
        return Outcome::untouched(discovery::answer(instance, &operation, &caller.base));
    };
    let mut work = match Work::begin(instance, endpoint, operation.id(), caller).await {
        Ok(work) => work,
        Err(failure) => return Outcome::untouched(Err(failure)),
    };
    let result = match operation {
        Operation::Create { body, .. } => create::create(&mut work, body).await,
        Operation::Read { id, .. } => read::read(&mut work, &id).await,
        Operation::Search { query, .. } => search::search(&mut work, &query).await,
        Operation::Replace { id, body, .. } => replace::replace(&mut work, &id, body).await,
        Operation::Patch { id, body, .. } => patch::patch(&mut work, &id, body).await,
        Operation::Delete { id, .. } => delete::delete(&mut work, &id).await,
        Operation::ServiceProviderConfig | Operation::ResourceTypes(_) | Operation::Schemas(_) => {
            discovery::answer(instance, &operation, &caller.base)
        }
    };
    work.finish(result)
}
