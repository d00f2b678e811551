//! An account that was created without the gateway, by a first sign-in or an administrator, for a resource that is inactive here.

use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::membership;
use super::super::refusal::Refusal;
use super::super::resource::{self, Current};
use super::super::turns::LONGEST_WAIT;
use super::super::{awaited, remember};
use super::restore::active_again;
use crate::store::{Inactive, Phase};
use tokio::time::Instant;

/// Makes the resource active, under the id that its client knows: the app's word counts. `None` if another request was faster.
pub(in super::super) async fn adopt(
    context: &Context<'_>,
    app: &mut App<'_>,
    before: Inactive,
    app_id: &str,
) -> Result<Option<Current>, Refusal> {
    let turns = context.instance.turns.hold([context.turn(&before.id)]).await?;
    let id = before.id.as_str();
    let still = context.instance.store.inactive(&context.key(id)).await?;
    if still.is_none_or(|now| now.phase == Phase::Removing || now.matching != before.matching) {
        return Ok(None);
    }
    app.bind(context.kind, id, app_id);
    let stored = match app.read(context.kind, id, &[]).await {
        // It was seen before it was removed.
        Err(refusal) if refusal.is_not_found() => return Ok(None),
        read => read?,
    };
    let mut writes = active_again(context, id, app_id.to_owned(), &before.resource);
    if let Ok(made) =
        context.kind.mapping.to_app(&before.resource, &mut app.budget, &mut Connected(&mut app.call)).await
    {
        writes.extend(remember::of_new(context, &stored, made.kept));
    }
    writes.extend(membership::join(context, app, id, &before.resource).await?);
    context.commit(writes).await?;
    drop(turns);
    tracing::warn!(
        instance = %context.instance.name, id,
        "an inactive user has an account in the app that the gateway did not create: they are active again"
    );
    let current = resource::resolve(context, app, stored, &[]).await?;
    awaited::write_waiting(context, app, &current, Instant::now() + LONGEST_WAIT).await;
    Ok(Some(current))
}
