//! A user is created or restored: they join the groups that were requested for them.

use super::super::app::App;
use super::super::awaited::identifiers;
use super::super::context::Context;
use super::super::gaps::{Members, Remembered};
use super::super::refusal::Refusal;
use super::super::resource::Current;
use super::super::turns::TurnKey;
use super::effective::effective;
use super::group_changes::GroupChanges;
use crate::store::{StandingWrite, Wanted, Write};
use scim_protocol::Object;
use tokio::time::Instant;

/// Whether the resources of the type are in groups that the gateway remembers.
pub(in super::super) fn may_join(context: &Context<'_>) -> bool {
    context.instance.members().is_some_and(|members| members.user == context.kind.scim.name)
}

/// The turns of a user under all the names by which groups may have been requested for them.
pub(in super::super) fn turns(context: &Context<'_>, id: &str, resource: &Object) -> Vec<TurnKey> {
    if !may_join(context) {
        return Vec::new();
    }
    identifiers(id, resource).into_iter().map(|name| context.turn(name)).collect()
}

/// After a user was created. The user exists either way, so what fails is left for the next push of the group.
pub(in super::super) async fn join_after_creation(
    context: &Context<'_>,
    app: &mut App<'_>,
    created: &Current,
    until: Instant,
) {
    let (id, resource) = (&created.id, &created.resource);
    let outcome = async {
        let _turns = context.instance.turns.hold_until(until, turns(context, id, resource)).await?;
        let writes = join(context, app, id, resource).await?;
        context.commit(writes).await
    };
    if let Err(refusal) = outcome.await {
        tracing::warn!(
            instance = %context.instance.name, id = %created.id, error = %refusal.error,
            "the new user could not be added to the groups requested for them; the next push of those groups does it"
        );
    }
}

/// Tells the app of a user who has an account now, and answers what is to be recorded. The caller has the user's turn.
pub(in super::super) async fn join(
    context: &Context<'_>,
    app: &mut App<'_>,
    id: &str,
    resource: &Object,
) -> Result<Vec<Write>, Refusal> {
    let Some((members, requested)) = requested(context, id, resource).await? else { return Ok(Vec::new()) };
    let all: Vec<Wanted> = requested.iter().map(|(_, wanted)| wanted.clone()).collect();
    let mut changes = GroupChanges::default();
    effective(members.rule, &all).into_iter().for_each(|group| changes.join(group.to_owned(), id));
    changes.send(context.instance, app, members).await?;
    if members.remembered == Remembered::Pending {
        let over = |(user, Wanted { group, .. })| StandingWrite::NoMember { group: context.group_key(&group), user };
        return Ok(requested.into_iter().map(over).map(Write::Standing).collect());
    }
    Ok(recorded(context, id, requested, false))
}

/// What is to be recorded of a user who has an id now and no account.
pub(in super::super) async fn recorded_pending(
    context: &Context<'_>,
    id: &str,
    resource: &Object,
) -> Result<Vec<Write>, Refusal> {
    let requested = requested(context, id, resource).await?;
    Ok(requested.map(|(_, requested)| recorded(context, id, requested, true)).unwrap_or_default())
}

/// The groups that were requested for a user, each with the name by which it was.
async fn requested<'a>(
    context: &Context<'a>,
    id: &str,
    resource: &Object,
) -> Result<Option<(&'a Members, Vec<(String, Wanted)>)>, Refusal> {
    let members = context.instance.members().filter(|members| members.user == context.kind.scim.name);
    let Some(members) = members else { return Ok(None) };
    let names = identifiers(id, resource);
    let found = context.instance.store.wanted(&context.instance.name, &names).await?;
    let each = |(name, wanted): (String, Vec<Wanted>)| wanted.into_iter().map(move |each| (name.clone(), each));
    let mut requested: Vec<(String, Wanted)> = found.into_iter().flat_map(each).collect();
    requested.sort_by(|(_, one), (_, other)| (one.since, &one.group).cmp(&(other.since, &other.group)));
    Ok((!requested.is_empty()).then_some((members, requested)))
}

fn recorded(context: &Context<'_>, id: &str, requested: Vec<(String, Wanted)>, pending: bool) -> Vec<Write> {
    let mut writes = Vec::new();
    for (name, wanted) in requested {
        if name == id && wanted.pending == pending {
            continue;
        }
        let group = context.group_key(&wanted.group);
        if name != id {
            writes.push(StandingWrite::NoMember { group: group.clone(), user: name });
        }
        writes.push(StandingWrite::Member { group, user: id.to_owned(), pending });
    }
    writes.into_iter().map(Write::Standing).collect()
}
