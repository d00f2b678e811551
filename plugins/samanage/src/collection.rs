//! The two collections of the API that SCIM sees, and where their records are.

/// One kind of record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Collection {
    /// The SCIM resource type.
    pub(crate) kind: &'static str,
    /// The path of the list.
    pub(crate) list: &'static str,
    /// What a record may be wrapped in.
    pub(crate) singular: &'static str,
    directory: &'static str,
}

pub(crate) const USERS: Collection =
    Collection { kind: "User", list: "/users.json", singular: "user", directory: "/users" };
pub(crate) const GROUPS: Collection =
    Collection { kind: "Group", list: "/groups.json", singular: "group", directory: "/groups" };

impl Collection {
    /// The path of one record.
    pub(crate) fn record(self, id: &str) -> String {
        format!("{}/{id}.json", self.directory)
    }
}
