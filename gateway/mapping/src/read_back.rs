//! The fields that a mapping writes and reads again: whether an answer of the app shows them is known without asking it more.

use super::app_path::AppPath;
use super::rule::has_value;
use super::type_mapping::TypeMapping;
use scim_protocol::Object;

/// A rule that writes a field and returns what is read from the same field.
#[derive(Debug, Clone, Copy)]
pub struct ReadBack<'m> {
    /// The rule's place: `mapping.json:12:7: User rule 3 (userName)`.
    pub place: &'m str,
    path: &'m AppPath,
}

impl TypeMapping {
    /// The rules that write a field and read it again.
    pub fn read_back(&self) -> impl Iterator<Item = ReadBack<'_>> {
        let rules = self.rules.iter().filter(|rule| rule.to_app && rule.to_scim && rule.inverse.is_none());
        rules.filter_map(|rule| Some(ReadBack { place: &rule.place, path: rule.app.as_ref()? }))
    }
}

impl<'m> ReadBack<'m> {
    /// The app's field.
    #[must_use]
    pub fn field(&self) -> &'m str {
        self.path.as_str()
    }

    /// Whether a document has the field, with whatever value.
    #[must_use]
    pub fn is_in(&self, document: &Object) -> bool {
        self.path.get(document).is_some()
    }

    /// Whether a document gives the field a value.
    #[must_use]
    pub fn is_given_by(&self, document: &Object) -> bool {
        self.path.get(document).is_some_and(has_value)
    }
}
