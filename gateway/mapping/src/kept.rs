//! Values that the gateway keeps because the app has no such field, or might not return them as the client wrote them.

use serde_json::Value;

/// One kept value of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// The slot's canonical text.
    pub slot: String,
    /// The value as the client wrote it.
    pub value: Value,
    /// The app's field when the value was stored: as long as the field is unchanged, the client's value is returned. `None` if
    /// the rule has no field or the field had no value.
    pub app: Option<Value>,
    /// Whether it must be stored even if the app holds the same value: only that it is stored says that the field has it from
    /// this attribute.
    pub is_source: bool,
}

/// The new state of a kept value.
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
    /// Its new state.
    pub value: KeptValue,
    /// The value sent to the app's field; see [`crate::TypeMapping::settle`].
    pub app: Option<Value>,
    /// As [`Kept::is_source`].
    pub is_source: bool,
}
