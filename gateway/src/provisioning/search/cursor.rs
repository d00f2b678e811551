//! Cursors of lists (RFC 9865): where the next page begins, in a form that only the gateway can make.
//!
//! Nothing is remembered between pages: the cursor itself holds the app's page token or a number. Threats: a client that makes up a
//! token and so reaches through to the app, one that takes a cursor of another instance or another search, and one that keeps a
//! cursor for ever. So a cursor is authenticated, together with the instance and the search that it belongs to, and ages. The key
//! is in the store: a cursor is good after a restart, and at another gateway on the same store.

use super::super::request::SearchText;
use super::milestone::Milestone;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac as _};
use jiff::Timestamp;
use scim_protocol::Error;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long a cursor is good.
pub(in super::super) const LIFETIME_SECONDS: i64 = 3600;

/// Bytes of the authentication at the beginning of a cursor.
const TAG: usize = 32;

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Place {
    /// The number of the resource type, in a list of all.
    #[serde(rename = "k")]
    pub(super) kind: usize,
    /// None at its first resource.
    #[serde(rename = "p", skip_serializing_if = "Option::is_none", default)]
    pub(super) part: Option<Part>,
}

/// Where a page begins among the resources of a type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) enum Part {
    /// In a page of the app, behind its first `skip` resources.
    #[serde(rename = "a")]
    App {
        #[serde(flatten)]
        place: AppPlace,
        #[serde(rename = "s")]
        skip: u32,
    },
    /// Among those that only the store knows.
    #[serde(rename = "i")]
    Inactive {
        #[serde(rename = "o")]
        offset: u64,
    },
    /// At a number of the whole result.
    #[serde(rename = "n")]
    Position {
        #[serde(rename = "i")]
        index: u64,
    },
}

/// A page of the app.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct AppPlace {
    #[serde(rename = "t", skip_serializing_if = "Option::is_none", default)]
    pub(super) token: Option<String>,
    #[serde(rename = "o")]
    pub(super) offset: u64,
    #[serde(rename = "l")]
    pub(super) limit: u32,
    /// How many resources were on the pages before it; of short pages, fewer than the offset says.
    #[serde(rename = "r")]
    pub(super) reached: u64,
    /// Whether the app has returned to a page.
    #[serde(flatten)]
    pub(super) milestone: Milestone,
}

/// A search that cursors belong to.
#[derive(Debug)]
pub(super) struct Search(String);

#[derive(Serialize, Deserialize)]
struct Sealed {
    #[serde(flatten)]
    place: Place,
    /// When it was given out, in seconds.
    #[serde(rename = "at")]
    at: i64,
}

impl Place {
    /// At the first resource of a type.
    pub(super) const fn beginning_of(kind: usize) -> Self {
        Self { kind, part: None }
    }

    pub(super) fn position(&self) -> u64 {
        self.part.as_ref().map_or(0, Part::position)
    }
}

impl Part {
    /// The number that it names, if it does.
    pub(super) const fn position(&self) -> u64 {
        match self {
            Self::Position { index } => *index,
            Self::App { .. } | Self::Inactive { .. } => 0,
        }
    }

    /// How many of the app's resources precede it, if it is about these.
    pub(super) const fn reached(&self) -> Option<u64> {
        match self {
            Self::App { place, .. } => Some(place.reached),
            Self::Inactive { .. } | Self::Position { .. } => None,
        }
    }
}

impl Search {
    /// `endpoint` is empty for a search of all resource types.
    pub(super) fn new(instance: &str, endpoint: &str, text: &SearchText) -> Self {
        let SearchText { filter, sort_by, sort_order, .. } = text;
        Self(serde_json::json!([instance, endpoint, filter, sort_by, sort_order]).to_string())
    }

