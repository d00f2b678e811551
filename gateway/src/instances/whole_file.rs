//! Files that are written as a whole, or not at all.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::path::Path;

/// Writes a temporary file and renames it, so that the file is never incomplete. Without `permissions`, only the gateway's user may read it.
pub(super) fn replace(file: &Path, bytes: &[u8], permissions: Option<Permissions>) -> io::Result<()> {
    let folder = file.parent().unwrap_or(Path::new("."));
    let mut new = tempfile::Builder::new().prefix(".").suffix(".new").tempfile_in(folder)?;
    new.write_all(bytes)?;
    if let Some(permissions) = permissions {
        new.as_file().set_permissions(permissions)?;
    }
    new.as_file().sync_all()?;
    new.persist(file).map(drop).map_err(|error| error.error)
}
