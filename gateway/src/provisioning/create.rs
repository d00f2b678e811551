//! `POST /Users` (RFC 7644 §3.3).

use super::answer::{Answer, Failure};
use super::connected::Connected;
use super::work::Work;
use super::{awaited, remember};
use scim_protocol::check::Direction;
use serde_json::Value;

/// Creates the resource in the app, remembers what the app cannot hold, and answers 201 with the resource.
pub(super) async fn create(work: &mut Work<'_>, body: Value) -> Result<Answer, Failure> {
    let resource = work.accept(body, Direction::Create)?;
    let made = work.kind.mapping.to_app(&resource, &mut Connected(&mut work.call)).await?;
    let stored = work.call.create(&work.kind.scim.name, &made.document).await?;
    work.id = Some(stored.id.clone());

    let mut writes = awaited::of_new(work, &stored, &made.references);
    writes.extend(remember::of_new(work, &stored, made.kept));
    work.commit(writes).await?;

    let omit = work.omitted();
    let current = work.resolve(stored, &omit).await?;
    awaited::resolve(work, &current).await;
    let location = work.location(&current.id);
    Ok(Answer { status: 201, body: Some(Value::Object(work.present(current))), location: Some(location) })
}
