//! Keys of a rule that exclude or need each other. The JSON Schema could say the same, and not say what would be right.

use super::document::{Apply, Direction, RuleDocument};

/// Each fault with the key that it is reported at.
pub(super) fn wrong_combinations(rule: &RuleDocument) -> Vec<(&'static str, String)> {
    let to_scim = rule.direction == Direction::ToScim;
    let to_app = rule.direction == Direction::ToApp;
    let answers_alone = to_scim && (rule.constant.is_some() || rule.inverse.is_some());
    let checks = [
        (
            rule.constant.is_some() && rule.expression.is_some(),
            "expression",
            "a rule has a `constant` or an `expression`, not both",
        ),
        (
            rule.app.is_none() && !rule.keep && !answers_alone,
            "scim",
            "the rule names no field of the app: add `app`, or `\"keep\": true` if the gateway shall store the value",
        ),
        (
            rule.app.is_none() && rule.expression.is_some(),
            "expression",
            "an `expression` computes a field of the app: add `app`",
        ),
        (
            rule.app.is_none() && rule.constant.is_some() && !to_scim,
            "constant",
            "a `constant` is written to a field of the app: add `app`, or `\"direction\": \"to-scim\"` to answer it",
        ),
        (
            rule.app.is_some() && rule.constant.is_some() && to_scim,
            "app",
            "a `constant` with `\"direction\": \"to-scim\"` is answered as it is and reads no field: leave `app` out",
        ),
        (
            to_scim && rule.expression.is_some(),
            "expression",
            "an `expression` computes a field of the app; what is answered is computed by `inverse`",
        ),
        (
            to_app && rule.inverse.is_some(),
            "inverse",
            "with `\"direction\": \"to-app\"` nothing is read back: leave `inverse` out",
        ),
        (
            rule.inverse.is_some() && rule.app.is_none() && !to_scim,
            "inverse",
            "without `app` the rule only answers: add `\"direction\": \"to-scim\"`",
        ),
        (
            rule.keep && rule.direction != Direction::Both,
            "keep",
            "a kept value is stored on the way in and answered on the way back: leave `direction` out",
        ),
        (
            rule.keep && rule.constant.is_some(),
            "keep",
            "a `constant` is no value of the client's: there is nothing to keep",
        ),
        (rule.keep && rule.inverse.is_some(), "keep", "the way back is the kept value or `inverse`, not both"),
        (
            rule.default.is_some() && rule.constant.is_some(),
            "default",
            "a `constant` always has a value: leave `default` out",
        ),
        (
            rule.default.is_some() && (rule.app.is_none() || to_scim),
            "default",
            "a `default` is written to a field of the app, and this rule writes none",
        ),
        (
            rule.apply == Apply::OnCreate && to_scim,
            "apply",
            "a rule with `\"direction\": \"to-scim\"` writes nothing that could be limited to creation",
        ),
        (
            rule.transform.is_some() && rule.app.is_none(),
            "transform",
            "a `transform` stands between the attribute and a field of the app: add `app`",
        ),
        (
            rule.transform.is_some() && rule.constant.is_some(),
            "transform",
            "a `constant` is written as it is: leave `transform` out",
        ),
    ];
    checks.into_iter().filter(|(wrong, ..)| *wrong).map(|(_, key, message)| (key, message.to_owned())).collect()
}
