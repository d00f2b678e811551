//! What a process holds in memory.

use serde::Serialize;
use std::fmt;

/// Kibibytes, as Linux counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Kibibytes(pub u64);

impl fmt::Display for Kibibytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kB", self.0)
    }
}

/// What is shown of a figure that the system may not have.
pub(super) fn shown(memory: Option<Kibibytes>) -> String {
    memory.map_or_else(|| "unknown".to_owned(), |memory| memory.to_string())
}

/// The resident memory of a process; `None` where the system has no `/proc`.
pub fn resident(process: u32) -> Option<Kibibytes> {
    crate::memory::resident(process).map(Kibibytes)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_something() {
        assert!(resident(std::process::id()).is_some_and(|memory| memory.0 > 1000));
    }
}
