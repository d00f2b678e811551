//! What a client wants of a group's members.

use super::super::member::id_of;
use super::effective::Wish;
use scim_protocol::{Error, MAX_ID_BYTES};
use serde_json::Value;
use std::collections::{BTreeMap, HashSet};

/// What a client wants, user by user.
#[derive(Debug, Default)]
pub(super) struct Wishes {
    /// The users in the order in which the client named them first.
    pub(super) in_order: Vec<String>,
    /// The last word on each.
    pub(super) by_user: BTreeMap<String, Wish>,
    /// The members in the app, where they are known.
    pub(super) listed: Option<HashSet<String>>,
}

impl Wishes {
    /// Users who are to be out, unless something else is said of them later.
    pub(super) fn all_out(users: impl IntoIterator<Item = String>) -> Self {
        let mut wishes = Self::default();
        users.into_iter().for_each(|user| wishes.add(user, Wish::Out));
        wishes
    }

    /// Takes the elements of a client's list of members.
    pub(super) fn take<'v>(&mut self, items: impl IntoIterator<Item = &'v Value>, wish: Wish) -> Result<(), Error> {
        for item in items {
            let id = id_of(item).filter(|id| (1..=MAX_ID_BYTES).contains(&id.len()));
            let id = id.ok_or_else(|| {
                let detail = format!("members: each needs a `value`, the id of a user, of 1 to {MAX_ID_BYTES} bytes");
                Error::invalid_value(detail)
            })?;
            self.add(id.to_owned(), wish);
        }
        Ok(())
    }

    fn add(&mut self, user: String, wish: Wish) {
        if self.by_user.insert(user.clone(), wish).is_none() {
            self.in_order.push(user);
        }
    }
}

/// The elements of a list, or the one element that stands for itself.
pub(super) fn elements(value: &Value) -> &[Value] {
    value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice)
}
