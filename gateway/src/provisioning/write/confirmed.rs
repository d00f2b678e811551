//! A change that the app has confirmed.

use super::super::context::Context;
use super::super::membership::MemberPlan;
use super::super::refusal::Refusal;
use super::super::turns::Turns;
use super::action::Shown;
use super::committed::Committed;
use super::draft::Reply;
use crate::store::Write;

/// What the app said, and what is to be remembered of it.
#[derive(Debug)]
pub(super) struct Confirmed<'a> {
    pub(super) turns: Turns,
    pub(super) members: MemberPlan<'a>,
    pub(super) writes: Vec<Write>,
    pub(super) shown: Shown,
    pub(super) reply: Reply,
}

impl<'a> Confirmed<'a> {
    /// Remembers all of it, or nothing.
    pub(super) async fn commit(self, context: &Context<'_>) -> Result<Committed<'a>, Refusal> {
        let Self { turns, members, mut writes, shown, reply } = self;
        writes.extend(members.writes(context));
        if let Err(mut refusal) = context.commit(writes).await {
            let detail = &refusal.error.detail;
            refusal.error.detail = format!("the app has made the change, but {detail}");
            return Err(refusal);
        }
        Ok(Committed { turns, members, shown, reply })
    }
}
