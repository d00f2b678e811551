//! One operation seen from inside, for developers of mappings and connectors.

mod secret;
mod step;
#[expect(clippy::module_inception, reason = "the folder is about one type")]
mod trace;

pub use secret::{LEFT_OUT, is_secret, without_secrets};
pub use step::Step;
pub use trace::Trace;
