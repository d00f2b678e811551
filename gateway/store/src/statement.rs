//! One statement for many rows. A round trip a row is what makes a batch slow, and a text of its own for every number of rows
//! would push the prepared ones out of the connection's cache: so rows go in a few fixed portions.

use serde_json::{Map, Value};
use sqlx::any::AnyArguments;
use sqlx::query::Query;
use sqlx::{Any, AnyConnection, AssertSqlSafe};
use std::borrow::Cow;
use std::fmt::Write as _;

/// Rows that share a statement. 13 columns of 128 rows are far from what either database takes (32,766 parameters).
const PORTIONS: [usize; 6] = [128, 32, 8, 4, 2, 1];

/// A statement that has rows in its middle: `($1, $2), ($3, $4)`.
#[derive(Debug)]
pub(super) struct Statement {
    pub(super) head: &'static str,
    pub(super) tail: &'static str,
}

/// One value of a row.
#[derive(Debug, Clone)]
pub(super) enum Cell<'a> {
    Text(Cow<'a, str>),
    Number(i64),
    Null,
}

impl<'a> Cell<'a> {
    pub(super) fn text(text: &'a str) -> Self {
        Self::Text(Cow::Borrowed(text))
    }

    pub(super) fn json(value: &Value) -> Self {
        Self::Text(Cow::Owned(value.to_string()))
    }

    pub(super) fn object(object: &Map<String, Value>) -> Self {
        Self::Text(Cow::Owned(serde_json::to_string(object).unwrap_or_default()))
    }

    pub(super) fn optional_json(value: Option<&Value>) -> Self {
        value.map_or(Self::Null, Self::json)
    }

    /// Gives it to the statement's next placeholder.
    pub(super) fn bind_to<'q>(&'q self, query: Query<'q, Any, AnyArguments>) -> Query<'q, Any, AnyArguments> {
        match self {
            Self::Text(text) => query.bind(text.as_ref()),
            Self::Number(number) => query.bind(*number),
            Self::Null => query.bind(None::<String>),
        }
    }
}

impl Statement {
    /// Runs it for all rows, which are of equal length.
    pub(super) async fn run(&self, connection: &mut AnyConnection, rows: &[Vec<Cell<'_>>]) -> Result<(), sqlx::Error> {
        let mut rest = rows;
        while let Some(first) = rest.first() {
            let portion = PORTIONS.into_iter().find(|&portion| portion <= rest.len()).unwrap_or(1);
            let (rows, later) = rest.split_at(portion);
            // Only placeholders are put into the text, never a value.
            let mut query = sqlx::query::<Any>(AssertSqlSafe(self.text(portion, first.len(), place_of(connection))));
            for cell in rows.iter().flatten() {
                query = cell.bind_to(query);
            }
            query.execute(&mut *connection).await?;
            rest = later;
        }
        Ok(())
    }

    fn text(&self, rows: usize, columns: usize, write_place: fn(&mut String, usize)) -> String {
        let mut text = self.head.to_owned();
        for place in 0..rows * columns {
            let before = match (place, place % columns) {
                (0, _) => "(",
                (_, 0) => "), (",
                _ => ", ",
            };
            text.push_str(before);
            write_place(&mut text, place + 1);
        }
        text + ")" + self.tail
    }
}

/// Rows of one table, each a key and its values: what has no values is deleted, then the others are written.
pub(super) async fn replace<'a>(
    connection: &mut AnyConnection,
    delete: &Statement,
    write: &Statement,
    rows: impl Iterator<Item = (Vec<Cell<'a>>, Option<Vec<Cell<'a>>>)>,
) -> Result<(), sqlx::Error> {
    let (mut gone, mut set) = (Vec::new(), Vec::new());
    for (mut row, values) in rows {
        match values {
            Some(values) => {
                row.extend(values);
                set.push(row);
            }
            None => gone.push(row),
        }
    }
    delete.run(connection, &gone).await?;
    write.run(connection, &set).await
}

/// SQLite looks every numbered place up in a list of all of them, which makes a long statement slow; PostgreSQL knows no others.
fn place_of(connection: &AnyConnection) -> fn(&mut String, usize) {
    if connection.backend_name() == "SQLite" {
        |text, _| text.push('?')
    } else {
        |text, number| {
            let _ = write!(text, "${number}");
        }
    }
}

/// Whether so many rows share one statement.
pub(super) fn is_portion(rows: usize) -> bool {
    PORTIONS.contains(&rows)
}

/// As many placeholders as `count` values need, from `$first` on, and how many they are: few numbers are used, so that
/// the statements stay prepared. The surplus is filled by repeating a value.
pub(super) fn places(first: usize, count: usize) -> (String, usize) {
    let count = PORTIONS.into_iter().rev().find(|&portion| portion >= count).unwrap_or(count);
    let places: Vec<String> = (first..first + count).map(|place| format!("${place}")).collect();
    (places.join(", "), count)
}

/// The most values that [`places`] is asked for.
pub(super) const MOST_PLACES: usize = PORTIONS[0];

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
        assert_eq!(places(3, 1), ("$3".to_owned(), 1));
        assert_eq!(places(2, 3), ("$2, $3, $4, $5".to_owned(), 4));
    }
}
