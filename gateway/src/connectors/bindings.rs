//! The contract in `wit/`, made into Rust by wasmtime.
//!
//! Imports are `trappable`: the host can end a call that will not listen.
#![allow(missing_docs, missing_debug_implementations, unreachable_pub, clippy::all)]

wasmtime::component::bindgen!({
    path: "../wit",
    world: "connector",
    imports: { default: async | trappable },
    exports: { default: async },
});
