//! What the app is told of groups: one call a group.

use super::super::app::App;
use super::super::gaps::Members;
use super::super::instance::Instance;
use super::super::member::member;
use super::super::refusal::Refusal;
use crate::mapping::{AppChange, ItemChange};
use std::collections::BTreeMap;

/// By group: users to add and users to remove.
#[derive(Debug, Default)]
pub(super) struct GroupChanges(BTreeMap<String, (Vec<String>, Vec<String>)>);

impl GroupChanges {
    pub(super) fn join(&mut self, group: String, user: &str) {
        self.0.entry(group).or_default().0.push(user.to_owned());
    }

    pub(super) fn leave(&mut self, group: String, user: &str) {
        self.0.entry(group).or_default().1.push(user.to_owned());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells the app: additions first, so that a user whom the app moves is never without a group. A group that the app does not know
    /// is passed over: it was deleted there.
    pub(super) async fn send(self, instance: &Instance, app: &mut App<'_>, members: &Members) -> Result<(), Refusal> {
        let Some(kind) = instance.kind_named(&members.group) else { return Ok(()) };
        let (mut additions, mut removals) = (Vec::new(), Vec::new());
        let items = |users: &[String]| users.iter().map(|user| member(user)).collect();
        for (group, (join, leave)) in self.0 {
            let change = |added, removed| ItemChange { path: members.field.clone(), added, removed };
            if !join.is_empty() {
                additions.push((group.clone(), change(items(&join), Vec::new())));
            }
            if !leave.is_empty() {
                removals.push((group, change(Vec::new(), items(&leave))));
            }
        }
        for (group, items) in additions.into_iter().chain(removals) {
            match app.update(kind, &group, &AppChange { items: vec![items], ..AppChange::default() }).await {
                Ok(_) => {}
                Err(refusal) if refusal.is_not_found() => {
                    tracing::warn!(instance = %instance.name, group, "a group that users are in no longer exists in the app");
                }
                Err(refusal) => return Err(refusal),
            }
        }
        Ok(())
    }
}
