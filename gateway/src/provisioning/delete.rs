//! `DELETE /Users/{id}` (RFC 7644 §3.6).

use super::answer::{Answer, Failure};
use super::work::Work;
use super::{inactive, membership};
use crate::store::Write;

/// Deletes the resource in the app, then forgets what was kept of it.
pub(super) async fn delete(work: &mut Work<'_>, id: &str) -> Result<Answer, Failure> {
    let _turn = work.turn(id).await;
    if let Some(inactive) = inactive::find_in_turn(work, id).await? {
        work.allow_change(&inactive::current(inactive.clone()))?;
        inactive::end(work, &inactive).await?;
        return Ok(Answer::no_content());
    }
    work.allow_unseen_change(id).await?;
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
