//! SQL statements over many rows. One round trip per row is what makes a batch slow, and a different text for every number of rows
//! would evict the prepared statements from the connection's cache: so rows are sent in a few fixed portions.

use serde_json::{Map, Value};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Rows that share a statement. 128 rows of 13 columns are far below the limit of either database (32,766 parameters).
const PORTIONS: [usize; 6] = [128, 32, 8, 4, 2, 1];

/// The most values that [`placeholders`] is asked for.
pub(crate) const MAX_PLACEHOLDERS: usize = PORTIONS[0];

/// A statement with rows in its middle: `($1, $2), ($3, $4)`.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) head: &'static str,
    pub(crate) tail: &'static str,
}

/// One row's values, in the order of the statement's columns.
pub(crate) type Row<'a> = Vec<Cell<'a>>;

/// One value of a row.
#[derive(Debug, Clone)]
pub(crate) enum Cell<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    /// NULL in a column of texts.
    Null,
    /// NULL in a column of numbers.
    NoNumber,
}

impl<'a> Cell<'a> {
    pub(crate) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub(crate) fn json(value: &Value) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }

    pub(crate) fn object(object: &Map<String, Value>) -> Self {
        Self::Text(Cow::Owned(serde_json::to_string(object).unwrap_or_default()))
    }

    pub(crate) fn optional_json(value: Option<&Value>) -> Self {
        value.map_or(Self::Null, Self::json)
    }

    /// Binds it to the query's next placeholder.
    pub(crate) fn bind_to<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        match self {
            Self::Text(text) => query.bind(text.as_ref()),
            Self::Number(number) => query.bind(*number),
            Self::Null => query.bind(None::<String>),
            Self::NoNumber => query.bind(None::<i64>),
        }
    }
}

impl Statement {
    /// Runs it for all rows, which have equal lengths.
    pub(crate) async fn run(&self, connection: &mut AnyConnection, rows: &[Row<'_>]) -> Result<(), sqlx::Error> {
        let mut rest = rows;
        while let Some(first) = rest.first() {
            let portion = PORTIONS.into_iter().find(|&portion| portion <= rest.len()).unwrap_or(1);
            let (rows, later) = rest.split_at(portion);
            let text = self.text(portion, first.len(), placeholder_style(connection));
            // The text contains placeholders only, never a value.
            let mut query = sqlx::query::<Any>(AssertSqlSafe(text));
            for cell in rows.iter().flatten() {
                query = cell.bind_to(query);
            }
            query.execute(&mut *connection).await?;
            rest = later;
        }
        Ok(())
    }

    fn text(&self, rows: usize, columns: usize, write_placeholder: fn(&mut String, usize)) -> String {
        let mut text = self.head.to_owned();
        for place in 0..rows * columns {
            let before = match (place, place % columns) {
                (0, _) => "(",
                (_, 0) => "), (",
                _ => ", ",
            };
            text.push_str(before);
            write_placeholder(&mut text, place + 1);
        }
        text + ")" + self.tail
    }
}

/// Writes rows of one table, each a key and its values: deletes the rows without values, then writes the others.
pub(crate) async fn replace<'a>(
    connection: &mut AnyConnection,
    delete: &Statement,
    write: &Statement,
    rows: impl Iterator<Item = (Row<'a>, Option<Row<'a>>)>,
) -> Result<(), sqlx::Error> {
    let (mut deleted, mut written) = (Vec::new(), Vec::new());
    for (mut row, values) in rows {
        match values {
            Some(values) => {
                row.extend(values);
                written.push(row);
            }
            None => deleted.push(row),
        }
    }
    delete.run(connection, &deleted).await?;
    write.run(connection, &written).await
}

/// SQLite looks up every numbered placeholder in a list of all of them, which makes a long statement slow; PostgreSQL has no others.
fn placeholder_style(connection: &AnyConnection) -> fn(&mut String, usize) {
    if connection.backend_name() == "SQLite" {
        |text, _| text.push('?')
    } else {
        |text, number| {
            let _ = write!(text, "${number}");
        }
    }
}

/// Whether this many rows share one statement.
pub(crate) fn is_portion(rows: usize) -> bool {
    PORTIONS.contains(&rows)
}

/// Placeholders for at least `count` values, numbered from `$first`, and their number: few numbers are used, so that the statements
/// stay prepared. The caller fills the surplus by repeating a value.
pub(crate) fn placeholders(first: usize, count: usize) -> (String, usize) {
    let count = PORTIONS.into_iter().rev().find(|&portion| portion >= count).unwrap_or(count);
    let places: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    (places.join(", "), count)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_become_numbered_places() {
        let statement = Statement { head: "INSERT INTO t VALUES ", tail: " RETURNING 1" };
        let numbered: fn(&mut String, usize) = |text, number| {
            let _ = write!(text, "${number}");
        };
        assert_eq!(statement.text(2, 2, numbered), "INSERT INTO t VALUES ($1, $2), ($3, $4) RETURNING 1");
        assert_eq!(placeholders(3, 1), ("$3".to_owned(), 1));
        assert_eq!(placeholders(2, 3), ("$2, $3, $4, $5".to_owned(), 4));
    }
}
