//! The generations of an instance: the tenants and apps that its name has stood for.

use crate::error::StoreError;
use crate::reader::Reader;
use crate::space::{Space, stored};
use crate::statement::{Cell, Row, Statement};
use crate::store::Store;
use crate::text::time_text;
use crate::write::Write;
use jiff::Timestamp;
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe};
use std::collections::BTreeMap;

/// One generation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generation {
    /// Counted from 1.
    pub number: u32,
    /// Whom it stands for: the connector, and where the app is.
    pub identity: String,
    /// When a gateway began to serve it; of an instance's generations, the latest is the one that is served.
    pub served: Timestamp,
}

/// What is remembered of users and groups, which no app could give back.
const VALUABLE: [Holding; 6] =
    [Holding::Kept, Holding::Awaited, Holding::Bindings, Holding::Inactive, Holding::Groups, Holding::Memberships];

/// A kind of rows that a generation may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Holding {
    /// Kept attributes.
    Kept,
    /// References to resources that do not exist yet.
    Awaited,
    /// Ids of accounts that the app made anew.
    Bindings,
    /// Inactive users.
    Inactive,
    /// Groups in the order of their creation.
    Groups,
    /// Requested memberships.
    Memberships,
    /// What the connector remembers.
    State,
    /// Deactivations that a guard rail counts.
    Deactivations,
    /// Guard rails that were tripped or lifted.
    Rails,
    /// Rows of the provisioning log.
    Log,
}

impl Holding {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Kept,
        Self::Awaited,
        Self::Bindings,
        Self::Inactive,
        Self::Groups,
        Self::Memberships,
        Self::State,
        Self::Deactivations,
        Self::Rails,
        Self::Log,
    ];

    /// The word for programs.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Kept => "kept-values",
            Self::Awaited => "pending-references",
            Self::Bindings => "ids",
            Self::Inactive => "inactive-users",
            Self::Groups => "groups",
            Self::Memberships => "memberships",
            Self::State => "connector-state",
            Self::Deactivations => "deactivations",
            Self::Rails => "guard-rails",
            Self::Log => "log-rows",
        }
    }

    /// The table of the rows.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Awaited => "awaited",
            Self::Bindings => "bindings",
            Self::Inactive => "inactive",
            Self::Groups => "group_sequence",
            Self::Memberships => "memberships",
            Self::State => "connector_state",
            Self::Deactivations => "deactivations",
            Self::Rails => "guard_rails",
            Self::Log => "provisioning_log",
        }
    }

    /// The rows of a generation: a condition whose parameters are the instance's name and the generation.
    pub(crate) const fn condition(self) -> &'static str {
        match self {
            // Rows from before there were generations are the first one's.
            Self::Log => "instance = $1 AND COALESCE(generation, 1) = $2",
            _ => "instance = $1 AND $2 > 0",
        }
    }

    /// The value of the condition's first parameter.
    pub(crate) fn owner(self, instance: &str, generation: u32) -> String {
        if self == Self::Log { instance.to_owned() } else { stored(instance, generation) }
    }
}

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

pub(crate) async fn generations(pool: &AnyPool, instance: &str) -> Result<Vec<Generation>, StoreError> {
    let rows = sqlx::query_as::<Any, (i64, String, String)>(
        "SELECT generation, identity, served FROM generations WHERE instance = $1 ORDER BY served, generation",
    )
    .bind(instance)
    .fetch_all(pool)
    .await?;
    let read = |(number, identity, served): (i64, String, String)| {
        Ok(Generation { number: u32::try_from(number).unwrap_or(1), identity, served: served.parse()? })
    };
    rows.into_iter().map(read).collect()
}

/// The net effect of writes to the table.
#[derive(Debug, Default)]
pub(crate) struct GenerationChanges<'a>(BTreeMap<(&'a str, u32), &'a Generation>);

impl<'a> GenerationChanges<'a> {
    pub(crate) fn serve(&mut self, instance: &'a str, generation: &'a Generation) {
        self.0.insert((instance, generation.number), generation);
    }

    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let row = |((instance, number), generation): (&(&'a str, u32), &&'a Generation)| -> Row<'a> {
            vec![
                Cell::text(instance),
                Cell::Number(i64::from(*number)),
                Cell::text(&generation.identity),
                Cell::Text(time_text(generation.served).into()),
            ]
        };
        let rows: Vec<Row<'_>> = self.0.iter().map(row).collect();
        SERVE.run(connection, &rows).await
    }
}

const SERVE: Statement = Statement {
    head: "INSERT INTO generations (instance, generation, identity, served) VALUES ",
    tail: " ON CONFLICT (instance, generation) DO UPDATE SET identity = excluded.identity, served = excluded.served",
};
