//! Text files that people edit. Some editors begin them with a byte order mark, which is no part of the text.

use std::io;
use std::path::Path;

const BYTE_ORDER_MARK: char = '\u{feff}';

/// Reads a file, without the byte order mark that it may begin with.
///
/// # Errors
/// As [`std::fs::read_to_string`].
pub fn read_text(file: &Path) -> io::Result<String> {
    std::fs::read_to_string(file).map(|text| without_mark(&text).to_owned())
}

/// The text without a byte order mark.
pub(super) fn without_mark(text: &str) -> &str {
    text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text)
}
