//! The named deviations from the RFCs that a profile may accept.

/// Declares each leniency once: its name, what it does and the source that describes the behaviour.
macro_rules! leniencies {
    ($($(#[$doc:meta])* $case:ident = $name:literal, $does:literal, $source:literal;)+) => {
        /// A deviation from the RFCs that a profile may accept.
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

            /// Which client needs it, and what the RFC says instead.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(Self::$case => $source,)+ }
            }
        }
    };
}

leniencies! {
    BooleansAsText = "booleans-as-text",
        "`\"True\"` and `\"false\"` are accepted as booleans if the schema says boolean: in values, filters and PATCH paths.",
        "Entra ID sends `\"active\": \"False\"` and `roles[primary eq \"True\"]` (its SCIM compatibility page); RFC 7643 §2.3.2";
    BareValues = "bare-values",
        "A bare value is accepted as the `value` of a complex attribute: `\"manager\": \"42\"`, `\"roles\": [\"admin\"]`.",
        "Entra ID sends managers this way (its SCIM compatibility page); RFC 7643 §2.3.8";
    ArrayOfOne = "array-of-one",
        "An array with one element is accepted for a single-valued attribute: `\"manager\": [{\"value\": \"42\"}]`.",
        "Entra ID sends references this way; RFC 7643 §2.2";
    OneForArray = "one-for-array",
        "A single value is accepted for a multi-valued attribute: `\"roles\": {\"value\": \"admin\"}`.",
        "Entra ID's expressions produce single values; RFC 7643 §2.4";
    NestedValues = "nested-values",
        "A PATCH value may repeat the attribute that the path names: `{\"members\": […]}` with the path `members`.",
        "Salesforce adds and removes members this way; in RFC 7644 §3.5.2 the value is the attribute's own";
    IdsForValues = "ids-for-values",
        "`id` is accepted in place of `value` in a reference: `\"members\": [{\"id\": \"42\"}]`.",
        "Scripts and gateways that copy users from `GET /Users` into a group; RFC 7643 §2.4 calls it `value`";
    EmptyReferences = "empty-references",
        "`\"\"` as a reference, or as its `value`, removes the reference, such as the manager.",
        "Entra ID removes a manager this way; RFC 7643 §2.5 uses null";
    JsonInText = "json-in-text",
        "An element whose `value` is an object serialized as text is replaced by that object: `{\"value\": \"{\\\"value\\\":\\\"admin\\\",…}\"}`.",
        "Entra ID's function AppRoleAssignmentsComplex (its expression reference); RFC 7643 §2.3.8";
    UnknownSchemas = "unknown-schemas",
        "URNs in `schemas` that the resource type does not have are ignored.",
        "Entra ID lists an ADSCIM schema in groups, Google one of SCIM 1.0; RFC 7643 §3";
    SchemasIncomplete = "schemas-incomplete",
        "`schemas` may be missing, or lack the URN of an extension that the body uses.",
        "Entra ID omits custom extensions; RFC 7643 §3, RFC 7644 §3.5.2";
    OperationsInAnyCase = "operations-in-any-case",
        "The name of a PATCH operation is accepted in any case: `\"op\": \"Replace\"`.",
        "Entra ID capitalises them (its SCIM compatibility page); RFC 7644 §3.5.2 has add, remove and replace";
    DottedKeys = "dotted-keys",
        "Keys that are paths are accepted in a PATCH value without a path: `\"name.givenName\"`, `\"urn:…:User:department\"`.",
        "Entra ID with aadOptscim062020 (its SCIM compatibility page); RFC 7644 §3.5.2.3 allows attribute names only";
    ReadOnlyInPatch = "read-only-in-patch",
        "Read-only attributes in a PATCH value without a path are ignored.",
        "Okta sends the group's `id` with each change (its SCIM reference); RFC 7644 §3.5.2 requires 400 mutability";
    ListedRemoval = "listed-removal",
        "`remove` with a list removes only the listed elements; the RFC has no such list, and all elements would be removed.",
        "Entra ID removes members this way (its SCIM compatibility page); RFC 7644 §3.5.2.2";
    MissingElements = "missing-elements",
        "A PATCH of `emails[type eq \"work\"].value` creates the element if there is none. Counted for each such path.",
        "Entra ID writes all multi-valued attributes this way; RFC 7644 §3.5.2.3 requires 400 noTarget";
    UnsupportedAttributes = "unsupported-attributes",
        "A PATCH path to an attribute that RFC 7643 defines but the app does not support is ignored.",
        "Entra ID's default attribute mapping contains them; RFC 7644 §3.12 requires 400 invalidPath";
    ValuePathsInFilters = "value-paths-in-filters",
        "A sub-attribute may follow a value path in a filter: `emails[type eq \"work\"].value eq \"a@b.example\"`.",
        "Entra ID, if the matching attribute is an e-mail address; in RFC 7644 figure 1 a value path ends at its bracket";
    PathsInAnyCase = "paths-in-any-case",
        "The first segment of a path may be in any case: `/users`, `/serviceproviderconfig`.",
        "Microsoft's collection of test requests sends `/users` and `/groups`; paths are case-sensitive (RFC 3986 §6.2.2.1)";
    OmittedMembers = "omitted-members",
        "A PUT that does not mention `members` keeps them. Counted for each such PUT of a type that has members.",
        "Clients that write half a resource back, such as a group's new name; RFC 7644 §3.5.1 lets a server clear what is omitted";
    WithoutPagination = "without-pagination",
        "`/ServiceProviderConfig` is answered without `pagination`; paging by cursor works all the same.",
        "scim2-models up to 0.6 refuses the whole answer because of an attribute that it does not know; RFC 9865 §4";
}

impl std::fmt::Display for Leniency {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}
