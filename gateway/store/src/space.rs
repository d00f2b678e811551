//! The name under which the rows of an instance are stored.
//!
//! Threat: a name is given to another tenant, or to another connector, and what was remembered of the first one is taken for the second
//! one's. So each [`Generation`](crate::Generation) of an instance has rows of its own, and whoever has a handle on one reaches no other.

use crate::write::{StandingWrite, Write};

/// One generation of an instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Space {
    instance: String,
    pub(crate) generation: u32,
    stored: String,
}

impl Space {
    pub(crate) fn new(instance: &str, generation: u32) -> Self {
        Self { instance: instance.to_owned(), generation, stored: stored(instance, generation) }
    }

    /// The name under which the rows of an instance are stored.
    pub(crate) fn name<'a>(&'a self, instance: &'a str) -> &'a str {
        if instance == self.instance { &self.stored } else { instance }
    }

    /// Makes a write one of this generation.
    pub(crate) fn enter(&self, write: &mut Write) {
        let enter = |instance: &mut String| {
            if *instance == self.instance {
                instance.clone_from(&self.stored);
            }
        };
        match write {
            Write::Keep { resource, .. }
            | Write::Drop { resource, .. }
            | Write::Await { resource, .. }
            | Write::Resolved { resource, .. }
            | Write::Forget(resource) => enter(&mut resource.instance),
            Write::SetState { instance, .. } | Write::DeleteState { instance, .. } => enter(instance),
            Write::Standing(write) => match write {
                StandingWrite::Bind { resource, .. }
                | StandingWrite::Phase(resource, _)
                | StandingWrite::Active(resource)
                | StandingWrite::Ended(resource) => enter(&mut resource.instance),
                StandingWrite::Inactive { instance, .. } => enter(instance),
                StandingWrite::Group(group)
                | StandingWrite::GroupEnded(group)
                | StandingWrite::Member { group, .. }
                | StandingWrite::NoMember { group, .. } => enter(&mut group.instance),
            },
            Write::Rail(write) => enter(write.instance()),
            // The log stays under the name of the instance.
            Write::Log(entry) => entry.generation = Some(self.generation),
            Write::Secret { .. } | Write::Generation { .. } => {}
        }
    }
}

/// The name under which the rows of a generation are stored. A tilde is in no name of an instance.
pub(crate) fn stored(instance: &str, generation: u32) -> String {
    if generation <= 1 { instance.to_owned() } else { format!("{instance}~{generation}") }
}
