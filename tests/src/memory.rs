//! What a process holds in memory, as Linux tells it; nothing on other systems.

use std::fs;

/// KiB that the process holds now.
pub fn resident(process: u32) -> Option<u64> {
    field(process, "VmRSS:")
}

/// KiB that the process held at most since it began, or since [`forget_peak`].
pub fn peak(process: u32) -> Option<u64> {
    field(process, "VmHWM:")
}

/// Makes what the process holds now its peak. Answers whether that worked: it needs the process to be our own.
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
