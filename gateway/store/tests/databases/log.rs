//! The provisioning log.

use super::database::{Database, keep, user};
use jiff::{SignedDuration, Timestamp};
use scim_store::{DropReason, LogEntry, LogFilter, LoggedCall, Matching, Store, StoreError, Write, read_log};
use std::time::Duration;

pub(crate) fn entry(second: i64, instance: &str, id: &str) -> LogEntry {
    LogEntry {
        time: Timestamp::from_second(1_800_000_000 + second).unwrap() + Duration::from_micros(5),
        correlation: format!("c-{second}"),
        instance: instance.to_owned(),
        client: "entra".to_owned(),
        operation: "create".to_owned(),
        resource_type: Some("User".to_owned()),
        id: Some(id.to_owned()),
        matching: Some(Matching { slot: "userName".to_owned(), value: "ada@example.com".to_owned() }),
        status: 201,
        scim_type: None,
        app_calls: vec![LoggedCall {
            method: "POST".to_owned(),
            path: "/users/{id}.json".to_owned(),
            status: Some(201),
            duration: Duration::from_micros(12_300),
        }],
        unlisted_calls: 0,
        generation: None,
        ignored: vec!["nickName".to_owned()],
        duration: Duration::from_micros(15_042),
    }
}

/// Rows that were recorded before this are durable after it.
pub(crate) async fn settle(store: &Store) {
    store.commit(vec![Write::Forget(user("nobody"))]).await.unwrap();
}

async fn ids(store: &Store, filter: LogFilter) -> Vec<String> {
    let rows = store.log(&LogFilter { limit: filter.limit.max(1), ..filter }).await.unwrap();
    rows.into_iter().map(|row| row.id.unwrap()).collect()
}

#[tokio::test]
async fn a_row_is_read_as_it_was_recorded() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        let bare = LogEntry {
            id: None,
            matching: None,
            resource_type: None,
            app_calls: vec![],
            ignored: vec![],
            ..entry(2, "acme", "")
        };
        let refused = LogEntry { status: 409, scim_type: Some("uniqueness".to_owned()), ..entry(1, "acme", "7") };
        store.record(refused.clone());
        store.record(bare.clone());
        settle(&store).await;
        let all = LogFilter { limit: 10, ..LogFilter::default() };
        assert_eq!(store.log(&all).await.unwrap(), [bare.clone(), refused.clone()], "{database:?}");
        // The gateway runs on.
        assert_eq!(read_log(&place.store_url(), &all).await.unwrap(), [bare, refused], "{database:?}");
    }
}

#[tokio::test]
async fn rows_are_found_by_instance_id_user_status_and_time_newest_first() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        for (second, instance, id) in [(1, "acme", "7"), (2, "other", "7"), (3, "acme", "8"), (4, "acme", "7")] {
            store.record(entry(second, instance, id));
        }
        settle(&store).await;
        let user = |name: &str| Some(name.to_owned());
        let since = |second: i64| Some(entry(second, "", "").time);
        let [acme, seven] = ["acme", "7"].map(|text| Some(text.to_owned()));
        for (filter, expected) in [
            (LogFilter { limit: 9, ..LogFilter::default() }, vec!["7", "8", "7", "7"]),
            (LogFilter { limit: 2, ..LogFilter::default() }, vec!["7", "8"]),
            (LogFilter { limit: 9, instance: acme.clone(), ..LogFilter::default() }, vec!["7", "8", "7"]),
            (LogFilter { limit: 9, instance: acme, id: seven.clone(), ..LogFilter::default() }, vec!["7", "7"]),
            (LogFilter { limit: 9, id: seven, since: since(2), ..LogFilter::default() }, vec!["7", "7"]),
            (
                LogFilter { limit: 9, matching: user("ADA@example.com"), ..LogFilter::default() },
                vec!["7", "8", "7", "7"],
            ),
            (LogFilter { limit: 9, matching: user("bob@example.com"), ..LogFilter::default() }, vec![]),
            (LogFilter { limit: 9, status: Some(201..=201), ..LogFilter::default() }, vec!["7", "8", "7", "7"]),
            (LogFilter { limit: 9, status: Some(400..=599), ..LogFilter::default() }, vec![]),
            (LogFilter { limit: 9, since: since(3), ..LogFilter::default() }, vec!["7", "8"]),
        ] {
            assert_eq!(ids(&store, filter.clone()).await, expected, "{database:?} {filter:?}");
        }
    }
}

