//! `PUT /Users/{id}` (RFC 7644 §3.5.1).
//!
//! The app is sent what differs from what it holds. An attribute that the body does not assert is cleared, except where
//! silence must not destroy: see [`carry_over`].

use super::answer::{Answer, Failure};
use super::connected::Connected;
use super::immutable::{self, keep_immutable};
use super::instance::Kind;
use super::work::{Current, Work};
use super::{awaited, guard_rails, inactive, membership, remember};
use scim_protocol::Object;
use scim_protocol::check::Direction;
use serde_json::Value;

/// Makes the resource what the body says.
pub(super) async fn replace(work: &mut Work<'_>, id: &str, body: Value) -> Result<Answer, Failure> {
    let mut after = work.accept(body, Direction::Replace)?;
    let turn = work.turn(id).await;
    if let Some(before) = inactive::find_in_turn(work, id).await? {
        work.allow_change(&inactive::current(before.clone()))?;
        carry_over(work.kind, &before.resource, &mut after);
        let after = with_meta(&before.resource, after);
        return inactive::change(work, before, after, turn).await;
    }
    let found = work.read(id, &[]).await?;
    let current = work.resolve(found.clone(), &[]).await?;
    work.allow_change(&current)?;
    let before = current.resource;
    carry_over(work.kind, &before, &mut after);
    if guard_rails::becomes_inactive(&before, &after) {
        guard_rails::guard_deactivation(work, id).await?;
    }
    guard_rails::guard_members(work, &before, Some(&after)).await?;
    keep_immutable(work.kind, &before, &mut after)?;
    if inactive::is_inactive(work.kind, &after) {
        return inactive::deactivate(work, id, &before, with_meta(&before, after)).await;
    }
    let mut change = work.kind.mapping.diff(&before, &after, &mut Connected(&mut work.app.call)).await?;
    if let Some(document) = &found.document {
        work.kind.mapping.settle_unchanged(&mut change, document);
    }
    let withdrawn = awaited::withdrawn(work, id, &after);
    let mut members = membership::of_put(work, id, &mut change, &found, &after).await?;
    let read = found.document.clone();
    let mut stored = if change.is_empty() { found } else { work.send(id, &change).await? };
    let is_shown = stored.document.is_some();
    if !is_shown {
        // The app confirmed the change without showing what came of it.
        stored.document = Some(work.kind.mapping.changed(read.unwrap_or_default(), &change));
    }
    members.follow(work, &mut stored.unresolved).await?;
    let mut writes = awaited::of_change(work, id, &stored, &change);
    writes.extend(withdrawn);
    writes.extend(remember::of_change(work, id, &stored, change.kept));
    writes.extend(members.writes(work));
    work.commit(writes).await?;
    members.settle(work).await?;

    let omit = work.omitted();
    let current = work.resolve(stored, &omit).await?;
    // Its version is what a reader computes from what the app will show.
    let is_whole = current.is_whole && is_shown;
    Ok(work.shown(Current { is_whole, ..current }))
}

/// What a client cannot say in a PUT stays what it is.
fn with_meta(before: &Object, mut after: Object) -> Object {
    if let Some(meta) = before.get("meta") {
        after.insert("meta".to_owned(), meta.clone());
    }
    after
}

/// What a PUT leaves as it is although its body is silent about it.
///
/// - `active`: a client that does not manage it must not enable or disable anyone;
/// - attributes that change item by item (a group's members): a missing key is no empty list;
/// - attributes that cannot be changed.
///
/// What the app cannot be without (a role: its rule has a default) is left alone by the mapping.
fn carry_over(kind: &Kind, before: &Object, after: &mut Object) {
    for (name, value) in before {
        let stays = name == "active" || kind.mapping.is_incremental(name);
        if stays && !after.contains_key(name) {
            after.insert(name.clone(), value.clone());
        }
    }
    immutable::carry_over(kind, before, after);
}
