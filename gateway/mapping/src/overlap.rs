//! How two slots of a resource type overlap: what a change of one means for the other.

use scim_protocol::Slot;
use scim_protocol::filter::{CompareOp, Comparison, Filter};
use serde_json::Value;

/// How one slot overlaps another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Overlap {
    /// They have nothing in common.
    Apart,
    /// They are the same slot.
    Same,
    /// The first contains the second: `name` and `name.givenName`.
    Holds,
    /// The first is a part of the second.
    Part,
    /// It depends on the resource: `emails[primary eq true].value` and `emails[type eq "work"].value`.
    Depends,
}

/// How `one` overlaps `other`. Both are canonical.
pub(super) fn overlap(one: &Slot, other: &Slot) -> Overlap {
    if one.path.attribute != other.path.attribute || one.path.schema != other.path.schema {
        return Overlap::Apart;
    }
    match (&one.selector, &other.selector) {
        (Some(a), Some(b)) if same(a, b) => {
            if chosen_by(a, one.leaf()) || chosen_by(b, other.leaf()) {
                // Writing the sub-attribute by which the element is chosen makes the other slot miss it.
                return if one.leaf() == other.leaf() { Overlap::Same } else { Overlap::Depends };
            }
            by_leaf(one, other)
        }
        (Some(a), Some(b)) => match (exclusive(a, b), chosen_by(b, one.leaf()) || chosen_by(a, other.leaf())) {
            (true, false) => Overlap::Apart,
            _ => Overlap::Depends,
        },
        (None, Some(_)) if one.leaf().is_none() => Overlap::Holds,
        (Some(_), None) if other.leaf().is_none() => Overlap::Part,
        // `emails.value` is in every element.
        (None, Some(_)) | (Some(_), None) => Overlap::Depends,
        (None, None) => by_leaf(one, other),
    }
}

fn by_leaf(one: &Slot, other: &Slot) -> Overlap {
    match (one.leaf(), other.leaf()) {
        (a, b) if a == b => Overlap::Same,
        (None, Some(_)) => Overlap::Holds,
        (Some(_), None) => Overlap::Part,
        _ => Overlap::Apart,
    }
}

/// The `sub eq literal` comparisons of a conjunction; `None` if the filter contains anything else.
pub(super) fn equalities(filter: &Filter) -> Option<Vec<(&str, &Value)>> {
    match filter {
        Filter::And(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(equalities).collect();
            Some(parts?.concat())
        }
        Filter::Compare(Comparison { path, op: CompareOp::Eq, value }) if path.selector.is_none() => {
            Some(vec![(path.path.attribute.as_str(), value)])
        }
        _ => None,
    }
}

fn chosen_by(selector: &Filter, leaf: Option<&str>) -> bool {
    let Some(leaf) = leaf else { return false };
    equalities(selector).is_none_or(|chosen| chosen.iter().any(|(name, _)| *name == leaf))
}

/// Whether both provably choose the same elements; `type` and similar sub-attributes ignore case.
fn same(one: &Filter, other: &Filter) -> bool {
    one == other
        || match (equalities(one), equalities(other)) {
            (Some(one), Some(other)) => {
                one.len() == other.len()
                    && one.iter().zip(&other).all(|((name, value), (other_name, other_value))| {
                        name == other_name && alike(value, other_value)
                    })
            }
            _ => false,
        }
}

fn alike(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// Whether both provably never choose the same element.
fn exclusive(one: &Filter, other: &Filter) -> bool {
    let (Some(one), Some(other)) = (equalities(one), equalities(other)) else { return false };
    one.iter().any(|(name, value)| {
        other.iter().any(|(other_name, other_value)| name == other_name && !alike(value, other_value))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use scim_protocol::ResourceType;

    #[test]
    fn slots_overlap_as_their_elements_do() {
        use Overlap::{Apart, Depends, Holds, Part, Same};
        let user = ResourceType::user(Vec::new());
        for (one, other, expected) in [
            ("title", "title", Same),
            ("title", "active", Apart),
            ("name", "name.givenName", Holds),
            ("name.givenName", "name", Part),
            ("name.givenName", "name.familyName", Apart),
            ("emails", r#"emails[type eq "work"].value"#, Holds),
            (r#"emails[type eq "work"].value"#, "emails", Part),
            (r#"emails[type eq "Work"].value"#, r#"emails[type eq "work"].value"#, Same),
            (r#"emails[type eq "work"]"#, r#"emails[type eq "work"].value"#, Holds),
            (r#"emails[type eq "work"].display"#, r#"emails[type eq "work"].value"#, Apart),
            (r#"emails[type eq "work"].type"#, r#"emails[type eq "work"].value"#, Depends),
            (r#"emails[type eq "home"].value"#, r#"emails[type eq "work"].value"#, Apart),
            (r#"emails[type eq "home"].type"#, r#"emails[type eq "work"].value"#, Depends),
            (r#"emails[primary eq true].value"#, r#"emails[type eq "work"].value"#, Depends),
            (r#"emails[value sw "a"].value"#, r#"emails[type eq "work"].value"#, Depends),
            ("emails.value", r#"emails[type eq "work"].value"#, Depends),
        ] {
            let slot = |text: &str| user.parse_slot(text).unwrap();
            assert_eq!(overlap(&slot(one), &slot(other)), expected, "{one} {other}");
        }
    }
}
