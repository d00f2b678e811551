//! One gateway an SQLite database.
//!
//! Threat: a gateway on SQLite knows in memory what is kept ([`super::known`]); a second one on the same file would miss
//! what the first keeps and answer clients without it. A lock on a file beside the database keeps it out, and goes with
//! the process however that ends.

use super::StoreError;
use super::open::private;
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often a gateway that waits looks whether the other has gone.
const LOOK: Duration = Duration::from_millis(50);

/// Claims the database for as long as the answer lives; waits up to `patience` for one that is going.
pub(super) async fn claim(database: &Path, patience: Duration) -> Result<File, StoreError> {
    let mut file = database.as_os_str().to_owned();
    file.push(".lock");
    let file = PathBuf::from(file);
    let failed = |source| StoreError::Lock { file: file.clone(), source };
    // SQLite's own file would not do: closing any handle of it lets go of SQLite's locks.
    let lock = private(&file).map_err(failed)?;
    let until = Instant::now() + patience;
    let mut looks = interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        looks.tick().await;
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
