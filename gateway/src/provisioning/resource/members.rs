//! The members that a client is shown: those that it requested.

use super::super::context::Context;
use super::super::gaps::{Remembered, Rule};
use super::super::member::{id_of, member};
use super::super::refusal::Refusal;
use scim_protocol::Object;
use serde_json::Value;
use std::collections::HashSet;

/// Corrects a group's members. Those that the app lists stay, with what it says of them; added are those whom the app cannot have there
/// (inactive, not created yet, in another group by the rule), and left out those who were requested elsewhere only. Where members are
/// omitted, the store is not asked.
pub(super) async fn correct(
    context: &Context<'_>,
    id: &str,
    resource: &mut Object,
    omit: &[String],
) -> Result<(), Refusal> {
    let Some(members) = context.members().filter(|members| !omit.contains(&members.field)) else { return Ok(()) };
    let (store, instance) = (&context.instance.store, &*context.instance.name);
    let wanted = store.wanted_in(instance, id).await?;
    let in_app = match members.slot.take(resource) {
        Some(Value::Array(elements)) => elements,
        _ => Vec::new(),
    };
    let known: HashSet<&str> = wanted.iter().map(|(user, _)| user.as_str()).collect();
    let strangers: Vec<&str> = in_app.iter().filter_map(id_of).filter(|user| !known.contains(user)).collect();
    let elsewhere: HashSet<String> = match members.rule {
        Rule::All => HashSet::new(),
        Rule::One(_) => store.wanted(instance, &strangers).await?.into_keys().collect(),
    };
    let listed: HashSet<String> = in_app.iter().filter_map(id_of).map(str::to_owned).collect();
    let missing: Vec<&(String, bool)> = wanted.iter().filter(|(user, _)| !listed.contains(user)).collect();
    let asked: Vec<&str> = missing.iter().map(|(user, _)| user.as_str()).collect();
    let inactive = match members.rule {
        Rule::All if members.remembered == Remembered::All => {
            store.inactive_among(instance, &members.user, &asked).await?
        }
        _ => HashSet::new(),
    };
    let mut shown = in_app;
    shown.retain(|member| id_of(member).is_none_or(|user| !elsewhere.contains(user)));
    // Where a user can be in many groups, an active one whom the app does not list was removed there.
    let is_shown = |user: &str, pending: bool| members.rule != Rule::All || pending || inactive.contains(user);
    shown.extend(missing.iter().filter(|(user, pending)| is_shown(user, *pending)).map(|(user, _)| member(user)));
    if !shown.is_empty() {
        members.slot.put(resource, Value::Array(shown));
    }
    Ok(())
}
