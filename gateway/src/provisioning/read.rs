//! `GET /Users/{id}` (RFC 7644 §3.4.1).

use super::answer::{Answer, Failure};
use super::inactive;
use super::work::{Current, Work};

/// Reads the resource from the app, without the fields that the client does not want; what the app removed because it is
/// inactive, from the store.
pub(super) async fn read(work: &mut Work<'_>, id: &str) -> Result<Answer, Failure> {
    if let Some(inactive) = inactive::find(work, id).await? {
        work.recognise(&inactive.resource);
        return answer(work, inactive::current(inactive));
    }
    // Which version it is, only all of it says.
    let omit = if work.is_conditional() { Vec::new() } else { work.omitted() };
    let stored = work.read(id, &omit).await?;
    let current = work.resolve(stored, &omit).await?;
    answer(work, current)
}

/// 200, or 304 where the client has it already.
fn answer(work: &Work<'_>, current: Current) -> Result<Answer, Failure> {
    let shown = work.shown(current);
    match &shown.version {
        Some(version) if work.is_known_to_client(version)? => Ok(Answer { status: 304, body: None, ..shown }),
        _ => Ok(shown),
    }
}
