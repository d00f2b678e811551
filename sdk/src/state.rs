//! The state of an instance.

use crate::Host;
use std::fmt;

/// A few small values that survive between operations.
#[derive(Clone, Copy)]
pub struct State<'h> {
    pub(crate) host: &'h dyn Host,
}

impl fmt::Debug for State<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("State")
    }
}

impl State<'_> {
    /// The value stored under a key.
    #[must_use]
    pub fn get(self, key: &str) -> Option<String> {
        self.host.state_get(key)
    }

    /// Stores a value; keys up to 256 bytes, values up to 64 KiB.
    pub fn set(self, key: &str, value: &str) {
        self.host.state_set(key, value);
    }

    /// Deletes a value.
    pub fn delete(self, key: &str) {
        self.host.state_delete(key);
    }
}
