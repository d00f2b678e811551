//! A user comes into being, or back: the groups that want him get him.

use super::super::answer::Failure;
use super::super::awaited::identifiers;
use super::super::standing::Members;
use super::super::work::{Current, Work};
use super::effective::effective;
use super::group_key;
use super::told::Changes;
use crate::store::{StandingWrite, Wanted, Write};
use scim_protocol::Object;

/// After a user was created. The user is there either way, so what fails is left for the next push of the group.
pub(in super::super) async fn appeared(work: &mut Work<'_>, created: &Current) {
    let turn = work.turn(&created.id).await;
    let outcome = match join(work, &created.id, &created.resource).await {
        Ok(writes) => work.commit(writes).await,
        Err(failure) => Err(failure),
    };
    drop(turn);
    if let Err(failure) = outcome {
        tracing::warn!(
            instance = %work.instance.name, id = %created.id, error = %failure.error,
            "the new user could not be put into the groups that want it; the next push of them does it"
        );
    }
}

/// Tells the app of a user who has an account now, and answers what is to be recorded of it. The caller has the user's
/// turn.
pub(in super::super) async fn join(work: &mut Work<'_>, id: &str, resource: &Object) -> Result<Vec<Write>, Failure> {
    let Some((members, wanted)) = wanting(work, id, resource).await? else { return Ok(Vec::new()) };
    let all: Vec<Wanted> = wanted.iter().map(|(_, wanted)| wanted.clone()).collect();
    let mut changes = Changes::default();
    effective(members.rule, &all).into_iter().for_each(|group| changes.join(group.to_owned(), id));
    changes.tell(work, members).await?;
    Ok(recorded(work, id, wanted, false))
}

/// What is to be recorded of a user who has an id now and no account.
pub(in super::super) async fn called(work: &mut Work<'_>, id: &str, resource: &Object) -> Result<Vec<Write>, Failure> {
    let wanted = wanting(work, id, resource).await?;
    Ok(wanted.map(|(_, wanted)| recorded(work, id, wanted, true)).unwrap_or_default())
}

/// The groups that want a user, each with what it calls him.
async fn wanting<'a>(
    work: &Work<'a>,
    id: &str,
    resource: &Object,
) -> Result<Option<(&'a Members, Vec<(String, Wanted)>)>, Failure> {
    let members = work.instance.standing.as_ref().and_then(|standing| standing.members.as_ref());
    let Some(members) = members.filter(|members| members.user == work.kind.scim.name) else { return Ok(None) };
    let called = identifiers(id, resource);
    let found = work.instance.store.wanted(&work.instance.name, &called).await?;
    let each = |(name, wanted): (String, Vec<Wanted>)| wanted.into_iter().map(move |each| (name.clone(), each));
    let mut wanted: Vec<(String, Wanted)> = found.into_iter().flat_map(each).collect();
    wanted.sort_by(|(_, one), (_, other)| (one.since, &one.group).cmp(&(other.since, &other.group)));
    Ok((!wanted.is_empty()).then_some((members, wanted)))
}

fn recorded(work: &Work<'_>, id: &str, wanted: Vec<(String, Wanted)>, pending: bool) -> Vec<Write> {
    let mut writes = Vec::new();
    for (name, wanted) in wanted {
        if name == id && wanted.pending == pending {
            continue;
        }
        let group = group_key(work, &wanted.group);
        if name != id {
            writes.push(StandingWrite::NoMember { group: group.clone(), user: name });
        }
        writes.push(StandingWrite::Member { group, user: id.to_owned(), pending });
    }
    writes.into_iter().map(Write::Standing).collect()
}
