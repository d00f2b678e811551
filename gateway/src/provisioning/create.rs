//! `POST /Users` (RFC 7644 §3.3).

use super::answer::{Answer, Failure};
use super::connected::Connected;
use super::work::Work;
use super::{awaited, inactive, membership, remember};
use scim_protocol::check::Direction;
use serde_json::Value;

/// Creates the resource in the app, remembers what the app cannot hold, and answers 201 with the resource.
pub(super) async fn create(work: &mut Work<'_>, body: Value) -> Result<Answer, Failure> {
    let mut resource = work.accept(body, Direction::Create)?;
    inactive::refuse_taken(work, &resource, None).await?;
    if inactive::is_inactive(work.kind, &resource) {
        return inactive::create(work, resource).await;
    }
    let mut members = membership::of_new(work, &mut resource).await?;
    let made = work.kind.mapping.to_app(&resource, &mut Connected(&mut work.app.call)).await?;
    let mut stored = work.app.create(work.kind, &made.document).await?;
    work.id = Some(stored.id.clone());

    members.created(&stored.id);
    if let Err(failure) = members.follow(work, &mut stored.unresolved).await {
        // The same POST must be able to succeed: a group that was not acknowledged must not be in its way.
        work.app.delete(work.kind, &stored.id).await?;
        return Err(failure);
    }
    let mut writes = awaited::of_new(work, &stored, &made.references);
    writes.extend(remember::of_new(work, &stored, made.kept));
    writes.extend(members.writes(work));
    work.commit(writes).await?;
    members.settle(work).await?;

    let omit = work.omitted();
    let current = work.resolve(stored, &omit).await?;
    awaited::resolve(work, &current).await;
    membership::appeared(work, &current).await;
    Ok(work.created(current))
}
