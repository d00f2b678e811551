//! Whether a resource is inactive, and finishing what was cut off.

use super::super::answer::Failure;
use super::super::work::Work;
use crate::store::{Inactive, Phase, StandingWrite, Write};

/// The resource if it is inactive; no question at all where the app removes nobody. A removal that was cut off is finished.
pub(in super::super) async fn find(work: &mut Work<'_>, id: &str) -> Result<Option<Inactive>, Failure> {
    match stored(work, id).await? {
        Some(found) if found.phase == Phase::Removing => {
            let _turn = work.turn(id).await;
            find_in_turn(work, id).await
        }
        found => Ok(found),
    }
}

/// As [`find`], for who has the turn to change the resource.
pub(in super::super) async fn find_in_turn(work: &mut Work<'_>, id: &str) -> Result<Option<Inactive>, Failure> {
    match stored(work, id).await? {
        Some(found) if found.phase == Phase::Removing => match remove(work, found).await? {
            Removal::Done(inactive) => Ok(Some(inactive)),
            Removal::Refused(_) => Ok(None),
        },
        found => Ok(found),
    }
}

async fn stored(work: &Work<'_>, id: &str) -> Result<Option<Inactive>, Failure> {
    if !work.kind.removes() {
        return Ok(None);
    }
    Ok(work.instance.store.inactive(&work.key(id)).await?)
}

/// What became of the removal of an account.
pub(super) enum Removal {
    Done(Inactive),
    /// The app will not remove it; the resource is active as before.
    Refused(Failure),
}

/// Removes the account of a resource that is in phase `removing`. An account that is gone already is removed.
pub(super) async fn remove(work: &mut Work<'_>, inactive: Inactive) -> Result<Removal, Failure> {
    let key = work.key(&inactive.id);
    match work.app.delete(work.kind, &inactive.id).await {
        Ok(()) => {
            let removed = StandingWrite::Phase(key.clone(), Phase::Removed);
            work.commit(vec![Write::Forget(key), Write::Standing(removed)]).await?;
            Ok(Removal::Done(Inactive { phase: Phase::Removed, ..inactive }))
        }
        Err(failure) if is_final(&failure) => {
            work.commit(vec![Write::Standing(StandingWrite::Active(key))]).await?;
            Ok(Removal::Refused(failure))
        }
        Err(failure) => Err(failure),
    }
}

/// Whether asking again would be answered the same.
fn is_final(failure: &Failure) -> bool {
    matches!(failure.error.status, 400 | 403 | 405 | 409 | 412 | 422 | 501)
}
