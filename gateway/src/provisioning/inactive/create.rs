//! New resources beside inactive ones.

use super::super::answer::{Answer, Failure};
use super::super::connected::Connected;
use super::super::membership;
use super::super::work::Work;
use super::{current, inactive, matching, remembered, restore};
use crate::store::Phase;
use scim_protocol::{Error, Object};

/// Refuses a resource that has the name of an inactive one: its client finds that one by a filter and enables it. `id` is the
/// resource that may have the name.
pub(in super::super) async fn refuse_taken(
    work: &Work<'_>,
    resource: &Object,
    id: Option<&str>,
) -> Result<(), Failure> {
    let name = matching(work.kind, resource);
    if !work.kind.removes() || name.is_empty() {
        return Ok(());
    }
    let (instance, kind) = (&work.instance.name, &work.kind.scim.name);
    let taken = work.instance.store.inactive_matching(instance, kind, &[&name]).await?;
    match taken.iter().find(|other| Some(other.id.as_str()) != id) {
        Some(other) => Err(Error::uniqueness(format!(
            "{name} is the inactive {kind} {}; set its `active` to true instead of creating another",
            other.id
        ))
        .into()),
        None => Ok(()),
    }
}

/// Refuses a resource without an account that has the name of an account: the app would find out too late. `id` is the resource
/// that may have it.
pub(super) async fn refuse_name_of_account(
    work: &mut Work<'_>,
    resource: &Object,
    id: Option<&str>,
) -> Result<(), Failure> {
    match restore::named(work, resource).await? {
        Some(account) if Some(account.id.as_str()) != id => {
            let (kind, name) = (&work.kind.scim.name, matching(work.kind, resource));
            Err(Error::uniqueness(format!("another {kind} is called {name}")).into())
        }
        _ => Ok(()),
    }
}

/// Creates a resource that is inactive from the beginning: no account, which would be removed at once, and an id of the
/// gateway's own. The account comes when it becomes active.
pub(in super::super) async fn create(work: &mut Work<'_>, resource: Object) -> Result<Answer, Failure> {
    // A value that the mapping cannot take is refused now, not when it is too late to tell.
    work.kind.mapping.to_app(&resource, &mut Connected(&mut work.app.call)).await?;
    refuse_name_of_account(work, &resource, None).await?;
    let id = uuid::Uuid::new_v4().to_string();
    work.id = Some(id.clone());
    let inactive = inactive(work.kind, &id, Phase::Removed, &resource);
    let mut writes = vec![remembered(work.key(&id), &inactive)];
    writes.extend(membership::called(work, &id, &inactive.resource).await?);
    work.commit(writes).await?;
    Ok(work.created(current(inactive)))
}
