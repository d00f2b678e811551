//! A change that is planned and has its turns.

use super::super::app::App;
use super::super::context::Context;
use super::super::refusal::Refusal;
use super::super::subject::Subject;
use super::super::turns::Turns;
use super::confirmed::Confirmed;
use super::draft::{Draft, Intent};

/// What is to be done, and the turns to do it.
#[derive(Debug)]
pub(super) struct Planned<'a> {
    pub(super) draft: Draft<'a>,
    pub(super) turns: Turns,
}

impl<'a> Planned<'a> {
    /// Commits the intent and tells the app.
    ///
    /// A place among those who may be deactivated is used up when the app has acted or may have: after an unclear failure, and while
    /// the intent stands, which the next request finishes.
    pub(super) async fn tell(
        self,
        context: &Context<'_>,
        app: &mut App<'_>,
        subject: &mut Subject,
    ) -> Result<Confirmed<'a>, Refusal> {
        let Self { draft: Draft { action, mut members, reservation, intent, reply }, turns } = self;
        let Intent { writes, withdrawal } = intent;
        let has_intent = !writes.is_empty();
        context.commit(writes).await?;
        match action.make(context, app, &mut members).await {
            Ok(told) => {
                if let Some(reservation) = reservation {
                    reservation.keep();
                }
                subject.id = told.id.or(subject.id.take());
                Ok(Confirmed { turns, members, writes: told.writes, shown: told.shown, reply })
            }
            Err(refusal) => {
                let stands = has_intent && !refusal.is_final();
                if let Some(reservation) = reservation.filter(|_| refusal.leaves_doubt() || stands) {
                    reservation.keep();
                }
                if refusal.is_final() {
                    context.commit(withdrawal).await?;
                }
                Err(refusal)
            }
        }
    }
}
