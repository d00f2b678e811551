//! For build scripts: builds the descriptor from files that are easy to write and review.
//!
//! `connector.toml` describes the connector and refers to SCIM schemas by file, as in `schema = "schemas/user.json"`;
//! `mapping.json` is the default mapping. The result is `OUT_DIR/descriptor.json`, which [`crate::descriptor!`] includes. A
//! mistake stops the build with file, line and column. The mapping is checked by the gateway's own code, and the gateway checks the
//! descriptor again when it loads the connector.
//!
//! ```no_run
//! // build.rs
//! fn main() -> std::process::ExitCode {
//!     scim_connector_sdk::manifest::build()
//! }
//! ```

mod connector;
mod descriptor;
mod mapping;
mod mistake;
mod schema;
mod settings;

pub use descriptor::{CONTRACT, Descriptor, descriptor};
pub use mistake::Mistake;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// The heap that a component starts with, in bytes: enough for most operations. Growing it later costs each operation several
/// changes of the process's address space; memory that is not touched costs nothing.
const INITIAL_HEAP: usize = 1 << 20;

/// Writes `OUT_DIR/descriptor.json` and tells Cargo which files it depends on. This is the whole `main` of a build script.
#[must_use]
pub fn build() -> ExitCode {
    let mut cargo = std::io::stdout();
    let mut print = |line: String| writeln!(cargo, "{line}").is_ok();
    match write_descriptor() {
        Ok(files) => {
            let mut all_printed = files.iter().all(|file| print(format!("cargo::rerun-if-changed={}", file.display())));
            if is_for_the_gateway() {
                all_printed &= print(format!("cargo::rustc-link-arg-cdylib=--initial-heap={INITIAL_HEAP}"));
            }
            if all_printed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(mistake) => {
            for line in mistake.to_string().lines() {
                print(format!("cargo::error={line}"));
            }
            ExitCode::FAILURE
        }
    }
}

/// Whether the build is for the component, not for the crate's tests.
fn is_for_the_gateway() -> bool {
    let is = |name: &str, value: &str| std::env::var(name).is_ok_and(|found| found == value);
    is("CARGO_CFG_TARGET_FAMILY", "wasm") && is("CARGO_CFG_TARGET_OS", "unknown")
}

fn write_descriptor() -> Result<Vec<PathBuf>, Mistake> {
    let variable = |name: &str| std::env::var(name).map_err(|_| Mistake::outside_a_build_script(name));
    let directory = PathBuf::from(variable("CARGO_MANIFEST_DIR")?);
    let descriptor = descriptor(&directory, &variable("CARGO_PKG_VERSION")?)?;
    let target = Path::new(&variable("OUT_DIR")?).join("descriptor.json");
    std::fs::write(&target, descriptor.json.to_string()).map_err(|error| Mistake::unreadable(&target, &error))?;
    Ok(descriptor.files)
}

#[cfg(test)]
mod tests;
