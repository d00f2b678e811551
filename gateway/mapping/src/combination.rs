//! Keys of a rule that exclude or require each other. The JSON Schema could check the same, but not say what to write instead.

use super::document::{Apply, Direction, RuleDocument};

/// Each error with the key at which it is reported.
pub(super) fn wrong_combinations(rule: &RuleDocument) -> Vec<(&'static str, String)> {
    let to_scim = rule.direction == Direction::ToScim;
    let to_app = rule.direction == Direction::ToApp;
    let only_returns = to_scim && (rule.constant.is_some() || rule.inverse.is_some());
    let checks = [
        (
            rule.constant.is_some() && rule.expression.is_some(),
            "expression",
            "a rule can have a `constant` or an `expression`, not both",
        ),
        (
            rule.app.is_none() && !rule.keep && !only_returns,
            "scim",
            "the rule has no field of the app: add `app`, or `\"keep\": true` to store the value in the gateway",
        ),
        (
            rule.app.is_none() && rule.expression.is_some(),
            "expression",
            "an `expression` computes a field of the app: add `app`",
        ),
        (
            rule.app.is_none() && rule.constant.is_some() && !to_scim,
            "constant",
            "a `constant` is written to a field of the app: add `app`, or `\"direction\": \"to-scim\"` to return it to clients",
        ),
        (
            rule.app.is_some() && rule.constant.is_some() && to_scim,
            "app",
            "a `constant` with `\"direction\": \"to-scim\"` is returned as it is and reads no field: remove `app`",
        ),
        (
            to_scim && rule.expression.is_some(),
            "expression",
            "an `expression` computes a field of the app; use `inverse` to compute what is returned",
        ),
        (
            to_app && rule.inverse.is_some(),
            "inverse",
            "with `\"direction\": \"to-app\"` nothing is read back: remove `inverse`",
        ),
        (
            rule.inverse.is_some() && rule.app.is_none() && !to_scim,
            "inverse",
            "without `app` the rule only returns values: add `\"direction\": \"to-scim\"`",
        ),
        (
            rule.keep && rule.direction != Direction::Both,
            "keep",
            "a kept value is stored and returned: remove `direction`",
        ),
        (rule.keep && rule.constant.is_some(), "keep", "a `constant` does not come from the client: remove `keep`"),
        (rule.keep && rule.inverse.is_some(), "keep", "a rule returns the kept value or the `inverse`, not both"),
        (
            rule.default.is_some() && rule.constant.is_some(),
            "default",
            "a `constant` always has a value: remove `default`",
        ),
        (
            rule.default.is_some() && (rule.app.is_none() || to_scim),
            "default",
            "a `default` is written to a field of the app, but this rule writes none",
        ),
        (
            rule.apply == Apply::OnCreate && to_scim,
            "apply",
            "a rule with `\"direction\": \"to-scim\"` writes nothing on creation: remove `apply`",
        ),
        (
            rule.transform.is_some() && rule.app.is_none(),
            "transform",
            "a `transform` converts between the attribute and a field of the app: add `app`",
        ),
        (
            rule.transform.is_some() && rule.constant.is_some(),
            "transform",
            "a `constant` is written as it is: remove `transform`",
        ),
    ];
    checks.into_iter().filter(|(wrong, ..)| *wrong).map(|(_, key, message)| (key, message.to_owned())).collect()
}
