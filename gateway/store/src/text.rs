//! Values as they are written into text columns.

use jiff::Timestamp;
use scim_protocol::MAX_ID_BYTES;
use std::borrow::Cow;

/// Characters stored of a text that a client chose; anything longer is not an identifier, and index entries have limits.
pub(crate) const MAX_CHARACTERS: usize = 256;

/// RFC 3339 in UTC to the microsecond. All have the same length, so texts sort as times do.
pub(crate) fn time_text(time: Timestamp) -> String {
    format!("{time:.6}")
}

/// The part of a text that is stored when a client may have chosen it.
pub(crate) fn bounded_text(text: &str) -> Cow<'_, str> {
    let end = text.char_indices().nth(MAX_CHARACTERS).map_or(text.len(), |(end, _)| end);
    without_nul(text.get(..end).unwrap_or_default())
}

/// The part of an id that is stored: all of it, unless no resource can have such an id.
pub(crate) fn bounded_id(id: &str) -> Cow<'_, str> {
    without_nul(id.get(..id.floor_char_boundary(MAX_ID_BYTES)).unwrap_or_default())
}

/// PostgreSQL cannot store NUL.
fn without_nul(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { Cow::Owned(text.replace('\0', "\u{fffd}")) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_sort_as_texts() {
        let texts = ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.000001Z", "2026-01-02T03:04:05.5Z"]
            .map(|time| time_text(time.parse().unwrap()));
        assert_eq!(texts[0], "2026-01-02T03:04:05.000000Z");
        assert!(texts.is_sorted());
    }

    #[test]
    fn what_a_client_chose_is_stored_without_nul_and_not_longer_than_an_identifier() {
        assert_eq!(bounded_text("a\0b"), "a\u{fffd}b");
        assert_eq!(bounded_text(&"é".repeat(300)).chars().count(), MAX_CHARACTERS);
    }

    #[test]
    fn an_id_is_stored_whole() {
        let longest = "é".repeat(MAX_ID_BYTES / 2);
        assert_eq!(bounded_id(&longest), longest);
        assert_eq!(bounded_id(&format!("a{longest}")).len(), MAX_ID_BYTES - 1);
        assert_eq!(bounded_id("a\0b"), "a\u{fffd}b");
    }
}
