//! A process as the kernel sees it: the processor time it used and the memory it holds.

use crate::memory::resident;
use std::path::PathBuf;
use std::time::Duration;

/// Of `/proc/PID/stat`, in every Linux that there is.
const TICKS_PER_SECOND: f64 = 100.0;

/// A process that runs.
#[derive(Debug, Clone, Copy)]
pub(super) struct Process(pub(super) u32);

impl Process {
    /// User and system time of all its threads so far. Nothing if it is gone.
    pub(super) fn cpu(self) -> Duration {
        let stat = std::fs::read_to_string(self.file("stat")).unwrap_or_default();
        // The second field is the program's name, which may have spaces and parentheses.
        let fields = stat.rsplit_once(')').map(|(_, fields)| fields).unwrap_or_default();
        let ticks: f64 = fields.split_whitespace().skip(11).take(2).filter_map(|field| field.parse::<f64>().ok()).sum();
        Duration::from_secs_f64(ticks / TICKS_PER_SECOND)
    }

    /// Bytes of memory that it holds.
    pub(super) fn resident(self) -> Option<u64> {
        resident(self.0).map(|kibibytes| kibibytes * 1024)
    }

    fn file(self, name: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/{name}", self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_holds_memory_and_uses_time() {
        let this = Process(std::process::id());
        assert!(this.resident().unwrap() > 1 << 20);
        let before = this.cpu();
        let mut sum = 0_u64;
        while this.cpu() == before {
            sum = (0..1_000_000).fold(sum, u64::wrapping_add);
        }
        assert!(this.cpu() > before, "{sum}");
    }
}
