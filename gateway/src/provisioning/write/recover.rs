//! Whether a resource is inactive. A removal that was interrupted is finished first, through the normal write path.

use super::super::app::App;
use super::super::context::Context;
use super::super::refusal::Refusal;
use super::super::subject::Subject;
use super::draft::Draft;
use super::planned::Planned;
use crate::store::{Inactive, Phase};

/// The resource if it is inactive. The store is queried only for types whose accounts are removed.
pub(in super::super) async fn find(
    context: &Context<'_>,
    app: &mut App<'_>,
    id: &str,
) -> Result<Option<Inactive>, Refusal> {
    match held(context, id).await? {
        Some(found) if found.phase == Phase::Removing => {
            let _turns = context.instance.turns.hold([context.turn(id)]).await?;
            find_in_turn(context, app, id).await
        }
        found => Ok(found),
    }
}

/// As [`find`], for a caller that has the turn to change the resource.
pub(super) async fn find_in_turn(
    context: &Context<'_>,
    app: &mut App<'_>,
    id: &str,
) -> Result<Option<Inactive>, Refusal> {
    match held(context, id).await? {
        Some(found) if found.phase == Phase::Removing => match remove(context, app, found).await {
            Ok(()) => held(context, id).await,
            // The app keeps the account, so the resource is active.
            Err(refusal) if refusal.is_final() => Ok(None),
            Err(refusal) => Err(refusal),
        },
        found => Ok(found),
    }
}

async fn held(context: &Context<'_>, id: &str) -> Result<Option<Inactive>, Refusal> {
    if !context.kind.removes() {
        return Ok(None);
    }
    Ok(context.instance.store.inactive(&context.key(id)).await?)
}

/// The caller has the turn.
async fn remove(context: &Context<'_>, app: &mut App<'_>, inactive: Inactive) -> Result<(), Refusal> {
    let mut subject = Subject::new(Some(&inactive.id));
    let planned = Planned { draft: Draft::removal(context, inactive), turns: context.instance.turns.begin() };
    planned.tell(context, app, &mut subject).await?.commit(context).await?;
    Ok(())
}
