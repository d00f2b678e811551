//! `GET /Users`, `GET /` and `POST …/.search` (RFC 7644 §3.4.2, §3.4.3; RFC 9865).
//!
//! A list is asked for by index (the default) or by cursor. By index, [`walk`] counts all that match and holds the client's
//! window; by cursor, [`stream`] goes on where the page before ended, in the app's own pages, and counts nothing. Either
//! way pages are taken from the app one at a time, what does not match is dropped at once, and no more than
//! [`limits::MAX_SCANNED`] resources are looked at for one request. No page is believed because a connector said so: each is checked
//! against its request and itself ([`super::checked_page`]) and against the pages before it ([`super::listing`], [`milestone`]), and
//! what must be unique has one holder ([`sole`]).

mod all_types;
mod answer;
mod cursor;
mod found;
mod inactive;
mod limits;
mod milestone;
mod one_type;
mod pages;
mod query;
mod selection;
mod sole;
mod stream;
mod walk;

pub(super) use all_types::search_all;
pub(super) use cursor::LIFETIME_SECONDS;
pub(super) use limits::{DEFAULT_COUNT, MAX_COUNT};
pub(super) use one_type::search;
