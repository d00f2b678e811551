//! A change that is remembered: the only thing that becomes a success.

use super::super::answer::Answer;
use super::super::app::App;
use super::super::context::Context;
use super::super::membership::{self, MemberPlan};
use super::super::refusal::Refusal;
use super::super::resource::{self, Current};
use super::super::subject::Subject;
use super::super::turns::Turns;
use super::super::{awaited, id};
use super::call::{Appeared, Shown};
use super::draft::Reply;

/// What is done and remembered, and what the client is told of it.
#[derive(Debug)]
pub(super) struct Committed<'a> {
    pub(super) turns: Turns,
    pub(super) members: MemberPlan<'a>,
    pub(super) shown: Shown,
    pub(super) reply: Reply,
}

impl Committed<'_> {
    /// Ends the operation: gives its turns back, does for others what waited for this resource, and makes the answer.
    pub(super) async fn answer(
        self,
        context: &Context<'_>,
        app: &mut App<'_>,
        subject: &mut Subject,
    ) -> Result<Answer, Refusal> {
        let Self { turns, members, shown, reply } = self;
        membership::settle(context, app, &members).await?;
        let (current, appeared) = match shown {
            Shown::Nothing => return Ok(Answer { status: 204, body: None, location: None, version: None }),
            Shown::Held(current) => (current, None),
            Shown::Stored { stored, is_whole, appeared } => {
                if matches!(reply, Reply::Patched) && !shows_patched(context, stored.document.is_some()) {
                    return Ok(Answer { status: 204, body: None, location: None, version: None });
                }
                let omit = context.omitted();
                let id = stored.id.clone();
                let current = match (resource::resolve(context, app, stored, &omit).await, &reply) {
                    (Ok(current), _) => Current { is_whole: current.is_whole && is_whole, ..current },
                    // It exists: a client that heard of a failure would create it again.
                    (Err(refusal), Reply::Created(resource)) => {
                        tracing::warn!(
                            instance = %context.instance.name, id, error = %refusal.error, cause = refusal.text(),
                            "a resource that was created could not be read back"
                        );
                        Current { id, resource: resource.clone(), version: None, is_whole: false }
                    }
                    (Err(mut refusal), _) => {
                        let detail = &refusal.error.detail;
                        refusal.error.detail =
                            format!("the change was made, but the resource could not be read back: {detail}");
                        return Err(refusal);
                    }
                };
                (current, appeared)
            }
        };
        subject.identify(context.kind, &current.resource);
        drop(members);
        follow_up(context, app, turns, appeared, &current).await;
        let location = matches!(reply, Reply::Created(_))
            .then(|| id::location(context.base(), &context.kind.scim.endpoint, &current.id));
        let status = if location.is_some() { 201 } else { 200 };
        Ok(Answer { status, location, ..Answer::resource(resource::shown(context, current)) })
    }
}

/// Whether a PATCH is answered with the resource. Some clients are better served by 204, unless they choose attributes
/// (RFC 7644 §3.5.2); and what the app did not show is not asked for.
fn shows_patched(context: &Context<'_>, is_shown: bool) -> bool {
    let is_quiet = context.profile().group_patch_without_body && context.kind.scim.name == "Group";
    context.chooses_attributes() || (is_shown && !is_quiet)
}

/// A resource that appeared is what others waited for: references to it are written, and groups that it was requested for get it.
/// Those who wait for it have turns of their own, so its turns are given back first.
async fn follow_up(
    context: &Context<'_>,
    app: &mut App<'_>,
    mut turns: Turns,
    appeared: Option<Appeared>,
    current: &Current,
) {
    turns.give_back();
    if appeared.is_some() {
        awaited::resolve(context, app, &mut turns, current).await;
    }
    if matches!(appeared, Some(Appeared::Created)) {
        if turns.take([context.turn(&current.id)]).await.is_ok() {
            membership::joined(context, app, current).await;
        } else {
            tracing::warn!(
                instance = %context.instance.name, id = current.id,
                "the new user is being changed and could not be added to the groups requested for them; the next push of those groups does it"
            );
        }
    }
}
