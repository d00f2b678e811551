//! A mapping judged as a whole: what each rule by itself does not show.

use super::context::BuildContext;
use crate::config::Mistake;
use crate::provisioning::Kind;

/// What is wrong with a mapping as a whole, and what its operator should know.
#[derive(Debug, Default)]
pub(super) struct Review {
    /// Why it cannot be served.
    pub(super) mistakes: Vec<Mistake>,
    /// What it can be served with.
    pub(super) warnings: Vec<Mistake>,
}

impl Review {
    /// Judges the mapping of an instance.
    pub(super) fn of(context: &BuildContext<'_>, kinds: &[Kind]) -> Self {
        let key = if context.from.mapping.is_some() { "mapping" } else { "connector" };
        let mut review = Self::default();
        for kind in kinds {
            let name = &kind.scim.name;
            if kind.mapping.is_empty() {
                let problem = format!("the mapping has no rules for {name}: what clients send is ignored");
                let remedy = format!("add rules for {name} under `resource-types`");
                review.warnings.push(context.mistake(key, problem, &remedy));
                continue;
            }
            if !kind.takes_active() {
                let problem = format!(
                    "no rule of {name} writes `active` to the app: every request that deactivates a {name} is refused"
                );
                let remedy = "add { \"scim\": \"active\", \"app\": \"<the app's field>\" }, with \"transform\": \"not\" for a field \
                    such as `disabled`";
                review.warnings.push(context.mistake(key, problem, remedy));
            }
            if kind.mapping.match_slots().is_empty() {
                let remedy = "add \"match\": 1 to the rule of the attribute by which client and app recognise a resource, such as \
                    userName or displayName";
                if kind.removes() {
                    let problem = format!(
                        "no rule of {name} has `match`: the app removes who is deactivated, and the gateway could not find them again"
                    );
                    review.mistakes.push(context.mistake(key, problem, remedy));
                } else {
                    let problem = format!(
                        "no rule of {name} has `match`: resources that exist in the app are not recognised, and the provisioning log \
                         cannot name them"
                    );
                    review.warnings.push(context.mistake(key, problem, remedy));
                }
            }
        }
        review
    }
}