#[tokio::test]
async fn a_row_is_committed_with_what_is_remembered_or_not_at_all() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let row = || Write::Log(Box::new(entry(1, "acme", "7")));
        store.commit(vec![keep("7", "externalId", "e"), row()]).await.unwrap();
        // Repeating what was committed records it once.
        store.commit(vec![keep("7", "externalId", "e"), row()]).await.unwrap();
        assert_eq!(ids(&store, LogFilter { limit: 9, ..LogFilter::default() }).await, ["7"], "{database:?}");
    }
    let (store, _place) = Database::Postgres.store().await;
    let refused = store.commit(vec![Write::Log(Box::new(entry(1, "acme", "7"))), keep("\0", "externalId", "e")]).await;
    assert!(matches!(refused, Err(StoreError::Commit(_))));
    assert!(store.log(&LogFilter { limit: 9, ..LogFilter::default() }).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_clients_choose_cannot_break_a_row() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let hostile = format!("\0'; DROP TABLE kept; --{}", "é".repeat(5000));
        let matching = Some(Matching { slot: "userName".to_owned(), value: hostile.clone() });
        store.record(LogEntry { matching, correlation: hostile.clone(), ..entry(1, "acme", &hostile) });
        settle(&store).await;
        let filter = LogFilter { id: Some(hostile), limit: 9, ..LogFilter::default() };
        let rows = store.log(&filter).await.unwrap();
        assert_eq!(rows.len(), 1, "{database:?}");
        assert_eq!(rows[0].id.as_ref().map(|id| id.chars().count()), Some(256), "{database:?}");
    }
}

#[tokio::test]
async fn rows_older_than_the_retention_are_deleted() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        // More than go at once.
        store.commit((0..2100).map(|second| Write::Log(Box::new(entry(second, "acme", "7")))).collect()).await.unwrap();
        let now = entry(2000, "", "").time + SignedDuration::from_hours(24 * 90);
        assert_eq!(store.trim_log(now, 90).await.unwrap(), 2000, "{database:?}");
        assert_eq!(store.trim_log(now, 90).await.unwrap(), 0, "{database:?}");
        assert_eq!(
            store.log(&LogFilter { limit: 9999, ..LogFilter::default() }).await.unwrap().len(),
            100,
            "{database:?}"
        );
    }
}

#[tokio::test]
async fn when_the_writer_lags_rows_of_reads_are_dropped_first_and_counted() {
    for database in Database::BOTH {
        // The writer's task cannot run while this one does not wait.
        let (store, place) = database.store().await;
        let read = |second| LogEntry { operation: "read".to_owned(), ..entry(second, "acme", "read") };
        (0..5000).for_each(|second| store.record(read(second)));
        let dropped = || store.counts().dropped_log_rows.get(&("acme".to_owned(), DropReason::Slow)).copied();
        let reads = dropped().unwrap_or(0);
        assert!(reads > 0, "{database:?}");
        (5000..8000).for_each(|second| store.record(entry(second, "acme", "write")));
        assert_eq!(dropped(), Some(reads), "{database:?}");
        store.close().await;
        store.record(read(1));
        assert_eq!(dropped(), Some(reads + 1), "{database:?}");
        let rows = read_log(&place.store_url(), &LogFilter { limit: 9999, ..LogFilter::default() }).await.unwrap();
        let writes = rows.iter().filter(|row| row.id.as_deref() == Some("write")).count();
        assert_eq!((writes, rows.len() as u64), (3000, 8000 - reads), "{database:?}");
    }
}

#[tokio::test]
async fn a_row_is_not_lost_with_a_write_that_the_database_refuses() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        store.record(entry(1, "acme", "7"));
        let state = Write::SetState { instance: "acme".to_owned(), name: "n".to_owned(), value: "a\0b".to_owned() };
        // PostgreSQL stores no NUL.
        assert_eq!(store.commit(vec![state]).await.is_ok(), database == Database::Sqlite);
        assert_eq!(store.trouble(), None, "{database:?}: it is the write's fault");
        settle(&store).await;
        assert_eq!(ids(&store, LogFilter { limit: 9, ..LogFilter::default() }).await, ["7"], "{database:?}");
    }
}
