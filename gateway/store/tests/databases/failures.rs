//! A database that fails: what it did not take was not acknowledged, nobody else is harmed, and it works again without a restart.

use super::constraints::{connect, every_write};
use super::database::{Database, Place, keep, server, user};
use futures_util::future::join_all;
use scim_store::{KeptValue, Store, StoreError, Write};
use serde_json::json;
use sqlx::{AssertSqlSafe, Executor as _};

/// What makes the database fail, and what mends it.
#[derive(Debug)]
struct Fault {
    breaks: String,
    mends: String,
}

/// A table that a statement cannot find, as after a failed restore.
fn without(table: &str) -> Fault {
    Fault {
        breaks: format!("ALTER TABLE {table} RENAME TO away"),
        mends: format!("ALTER TABLE away RENAME TO {table}"),
    }
}

/// An I/O error of PostgreSQL at a statement on the table, or only when the transaction commits.
fn io_error(table: &str, code: &str, at_commit: bool) -> Fault {
    let trigger = if at_commit {
        format!(
            "CREATE CONSTRAINT TRIGGER fail AFTER INSERT OR UPDATE OR DELETE ON {table} DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION fail()"
        )
    } else {
        format!("CREATE TRIGGER fail BEFORE INSERT OR UPDATE OR DELETE ON {table} EXECUTE FUNCTION fail()")
    };
    Fault {
        breaks: format!(
            "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS
             $$ BEGIN RAISE EXCEPTION 'could not write' USING ERRCODE = '{code}'; END $$; {trigger}"
        ),
        mends: format!("DROP TRIGGER fail ON {table}; DROP FUNCTION fail"),
    }
}

/// Runs a fault and checks the store meanwhile and afterwards. `writes` are those that fail.
async fn survives(database: Database, store: &Store, place: &Place, writes: Vec<Write>, fault: &Fault) {
    let mut connection = connect(place).await;
    connection.execute(AssertSqlSafe(fault.breaks.clone())).await.unwrap();
    // One commit with something good beside it: all or none.
    let marker = json!(format!("{fault:?}"));
    let commits = writes.iter().map(|write| store.commit(vec![keep("good", "title", marker.clone()), write.clone()]));
    for outcome in join_all(commits).await {
        assert!(matches!(outcome, Err(StoreError::Commit(_))), "{database:?} {fault:?}: {outcome:?}");
    }
    assert!(store.trouble().is_some(), "{database:?} {fault:?}");
    connection.execute(AssertSqlSafe(fault.mends.clone())).await.unwrap();
    let kept = store.kept(&user("good")).await.unwrap();
    assert!(kept.iter().all(|kept| kept.value != marker), "{database:?} {fault:?}: half of it was committed");
    for write in writes {
        store.commit(vec![keep("good", "title", marker.clone()), write]).await.unwrap();
    }
    assert_eq!(store.trouble(), None, "{database:?} {fault:?}");
    let expected = KeptValue { slot: "title".to_owned(), value: marker, app: None };
    assert_eq!(store.kept(&user("good")).await.unwrap(), [expected], "{database:?} {fault:?}");
}

#[tokio::test]
async fn a_failing_table_fails_what_is_written_there_and_nothing_else() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        let tables = database.tables(&mut connect(&place).await).await;
        for table in tables.iter().map(|table| table.name.as_str()).filter(|name| *name != "kept") {
            let (there, elsewhere) = writes_of(table);
            survives(database, &store, &place, vec![there], &without(table)).await;
            // Whoever writes elsewhere notices nothing.
            let fault = without(table);
            let mut connection = connect(&place).await;
            connection.execute(AssertSqlSafe(fault.breaks)).await.unwrap();
            for write in elsewhere {
                store.commit(vec![write]).await.unwrap();
            }
            connection.execute(AssertSqlSafe(fault.mends)).await.unwrap();
        }
    }
}

/// The write of every table that writes to this one, and the others.
fn writes_of(table: &str) -> (Write, Vec<Write>) {
    let mut others = Vec::new();
    let mut there = None;
    for (of, write) in super::constraints::named_writes("acme") {
        if of == table {
            there = Some(write);
        } else if !(table == "group_sequence" && of == "memberships") {
            others.push(write);
        }
    }
    (there.unwrap(), others)
}

#[tokio::test]
async fn an_io_error_of_postgresql_at_any_statement_or_at_the_commit_is_no_success() {
    let (store, place) = Database::Postgres.store().await;
    for (table, write) in super::constraints::named_writes("acme") {
        if table == "secret" {
            // A secret that is there already is not written again.
            continue;
        }
        // disk_full, io_error, and a server that is shutting down or out of memory.
        for code in ["53100", "58030", "53200", "57P03"] {
            survives(Database::Postgres, &store, &place, vec![write.clone()], &io_error(table, code, false)).await;
        }
        if table != "guard_rails" && table != "group_sequence" {
            let deferred = io_error(table, "58030", true);
            survives(Database::Postgres, &store, &place, vec![changed(write)], &deferred).await;
        }
    }
}

/// A write that changes a row which is there already.
fn changed(write: Write) -> Write {
    match write {
        Write::Log(mut row) => {
            row.correlation.push('+');
            Write::Log(row)
        }
        Write::Rail(scim_store::RailWrite::Deactivates(mut user)) => {
            user.id.push('+');
            Write::Rail(scim_store::RailWrite::Deactivates(user))
        }
        write => write,
    }
}

/// All connections end at once, as when the server is restarted: the commit that is under way is repeated.
#[tokio::test]
async fn a_server_that_ends_all_connections_fails_nothing_for_long() {
    let (store, place) = Database::Postgres.store().await;
    for round in 0..5 {
        let name = place.name();
        let end = format!("SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = '{name}'");
        server().run("postgres", &end).unwrap();
        let value = json!(round);
        store.commit(vec![keep("1", "title", value.clone())]).await.unwrap();
        // A reader's connection that was ended is noticed at its next use.
        while store.kept(&user("1")).await.is_err() {}
        assert_eq!(store.kept(&user("1")).await.unwrap()[0].value, value);
    }
}

/// Reconnecting after every bad row would make everybody wait for whoever sends them.
#[tokio::test]
async fn a_bad_row_costs_nobody_the_connection() {
    let (store, place) = Database::Postgres.store().await;
    let writers = || {
        let name = place.name();
        let sql = format!(
            "SELECT pid FROM pg_stat_activity WHERE datname = '{name}' AND application_name = 'scim-gateway' ORDER BY pid"
        );
        server().run("postgres", &sql).unwrap()
    };
    store.commit(vec![keep("1", "title", "x")]).await.unwrap();
    store.kept(&user("1")).await.unwrap();
    let before = writers();
    for _ in 0..5 {
        // PostgreSQL stores no NUL in a text.
        let bad = Write::SetState { instance: "acme".to_owned(), name: "n".to_owned(), value: "a\0b".to_owned() };
        let (bad, good) = tokio::join!(store.commit(vec![bad]), store.commit(vec![keep("1", "title", "y")]));
        assert!(bad.is_err() && good.is_ok(), "{bad:?} {good:?}");
    }
    store.commit(every_write("acme")).await.unwrap();
    assert_eq!(writers(), before);
}
