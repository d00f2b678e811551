//! `PUT /Users/{id}` (RFC 7644 §3.5.1).
//!
//! The app is sent what differs from what it holds. An attribute that the body does not assert is cleared, except where
//! silence must not destroy: see [`carry_over`].

use super::answer::{Answer, Failure};
use super::awaited;
use super::connected::Connected;
use super::instance::Kind;
use super::work::Work;
use scim_protocol::Object;
use scim_protocol::check::Direction;
use serde_json::Value;

/// Makes the resource what the body says.
pub(super) async fn replace(work: &mut Work<'_>, id: &str, body: Value) -> Result<Answer, Failure> {
    let mut after = work.accept(body, Direction::Replace)?;
    let _turn = work.turn(id).await;
    let current = work.current(id).await?;
    carry_over(work.kind, &current.resource, &mut after);
    let change = work.kind.mapping.diff(&current.resource, &after, &mut Connected(&mut work.call)).await?;

    let shown = if change.touches_app() {
        let stored = work.send(id, &change).await?;
        let mut writes = awaited::writes_of_change(work, id, &stored, &change);
        writes.extend(change.kept.iter().map(|kept| work.keep_change(id, kept)));
        work.commit(writes).await?;
        let omit = work.omitted();
        work.resolve(stored, &omit).await?
    } else {
        work.commit(change.kept.iter().map(|kept| work.keep_change(id, kept)).collect()).await?;
        work.overlay_kept(current, &change)
    };
    Ok(Answer::ok(Value::Object(work.present(shown))))
}

/// What a PUT leaves as it is although its body is silent about it.
///
/// - `active`: a client that does not manage it must not enable or disable anyone;
/// - multi-valued attributes that change item by item (a group's members): a missing key is no empty list;
/// - attributes whose mapping has a default: the app cannot be without a value (a role), and an empty list makes no
///   statement either;
/// - attributes that the app cannot change.
fn carry_over(kind: &Kind, before: &Object, after: &mut Object) {
    for (name, value) in before {
        let asserted = match after.get(name) {
            None => false,
            Some(Value::Array(items)) => !items.is_empty() || !kind.mapping.has_default(name),
            Some(_) => true,
        };
        let stays = name == "active"
            || kind.mapping.is_incremental(name)
            || kind.mapping.has_default(name)
            || kind.abilities.immutable.contains(name);
        if !asserted && stays {
            after.insert(name.clone(), value.clone());
        }
    }
}
