//! WASI, closed: for components whose toolchain cannot do without it (JavaScript, Python, wasip2).
//!
//! Threat: WASI is a door to files, the network, the environment and the process. Here it is a wall painted like a door:
//! the interfaces are linked, and behind them there is nothing. No directory is open, sockets and name look-ups are
//! denied, environment and arguments are empty, standard input is at its end, and what the connector prints becomes
//! lines of the operator's log, bounded as the others are. What remains is the clock and random numbers.
//!
//! Every operation has a context of its own, made when the connector first asks for it: a connector without WASI pays
//! nothing.

use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use tokio::io::AsyncWrite;
use wasmtime::component::{Linker, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView, async_trait};

use super::host::HostState;

/// Packages of WASI 0.2 that are linked. `wasi:http` is not: the way to the app is the contract's.
const PACKAGES: [&str; 6] =
    ["wasi:cli/", "wasi:clocks/", "wasi:filesystem/", "wasi:io/", "wasi:random/", "wasi:sockets/"];
/// Streams, pollables and the like that one operation may hold.
const RESOURCES: usize = 1000;
/// Bytes that one operation may print; the rest is dropped.
const PRINTED: usize = 64 << 10;
/// Random bytes of one call.
const RANDOM: u64 = 64 << 10;

/// Whether a connector may import WASI.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Wasi {
    /// A connector that imports it is refused.
    #[default]
    Refused,
    /// It may import it, and finds nothing behind it.
    Closed,
}

/// What `wasi` in the configuration says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither `closed` nor `refused`")]
pub struct WasiError(String);

impl FromStr for Wasi {
    type Err = WasiError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "closed" => Ok(Self::Closed),
            "refused" => Ok(Self::Refused),
            _ => Err(WasiError(text.to_owned())),
        }
    }
}

/// Whether an import is one that [`Wasi::Closed`] links.
pub(super) fn is_linked(import: &str) -> bool {
    PACKAGES.iter().any(|package| import.starts_with(package)) && import.contains("@0.2.")
}

/// Links WASI 0.2 beside the contract.
pub(super) fn link(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)
}

/// One operation's WASI.
#[derive(Default)]
pub(super) struct ClosedWasi(Option<Open>);

struct Open {
    /// wasmtime-wasi's context may be sent to another thread, but not shared. It is never locked, only borrowed whole.
    context: Mutex<(WasiCtx, ResourceTable)>,
    printed: Printed,
}

impl Open {
    fn new() -> Self {
        let printed = Printed::default();
        let context = WasiCtx::builder()
            .stdout(printed.clone())
            .stderr(printed.clone())
            .allow_tcp(false)
            .allow_udp(false)
            .allow_ip_name_lookup(false)
            .max_random_size(RANDOM)
            .build();
        let mut table = ResourceTable::new();
        table.set_max_capacity(RESOURCES);
        Self { context: Mutex::new((context, table)), printed }
    }
}

impl ClosedWasi {
    /// The lines printed since the last time.
    pub(super) fn printed(&self) -> Vec<String> {
        let Some(open) = &self.0 else { return Vec::new() };
        let text = std::mem::take(&mut open.printed.lock().bytes);
        String::from_utf8_lossy(&text).lines().map(str::to_owned).collect()
    }
}

impl WasiView for HostState {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        let open = self.wasi.0.get_or_insert_with(Open::new);
        let (ctx, table) = open.context.get_mut().unwrap_or_else(PoisonError::into_inner);
        WasiCtxView { ctx, table }
    }
}

/// What a connector prints, standard output and error alike.
#[derive(Debug, Clone, Default)]
struct Printed(Arc<Mutex<Buffer>>);

#[derive(Debug, Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// Of the whole operation.
    taken: usize,
}

impl Printed {
    fn lock(&self) -> std::sync::MutexGuard<'_, Buffer> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, bytes: &[u8]) {
        let mut buffer = self.lock();
        let room = PRINTED.saturating_sub(buffer.taken).min(bytes.len());
        buffer.taken += room;
        buffer.bytes.extend(bytes.iter().take(room));
    }
}

impl IsTerminal for Printed {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Printed {
    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }

    /// Asked for by WASI 0.3 only, which is not linked.
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        Box::new(tokio::io::sink())
    }
}

impl OutputStream for Printed {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.take(&bytes);
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(4096)
    }
}

#[async_trait]
impl Pollable for Printed {
    async fn ready(&mut self) {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wasi_0_2_is_linked_but_for_http_and_other_versions() {
        for (import, linked) in [
            ("wasi:filesystem/preopens@0.2.6", true),
            ("wasi:sockets/tcp@0.2.3", true),
            ("wasi:http/outgoing-handler@0.2.6", false),
            ("wasi:cli/environment@0.3.0", false),
            ("wasi:keyvalue/store@0.2.0", false),
            ("scim-gateway:connector/app@0.1.0", false),
        ] {
            assert_eq!(is_linked(import), linked, "{import}");
        }
    }

    #[test]
    fn what_is_printed_beyond_the_bound_is_dropped() {
        let open = Open::new();
        let printed = open.printed.clone();
        let wasi = ClosedWasi(Some(open));
        printed.take(b"one\ntwo\n");
        assert_eq!(wasi.printed(), ["one", "two"]);
        printed.take(&vec![b'x'; PRINTED]);
        printed.take(b"more");
        assert_eq!(wasi.printed().concat().len(), PRINTED - 8);
        assert!(wasi.printed().is_empty());
    }
}
