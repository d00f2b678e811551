//! How many values a JSON text holds, before it is parsed.
//!
//! Threat: two bytes of text (`0,`) become a value of some 72 bytes. The 16 MiB that a connector may pass in one call would
//! become more than half a gigabyte of the host's memory, where its own memory limit does not reach; and so would a client's
//! body where the operator has raised `max-body-bytes`. How deep values nest is bounded by the parser, at 127.

/// Values of one body or one answer: a group of 100,000 members, each with id and name, fits.
pub(crate) const MOST_VALUES: usize = 400_000;

/// The values that are left of one body or one answer.
#[derive(Debug)]
pub(crate) struct Extent(usize);

impl Extent {
    /// All of [`MOST_VALUES`].
    pub(crate) fn new() -> Self {
        Self(MOST_VALUES)
    }

    /// Takes the values of a text; `false` if it holds more than are left.
    pub(crate) fn take(&mut self, json: &[u8]) -> bool {
        self.0.checked_sub(values(json)).map(|left| self.0 = left).is_some()
    }
}

/// Every value but the first of a list or an object follows a comma, and the first an opening. What stands in strings does not
/// count; what is not JSON is counted somehow and refused by the parser.
fn values(json: &[u8]) -> usize {
    let (mut count, mut quoted, mut escaped) = (1, false, false);
    for &byte in json {
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
            assert_eq!(values(json.as_bytes()), expected, "{json}");
        }
    }

    #[test]
    fn an_answer_has_so_many_values_in_all_its_texts_together() {
        let mut extent = Extent::new();
        let half = format!("[{}0]", "0,".repeat(MOST_VALUES / 2));
        assert!(extent.take(half.as_bytes()));
        assert!(!extent.take(half.as_bytes()));
    }
}
