//! `PATCH /Users/{id}` (RFC 7644 §3.5.2).
//!
//! What a PATCH changes is computed from its operations alone where that is possible, so that changing a title or adding one
//! member to a large group is one app call; only where the outcome depends on the current resource is it read first.

use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::inactive::{current, deactivates};
use super::super::kind::Kind;
use super::super::refusal::Refusal;
use super::super::resource::allow_change;
use super::super::subject::Subject;
use super::super::turns::{Stop, Turns};
use super::super::{derived, guard_rails, immutable, membership, names};
use super::action::Action;
use super::draft::{Draft, Reply};
use super::{inactive, recover};
use crate::mapping::AppChange;
use scim_protocol::Object;
use scim_protocol::check;
use scim_protocol::patch::{self, Edits};

/// Plans to apply the edits, in order and all or none.
pub(super) async fn draft<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    subject: &mut Subject,
    id: &str,
    edits: &Edits,
) -> Result<Draft<'a>, Stop> {
    let kind = context.kind;
    turns.take(names::turns_of_edits(context, edits).into_iter().chain([context.turn(id)])).await?;
    if let Some(before) = recover::find_in_turn(context, app, id).await? {
        subject.identify(kind, &before.resource);
        allow_change(context, &current(before.clone()))?;
        let mut after = patched(kind, &before.resource, edits)?;
        derived::anew(context, app, id, &before.resource, &mut after, Some(edits)).await?;
        return inactive::change(context, app, turns, before, after).await;
    }
    if !context.conditions().is_empty() {
        allow_change(context, subject.current(context, app).await?)?;
    }
    let reservation = match deactivates(edits) {
        true => guard_rails::guard_deactivation(context, app, id).await?,
        false => None,
    };
    if guard_rails::may_remove(context, edits) {
        let before = &subject.current(context, app).await?.resource;
        guard_rails::guard_members(context, before, Some(&patched(kind, before, edits)?)).await?;
    }
    if kind.removes() && deactivates(edits) {
        let before = subject.current(context, app).await?.resource.clone();
        let mut after = patched(kind, &before, edits)?;
        immutable::keep(kind, &before, &mut after)?;
        derived::anew(context, app, id, &before, &mut after, Some(edits)).await?;
        names::claim(context, app, turns, (&before, &after), id).await?;
        let draft = inactive::deactivate(context, app, turns, id, &before, after).await?;
        return Ok(Draft { reservation, ..draft });
    }
    let (mut change, is_read) = change(context, app, turns, subject, id, edits).await?;
    let members = membership::of_patch(context, app, turns, id, &mut change).await?;
    let read = subject.stored().filter(|_| is_read).cloned();
    let action = Action::Update { id: id.to_owned(), change, read, base: None, withdrawn: Vec::new() };
    Ok(Draft { members, reservation, ..Draft::new(action, Reply::Patched) })
}

/// What the edits change in the app, and whether the resource had to be read to know.
async fn change(
    context: &Context<'_>,
    app: &mut App<'_>,
    turns: &mut Turns,
    subject: &mut Subject,
    id: &str,
    edits: &Edits,
) -> Result<(AppChange, bool), Stop> {
    let kind = context.kind;
    if !edits.needs_target() && !immutable::touches(kind, edits) && !names::hides(context, edits) {
        names::refuse_held(context, app, &names::of_edits(context, edits), Some(id)).await?;
        if let Some(change) = kind.mapping.change(edits, &mut app.budget, &mut Connected(&mut app.call)).await? {
            return Ok((change, false));
        }
    }
    let before = subject.current(context, app).await?.resource.clone();
    let mut after = patched(kind, &before, edits)?;
    immutable::keep(kind, &before, &mut after)?;
    let derived = derived::anew(context, app, id, &before, &mut after, Some(edits)).await?;
    names::claim(context, app, turns, (&before, &after), id).await?;
    let mut change =
        kind.mapping.diff(&before, &after, &derived, &mut app.budget, &mut Connected(&mut app.call)).await?;
    if let Some(document) = subject.stored().and_then(|stored| stored.document.as_ref()) {
        kind.mapping.settle_unchanged(&mut change, document);
    }
    Ok((change, true))
}

fn patched(kind: &Kind, before: &Object, edits: &Edits) -> Result<Object, Refusal> {
    let mut after = before.clone();
    patch::apply(&kind.scim, &mut after, edits)?;
    check::check_changed(&kind.scim, before, &after)?;
    Ok(after)
}
