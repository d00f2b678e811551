//! What all versions of all instances share: the engine, the connections, the store, the turns.

use super::versions::{ActivatedVersion, Versions};
use crate::admission::InFlight;
use crate::config::{Server, StoreUrl};
use crate::connectors::{CompileLimits, Compiler, Runtime, RuntimeError, RuntimeLimits, Sha256};
use crate::egress::{Network, tls};
use crate::jit::{HttpLimits, ProviderHttp};
use crate::provisioning::{Kind, TurnTable};
use crate::store::{Store, StoreError};
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, Weak};

/// Places for running connectors. Each reserves 8 GiB of the 128 TiB of addresses that a process has, and uses nothing until it is
/// taken.
const MAX_SLOTS: usize = 2048;

/// What all instances share.
#[derive(Debug)]
pub struct Shared {
    /// Counts the operations that run.
    pub in_flight: InFlight,
    /// Runs the connectors.
    pub runtime: Runtime,
    /// Connects to the apps.
    pub network: Network,
    /// Connects to the OpenID providers where people sign in.
    pub provider_http: ProviderHttp,
    /// What the gateway stores.
    pub store: Store,
    /// Lets one request at a time change a resource, whichever version of its instance the request uses.
    pub turns: TurnTable,
    /// Earlier versions of connectors, if they are kept.
    pub versions: Option<Versions>,
    kinds: Mutex<HashMap<KindsKey, Weak<[Kind]>>>,
}

/// The hashes of a connector and of the mapping document, if that is not the connector's own.
pub(super) type KindsKey = (Sha256, Option<Sha256>);

/// Why what all instances share cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum SharedError {
    /// The WebAssembly engine.
    #[error(transparent)]
    Runtime(#[from] RuntimeError),
    /// TLS.
    #[error("TLS cannot be set up: {0}")]
    Tls(#[from] rustls::Error),
    /// The connections to the OpenID providers.
    #[error("the HTTP client for OpenID providers cannot be set up: {0}")]
    ProviderHttp(#[from] reqwest::Error),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Shared {
    /// Starts the engine, prepares connections, and opens the store at a URL. Compiled code and earlier versions of connectors are
    /// kept in `state`; without a usable directory the gateway starts more slowly and has no version to restore.
    ///
    /// # Errors
    /// [`SharedError`]
    pub async fn open(
        store: &StoreUrl,
        state: Option<&Path>,
        server: &Server,
        compiler: Compiler,
    ) -> Result<Self, SharedError> {
        let state = state.filter(|state| {
            let prepared = prepare(state);
            if let Err(error) = &prepared {
                let directory = state.display();
                tracing::warn!(%directory, %error, "the state directory cannot be used: compiled connectors are not kept");
            }
            prepared.is_ok()
        });
        Ok(Self {
            in_flight: InFlight::new(server.max_in_flight),
            runtime: Runtime::new(runtime_limits(server, state), compiler)?,
            network: Network::new(),
            provider_http: ProviderHttp::new(tls(None)?, HttpLimits::default())?,
            store: Store::open(store).await?,
            turns: TurnTable::default(),
            versions: state.map(Versions::below),
            kinds: Mutex::default(),
        })
    }

    /// Keeps versions that have become active, so that they can be restored.
    pub fn keep(&self, activated: &[ActivatedVersion]) {
        for version in activated {
            if let Some(Err(error)) = self.versions.as_ref().map(|versions| versions.keep(version)) {
                let connector = version.name.as_str();
                tracing::warn!(connector, %error, "this version of the connector could not be kept and cannot be restored later");
            }
        }
    }

    /// The resource types of a connector with a mapping, if some instance uses them.
    pub(super) fn kinds(&self, key: &KindsKey) -> Option<Arc<[Kind]>> {
        self.kinds.lock().unwrap_or_else(PoisonError::into_inner).get(key)?.upgrade()
    }

    pub(super) fn remember_kinds(&self, key: KindsKey, kinds: &Arc<[Kind]>) {
        let mut all = self.kinds.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, kinds| kinds.strong_count() > 0);
        all.insert(key, Arc::downgrade(kinds));
    }
}

/// There is a place for every operation that is admitted, up to what address space allows; memory is what is scarce.
fn runtime_limits(server: &Server, state: Option<&Path>) -> RuntimeLimits {
    RuntimeLimits {
        slots: server.max_in_flight.min(MAX_SLOTS),
        total_memory: server.connector_memory,
        compile: CompileLimits { cpu: server.compile_time, ..CompileLimits::default() },
        cache: state.map(|state| state.join("code")),
        ..RuntimeLimits::default()
    }
}

/// Creates the directory for the gateway's user only. Threat: compiled code is run without further checks, so anyone who can write
/// there can take over the gateway; a directory that others can write to is not used.
fn prepare(state: &Path) -> io::Result<()> {
    use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
    let within: [PathBuf; 2] = ["code", "connectors"].map(|name| state.join(name));
    for directory in &within {
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    }
    for directory in within.iter().map(PathBuf::as_path).chain([state]) {
        // A file that we create is ours, and so is a directory with the same owner.
        let ours = tempfile::tempfile_in(directory)?.metadata()?.uid();
        let found = std::fs::symlink_metadata(directory)?;
        if !found.is_dir() || found.uid() != ours || found.mode() & 0o022 != 0 {
            let problem = format!(
                "others may write to {}; it must belong to the gateway's user alone: run chown and chmod go-w",
                directory.display()
            );
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, problem));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn a_state_directory_that_others_may_write_to_is_not_used() {
        let folder = tempfile::tempdir().expect("a directory");
        let state = folder.path().join("state");
        prepare(&state).expect("prepared");
        assert_eq!(std::fs::metadata(&state).expect("a directory").permissions().mode() & 0o777, 0o700);
        std::fs::set_permissions(&state, std::fs::Permissions::from_mode(0o777)).expect("opened to all");
        assert_eq!(prepare(&state).expect_err("refused").kind(), io::ErrorKind::PermissionDenied);
    }
}
