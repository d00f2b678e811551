//! Values that the gateway keeps because the app has no such field, or might not return them as the client wrote them.

use serde_json::Value;

/// One kept value of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The slot's canonical text.
    pub slot: String,
    /// The client's value.
    pub value: Value,
    /// What the rule's field in the app was when the value was stored: as long as it still is, the client's value is
    /// answered. `None` when the rule names no field, or the field had no value.
    pub app: Option<Value>,
}

/// What becomes of a kept value.
#[derive(Debug, Clone, PartialEq)]
pub enum KeptValue {
    /// The client wrote it.
    Set(Value),
    /// The client removed it.
    Clear,
}

/// A change of one kept value.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptChange {
    /// The slot's canonical text.
    pub slot: String,
    /// What becomes of it.
    pub value: KeptValue,
    /// What the app's field will be, as it was sent; see [`TypeMapping::settle`].
    pub app: Option<Value>,
}
