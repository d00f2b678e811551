//! What a connector answers about resources, checked in one place for every connector.

use super::app::App;
use super::kind::Kind;
use super::refusal::{Cause, Refusal};
use crate::connectors::{CallError, Contradiction, Step, Stored};

/// What a connector answers about one resource.
type Answered = Result<Stored, CallError>;

impl App<'_> {
    /// 502 for what the connector answered last, which cannot be true.
    pub(super) fn contradicted(&self, contradiction: Contradiction) -> Refusal {
        self.refused(CallError::Contradiction { function: self.asked, contradiction })
    }

    /// A failed call. The operator has several connectors and must see whose answer it was.
    pub(super) fn refused(&self, error: CallError) -> Refusal {
        let mut refusal = Refusal::from(error);
        if let Cause::Call { text: Some(text), .. } = &mut refusal.cause {
            *text = format!("connector {}: {text}", self.instance.connector.descriptor.id);
        }
        refusal
    }

    /// A resource in the connector's answer, recorded.
    pub(super) fn answered(&self, kind: &Kind, answer: Answered) -> Result<Stored, Refusal> {
        let stored = answer.map_err(|error| self.refused(error))?;
        self.call.record(|| Step::from_connector(std::slice::from_ref(&stored)));
        self.has_content(kind, &stored)?;
        Ok(stored)
    }

    /// As [`Self::answered`], to a call about the resource that the app knows by this id.
    pub(super) fn answered_for(&self, kind: &Kind, app_id: &str, answer: Answered) -> Result<Stored, Refusal> {
        let stored = self.answered(kind, answer)?;
        if stored.id == app_id {
            return Ok(stored);
        }
        let (kind, asked) = (kind.scim.name.clone(), app_id.to_owned());
        Err(self.contradicted(Contradiction::OtherId { kind, asked, answered: stored.id }))
    }

    /// A document without a field is none.
    pub(super) fn has_content(&self, kind: &Kind, stored: &Stored) -> Result<(), Refusal> {
        if stored.document.as_ref().is_none_or(|document| !document.is_empty()) {
            return Ok(());
        }
        let (kind, id) = (kind.scim.name.clone(), stored.id.clone());
        Err(self.contradicted(Contradiction::EmptyDocument { kind, id }))
    }
}
