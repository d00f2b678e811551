//! What the sign-ins of one instance may cost before its provider has confirmed anybody.
//!
//! Threat: anybody can start a sign-in and come back with an invented code. Each time, the gateway sends the client's secret to the
//! provider and waits for the answer. So only a few requests are handled at once, for each browser and for the instance, and codes
//! that the provider refuses are counted: beyond a rate, nothing is sent. Codes that it accepts are not counted, so people who sign in
//! are never too many, and neither is a provider that cannot be reached anybody's fault.
//!
//! A browser is an address here, because a cookie can be thrown away. None of this takes a place of a SCIM operation; only when the
//! provider has confirmed a person does the account take one, of its own instance.

use crate::admission::{Rate, Rates};
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

/// Requests of one instance that are handled at once. A provider answers in a fraction of a second.
const AT_ONCE: usize = 64;
/// Those of one browser; many people may share one address.
const AT_ONCE_OF_BROWSER: usize = 32;
/// Sign-ins that one browser starts. Each is remembered for ten minutes, and replaces the oldest when there are too many.
const STARTED: Rate = Rate { burst: 300, interval: Duration::from_millis(200) };
/// Codes that the provider refuses.
const REFUSED_OF_BROWSER: Rate = Rate { burst: 20, interval: Duration::from_secs(6) };
const REFUSED: Rate = Rate { burst: 100, interval: Duration::from_secs(1) };
/// How many browsers' rates are remembered, twice; some 100 bytes each.
const CAPACITY: usize = 4096;

/// The gate of one instance. A cheap handle.
#[derive(Debug, Clone)]
pub(super) struct Gate(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    visits: usize,
    visits_by_browser: HashMap<IpAddr, usize>,
    rates: Rates<Counted>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Counted {
    Started(IpAddr),
    RefusedOfBrowser(IpAddr),
    Refused,
}

/// One request that is handled, until the provider's part is over.
#[derive(Debug)]
pub(super) struct Visit {
    gate: Gate,
    browser: IpAddr,
}

/// Why a request is not handled now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum GateError {
    /// Too many at once.
    #[error("too many sign-ins at once")]
    Crowded,
    /// One browser starts too many.
    #[error("this address starts too many sign-ins")]
    Started(Duration),
    /// Too many codes were refused.
    #[error("the provider refused too many codes, of this address or of all")]
    Refused(Duration),
}

impl GateError {
    /// When it is worth trying again.
    pub(super) fn wait(self) -> Duration {
        match self {
            Self::Crowded => Duration::from_secs(2),
            Self::Started(wait) | Self::Refused(wait) => wait,
        }
    }
}

impl Gate {
    pub(super) fn new() -> Self {
        let (visits, visits_by_browser, rates) = (0, HashMap::new(), Rates::new(CAPACITY));
        Self(Arc::new(Mutex::new(State { visits, visits_by_browser, rates })))
    }

    /// Lets a request in.
    pub(super) fn enter(&self, browser: IpAddr) -> Result<Visit, GateError> {
        let mut state = self.state();
        let of_browser = state.visits_by_browser.get(&browser).copied().unwrap_or_default();
        if state.visits >= AT_ONCE || of_browser >= AT_ONCE_OF_BROWSER {
            return Err(GateError::Crowded);
        }
        state.visits += 1;
        state.visits_by_browser.insert(browser, of_browser + 1);
        Ok(Visit { gate: self.clone(), browser })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visit {
    /// Counts a sign-in that starts.
    pub(super) fn start(&self, now: SystemTime) -> Result<(), GateError> {
        let started = [(Counted::Started(self.browser), STARTED)];
        self.gate.state().rates.take_all(&started, since_1970(now)).map_err(GateError::Started)
    }

    /// Counts a code as refused, until [`Self::not_refused`] says otherwise: many may be on their way at once.
    pub(super) fn redeem(&self, now: SystemTime) -> Result<(), GateError> {
        self.gate.state().rates.take_all(&self.refusals(), since_1970(now)).map_err(GateError::Refused)
    }

    /// The provider accepted the code, or did not answer.
    pub(super) fn not_refused(&self, now: SystemTime) {
        let rates = &mut self.gate.state().rates;
        self.refusals().into_iter().for_each(|(counted, rate)| rates.give_back(counted, rate, since_1970(now)));
    }

    fn refusals(&self) -> [(Counted, Rate); 2] {
        [(Counted::RefusedOfBrowser(self.browser), REFUSED_OF_BROWSER), (Counted::Refused, REFUSED)]
    }
}

impl Drop for Visit {
    fn drop(&mut self) {
        let mut state = self.gate.state();
        state.visits -= 1;
        match state.visits_by_browser.get_mut(&self.browser) {
            Some(visits) if *visits > 1 => *visits -= 1,
            _ => drop(state.visits_by_browser.remove(&self.browser)),
        }
    }
}

fn since_1970(time: SystemTime) -> Duration {
    time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::Ipv4Addr;

    fn browser(number: u32) -> IpAddr {
        Ipv4Addr::from_bits(number).into()
    }

    #[test]
    fn one_browser_takes_half_of_the_places_and_all_give_them_back() {
        let gate = Gate::new();
        let visits: Vec<_> = (0..100).map_while(|_| gate.enter(browser(1)).ok()).collect();
        assert_eq!(visits.len(), 32);
        let others: Vec<_> = (2..100).map_while(|number| gate.enter(browser(number)).ok()).collect();
        assert_eq!(others.len(), 32);
        drop((visits, others));
        let state = gate.state();
        assert_eq!((state.visits, state.visits_by_browser.len()), (0, 0));
    }

    #[test]
    fn refused_codes_are_too_many_and_accepted_ones_never_are() {
        let (gate, now) = (Gate::new(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
        let redeemed = |number, refused: bool, now| {
            let visit = gate.enter(browser(number)).expect("a place");
            let redeemed = visit.redeem(now);
            if redeemed.is_ok() && !refused {
                visit.not_refused(now);
            }
            redeemed
        };
        assert!((0..1000).all(|_| redeemed(1, false, now).is_ok()));
        assert_eq!((0..1000).filter(|_| redeemed(1, true, now).is_ok()).count(), 20);
        assert_eq!(redeemed(1, false, now), Err(GateError::Refused(Duration::from_secs(6))));
        assert!(redeemed(2, false, now).is_ok(), "another browser");
        assert_eq!((2..1000).filter(|number| redeemed(*number, true, now).is_ok()).count(), 80, "all together");
        assert!(redeemed(1000, false, now).is_err());
        assert!(redeemed(1, false, now + Duration::from_secs(6)).is_ok());
    }

    #[test]
    fn one_browser_cannot_start_so_many_that_the_others_are_forgotten() {
        let (gate, now) = (Gate::new(), SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000));
        let visit = gate.enter(browser(1)).expect("a place");
        assert_eq!((0..10_000).filter(|_| visit.start(now).is_ok()).count(), 300);
        assert!(gate.enter(browser(2)).expect("a place").start(now).is_ok());
    }
}
