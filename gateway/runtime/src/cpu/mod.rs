//! Processor time: the budget of an operation, checked at every tick, and the share of an instance.
//!
//! At a tick ([`super::ticks`]), running code stops at its next loop or call. It then yields, so that no connector keeps a worker
//! thread to itself, and it is stopped for good once its budget is used up. The charge is the processor time of its thread since
//! it last began to run, so neither waiting nor a busy machine costs it anything. Computation before a wait is charged when the
//! wait begins; otherwise a connector that often waits briefly would compute for free.
//!
//! Yielding alone is not fair: thirty spinning operations of one instance take thirty ticks between two turns of another's. An
//! instance therefore computes on at most half of the processors at a time. Operations that have computed for a while (which few
//! honest ones do) take turns, across all instances, on half of the processors, and rest for as long as they have computed. In the
//! long run, any number of hostile connectors take a quarter of the machine. An operation that waits for its app, the store or a
//! clock gives up its slot.

mod budget;
mod share;
mod thread_time;

pub(crate) use budget::CpuBudget;
pub(crate) use share::{CpuShare, HeavyLane};
