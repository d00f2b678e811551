//! How many values a JSON text contains, counted before it is parsed.
//!
//! Threat: two bytes of text (`0,`) become a value of about 72 bytes. The 16 MiB that a connector may pass in one call would take
//! more than half a gigabyte of the host's memory, outside the connector's own memory limit; so would a client's body if the
//! operator has raised `max-body-bytes`. The parser limits the depth of nesting to 127.

/// Values of one body or one answer: enough for a group of 100,000 members with id and name.
pub const MAX_VALUES: usize = 400_000;

/// How many values one body or one answer may still contain.
#[derive(Debug)]
pub struct ValueBudget(usize);

impl Default for ValueBudget {
    fn default() -> Self {
        Self::new()
    }
}

impl ValueBudget {
    /// All of [`MAX_VALUES`].
    #[must_use]
    pub fn new() -> Self {
        Self::of(MAX_VALUES)
    }

    /// A number of values.
    #[must_use]
    pub const fn of(values: usize) -> Self {
        Self(values)
    }

    /// Takes the values of a text; `false` if it contains more than are left.
    pub fn take(&mut self, json: &[u8]) -> bool {
        self.0.checked_sub(values(json)).map(|left| self.0 = left).is_some()
    }
}

/// Every value follows a comma or an opening bracket, except the outermost. The contents of strings do not count; a text that is
/// not JSON gets some count and is refused by the parser.
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
    fn values_are_counted_and_the_contents_of_strings_are_not() {
        for (json, expected) in
            [("1", 1), ("[1,2,3]", 4), (r#"{"a":1,"b":[true]}"#, 4), (r#"{"a":"[1,2,3]","b":"\",,,\\"}"#, 3)]
        {
            assert_eq!(values(json.as_bytes()), expected, "{json}");
        }
    }

    #[test]
    fn all_texts_of_an_answer_share_one_budget() {
        let mut budget = ValueBudget::new();
        let half = format!("[{}0]", "0,".repeat(MAX_VALUES / 2));
        assert!(budget.take(half.as_bytes()));
        assert!(!budget.take(half.as_bytes()));
    }
}
