//! `GET /Users/{id}` (RFC 7644 §3.4.1).

use super::answer::Answer;
use super::app::App;
use super::context::Context;
use super::inactive::current;
use super::refusal::Refusal;
use super::resource::{add_groups, resolve, shown};
use super::subject::Subject;
use super::write;

/// Reads the resource from the app, without the fields that the client does not want; what the app removed because it is
/// inactive, from the store.
pub(super) async fn read(
    context: &Context<'_>,
    app: &mut App<'_>,
    subject: &mut Subject,
    id: &str,
) -> Result<Answer, Refusal> {
    let mut current = match write::find(context, app, id).await? {
        Some(inactive) => current(inactive),
        None => {
            // The version is that of the whole resource.
            let omit = if context.conditions().is_empty() { context.omitted() } else { Vec::new() };
            let stored = app.read(context.kind, id, &omit).await?;
            resolve(context, app, stored, &omit).await?
        }
    };
    subject.identify(context.kind, &current.resource);
    add_groups(context, app, std::slice::from_mut(&mut current)).await?;
    let answer = Answer::resource(shown(context, current));
    match &answer.version {
        Some(version) if context.conditions().is_known(version)? => Ok(Answer { status: 304, body: None, ..answer }),
        _ => Ok(answer),
    }
}
