//! What the mapping of one operation may cost: steps of work, which its connector works off, too, and bytes of results.
//!
//! A step is about 20 ns of a release build: a node of an expression, a comparison of two scalars, or 16 bytes of text that are
//! read or written. Everything whose cost depends on the client's or the app's data is charged before it is done, so that the
//! budget bounds time and memory, whatever the mapping says and whatever the app answers.

use super::transform::Transforms;
use super::work::{self, Work};
use serde_json::Value;
use std::time::Duration;

/// Steps between two pauses, about a millisecond: other requests wait no longer for the worker.
const STEPS_UNTIL_PAUSE: u64 = 50_000;

/// Steps until they are counted with the connector's work.
const STEPS_UNTIL_SETTLED: u64 = 1_000;

/// The most steps of one expression, which cannot pause: about 20 ms.
pub(super) const STEPS_OF_EXPRESSION: u64 = 1_000_000;

/// Bytes of text that count as one step.
const BYTES_OF_STEP: usize = 16;

/// The cost of a value beside its text, in bytes: a `serde_json::Value` and its place in a list or a map.
const VALUE: usize = 64;

/// What is left of the steps and bytes that the mapping of one operation may use.
///
/// The host makes one for each operation and passes it to every use of the mapping in it, so that it bounds a whole page.
#[derive(Debug)]
pub struct Budget {
    limits: (u64, u64),
    steps: u64,
    bytes: u64,
    /// [`Self::steps`] at which the next pause is due.
    pause_at: u64,
    /// What the connector has used is taken from the steps, too, and what the mapping uses is charged to the connector.
    work: Work,
    /// [`Self::steps`] when both were last compared, and all the work until then, in steps.
    settled: (u64, u64),
}

/// What was used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Spent {
    /// The steps of the operation.
    #[error("mapping this request, and what its connector computes, takes more than {0} steps")]
    Steps(u64),
    /// The bytes of the operation.
    #[error("mapping this request makes more than {0} bytes")]
    Bytes(u64),
    /// The steps of one expression.
    #[error("one value takes more than {0} steps")]
    Expression(u64),
}

impl Default for Budget {
    /// 20 million steps are about half a second; a page of 1,000 users and 40 rules takes about 500,000. 64 MiB is what the
    /// connector itself may use by default.
    fn default() -> Self {
        Self::new(20_000_000, 64 << 20)
    }
}

impl Budget {
    /// A budget of steps and of bytes.
    #[must_use]
    pub fn new(steps: u64, bytes: u64) -> Self {
        Self {
            limits: (steps, bytes),
            steps,
            bytes,
            pause_at: steps.saturating_sub(STEPS_UNTIL_PAUSE),
            work: Work::default(),
            settled: (steps, 0),
        }
    }

    /// The budget of an operation, which may take `time` for its mapping and its connector together.
    #[must_use]
    pub fn of_operation(time: Duration, bytes: u64, work: Work) -> Self {
        Self { work, ..Self::new(work::steps(time), bytes) }
    }

    /// The steps and bytes used so far.
    #[must_use]
    pub const fn used(&self) -> (u64, u64) {
        (self.limits.0 - self.steps, self.limits.1 - self.bytes)
    }

    /// The steps that are left.
    pub(super) const fn steps_left(&self) -> u64 {
        self.steps
    }

    /// Charges what was used to the operation, and takes what its connector has used meanwhile.
    pub(super) fn settle(&mut self) {
        let (steps, before) = self.settled;
        let used = steps - self.steps;
        let all = self.work.add_steps(used);
        self.steps = self.steps.saturating_sub(all.saturating_sub(before).saturating_sub(used));
        self.settled = (self.steps, all);
    }

    /// Takes steps; what is left after a failure is nothing.
    pub(super) fn step(&mut self, steps: usize) -> Result<(), Spent> {
        match self.steps.checked_sub(steps as u64) {
            Some(left) => {
                self.steps = left;
                if self.settled.0 - left >= STEPS_UNTIL_SETTLED {
                    self.settle();
                }
                Ok(())
            }
            None => {
                self.steps = 0;
                self.settle();
                Err(Spent::Steps(self.limits.0))
            }
        }
    }

    /// Takes bytes that are about to be allocated, and the steps to fill them.
    pub(super) fn make(&mut self, bytes: usize) -> Result<(), Spent> {
        self.step(steps_of_text(bytes))?;
        match self.bytes.checked_sub(bytes as u64) {
            Some(left) => {
                self.bytes = left;
                Ok(())
            }
            None => {
                self.bytes = 0;
                Err(Spent::Bytes(self.limits.1))
            }
        }
    }

    /// Takes what it costs to read a value from end to end.
    pub(super) fn read(&mut self, value: &Value) -> Result<(), Spent> {
        self.step(steps_of_text(size(value)))
    }

    /// Takes what it costs to copy a value.
    pub(super) fn copy(&mut self, value: &Value) -> Result<(), Spent> {
        self.make(size(value))
    }

    /// Lets other work of the host run if it is time.
    pub(super) async fn pause<T: Transforms>(&mut self, transforms: &mut T) {
        self.settle();
        if self.steps <= self.pause_at {
            self.pause_at = self.steps.saturating_sub(STEPS_UNTIL_PAUSE);
            transforms.pause().await;
        }
    }
}

/// The steps to read or write this many bytes of text; at least one.
pub(super) const fn steps_of_text(bytes: usize) -> usize {
    bytes / BYTES_OF_STEP + 1
}

/// The bytes that a value takes, its parts included.
pub(super) fn size(value: &Value) -> usize {
    let parts: usize = match value {
        Value::String(text) => text.len(),
        Value::Array(elements) => elements.iter().map(size).sum(),
        Value::Object(members) => members.iter().map(|(name, member)| VALUE + name.len() + size(member)).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
    };
    VALUE + parts
}
