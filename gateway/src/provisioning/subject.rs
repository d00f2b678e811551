//! The resource that an operation is about, as far as the operation has learnt.

use super::app::App;
use super::context::Context;
use super::kind::Kind;
use super::refusal::Refusal;
use super::resource::{self, Current};
use crate::connectors::Stored;
use scim_protocol::Object;

/// A resource, which is read from the app at most once.
#[derive(Debug, Default)]
pub(super) struct Subject {
    /// None for a resource that is to be created.
    pub(super) id: Option<String>,
    /// By which attribute client and app recognise it, and what that attribute holds: for the provisioning log.
    pub(super) matching: Option<(String, String)>,
    read: Option<(Stored, Current)>,
}

impl Subject {
    pub(super) fn new(id: Option<&str>) -> Self {
        Self { id: id.map(str::to_owned), ..Self::default() }
    }

    /// Learns what the resource is called.
    pub(super) fn identify(&mut self, kind: &Kind, resource: &Object) {
        let name = kind.names.iter().find(|name| name.slot.get(resource).is_some());
        let named = name.and_then(|name| Some((name.text.clone(), name.slot.get(resource)?.as_str()?.to_owned())));
        self.matching = named.or(self.matching.take());
    }

    /// What was read may not be true any more.
    pub(super) fn forget_reading(&mut self) {
        self.read = None;
    }

    /// The resource as it is now, with all its attributes.
    pub(super) async fn current(&mut self, context: &Context<'_>, app: &mut App<'_>) -> Result<&Current, Refusal> {
        self.reading(context, app).await.map(|(_, current)| current)
    }

    /// As [`Self::current`], beside what the app answered.
    pub(super) async fn reading(
        &mut self,
        context: &Context<'_>,
        app: &mut App<'_>,
    ) -> Result<(&Stored, &Current), Refusal> {
        let read = match self.read.take() {
            Some(read) => read,
            None => {
                let stored = app.read(context.kind, self.id.as_deref().unwrap_or_default(), &[]).await?;
                let current = resource::resolve(context, app, stored.clone(), &[]).await?;
                self.identify(context.kind, &current.resource);
                (stored, current)
            }
        };
        let (stored, current) = self.read.insert(read);
        Ok((stored, current))
    }

    /// What the app answered, if it was asked.
    pub(super) fn stored(&self) -> Option<&Stored> {
        self.read.as_ref().map(|(stored, _)| stored)
    }
}
