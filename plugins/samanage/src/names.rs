//! Given and family names (S-10). Samanage has one `name`. Users who were created there have no other, but an import into Okta needs the
//! parts, so they are derived from it and shown as fields of their own, which are never sent.

use crate::record;
use scim_connector_sdk::{Fault, Object, Stored, Value};

const GIVEN: &str = "given_name";
const FAMILY: &str = "family_name";

/// A user for the host, with the parts of the name.
pub(crate) fn stored(mut user: Object) -> Result<Stored, Fault> {
    if let Some((given, family)) = record::text(&user, "name").and_then(parts) {
        user.insert(GIVEN.to_owned(), Value::String(given));
        user.insert(FAMILY.to_owned(), Value::String(family));
    }
    record::stored(user)
}

/// Removes the parts from a user to be written, and returns whether there were any.
pub(crate) fn drop_parts(user: &mut Object) -> bool {
    let (given, family) = (user.remove(GIVEN), user.remove(FAMILY));
    given.is_some() || family.is_some()
}

/// The last word is the family name, unless a comma ends it. A single word is both: Okta imports nobody who lacks one of them.
fn parts(name: &str) -> Option<(String, String)> {
    let name = name.trim();
    if let Some((family, given)) = name.split_once(',')
        && !family.trim().is_empty()
        && !given.trim().is_empty()
    {
        return Some((given.trim().to_owned(), family.trim().to_owned()));
    }
    let (given, family) = name.rsplit_once(char::is_whitespace).unwrap_or((name, name));
    (!name.is_empty()).then(|| (given.trim().to_owned(), family.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_two_parts() {
        for (name, expected) in [
            ("Ada Lovelace", Some(("Ada", "Lovelace"))),
            (" Grace  Brewster Murray  Hopper ", Some(("Grace  Brewster Murray", "Hopper"))),
            ("Lovelace, Ada", Some(("Ada", "Lovelace"))),
            ("Lovelace,", Some(("Lovelace,", "Lovelace,"))),
            ("Plato", Some(("Plato", "Plato"))),
            (" ", None),
        ] {
            let found = parts(name);
            assert_eq!(found.as_ref().map(|(given, family)| (given.as_str(), family.as_str())), expected, "{name}");
        }
    }
}
