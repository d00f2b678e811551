//! A resource as the app and the store hold it: how it is read, how it is shown, and what its version is.

mod current;
mod groups;
mod members;
mod present;
mod read;
pub(super) mod times;
mod version;

pub(super) use current::Current;
pub(super) use groups::add_groups;
pub(super) use present::{present, shown, whole};
pub(super) use read::{kept_by_rules, mapped, mapped_page, resolve};
pub(super) use version::allow_change;
