//! The plan of a change, as its operation drafts it.

use super::super::context::Context;
use super::super::guard_rails::Reservation;
use super::super::membership::MemberPlan;
use super::action::Action;
use crate::store::{Inactive, StandingWrite, Write};
use scim_protocol::Object;

/// What is to be done. Nothing has been sent to the app; a place under a guard rail may be reserved.
#[derive(Debug)]
pub(super) struct Draft<'a> {
    /// What the app is told.
    pub(super) action: Action,
    /// What becomes of the members.
    pub(super) members: MemberPlan<'a>,
    /// Its place among the users who may be deactivated.
    pub(super) reservation: Option<Reservation>,
    /// What is recorded first, so that an interrupted change can be finished.
    pub(super) intent: Intent,
    /// What the client is told in the end.
    pub(super) reply: Reply,
}

/// What is remembered before the app is told, so that a change that is cut off can be finished.
#[derive(Debug, Default)]
pub(super) struct Intent {
    /// Committed before the app is told.
    pub(super) writes: Vec<Write>,
    /// Committed when the app refuses for good.
    pub(super) withdrawal: Vec<Write>,
}

/// What the client is told of a change that is committed.
#[derive(Debug)]
pub(super) enum Reply {
    /// 201 with the resource; this is what it was to be, should the app not show it.
    Created(Object),
    /// 200 with the resource.
    Resource,
    /// 200 with the resource where the app showed it or the client chose attributes, otherwise 204.
    Patched,
    /// 204.
    Deleted,
}

impl Draft<'_> {
    /// A change that reserves nothing, concerns no members and needs no intent.
    pub(super) fn new(action: Action, reply: Reply) -> Self {
        Self { action, members: MemberPlan::default(), reservation: None, intent: Intent::default(), reply }
    }

    /// The removal of the account of a resource whose removal is recorded; if the app refuses it for good, the resource is active.
    pub(super) fn removal(context: &Context<'_>, inactive: Inactive) -> Self {
        let withdrawal = vec![Write::Standing(StandingWrite::Active(context.key(&inactive.id)))];
        let intent = Intent { writes: Vec::new(), withdrawal };
        Self { intent, ..Self::new(Action::Deactivate(inactive), Reply::Resource) }
    }
}
