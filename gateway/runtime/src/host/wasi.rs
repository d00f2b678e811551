//! WASI, linked to the host's state.

use super::super::wasi::Waiting;
use super::host_state::HostState;
use wasmtime::component::{HasData, Linker};
use wasmtime_wasi::{WasiCtxView, WasiView};
use wasmtime_wasi_io::bindings::wasi::io::poll;

/// Links WASI 0.2 in addition to the contract.
pub(crate) fn link(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    // The same interface, except that a waiting connector gives up its slot.
    linker.allow_shadowing(true);
    poll::add_to_linker::<_, Waits>(linker, waiting)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// The data behind `wasi:io/poll`.
struct Waits;

impl HasData for Waits {
    type Data<'a> = Waiting<'a>;
}

fn waiting(state: &mut HostState) -> Waiting<'_> {
    let HostState { cpu, wasi, .. } = state;
    let (_, table) = wasi.open();
    Waiting { cpu, table }
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let (ctx, table) = self.wasi.open();
        WasiCtxView { ctx, table }
    }
}
