//! After a commit: another gateway may have recorded something for the same users meanwhile.

use super::super::app::App;
use super::super::context::Context;
use super::super::gaps::Rule;
use super::super::refusal::Refusal;
use super::effective::effective;
use super::group_changes::GroupChanges;
use super::plan::{MemberPlan, Plan};
use std::collections::{BTreeSet, HashMap};

/// How often the app is told again because another gateway changed the same users.
const ROUNDS: usize = 8;

/// Tells the app the outcome of what this gateway and others have recorded, where that is not what this one expected.
pub(in super::super) async fn settle(
    context: &Context<'_>,
    app: &mut App<'_>,
    members: &MemberPlan<'_>,
) -> Result<(), Refusal> {
    match &members.0 {
        Some(plan) if context.instance.store.is_shared() && plan.members.rule != Rule::All => {
            until_as_recorded(context, app, plan).await
        }
        _ => Ok(()),
    }
}

async fn until_as_recorded(context: &Context<'_>, app: &mut App<'_>, plan: &Plan<'_>) -> Result<(), Refusal> {
    let (store, instance) = (&context.instance.store, &context.instance.name);
    let mut expected: HashMap<&str, BTreeSet<String>> = HashMap::new();
    for user in plan.wishes.keys().filter(|user| !plan.is_pending(user)) {
        expected.insert(user, plan.expected(user));
    }
    for _ in 0..ROUNDS {
        let users: Vec<&str> = expected.keys().copied().collect();
        let now = store.wanted(instance, &users).await?;
        let inactive = store.inactive_among(instance, &plan.members.user, &users).await?;
        let mut changes = GroupChanges::default();
        for (user, expected) in &mut expected {
            let wanted = now.get(*user).map(Vec::as_slice).unwrap_or_default();
            let groups: BTreeSet<String> = wanted.iter().map(|wanted| wanted.group.clone()).collect();
            if groups == *expected || inactive.contains(*user) {
                continue;
            }
            let effective = effective(plan.members.rule, wanted);
            groups.union(expected).filter(|group| !effective.contains(group.as_str())).for_each(|group| {
                changes.leave(group.clone(), user);
            });
            effective.into_iter().for_each(|group| changes.join(group.to_owned(), user));
            *expected = groups;
        }
        if changes.is_empty() {
            return Ok(());
        }
        changes.send(context.instance, app, plan.members).await?;
    }
    Ok(())
}
