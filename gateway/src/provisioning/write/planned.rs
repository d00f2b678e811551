//! A change that is planned and has its turns.

use super::super::app::App;
use super::super::context::Context;
use super::super::guard_rails::Reservation;
use super::super::refusal::Refusal;
use super::super::subject::Subject;
use super::super::turns::Turns;
use super::action::{Shown, Told};
use super::confirmed::Confirmed;
use super::draft::{Draft, Intent};
use crate::store::Write;

/// What is to be done, and the turns to do it.
#[derive(Debug)]
pub(super) struct Planned<'a> {
    pub(super) draft: Draft<'a>,
    pub(super) turns: Turns,
}

impl<'a> Planned<'a> {
    /// Commits the intent and tells the app.
    ///
    /// A reserved place counts once the app has acted or may have, and as long as the intent is pending, which the next request
    /// finishes.
    pub(super) async fn tell(
        self,
        context: &Context<'_>,
        app: &mut App<'_>,
        subject: &mut Subject,
    ) -> Result<Confirmed<'a>, Refusal> {
        let Self { draft: Draft { action, mut members, reservation, intent, reply }, turns } = self;
        let Intent { writes, withdrawal } = intent;
        let has_intent = !writes.is_empty();
        if let Err(refusal) = context.commit(writes).await {
            // The commit may have succeeded unheard.
            reservation.into_iter().for_each(Reservation::keep);
            return Err(refusal);
        }
        match action.make(context, app, subject, &mut members).await {
            Ok(Told { writes, shown }) => {
                // Of who was not there nobody was deprived.
                if !matches!(shown, Shown::Missing { .. }) {
                    reservation.into_iter().for_each(Reservation::keep);
                }
                Ok(Confirmed { turns, members, writes, shown, reply })
            }
            Err(refusal) => {
                let is_withdrawn = refusal.is_final() && withdrawn(context, withdrawal).await;
                let may_have_acted = refusal.leaves_doubt() && !refusal.is_final();
                if may_have_acted || (has_intent && !is_withdrawn) {
                    reservation.into_iter().for_each(Reservation::keep);
                }
                Err(refusal)
            }
        }
    }
}

/// Whether the intent could be withdrawn; if not, the next request for the resource does it.
async fn withdrawn(context: &Context<'_>, withdrawal: Vec<Write>) -> bool {
    let outcome = context.commit(withdrawal).await;
    if let Err(refusal) = &outcome {
        tracing::warn!(
            instance = %context.instance.name, cause = refusal.text(),
            "the app refused a change, and the record of the attempt could not be removed; the next request does it"
        );
    }
    outcome.is_ok()
}
