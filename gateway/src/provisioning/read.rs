//! `GET /Users/{id}` (RFC 7644 §3.4.1).

use super::answer::{Answer, Failure};
use super::inactive;
use super::work::Work;
use serde_json::Value;

/// Reads the resource from the app, without the fields that the client does not want; what the app removed because it is
/// inactive, from the store.
pub(super) async fn read(work: &mut Work<'_>, id: &str) -> Result<Answer, Failure> {
    if let Some(inactive) = inactive::find(work, id).await? {
        return inactive::answer(work, inactive);
    }
    let omit = work.omitted();
    let stored = work.read(id, &omit).await?;
    let current = work.resolve(stored, &omit).await?;
    Ok(Answer::ok(Value::Object(work.present(current))))
}
