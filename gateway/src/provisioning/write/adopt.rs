//! An account that was created without the gateway, by a first sign-in or an administrator, for a resource that is inactive here.

use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::membership::{self, MemberPlan};
use super::super::refusal::Refusal;
use super::super::remember;
use super::super::resource::{self, Current};
use super::super::turns::Stop;
use super::call::Shown;
use super::confirmed::Confirmed;
use super::draft::Reply;
use super::restore::active_again;
use crate::store::{Inactive, Phase};

/// Makes the resource active, under the id that its client knows: the app's word counts. Nothing where another request was faster.
pub(in super::super) async fn adopt(
    context: &Context<'_>,
    app: &mut App<'_>,
    before: Inactive,
    app_id: &str,
) -> Result<Option<Current>, Refusal> {
    let mut turns = context.instance.turns.begin();
    if let Err(Stop::Refused(refusal)) = turns.take([context.turn(&before.id)]).await {
        return Err(refusal);
    }
    let id = before.id.as_str();
    let still = context.instance.store.inactive(&context.key(id)).await?;
    if still.is_none_or(|now| now.phase == Phase::Removing || now.matching != before.matching) {
        return Ok(None);
    }
    app.bind(context.kind, id, app_id);
    let stored = match app.read(context.kind, id, &[]).await {
        // It was seen before it was removed.
        Err(refusal) if refusal.error.status == 404 => return Ok(None),
        read => read?,
    };
    let mut writes = active_again(context, id, app_id.to_owned());
    if let Ok(made) =
        context.kind.mapping.to_app(&before.resource, &mut app.budget, &mut Connected(&mut app.call)).await
    {
        writes.extend(remember::of_new(context, &stored, made.kept));
    }
    writes.extend(membership::join(context, app, id, &before.resource).await?);
    let shown = Shown::Stored { stored: stored.clone(), is_whole: true, appeared: None };
    let confirmed = Confirmed { turns, members: MemberPlan::default(), writes, shown, reply: Reply::Resource };
    let _committed = confirmed.commit(context).await?;
    tracing::warn!(
        instance = %context.instance.name, id,
        "an inactive user has an account in the app that the gateway did not create: they are active again"
    );
    resource::resolve(context, app, stored, &[]).await.map(Some)
}
