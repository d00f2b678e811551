//! A resource is active again: another account, under the id that the client knows.

use super::super::answer::{Answer, Failure};
use super::super::connected::Connected;
use super::super::work::{Current, Work};
use super::super::{awaited, membership, remember};
use super::{inactive, matching, remembered};
use crate::connectors::{Query, Stored};
use crate::store::{Inactive, Phase, StandingWrite, Write};
use scim_protocol::filter::{CompareOp, Comparison, Filter, Operand};
use scim_protocol::{Object, ScimType};
use tokio::sync::OwnedMutexGuard;

/// Creates the account again, with its memberships, and binds the id to it. Sent again after it was cut off, it takes the
/// account that it created then.
pub(super) async fn restore(
    work: &mut Work<'_>,
    before: Inactive,
    after: Object,
    is_renamed: bool,
    turn: OwnedMutexGuard<()>,
) -> Result<Answer, Failure> {
    let id = before.id;
    let made = work.kind.mapping.to_app(&after, &mut Connected(&mut work.app.call)).await?;
    let account = match before.phase {
        Phase::Restoring => look_up(work, &after).await?,
        Phase::Removing | Phase::Removed => None,
    };
    if is_renamed {
        // What is found by the new name is this one, and not before it is sure that nobody else has it.
        let renamed = inactive(work.kind, &id, Phase::Restoring, &after);
        work.commit(vec![remembered(work.key(&id), &renamed)]).await?;
    } else if before.phase != Phase::Restoring {
        work.commit(vec![Write::Standing(StandingWrite::Phase(work.key(&id), Phase::Restoring))]).await?;
    }
    let stored = match account {
        Some(account) => take_over(work, &id, account, &after).await?,
        None => match work.app.create(work.kind, &made.document).await {
            Ok(stored) => {
                work.app.bind(work.kind, &id, &stored.id);
                stored
            }
            Err(refusal) if refusal.error.scim_type == Some(ScimType::Uniqueness) => match look_up(work, &after).await?
            {
                Some(account) => take_over(work, &id, account, &after).await?,
                None => return Err(refusal),
            },
            Err(failure) => return Err(failure),
        },
    };
    let app_id = work.app.app_id(work.kind, &id).await?;
    let stored = Stored { id: id.clone(), ..stored };
    let mut writes = back(work, &id, app_id);
    writes.extend(awaited::of_new(work, &stored, &made.references));
    writes.extend(remember::of_new(work, &stored, made.kept));
    writes.extend(membership::join(work, &id, &after).await?);
    work.commit(writes).await?;

    let omit = work.omitted();
    let current = work.resolve(stored, &omit).await?;
    // Those who refer to it have their own turns, and may be the resource itself.
    drop(turn);
    awaited::resolve(work, &current).await;
    Ok(work.shown(current))
}

/// An account that came to be without the gateway: a first sign-in, an administrator. The app's word counts: the resource
/// is active, under the id that its client knows.
pub(super) async fn recognise(work: &mut Work<'_>, before: Inactive, app_id: &str) -> Result<Option<Current>, Failure> {
    let _turn = work.turn(&before.id).await;
    let (key, id) = (work.key(&before.id), before.id.as_str());
    let still = work.instance.store.inactive(&key).await?;
    if still.is_none_or(|now| now.phase == Phase::Removing || now.matching != before.matching) {
        return Ok(None);
    }
    work.app.bind(work.kind, id, app_id);
    let stored = match work.read(id, &[]).await {
        // It was seen before it was removed.
        Err(failure) if failure.error.status == 404 => return Ok(None),
        read => read?,
    };
    let mut writes = back(work, id, app_id.to_owned());
    if let Ok(made) = work.kind.mapping.to_app(&before.resource, &mut Connected(&mut work.app.call)).await {
        writes.extend(remember::of_new(work, &stored, made.kept));
    }
    writes.extend(membership::join(work, id, &before.resource).await?);
    work.commit(writes).await?;
    tracing::warn!(
        instance = %work.instance.name, id,
        "an inactive user has an account in the app that the gateway did not create: it is active again"
    );
    work.resolve(stored, &[]).await.map(Some)
}

/// The id is the new account's, and the resource is inactive no more.
fn back(work: &Work<'_>, id: &str, app_id: String) -> Vec<Write> {
    let app_id = (app_id != id).then_some(app_id);
    let bind = StandingWrite::Bind { resource: work.key(id), app_id };
    vec![Write::Standing(bind), Write::Standing(StandingWrite::Active(work.key(id)))]
}

/// Binds the id to an account that is there, and makes the account what it is to be.
async fn take_over(work: &mut Work<'_>, id: &str, account: Account, after: &Object) -> Result<Stored, Failure> {
    if account.id != id {
        work.app.bind(work.kind, id, &account.id);
    }
    let mapping = &work.kind.mapping;
    let change = mapping.diff(&account.resource, after, &mut Connected(&mut work.app.call)).await?;
    if change.is_empty() {
        return Ok(account.stored);
    }
    work.send(id, &change).await
}

/// An account of the app.
pub(super) struct Account {
    /// By which clients know it.
    pub(super) id: String,
    stored: Stored,
    resource: Object,
}

/// The account that has the resource's name, unless another resource is bound to it.
pub(super) async fn look_up(work: &mut Work<'_>, resource: &Object) -> Result<Option<Account>, Failure> {
    let Some(account) = named(work, resource).await? else { return Ok(None) };
    let is_free = work.app.app_id(work.kind, &account.id).await? == account.id;
    Ok(is_free.then_some(account))
}

/// The account that has the resource's name, if the app can search by it.
pub(super) async fn named(work: &mut Work<'_>, resource: &Object) -> Result<Option<Account>, Failure> {
    let Some(slot) = work.kind.mapping.match_slots().into_iter().next() else { return Ok(None) };
    let Some(value) = slot.get(resource).cloned() else { return Ok(None) };
    let path =
        Operand { path: slot.path.clone(), selector: slot.selector.clone().map(Box::new), sub: slot.sub.clone() };
    let filter = Filter::Compare(Comparison { path, op: CompareOp::Eq, value });
    let pushed = work.kind.mapping.push_down(&filter, &work.kind.abilities.filters);
    if pushed.is_empty() {
        return Ok(None);
    }
    let query =
        Query { comparisons: pushed, limit: work.kind.abilities.paging.max_page_size.max(1), ..Query::default() };
    let name = matching(work.kind, resource);
    for stored in work.app.search(work.kind, query).await?.resources {
        let document = stored.document.clone().unwrap_or_default();
        let resource = work.mapped(&document, &[]).await?;
        if matching(work.kind, &resource) == name {
            return Ok(Some(Account { id: stored.id.clone(), stored, resource }));
        }
    }
    Ok(None)
}
