//! A search, read: which resources, in which order, and which part of them.

use super::super::context::Context;
use super::super::kind::GROUPS;
use super::super::request::SearchText;
use super::limits::{DEFAULT_COUNT, MAX_COUNT};
use super::pages::Window;
use scim_protocol::path::AttributePath;
use scim_protocol::{Error, Filter, Object, ResourceType, Sort};

/// Which resources of one type, and in which order.
#[derive(Debug)]
pub(super) struct Query {
    /// None where all match.
    pub(super) filter: Option<Filter>,
    /// None where the app's order is as good as any.
    pub(super) sort: Option<Sort>,
}

/// Which part of them.
#[derive(Debug)]
pub(super) enum Asked {
    Index(Window),
    /// The cursor is empty for the first page.
    Cursor {
        cursor: String,
        count: u64,
    },
}

impl Query {
    /// For the resource type's own endpoint.
    pub(super) fn of_type(kind: &ResourceType, text: &SearchText) -> Result<Self, Error> {
        let filter = text.filter.as_deref().map(|text| Filter::parse(text)?.check(kind)).transpose()?;
        let sort = Sort::parse(kind, text.sort_by.as_deref(), text.sort_order.as_deref())?;
        Ok(Self { filter: filter.and_then(|filter| filter.narrowed(kind)), sort })
    }

    /// For one resource type among all.
    pub(super) fn among_types(kind: &ResourceType, text: &SearchText) -> Result<Self, Error> {
        let filter = text.filter.as_deref().map(|text| Filter::parse(text)?.check_among(kind)).transpose()?;
        let sort = Sort::parse_among(kind, text.sort_by.as_deref(), text.sort_order.as_deref())?;
        Ok(Self { filter: filter.and_then(|filter| filter.narrowed(kind)), sort })
    }

    /// Whether no resource of the type can match.
    pub(super) fn is_never(&self) -> bool {
        self.filter.as_ref().is_some_and(Filter::is_never)
    }

    /// Whether a whole resource is one of those.
    ///
    /// # Errors
    /// 400 `tooMany` where comparing costs more than one request may.
    pub(super) fn matches(&self, context: &Context<'_>, whole: &Object) -> Result<bool, Error> {
        let Some(filter) = &self.filter else { return Ok(true) };
        filter.matches_within(&context.kind.scim, whole, context.comparisons())
    }

    /// Whether the groups of users must be known to choose and to sort.
    pub(super) fn needs_groups(&self) -> bool {
        let path = AttributePath::core(GROUPS);
        self.filter.as_ref().is_some_and(|filter| filter.mentions(&path))
            || self.sort.as_ref().is_some_and(|sort| sort.mentions(&path))
    }

    /// Whether the attribute must be known to choose and to sort.
    pub(super) fn reads(&self, path: &AttributePath) -> bool {
        self.filter.as_ref().is_some_and(|filter| filter.mentions(path) || reads_version(filter))
            || self.sort.as_ref().is_some_and(|sort| sort.mentions(path))
    }
}

/// A version is one of the whole resource.
fn reads_version(filter: &Filter) -> bool {
    filter.mentions(&AttributePath::core("meta")) && filter.to_string().contains("meta.version")
}

impl Asked {
    /// Reads `startIndex`, `count` and `cursor` (RFC 7644 §3.4.2.4, RFC 9865 §2).
    pub(super) fn parse(text: &SearchText) -> Result<Self, Error> {
        let count = |error: fn(String) -> Error| number("count", text.count.as_deref(), error);
        let within =
            |count: Option<i64>| count.map_or(DEFAULT_COUNT, |count| count.max(0).unsigned_abs()).min(MAX_COUNT);
        if let Some(cursor) = &text.cursor {
            if given(text.start_index.as_deref()).is_some() {
                return Err(Error::invalid_value("give either 'startIndex' or 'cursor', not both"));
            }
            return Ok(Self::Cursor { cursor: cursor.clone(), count: within(count(Error::invalid_count)?) });
        }
        // A start below 1 is 1, a negative count is 0.
        let start = number("startIndex", text.start_index.as_deref(), Error::invalid_value)?.unwrap_or(1).max(1);
        Ok(Self::Index(Window { start: start.unsigned_abs() - 1, count: within(count(Error::invalid_value)?) }))
    }
}

/// What a client wrote; a form with an empty field (`count=`) says nothing.
fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.trim().is_empty())
}

fn number(name: &str, text: Option<&str>, error: fn(String) -> Error) -> Result<Option<i64>, Error> {
    given(text)
        .map(|text| text.trim().parse().map_err(|_| error(format!("{name} must be an integer, not `{}`", brief(text)))))
        .transpose()
}

fn brief(text: &str) -> String {
    text.chars().take(32).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(start_index: Option<&str>, count: Option<&str>, cursor: Option<&str>) -> SearchText {
        let own = |text: Option<&str>| text.map(str::to_owned);
        SearchText { start_index: own(start_index), count: own(count), cursor: own(cursor), ..SearchText::default() }
    }

    #[test]
    fn windows_are_put_within_bounds() {
        for (start, count, expected) in [
            (None, None, (0, DEFAULT_COUNT)),
            (Some("3"), Some("7"), (2, 7)),
            (Some(""), Some(" "), (0, DEFAULT_COUNT)),
            (Some("0"), Some("0"), (0, 0)),
            (Some("-5"), Some("-5"), (0, 0)),
            (Some("1"), Some("100000"), (0, MAX_COUNT)),
        ] {
            let Ok(Asked::Index(window)) = Asked::parse(&text(start, count, None)) else { panic!("{start:?}") };
            assert_eq!((window.start, window.count), expected, "{start:?} {count:?}");
        }
    }

    #[test]
    fn an_empty_start_index_does_not_contradict_a_cursor() {
        let asked = Asked::parse(&text(Some(""), Some(""), Some("")));
        assert!(matches!(asked, Ok(Asked::Cursor { count: DEFAULT_COUNT, .. })), "{asked:?}");
    }

    #[test]
    fn an_invalid_page_is_refused_with_its_own_scim_type() {
        for (start, count, cursor, word) in [
            (Some("x"), None, None, "invalidValue"),
            (None, Some("1.5"), None, "invalidValue"),
            (None, Some("x"), Some(""), "invalidCount"),
            (Some("1"), None, Some(""), "invalidValue"),
        ] {
            let error = Asked::parse(&text(start, count, cursor)).unwrap_err();
            assert_eq!(error.scim_type.map(|kind| kind.as_str()), Some(word), "{start:?} {count:?} {cursor:?}");
        }
    }
}
