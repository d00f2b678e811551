//! How fast an app may be called: the operator's rate limit, and the pauses that the app asks for.
//!
//! Each request is told the time of its turn when it arrives (the generic cell rate algorithm). Requests therefore leave in the
//! order in which they arrived, and none is woken in vain; a request whose turn would come too late takes none. Rate-limiting
//! libraries wake all waiting requests and let them race, and have a clock of their own.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use tokio::time::{Duration, Instant};

/// A rate limit with bursts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests per second in the long run.
    pub per_second: NonZeroU32,
    /// Requests that may be sent at once after a pause.
    pub burst: NonZeroU32,
}

/// One instance's pace.
#[derive(Debug)]
pub(crate) struct Pace {
    rate: Option<Rate>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// When the next request would be sent if there were no bursts.
    next: Instant,
    /// The end of the pause that the app asked for.
    held_until: Instant,
}

impl Pace {
    pub(crate) fn new(rate: Option<Rate>) -> Self {
        let now = Instant::now();
        Self { rate, state: Mutex::new(State { next: now, held_until: now }) }
    }

    /// The time of a request's turn; `None` means now: the runtime's timer has a resolution of a millisecond, and waiting until now
    /// takes one or two.
    ///
    /// # Errors
    /// How long the wait would be, if it ended after `latest`. The request then takes no turn.
    pub(crate) fn turn(&self, latest: Instant) -> Result<Option<Instant>, Duration> {
        let now = Instant::now();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let interval = self.rate.map_or(Duration::ZERO, |rate| Duration::from_secs(1) / rate.per_second.get());
        let ahead = self.rate.map_or(Duration::ZERO, |rate| interval * (rate.burst.get() - 1));
        let next = state.next.max(now);
        let turn = next.checked_sub(ahead).unwrap_or(now).max(now).max(state.held_until);
        if turn > now && turn >= latest {
            return Err(turn - now);
        }
        state.next = next.max(turn) + interval;
        Ok((turn > now).then_some(turn))
    }

    /// The app asked for a pause. One that is too long for operations to wait is not kept here but passed on to clients: apps limit
    /// different things separately, so the next request may be accepted.
    pub(crate) fn hold(&self, wait: Duration) {
        const LONGEST: Duration = Duration::from_secs(10);
        if wait <= LONGEST {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            state.held_until = state.held_until.max(Instant::now() + wait);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(per_second: u32, burst: u32) -> Option<Rate> {
        Some(Rate { per_second: per_second.try_into().unwrap(), burst: burst.try_into().unwrap() })
    }

    /// Milliseconds from `now` to each turn.
    fn turns(pace: &Pace, now: Instant, count: usize) -> Vec<u128> {
        let far = now + Duration::from_secs(60);
        let wait = |turn: Option<Instant>| turn.map_or(0, |turn| (turn - now).as_millis());
        (0..count).map(|_| wait(pace.turn(far).unwrap())).collect()
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_burst_requests_leave_one_by_one_and_a_pause_gives_the_burst_back() {
        let (pace, now) = (Pace::new(rate(10, 3)), Instant::now());
        assert_eq!(turns(&pace, now, 6), [0, 0, 0, 100, 200, 300]);
        tokio::time::advance(Duration::from_secs(5)).await;
        assert_eq!(turns(&pace, Instant::now(), 4), [0, 0, 0, 100]);
        assert_eq!(turns(&Pace::new(None), Instant::now(), 3), [0, 0, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn a_turn_that_comes_too_late_is_not_taken() {
        let (pace, now) = (Pace::new(rate(1, 1)), Instant::now());
        let latest = now + Duration::from_millis(1500);
        assert_eq!(pace.turn(latest), Ok(None));
        assert_eq!(pace.turn(latest), Ok(Some(now + Duration::from_secs(1))));
        for _ in 0..3 {
            assert_eq!(pace.turn(latest), Err(Duration::from_secs(2)));
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pause_that_the_app_asks_for_applies_to_every_request() {
        let (pace, now) = (Pace::new(None), Instant::now());
        pace.hold(Duration::from_secs(3));
        pace.hold(Duration::from_secs(1));
        assert_eq!(turns(&pace, now, 2), [3000, 3000]);
        assert_eq!(pace.turn(now + Duration::from_secs(2)), Err(Duration::from_secs(3)));
        pace.hold(Duration::from_secs(11));
        pace.hold(Duration::MAX);
        assert_eq!(turns(&pace, now, 1), [3000], "no operation waits that long");
    }

    #[tokio::test(start_paused = true)]
    async fn after_a_pause_the_rate_is_kept() {
        let (pace, now) = (Pace::new(rate(10, 2)), Instant::now());
        pace.hold(Duration::from_secs(3));
        assert_eq!(turns(&pace, now, 4), [3000, 3000, 3100, 3200]);
    }
}
