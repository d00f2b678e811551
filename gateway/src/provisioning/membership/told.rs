//! What is told to the app of groups: one call a group.

use super::super::answer::Failure;
use super::super::standing::Members;
use super::super::work::Work;
use super::member;
use crate::connectors::{AppChange, ItemChange};
use std::collections::BTreeMap;

/// By group: users who come and users who go.
#[derive(Debug, Default)]
pub(super) struct Changes(BTreeMap<String, (Vec<String>, Vec<String>)>);

impl Changes {
    pub(super) fn join(&mut self, group: String, user: &str) {
        self.0.entry(group).or_default().0.push(user.to_owned());
    }

    pub(super) fn leave(&mut self, group: String, user: &str) {
        self.0.entry(group).or_default().1.push(user.to_owned());
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Tells the app: who comes first, so that a user whom the app moves is never without a group. A group that the app
    /// does not know is passed over: it was deleted there.
    pub(super) async fn tell(self, work: &mut Work<'_>, members: &Members) -> Result<(), Failure> {
        let Some(kind) = work.instance.kind_named(&members.group) else { return Ok(()) };
        let (mut coming, mut going) = (Vec::new(), Vec::new());
        for (group, (join, leave)) in self.0 {
            if !join.is_empty() {
                coming.push((group.clone(), join, true));
            }
            if !leave.is_empty() {
                going.push((group, leave, false));
            }
        }
        for (group, users, come) in coming.into_iter().chain(going) {
            let users = users.iter().map(|user| member(user)).collect();
            let (added, removed) = if come { (users, Vec::new()) } else { (Vec::new(), users) };
            let items = vec![ItemChange { path: members.field.clone(), added, removed }];
            match work.app.update(kind, &group, &AppChange { items, ..AppChange::default() }).await {
                Ok(_) => {}
                Err(failure) if failure.error.status == 404 => {
                    tracing::warn!(
                        instance = %work.instance.name, group,
                        "users are wanted in a group that the app does not have any more"
                    );
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }
}
