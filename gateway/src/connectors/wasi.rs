//! WASI, closed: for components whose toolchain cannot do without it (JavaScript, Python, wasip2).
//!
//! Threat: WASI is a door to files, the network, the environment and the process. Here it is a wall painted like a door:
//! the interfaces are linked, and behind them there is nothing. No directory is open, sockets and name look-ups are
//! denied, environment and arguments are empty, standard input is at its end, and what the connector prints becomes
//! lines of the operator's log, bounded as the others are. What remains is the clock and random numbers.
//!
//! A connector may wait for its clock, which is all that there is to wait for. Who waits does not compute: it keeps no place among
//! those that do ([`Waiting`]).
//!
//! Every operation has a context of its own, made when the connector first asks for it: a connector without WASI pays
//! nothing.

use std::pin::pin;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::FutureExt as _;
use tokio::io::AsyncWrite;
use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::cli::{IsTerminal, StdoutStream};
use wasmtime_wasi::p2::{DynPollable, OutputStream, Pollable, StreamResult};
use wasmtime_wasi::{WasiCtx, WasiCtxView, WasiView, async_trait};
use wasmtime_wasi_io::bindings::wasi::io::poll;

use super::cpu::CpuBudget;
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
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    // The same, but for what becomes of the connector's place meanwhile.
    linker.allow_shadowing(true);
    poll::add_to_linker::<_, Waits>(linker, HostState::waiting)?;
    linker.allow_shadowing(false);
    Ok(())
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

/// `wasi:io/poll`: a connector that waits.
struct Waiting<'a> {
    cpu: &'a mut CpuBudget,
    table: &'a mut ResourceTable,
}

struct Waits;

impl HasData for Waits {
    type Data<'a> = Waiting<'a>;
}

impl HostState {
    fn waiting(&mut self) -> Waiting<'_> {
        let Self { cpu, wasi, .. } = self;
        let open = wasi.0.get_or_insert_with(Open::new);
        let (_, table) = open.context.get_mut().unwrap_or_else(PoisonError::into_inner);
        Waiting { cpu, table }
    }
}

/// What is ready at once is no wait.
async fn waited<T>(cpu: &mut CpuBudget, wait: impl Future<Output = T>) -> T {
    let mut wait = pin!(wait);
    match wait.as_mut().now_or_never() {
        Some(done) => done,
        None => cpu.while_waiting(wait).await,
    }
}

impl poll::Host for Waiting<'_> {
    async fn poll(&mut self, pollables: Vec<Resource<DynPollable>>) -> wasmtime::Result<Vec<u32>> {
        waited(self.cpu, poll::Host::poll(self.table, pollables)).await
    }
}

impl poll::HostPollable for Waiting<'_> {
    async fn block(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        waited(self.cpu, poll::HostPollable::block(self.table, pollable)).await
    }

    async fn ready(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<bool> {
        poll::HostPollable::ready(self.table, pollable).await
    }

    fn drop(&mut self, pollable: Resource<DynPollable>) -> wasmtime::Result<()> {
        poll::HostPollable::drop(self.table, pollable)
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
    use crate::connectors::cpu::HeavyLane;
    use std::time::Duration;
    use tokio::sync::Notify;

    /// Ready when it is told.
    struct Clock(Arc<Notify>);

    #[async_trait]
    impl Pollable for Clock {
        async fn ready(&mut self) {
            self.0.notified().await;
        }
    }

    #[tokio::test]
    async fn a_connector_that_waits_leaves_its_place_to_others_and_waits_for_one_to_go_on() {
        let share = HeavyLane::of(1).share();
        let budget = || CpuBudget::new(Duration::from_secs(60), Duration::from_millis(5), share.clone());
        let (mut table, rings) = (ResourceTable::new(), Arc::new(Notify::new()));
        let clock = table.push(Clock(Arc::clone(&rings))).expect("a clock");
        let pollable = wasmtime_wasi::p2::subscribe(&mut table, clock).expect("a pollable");
        let (mut cpu, mut other) = (budget(), budget());
        cpu.resume().await;
        assert!(other.resume().now_or_never().is_none(), "it computes");

        let mut waiting = Waiting { cpu: &mut cpu, table: &mut table };
        let mut block = pin!(poll::Host::poll(&mut waiting, vec![pollable]));
        assert!(block.as_mut().now_or_never().is_none());
        other.resume().await;
        rings.notify_one();
        tokio::task::yield_now().await;
        assert!(block.as_mut().now_or_never().is_none(), "the other one computes");
        other.pause();
        assert_eq!(block.await.expect("what is ready"), [0]);
        assert!(other.resume().now_or_never().is_none(), "it computes again");
    }

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
