//! How many refused tokens are answered one by one, for each address and instance.
//!
//! Threat: a client with a wrong token, or somebody who tries tokens, does not stop; each attempt costs a comparison with every token
//! and a line in the log. So the first failures are answered 401, and beyond a rate only every few seconds; those between are
//! answered 429 with Retry-After and not logged one by one.
//!
//! Nothing here concerns a right token: it is admitted at once, whatever was refused before it. Many tenants' clients may share
//! one address, behind a proxy or NAT, and one of them must not lock out the others. Guessing needs no limit of its own: a token
//! of `scim-gateway token new` has 256 random bits.
//!
//! The name in the URL counts as the client wrote it, whether there is such an instance or not: the limit tells nobody which names
//! exist. Who tries many names meets the limit of the address.

use super::rate::{Rate, Rates};
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher as _;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// An administrator who mistypes a token tries a few times; a provider's test makes several requests.
const OF_INSTANCE: Rate = Rate { burst: 20, interval: Duration::from_secs(3) };
/// Ten instances of one address may fail at once.
const OF_ADDRESS: Rate = Rate { burst: 200, interval: Duration::from_millis(300) };
/// How many addresses and names are remembered, twice; some 100 bytes each. What is forgotten starts again.
const CAPACITY: usize = 8192;

/// Counts refused tokens.
#[derive(Debug)]
pub struct TokenFailures {
    /// Names are hashed: a client may send long ones.
    hasher: RandomState,
    since: Instant,
    rates: Mutex<Rates<Key>>,
}

/// What becomes of a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It is one of a few.
    Rare,
    /// It is still answered as such, but no further one would be now.
    Last,
    /// The client should wait for this long.
    TooMany(Duration),
}

/// The name in the URL of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NameInUrl(u64);

/// An address, and one name or all.
type Key = (IpAddr, Option<NameInUrl>);

impl TokenFailures {
    /// None so far.
    #[must_use]
    pub fn new(now: Instant) -> Self {
        Self { hasher: RandomState::new(), since: now, rates: Mutex::new(Rates::new(CAPACITY)) }
    }

    /// A name, decoded as far as the URL encodes it.
    pub fn name(&self, text: &str) -> NameInUrl {
        NameInUrl(self.hasher.hash_one(text))
    }

    /// Notes a refused token.
    pub fn note(&self, address: IpAddr, name: NameInUrl, now: Instant) -> Failure {
        let now = now.saturating_duration_since(self.since);
        let both = [((address, Some(name)), OF_INSTANCE), ((address, None), OF_ADDRESS)];
        let mut rates = self.rates.lock().unwrap_or_else(PoisonError::into_inner);
        match rates.take_all(&both, now) {
            Err(wait) => Failure::TooMany(wait),
            Ok(()) if rates.wait_for_all(&both, now).is_some() => Failure::Last,
            Ok(()) => Failure::Rare,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    const HERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
    const ELSEWHERE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

    fn at_start() -> (TokenFailures, Instant) {
        let now = Instant::now();
        (TokenFailures::new(now), now)
    }

    /// How many of this many failures are answered one by one.
    fn answered(failures: &TokenFailures, address: IpAddr, name: &str, count: usize, now: Instant) -> usize {
        let name = failures.name(name);
        (0..count).filter(|_| !matches!(failures.note(address, name, now), Failure::TooMany(_))).count()
    }

    #[test]
    fn beyond_a_rate_the_failures_of_one_address_and_instance_are_told_to_wait() {
        let (failures, start) = at_start();
        assert_eq!(answered(&failures, HERE, "acme", 200, start), 20);
        let later = start + Duration::from_millis(500);
        assert_eq!(failures.note(HERE, failures.name("acme"), later), Failure::TooMany(Duration::from_millis(2500)));
        assert_eq!(answered(&failures, HERE, "globex", 200, start), 20);
        assert_eq!(answered(&failures, ELSEWHERE, "acme", 200, start), 20);
        let later = start + Duration::from_secs(3);
        assert_eq!(failures.note(HERE, failures.name("acme"), later), Failure::Last);
        assert_eq!(answered(&failures, HERE, "acme", 200, later), 0);
        assert_eq!(answered(&failures, HERE, "acme", 200, start + Duration::from_secs(3600)), 20);
    }

    #[test]
    fn who_tries_many_names_meets_the_limit_of_the_address() {
        let (failures, start) = at_start();
        let all = (0..1000).map(|n| answered(&failures, HERE, &n.to_string(), 1, start)).sum::<usize>();
        assert_eq!(all, 200);
        assert_eq!(answered(&failures, ELSEWHERE, "acme", 1, start), 1);
    }
}
