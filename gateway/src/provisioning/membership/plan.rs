//! One operation's change of a group's members: what the app is told, what is recorded.

use super::super::app::App;
use super::super::context::Context;
use super::super::gaps::Members;
use super::super::member::member;
use super::super::refusal::Refusal;
use super::super::resource::mapped;
use super::super::turns::{Stop, TurnKey, Turns};
use super::effective::{InAnotherGroup, MemberCalls, MemberState, Wish, calls_for};
use super::group_changes::GroupChanges;
use super::wishes::{Wishes, elements};
use crate::connectors::Stored;
use crate::mapping::{AppChange, ItemChange};
use crate::store::{StandingWrite, Wanted, Write};
use scim_protocol::{Error, Object};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What becomes of a group's members; nothing where they are not remembered.
#[derive(Debug, Default)]
pub(in super::super) struct MemberPlan<'a>(pub(super) Option<Plan<'a>>);

/// The change of one group.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub(super) members: &'a Members,
    group: String,
    /// The group is deleted, and its memberships with it.
    ends: bool,
    /// The gateway knew of the group before.
    is_known: bool,
    pub(super) wishes: BTreeMap<String, Wish>,
    /// The groups that these users were requested for before.
    before: HashMap<String, Vec<Wanted>>,
    /// The users that the app adds to and removes from the group itself.
    own: (Vec<String>, Vec<String>),
    others: GroupChanges,
    /// Users whom the app does not know yet.
    pending: HashSet<String>,
}

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
        let mut wishes = Wishes::all_out(recorded.into_iter().map(|(user, _)| user));
        wishes.take(all.iter().flat_map(elements), Wish::In)?;
        let plan = Plan::new(context, app, turns, members, Some(group), wishes).await?;
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
    let mut wishes = Wishes::all_out(recorded.into_iter().map(|(user, _)| user).chain(listed.iter().cloned()));
    wishes.take(members.slot.get(reading.after).into_iter().flat_map(elements), Wish::In)?;
    wishes.listed = Some(listed);
    let plan = Plan::new(context, app, turns, members, Some(group), wishes).await?;
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
    let users = context.instance.store.wanted_in(&context.instance.name, group).await?;
    let wishes = Wishes::all_out(users.into_iter().map(|(user, _)| user));
    let plan = Plan::new(context, app, turns, members, Some(group), wishes).await?;
    Ok(MemberPlan(Some(Plan { ends: true, ..plan })))
}

impl MemberPlan<'_> {
    /// Whether the gateway knows of the group without asking the app.
    pub(in super::super) fn is_of_known_group(&self) -> bool {
        self.0.as_ref().is_some_and(|plan| plan.is_known)
    }

    /// The id of a new group, once it has one.
    pub(in super::super) fn created(&mut self, group: &str) {
        if let Some(plan) = &mut self.0 {
            plan.group = group.to_owned();
        }
    }

    /// After the app was told of the group itself: takes from `unresolved` those members whom it does not know yet, and tells
    /// the app what follows for other groups.
    pub(in super::super) async fn follow(
        &mut self,
        context: &Context<'_>,
        app: &mut App<'_>,
        unresolved: &mut Vec<String>,
    ) -> Result<(), Refusal> {
        let Some(plan) = &mut self.0 else { return Ok(()) };
        let prefix = format!("{}[value eq ", plan.members.field);
        let unknown = unresolved.extract_if(.., |path| path.starts_with(&prefix));
        let literal = |path: String| -> Option<String> {
            serde_json::from_str(path.strip_prefix(&prefix)?.strip_suffix(']')?).ok()
        };
        let unknown = app.scim_ids(&plan.members.user, unknown.filter_map(literal).collect()).await?;
        for user in &unknown {
            tracing::warn!(
                instance = %context.instance.name, group = plan.group, user,
                "the app does not know this member yet; they join the group when they are created"
            );
        }
        plan.pending.extend(unknown);
        std::mem::take(&mut plan.others).send(context.instance, app, plan.members).await
    }

    /// What is to be recorded.
    pub(in super::super) fn writes(&self, context: &Context<'_>) -> Vec<Write> {
        let Some(plan) = &self.0 else { return Vec::new() };
        let group = context.group_key(&plan.group);
        if plan.ends {
            return vec![Write::Standing(StandingWrite::GroupEnded(group))];
        }
        let mut writes = vec![Write::Standing(StandingWrite::Group(group.clone()))];
        for (user, wish) in &plan.wishes {
            let (group, user) = (group.clone(), user.clone());
            let recorded = plan.recorded(&user);
            let write = match wish {
                Wish::In => {
                    let pending = plan.is_pending(&user);
                    if recorded.is_some_and(|wanted| wanted.pending == pending) {
                        continue;
                    }
                    StandingWrite::Member { group, user, pending }
                }
                Wish::Out if recorded.is_none() => continue,
                Wish::Out => StandingWrite::NoMember { group, user },
            };
            writes.push(Write::Standing(write));
        }
        writes
    }
}

