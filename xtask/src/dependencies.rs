//! `cargo xtask dependencies`: what cargo-deny and cargo-machete say about the crates of others. Neither has to be installed.

use crate::stage::{note, stage};
use scim_gateway_tests::artifacts::cargo;
use std::process::Stdio;

/// Runs the tools that are installed and names those that are not. Returns whether no check failed.
pub(crate) fn run() -> bool {
    let mut passed = true;
    if is_installed("deny") {
        let check = ["deny", "check", "licenses", "bans", "sources"];
        passed &= check_with("check licences, bans and sources (cargo-deny)", &check);
        if succeeds_quietly(&["deny", "fetch", "db"]) {
            let check = ["deny", "check", "--disable-fetch", "advisories"];
            passed &= check_with("check advisories (cargo-deny)", &check);
        } else {
            note("skipped: advisories, because the RustSec database cannot be downloaded from here");
        }
    } else {
        note("skipped: licences, bans, sources and advisories, because cargo-deny is not installed");
    }
    if is_installed("machete") {
        passed &= check_with("look for unused dependencies (cargo-machete)", &["machete"]);
    } else {
        note("skipped: unused dependencies, because cargo-machete is not installed");
    }
    passed
}

fn check_with(does: &str, arguments: &[&str]) -> bool {
    let run = || match cargo().args(arguments).status() {
        Ok(status) if status.success() => Ok(()),
        _ => Err(()),
    };
    stage(does, run).is_ok()
}

fn is_installed(tool: &str) -> bool {
    succeeds_quietly(&[tool, "--version"])
}

fn succeeds_quietly(arguments: &[&str]) -> bool {
    let status = cargo().args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status();
    status.is_ok_and(|status| status.success())
}
