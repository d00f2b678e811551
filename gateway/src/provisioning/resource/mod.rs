//! A resource as the app and the store hold it: how it is read, how it is shown, and what its version is.

mod current;
mod members;
mod present;
mod read;
mod version;

pub(super) use current::Current;
pub(super) use present::{present, shown, whole};
pub(super) use read::{kept, mapped, mapped_page, resolve};
pub(super) use version::allow_change;
