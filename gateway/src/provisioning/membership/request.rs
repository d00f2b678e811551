//! From a request about a group to the plan of its members: POST, PATCH, PUT and DELETE.

use super::super::app::App;
use super::super::context::Context;
use super::super::turns::{Stop, Turns};
use super::effective::Wish;
use super::plan::{MemberPlan, Plan, items};
use super::wishes::{Wishes, elements};
use crate::connectors::Stored;
use crate::mapping::AppChange;
use scim_protocol::Object;
use std::collections::HashSet;

/// A group as it was read before a PUT.
pub(in super::super) struct Reading<'r> {
    /// What the app answered.
    pub(in super::super) stored: &'r Stored,
    /// What the group is to be.
    pub(in super::super) after: &'r Object,
}

/// A new group. In `resource` only those members stay whom the app is told of.
pub(in super::super) async fn of_new<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    resource: &mut Object,
) -> Result<MemberPlan<'a>, Stop> {
    let Some(members) = context.members() else { return Ok(MemberPlan::default()) };
    let all = members.slot.take(resource);
    let mut wishes = Wishes::default();
    wishes.take(all.iter().flat_map(elements), Wish::In)?;
    let plan = Plan::new(context, app, turns, members, None, wishes).await?;
    if !plan.own.0.is_empty() {
        members.slot.put(resource, items(&plan.own.0).into());
    }
    Ok(MemberPlan(Some(plan)))
}

/// A PATCH. The change that the mapping made of it becomes what the app is told.
pub(in super::super) async fn of_patch<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    group: &str,
    change: &mut AppChange,
) -> Result<MemberPlan<'a>, Stop> {
    let Some(members) = context.members() else { return Ok(MemberPlan::default()) };
    if let Some(place) = change.fields.iter().position(|(path, _)| *path == members.field) {
        // The client named all members. The app is told all that it is to have, in one call and without asking what it has.
        let (path, all) = change.fields.remove(place);
        let recorded = context.instance.store.wanted_in(&context.instance.name, group).await?;
        let mut wishes = Wishes::all_out(recorded.iter().map(|(user, _)| user.clone()));
        wishes.take(all.iter().flat_map(elements), Wish::In)?;
        let plan = Plan::new(context, app, turns, members, Some(group), wishes).await?;
        still_recorded(context, group, &recorded).await?;
        change.fields.push((path, Some(items(&plan.own.0).into())));
        return Ok(MemberPlan(Some(plan)));
    }
    let Some(place) = change.items.iter().position(|items| items.path == members.field) else {
        return Ok(MemberPlan::default());
    };
    let items = change.items.remove(place);
    let mut wishes = Wishes::default();
    wishes.take(&items.removed, Wish::Out)?;
    wishes.take(&items.added, Wish::In)?;
    let plan = Plan::new(context, app, turns, members, Some(group), wishes).await?;
    plan.put_into(change);
    Ok(MemberPlan(Some(plan)))
}

/// A PUT over the group that was read. Who is not among its members is out, whether recorded or only in the app.
pub(in super::super) async fn of_put<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    group: &str,
    change: &mut AppChange,
    reading: Reading<'_>,
) -> Result<MemberPlan<'a>, Stop> {
    let Some(members) = context.members() else { return Ok(MemberPlan::default()) };
    change.items.retain(|items| items.path != members.field);
    let document = reading.stored.document.as_ref();
    let referred = document.map(|document| context.kind.mapping.referred(document)).unwrap_or_default();
    let listed: HashSet<String> =
        referred.into_iter().filter(|(kind, _)| *kind == members.user).map(|(_, id)| id).collect();
    let recorded = context.instance.store.wanted_in(&context.instance.name, group).await?;
    let mut wishes = Wishes::all_out(recorded.iter().map(|(user, _)| user.clone()).chain(listed.iter().cloned()));
    wishes.take(members.slot.get(reading.after).into_iter().flat_map(elements), Wish::In)?;
    wishes.listed = Some(listed);
    let plan = Plan::new(context, app, turns, members, Some(group), wishes).await?;
    still_recorded(context, group, &recorded).await?;
    plan.put_into(change);
    Ok(MemberPlan(Some(plan)))
}

/// The group is to be deleted: its members fall back to others.
pub(in super::super) async fn of_deleted<'a>(
    context: &Context<'a>,
    app: &mut App<'_>,
    turns: &mut Turns,
    group: &str,
) -> Result<MemberPlan<'a>, Stop> {
    let Some(members) = context.members() else { return Ok(MemberPlan::default()) };
    let recorded = context.instance.store.wanted_in(&context.instance.name, group).await?;
    let wishes = Wishes::all_out(recorded.iter().map(|(user, _)| user.clone()));
    let plan = Plan::new(context, app, turns, members, Some(group), wishes).await?;
    still_recorded(context, group, &recorded).await?;
    Ok(MemberPlan(Some(plan.ending())))
}

/// What was recorded of the group may have changed before the members' turns were taken: a user who was created meanwhile joined it.
async fn still_recorded(context: &Context<'_>, group: &str, recorded: &[(String, bool)]) -> Result<(), Stop> {
    let now = context.instance.store.wanted_in(&context.instance.name, group).await?;
    if now == recorded { Ok(()) } else { Err(Stop::PlanAgain) }
}
