//! A list of the app, read page by page and checked as a whole: a connector's page is compared with its request and with itself
//! ([`super::checked_page`]), and here with the pages before it.

mod pages;
mod span;
mod trail;

pub(super) use pages::{AppPages, page};
pub(super) use span::PageSpan;
pub(super) use trail::Trail;
