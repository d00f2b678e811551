//! `POST /Users` (RFC 7644 §3.3).

use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::inactive::is_inactive;
use super::super::turns::{Stop, Turns};
use super::super::{membership, names};
use super::action::Action;
use super::draft::{Draft, Reply};
use super::inactive;
use scim_protocol::Object;

/// Plans to create the resource in the app, unless it is inactive from the beginning in an app that would remove it at once.
pub(super) async fn draft<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    resource: &Object,
) -> Result<Draft<'a>, Stop> {
    turns.take(names::turns(context, resource)).await?;
    names::refuse_held(context, app, resource, None).await?;
    if is_inactive(context.kind, resource) {
        return inactive::create(context, app, resource).await;
    }
    let mut sent = resource.clone();
    let members = membership::of_new(context, app, turns, &mut sent).await?;
    let made = context.kind.mapping.to_app(&sent, &mut app.budget, &mut Connected(&mut app.call)).await?;
    names::refuse_shown(context, app, resource, |name| made.holds(name), None).await?;
    Ok(Draft { members, ..Draft::new(Action::Create(made), Reply::Created(resource.clone())) })
}
