//! The engine that all connectors share, and the loading of connectors. A file is compiled and probed before anything uses it, so
//! that a file that fails to load changes nothing (law 6).

use super::artifact::{self, ArtifactError};
use super::bindings::{self, ConnectorIndices};
use super::call::Call;
use super::call_error::CallError;
use super::compile::{Code, Compilation, CompileError, Compiler};
use super::connector::Connector;
use super::connector_state::NoState;
use super::context::{CallContext, CallLimits};
use super::cpu::HeavyLane;
use super::descriptor::Descriptor;
use super::engine::{RuntimeLimits, serving_engine};
use super::host::{HostState, link_wasi};
use super::load_error::{LoadCause, LoadError};
use super::program::Program;
use super::sha256::Sha256;
use super::share::Resources;
use super::swap::Swapping;
use super::ticks::Ticks;
use super::transform_exports::TransformExports;
use super::wasi::Wasi;
use scim_egress::Purpose;
use serde_json::Map;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use wasmtime::Engine;
use wasmtime::component::{Component, HasSelf, Linker};

/// Loads and runs connectors. One per process.
pub struct Runtime {
    engine: Engine,
    linker: Arc<Linker<HostState>>,
    /// For connectors that import WASI.
    wasi_linker: Arc<Linker<HostState>>,
    limits: RuntimeLimits,
    resources: Arc<Resources>,
    ticks: Ticks,
    compilation: Compilation,
    code: Code,
    /// Instances of the same file share one compiled connector while any of them exists. The lock of an entry is held during
    /// compilation, so that the same bytes are not compiled twice at the same time.
    loaded: Mutex<HashMap<Sha256, Entry>>,
    /// Files that do not compile: a reload need not find out again.
    failed: Mutex<VecDeque<(Sha256, Wasi, CompileError)>>,
}

type Entry = Arc<tokio::sync::Mutex<Weak<Connector>>>;

/// Files that are remembered because they do not compile.
const MAX_FAILED: usize = 100;

/// Why the runtime cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// wasmtime rejected its configuration: not enough address space, or a cache directory that is not writable.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
    /// The directory for compiled code cannot be used.
    #[error("the directory for compiled code cannot be used: {0}")]
    Code(#[source] std::io::Error),
    /// The thread for the ticks could not be started.
    #[error("the thread that limits processor time cannot start: {0}")]
    Ticks(#[from] std::io::Error),
}

impl Runtime {
    /// Starts the engine, reserves the pool's address space and starts the ticks. `compiler` compiles the connectors.
    ///
    /// # Errors
    /// [`RuntimeError`].
    pub fn new(limits: RuntimeLimits, compiler: Compiler) -> Result<Self, RuntimeError> {
        let failed = |error: wasmtime::Error| RuntimeError::Engine(format!("{error:#}"));
        let code = Code::open(limits.cache.as_deref()).map_err(RuntimeError::Code)?;
        let swapping = Swapping::of_this_process();
        let (keeps_memory, because) = (swapping.is_impossible(), swapping.as_str());
        tracing::info!(target: "scim_gateway::connector", keeps_memory, because, "memory of connectors from one operation to the next");
        let engine = serving_engine(&limits, &code.cache(), swapping).map_err(failed)?;
        let mut linker = Linker::new(&engine);
        bindings::Connector::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut HostState| state)
            .map_err(failed)?;
        let mut wasi_linker = linker.clone();
        link_wasi(&mut wasi_linker).map_err(failed)?;
        let ticks = Ticks::start(&engine, limits.tick)?;
        let lane = HeavyLane::of(std::thread::available_parallelism().map_or(1, NonZeroUsize::get));
        let (linker, wasi_linker) = (Arc::new(linker), Arc::new(wasi_linker));
        Ok(Self {
            resources: Arc::new(Resources::new(lane, &limits)),
            compilation: Compilation::new(compiler, limits.compile),
            engine,
            linker,
            wasi_linker,
            limits,
            ticks,
            code,
            loaded: Mutex::default(),
            failed: Mutex::default(),
        })
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

    /// From now on, somebody is served: compiling gives way to that.
    pub fn give_way(&self) {
        self.compilation.give_way();
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
        let component = self.compiled(bytes, actual, wasi).await?;
        let wasi = artifact::wasi_of(&component, &self.engine, wasi)?;
        let program = self.program(component, !wasi.is_empty()).await?;
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

    /// The code of a file: as it is kept from an earlier time, or compiled now.
    async fn compiled(&self, bytes: Vec<u8>, digest: Sha256, wasi: Wasi) -> Result<Component, LoadCause> {
        if let Ok(component) = self.kept(digest).await? {
            return Ok(component);
        }
        if let Some(error) = self.known_failure(&digest, wasi) {
            return Err(error.into());
        }
        if let Err(error) = self.compilation.run(bytes, digest, wasi, &self.code, &self.engine).await {
            self.remember_failure(digest, wasi, &error);
            return Err(error.into());
        }
        self.kept(digest).await?.map_err(|error| LoadCause::Code(format!("{error:#}")))
    }

    /// Code that was compiled, not read on the threads that serve requests.
    async fn kept(&self, digest: Sha256) -> Result<wasmtime::Result<Component>, LoadCause> {
        let (code, engine) = (self.code.clone(), self.engine.clone());
        tokio::task::spawn_blocking(move || code.find(&engine, &digest)).await.map_err(|_| LoadCause::Cancelled)
    }

    fn known_failure(&self, digest: &Sha256, wasi: Wasi) -> Option<CompileError> {
        let failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        let same = |(known, at, _): &&(Sha256, Wasi, CompileError)| known == digest && *at == wasi;
        failed.iter().find(same).map(|(_, _, error)| error.clone())
    }

    fn remember_failure(&self, digest: Sha256, wasi: Wasi, error: &CompileError) {
        if !error.is_final() {
            return;
        }
        let mut failed = self.failed.lock().unwrap_or_else(PoisonError::into_inner);
        if failed.len() == MAX_FAILED {
            failed.pop_front();
        }
        failed.push_back((digest, wasi, error.clone()));
    }

    /// Links a connector, not on the threads that serve requests.
    async fn program(&self, component: Component, wasi: bool) -> Result<Program, LoadCause> {
        let linker = Arc::clone(if wasi { &self.wasi_linker } else { &self.linker });
        let (resources, ticks) = (Arc::clone(&self.resources), self.ticks.clone());
        let (tick, memory) = (self.limits.tick, self.limits.memory);
        let linked = tokio::task::spawn_blocking(move || {
            let link = |error: wasmtime::Error| ArtifactError::Link(format!("{error:#}"));
            let pre = linker.instantiate_pre(&component).map_err(link)?;
            let exports = ConnectorIndices::new(&pre).map_err(link)?;
            let transforms = TransformExports::find(&component);
            let name = "a connector being loaded".to_owned();
            Ok::<_, ArtifactError>(Program { name, pre, exports, transforms, resources, ticks, tick, memory })
        });
        Ok(linked.await.map_err(|_| LoadCause::Cancelled)??)
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
        share: program.resources.share(),
    };
    Call::open(program, &context).await?.describe().await
}