impl<'a> Plan<'a> {
    /// Takes the users' turns and asks the store for what is known of them. No `group` is one that does not exist yet.
    async fn new(
        context: &Context<'a>,
        app: &mut App<'_>,
        turns: &mut Turns,
        members: &'a Members,
        group: Option<&str>,
        wishes: Wishes,
    ) -> Result<Self, Stop> {
        let (store, instance) = (&context.instance.store, &context.instance.name);
        let Wishes { in_order, by_user, listed } = wishes;
        turns.take(by_user.keys().map(|user| TurnKey::resource(instance, &members.user, user))).await?;
        let users: Vec<&str> = in_order.iter().map(String::as_str).collect();
        let before = store.wanted(instance, &users).await?;
        let inactive = match &context.instance.gaps {
            Some(gaps) if gaps.removing.contains(&members.user) => {
                store.inactive_among(instance, &members.user, &users).await?
            }
            _ => HashSet::new(),
        };
        let created = match group {
            Some(group) => store.group_created(instance, group).await?,
            None => None,
        };
        let mut plan = Self {
            members,
            group: group.unwrap_or_default().to_owned(),
            ends: false,
            is_known: created.is_some(),
            wishes: BTreeMap::new(),
            before: HashMap::new(),
            own: (Vec::new(), Vec::new()),
            others: GroupChanges::default(),
            pending: HashSet::new(),
        };
        for user in &in_order {
            let Some(wish) = by_user.get(user) else { continue };
            let state = MemberState {
                wanted: before.get(user).map(Vec::as_slice).unwrap_or_default(),
                inactive: inactive.contains(user),
                listed: listed.as_ref().map(|listed| listed.contains(user)),
            };
            match calls_for(members.rule, (&plan.group, created.unwrap_or(i64::MAX)), *wish, state) {
                Ok(calls) => plan.add(user, calls),
                Err(InAnotherGroup(other)) => return Err(in_another(context, app, members, user, &other).await.into()),
            }
        }
        Ok(Self { wishes: by_user, before, ..plan })
    }

    fn add(&mut self, user: &str, calls: MemberCalls) {
        match calls.own {
            Some(Wish::In) => self.own.0.push(user.to_owned()),
            Some(Wish::Out) => self.own.1.push(user.to_owned()),
            None => {}
        }
        calls.join.into_iter().for_each(|group| self.others.join(group, user));
    }

    fn put_into(&self, change: &mut AppChange) {
        let (added, removed) = &self.own;
        if !added.is_empty() || !removed.is_empty() {
            let path = self.members.field.clone();
            change.items.push(ItemChange { path, added: items(added), removed: items(removed) });
        }
    }

    fn recorded(&self, user: &str) -> Option<&Wanted> {
        self.before.get(user)?.iter().find(|wanted| wanted.group == self.group)
    }

    /// Whether the app does not know the user: it said so now, or it said so before and was not asked again.
    pub(super) fn is_pending(&self, user: &str) -> bool {
        let was = self.before.get(user).is_some_and(|wanted| wanted.iter().all(|wanted| wanted.pending));
        let asked = self.own.0.iter().any(|asked| asked == user);
        self.pending.contains(user) || (was && !asked)
    }

    /// The groups that the user is requested for after this change, as far as this gateway knows.
    pub(super) fn expected(&self, user: &str) -> BTreeSet<String> {
        let before = self.before.get(user).map(Vec::as_slice).unwrap_or_default();
        let mut groups: BTreeSet<String> = before.iter().map(|wanted| wanted.group.clone()).collect();
        match self.wishes.get(user) {
            Some(Wish::In) => groups.insert(self.group.clone()),
            _ => groups.remove(&self.group),
        };
        groups
    }
}

fn items(users: &[String]) -> Vec<Value> {
    users.iter().map(|user| member(user)).collect()
}

/// 409, with the other group's name where the app tells it.
async fn in_another(
    context: &Context<'_>,
    app: &mut App<'_>,
    members: &Members,
    user: &str,
    other: &str,
) -> Refusal {
    let name = match app.read(context.kind, other, std::slice::from_ref(&members.field)).await {
        Ok(stored) => {
            let document = stored.document.unwrap_or_default();
            let resource = mapped(context, app, &document, &[]).await.unwrap_or_default();
            resource.get("displayName").and_then(Value::as_str).map(|name| format!("{name} ({other})"))
        }
        Err(_) => None,
    };
    let name = name.unwrap_or_else(|| other.to_owned());
    Error::conflict(format!(
        "user {user} is in the group {name}, and a user of this app can be in one only; remove the user from it first"
    ))
    .into()
}
