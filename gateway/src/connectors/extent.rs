//! How many values a JSON text holds, before it is parsed.
//!
//! Threat: two bytes of text (`0,`) become a value of some 72 bytes, so the 16 MiB that a connector may pass in one call would
//! become more than half a gigabyte of the host's memory, where its own memory limit does not reach.

/// Values of one answer: a group of 100,000 members, each with id and name, fits.
pub(super) const MOST_VALUES: usize = 400_000;

/// The values that are left of one answer.
#[derive(Debug)]
pub(super) struct Extent(usize);

impl Extent {
    /// All of [`MOST_VALUES`].
    pub(super) fn new() -> Self {
        Self(MOST_VALUES)
    }

    /// Takes the values of a text; `false` if it holds more than are left.
    pub(super) fn take(&mut self, json: &str) -> bool {
        self.0.checked_sub(values(json)).map(|left| self.0 = left).is_some()
    }
}

/// Every value but the first of a list or an object follows a comma, and the first an opening. What stands in strings does not
/// count; what is not JSON is counted somehow and refused by the parser.
fn values(json: &str) -> usize {
    let (mut count, mut quoted, mut escaped) = (1, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = quoted,
            b'"' => quoted = !quoted,
            b',' | b'[' | b'{' if !quoted => count += 1,
            _ => {}
        }
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_counted_and_strings_are_not_looked_into() {
        for (json, expected) in
            [("1", 1), ("[1,2,3]", 4), (r#"{"a":1,"b":[true]}"#, 4), (r#"{"a":"[1,2,3]","b":"\",,,\\"}"#, 3)]
        {
            assert_eq!(values(json), expected, "{json}");
        }
    }

    #[test]
    fn an_answer_has_so_many_values_in_all_its_texts_together() {
        let mut extent = Extent::new();
        let half = format!("[{}0]", "0,".repeat(MOST_VALUES / 2));
        assert!(extent.take(&half));
        assert!(!extent.take(&half));
    }
}
