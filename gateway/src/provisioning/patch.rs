//! `PATCH /Users/{id}` (RFC 7644 §3.5.2).
//!
//! What a PATCH changes is computed from its operations alone where that is possible, so that disabling a user or adding
//! one member to a large group is one app call; only where the outcome depends on what is there is the resource read first.

use super::answer::{Answer, Failure};
use super::connected::Connected;
use super::immutable::{self, keep_immutable};
use super::instance::Kind;
use super::work::Work;
use super::{awaited, guard_rails, inactive, membership, remember};
use crate::connectors::Stored;
use crate::mapping::AppChange;
use scim_protocol::Object;
use scim_protocol::check;
use scim_protocol::patch::{self, Edits, PatchRequest};
use serde_json::Value;

/// Applies the operations, in order and all or none.
pub(super) async fn patch(work: &mut Work<'_>, id: &str, body: Value) -> Result<Answer, Failure> {
    let operations = PatchRequest::parse(body)?;
    let edits = patch::edits(&work.kind.scim, &operations, work.profile.patch())?;
    work.ignored.extend(edits.ignored.iter().cloned());

    let turn = work.turn(id).await;
    if let Some(before) = inactive::find_in_turn(work, id).await? {
        work.allow_change(&inactive::current(before.clone()))?;
        let after = patched(work.kind, &before.resource, &edits)?;
        return inactive::change(work, before, after, turn).await;
    }
    let mut known = work.allow_unseen_change(id).await?;
    if inactive::deactivates(&edits) {
        guard_rails::guard_deactivation(work, id).await?;
    }
    if guard_rails::may_remove(work, &edits) {
        let stored = match known.take() {
            Some(stored) => stored,
            None => work.read(id, &[]).await?,
        };
        let before = work.resolve(stored.clone(), &[]).await?.resource;
        guard_rails::guard_members(work, &before, Some(&patched(work.kind, &before, &edits)?)).await?;
        known = Some(stored);
    }
    if inactive::sets_inactive(work.kind, &edits) {
        let stored = match known {
            Some(stored) => stored,
            None => work.read(id, &[]).await?,
        };
        let before = work.resolve(stored, &[]).await?.resource;
        let mut after = patched(work.kind, &before, &edits)?;
        keep_immutable(work.kind, &before, &mut after)?;
        return inactive::deactivate(work, id, &before, after).await;
    }
    let (mut change, read) = change(work, id, &edits, known).await?;
    let mut members = membership::of_patch(work, id, &mut change).await?;
    let mut stored = match read.filter(|_| change.is_empty()) {
        Some(read) => read,
        // The members change and the app is not concerned.
        None if change.is_empty() && members.is_of_known_group() => {
            Stored { id: id.to_owned(), document: None, version: None, unresolved: Vec::new() }
        }
        None => work.send(id, &change).await?,
    };
    members.follow(work, &mut stored.unresolved).await?;
    let mut writes = awaited::of_change(work, id, &stored, &change);
    writes.extend(remember::of_change(work, id, &stored, change.kept));
    writes.extend(members.writes(work));
    work.commit(writes).await?;
    members.settle(work).await?;

    if work.answers_patch_without_body() || (stored.document.is_none() && !work.must_show_resource()) {
        return Ok(Answer::no_content());
    }
    let omit = work.omitted();
    let current = work.resolve(stored, &omit).await?;
    Ok(work.shown(current))
}

/// What the edits change in the app, and the resource where it had to be read to know.
/// `known` is the resource where it has been read already.
async fn change(
    work: &mut Work<'_>,
    id: &str,
    edits: &Edits,
    known: Option<Stored>,
) -> Result<(AppChange, Option<Stored>), Failure> {
    let mapping = &work.kind.mapping;
    // Whether a value path has a target, only the resource says.
    let needs_target =
        !edits.leniency.create_missing_element && edits.steps.iter().any(|edit| edit.slot().selector.is_some());
    let is_known = !needs_target && !immutable::touches(work.kind, edits);
    if is_known && let Some(change) = mapping.change(edits, &mut Connected(&mut work.app.call)).await? {
        return Ok((change, None));
    }
    let stored = match known {
        Some(stored) => stored,
        None => work.read(id, &[]).await?,
    };
    let before = work.resolve(stored.clone(), &[]).await?.resource;
    let mut after = patched(work.kind, &before, edits)?;
    keep_immutable(work.kind, &before, &mut after)?;
    let mut change = mapping.diff(&before, &after, &mut Connected(&mut work.app.call)).await?;
    if let Some(document) = &stored.document {
        mapping.settle_unchanged(&mut change, document);
    }
    Ok((change, Some(stored)))
}

fn patched(kind: &Kind, before: &Object, edits: &Edits) -> Result<Object, Failure> {
    let mut after = before.clone();
    patch::apply(&kind.scim, &mut after, edits)?;
    check::check_changed(&kind.scim, before, &after)?;
    Ok(after)
}
