//! One operation's change of a group's members: what the app is told, what is recorded.

use super::super::answer::Failure;
use super::super::standing::{Members, Rule};
use super::super::work::Work;
use super::effective::{InAnother, Standing, Told, Wish, effective, told};
use super::told::Changes;
use super::{group_key, id_of, member, members};
use crate::connectors::Stored;
use crate::mapping::{AppChange, ItemChange};
use crate::store::{ResourceKey, StandingWrite, Wanted, Write};
use scim_protocol::{Error, MAX_ID_BYTES, Object};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use tokio::sync::OwnedMutexGuard;

/// How often the app is told again because another gateway changed the same users.
const ROUNDS: usize = 8;

/// What becomes of a group's members; nothing where they are not remembered.
#[derive(Default)]
pub(in super::super) struct Plan<'a>(Option<Change<'a>>);

struct Change<'a> {
    members: &'a Members,
    group: String,
    /// The group ends, and with it its memberships.
    ends: bool,
    /// The group was there before, as far as the gateway knows.
    is_known: bool,
    wishes: BTreeMap<String, Wish>,
    /// The groups that wanted these users before.
    before: HashMap<String, Vec<Wanted>>,
    /// Of the group itself: who comes and who goes, in the app.
    own: (Vec<String>, Vec<String>),
    others: Changes,
    /// Whom the app does not know yet.
    pending: HashSet<String>,
    _turns: Vec<OwnedMutexGuard<()>>,
}

/// What the client wants.
struct Asked {
    /// In the client's order; the later word on a user counts.
    wishes: Vec<(String, Wish)>,
    /// The members in the app, where they are known.
    listed: Option<HashSet<String>>,
}

/// A new group. In `resource` only those members stay who are to be in it in the app.
pub(in super::super) async fn of_new<'a>(work: &mut Work<'a>, resource: &mut Object) -> Result<Plan<'a>, Failure> {
    let Some(members) = members(work) else { return Ok(Plan::default()) };
    let all = members.slot.take(resource);
    let asked = Asked { wishes: wishes(all.iter().flat_map(elements), Wish::In)?, listed: None };
    let change = Change::plan(work, members, "", asked).await?;
    if !change.own.0.is_empty() {
        let users = change.own.0.iter().map(|user| member(user)).collect();
        members.slot.put(resource, Value::Array(users));
    }
    Ok(Plan(Some(change)))
}

/// A PATCH. The change that the mapping made of it becomes what the app is told.
pub(in super::super) async fn of_patch<'a>(
    work: &mut Work<'a>,
    group: &str,
    change: &mut AppChange,
) -> Result<Plan<'a>, Failure> {
    let Some(members) = members(work) else { return Ok(Plan::default()) };
    if let Some(place) = change.fields.iter().position(|(path, _)| *path == members.field) {
        // All members are said. The app is told all that it is to have, in one call and without asking what it has.
        let (path, all) = change.fields.remove(place);
        let recorded = work.instance.store.wanted_in(&work.instance.name, group).await?;
        let mut asked: Vec<(String, Wish)> = recorded.into_iter().map(|(user, _)| (user, Wish::Out)).collect();
        asked.extend(wishes(all.iter().flat_map(elements), Wish::In)?);
        let planned = Change::plan(work, members, group, Asked { wishes: asked, listed: None }).await?;
        let users = planned.own.0.iter().map(|user| member(user)).collect();
        change.fields.push((path, Some(Value::Array(users))));
        return Ok(Plan(Some(planned)));
    }
    let Some(place) = change.items.iter().position(|items| items.path == members.field) else {
        return Ok(Plan::default());
    };
    let items = change.items.remove(place);
    let mut asked = wishes(items.removed.iter(), Wish::Out)?;
    asked.extend(wishes(items.added.iter(), Wish::In)?);
    let planned = Change::plan(work, members, group, Asked { wishes: asked, listed: None }).await?;
    planned.put_into(change);
    Ok(Plan(Some(planned)))
}

/// A PUT of `after` over the group that was read. Who is not among its members is out, whether recorded or only in the app.
pub(in super::super) async fn of_put<'a>(
    work: &mut Work<'a>,
    group: &str,
    change: &mut AppChange,
    read: &Stored,
    after: &Object,
) -> Result<Plan<'a>, Failure> {
    let Some(members) = members(work) else { return Ok(Plan::default()) };
    change.items.retain(|items| items.path != members.field);
    let document = read.document.as_ref();
    let referred = document.map(|document| work.kind.mapping.referred(document)).unwrap_or_default();
    let listed: HashSet<String> =
        referred.into_iter().filter(|(kind, _)| *kind == members.user).map(|(_, id)| id).collect();
    let recorded = work.instance.store.wanted_in(&work.instance.name, group).await?;
    let known = recorded.into_iter().map(|(user, _)| user).chain(listed.iter().cloned());
    let mut asked: Vec<(String, Wish)> = known.map(|user| (user, Wish::Out)).collect();
    asked.extend(wishes(members.slot.get(after).into_iter().flat_map(elements), Wish::In)?);
    let planned = Change::plan(work, members, group, Asked { wishes: asked, listed: Some(listed) }).await?;
    planned.put_into(change);
    Ok(Plan(Some(planned)))
}

