//! Compiled code on disk, and how it comes into the process that serves.
//!
//! wasmtime loads compiled code either through `unsafe` functions or from its own cache, whose files it finds by a digest of the
//! engine's settings and of the file that was compiled. The serving engine has no compiler, so it can only find what is there. What
//! it looks for is not the connector's file, which it would have to encode as a component first, but a placeholder with that file's
//! digest; [`Code::keep`] stores the code under the name that the engine derives from it.

use super::super::contract::CONTRACT;
use super::super::sha256::Sha256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::Digest as _;
use std::fs;
use std::hash::{Hash, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use wasmtime::Engine;
use wasmtime::component::Component;

/// The age of a workplace that nobody works in any more: longer than the limits on compiling allow.
const FORGOTTEN: Duration = Duration::from_secs(24 * 3600);

/// The compiled code of all connectors, in one directory. Threat: it is run without further checks, so the directory must belong to
/// the gateway's user alone; see [`super::super::RuntimeLimits::cache`].
#[derive(Debug, Clone)]
pub(crate) struct Code {
    directory: PathBuf,
    /// Deletes a directory that is only for this process.
    _temporary: Option<Arc<TempDir>>,
}

impl Code {
    /// The code in a directory, or, without one, code that is forgotten at the end of the process.
    pub(crate) fn open(directory: Option<&Path>) -> io::Result<Self> {
        let (directory, temporary) = match directory {
            Some(directory) => (std::path::absolute(directory)?, None),
            None => {
                let temporary = tempfile::Builder::new().prefix("scim-gateway-code-").tempdir()?;
                (temporary.path().to_owned(), Some(Arc::new(temporary)))
            }
        };
        let new = directory.join("new");
        fs::create_dir_all(&new)?;
        remove_forgotten(&new)?;
        Ok(Self { directory, _temporary: temporary })
    }

    /// The directory of wasmtime's cache, which deletes the files that it does not know.
    pub(crate) fn cache(&self) -> PathBuf {
        self.directory.join("kept")
    }

    /// A directory in which a compiler leaves its result; deleted with the value.
    pub(crate) fn workplace(&self) -> io::Result<TempDir> {
        tempfile::Builder::new().tempdir_in(self.directory.join("new"))
    }

    /// The code of a connector, if it is kept.
    pub(crate) fn find(&self, engine: &Engine, connector: &Sha256) -> wasmtime::Result<Component> {
        Component::from_binary(engine, &placeholder(connector))
    }

    /// Keeps what a compiler left in its workplace, for an engine without a compiler.
    pub(crate) fn keep(&self, engine: &Engine, connector: &Sha256, workplace: &Path) -> io::Result<()> {
        // One folder, named for the version of wasmtime, with one file.
        let version = only(&workplace.join("modules"))?;
        let compiled = only(&version)?;
        let folder = self.cache().join("modules").join(version.file_name().unwrap_or_default());
        fs::create_dir_all(&folder)?;
        fs::File::open(&compiled)?.sync_all()?;
        fs::rename(compiled, folder.join(key(engine, &placeholder(connector))))
    }
}

/// Removes the workplaces of gateways that were killed. Another gateway may work in those that are not old.
fn remove_forgotten(workplaces: &Path) -> io::Result<()> {
    for entry in fs::read_dir(workplaces)? {
        let entry = entry?;
        if entry.metadata()?.modified()?.elapsed().is_ok_and(|age| age > FORGOTTEN) {
            fs::remove_dir_all(entry.path())?;
        }
    }
    Ok(())
}

/// The entry of a directory that is neither temporary nor about another one.
fn only(directory: &Path) -> io::Result<PathBuf> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        let versioned = path.is_dir();
        if versioned || path.extension().is_none() {
            return Ok(path);
        }
    }
    Err(io::Error::new(io::ErrorKind::NotFound, "the compiler left nothing"))
}

/// An empty component with what identifies the code: the connector's file, and the program that compiled it.
fn placeholder(connector: &Sha256) -> Vec<u8> {
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.extend(format!("{connector} {CONTRACT} {}", env!("CARGO_PKG_VERSION")).bytes());
    bytes
}

/// The name under which wasmtime's cache looks for the code of a component.
fn key(engine: &Engine, component: &[u8]) -> String {
    let mut digest = CacheDigest(sha2::Sha256::new());
    // The engine, the component, no debug information, no intrinsics.
    (engine.precompile_compatibility_hash(), component, None::<&[u8]>, None::<&str>).hash(&mut digest);
    URL_SAFE_NO_PAD.encode(digest.0.finalize())
}

/// SHA-256 as a hasher.
struct CacheDigest(sha2::Sha256);

impl Hasher for CacheDigest {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Not used: a digest has more bytes.
    fn finish(&self) -> u64 {
        0
    }
}
