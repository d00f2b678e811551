//! Deviations from the RFCs that a profile may accept, by name.

/// Declares each leniency once: its name, what it does and where the behaviour is known from.
macro_rules! leniencies {
    ($($(#[$doc:meta])* $case:ident = $name:literal, $does:literal, $source:literal;)+) => {
        /// One deviation.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Leniency {
            $($(#[$doc])* #[doc = $does] $case,)+
        }

        impl Leniency {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$case),+];

            /// The name in metrics, logs and `scim-gateway profiles`; it never changes.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$case => $name,)+ }
            }

            /// What it does, in one sentence.
            #[must_use]
            pub const fn does(self) -> &'static str {
                match self { $(Self::$case => $does,)+ }
            }

            /// Who sends such a thing, and what the RFC says instead.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(Self::$case => $source,)+ }
            }
        }
    };
}

leniencies! {
    BooleansAsText = "booleans-as-text",
        "`\"True\"` and `\"false\"` are booleans where the schema says boolean: in values, in filters and in PATCH paths.",
        "Entra ID sends `\"active\": \"False\"` and `roles[primary eq \"True\"]` (its SCIM compatibility page); RFC 7643 §2.3.2";
    BareValues = "bare-values",
        "A bare value is the `value` of the complex attribute that it stands for: `\"manager\": \"42\"`, `\"roles\": [\"admin\"]`.",
        "Entra ID sends managers so (its SCIM compatibility page); RFC 7643 §2.3.8";
    ArrayOfOne = "array-of-one",
        "An array of one is its element where the attribute has a single value: `\"manager\": [{\"value\": \"42\"}]`.",
        "Entra ID sends references so; RFC 7643 §2.2";
    OneForArray = "one-for-array",
        "One value is an array of it where the attribute is multi-valued: `\"roles\": {\"value\": \"admin\"}`.",
        "Entra ID's expressions produce single values; RFC 7643 §2.4";
    EmptyReferences = "empty-references",
        "`\"\"` as a reference, or as its `value`, is no reference: the manager is removed.",
        "Entra ID removes a manager so; RFC 7643 §2.5 has null for it";
    JsonInText = "json-in-text",
        "An element whose `value` is an object written as text is that object: `{\"value\": \"{\\\"value\\\":\\\"admin\\\",…}\"}`.",
        "Entra ID's function AppRoleAssignmentsComplex (its expression reference); RFC 7643 §2.3.8";
    UnknownSchemas = "unknown-schemas",
        "URNs in `schemas` that the resource type does not have are ignored.",
        "Entra ID names an ADSCIM schema in groups, Google one of SCIM 1.0; RFC 7643 §3";
    SchemasIncomplete = "schemas-incomplete",
        "`schemas` may be absent, or lack the URN of an extension that the body uses.",
        "Entra ID leaves custom extensions out; RFC 7643 §3, RFC 7644 §3.5.2";
    OperationsInAnyCase = "operations-in-any-case",
        "The name of a PATCH operation in any case: `\"op\": \"Replace\"`.",
        "Entra ID capitalises them (its SCIM compatibility page); RFC 7644 §3.5.2 has add, remove and replace";
    DottedKeys = "dotted-keys",
        "Keys that are paths, in a PATCH value without a path: `\"name.givenName\"`, `\"urn:…:User:department\"`.",
        "Entra ID with aadOptscim062020 (its SCIM compatibility page); RFC 7644 §3.5.2.3 has attributes there";
    ReadOnlyInPatch = "read-only-in-patch",
        "Read-only attributes in a PATCH value without a path are ignored.",
        "Okta sends the group's `id` with each change (its SCIM reference); RFC 7644 §3.5.2: 400 mutability";
    ListedRemoval = "listed-removal",
        "`remove` with a list removes the listed elements only, where the RFC knows no list and all would go.",
        "Entra ID removes members so (its SCIM compatibility page); RFC 7644 §3.5.2.2";
    MissingElements = "missing-elements",
        "A PATCH of `emails[type eq \"work\"].value` makes the element when there is none. Counted for each such path.",
        "Entra ID writes all multi-valued attributes so; RFC 7644 §3.5.2.3: 400 noTarget";
    UnsupportedAttributes = "unsupported-attributes",
        "A PATCH path to an attribute that RFC 7643 defines and the app does not have is ignored.",
        "Entra ID's default attribute mapping names them; RFC 7644 §3.12: 400 invalidPath";
    ValuePathsInFilters = "value-paths-in-filters",
        "A sub-attribute may follow a value path in a filter: `emails[type eq \"work\"].value eq \"a@b.example\"`.",
        "Entra ID, where the matching attribute is an e-mail address; RFC 7644 figure 1 ends a value path at its bracket";
}

impl std::fmt::Display for Leniency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