/// The group is to be deleted: its members fall back to others.
pub(in super::super) async fn of_end<'a>(work: &mut Work<'a>, group: &str) -> Result<Plan<'a>, Failure> {
    let Some(members) = members(work) else { return Ok(Plan::default()) };
    let users = work.instance.store.wanted_in(&work.instance.name, group).await?;
    let wishes = users.into_iter().map(|(user, _)| (user, Wish::Out)).collect();
    let change = Change::plan(work, members, group, Asked { wishes, listed: None }).await?;
    Ok(Plan(Some(Change { ends: true, ..change })))
}

impl Plan<'_> {
    /// Whether the gateway knows of the group without asking the app.
    pub(in super::super) fn is_of_known_group(&self) -> bool {
        self.0.as_ref().is_some_and(|change| change.is_known)
    }

    /// The id of a new group, once it has one.
    pub(in super::super) fn created(&mut self, group: &str) {
        if let Some(change) = &mut self.0 {
            change.group = group.to_owned();
        }
    }

    /// After the app was told of the group itself: takes from `unresolved` those members whom it does not know yet, and tells
    /// the app what follows for other groups.
    pub(in super::super) async fn follow(
        &mut self,
        work: &mut Work<'_>,
        unresolved: &mut Vec<String>,
    ) -> Result<(), Failure> {
        let Some(change) = &mut self.0 else { return Ok(()) };
        let prefix = format!("{}[value eq ", change.members.field);
        let (ours, rest) = std::mem::take(unresolved).into_iter().partition(|path: &String| path.starts_with(&prefix));
        *unresolved = rest;
        let ours: Vec<String> = ours;
        let literal = |path: &String| -> Option<String> {
            serde_json::from_str(path.strip_prefix(&prefix)?.strip_suffix(']')?).ok()
        };
        let unknown = work.app.scim_ids(&change.members.user, ours.iter().filter_map(literal).collect()).await?;
        for user in &unknown {
            tracing::warn!(
                instance = %work.instance.name, group = change.group, user,
                "the app does not know this member yet; it becomes one when it is created"
            );
        }
        change.pending.extend(unknown);
        std::mem::take(&mut change.others).tell(work, change.members).await
    }

    /// What is to be recorded.
    pub(in super::super) fn writes(&self, work: &Work<'_>) -> Vec<Write> {
        let Some(change) = &self.0 else { return Vec::new() };
        let group = group_key(work, &change.group);
        if change.ends {
            return vec![Write::Standing(StandingWrite::GroupEnded(group))];
        }
        let mut writes = vec![Write::Standing(StandingWrite::Group(group.clone()))];
        for (user, wish) in &change.wishes {
            let (group, user) = (group.clone(), user.clone());
            let recorded = change.recorded(&user);
            let write = match wish {
                Wish::In => {
                    let pending = change.is_pending(&user);
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

    /// After the commit: another gateway may have recorded something for the same users meanwhile, and told the app the
    /// outcome of what it knew.
    pub(in super::super) async fn settle(&self, work: &mut Work<'_>) -> Result<(), Failure> {
        match &self.0 {
            Some(change) if work.instance.store.is_shared() && change.members.rule != Rule::All => {
                change.settle(work).await
            }
            _ => Ok(()),
        }
    }
}

impl<'a> Change<'a> {
    async fn plan(work: &mut Work<'a>, members: &'a Members, group: &str, asked: Asked) -> Result<Self, Failure> {
        let (store, instance) = (&work.instance.store, &*work.instance.name);
        let mut in_order = Vec::with_capacity(asked.wishes.len());
        let mut wishes = BTreeMap::new();
        for (user, wish) in asked.wishes {
            if wishes.insert(user.clone(), wish).is_none() {
                in_order.push(user);
            }
        }
        let mut turns = Vec::with_capacity(wishes.len());
        for user in wishes.keys() {
            turns.push(work.instance.turns.turn(&user_key(work, members, user)).await);
        }
        let users: Vec<&str> = in_order.iter().map(String::as_str).collect();
        let before = store.wanted(instance, &users).await?;
        let inactive = match work.instance.standing.as_ref() {
            Some(standing) if standing.removing.contains(&members.user) => {
                store.inactive_among(instance, &members.user, &users).await?
            }
            _ => HashSet::new(),
        };
        let created = match group {
            "" => None,
            group => store.group_created(instance, group).await?,
        };
        let mut change = Self {
            members,
            group: group.to_owned(),
            ends: false,
            is_known: created.is_some(),
            wishes: BTreeMap::new(),
            before: HashMap::new(),
            own: (Vec::new(), Vec::new()),
            others: Changes::default(),
            pending: HashSet::new(),
            _turns: turns,
        };
        for user in &in_order {
            let Some(wish) = wishes.get(user) else { continue };
            let standing = Standing {
                wanted: before.get(user).map(Vec::as_slice).unwrap_or_default(),
                inactive: inactive.contains(user),
                listed: asked.listed.as_ref().map(|listed| listed.contains(user)),
            };
            match told(members.rule, (group, created.unwrap_or(i64::MAX)), *wish, standing) {
                Ok(told) => change.take(user, told),
                Err(InAnother(other)) => return Err(refusal(work, members, user, &other).await),
            }
        }
        Ok(Self { wishes, before, ..change })
    }

    fn take(&mut self, user: &str, told: Told) {
        match told.own {
            Some(Wish::In) => self.own.0.push(user.to_owned()),
            Some(Wish::Out) => self.own.1.push(user.to_owned()),
            None => {}
        }
        told.join.into_iter().for_each(|group| self.others.join(group, user));
    }

    fn put_into(&self, change: &mut AppChange) {
        let (added, removed) = &self.own;
        if !added.is_empty() || !removed.is_empty() {
            let items = |users: &[String]| users.iter().map(|user| member(user)).collect();
            let path = self.members.field.clone();
            change.items.push(ItemChange { path, added: items(added), removed: items(removed) });
        }
    }

    fn recorded(&self, user: &str) -> Option<&Wanted> {
        self.before.get(user)?.iter().find(|wanted| wanted.group == self.group)
    }

    /// Whether the app does not know the user: it said so now, or it said so before and was not asked again.
    fn is_pending(&self, user: &str) -> bool {
        let was = self.before.get(user).is_some_and(|wanted| wanted.iter().all(|wanted| wanted.pending));
        let asked = self.own.0.iter().any(|asked| asked == user);
        self.pending.contains(user) || (was && !asked)
    }

    /// The groups that want the user after this change, as far as this gateway knows.
    fn expected(&self, user: &str) -> BTreeSet<&str> {
        let before = self.before.get(user).map(Vec::as_slice).unwrap_or_default();
        let mut groups: BTreeSet<&str> = before.iter().map(|wanted| wanted.group.as_str()).collect();
        match self.wishes.get(user) {
            Some(Wish::In) => groups.insert(&self.group),
            _ => groups.remove(self.group.as_str()),
        };
        groups
    }

    async fn settle(&self, work: &mut Work<'_>) -> Result<(), Failure> {
        let mut expected: HashMap<&str, BTreeSet<String>> = HashMap::new();
        for user in self.wishes.keys().filter(|user| !self.is_pending(user)) {
            expected.insert(user, self.expected(user).into_iter().map(str::to_owned).collect());
        }
        for _ in 0..ROUNDS {
            let users: Vec<&str> = expected.keys().copied().collect();
            let now = work.instance.store.wanted(&work.instance.name, &users).await?;
            let inactive = work.instance.store.inactive_among(&work.instance.name, &self.members.user, &users).await?;
            let mut changes = Changes::default();
            for (user, expected) in &mut expected {
                let wanted = now.get(*user).map(Vec::as_slice).unwrap_or_default();
                let groups: BTreeSet<String> = wanted.iter().map(|wanted| wanted.group.clone()).collect();
                if groups == *expected || inactive.contains(*user) {
                    continue;
                }
                let effective = effective(self.members.rule, wanted);
                groups.union(expected).filter(|group| !effective.contains(group.as_str())).for_each(|group| {
                    changes.leave(group.clone(), user);
                });
                effective.into_iter().for_each(|group| changes.join(group.to_owned(), user));
                *expected = groups;
            }
            if changes.is_empty() {
                return Ok(());
            }
            changes.tell(work, self.members).await?;
        }
        Ok(())
    }
}

fn user_key(work: &Work<'_>, members: &Members, user: &str) -> ResourceKey {
    let (instance, resource_type) = (work.instance.name.to_string(), members.user.clone());
    ResourceKey { instance, resource_type, id: user.to_owned() }
}

fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}

fn wishes<'v>(items: impl Iterator<Item = &'v Value>, wish: Wish) -> Result<Vec<(String, Wish)>, Error> {
    let mut wishes = Vec::new();
    for item in items {
        let id = id_of(item).filter(|id| !id.is_empty() && id.len() <= MAX_ID_BYTES);
        let id = id.ok_or_else(|| Error::invalid_value("members: each needs a `value`, the id of a user"))?;
        wishes.push((id.to_owned(), wish));
    }
    Ok(wishes)
}

/// 409, with the other group's name where the app tells it.
async fn refusal(work: &mut Work<'_>, members: &Members, user: &str, other: &str) -> Failure {
    let name = match work.read(other, std::slice::from_ref(&members.field)).await {
        Ok(stored) => {
            let resource = work.mapped(&stored.document.unwrap_or_default(), &[]).await.unwrap_or_default();
            resource.get("displayName").and_then(Value::as_str).map(|name| format!("{name} ({other})"))
        }
        Err(_) => None,
    };
    let name = name.unwrap_or_else(|| other.to_owned());
    Error::conflict(format!(
        "user {user} is in the group {name}, and a user of this app can be in one only; take the user out of it first"
    ))
    .into()
}
