//! `DELETE /Users/{id}` (RFC 7644 §3.6).

use super::answer::{Answer, Failure};
use super::work::Work;
use super::{guard_rails, inactive, membership};
use crate::store::Write;

/// Deletes the resource in the app, then forgets what was kept of it.
pub(super) async fn delete(work: &mut Work<'_>, id: &str) -> Result<Answer, Failure> {
    let _turn = work.turn(id).await;
    if let Some(inactive) = inactive::find_in_turn(work, id).await? {
        work.allow_change(&inactive::current(inactive.clone()))?;
        inactive::end(work, &inactive).await?;
        return Ok(Answer::no_content());
    }
    let known = work.allow_unseen_change(id).await?;
    guard_rails::guard_deactivation(work, id).await?;
    if guard_rails::guards_members(work) {
        let stored = match known {
            Some(stored) => stored,
            None => work.read(id, &[]).await?,
        };
        let before = work.resolve(stored, &[]).await?.resource;
        guard_rails::guard_members(work, &before, None).await?;
    }
    let mut members = membership::of_end(work, id).await?;
    work.app.delete(work.kind, id).await?;
    members.follow(work, &mut Vec::new()).await?;
    let mut writes = vec![Write::Forget(work.key(id))];
    writes.extend(members.writes(work));
    writes.extend(membership::end(work, id));
    work.commit(writes).await?;
    members.settle(work).await?;
    Ok(Answer::no_content())
}
