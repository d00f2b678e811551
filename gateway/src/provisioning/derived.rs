//! Attributes that no client stated follow what they were derived from: a rename reaches the app.

use super::app::App;
use super::connected::Connected;
use super::context::Context;
use super::refusal::Refusal;
use super::resource::kept_by_rules;
use crate::mapping::{Derived, Said};
use scim_protocol::Object;
use scim_protocol::patch::Edits;

/// Derives anew what a request makes of a resource (`after`) and does not state itself. A PUT has no edits.
pub(super) async fn anew(
    context: &Context<'_>,
    app: &mut App<'_>,
    id: &str,
    before: &Object,
    after: &mut Object,
    edits: Option<&Edits>,
) -> Result<Derived, Refusal> {
    let (mapping, said) = (&context.kind.mapping, Said { edits, fixed: &context.kind.immutable });
    if !mapping.may_derive(before, after, said) {
        return Ok(Derived::default());
    }
    let kept = kept_by_rules(context, id).await?;
    Ok(mapping.derive_anew((before, after), said, &kept, &mut app.budget, &mut Connected(&mut app.call)).await?)
}
