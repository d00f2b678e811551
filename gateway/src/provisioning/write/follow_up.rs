//! What others waited for when a resource appears.

use super::super::app::App;
use super::super::context::Context;
use super::super::resource::Current;
use super::super::turns::LONGEST_WAIT;
use super::super::{awaited, membership};
use super::action::Appeared;
use tokio::time::Instant;

/// Writes the references to a resource that appeared, and lets it join the groups that were requested for it. The caller has no turns;
/// all of this together waits for turns no longer than one operation may.
pub(super) async fn run(context: &Context<'_>, app: &mut App<'_>, appeared: Appeared, current: &Current) {
    let until = Instant::now() + LONGEST_WAIT;
    awaited::write_waiting(context, app, current, until).await;
    if matches!(appeared, Appeared::Created) && membership::may_join(context) {
        membership::join_after_creation(context, app, current, until).await;
    }
}
