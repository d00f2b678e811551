//! Properties that hold for every input: filters survive printing and match what a naive model matches, PATCH does what
//! a naive model does, and nothing panics.

mod filters;
mod garbled;
mod patches;
mod robustness;
mod sequences;

use naive_patch as naive;
