//! The engine that all connectors share, and the loading of connectors. A file is compiled and probed before anything uses it, so
//! that a file that fails to load changes nothing (law 6).

use super::artifact::{self, Artifact, ArtifactError};
use super::bindings::{self, ConnectorIndices};
use super::call::Call;
use super::call_error::CallError;
use super::connector::Connector;
use super::connector_state::NoState;
use super::context::{CallContext, CallLimits};
use super::cpu::HeavyLane;
use super::descriptor::Descriptor;
use super::engine::{RuntimeLimits, engine};
use super::host::{HostState, link_wasi};
use super::load_error::{LoadCause, LoadError};
use super::program::Program;
use super::sha256::Sha256;
use super::slots::Slots;
use super::ticks::Ticks;
use super::transform_exports::TransformExports;
use super::wasi::Wasi;
use scim_egress::Purpose;
use serde_json::Map;
use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

/// Loads and runs connectors. One per process.
pub struct Runtime {
    engine: Engine,
    linker: Arc<Linker<HostState>>,
    /// For connectors that import WASI.
    wasi_linker: Arc<Linker<HostState>>,
    limits: RuntimeLimits,
    slots: Slots,
    lane: HeavyLane,
    ticks: Ticks,
    /// Instances of the same file share one compiled connector while any of them exists. The lock of an entry is held during
    /// compilation, so that the same bytes are not compiled twice at the same time.
    loaded: Mutex<HashMap<Sha256, Entry>>,
}

type Entry = Arc<tokio::sync::Mutex<Weak<Connector>>>;

/// Why the runtime cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// wasmtime rejected its configuration: not enough address space, or a cache directory that is not writable.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
    /// The thread for the ticks could not be started.
    #[error("the thread that limits processor time cannot start: {0}")]
    Ticks(#[from] std::io::Error),
}

impl Runtime {
    /// Starts the engine, reserves the pool's address space and starts the ticks.
    ///
    /// # Errors
    /// [`RuntimeError`].
    pub fn new(limits: RuntimeLimits) -> Result<Self, RuntimeError> {
        let failed = |error: wasmtime::Error| RuntimeError::Engine(format!("{error:#}"));
        let engine = engine(&limits).map_err(failed)?;
        let mut linker = Linker::new(&engine);
        bindings::Connector::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut HostState| state)
            .map_err(failed)?;
        let mut wasi_linker = linker.clone();
        link_wasi(&mut wasi_linker).map_err(failed)?;
        let ticks = Ticks::start(&engine, limits.tick)?;
        let slots = Slots::new(&limits);
        let lane = HeavyLane::of(std::thread::available_parallelism().map_or(1, NonZeroUsize::get));
        let (linker, wasi_linker) = (Arc::new(linker), Arc::new(wasi_linker));
        Ok(Self { engine, linker, wasi_linker, limits, slots, lane, ticks, loaded: Mutex::default() })
    }

    /// Loads a connector from a file's bytes: a component, or a core module that contains its component type. `origin` names the file
    /// in errors; `pin` is the digest that the operator expects; `wasi` tells whether it may import WASI. The same bytes yield the
    /// same connector.
    ///
    /// # Errors
    /// [`LoadError`], which tells what to do.
    pub async fn load(
        &self,
        bytes: Vec<u8>,
        origin: &str,
        pin: Option<&Sha256>,
        wasi: Wasi,
    ) -> Result<Arc<Connector>, LoadError> {
        self.connector(bytes, pin, wasi).await.map_err(|cause| LoadError { origin: origin.to_owned(), cause })
    }

    async fn connector(&self, bytes: Vec<u8>, pin: Option<&Sha256>, wasi: Wasi) -> Result<Arc<Connector>, LoadCause> {
        let limit = self.limits.connector_bytes;
        if bytes.len() > limit {
            return Err(LoadCause::TooLarge { bytes: bytes.len(), limit });
        }
        let actual = Sha256::of(&bytes);
        if let Some(pinned) = pin
            && *pinned != actual
        {
            return Err(LoadCause::Pin { pinned: *pinned, actual });
        }
        let entry = self.entry(actual);
        let mut known = entry.lock().await;
        if let Some(connector) = known.upgrade() {
            if wasi == Wasi::Refused && !connector.wasi.is_empty() {
                return Err(ArtifactError::Wasi(connector.wasi.clone()).into());
            }
            return Ok(connector);
        }
        let (program, wasi) = self.program(bytes, wasi).await?;
        let text = probe(&program).await.map_err(LoadCause::Probe)?;
        let descriptor = Descriptor::parse(&text)?;
        if !descriptor.transforms.is_empty() && program.transforms.is_none() {
            return Err(LoadCause::Transforms(descriptor.transforms));
        }
        let program = Program { name: descriptor.id.clone(), ..program };
        let connector = Arc::new(Connector { descriptor, sha256: actual, wasi, program });
        *known = Arc::downgrade(&connector);
        Ok(connector)
    }

    /// Compiles and links, not on the threads that serve requests.
    async fn program(&self, bytes: Vec<u8>, wasi: Wasi) -> Result<(Program, Vec<String>), LoadCause> {
        let (lane, ticks) = (self.lane.clone(), self.ticks.clone());
        let (engine, linker, wasi_linker) =
            (self.engine.clone(), Arc::clone(&self.linker), Arc::clone(&self.wasi_linker));
        let (slots, tick, memory) = (self.slots.share(&self.limits), self.limits.tick, self.limits.memory);
        let compiled = tokio::task::spawn_blocking(move || {
            let Artifact { component, wasi } = artifact::compile(&engine, &bytes, wasi)?;
            let linker = if wasi.is_empty() { linker } else { wasi_linker };
            let link = |error: wasmtime::Error| ArtifactError::Link(format!("{error:#}"));
            let pre = linker.instantiate_pre(&component).map_err(link)?;
            let exports = ConnectorIndices::new(&pre).map_err(link)?;
            let transforms = TransformExports::find(&component);
            let program = Program {
                name: "a connector being loaded".to_owned(),
                pre,
                exports,
                transforms,
                slots,
                lane,
                ticks,
                tick,
                memory,
            };
            Ok::<_, ArtifactError>((program, wasi))
        });
        Ok(compiled.await.map_err(|_| LoadCause::Cancelled)??)
    }

    fn entry(&self, sha256: Sha256) -> Entry {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        // An entry that is in use elsewhere is being compiled.
        loaded.retain(|_, entry| {
            Arc::strong_count(entry) > 1 || entry.try_lock().is_ok_and(|known| known.strong_count() > 0)
        });
        Arc::clone(loaded.entry(sha256).or_default())
    }
}

impl fmt::Debug for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Runtime").field("limits", &self.limits).finish_non_exhaustive()
    }
}

/// Linking does not prove that an instance can be created, because types are compared only then. So one is created and asked for
/// its description.
async fn probe(program: &Program) -> Result<String, CallError> {
    let context = CallContext {
        instance: "-".into(),
        correlation_id: "-".into(),
        settings: Arc::new(Map::new()),
        egress: None,
        purpose: Purpose::Rehearsal,
        trace: None,
        state: Arc::new(NoState),
        limits: CallLimits::default(),
        share: program.lane.share(),
    };
    Call::open(program, &context).await?.describe().await
}
