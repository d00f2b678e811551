//! How many files and sockets the process may have open, and how many of them clients may use.
//!
//! Threat: clients that open connections until the gateway can neither reach an app nor open its database. So the number of
//! connections follows from the system's limit, and at least half of that limit is never the clients'.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What the gateway itself opens: the database, the log, watched files, the files of a reload, and the listener for `/metrics`.
const OWN: u64 = 128;
/// More connections cost memory and help nobody: identity providers send a few requests at a time.
const MOST: u64 = 4096;
/// With fewer, a gateway cannot serve the few clients that it has.
const FEWEST: u64 = 16;
/// Below this limit, the gateway warns.
const SPARSE: u64 = 1024;

/// The process's limit on open files (`RLIMIT_NOFILE`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Descriptors {
    /// The limit that is in force.
    limit: u64,
    /// The limit with which the process started.
    before: u64,
}

impl Descriptors {
    /// Raises the soft limit to the hard limit. Most systems start a process with a soft limit of 1024, for programs that use `select`;
    /// this one does not.
    #[must_use]
    pub fn raise() -> Self {
        let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
        // Where the system refuses, as macOS does for an unlimited number, the limit stays as it was.
        let raised = setrlimit(Resource::Nofile, Rlimit { current: maximum, maximum });
        if let Err(error) = raised {
            tracing::warn!(target: "scim_gateway::server", %error, "the limit on open files cannot be raised");
        }
        let unlimited = u64::MAX;
        Self { limit: getrlimit(Resource::Nofile).current.unwrap_or(unlimited), before: current.unwrap_or(unlimited) }
    }

    /// How many connections clients may have open at once: half of what the gateway does not need for itself. The other half is
    /// for connections to apps and OpenID providers.
    #[must_use]
    pub fn connections(self) -> usize {
        let connections = (self.limit.saturating_sub(OWN) / 2).clamp(FEWEST, MOST);
        usize::try_from(connections).unwrap_or(usize::MAX)
    }

    /// Says the numbers in the log.
    pub fn log(self) {
        let (limit, raised_from, connections) = (self.limit, self.before, self.connections());
        let reserve = limit.saturating_sub(connections as u64);
        tracing::info!(
            target: "scim_gateway::server", limit, raised_from, connections, reserve,
            "open files: the limit, the clients' connections, and the reserve for apps and the database"
        );
        if limit < SPARSE {
            tracing::warn!(
                target: "scim_gateway::server", limit,
                "few open files are allowed: raise the limit to {SPARSE} or more (LimitNOFILE= in systemd, ulimit -n in a shell)"
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_get_at_most_half_of_what_is_left_and_never_none() {
        for (limit, connections) in
            [(u64::MAX, 4096), (20_000, 4096), (1024, 448), (256, 64), (160, 16), (128, 16), (3, 16)]
        {
            assert_eq!(Descriptors { limit, before: limit }.connections(), connections, "{limit}");
        }
    }

    #[test]
    fn the_limit_is_as_high_as_the_system_allows() {
        let raised = Descriptors::raise();
        assert!(raised.before <= raised.limit, "{raised:?}");
        assert_eq!(Descriptors::raise(), Descriptors { before: raised.limit, ..raised });
    }
}
