//! One operation's bad row fails that operation alone, whatever makes the row bad.
//!
//! The constraints are read from the databases' catalogs. A trigger makes a marked row violate one of them, with the database's own
//! error; so a new constraint is tested without anybody thinking of it, and one that this file cannot violate fails the test.

use super::database::{Database, Place, keep};
use futures_util::future::join_all;
use jiff::Timestamp;
use scim_store::{
    Deactivated, Generation, GroupKey, Holding, Inactive, LogEntry, Phase, RailWrite, ResourceKey, StandingWrite,
    Store, Write,
};
use serde_json::{Map, json};
use sqlx::{Any, AnyConnection, AssertSqlSafe, Connection as _, Executor as _};
use std::time::Duration;

/// The instance, or the secret, whose rows are bad.
const BAD: &str = "bad";
const GOOD: [&str; 7] = ["a", "b", "c", "d", "e", "f", "g"];

/// A table as the database describes it.
#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) name: String,
    columns: Vec<Column>,
    /// The names and columns of the unique indexes, the primary key's among them.
    unique: Vec<(String, Vec<String>)>,
    /// Constraints of other kinds.
    others: Vec<String>,
}

#[derive(Debug)]
struct Column {
    name: String,
    is_text: bool,
    not_null: bool,
}

impl Table {
    /// The column that has [`BAD`].
    pub(crate) fn marker(&self) -> &str {
        let has_instance = self.columns.iter().any(|column| column.name == "instance");
        if has_instance { "instance" } else { "name" }
    }

    /// A statement that inserts a row with the values that `value` chooses: a number, or none for NULL.
    fn insert(&self, value: impl Fn(&Column) -> Option<u32>) -> String {
        let values = self.columns.iter().map(|column| match value(column) {
            None => "NULL".to_owned(),
            Some(number) if column.is_text => format!("'v{number}'"),
            Some(number) => number.to_string(),
        });
        let names: Vec<&str> = self.columns.iter().map(|column| column.name.as_str()).collect();
        format!("INSERT INTO {} ({}) VALUES ({});", self.name, names.join(", "), values.collect::<Vec<_>>().join(", "))
    }

    /// Statements that violate each constraint, with a part of the database's error.
    fn violations(&self, database: Database) -> Vec<(String, String)> {
        assert!(self.others.is_empty(), "write statements that violate {:?} of {}", self.others, self.name);
        let not_null = self.columns.iter().filter(|column| column.not_null).map(|null| {
            let insert = self.insert(|column| (column.name != null.name).then_some(1));
            let error = match database {
                Database::Sqlite => format!("NOT NULL constraint failed: {}.{}", self.name, null.name),
                Database::Postgres => {
                    format!("null value in column \"{}\" of relation \"{}\"", null.name, self.name)
                }
            };
            (error, insert)
        });
        let unique = self.unique.iter().map(|(name, key)| {
            let first = self.insert(|_| Some(1));
            let second = self.insert(|column| Some(if key.contains(&column.name) { 1 } else { 2 }));
            let error = match database {
                Database::Sqlite => format!("UNIQUE constraint failed: {}.{}", self.name, key[0]),
                Database::Postgres => format!("unique constraint \"{name}\""),
            };
            (error, first + &second)
        });
        not_null.chain(unique).collect()
    }
}

impl Database {
    /// The tables of the schema.
    pub(crate) async fn tables(self, connection: &mut AnyConnection) -> Vec<Table> {
        let names = match self {
            Self::Sqlite => "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'",
            Self::Postgres => "SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'",
        };
        let names: Vec<String> = sqlx::query_scalar(names).fetch_all(&mut *connection).await.unwrap();
        let mut tables = Vec::new();
        for name in names.into_iter().filter(|name| name != "_sqlx_migrations") {
            tables.push(self.table(connection, name).await);
        }
        tables
    }

