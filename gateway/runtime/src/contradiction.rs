//! What a connector's answer contradicts: the request, itself, or an earlier answer about the same resources.

/// A contradiction in the answers of a connector, in words for its author. Quotes ids and numbers, never a document.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Contradiction {
    /// A page holds more than was asked for.
    #[error("the page has {returned} resources, but at most {limit} were requested")]
    TooMany {
        /// How many it holds.
        returned: usize,
        /// How many were requested, or the page size that the answer itself names.
        limit: u32,
    },
    /// The app's page size is larger than what was asked for.
    #[error("`limit` is {limit}, but it is for an app whose pages are smaller than the {asked} that were requested")]
    LargerPages {
        /// The page size in the answer.
        limit: u32,
        /// The page size in the request.
        asked: u32,
    },
    /// One page has an id twice.
    #[error("the id {id} is on the page twice")]
    Twice {
        /// The id.
        id: String,
    },
    /// There is more than `total` says.
    #[error("`total` is {total}, but there are at least {reached} resources")]
    BeyondTotal {
        /// `total` of the page.
        total: u64,
        /// How many there are up to the end of the page.
        reached: u64,
    },
    /// There is less than `total` says.
    #[error(
        "`total` is {total} and `more` is false, but there are only {reached} resources; if the app's number counts others, \
         leave `total` out"
    )]
    EndsEarly {
        /// `total` of the last page.
        total: u64,
        /// How many there are up to the end of the page.
        reached: u64,
    },
    /// A page is shorter than it can be, and nothing explains it.
    #[error(
        "`total` is {total}, but the page has {returned} resources instead of {expected}; if the app's pages are smaller, set \
         `limit` to their size, and if some resources were omitted, leave `total` out"
    )]
    Short {
        /// `total` of the page.
        total: u64,
        /// How many it holds.
        returned: usize,
        /// How many it must hold.
        expected: u64,
    },
    /// More is announced although all that there are have been returned.
    #[error("`total` is {total}, but `more` is still true behind the first {offset}")]
    GoesOn {
        /// `total` of the page.
        total: u64,
        /// How many resources precede the page.
        offset: u64,
    },
    /// The next page cannot be asked for.
    #[error("`more` is true, but `next` is missing, without which nobody can request the next page")]
    NoNext,
    /// A page names one that has been before as the next one.
    #[error("`next` names a page that has been returned before")]
    Circle,
    /// A resource has been on an earlier page of the same list.
    #[error("the id {id} was on an earlier page of the same list; the app repeats a page, or was changed meanwhile")]
    Again {
        /// The id.
        id: String,
    },
    /// The answer is about another resource.
    #[error("{kind} {asked} was requested, but the answer is {kind} {answered}")]
    OtherId {
        /// The resource type.
        kind: String,
        /// The id in the request.
        asked: String,
        /// The id in the answer.
        answered: String,
    },
    /// A resource was asked for, and the answer does not contain it.
    #[error("{kind} {id} was requested, but the answer has no `document`")]
    NoDocument {
        /// The resource type.
        kind: String,
        /// The id.
        id: String,
    },
    /// The document has no fields.
    #[error("the `document` of {kind} {id} is empty; if the app did not return it, leave it out")]
    EmptyDocument {
        /// The resource type.
        kind: String,
        /// The id.
        id: String,
    },
    /// A resource lacks what each resource of its type has.
    #[error("{kind} {id} has no {attribute}, which is required: the app's field {field} is missing or empty")]
    Nameless {
        /// The resource type.
        kind: String,
        /// The id.
        id: String,
        /// The SCIM attribute.
        attribute: String,
        /// The app's field, as the mapping writes it.
        field: String,
    },
    /// Several resources share what only one can have.
    #[error("{kind}s {} have the same {attribute}, which must be unique", ids.join(" and "))]
    NotUnique {
        /// The resource type.
        kind: String,
        /// The SCIM attribute.
        attribute: String,
        /// The first two ids.
        ids: Vec<String>,
    },
}
