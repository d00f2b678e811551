//! Deviations from the RFCs that a profile may accept, by name. Their transforms are in `scim-protocol`, each with its test.

/// One deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Leniency {
    /// Values in shapes that the schema does not allow, where the schema says what is meant: `"active": "False"`, a bare
    /// manager id, an array of one ([`scim_protocol::ResourceType::coerce`]).
    ValueShapes,
    /// A PATCH of `emails[type eq "work"].value` makes the element when there is none
    /// ([`scim_protocol::patch::Leniency::create_missing_element`]).
    CreateMissingElement,
}
