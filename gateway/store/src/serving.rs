//! Which generation of an instance is served, and what it holds.

use crate::error::StoreError;
use crate::generation::{Generation, generations};
use crate::holding::Holding;
use crate::reader::Reader;
use crate::space::{Space, stored};
use crate::store::Store;
use crate::write::Write;
use sqlx::{Any, AssertSqlSafe};

/// What is remembered of users and groups, which no app could give back.
const VALUABLE: [Holding; 6] =
    [Holding::Kept, Holding::Awaited, Holding::Bindings, Holding::Inactive, Holding::Groups, Holding::Memberships];

impl Store {
    /// The same store for one generation of an instance: what is read and written of the instance through this handle is that
    /// generation's.
    #[must_use]
    pub fn of_generation(&self, instance: &str, generation: u32) -> Self {
        self.within(Space::new(instance, generation))
    }

    /// The generations of an instance, the one that is served last.
    pub async fn generations(&self, instance: &str) -> Result<Vec<Generation>, StoreError> {
        generations(&self.reader().pool, instance).await
    }

    /// Whether anything is remembered of a generation's users and groups.
    pub async fn is_valuable(&self, instance: &str, generation: u32) -> Result<bool, StoreError> {
        let owner = stored(instance, generation);
        for holding in VALUABLE {
            let any =
                format!("SELECT COUNT(*) FROM (SELECT 1 FROM {} WHERE instance = $1 LIMIT 1) AS one", holding.table());
            let any = sqlx::query_scalar::<Any, i64>(AssertSqlSafe(any)).bind(&owner);
            if any.fetch_one(&self.reader().pool).await? > 0 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Remembers that a generation is served from now on.
    pub async fn serve_generation(&self, instance: &str, generation: &Generation) -> Result<(), StoreError> {
        let write = Write::Generation { instance: instance.to_owned(), generation: generation.clone() };
        self.commit(vec![write]).await
    }
}

impl Reader {
    /// The name under which the rows of an instance's served generation are stored.
    pub(crate) async fn served(&self, instance: &str) -> Result<String, StoreError> {
        let served = generations(&self.pool, instance).await?.pop();
        Ok(served.map_or_else(|| instance.to_owned(), |served| stored(instance, served.number)))
    }
}
