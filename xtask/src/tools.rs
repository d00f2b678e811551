//! Builds what a command needs, with progress for the person who waits.

use crate::error::CommandError;
use crate::stage::{note, stage};
use scim_gateway_tests::artifacts::{
    Artifacts, BuildError, WASM_TARGET, add_target, build_connectors, build_example, build_gateway,
    build_load_generator, build_release_gateway, build_tested_gateway,
};
use std::path::PathBuf;

/// Builds the connectors and the gateway; adds the wasm target first.
pub(crate) fn build() -> Result<Artifacts, CommandError> {
    build_with("build the gateway (the first time takes minutes: it compiles a WebAssembly runtime)", build_gateway)
}

/// As [`build`], with all tests of the workspace.
pub(crate) fn build_as_tested() -> Result<Artifacts, CommandError> {
    let what = "build the gateway and all tests (the first time takes many minutes: it compiles a WebAssembly runtime)";
    build_with(what, build_tested_gateway)
}

/// As [`build`], with a gateway built for production, or what the environment names.
pub(crate) fn build_for_speed() -> Result<Artifacts, CommandError> {
    if let Some(named) = Artifacts::named() {
        note(format!("measuring {}, which the environment names", named.gateway.display()));
        return Ok(named);
    }
    build_with("build the gateway for production (the first time takes many minutes)", build_release_gateway)
}

fn build_with(what: &str, gateway: fn() -> Result<PathBuf, BuildError>) -> Result<Artifacts, CommandError> {
    stage(&format!("check for the Rust target {WASM_TARGET}"), || {
        add_target(WASM_TARGET).inspect(|added| note(if *added { "added by rustup" } else { "it is installed" }))
    })?;
    let connectors = stage("build the connectors", build_connectors)?;
    let gateway = stage(what, gateway)?;
    Ok(Artifacts { gateway, connectors })
}

/// Builds the connector of a SCIM app and the load generator.
pub(crate) fn build_load() -> Result<PathBuf, CommandError> {
    stage("build the connector of a SCIM app", || build_example("scim-app"))?;
    Ok(stage("build the load generator", build_load_generator)?)
}
