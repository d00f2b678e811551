//! What a process holds in memory.

use serde::Serialize;

/// Kibibytes, as Linux counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Kibibytes(pub u64);

/// The resident memory of a process; `None` where the system has no `/proc`.
pub fn resident(process: u32) -> Option<Kibibytes> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok().map(Kibibytes)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_something() {
        assert!(resident(std::process::id()).is_some_and(|memory| memory.0 > 1000));
    }
}
