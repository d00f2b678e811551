//! A key that says where a secret is: the secret is read, and a file that every user of the machine can read is a warning.

use super::context::ReadContext;
use super::secret::SecretSource;
use super::table::Table;
use secrecy::SecretString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

/// What users that are neither the owner nor in the group may do with a file.
const OTHERS: u32 = 0o007;

/// Reads the secret that a key names, if it names one. `remedy` says what to do if it cannot be read.
pub(super) fn read(
    table: &Table<'_>,
    key: &'static str,
    context: &ReadContext<'_>,
    remedy: impl Fn(&SecretSource) -> String,
) -> Option<SecretString> {
    let source: SecretSource = table.text(key)?;
    let secret = source.read(context.directory, context.environment);
    let secret = secret.map_err(|error| table.mistake(key, error, remedy(&source))).ok()?;
    if let SecretSource::File(path) = &source
        && is_exposed(&context.directory.join(path))
    {
        let path = path.display();
        let message = format_args!("every user of this machine can read {path}");
        table.warn(key, message, format_args!("run chmod o-rwx {path}"));
    }
    Some(secret)
}

fn is_exposed(file: &Path) -> bool {
    std::fs::metadata(file).is_ok_and(|found| found.permissions().mode() & OTHERS != 0)
}
