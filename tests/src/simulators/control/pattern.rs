//! Patterns with `*`, for the apps' name filters and the paths of faults.

/// Whether the whole text matches; `*` stands for any number of characters.
pub(in crate::simulators) fn matches(pattern: &str, text: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut text) = text.strip_prefix(start) else { return false };
    let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        let Some((_, after)) = text.split_once(part) else { return false };
        text = after;
    }
    text.ends_with(end)
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, text, expected) in [
            ("ada", "ada", true),
            ("ada", "adam", false),
            ("ada*", "adam", true),
            ("*", "", true),
            ("*am", "adam", true),
            ("a*m", "adam", true),
            ("a*a*m", "adam", true),
            ("a*m", "m", false),
            ("/users/*.json", "/users/12.json", true),
            ("/users/*.json", "/users.json", false),
            ("a*b*b", "ab", false),
            ("a**b", "ab", true),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        }
    }
}
