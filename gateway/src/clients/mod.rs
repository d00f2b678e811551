//! The profiles of identity providers: how each of them deviates from the RFCs, as named transforms.
//!
//! Protocol code accepts only exact SCIM. Deviations of clients are corrected here first, on parsed JSON and according to the schemas
//! of the resource type: [`Reading`] finds each deviation, and the client's [`Profile`] decides whether it is corrected (and
//! counted) or refused with an error that says what the RFC requires. Nothing downstream depends on which client it was; a client's
//! preferences are fields of its profile. The README in this folder lists every behaviour and the test that covers it.

mod leniencies;
mod leniency;
mod paths;
mod profile;
mod reading;
mod requests;

pub use leniency::Leniency;
pub use profile::{Client, Hints, Profile, UnknownClient};
pub use reading::Reading;

#[cfg(test)]
mod tests;
