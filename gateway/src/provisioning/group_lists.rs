//! The groups that users are in, as a search of all groups found them.

use scim_protocol::{Error, Object};
use serde_json::Value;
use std::collections::HashMap;

/// The most memberships that are held for one request.
const MOST: usize = 200_000;

/// By user, the elements of their `groups`.
#[derive(Debug, Default)]
pub(super) struct GroupLists {
    by_user: HashMap<String, Vec<Value>>,
    held: usize,
}

impl GroupLists {
    /// Adds a group to the list of a user.
    ///
    /// # Errors
    /// 400 `tooMany` for more memberships than one request may hold.
    pub(super) fn add(&mut self, user: &str, group: Object) -> Result<(), Error> {
        self.held += 1;
        if self.held > MOST {
            return Err(Error::too_many(format!(
                "the users are in groups more than {MOST} times; ask for the groups of one user at a time"
            )));
        }
        self.by_user.entry(user.to_owned()).or_default().push(Value::Object(group));
        Ok(())
    }

    /// The groups of a user.
    pub(super) fn of(&self, user: &str) -> Vec<Value> {
        self.by_user.get(user).cloned().unwrap_or_default()
    }
}