    async fn table(self, connection: &mut AnyConnection, name: String) -> Table {
        let (columns, indexes, others) = match self {
            Self::Sqlite => (
                format!("SELECT name, type = 'TEXT', \"notnull\" FROM pragma_table_info('{name}')"),
                format!(
                    "SELECT l.name, COALESCE(group_concat(i.name), '') FROM pragma_index_list('{name}') l
                     JOIN pragma_index_info(l.name) i WHERE l.\"unique\" GROUP BY l.name"
                ),
                format!(
                    "SELECT 'foreign key to ' || \"table\" FROM pragma_foreign_key_list('{name}') UNION ALL
                     SELECT 'check' FROM sqlite_master WHERE name = '{name}' AND sql LIKE '%CHECK%(%' UNION ALL
                     SELECT name FROM sqlite_master WHERE tbl_name = '{name}' AND type = 'trigger'"
                ),
            ),
            Self::Postgres => (
                format!(
                    "SELECT column_name::text, (data_type = 'text')::int::bigint, (is_nullable = 'NO')::int::bigint
                     FROM information_schema.columns WHERE table_name = '{name}' ORDER BY ordinal_position"
                ),
                format!(
                    "SELECT c.relname::text, string_agg(a.attname, ',') FROM pg_index i
                     JOIN pg_class c ON c.oid = i.indexrelid
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
                     WHERE i.indrelid = '{name}'::regclass AND i.indisunique GROUP BY c.relname"
                ),
                format!(
                    "SELECT conname::text FROM pg_constraint WHERE conrelid = '{name}'::regclass
                     AND contype NOT IN ('p', 'u', 'n') UNION ALL
                     SELECT tgname::text FROM pg_trigger WHERE tgrelid = '{name}'::regclass AND NOT tgisinternal"
                ),
            ),
        };
        let columns = sqlx::query_as::<Any, (String, i64, i64)>(AssertSqlSafe(columns)).fetch_all(&mut *connection);
        let columns = columns.await.unwrap().into_iter();
        let columns =
            columns.map(|(name, is_text, not_null)| Column { name, is_text: is_text != 0, not_null: not_null != 0 });
        let columns = columns.collect();
        let indexes = sqlx::query_as::<Any, (String, String)>(AssertSqlSafe(indexes)).fetch_all(&mut *connection);
        let indexes = indexes.await.unwrap().into_iter();
        let unique = indexes.map(|(index, columns)| (index, columns.split(',').map(str::to_owned).collect()));
        let unique = unique.collect();
        let others = sqlx::query_scalar(AssertSqlSafe(others)).fetch_all(connection).await.unwrap();
        Table { name, columns, unique, others }
    }

    /// SQL that makes rows of the table with [`BAD`] run these statements.
    fn trigger(self, table: &str, marker: &str, statements: &str) -> String {
        match self {
            Self::Sqlite => {
                format!(
                    "CREATE TRIGGER violate BEFORE INSERT ON {table} WHEN NEW.{marker} = '{BAD}'
                     BEGIN {statements} END"
                )
            }
            Self::Postgres => {
                let statements = match statements.strip_prefix("SELECT") {
                    Some(expression) => format!("PERFORM{expression}"),
                    None => statements.to_owned(),
                };
                format!(
                    "CREATE FUNCTION violate() RETURNS trigger LANGUAGE plpgsql AS
                     $$ BEGIN IF NEW.{marker} = '{BAD}' THEN {statements} END IF; RETURN NEW; END $$;
                     CREATE TRIGGER violate BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION violate()"
                )
            }
        }
    }

    fn no_trigger(self, table: &str) -> String {
        match self {
            Self::Sqlite => "DROP TRIGGER violate".to_owned(),
            Self::Postgres => format!("DROP TRIGGER violate ON {table}; DROP FUNCTION violate"),
        }
    }
}

/// A write that inserts a row into the table, for an instance.
pub(crate) fn sample(table: &str, instance: &'static str) -> Write {
    let (owner, resource_type) = (instance.to_owned(), "User".to_owned());
    let resource = ResourceKey { instance: owner.clone(), resource_type: resource_type.clone(), id: "1".to_owned() };
    let group = GroupKey { instance: owner.clone(), group: "1".to_owned() };
    let (slot, value) = ("manager.value".to_owned(), "2".to_owned());
    match table {
        "kept" => Write::Keep { resource, slot, value: json!("x"), app: None },
        "awaited" => Write::Await { resource, slot, refers_to: resource_type, value },
        "connector_state" => Write::SetState { instance: owner, name: "n".to_owned(), value },
        "secret" => Write::Secret { name: instance, value },
        "bindings" => Write::Standing(StandingWrite::Bind { resource, app_id: Some(value) }),
        "inactive" => {
            let inactive = Inactive {
                id: "1".to_owned(),
                matching: "ada".to_owned(),
                external_id: None,
                phase: Phase::Removed,
                resource: Map::new(),
            };
            Write::Standing(StandingWrite::Inactive { instance: owner, resource_type, inactive })
        }
        "group_sequence" => Write::Standing(StandingWrite::Group(group)),
        "memberships" => Write::Standing(StandingWrite::Member { group, user: value, pending: false }),
        "deactivations" => {
            Write::Rail(RailWrite::Deactivates(Deactivated { instance: owner, id: value, time: Timestamp::UNIX_EPOCH }))
        }
        "guard_rails" => {
            Write::Rail(RailWrite::Tripped { instance: owner, rail: "r", time: Timestamp::UNIX_EPOCH, reason: value })
        }
        "generations" => {
            let generation = Generation { number: 1, identity: value, served: Timestamp::UNIX_EPOCH };
            Write::Generation { instance: owner, generation }
        }
        "provisioning_log" => Write::Log(Box::new(LogEntry {
            time: Timestamp::UNIX_EPOCH,
            correlation: owner.clone(),
            instance: owner,
            client: "rfc".to_owned(),
            operation: "create".to_owned(),
            resource_type: None,
            id: None,
            matching: None,
            status: 201,
            scim_type: None,
            app_calls: Vec::new(),
            unlisted_calls: 0,
            generation: None,
            ignored: Vec::new(),
            duration: Duration::ZERO,
        })),
        _ => panic!("there is no write for the new table {table}: add one"),
    }
}

