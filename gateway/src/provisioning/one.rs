//! One operation: a request of its own, or one of a bulk request.

use super::answer::Answer;
use super::app::App;
use super::context::Context;
use super::instance::Instance;
use super::outcome::Outcome;
use super::refusal::Refusal;
use super::request::{Caller, Operation};
use super::subject::Subject;
use super::understood::{Understood, understand};
use super::{discovery, journal, read, search, write};
use crate::egress::AppCall;

/// Handles anything but a bulk request, and puts it into the provisioning log.
pub(super) async fn handle(instance: &Instance, operation: Operation, caller: &Caller) -> Outcome {
    let begun = journal::Begun::now(instance, &operation);
    // On the heap: what an operation holds is large, and whoever waits for it holds little.
    let outcome = Box::pin(carry_out(instance, operation, caller)).await;
    begun.end(instance, caller, &outcome).await;
    outcome
}

async fn carry_out(instance: &Instance, operation: Operation, caller: &Caller) -> Outcome {
    if let Operation::SearchAll { query } = &operation {
        return search::search_all(instance, query, caller).await;
    }
    let Some(endpoint) = operation.endpoint() else {
        return discovery::answer(instance, &operation, caller);
    };
    let context = match Context::new(instance, endpoint, caller) {
        Ok(context) => context,
        Err(error) => return Outcome::untouched(Err(error.into())),
    };
    let mut subject = Subject::new(operation.id());
    let (understood, report) = understand(&context, operation);
    let mut sends = Vec::new();
    let result = match understood {
        Ok(understood) => answer(&context, caller, &mut subject, understood, &mut sends).await,
        Err(refusal) => Err(refusal),
    };
    let Subject { id, matching, .. } = subject;
    Outcome { id, matching, sends, ..Outcome::reported(result, report) }
}

async fn answer(
    context: &Context<'_>,
    caller: &Caller,
    subject: &mut Subject,
    understood: Understood,
    sends: &mut Vec<AppCall>,
) -> Result<Answer, Refusal> {
    let mut app = App::open(context.instance, caller).await?;
    let result = match understood {
        Understood::Read(id) => read::read(context, &mut app, subject, &id).await,
        Understood::Search(text) => search::search(context, &mut app, &text).await,
        Understood::Change(change) => {
            change.resource().into_iter().for_each(|resource| subject.identify(context.kind, resource));
            write::write(context, &mut app, subject, &change).await
        }
    };
    sends.extend_from_slice(app.sends());
    result
}
