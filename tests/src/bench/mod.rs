//! Measurements of the whole system. Each is a function that answers its figures as data; nothing here judges them.

pub mod memory;
pub mod reload;
pub mod start;
