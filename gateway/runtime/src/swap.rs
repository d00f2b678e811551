//! Whether the system may write this process's memory to a swap device.
//!
//! Threat: between two operations, the pool clears the pages that the kernel lists as present and written. A page that was swapped
//! out is not present, so it is not cleared, and the next operation in its slot, another tenant's perhaps, reads what the last one
//! left there. So memory is kept from one operation to the next only where nothing is swapped; elsewhere it is given back as a whole.

use std::fs;
use std::path::Path;

/// Whether memory may be swapped out, and how that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Swapping {
    /// There is no swap device.
    NoDevice,
    /// The control group of this process may not swap.
    Denied,
    /// There is a device.
    Possible,
    /// The system does not tell.
    Unknown,
}

impl Swapping {
    /// As it is now. A device that is added later is not noticed.
    pub(crate) fn of_this_process() -> Self {
        let group = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
        let limit = limit_file(&group).and_then(|file| fs::read_to_string(Path::new("/sys/fs/cgroup").join(file)).ok());
        Self::judged(fs::read_to_string("/proc/swaps").ok().as_deref(), limit.as_deref())
    }

    pub(crate) const fn is_impossible(self) -> bool {
        matches!(self, Self::NoDevice | Self::Denied)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::NoDevice => "there is no swap device",
            Self::Denied => "this process may not use swap devices",
            Self::Possible => "there is a swap device",
            Self::Unknown => "it is unknown whether there is a swap device",
        }
    }

    /// From the list of devices, which begins with a line of headings, and the limit of the control group in bytes.
    fn judged(devices: Option<&str>, limit: Option<&str>) -> Self {
        match (devices.map(|devices| devices.lines().skip(1).count()), limit.map(str::trim)) {
            (_, Some("0")) => Self::Denied,
            (Some(0), _) => Self::NoDevice,
            (Some(_), _) => Self::Possible,
            (None, _) => Self::Unknown,
        }
    }
}

/// The file with the limit of a control group (version 2), below the directory of all groups.
fn limit_file(groups: &str) -> Option<String> {
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    Some(Path::new(group).join("memory.swap.max").display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_kept_only_where_it_is_known_that_nothing_is_swapped() {
        let none = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n";
        let one = &format!("{none}/dev/zram0 partition\t8388604\t\t0\t\t100\n");
        for (devices, limit, expected, kept) in [
            (Some(none), None, Swapping::NoDevice, true),
            (Some(none), Some("max\n"), Swapping::NoDevice, true),
            (Some(one), Some("0\n"), Swapping::Denied, true),
            (Some(one), Some("max\n"), Swapping::Possible, false),
            (Some(one), Some("1048576\n"), Swapping::Possible, false),
            (Some(one), None, Swapping::Possible, false),
            (None, None, Swapping::Unknown, false),
        ] {
            let found = Swapping::judged(devices, limit);
            assert_eq!((found, found.is_impossible()), (expected, kept), "{devices:?} {limit:?}");
        }
    }

    #[test]
    fn the_limit_is_that_of_the_own_control_group() {
        let groups = "4:memory:/old\n0::/system.slice/scim-gateway.service\n";
        assert_eq!(limit_file(groups).as_deref(), Some("system.slice/scim-gateway.service/memory.swap.max"));
        assert_eq!(limit_file("4:memory:/old\n"), None);
    }
}
