//! Which fields the app's answers show.

use crate::connectors::Stored;
use crate::mapping::TypeMapping;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// What is known of the fields of one mapping, by their names.
#[derive(Debug, Default)]
pub(super) struct ShownFields(Mutex<HashMap<String, Sight>>);

/// What is known of one field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sight {
    /// An answer showed it.
    Seen,
    /// The operator was told that an answer did not show it.
    Missed,
}

impl ShownFields {
    /// Looks at the app's answer to a write of these fields. The operator is told of each field once, unless it has been seen before.
    pub(super) fn look<'f>(
        &self,
        instance: &str,
        mapping: &TypeMapping,
        written: impl Iterator<Item = &'f str>,
        stored: &Stored,
    ) {
        let Some(document) = &stored.document else { return };
        let written: Vec<&str> = written.filter(|field| !stored.unresolved.iter().any(|path| path == field)).collect();
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for rule in mapping.read_back() {
            let field = rule.field();
            let sight = known.get(field).copied();
            if sight == Some(Sight::Seen) {
                continue;
            }
            if rule.is_in(document) {
                known.insert(field.to_owned(), Sight::Seen);
            } else if sight.is_none() && written.contains(&field) {
                known.insert(field.to_owned(), Sight::Missed);
                tracing::warn!(
                    instance,
                    rule = rule.place,
                    field,
                    "a field was written that the app's answer does not show: if the app calls it by another name, it ignored the value"
                );
            }
        }
    }
}
