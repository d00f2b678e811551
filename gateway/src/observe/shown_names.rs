//! The names that a client sent, as far as they are shown.

/// The most names that are listed.
const MOST: usize = 20;

/// The first few of the names that a client sent, each truncated to so many characters: a body may contain thousands, of any length.
#[must_use]
pub fn shown_names(sent: &[String], longest: usize) -> Vec<String> {
    let mut shown: Vec<String> = sent.iter().take(MOST).map(|name| name.chars().take(longest).collect()).collect();
    if sent.len() > MOST {
        shown.push(format!("and {} more", sent.len() - MOST));
    }
    shown
}
