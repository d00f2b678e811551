//! What RFC 7643 and RFC 7644 demand and no other test shows, as a client sees it. `tests/requirements` has the whole list.

mod discovery;
mod reading;
mod writing;
