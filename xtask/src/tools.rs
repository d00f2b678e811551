//! What a run needs, made step by step in front of the person who waits for it.

use scim_gateway_tests::artifacts::{Artifacts, WASM_TARGET, add_target, build_connectors, build_gateway};

use crate::CommandError;
use crate::stage::{note, stage};

/// The wasm target, the connectors and the gateway.
pub(crate) fn build() -> Result<Artifacts, CommandError> {
    stage(&format!("look for the Rust target {WASM_TARGET}"), || {
        add_target(WASM_TARGET).inspect(|added| note(if *added { "added by rustup" } else { "it is installed" }))
    })?;
    let connectors = stage("build the connectors", build_connectors)?;
    let gateway =
        stage("build the gateway (the first time takes minutes: it compiles a WebAssembly runtime)", build_gateway)?;
    Ok(Artifacts { gateway, connectors })
}
