//! The identity providers' profiles: what each really sends where the RFCs say something else, as named transforms.
//!
//! Protocol code reads exact SCIM. Whatever a client does differently is put right here, before it, on parsed JSON and by the
//! schemas of the resource type: [`Reading`] finds each deviation, and the client's [`Profile`] says whether it is put right,
//! which is counted, or refused with an error that says what the RFC wants. Nothing downstream asks which client it was; what a
//! client prefers is a field of its profile. The README beside this file lists every behaviour and the test that shows it.

mod leniencies;
mod leniency;
mod profile;
mod reading;
mod requests;

pub use leniency::Leniency;
pub use profile::{Client, Hints, Profile, UnknownClient};
pub use reading::Reading;

#[cfg(test)]
mod tests;