/// The tables, and a write that inserts a row into each, for an instance.
pub(crate) fn named_writes(instance: &'static str) -> Vec<(&'static str, Write)> {
    let held = Holding::ALL.into_iter().map(Holding::table);
    held.chain(["secret", "generations"]).map(|table| (table, sample(table, instance))).collect()
}

/// A write for each table of what is remembered of an instance.
pub(crate) fn every_write(instance: &'static str) -> Vec<Write> {
    let writes = named_writes(instance).into_iter();
    writes.filter(|(table, _)| !matches!(*table, "secret" | "generations")).map(|(_, write)| write).collect()
}

pub(crate) async fn connect(place: &Place) -> AnyConnection {
    sqlx::any::install_default_drivers();
    AnyConnection::connect(&place.url.replace('%', "%25").replace(' ', "%20").replace('#', "%23")).await.unwrap()
}

/// Commits a bad row among good ones while the statements make it bad, and checks that it fails alone.
async fn fails_alone(
    database: Database,
    store: &Store,
    connection: &mut AnyConnection,
    table: &Table,
    (what, statements): (&str, &str),
) {
    let trigger = database.trigger(&table.name, table.marker(), statements);
    connection.execute(AssertSqlSafe(trigger)).await.unwrap();
    let owners = [&GOOD[..3], &[BAD], &GOOD[3..]].concat();
    let commits = owners.iter().map(|owner| store.commit(vec![sample(&table.name, owner)]));
    let outcomes = join_all(commits).await;
    for (owner, outcome) in owners.iter().zip(&outcomes) {
        match outcome {
            Ok(()) => assert_ne!(*owner, BAD, "{database:?}: no error with {what}"),
            Err(error) => {
                assert_eq!(*owner, BAD, "{database:?}, {what}: {error}");
                assert!(error.to_string().contains(what), "{database:?}, {what}: {error}");
            }
        }
    }
    assert_eq!(store.trouble(), None, "{database:?}, {what}: it is the row's fault");
    let count = format!("SELECT COUNT(*) FROM {} WHERE {} = '{BAD}'", table.name, table.marker());
    let count: i64 = sqlx::query_scalar(AssertSqlSafe(count)).fetch_one(&mut *connection).await.unwrap();
    assert_eq!(count, 0, "{database:?}, {what}");
    connection.execute(AssertSqlSafe(database.no_trigger(&table.name))).await.unwrap();
}

#[tokio::test]
async fn a_row_that_violates_any_constraint_of_any_table_fails_alone() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        let mut connection = connect(&place).await;
        let tables = database.tables(&mut connection).await;
        assert!(tables.len() >= 12, "{tables:?}");
        for table in &tables {
            let violations = table.violations(database);
            assert!(violations.len() >= 2, "{table:?}");
            for (error, statements) in &violations {
                fails_alone(database, &store, &mut connection, table, (error, statements)).await;
            }
        }
    }
}

#[tokio::test]
async fn so_does_a_row_that_is_bad_in_any_other_way() {
    let tables = "CREATE TABLE parent (id BIGINT PRIMARY KEY);
        CREATE TABLE child (id BIGINT CHECK (id > 0), parent BIGINT REFERENCES parent (id))";
    // A part of the database's error, and statements that cause it.
    let sqlite = [
        ("CHECK constraint failed", "INSERT INTO child (id) VALUES (0);"),
        ("FOREIGN KEY constraint failed", "INSERT INTO child (parent) VALUES (1);"),
        ("a trigger's own", "SELECT RAISE(ABORT, 'a trigger''s own');"),
        ("string or blob too big", "SELECT zeroblob(2000000000);"),
        ("datatype mismatch", "SELECT 1 LIMIT 'x';"),
    ];
    let postgres = [
        ("violates check constraint", "INSERT INTO child (id) VALUES (0);"),
        ("violates foreign key constraint", "INSERT INTO child (parent) VALUES (1);"),
        ("integer out of range", "SELECT 3000000000::int;"),
        ("invalid byte sequence for encoding", "SELECT convert_from('\\xff', 'UTF8');"),
        (
            "cannot affect row a second time",
            "INSERT INTO parent VALUES (1), (1) ON CONFLICT (id) DO UPDATE SET id = 2;",
        ),
        (
            "exceeds btree version 4 maximum",
            "INSERT INTO secret SELECT string_agg(md5(n::text), ''), '' FROM generate_series(1, 120) n;",
        ),
    ];
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        let mut connection = connect(&place).await;
        let found = database.tables(&mut connection).await;
        let kept = found.iter().find(|table| table.name == "kept").unwrap();
        connection.execute(tables).await.unwrap();
        for bad in if database == Database::Sqlite { &sqlite[..] } else { &postgres[..] } {
            fails_alone(database, &store, &mut connection, kept, *bad).await;
        }
    }
}

