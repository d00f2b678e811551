//! The memory of a process as Linux reports it; `None` on other systems.

use std::fs;

/// The memory of the process now, in KiB.
pub fn resident(process: u32) -> Option<u64> {
    field(process, "VmRSS:")
}

/// The peak memory of the process since its start or [`forget_peak`], in KiB.
pub fn peak(process: u32) -> Option<u64> {
    field(process, "VmHWM:")
}

/// Resets the peak to the present memory. Returns whether that worked, which it does for our own processes only.
pub fn forget_peak(process: u32) -> bool {
    fs::write(format!("/proc/{process}/clear_refs"), "5").is_ok()
}

fn field(process: u32, name: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_held_at_least_what_it_holds() {
        let this = std::process::id();
        let now = resident(this).unwrap();
        assert!(now > 0 && peak(this).unwrap() >= now / 2);
        assert_eq!(resident(u32::MAX), None);
    }
}
