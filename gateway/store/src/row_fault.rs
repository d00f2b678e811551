//! Tells errors that one row causes from errors of the database as a whole.

use sqlx::error::{DatabaseError, ErrorKind};
use sqlx::postgres::PgDatabaseError;
use sqlx::sqlite::SqliteError;

/// SQLite's result codes for a value that is too large, a violated constraint and a value of the wrong type: TOOBIG, CONSTRAINT and
/// MISMATCH (<https://www.sqlite.org/rescode.html>). Extended codes have them in their lowest byte.
const SQLITE: [i32; 3] = [18, 19, 20];
/// PostgreSQL's classes of errors for a row that a statement changes twice, an invalid value, a violated constraint and an exceeded limit,
/// such as the size of an index entry (<https://www.postgresql.org/docs/current/errcodes-appendix.html>).
const POSTGRES: [&str; 4] = ["21", "22", "23", "54"];

/// Whether a transaction failed because of a row that it wrote, so that the same transaction without that row may succeed.
pub(crate) fn is_row_fault(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Database(error) => is_of_row(error.as_ref()),
        // The driver cannot send the value.
        sqlx::Error::Encode(_) | sqlx::Error::InvalidArgument(_) => true,
        _ => false,
    }
}

fn is_of_row(error: &dyn DatabaseError) -> bool {
    match error.kind() {
        ErrorKind::UniqueViolation
        | ErrorKind::ForeignKeyViolation
        | ErrorKind::NotNullViolation
        | ErrorKind::CheckViolation
        | ErrorKind::ExclusionViolation => true,
        _ => {
            let code = error.code().unwrap_or_default();
            if error.try_downcast_ref::<SqliteError>().is_some() {
                code.parse::<i32>().is_ok_and(|code| SQLITE.contains(&(code & 0xff)))
            } else {
                error.try_downcast_ref::<PgDatabaseError>().is_some()
                    && POSTGRES.iter().any(|class| code.starts_with(class))
            }
        }
    }
}
