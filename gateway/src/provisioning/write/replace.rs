//! `PUT /Users/{id}` (RFC 7644 §3.5.1).
//!
//! The app is sent what differs from what it holds. An attribute that the body does not assert is cleared, except where
//! silence must not destroy: see [`carry_over`].

use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::inactive::is_inactive;
use super::super::resource::allow_change;
use super::super::subject::Subject;
use super::super::turns::{Stop, Turns};
use super::super::{awaited, derived, guard_rails, immutable, membership, names};
use super::action::Action;
use super::draft::{Draft, Reply};
use super::inactive;
use crate::clients::Leniency;
use scim_protocol::Object;

/// Plans to make the resource what the body says.
pub(super) async fn draft<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    subject: &mut Subject,
    id: &str,
    body: &Object,
) -> Result<Draft<'a>, Stop> {
    let kind = context.kind;
    let mut after = body.clone();
    let names = names::turns(context, &after);
    if let Some(before) = inactive::find_to_change(context, app, turns, subject, id, names).await? {
        carry_over(context, &before.resource, &mut after);
        derived::anew(context, app, id, &before.resource, &mut after, None).await?;
        let after = with_meta(&before.resource, after);
        return inactive::update(context, app, turns, before, after).await;
    }
    let (read, found) = subject.reading(context, app).await?;
    allow_change(context, found)?;
    let (read, before) = (read.clone(), found.resource.clone());
    carry_over(context, &before, &mut after);
    let reservation = match guard_rails::becomes_inactive(&before, &after) {
        true => guard_rails::guard_deactivation(context, app, id).await?,
        false => None,
    };
    guard_rails::guard_members(context, &before, Some(&after)).await?;
    immutable::keep(kind, &before, &mut after)?;
    let derived = derived::anew(context, app, id, &before, &mut after, None).await?;
    let given = names::claim(context, app, turns, (&before, &after), id).await?;
    if is_inactive(kind, &after) {
        let draft = inactive::deactivate(context, app, turns, id, &before, with_meta(&before, after)).await?;
        return Ok(Draft { reservation, ..draft });
    }
    let mut change =
        kind.mapping.diff(&before, &after, &derived, &mut app.budget, &mut Connected(&mut app.call)).await?;
    if let Some(document) = &read.document {
        kind.mapping.settle_unchanged(&mut change, document);
    }
    names::refuse_shown(context, app, &given, |name| change.holds(name), Some(id)).await?;
    let withdrawn = awaited::withdrawn(context, id, &after);
    let reading = membership::Reading { stored: &read, after: &after };
    let members = membership::of_put(context, app, turns, id, &mut change, reading).await?;
    let base = Some(read.document.clone().unwrap_or_default());
    let action = Action::Update { id: id.to_owned(), change, read: Some(read), base, withdrawn };
    Ok(Draft { members, reservation, ..Draft::new(action, Reply::Resource) })
}

/// What a client cannot say in a PUT stays what it is.
fn with_meta(before: &Object, mut after: Object) -> Object {
    if let Some(meta) = before.get("meta") {
        after.insert("meta".to_owned(), meta.clone());
    }
    after
}

/// What a PUT leaves as it is although its body does not mention it.
///
/// - `active`: a client that does not manage it must not enable or disable anyone;
/// - attributes that change item by item (a group's members), if the client's profile says that a missing key is not an empty list;
/// - attributes that cannot be changed.
///
/// What the app cannot be without (a role: its rule has a default) is left alone by the mapping.
fn carry_over(context: &Context<'_>, before: &Object, after: &mut Object) {
    let kind = context.kind;
    let keeps_lists = context.profile().allows(Leniency::OmittedMembers);
    for (name, value) in before {
        let stays = name == "active" || (keeps_lists && kind.mapping.is_incremental(name));
        if stays && !after.contains_key(name) {
            after.insert(name.clone(), value.clone());
        }
    }
    immutable::carry_over(kind, before, after);
}
