//! The list of attributes that a client sent and the resource type does not have, for the operator.

/// The most paths that are listed: a body may contain tens of thousands of unknown names, and the log is for people.
pub const MAX_LISTED: usize = 100;

/// Adds a path, once, however many elements have it.
pub(crate) fn note(ignored: &mut Vec<String>, path: impl FnOnce() -> String) {
    if ignored.len() == MAX_LISTED {
        return;
    }
    let path = path();
    if !ignored.contains(&path) {
        ignored.push(path);
    }
}
