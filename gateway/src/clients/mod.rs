//! The identity providers' profiles: what each really sends where the RFCs say something else, as named transforms.
//!
//! Protocol code reads exact SCIM. Whatever a client does differently is put right here, before it, by a
//! [`Leniency`] that its profile lists; nothing downstream asks which client it was.

mod leniency;
mod profile;

pub use leniency::Leniency;
pub use profile::{Client, Hints, Profile, UnknownClient};
