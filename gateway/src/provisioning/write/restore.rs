//! A resource is active again: another account, under the id that the client knows.

use super::super::accounts::{self, Account};
use super::super::app::App;
use super::super::connected::Connected;
use super::super::context::Context;
use super::super::refusal::Refusal;
use super::super::resource::times;
use super::super::{awaited, membership, remember};
use crate::connectors::Stored;
use crate::mapping::{AppDocument, Derived};
use crate::store::{StandingWrite, Write};
use scim_protocol::{Error, Object, ScimType};

/// The account to create again.
#[derive(Debug)]
pub(super) struct Restoration {
    /// By which the client knows the resource.
    pub(super) id: String,
    /// Whether an account may be there already, from an attempt that was cut off.
    pub(super) was_begun: bool,
    /// What the resource is to be.
    pub(super) after: Object,
    /// That, as the app takes it.
    pub(super) made: AppDocument,
}

impl Restoration {
    /// Creates the account, with its memberships, and binds the id to it. Sent again after it was cut off, it takes the account that
    /// it created then.
    pub(super) async fn make(self, context: &Context<'_>, app: &mut App<'_>) -> Result<(Stored, Vec<Write>), Refusal> {
        let Self { id, was_begun, after, made } = self;
        let account = if was_begun { accounts::free(context, app, &after).await? } else { None };
        let stored = match account {
            Some(account) => take_over(context, app, &id, account, &after).await?,
            None => match app.create(context.kind, &made.document).await {
                Ok(stored) => {
                    app.bind(context.kind, &id, &stored.id);
                    stored
                }
                Err(refusal) if refusal.error.scim_type == Some(ScimType::Uniqueness) => {
                    match accounts::free(context, app, &after).await? {
                        Some(account) => take_over(context, app, &id, account, &after).await?,
                        None => return Err(refusal),
                    }
                }
                Err(refusal) => return Err(refusal),
            },
        };
        let stored = Stored { id: id.clone(), ..stored };
        let app_id = app.app_id(context.kind, &id).await?;
        let mut writes = active_again(context, &id, app_id, &after);
        writes.extend(awaited::of_new(context, &stored, &made.references));
        writes.extend(remember::of_new(context, &stored, made.kept));
        writes.extend(membership::join(context, app, &id, &after).await.map_err(half_done)?);
        Ok((stored, writes))
    }
}

/// The account is there, so a refusal would not be true: the same request, sent again, takes the account over.
fn half_done(refusal: Refusal) -> Refusal {
    let detail = format!("the account is there again, but {}; send the request again", refusal.error.detail);
    refusal.answered(Error::bad_gateway(detail))
}

/// The id is the new account's, and the resource, which was `before`, is no longer inactive.
pub(super) fn active_again(context: &Context<'_>, id: &str, app_id: String, before: &Object) -> Vec<Write> {
    let mut writes = times::restored(context, id, before);
    writes.extend([bound(context, id, app_id), Write::Standing(StandingWrite::Active(context.key(id)))]);
    writes
}

/// The id is that account's.
pub(super) fn bound(context: &Context<'_>, id: &str, app_id: String) -> Write {
    let app_id = (app_id != id).then_some(app_id);
    Write::Standing(StandingWrite::Bind { resource: context.key(id), app_id })
}

/// Binds the id to an account that is there, and makes the account what it is to be.
async fn take_over(
    context: &Context<'_>,
    app: &mut App<'_>,
    id: &str,
    account: Account,
    after: &Object,
) -> Result<Stored, Refusal> {
    if account.id != id {
        app.bind(context.kind, id, &account.id);
    }
    let mapping = &context.kind.mapping;
    let change = mapping
        .diff(&account.resource, after, &Derived::default(), &mut app.budget, &mut Connected(&mut app.call))
        .await?;
    if change.is_empty() {
        return Ok(account.stored);
    }
    app.update(context.kind, id, &change).await
}
