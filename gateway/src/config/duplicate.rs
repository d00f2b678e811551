//! A TOML table or key that is defined twice: what it is called, and where it was defined first.

use super::mistake::{Lines, Position};
use std::ops::Range;

/// The dotted name of what is defined twice, and the position of its first definition; `span` is where the parser found the second.
pub(super) fn first(text: &str, lines: &Lines<'_>, span: &Range<usize>) -> Option<(String, Position)> {
    let mut table = String::new();
    let (mut start, mut seen): (usize, Vec<(String, usize)>) = (0, Vec::new());
    for line in text.split_inclusive('\n') {
        let header = line.trim().strip_prefix('[').and_then(|rest| rest.split(']').next());
        let defined = match (header, line.split_once('=')) {
            (Some(header), _) => {
                table = bare(header.trim_start_matches('['));
                Some(table.clone())
            }
            (None, Some((key, _))) if !line.trim_start().starts_with('#') => {
                Some(if table.is_empty() { bare(key) } else { format!("{table}.{}", bare(key)) })
            }
            _ => None,
        };
        let here = (start..start + line.len()).contains(&span.start);
        if let Some(defined) = defined {
            if here {
                let (name, first) = seen.into_iter().find(|(other, _)| *other == defined)?;
                return Some((name, lines.position(first)));
            }
            seen.push((defined, start + line.len() - line.trim_start().len()));
        }
        start += line.len();
    }
    None
}

/// A dotted key without the spaces and quotes around its parts.
fn bare(key: &str) -> String {
    let parts = key.split('.').map(|part| part.trim().trim_matches(['"', '\'']));
    parts.collect::<Vec<_>>().join(".")
}
