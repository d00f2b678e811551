//! `DELETE /Users/{id}` (RFC 7644 §3.6).

use super::super::app::App;
use super::super::context::Context;
use super::super::resource::allow_change;
use super::super::subject::Subject;
use super::super::turns::{Stop, Turns};
use super::super::{guard_rails, membership};
use super::action::{Action, forgotten};
use super::draft::{Draft, Reply};
use super::inactive;

/// Plans to delete the resource in the app and to forget what was kept of it.
pub(super) async fn draft<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    subject: &mut Subject,
    id: &str,
) -> Result<Draft<'a>, Stop> {
    if let Some(before) = inactive::find_to_change(context, app, turns, subject, id, Vec::new()).await? {
        return Ok(inactive::delete(context, app, &before).await?);
    }
    if !context.conditions().is_empty() {
        allow_change(context, subject.current(context, app).await?)?;
    }
    let reservation = guard_rails::guard_deactivation(context, app, id).await?;
    if guard_rails::guards_members(context) {
        guard_rails::guard_members(context, &subject.current(context, app).await?.resource, None).await?;
    }
    let members = membership::of_deleted(context, app, turns, id).await?;
    let action = Action::Delete { account: Some(id.to_owned()), is_account: true, writes: forgotten(context, id) };
    Ok(Draft { members, reservation, ..Draft::new(action, Reply::Deleted) })
}
