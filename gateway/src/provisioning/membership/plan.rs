//! One operation's change of a group's members: what the app is told, what is recorded.

use super::super::app::App;
use super::super::context::Context;
use super::super::gaps::{Members, Remembered};
use super::super::member::member;
use super::super::refusal::Refusal;
use super::super::resource::mapped;
use super::super::turns::{Stop, TurnKey, Turns};
use super::effective::{InAnotherGroup, MemberCalls, MemberState, Wish, calls_for};
use super::group_changes::GroupChanges;
use super::wishes::Wishes;
use crate::mapping::{AppChange, ItemChange};
use crate::store::{StandingWrite, Wanted, Write};
use scim_protocol::Error;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// How many of the unknown members the log names; there may be thousands.
const NAMED: usize = 10;

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
    pub(super) own: (Vec<String>, Vec<String>),
    others: GroupChanges,
    /// Users whom the app does not know yet.
    pending: HashSet<String>,
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
        if !unknown.is_empty() {
            let users = unknown.iter().take(NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            tracing::warn!(
                instance = %context.instance.name, group = plan.group, users, count = unknown.len(),
                "the app does not know these members yet; they join the group when they are created"
            );
        }
        plan.pending.extend(unknown);
        std::mem::take(&mut plan.others).send(context.instance, app, plan.members).await
    }

    /// Whether the group has other members afterwards.
    pub(in super::super) fn changes_records(&self, context: &Context<'_>) -> bool {
        let is_member = |write: &Write| {
            matches!(write, Write::Standing(StandingWrite::Member { .. } | StandingWrite::NoMember { .. }))
        };
        self.writes(context).iter().any(is_member)
    }

    /// What is to be recorded.
    pub(in super::super) fn writes(&self, context: &Context<'_>) -> Vec<Write> {
        let Some(plan) = &self.0 else { return Vec::new() };
        let group = context.group_key(&plan.group);
        if plan.ends {
            return vec![Write::Standing(StandingWrite::GroupEnded(group))];
        }
        let mut writes = Vec::new();
        for (user, wish) in &plan.wishes {
            let (group, user) = (group.clone(), user.clone());
            let recorded = plan.recorded(&user).map(|wanted| wanted.pending);
            let pending = plan.is_pending(&user);
            let remembers = pending || plan.members.remembered == Remembered::All;
            let write = match (wish, recorded) {
                (Wish::In, Some(recorded)) if remembers && recorded == pending => continue,
                (Wish::In, _) if remembers => StandingWrite::Member { group, user, pending },
                (_, None) => continue,
                (_, Some(_)) => StandingWrite::NoMember { group, user },
            };
            writes.push(Write::Standing(write));
        }
        if !writes.is_empty() || plan.members.remembered == Remembered::All {
            writes.insert(0, Write::Standing(StandingWrite::Group(group)));
        }
        writes
    }
}

impl<'a> Plan<'a> {
    /// Takes the users' turns and asks the store for what is known of them. No `group` is one that does not exist yet.
    pub(super) async fn new(
        context: &Context<'a>,
        app: &mut App<'_>,
        turns: &mut Turns,
        members: &'a Members,
        group: Option<&str>,
        wishes: Wishes,
    ) -> Result<Self, Stop> {
        let (store, instance) = (&context.instance.store, &context.instance.name);
        let Wishes { in_order, by_user, listed } = wishes;
        turns.take(by_user.keys().map(|user| user_turn(context, members, user))).await?;
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

    /// The same for a group that is deleted, and its memberships with it.
    pub(super) fn ending(self) -> Self {
        Self { ends: true, ..self }
    }

    fn add(&mut self, user: &str, calls: MemberCalls) {
        match calls.own {
            Some(Wish::In) => self.own.0.push(user.to_owned()),
            Some(Wish::Out) => self.own.1.push(user.to_owned()),
            None => {}
        }
        calls.join.into_iter().for_each(|group| self.others.join(group, user));
    }

    pub(super) fn put_into(&self, change: &mut AppChange) {
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

fn user_turn(context: &Context<'_>, members: &Members, user: &str) -> TurnKey {
    match context.instance.kind_named(&members.user) {
        Some(kind) => context.instance.turn(kind, user),
        None => TurnKey::resource(&context.instance.name, &members.user, user),
    }
}

/// The elements that stand for users.
pub(super) fn items(users: &[String]) -> Vec<Value> {
    users.iter().map(|user| member(user)).collect()
}

/// 409, with the other group's name where the app tells it.
async fn in_another(context: &Context<'_>, app: &mut App<'_>, members: &Members, user: &str, other: &str) -> Refusal {
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
