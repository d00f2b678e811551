//! One request's way through the gateway, read top to bottom: accept → map → connector → commit → map back → answer.
//!
//! [`handle`] is called with an authenticated, parsed request and answers with what the client is told. Each operation
//! of RFC 7644 §3 is one file. What they share (the open connector, reading the current resource, presenting one) is
//! [`work::Work`]. Nothing is acknowledged before the app has confirmed it and the store has committed what the
//! gateway must remember.

mod answer;
mod app;
mod awaited;
mod bulk;
mod connected;
mod create;
mod cursor;
mod delete;
mod discovery;
mod guard_rails;
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
mod version;
mod work;

pub use answer::{Answer, Failure};
pub use guard_rails::{Clock, GuardRails, Rail, UnknownRail};
pub use instance::{Instance, Kind, Parts};
pub use journal::{Refused, refused};
pub use one_at_a_time::OneAtATime;
pub use request::{Caller, Operation, ProjectionText, Request, RequestLimits, SearchText, id};

use crate::clients::Leniency;
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
    /// What the client's profile had to put right.
    pub leniencies: Vec<Leniency>,
    /// The guard rail that refused it, or that of each operation of a bulk request that one refused.
    pub rails: Vec<Rail>,
}

impl Outcome {
    /// What came of a request that got as far as neither app nor resource.
    fn untouched(result: Result<Answer, Failure>) -> Self {
        let (sends, ignored, leniencies, rails) = Default::default();
        Self { result, id: None, matching: None, sends, ignored, leniencies, rails }
    }
}

/// Handles one request of one instance, and puts it into the provisioning log.
pub async fn handle(instance: &Instance, request: Request) -> Outcome {
    let Request { operation, caller } = request;
    match operation {
        Operation::Bulk { body } => bulk::bulk(instance, body, &caller).await,
        operation => handle_one(instance, operation, &caller).await,
    }
}

/// Handles anything but a bulk request, whose operations are each handled by this.
async fn handle_one(instance: &Instance, operation: Operation, caller: &Caller) -> Outcome {
    let begun = journal::Begun::now(instance, &operation);
    // On the heap: what an operation holds is large, and whoever waits for it holds little.
    let outcome = Box::pin(carry_out(instance, operation, caller)).await;
    begun.end(instance, caller, &outcome).await;
    outcome
}

async fn carry_out(instance: &Instance, mut operation: Operation, caller: &Caller) -> Outcome {
    if let Operation::SearchAll { query } = &operation {
        return search::search_all(instance, query, caller).await;
    }
    let Some(endpoint) = operation.endpoint() else {
        return Outcome::untouched(discovery::answer(instance, &operation, caller));
    };
    let mut work = match Work::begin(instance, endpoint, operation.id(), caller).await {
        Ok(work) => work,
        Err(failure) => return Outcome::untouched(Err(failure)),
    };
    if let Err(error) = work.understand(&mut operation) {
        return work.finish(Err(error.into()));
    }
    let result = match operation {
        Operation::Create { body, .. } => create::create(&mut work, body).await,
        Operation::Read { id, .. } => read::read(&mut work, &id).await,
        Operation::Search { query, .. } => search::search(&mut work, &query).await,
        Operation::Replace { id, body, .. } => replace::replace(&mut work, &id, body).await,
        Operation::Patch { id, body, .. } => patch::patch(&mut work, &id, body).await,
        Operation::Delete { id, .. } => delete::delete(&mut work, &id).await,
        Operation::SearchAll { .. }
        | Operation::Bulk { .. }
        | Operation::ServiceProviderConfig
        | Operation::ResourceTypes(_)
        | Operation::Schemas(_) => discovery::answer(instance, &operation, caller),
    };
    // A change whose end is not known may have been made: it counts until it is asked for again.
    if result.as_ref().is_err_and(|failure| failure.error.status < 500) {
        guard_rails::take_back(&mut work).await;
    }
    work.finish(result)
}
