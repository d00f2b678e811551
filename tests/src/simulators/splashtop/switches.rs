//! What differs between teams, or is not known about the real app.

use serde::{Deserialize, Serialize};

/// The quirk switches; the names are those of `PUT /_sim/switches`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Switches {
    pub(super) active_false: ActiveFalse,
    /// Whether a user name can be changed, as on premises.
    pub(super) username_update: bool,
    /// The group of a user whom several groups list.
    pub(super) group_rule: GroupRule,
    /// The names of the SSO methods.
    pub(super) sso_methods: Vec<String>,
    /// The domains that the SSO methods accept; null for all.
    pub(super) allowed_domains: Option<Vec<String>>,
    /// The limit of users; null for none.
    pub(super) licences: Option<usize>,
    /// The names of computer groups, which no user group can have.
    pub(super) computer_groups: Vec<String>,
    /// Addresses of accounts in other teams.
    pub(super) foreign_accounts: Vec<String>,
    pub(super) max_groups: usize,
    /// Whether the SSO methods create users who log in for the first time.
    pub(super) jit: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ActiveFalse {
    /// The user is removed from the team.
    Remove,
    Disable,
    /// The user stays as they are.
    Ignore,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum GroupRule {
    /// The group that was created last; when it is deleted, the one before.
    LatestCreated,
    /// The group that the user was added to last; the others no longer list them.
    LatestAdded,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            active_false: ActiveFalse::Remove,
            username_update: false,
            group_rule: GroupRule::LatestCreated,
            sso_methods: vec!["Contoso Entra".to_owned(), "Okta SSO".to_owned()],
            allowed_domains: None,
            licences: None,
            computer_groups: Vec::new(),
            foreign_accounts: Vec::new(),
            max_groups: 2000,
            jit: true,
        }
    }
}
