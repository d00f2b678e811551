//! A change that is remembered: the only thing that becomes a success.

use super::super::answer::Answer;
use super::super::app::App;
use super::super::context::Context;
use super::super::id;
use super::super::membership::{self, MemberPlan};
use super::super::refusal::Refusal;
use super::super::resource::{self, Current};
use super::super::subject::Subject;
use super::super::turns::Turns;
use super::action::Shown;
use super::draft::Reply;
use super::follow_up;
use scim_protocol::Error;

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
        if let Err(refusal) = membership::settle(context, app, &members).await {
            tracing::warn!(
                instance = %context.instance.name, error = %refusal.error, cause = refusal.text(),
                "the app could not be told what another gateway recorded for the same users; the next push of the group does it"
            );
        }
        let (mut current, appeared) = match shown {
            Shown::Nothing => return Ok(Answer::no_content()),
            // RFC 7644 §3.6. Entra and Okta, who repeat a DELETE whose answer was lost, take it as done.
            Shown::Missing { id } => {
                return Err(Error::not_found(format!("{} {id} not found", context.kind.scim.name)).into());
            }
            Shown::Held(current) => (current, None),
            Shown::Stored { stored, is_whole, appeared } => {
                if matches!(reply, Reply::Patched) && !shows_patched(context, stored.document.is_some()) {
                    return Ok(Answer::no_content());
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
                        let resource = context.kind.mapping.taken(resource);
                        Current { id, resource, version: None, groups: Vec::new(), is_whole: false }
                    }
                    (Err(refusal), _) => {
                        let detail = &refusal.error.detail;
                        let detail = format!("the change was made, but the resource could not be read back: {detail}");
                        return Err(refusal.answered(Error::bad_gateway(detail)));
                    }
                };
                (current, appeared)
            }
        };
        subject.identify(context.kind, &current.resource);
        if let Err(refusal) = resource::add_groups(context, app, std::slice::from_mut(&mut current)).await {
            tracing::warn!(
                instance = %context.instance.name, error = %refusal.error, cause = refusal.text(),
                "the groups of a user who was changed could not be read; the answer leaves them out"
            );
        }
        // Those who wait for the resource have turns of their own.
        drop((turns, members));
        if let Some(appeared) = appeared {
            follow_up::run(context, app, appeared, &current).await;
        }
        let location = matches!(reply, Reply::Created(_))
            .then(|| id::location(context.base(), &context.kind.scim.endpoint, &current.id));
        let status = if location.is_some() { 201 } else { 200 };
        Ok(Answer { status, location, ..Answer::resource(resource::shown(context, current)) })
    }
}

/// Whether a PATCH is answered with the resource. Some clients are better served by 204, unless they choose attributes
/// (RFC 7644 §3.5.2); and what the app did not show is asked for only if the client expects the resource.
fn shows_patched(context: &Context<'_>, is_shown: bool) -> bool {
    let profile = context.profile();
    let is_quiet = profile.group_patch_without_body && context.kind.scim.name == "Group";
    context.chooses_attributes() || profile.patch_with_resource || (is_shown && !is_quiet)
}
