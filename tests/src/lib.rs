//! The whole system under test: simulators of the apps that the gateway provisions into.

pub mod simulators;
