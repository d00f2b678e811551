//! `DELETE /Users/{id}` (RFC 7644 §3.6).

use super::answer::{Answer, Failure};
use super::work::Work;
use crate::store::Write;

/// Deletes the resource in the app, then forgets what was kept of it.
pub(super) async fn delete(work: &mut Work<'_>, id: &str) -> Result<Answer, Failure> {
    let _turn = work.turn(id).await;
    work.call.delete(&work.kind.scim.name, id).await?;
    work.commit(vec![Write::Forget(work.key(id))]).await?;
    Ok(Answer::no_content())
}