#[tokio::test]
async fn a_failing_database_is_no_rows_fault() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        let mut connection = connect(&place).await;
        connection.execute("ALTER TABLE kept RENAME TO away").await.unwrap();
        let outcomes = join_all(GOOD.map(|owner| store.commit(vec![sample("kept", owner)]))).await;
        assert!(outcomes.iter().all(Result::is_err), "{database:?}");
        assert!(store.trouble().is_some(), "{database:?}");
        assert_eq!(store.counts().transactions, 0, "{database:?}");
    }
}

fn bind(id: &str, app_id: &str) -> Write {
    let resource = ResourceKey { instance: "acme".to_owned(), resource_type: "User".to_owned(), id: id.to_owned() };
    Write::Standing(StandingWrite::Bind { resource, app_id: Some(app_id.to_owned()) })
}

/// An app that answers one id twice.
#[tokio::test]
async fn a_second_resource_with_an_apps_id_fails_alone() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let writes = [bind("1", "11"), bind("2", "11"), bind("3", "33"), keep("4", "title", "x")];
        let outcomes = join_all(writes.map(|write| store.commit(vec![write]))).await;
        let failed: Vec<bool> = outcomes.iter().map(Result::is_err).collect();
        assert_eq!(failed, [false, true, false, false], "{database:?}");
        assert_eq!(store.trouble(), None, "{database:?}");
    }
}

#[tokio::test]
async fn several_bad_rows_fail_alone_and_log_rows_survive_them() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        store.commit(vec![bind("taken", "x")]).await.unwrap();
        let Write::Log(row) = sample("provisioning_log", "a") else { panic!("not a log row") };
        store.record(*row);
        let commits = (0..256).map(|n| {
            store.commit(vec![if n % 50 == 7 { bind(&n.to_string(), "x") } else { keep(&n.to_string(), "title", "y") }])
        });
        let outcomes = join_all(commits).await;
        for (n, outcome) in outcomes.iter().enumerate() {
            assert_eq!(outcome.is_err(), n % 50 == 7, "{database:?} {n}: {outcome:?}");
        }
        let all = scim_store::LogFilter { limit: 9, ..Default::default() };
        assert_eq!(store.log(&all).await.unwrap().len(), 1, "{database:?}");
        assert_eq!(store.counts().dropped_log_rows, [].into(), "{database:?}");
    }
}

/// No operation waits for another transaction because somebody else writes the same row.
#[tokio::test]
async fn operations_that_write_the_same_row_share_a_transaction() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        let tables = database.tables(&mut connect(&place).await).await;
        for table in &tables {
            let before = store.counts();
            // What is only logged does not count as a transaction.
            let others = || [keep("1", "title", "x"), sample(&table.name, "a")];
            let outcomes = join_all((0..3).map(|_| store.commit(others().into()))).await;
            assert!(outcomes.iter().all(Result::is_ok), "{database:?} {}: {outcomes:?}", table.name);
            let counts = store.counts();
            assert_eq!(counts.commits - before.commits, 3, "{database:?} {}", table.name);
            assert_eq!(counts.transactions - before.transactions, 1, "{database:?} {}", table.name);
        }
    }
}

#[tokio::test]
async fn an_apps_id_passes_from_one_resource_to_another_in_one_transaction() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        store.commit(vec![bind("1", "11"), bind("2", "22")]).await.unwrap();
        let before = store.counts().transactions;
        // Whichever row comes first: the other one has its new id still, or already.
        let writes = [bind("2", "33"), bind("1", "22"), bind("3", "11")];
        for outcome in join_all(writes.map(|write| store.commit(vec![write]))).await {
            outcome.unwrap();
        }
        assert_eq!(store.counts().transactions - before, 1, "{database:?}");
        store.commit(vec![bind("1", "11"), bind("3", "22")]).await.unwrap();
        let ids = store.app_ids("acme", "User", &["1", "2", "3"]).await.unwrap();
        assert_eq!([&ids["1"], &ids["2"], &ids["3"]], ["11", "33", "22"], "{database:?}");
    }
}
