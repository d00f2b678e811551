//! The resource types that the targets work on, and what an input may cost.

pub mod cost;

use std::sync::LazyLock;
use scim_protocol::{Extension, Object, ResourceType};

/// The core `User` with the enterprise extension.
pub static USER: LazyLock<ResourceType> = LazyLock::new(|| ResourceType::user(vec![Extension::enterprise_user()]));

/// The core `Group`.
pub static GROUP: LazyLock<ResourceType> = LazyLock::new(ResourceType::group);

/// A user with something in every kind of attribute.
pub static ALICE: LazyLock<Object> = LazyLock::new(|| {
    let alice = include_str!("alice.json");
    let alice = serde_json::from_str(alice).expect("alice.json is an object");
    USER.normalize(alice).expect("alice.json is understood").resource
});

/// Two parts of an input, at the first NUL.
pub fn halves(data: &[u8]) -> Option<(&str, &str)> {
    let (first, second) = std::str::from_utf8(data).ok()?.split_once('\0')?;
    Some((first, second))
}
