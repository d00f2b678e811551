//! The engine that all connectors share, and the way a file becomes a [`Connector`]: built aside, probed, and only
//! then handed out, so that a file that does not load changes nothing (design law 6).

use std::collections::HashMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use serde_json::Map;
use wasmtime::Engine;
use wasmtime::component::{HasSelf, Linker};

use super::artifact::{self, Artifact, ArtifactError};
use super::bindings::{self, ConnectorIndices};
use super::call::Call;
use super::connector::{Connector, Program};
use super::context::{CallContext, CallLimits};
use super::cpu::HeavyLane;
use super::descriptor::{Descriptor, DescriptorError};
use super::engine::{RuntimeLimits, engine};
use super::error::CallError;
use super::host::HostState;
use super::places::Places;
use super::sha256::Sha256;
use super::state::NoState;
use super::ticks::Ticks;
use super::transforms::TransformExports;
use super::wasi::{self, Wasi};

/// What every connector runs in. One per process.
pub struct Runtime {
    engine: Engine,
    linker: Arc<Linker<HostState>>,
    /// For connectors that import WASI.
    wasi_linker: Arc<Linker<HostState>>,
    limits: RuntimeLimits,
    places: Places,
    lane: HeavyLane,
    ticks: Ticks,
    /// Instances of the same file share one compiled connector for as long as any of them is there; the lock of an entry is
    /// held while it is compiled, so that nobody compiles the same bytes beside it.
    loaded: Mutex<HashMap<Sha256, Entry>>,
}

type Entry = Arc<tokio::sync::Mutex<Weak<Connector>>>;

/// The runtime cannot start.
#[derive(Debug, thiserror::Error)]
pub enum RuntimeError {
    /// wasmtime refused its configuration: not enough address space, or a cache directory that cannot be written.
    #[error("the WebAssembly engine cannot start: {0}")]
    Engine(String),
    /// No thread for the ticks.
    #[error("the thread that limits processor time cannot start: {0}")]
    Ticks(#[from] std::io::Error),
}

/// A file does not become a connector.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{origin}: {cause}")]
pub struct LoadError {
    /// Where the file came from, as the caller named it.
    pub origin: String,
    /// Why.
    #[source]
    pub cause: LoadCause,
}

/// Why a file does not become a connector.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LoadCause {
    /// Larger than connectors may be.
    #[error("it has {bytes} bytes, above the limit of {limit}; build with `--profile connector`, or raise the limit")]
    TooLarge {
        /// The file's size.
        bytes: usize,
        /// The limit.
        limit: usize,
    },
    /// Not the file that the operator pinned.
    #[error("its SHA-256 is {actual}, pinned is {pinned}; if the change is wanted, change the pin")]
    Pin {
        /// What the configuration says.
        pinned: Sha256,
        /// What the file has.
        actual: Sha256,
    },
    /// Not a component of this contract.
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    /// The probe: an instance could not be made or `describe` failed.
    #[error("`describe` failed when it was tried: {0}")]
    Probe(#[source] CallError),
    /// The description is wrong.
    #[error("its descriptor is wrong: {0}")]
    Descriptor(#[from] DescriptorError),
    /// Transforms are declared and not there.
    #[error("its descriptor declares the transforms {}, but it does not export the interface `transforms`", .0.join(", "))]
    Transforms(Vec<String>),
    /// The gateway is going down.
    #[error("loading was cut off")]
    CutOff,
}

impl Runtime {
    /// Starts the engine, reserves the pool's address space and starts the ticks.
    ///
    /// # Errors
    /// [`RuntimeError`].
    pub fn new(limits: RuntimeLimits) -> Result<Self, RuntimeError> {
        let broken = |error: wasmtime::Error| RuntimeError::Engine(format!("{error:#}"));
        let engine = engine(&limits).map_err(broken)?;
        let mut linker = Linker::new(&engine);
        bindings::Connector::add_to_linker::<_, HasSelf<_>>(&mut linker, |state: &mut HostState| state)
            .map_err(broken)?;
        let mut wasi_linker = linker.clone();
        wasi::link(&mut wasi_linker).map_err(broken)?;
        let ticks = Ticks::start(&engine, limits.tick)?;
        let places = Places::new(&limits);
        let lane = HeavyLane::of(std::thread::available_parallelism().map_or(1, NonZeroUsize::get));
        let (linker, wasi_linker) = (Arc::new(linker), Arc::new(wasi_linker));
        Ok(Self { engine, linker, wasi_linker, limits, places, lane, ticks, loaded: Mutex::default() })
    }

    /// Makes a connector of a file's bytes: a component, or a core module that carries its component type. `origin`
    /// names the file in errors; `pin` is the digest that the operator expects; `wasi` says whether it may import WASI. The
    /// same bytes give the same connector.
    ///
    /// # Errors
    /// [`LoadError`], which says what to do.
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

    /// Compiles and links, off the threads that serve requests.
    async fn program(&self, bytes: Vec<u8>, wasi: Wasi) -> Result<(Program, Vec<String>), LoadCause> {
        let (lane, ticks) = (self.lane.clone(), self.ticks.clone());
        let (engine, linker, wasi_linker) =
            (self.engine.clone(), Arc::clone(&self.linker), Arc::clone(&self.wasi_linker));
        let (places, tick, memory) = (self.places.share(&self.limits), self.limits.tick, self.limits.memory);
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
                places,
                lane,
                ticks,
                tick,
                memory,
            };
            Ok::<_, ArtifactError>((program, wasi))
        });
        Ok(compiled.await.map_err(|_| LoadCause::CutOff)??)
    }

    fn entry(&self, sha256: Sha256) -> Entry {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        // One that somebody else holds is being compiled.
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

/// Linking is no proof that an instance can be made: types are compared only then. So one is made, and asked.
async fn probe(program: &Program) -> Result<String, CallError> {
    let context = CallContext {
        instance: "-".into(),
        correlation_id: "-".into(),
        settings: Arc::new(Map::new()),
        egress: None,
        state: Arc::new(NoState),
        limits: CallLimits::default(),
        share: program.lane.share(),
    };
    Call::open(program, &context).await?.describe().await
}
