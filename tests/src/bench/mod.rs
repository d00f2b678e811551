//! Measurements of the whole system: the real gateway over sockets, before the simulators. What runs beside them on the machine
//! changes the numbers, and so do the simulators, which share it; ratios change less. Only [`parts`] measures without a gateway. Each
//! answers its figures as data; nothing here judges them.

pub mod durability;
pub mod isolation;
pub mod lists;
pub mod memory;
pub mod parts;
pub mod reload;
pub mod start;
pub mod throughput;
