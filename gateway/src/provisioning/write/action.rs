//! What the app is told, and what its answer says.

use super::super::app::{App, Deleted};
use super::super::context::Context;
use super::super::inactive::current;
use super::super::membership::{self, MemberPlan};
use super::super::refusal::Refusal;
use super::super::resource::{Current, times};
use super::super::subject::Subject;
use super::super::{awaited, remember, unshown_fields};
use super::restore::Restoration;
use crate::connectors::{Document, Stored};
use crate::mapping::{AppChange, AppDocument};
use crate::store::{Inactive, Phase, StandingWrite, Write};

/// What the app is told of the resource.
#[derive(Debug)]
pub(super) enum Action {
    /// Nothing: only the gateway holds it.
    StoreOnly {
        /// The resource.
        inactive: Inactive,
        /// What is to be remembered.
        writes: Vec<Write>,
    },
    /// To create it.
    Create(AppDocument),
    /// To change it.
    Update {
        /// The resource's id.
        id: String,
        /// What is different.
        change: AppChange,
        /// The resource as it was read, if it was.
        read: Option<Stored>,
        /// The document that the change is applied to where the app confirms it without showing what came of it; `None` where the
        /// client need not see it.
        base: Option<Document>,
        /// References that waited and were withdrawn.
        withdrawn: Vec<Write>,
    },
    /// To remove the account of a user who becomes inactive.
    Deactivate(Inactive),
    /// To create the account of an inactive user again.
    Restore(Box<Restoration>),
    /// To delete it.
    Delete {
        /// The account's id; none where there is none.
        account: Option<String>,
        /// Whether there is no such resource if there is no such account; an inactive one exists all the same.
        is_account: bool,
        /// What is to be forgotten.
        writes: Vec<Write>,
    },
}

/// What came of an action.
#[derive(Debug)]
pub(super) struct Told {
    /// What is to be remembered of it.
    pub(super) writes: Vec<Write>,
    pub(super) shown: Shown,
}

/// What there is to show.
#[derive(Debug)]
pub(super) enum Shown {
    /// Nothing: the resource is deleted.
    Nothing,
    /// Nothing: there was no such resource.
    Missing {
        /// Its id.
        id: String,
    },
    /// What the gateway holds.
    Held(Current),
    /// What the app holds.
    Stored {
        stored: Stored,
        /// Whether the app showed it, so that its version is what a reader gets.
        is_whole: bool,
        appeared: Option<Appeared>,
    },
}

/// How a resource appeared that others may wait for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Appeared {
    Created,
    /// Its groups were told of it already.
    Restored,
}

impl Action {
    /// Tells the app, of the members too.
    pub(super) async fn make(
        self,
        context: &Context<'_>,
        app: &mut App<'_>,
        subject: &mut Subject,
        members: &mut MemberPlan<'_>,
    ) -> Result<Told, Refusal> {
        match self {
            Self::StoreOnly { inactive, writes } => {
                subject.id = Some(inactive.id.clone());
                Ok(Told { writes, shown: Shown::Held(current(inactive)) })
            }
            Self::Create(made) => create(context, app, subject, members, made).await,
            Self::Update { id, change, read, base, withdrawn } => {
                let mut told = update(context, app, members, &id, change, read, base).await?;
                told.writes.extend(withdrawn);
                Ok(told)
            }
            Self::Deactivate(inactive) => {
                app.delete(context.kind, &inactive.id).await?;
                let key = context.key(&inactive.id);
                let removed = StandingWrite::Phase(key.clone(), Phase::Removed);
                let writes = vec![Write::Forget(key), Write::Standing(removed)];
                Ok(Told { writes, shown: Shown::Held(current(Inactive { phase: Phase::Removed, ..inactive })) })
            }
            Self::Restore(restoration) => {
                let (stored, writes) = restoration.make(context, app).await?;
                let shown = Shown::Stored { stored, is_whole: true, appeared: Some(Appeared::Restored) };
                Ok(Told { writes, shown })
            }
            Self::Delete { account, is_account, writes } => {
                let mut shown = Shown::Nothing;
                if let Some(id) = account
                    && app.delete(context.kind, &id).await? == Deleted::Before
                    && is_account
                {
                    // What is remembered of it is forgotten all the same: it may have been deleted by a request that got no answer.
                    shown = Shown::Missing { id };
                }
                members.follow(context, app, &mut Vec::new()).await?;
                Ok(Told { writes, shown })
            }
        }
    }
}

async fn create(
    context: &Context<'_>,
    app: &mut App<'_>,
    subject: &mut Subject,
    members: &mut MemberPlan<'_>,
    made: AppDocument,
) -> Result<Told, Refusal> {
    let mut stored = app.create(context.kind, &made.document).await?;
    look(context, unshown_fields::of_new(context.kind, &made.document), &stored);
    subject.id = Some(stored.id.clone());
    members.created(&stored.id);
    if let Err(mut refusal) = members.follow(context, app, &mut stored.unresolved).await {
        // The same POST must be able to succeed: a group that was not acknowledged must not be in its way.
        if let Err(undo) = app.delete(context.kind, &stored.id).await {
            let (id, detail) = (&stored.id, &refusal.error.detail);
            refusal.error.detail = format!(
                "{detail}; the app has created it with the id {id}, and removing it again failed: {}",
                undo.error
            );
        }
        return Err(refusal);
    }
    let mut writes = awaited::of_new(context, &stored, &made.references);
    writes.extend(remember::of_new(context, &stored, made.kept));
    Ok(Told { writes, shown: Shown::Stored { stored, is_whole: true, appeared: Some(Appeared::Created) } })
}

async fn update(
    context: &Context<'_>,
    app: &mut App<'_>,
    members: &mut MemberPlan<'_>,
    id: &str,
    change: AppChange,
    read: Option<Stored>,
    base: Option<Document>,
) -> Result<Told, Refusal> {
    let is_untold = change.is_empty();
    let mut stored = match read.filter(|_| change.is_empty()) {
        Some(read) => read,
        // The members change and the app need not be called.
        None if change.is_empty() && members.is_of_known_group() => {
            Stored { id: id.to_owned(), document: None, version: None, unresolved: Vec::new() }
        }
        // A change of what only the gateway keeps is no success when the app knows no such resource.
        None if change.is_empty() => app.read(context.kind, id, &context.omitted()).await?,
        None => {
            let stored = app.update(context.kind, id, &change).await?;
            look(context, unshown_fields::of_change(&change), &stored);
            stored
        }
    };
    let mut is_whole = true;
    if let Some(base) = base.filter(|_| stored.document.is_none()) {
        stored.document = Some(context.kind.mapping.changed(base, &change));
        is_whole = false;
    }
    members.follow(context, app, &mut stored.unresolved).await?;
    let mut writes = awaited::of_change(context, id, &stored, &change);
    if is_untold && members.changes_records(context) {
        writes.push(times::modified(context, id));
    }
    writes.extend(remember::of_change(context, id, &stored, change.kept).await);
    Ok(Told { writes, shown: Shown::Stored { stored, is_whole, appeared: None } })
}

/// Looks whether the app's answer shows what was written.
fn look<'f>(context: &Context<'_>, written: impl Iterator<Item = &'f str>, stored: &Stored) {
    context.kind.shown.look(&context.instance.name, &context.kind.mapping, written, stored);
}

/// Forgets a resource that was deleted.
pub(super) fn forgotten(context: &Context<'_>, id: &str) -> Vec<Write> {
    std::iter::once(Write::Forget(context.key(id))).chain(membership::ended(context, id)).collect()
}
