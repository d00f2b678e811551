//! What differs between tenants, or is not known about the real app.

use serde::{Deserialize, Serialize};

/// The quirk switches; the names are those of `PUT /_sim/switches`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Switches {
    /// `{"user": {…}}` in lists and answers instead of the bare record.
    pub(super) wrap_records: bool,
    /// Every id is a string of digits.
    pub(super) ids_as_strings: bool,
    /// The status of a successful creation.
    pub(super) create_status: CreateStatus,
    /// How a write treats an unknown role, site, department or person.
    pub(super) unknown_ref: UnknownRef,
    /// The role of a user who is created without one: the app picks a licensed role.
    pub(super) default_role: String,
    /// How `memberships[].user` names a member.
    pub(super) membership_user: MembershipUser,
    /// The answer to `POST /memberships.json`.
    pub(super) membership_answer: MembershipAnswer,
    /// Whether `email=` finds only that address or every address that begins with it.
    pub(super) email_filter: EmailFilter,
    /// Whether `/groups.json` lists users' own groups.
    pub(super) shadow_groups: bool,
    /// Whether `/groups.json` lists queues.
    pub(super) queue_groups: bool,
    /// Whether user name and password are accepted as well (the password is the token).
    pub(super) basic_auth: bool,
    /// The largest page; a larger `per_page` is reduced to it silently.
    pub(super) max_page_size: usize,
    /// The limit of calls per minute; null for none.
    pub(super) calls_per_minute: Option<u32>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub(super) struct CreateStatus(u16);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum UnknownRef {
    #[serde(rename = "ignore")]
    Ignore,
    #[serde(rename = "422")]
    Refuse,
    #[serde(rename = "autocreate")]
    Create,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MembershipUser {
    Name,
    Object,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum MembershipAnswer {
    /// The new memberships with their ids.
    List,
    /// 200 with nothing.
    Empty,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum EmailFilter {
    Exact,
    Prefix,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            wrap_records: false,
            ids_as_strings: false,
            create_status: CreateStatus(200),
            unknown_ref: UnknownRef::Ignore,
            default_role: "Service Agent User".to_owned(),
            membership_user: MembershipUser::Name,
            membership_answer: MembershipAnswer::List,
            email_filter: EmailFilter::Exact,
            shadow_groups: true,
            queue_groups: true,
            basic_auth: false,
            max_page_size: 100,
            calls_per_minute: Some(1000),
        }
    }
}

impl TryFrom<u16> for CreateStatus {
    type Error = String;

    fn try_from(status: u16) -> Result<Self, String> {
        if matches!(status, 200 | 201) { Ok(Self(status)) } else { Err("it is 200 or 201".to_owned()) }
    }
}

impl From<CreateStatus> for u16 {
    fn from(status: CreateStatus) -> Self {
        status.0
    }
}
