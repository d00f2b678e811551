//! One gateway per SQLite database.
//!
//! Threat: a gateway on SQLite has an index of the kept attributes in memory ([`crate::index`]); a second gateway on the same file
//! would miss what the first one keeps and answer clients without it. A lock on a file beside the database prevents that; the system
//! releases it with the process, however that ends.

use crate::database::private;
use crate::error::StoreError;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often a waiting gateway checks whether the other one has ended.
const CHECK: Duration = Duration::from_millis(50);

/// Claims the database for as long as the returned file is open; waits up to `patience` for another gateway to end.
pub(crate) async fn claim(database: &Path, patience: Duration) -> Result<File, StoreError> {
    let mut file = database.as_os_str().to_owned();
    file.push(".lock");
    let file = PathBuf::from(file);
    let failed = |source| StoreError::Lock { file: file.clone(), source };
    // Not on SQLite's own file: closing any handle of it would release SQLite's locks.
    let lock = private(&file).map_err(failed)?;
    let until = Instant::now() + patience;
    let mut checks = interval(CHECK);
    checks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        checks.tick().await;
        match lock.try_lock() {
            Ok(()) => return Ok(lock),
            Err(TryLockError::WouldBlock) if Instant::now() >= until => {
                return Err(StoreError::InUse(database.to_owned()));
            }
            Err(TryLockError::WouldBlock) => {}
            Err(TryLockError::Error(source)) => return Err(failed(source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_second_gateway_is_refused_until_the_first_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("store.db");
        let first = claim(&database, Duration::ZERO).await.unwrap();
        let refused = claim(&database, Duration::ZERO).await.unwrap_err().to_string();
        assert!(refused.contains("store.db") && refused.contains("PostgreSQL"), "{refused}");
        let (waited, ()) = tokio::join!(claim(&database, Duration::from_secs(10)), async { drop(first) });
        waited.unwrap();
    }
}