    /// The cursor for a place in this search.
    pub(super) fn seal(&self, place: &Place, key: &[u8; 32], now: Timestamp) -> String {
        let sealed = Sealed { place: place.clone(), at: now.as_second() };
        let payload = serde_json::to_vec(&sealed).unwrap_or_default();
        let mut bytes = self.mac(key, &payload).finalize().into_bytes().to_vec();
        bytes.extend(payload);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// The place that a cursor of this search names.
    pub(super) fn open(&self, cursor: &str, key: &[u8; 32], now: Timestamp) -> Result<Place, Error> {
        let invalid =
            || Error::invalid_cursor("this cursor was not given out for this search; start with an empty one");
        let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
        let (tag, payload) = bytes.split_at_checked(TAG).ok_or_else(invalid)?;
        self.mac(key, payload).verify_slice(tag).map_err(|_| invalid())?;
        let sealed: Sealed = serde_json::from_slice(payload).map_err(|_| invalid())?;
        if now.as_second().saturating_sub(sealed.at) > LIFETIME_SECONDS {
            return Err(Error::expired_cursor(format!(
                "this cursor is older than {LIFETIME_SECONDS} seconds; start again with an empty one"
            )));
        }
        Ok(sealed.place)
    }

    fn mac(&self, key: &[u8; 32], payload: &[u8]) -> Hmac<Sha256> {
        // A key shorter than a block is filled up with zeros (RFC 2104 §2).
        let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
        block.iter_mut().zip(key).for_each(|(place, byte)| *place = *byte);
        let mut mac = Hmac::<Sha256>::new(&block);
        mac.update(&(self.0.len() as u64).to_be_bytes());
        mac.update(self.0.as_bytes());
        mac.update(payload);
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: [u8; 32] = [7; 32];

    fn text(filter: &str, sort: &str) -> SearchText {
        SearchText { filter: Some(filter.to_owned()), sort_by: Some(sort.to_owned()), ..SearchText::default() }
    }

    fn place() -> Place {
        let milestone = Milestone::default().pass(Some(u64::MAX)).pass(Some(7));
        let place = AppPlace { token: Some("abc".to_owned()), offset: 100, limit: 50, reached: 90, milestone };
        Place { kind: 1, part: Some(Part::App { place, skip: 3 }) }
    }

    #[test]
    fn a_cursor_names_its_place_in_its_search_only() {
        let now = Timestamp::UNIX_EPOCH;
        let search = Search::new("acme", "/Users", &text("a", "b"));
        let cursor = search.seal(&place(), &KEY, now);
        assert!(cursor.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)), "{cursor}");
        assert_eq!(search.open(&cursor, &KEY, now), Ok(place()));
        for other in [
            Search::new("other", "/Users", &text("a", "b")),
            Search::new("acme", "/Groups", &text("a", "b")),
            Search::new("acme", "/Users", &text("x", "b")),
            Search::new("acme", "/Users", &text("a", "x")),
            Search::new("acme", "/Users", &text("ab", "")),
        ] {
            let error = other.open(&cursor, &KEY, now).unwrap_err();
            assert_eq!(error.scim_type.map(|kind| kind.as_str()), Some("invalidCursor"));
        }
        assert!(search.open(&cursor, &[8; 32], now).is_err(), "another key");
    }

    #[test]
    fn a_cursor_cannot_be_made_up_or_changed() {
        let now = Timestamp::UNIX_EPOCH;
        let search = Search::new("acme", "/Users", &SearchText::default());
        let cursor = search.seal(&place(), &KEY, now);
        for index in 0..cursor.len() {
            let mut bytes = cursor.clone().into_bytes();
            bytes[index] = if bytes[index] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(bytes).unwrap();
            assert!(search.open(&changed, &KEY, now).is_err(), "{index}");
        }
        for made_up in ["", "x", "AAAA", "é", &"A".repeat(200)] {
            assert!(search.open(made_up, &KEY, now).is_err(), "{made_up}");
        }
    }

    #[test]
    fn a_cursor_ages() {
        let given_out = Timestamp::UNIX_EPOCH;
        let search = Search::new("acme", "/Users", &SearchText::default());
        let cursor = search.seal(&place(), &KEY, given_out);
        let at = |seconds: i64| search.open(&cursor, &KEY, Timestamp::from_second(seconds).unwrap());
        assert!(at(LIFETIME_SECONDS).is_ok());
        let error = at(LIFETIME_SECONDS + 1).unwrap_err();
        assert_eq!(error.scim_type.map(|kind| kind.as_str()), Some("expiredCursor"));
    }
}
