//! The one way of every change: understood → planned → confirmed by the app → committed → answered (ARCHITECTURE.md, law 7).
//!
//! ```text
//!  create ─┐
//!  replace ┼─▶ Draft + turns ═ Planned ─ tell ─▶ Confirmed ─ commit ─▶ Committed ─ answer ─▶ Answer
//!  patch  ─┤   (what the app is told, (what the app said,  (it is remembered)
//!  delete ─┘    what is reserved)      what to remember)
//! ```
//!
//! POST, PUT, PATCH and DELETE differ in how they come to a [`draft::Draft`], which says what the client is told in the end, and in
//! nothing else. Each step takes the one before by value, so that none is left out or done twice, and only what is committed becomes
//! a success.

mod action;
mod adopt;
mod committed;
mod confirmed;
mod create;
mod delete;
mod draft;
mod follow_up;
mod inactive;
mod patch;
mod planned;
mod recover;
mod replace;
mod restore;

pub(super) use adopt::adopt;
pub(super) use recover::find;

use super::answer::Answer;
use super::app::App;
use super::context::Context;
use super::refusal::Refusal;
use super::subject::Subject;
use super::turns::{Stop, busy};
use super::understood::Change;
use planned::Planned;

/// How often a change is planned again because it turned out to need the turn of a further resource.
const ROUNDS: usize = 8;

/// Carries a change out.
pub(super) async fn write(
    context: &Context<'_>,
    app: &mut App<'_>,
    subject: &mut Subject,
    change: &Change,
) -> Result<Answer, Refusal> {
    let planned = plan(context, app, subject, change).await?;
    let confirmed = planned.tell(context, app, subject).await?;
    let committed = confirmed.commit(context).await?;
    committed.answer(context, app, subject).await
}

async fn plan<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    subject: &mut Subject,
    change: &Change,
) -> Result<Planned<'a>, Refusal> {
    let mut turns = context.instance.turns.begin();
    for _ in 0..ROUNDS {
        let draft = match change {
            Change::Create(resource) => create::draft(context, app, &mut turns, resource).await,
            Change::Replace(id, resource) => replace::draft(context, app, &mut turns, subject, id, resource).await,
            Change::Patch(id, edits) => patch::draft(context, app, &mut turns, subject, id, edits).await,
            Change::Delete(id) => delete::draft(context, app, &mut turns, subject, id).await,
        };
        match draft {
            Ok(draft) => return Ok(Planned { draft, turns }),
            Err(Stop::Refused(refusal)) => return Err(refusal),
            Err(Stop::PlanAgain) => subject.forget_reading(),
        }
    }
    Err(busy())
}
