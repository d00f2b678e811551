//! `PATCH /Users/{id}` (RFC 7644 §3.5.2).
//!
//! What a PATCH changes is computed from its operations alone where that is possible, so that changing a title or adding one
//! member to a large group is one app call; only where the outcome depends on the current resource is it read first.

use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::inactive::deactivates;
use super::super::refusal::Refusal;
use super::super::resource::allow_change;
use super::super::subject::Subject;
use super::super::turns::{Stop, Turns};
use super::super::{derived, guard_rails, immutable, membership, names};
use super::action::Action;
use super::draft::{Draft, Reply};
use super::inactive;
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
    let names = names::turns_of_edits(context, edits);
    if let Some(before) = inactive::find_to_change(context, app, turns, subject, id, names).await? {
        let mut after = patched(context, &before.resource, edits)?;
        derived::anew(context, app, id, &before.resource, &mut after, Some(edits)).await?;
        return inactive::update(context, app, turns, before, after).await;
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
        guard_rails::guard_members(context, before, Some(&patched(context, before, edits)?)).await?;
    }
    if kind.removes() && deactivates(edits) {
        let before = subject.current(context, app).await?.resource.clone();
        let mut after = patched(context, &before, edits)?;
        immutable::keep(kind, &before, &mut after)?;
        derived::anew(context, app, id, &before, &mut after, Some(edits)).await?;
        names::claim(context, app, turns, (&before, &after), id).await?;
        let draft = inactive::deactivate(context, app, turns, id, &before, after).await?;
        return Ok(Draft { reservation, ..draft });
    }
    let mut change = app_change(context, app, turns, subject, id, edits).await?;
    let members = membership::of_patch(context, app, turns, id, &mut change).await?;
    let action = Action::Update {
        id: id.to_owned(),
        change,
        read: subject.stored().cloned(),
        base: None,
        withdrawn: Vec::new(),
    };
    Ok(Draft { members, reservation, ..Draft::new(action, Reply::Patched) })
}

/// What the edits change in the app.
async fn app_change(
    context: &Context<'_>,
    app: &mut App<'_>,
    turns: &mut Turns,
    subject: &mut Subject,
    id: &str,
    edits: &Edits,
) -> Result<AppChange, Stop> {
    let kind = context.kind;
    if !edits.needs_target() && !immutable::touches(kind, edits) && !names::hides(context, edits) {
        let given = names::of_edits(context, edits);
        names::refuse_held(context, app, &given, Some(id)).await?;
        if let Some(change) = kind.mapping.change(edits, &mut app.budget, &mut Connected(&mut app.call)).await? {
            names::refuse_shown(context, app, &given, |name| change.holds(name), Some(id)).await?;
            return Ok(change);
        }
    }
    let before = subject.current(context, app).await?.resource.clone();
    let mut after = patched(context, &before, edits)?;
    immutable::keep(kind, &before, &mut after)?;
    let derived = derived::anew(context, app, id, &before, &mut after, Some(edits)).await?;
    let given = names::claim(context, app, turns, (&before, &after), id).await?;
    let mut change =
        kind.mapping.diff(&before, &after, &derived, &mut app.budget, &mut Connected(&mut app.call)).await?;
    if let Some(document) = subject.stored().and_then(|stored| stored.document.as_ref()) {
        kind.mapping.settle_unchanged(&mut change, document);
    }
    names::refuse_shown(context, app, &given, |name| change.holds(name), Some(id)).await?;
    Ok(change)
}

fn patched(context: &Context<'_>, before: &Object, edits: &Edits) -> Result<Object, Refusal> {
    let scim = &context.kind.scim;
    let mut after = before.clone();
    patch::apply_within(scim, &mut after, edits, context.comparisons())?;
    check::check_changed(scim, before, &after)?;
    Ok(after)
}
