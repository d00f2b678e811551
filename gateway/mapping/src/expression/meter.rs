//! Charges an evaluation to the operation's budget, and bounds it by itself, because it cannot pause.

use super::fault::Fault;
use crate::budget::{Budget, STEPS_OF_EXPRESSION, Spent};

/// The budget as one evaluation sees it.
#[derive(Debug)]
pub(super) struct Meter<'b> {
    budget: &'b mut Budget,
    /// The steps that are left when the evaluation has taken all that it may take.
    floor: u64,
}

impl<'b> Meter<'b> {
    pub(super) fn new(budget: &'b mut Budget) -> Self {
        // The connector does not compute during an evaluation, so all that is taken from now on is taken by it.
        budget.settle();
        let floor = budget.steps_left().saturating_sub(STEPS_OF_EXPRESSION);
        Self { budget, floor }
    }

    pub(super) fn step(&mut self, steps: usize) -> Result<(), Fault> {
        self.budget.step(steps)?;
        self.check()
    }

    pub(super) fn make(&mut self, bytes: usize) -> Result<(), Fault> {
        self.budget.make(bytes)?;
        self.check()
    }

    fn check(&self) -> Result<(), Fault> {
        if self.budget.steps_left() < self.floor {
            return Err(Spent::Expression(STEPS_OF_EXPRESSION).into());
        }
        Ok(())
    }
}
