//! The settings of an instance.

use crate::{Host, Value};
use std::fmt;

/// The instance's settings, as the descriptor declares them.
#[derive(Clone, Copy)]
pub struct Settings<'h> {
    pub(crate) host: &'h dyn Host,
}

impl fmt::Debug for Settings<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Settings")
    }
}

impl Settings<'_> {
    /// The value, or the declared default; `None` if there is neither.
    #[must_use]
    pub fn get(self, name: &str) -> Option<Value> {
        self.host.setting(name).and_then(|json| serde_json::from_str(&json).ok())
    }

    /// The value of a string setting.
    #[must_use]
    pub fn text(self, name: &str) -> Option<String> {
        match self.get(name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    /// The value of an integer setting.
    #[must_use]
    pub fn integer(self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| value.as_i64())
    }

    /// The value of a boolean setting; false if it is not set.
    #[must_use]
    pub fn flag(self, name: &str) -> bool {
        self.get(name) == Some(Value::Bool(true))
    }
}
