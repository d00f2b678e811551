//! Brings the instances up to date with their files, without a restart (ARCHITECTURE.md, law 6).
//!
//! [`Reloader::reload`] reads the configuration and everything that it names, builds what has changed separately, and swaps it in
//! as a whole. Requests in flight finish with what they started with. Whatever is wrong stays as it was, and is reported with its
//! place: in the log, on the terminal and at `/-/reloads`. A reload is triggered by a watcher of the files ([`Watcher`]), by
//! `POST /-/reload` ([`routes()`]) and by SIGHUP.

mod files;
mod history;
mod reloader;
mod report;
mod routes;
mod settle;
mod watch;

pub use reloader::Reloader;
pub use report::{Reload, ReloadOutcome, Trigger};
pub use routes::routes;
pub use watch::{WatchError, Watcher};

#[cfg(test)]
mod tests;
