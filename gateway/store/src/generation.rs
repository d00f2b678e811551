//! The generations of an instance: the tenants and apps that its name has stood for.

use crate::error::StoreError;
use crate::statement::{Cell, Row, Statement};
use crate::text::time_text;
use jiff::Timestamp;
use sqlx::{Any, AnyConnection, AnyPool};
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
