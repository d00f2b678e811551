//! Changes of resources that are inactive, or become so, in an app that removes them.

use super::super::accounts;
use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::inactive::{current, is_active, matching, remembered, to_inactive};
use super::super::membership;
use super::super::names;
use super::super::refusal::Refusal;
use super::super::resource::{allow_change, times};
use super::super::subject::Subject;
use super::super::turns::{Stop, TurnKey, Turns};
use super::action::{Action, forgotten};
use super::draft::{Draft, Intent, Reply};
use super::recover;
use super::restore::{Restoration, bound};
use crate::store::{Inactive, Phase, StandingWrite, Write};
use scim_protocol::Object;

/// Takes the turns to change a resource and those of the names that it is to have; answers the resource if it is inactive. Refused where
/// it is not of a version that the client means.
pub(super) async fn find_to_change(
    context: &Context<'_>,
    app: &mut App<'_>,
    turns: &mut Turns,
    subject: &mut Subject,
    id: &str,
    names: Vec<TurnKey>,
) -> Result<Option<Inactive>, Stop> {
    turns.take(names.into_iter().chain([context.turn(id)])).await?;
    let Some(before) = recover::find_in_turn(context, app, id).await? else { return Ok(None) };
    subject.identify(context.kind, &before.resource);
    allow_change(context, &current(before.clone()))?;
    Ok(Some(before))
}

/// Plans a resource that is inactive from the beginning: no account, which would be removed at once, and an id of the gateway's own.
/// The account is created when it becomes active.
pub(super) async fn create<'a>(context: &Context<'a>, app: &mut App<'_>, resource: &Object) -> Result<Draft<'a>, Stop> {
    // A value that the mapping cannot take is refused now, not when it is too late to tell.
    context.kind.mapping.to_app(resource, &mut app.budget, &mut Connected(&mut app.call)).await?;
    names::refuse_account(context, app, resource, None).await?;
    let id = uuid::Uuid::new_v4().to_string();
    let mut created = resource.clone();
    times::set_created(context, &mut created);
    let inactive = to_inactive(context.kind, &id, Phase::Removed, &created);
    let mut writes = vec![remembered(context.key(&id), &inactive)];
    writes.extend(membership::recorded_pending(context, &id, &inactive.resource).await?);
    Ok(Draft::new(Action::StoreOnly { inactive, writes }, Reply::Created(resource.clone())))
}

/// Plans to remember the resource as the client wants it to be, and to remove its account. From then on the gateway holds its names:
/// whoever finds one of them free in the app must not miss it here.
pub(super) async fn deactivate<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    id: &str,
    before: &Object,
    after: Object,
) -> Result<Draft<'a>, Stop> {
    turns.take(names::turns(context, &after)).await?;
    if matching(context.kind, &after) != matching(context.kind, before) {
        names::refuse_account(context, app, &after, Some(id)).await?;
    }
    Ok(removal(context, id, after))
}

fn removal<'a>(context: &Context<'a>, id: &str, mut after: Object) -> Draft<'a> {
    times::set_modified(context, &mut after);
    let inactive = to_inactive(context.kind, id, Phase::Removing, &after);
    let record = remembered(context.key(id), &inactive);
    let mut draft = Draft::removal(context, inactive);
    draft.intent.writes.push(record);
    draft
}

/// Plans to make an inactive resource what `after` says: active again, or another that is inactive, which the app is not told.
pub(super) async fn update<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    before: Inactive,
    after: Object,
) -> Result<Draft<'a>, Stop> {
    let id = before.id.as_str();
    names::claim(context, app, turns, (&before.resource, &after), id).await?;
    let is_renamed = matching(context.kind, &after) != before.matching;
    if is_renamed {
        names::refuse_account(context, app, &after, Some(id)).await?;
    }
    if !is_active(&after)
        && before.phase == Phase::Restoring
        && let Some(account) = accounts::free(context, app, &before.resource).await?
    {
        // The attempt to restore it that was cut off had created the account.
        app.bind(context.kind, id, &account.id);
        let mut draft = removal(context, id, after);
        draft.intent.writes.push(bound(context, id, account.id));
        return Ok(draft);
    }
    if !is_active(&after) {
        let mut inactive = to_inactive(context.kind, id, before.phase, &after);
        if inactive.resource != before.resource {
            times::set_modified(context, &mut inactive.resource);
        }
        let writes = vec![remembered(context.key(id), &inactive)];
        return Ok(Draft::new(Action::StoreOnly { inactive, writes }, Reply::Resource));
    }
    turns.take(membership::turns(context, id, &after)).await?;
    let made = context.kind.mapping.to_app(&after, &mut app.budget, &mut Connected(&mut app.call)).await?;
    let restoring = if is_renamed {
        // What is found by the new name is this one, and not before it is sure that nobody else has it.
        Some(remembered(context.key(id), &to_inactive(context.kind, id, Phase::Restoring, &after)))
    } else {
        let phase = Write::Standing(StandingWrite::Phase(context.key(id), Phase::Restoring));
        (before.phase != Phase::Restoring).then_some(phase)
    };
    // If the app refuses for good, no account was created, unless one may be there from before.
    let withdrawal =
        if before.phase == Phase::Restoring { Vec::new() } else { vec![remembered(context.key(id), &before)] };
    let intent = Intent { writes: restoring.into_iter().collect(), withdrawal };
    let restoration = Restoration { id: before.id, was_begun: before.phase == Phase::Restoring, after, made };
    Ok(Draft { intent, ..Draft::new(Action::Restore(Box::new(restoration)), Reply::Resource) })
}

/// Plans to delete an inactive resource. The app is asked only where an account may be there.
pub(super) async fn delete<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    before: &Inactive,
) -> Result<Draft<'a>, Refusal> {
    let account = match before.phase {
        Phase::Restoring => accounts::free(context, app, &before.resource).await?.map(|account| account.id),
        Phase::Removing | Phase::Removed => None,
    };
    let action = Action::Delete { account, is_account: false, writes: forgotten(context, &before.id) };
    Ok(Draft::new(action, Reply::Deleted))
}
