//! Finds the known name that a mistyped one most likely means.

/// The longest name that is compared, and the most names that are listed: no attribute or field comes near.
const MAX_NAME: usize = 200;
const MAX_LISTED: usize = 40;

/// The closest of `known`, ignoring case, if it is close enough to be a typo: two letters, or a third of a long name.
pub(super) fn nearest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if name.len() > MAX_NAME {
        return None;
    }
    let wanted = name.to_ascii_lowercase();
    let length = wanted.chars().count();
    let limit = if length < 4 { 1 } else { (length / 3).max(2) };
    known
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_NAME && candidate.chars().count().abs_diff(length) <= limit)
        .map(|candidate| (strsim::osa_distance(&wanted, &candidate.to_ascii_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// `; did you mean …?`, or else the list of known names.
pub(super) fn hint<'k>(name: &str, known: impl IntoIterator<Item = &'k str> + Clone) -> String {
    match nearest(name, known.clone()) {
        Some(near) => format!("; did you mean `{near}`?"),
        None => {
            let list: Vec<_> = known.into_iter().take(MAX_LISTED).map(|name| format!("`{name}`")).collect();
            if list.is_empty() { String::new() } else { format!("; known names are {}", list.join(", ")) }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_typo_finds_its_name_and_another_word_finds_none() {
        let known = ["displayName", "emails", "title"];
        for (name, expected) in [
            ("dispalyName", Some("displayName")),
            ("displayname", Some("displayName")),
            ("emial", Some("emails")),
            ("titel", Some("title")),
            ("manager", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), expected, "{name}");
        }
    }
}
