//! Measurements of the whole system: the real gateway over sockets, in front of the simulators. Other work on the machine changes
//! the numbers, and so do the simulators, which share it; ratios change less. Only [`parts`] measures without a gateway. Each
//! measurement returns its figures as data and does not judge them.

pub mod durability;
pub mod isolation;
pub mod lists;
pub mod memory;
pub mod parts;
pub mod reload;
pub mod start;
pub mod throughput;
