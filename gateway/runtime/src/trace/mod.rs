//! One operation seen from inside, for developers of mappings and connectors.

mod secret;
mod step;
mod steps;

pub use secret::{LEFT_OUT, is_secret, without_secrets};
pub use step::Step;
pub use steps::Trace;
