//! What was acknowledged survives `kill -9`.
//!
//! This test program starts itself as the process that is killed; [`writes_until_it_is_killed`] is that process.

use super::database::{Database, keep};
use jiff::Timestamp;
use scim_store::{LogEntry, LogFilter, Store, Write};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Tells the process that is killed where to write.
const STORE: &str = "STORE_THAT_SURVIVES";
/// Before the number of each row that was acknowledged.
const WORD: &str = "acknowledged ";
/// Operations at once, so that transactions are shared.
const CLIENTS: usize = 16;

#[tokio::test]
async fn every_acknowledged_row_is_there_after_kill_9() {
    for database in Database::BOTH {
        let place = database.place();
        let mut acknowledged: Vec<u64> = Vec::new();
        for enough in [1, 40, 700] {
            let first = acknowledged.last().map_or(0, |last: &u64| *last + 1_000_000);
            acknowledged.extend(killed_after(&place.url, first, enough));
            let store = place.open().await;
            let ids: Vec<String> = acknowledged.iter().map(u64::to_string).collect();
            let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
            let found = store.kept_of_many("acme", "User", &asked).await.unwrap();
            let lost: Vec<&&str> = asked.iter().filter(|id| !found.contains_key(**id)).collect();
            assert!(lost.is_empty(), "{database:?}: {} of {} are lost: {lost:?}", lost.len(), asked.len());
            // A row of the log stands with every row that was kept, acknowledged or not, and the other way round.
            let rows = store.log(&LogFilter { limit: 1_000_000, ..LogFilter::default() }).await.unwrap();
            let logged: Vec<&str> = rows.iter().filter_map(|row| row.id.as_deref()).collect();
            let kept = store.kept_of_many("acme", "User", &logged).await.unwrap();
            assert_eq!(kept.len(), logged.len(), "{database:?}");
            assert!(logged.len() >= asked.len(), "{database:?}");
            store.close().await;
        }
    }
}

/// Starts the other process, kills it when so many rows were acknowledged, and answers all that were.
fn killed_after(url: &str, first: u64, enough: usize) -> Vec<u64> {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["--exact", "durability::writes_until_it_is_killed", "--ignored", "--nocapture"]);
    child.env(STORE, format!("{first} {url}")).stdout(Stdio::piped());
    let mut child = child.spawn().unwrap();
    let mut acknowledged = Vec::new();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // What it said before it was killed is read to the end.
    for line in lines {
        if let Some((_, number)) = line.unwrap().split_once(WORD) {
            acknowledged.push(number.parse().unwrap());
            if acknowledged.len() == enough {
                child.kill().unwrap();
            }
        }
    }
    let status = child.wait().unwrap();
    assert!(acknowledged.len() >= enough, "it ended by itself: {status}");
    acknowledged
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process that another test kills"]
async fn writes_until_it_is_killed() {
    let Ok(order) = std::env::var(STORE) else { return };
    let (first, url) = order.split_once(' ').unwrap();
    let store = Store::open(&url.parse().unwrap()).await.unwrap();
    let next = Arc::new(AtomicU64::new(first.parse().unwrap()));
    // The harness' own words stand on the line.
    writeln!(std::io::stdout()).unwrap();
    let clients: Vec<_> = (0..CLIENTS).map(|_| tokio::spawn(write_for_ever(store.clone(), next.clone()))).collect();
    for client in clients {
        client.await.unwrap();
    }
}

async fn write_for_ever(store: Store, next: Arc<AtomicU64>) {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        let id = number.to_string();
        let writes =
            vec![keep(&id, "externalId", id.as_str()), keep(&id, "title", "x"), Write::Log(Box::new(row(&id)))];
        store.commit(writes).await.unwrap();
        // One call of the system for the whole line: a killed process leaves no half of a number.
        std::io::stdout().write_all(format!("{WORD}{number}\n").as_bytes()).unwrap();
    }
}

fn row(id: &str) -> LogEntry {
    LogEntry {
        time: Timestamp::now(),
        correlation: id.to_owned(),
        instance: "acme".to_owned(),
        client: "rfc".to_owned(),
        operation: "create".to_owned(),
        resource_type: Some("User".to_owned()),
        id: Some(id.to_owned()),
        matching: None,
        status: 201,
        scim_type: None,
        app_calls: Vec::new(),
        unlisted_calls: 0,
        generation: None,
        ignored: Vec::new(),
        duration: std::time::Duration::ZERO,
    }
}
