//! Text of others as it is shown to people.
//!
//! Threat: a client, an app or a connector chooses a text of many megabytes, and it ends in a log line, in a row that is kept for
//! months, or in an error. So whatever writes one of these takes an [`Excerpt`], which is never longer than a person would read. The
//! rest of the text is not even formatted.

use std::fmt::{self, Write as _};

/// What stands at the end of a text that was cut.
const CUT: &str = "…";

/// The beginning of a text, at most [`Excerpt::BYTES`] bytes of it and a mark where it was cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt(String);

impl Excerpt {
    /// The most bytes of a text, unless its writer allows fewer.
    pub const BYTES: usize = 4096;

    /// The beginning of a text.
    pub fn of(text: impl fmt::Display) -> Self {
        Self::within(Self::BYTES, text)
    }

    /// At most `bytes` bytes of a text, and never more than [`Self::BYTES`].
    pub fn within(bytes: usize, text: impl fmt::Display) -> Self {
        let mut cutting = Cutting { text: String::new(), room: bytes.min(Self::BYTES) };
        // The only error is that the room was used up.
        if write!(cutting, "{text}").is_err() {
            cutting.text.push_str(CUT);
        }
        Self(cutting.text)
    }

    /// The excerpt as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The excerpt as text.
    pub fn into_string(self) -> String {
        self.0
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Takes what fits, and then fails, so that nothing more is formatted.
struct Cutting {
    text: String,
    room: usize,
}

impl fmt::Write for Cutting {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let fits = text.floor_char_boundary(self.room);
        self.text.push_str(text.get(..fits).unwrap_or_default());
        self.room -= fits;
        if fits == text.len() {
            return Ok(());
        }
        self.room = 0;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_text_that_fits_is_whole_and_another_is_cut_between_characters() {
        assert_eq!(Excerpt::of("Ada").as_str(), "Ada");
        assert_eq!(Excerpt::within(3, "Ada").as_str(), "Ada");
        assert_eq!(Excerpt::within(3, "aéé").as_str(), "aé…");
        assert_eq!(Excerpt::within(2, "aéé").as_str(), "a…");
        assert_eq!(Excerpt::within(usize::MAX, "x".repeat(1 << 20)).as_str().len(), Excerpt::BYTES + CUT.len());
    }

    #[test]
    fn what_does_not_fit_is_not_formatted() {
        struct Endless(Cell<u32>);
        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for _ in 0..1_000_000 {
                    self.0.set(self.0.get() + 1);
                    f.write_str("0123456789")?;
                }
                Ok(())
            }
        }
        let endless = Endless(Cell::new(0));
        assert_eq!(Excerpt::within(25, &endless).as_str(), "0123456789012345678901234…");
        assert_eq!(endless.0.get(), 3);
    }
}
