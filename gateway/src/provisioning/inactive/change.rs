//! A resource becomes inactive, changes while it is, and ends.

use super::super::answer::{Answer, Failure};
use super::super::instance::Kind;
use super::super::work::Work;
use super::find::{Removal, remove};
use super::{ACTIVE, answer, create, inactive, matching, remembered, restore};
use crate::store::{Inactive, Phase, StandingWrite, Write};
use scim_protocol::Object;
use scim_protocol::patch::{Edit, Edits};
use serde_json::Value;
use tokio::sync::OwnedMutexGuard;

/// Whether a PATCH leaves the resource inactive, whatever it was before, in an app that then removes it.
pub(in super::super) fn sets_inactive(kind: &Kind, edits: &Edits) -> bool {
    kind.removes() && deactivates(edits)
}

/// Whether a PATCH leaves the resource inactive, whatever it was before.
pub(in super::super) fn deactivates(edits: &Edits) -> bool {
    let last = edits.steps.iter().rev().find(|edit| {
        let path = &edit.slot().path;
        path.schema.is_none() && path.attribute == ACTIVE
    });
    matches!(last, Some(Edit::Set { value: Value::Bool(false), .. }))
}

/// Remembers the resource as the client wants it to be, and removes its account.
pub(in super::super) async fn deactivate(
    work: &mut Work<'_>,
    id: &str,
    before: &Object,
    after: Object,
) -> Result<Answer, Failure> {
    if matching(work.kind, &after) != matching(work.kind, before) {
        refuse_name_of_another(work, id, &after).await?;
    }
    let inactive = inactive(work.kind, id, Phase::Removing, &after);
    work.commit(vec![remembered(work.key(id), &inactive)]).await?;
    // What is remembered as going will go: the guard rail takes its place back only when the app says no for good.
    let place = work.reserved.take();
    match remove(work, inactive).await? {
        Removal::Done(inactive) => answer(work, inactive),
        Removal::Refused(failure) => {
            work.reserved = place;
            Err(failure)
        }
    }
}

/// Makes an inactive resource what `after` says: active again, or another that is inactive, which the app is not told.
/// `turn` is the turn to change it.
pub(in super::super) async fn change(
    work: &mut Work<'_>,
    before: Inactive,
    after: Object,
    turn: OwnedMutexGuard<()>,
) -> Result<Answer, Failure> {
    let is_renamed = matching(work.kind, &after) != before.matching;
    if is_renamed {
        refuse_name_of_another(work, &before.id, &after).await?;
    }
    if after.get(ACTIVE) == Some(&Value::Bool(true)) {
        return restore::restore(work, before, after, is_renamed, turn).await;
    }
    let changed = inactive(work.kind, &before.id, before.phase, &after);
    work.commit(vec![remembered(work.key(&changed.id), &changed)]).await?;
    answer(work, changed)
}

async fn refuse_name_of_another(work: &mut Work<'_>, id: &str, after: &Object) -> Result<(), Failure> {
    create::refuse_taken(work, after, Some(id)).await?;
    create::refuse_name_of_account(work, after, Some(id)).await
}

/// Deletes an inactive resource. The app is asked only where an account may be there.
pub(in super::super) async fn end(work: &mut Work<'_>, inactive: &Inactive) -> Result<(), Failure> {
    if inactive.phase == Phase::Restoring
        && let Some(found) = restore::look_up(work, &inactive.resource).await?
    {
        work.app.delete(work.kind, &found.id).await?;
    }
    let key = work.key(&inactive.id);
    work.commit(vec![Write::Forget(key.clone()), Write::Standing(StandingWrite::Ended(key))]).await
}
