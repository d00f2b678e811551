//! The whole system under test: simulators of the apps that the gateway provisions into, and real databases.

pub mod postgres;
pub mod simulators;
