//! What one instance may make the store hold.

use super::database::Database;
use super::log::{entry, settle};
use futures_util::future::join_all;
use jiff::SignedDuration;
use scim_store::{DropReason, LogEntry, LogFilter, LogLimits, LoggedCall, Store, StoreError, Write};
use std::time::Duration;

const STATE_BYTES: u64 = 100;

#[tokio::test]
async fn a_connectors_state_takes_what_it_may_and_nothing_more() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let (acme, globex) = (store.state("acme", STATE_BYTES), store.state("globex", STATE_BYTES));
        let fits = "é".repeat(49);
        acme.set("é", &fits).await.unwrap();
        // As long as it was, or shorter, it may change.
        acme.set("é", &"x".repeat(98)).await.unwrap();
        for (name, value) in [("é", "x".repeat(99)), ("b", String::new())] {
            let refused = acme.set(name, &value).await.unwrap_err();
            assert!(matches!(refused, StoreError::StateFull { limit: STATE_BYTES, .. }), "{database:?}: {refused}");
            assert!(refused.to_string().contains("100") && refused.to_string().contains("state-kib"), "{refused}");
        }
        assert_eq!(acme.get("é").await.unwrap(), Some("x".repeat(98)), "{database:?}");
        assert_eq!(acme.get("b").await.unwrap(), None, "{database:?}");
        globex.set("b", &fits).await.unwrap();
        acme.delete("é").await.unwrap();
        acme.set("b", &fits).await.unwrap();
        assert_eq!(store.counts().refused_state, [("acme".to_owned(), 2)].into(), "{database:?}");
    }
}

#[tokio::test]
async fn operations_that_add_to_the_state_at_once_do_not_exceed_it() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let state = store.state("acme", STATE_BYTES);
        let names: Vec<String> = (0..10).map(|n| n.to_string()).collect();
        let value = "x".repeat(39);
        let outcomes = join_all(names.iter().map(|name| state.set(name, &value))).await;
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 2, "{database:?}: {outcomes:?}");
    }
}

/// A limit that was lowered: what is there stays, may shrink, and may not grow.
#[tokio::test]
async fn a_state_above_its_limit_may_shrink() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        store.state("acme", 1000).set("a", &"x".repeat(500)).await.unwrap();
        let state = store.state("acme", STATE_BYTES);
        state.set("a", &"x".repeat(400)).await.unwrap();
        assert!(state.set("a", &"x".repeat(401)).await.is_err(), "{database:?}");
        assert_eq!(state.get("a").await.unwrap().unwrap().len(), 400, "{database:?}");
    }
}

async fn rows(store: &Store, instance: &str) -> Vec<LogEntry> {
    let filter = LogFilter { instance: Some(instance.to_owned()), limit: 100_000, ..LogFilter::default() };
    store.log(&filter).await.unwrap()
}

fn log(second: i64, instance: &str) -> Write {
    Write::Log(Box::new(entry(second, instance, "7")))
}

#[tokio::test]
async fn beyond_its_bytes_an_instances_oldest_rows_go_and_nobody_elses() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        // Some 350 bytes a row.
        let limits = LogLimits { bytes: 1 << 20, ..LogLimits::default() };
        store.limit_log(limits);
        store.commit((100_000..100_100).map(|second| log(second, "globex")).collect()).await.unwrap();
        // More than go at once.
        store.commit((0..9000).map(|second| log(second, "acme")).collect()).await.unwrap();
        let deleted = store.shrink_log().await.unwrap();
        let left = rows(&store, "acme").await;
        assert_eq!(left.len() as u64, 9000 - deleted, "{database:?}");
        assert!((2500..4500).contains(&left.len()), "{database:?}: {}", left.len());
        assert_eq!(left.first().unwrap().time, entry(8999, "", "").time, "{database:?}");
        assert_eq!(rows(&store, "globex").await.len(), 100, "{database:?}");
        let counted = store.counts().dropped_log_rows;
        assert_eq!(counted, [(("acme".to_owned(), DropReason::Size), deleted)].into(), "{database:?}");
        // Now there is room, and then there is none again.
        assert_eq!(store.shrink_log().await.unwrap(), 0, "{database:?}");
        store.commit((9000..9100).map(|second| log(second, "acme")).collect()).await.unwrap();
        assert_eq!(store.shrink_log().await.unwrap(), 0, "{database:?}");
        store.commit((10_000..11_000).map(|second| log(second, "acme")).collect()).await.unwrap();
        assert!(store.shrink_log().await.unwrap() > 0, "{database:?}");
        store.close().await;
        // After a restart, the first row makes the gateway look.
        let store = place.open().await;
        store.limit_log(LogLimits { bytes: limits.bytes / 2, ..limits });
        assert_eq!(store.shrink_log().await.unwrap(), 0, "{database:?}");
        store.commit(vec![log(12_000, "acme")]).await.unwrap();
        assert!(store.shrink_log().await.unwrap() > 500, "{database:?}");
    }
}

#[tokio::test]
async fn beyond_its_rate_rows_of_what_changed_nothing_are_dropped_and_changes_are_logged() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        store.limit_log(LogLimits { rows_per_minute: 5, ..LogLimits::default() });
        let at = |n: i64, instance: &str| {
            let entry = entry(0, instance, "7");
            LogEntry { time: entry.time + SignedDuration::from_millis(n), ..entry }
        };
        (0..20).for_each(|n| store.record(at(n, "acme")));
        store.record(at(20, "globex"));
        assert!(!store.has_room_for(&at(21, "acme")));
        store.commit(vec![Write::Log(Box::new(at(22, "acme")))]).await.unwrap();
        store.record(LogEntry { time: at(0, "").time + SignedDuration::from_mins(1), ..at(0, "acme") });
        settle(&store).await;
        assert_eq!(rows(&store, "acme").await.len(), 5 + 1 + 1, "{database:?}");
        assert_eq!(rows(&store, "globex").await.len(), 1, "{database:?}");
        let counted = store.counts().dropped_log_rows;
        assert_eq!(counted, [(("acme".to_owned(), DropReason::Rate), 16)].into(), "{database:?}");
    }
}

#[tokio::test]
async fn no_text_makes_a_row_long_whoever_chose_it() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let long = "é".repeat(1 << 20);
        let call =
            LoggedCall { method: long.clone(), path: long.clone(), status: None, duration: Duration::from_secs(1) };
        let row = LogEntry {
            correlation: long.clone(),
            client: long.clone(),
            operation: long.clone(),
            resource_type: Some(long.clone()),
            scim_type: Some(long.clone()),
            app_calls: vec![call; 300],
            unlisted_calls: 7,
            ..entry(1, "acme", &long)
        };
        store.commit(vec![Write::Log(Box::new(row))]).await.unwrap();
        let [row] = &rows(&store, "acme").await[..] else { panic!("one row") };
        assert_eq!((row.app_calls.len(), row.unlisted_calls), (100, 207), "{database:?}");
        assert!(format!("{row:?}").len() < 150_000, "{database:?}");
    }
}
