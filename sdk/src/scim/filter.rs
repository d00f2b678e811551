//! Comparisons as a SCIM filter (RFC 7644 §3.4.2.2).

use crate::Comparison;

/// All comparisons, joined by `and`. JSON strings are valid filter strings, so values need no extra escaping.
pub(super) fn text(comparisons: &[Comparison]) -> String {
    let comparison = |comparison: &Comparison| match comparison.operator.as_str() {
        "pr" => format!("{} pr", comparison.field),
        operator => format!("{} {operator} {}", comparison.field, comparison.value),
    };
    comparisons.iter().map(comparison).collect::<Vec<_>>().join(" and ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Value, json};

    #[test]
    fn comparisons_become_a_filter_with_quoted_strings() {
        let compare = |field: &str, operator: &str, value: Value| Comparison {
            field: field.to_owned(),
            operator: operator.to_owned(),
            value,
        };
        let comparisons = [
            compare("userName", "eq", json!("a\"b@c.example")),
            compare("active", "eq", json!(true)),
            compare("title", "pr", json!(null)),
        ];
        assert_eq!(text(&comparisons), r#"userName eq "a\"b@c.example" and active eq true and title pr"#);
    }
}
