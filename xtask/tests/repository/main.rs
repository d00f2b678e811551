//! What the repository promises: its README's commands work, and a gateway that is built alone is the one that the tests run.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "these are tests")]

mod features;
mod readme;
