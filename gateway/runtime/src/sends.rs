//! Calls to the app that were bound to fail.

/// Calls beyond the budget, or without an app, that are answered before the connector is stopped.
const PATIENCE: u32 = 10;

/// How often a connector called the app although it had been told that it cannot.
#[derive(Debug, Default)]
pub(crate) struct FutileSends(u32);

/// A connector kept calling the app after it had been told that it cannot.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("the connector kept calling the app after its calls were refused")]
pub(crate) struct EndlessSends {
    pub(crate) budget: u32,
}

impl FutileSends {
    /// Counts one more. `budget` is the number of calls that the operation had.
    pub(crate) fn count(&mut self, budget: u32) -> Result<(), EndlessSends> {
        self.0 += 1;
        if self.0 > PATIENCE { Err(EndlessSends { budget }) } else { Ok(()) }
    }
}
