//! Several gateways and one database, and a database that goes away for a moment.

use super::database::{Database, keep, server, user};
use futures_util::future::join_all;
use scim_store::{Store, Write};
use serde_json::json;

#[tokio::test]
async fn gateways_that_start_together_migrate_once() {
    let place = Database::Postgres.place();
    let stores = join_all((0..4).map(|_| place.open())).await;
    join_all(stores.iter().enumerate().map(|(n, store)| store.commit(vec![keep(&n.to_string(), "x", "e")])))
        .await
        .into_iter()
        .for_each(|outcome| outcome.unwrap());
    assert_eq!(stores[3].find_kept("acme", "User", "x", &json!("e")).await.unwrap(), ["0", "1", "2", "3"]);
}

#[tokio::test]
async fn what_one_gateway_keeps_another_sees_at_once() {
    let place = Database::Postgres.place();
    let (one, other) = (place.open().await, place.open().await);
    assert!(other.kept(&user("7")).await.unwrap().is_empty());
    one.commit(vec![keep("7", "title", "x")]).await.unwrap();
    assert_eq!(other.kept(&user("7")).await.unwrap().len(), 1);
    other.commit(vec![Write::Forget(user("7"))]).await.unwrap();
    assert!(one.kept(&user("7")).await.unwrap().is_empty());
}

/// Two transactions that wait for each other: the database ends one, here the gateway's, and it is tried again.
#[tokio::test]
async fn a_deadlock_fails_no_operation() {
    let (store, place) = Database::Postgres.store().await;
    store.commit(vec![keep("a", "title", "x"), keep("b", "title", "x")]).await.unwrap();
    let until = |condition: &str| {
        format!(
            "DO $$ BEGIN
                WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND {condition}) LOOP
                    PERFORM pg_sleep(0.01);
                    PERFORM pg_stat_clear_snapshot();
                END LOOP;
            END $$;"
        )
    };
    let other = format!(
        "BEGIN; SET LOCAL deadlock_timeout = '1h'; UPDATE kept SET app = '1' WHERE id = 'b'; {}
         UPDATE kept SET app = '1' WHERE id = 'a'; COMMIT",
        until("wait_event_type = 'Lock'")
    );
    let name = place.name().to_owned();
    let other = tokio::task::spawn_blocking(move || server().run(&name, &other));
    let has_b = until("wait_event = 'PgSleep' AND query LIKE 'BEGIN%'");
    server().run(place.name(), &has_b).unwrap();
    store.commit(vec![keep("a", "title", "y"), keep("b", "title", "y")]).await.unwrap();
    other.await.unwrap().unwrap();
    assert_eq!(store.find_kept("acme", "User", "title", &json!("y")).await.unwrap(), ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn gateways_that_write_the_same_rows_in_any_order_all_succeed() {
    let place = Database::Postgres.place();
    let stores = [place.open().await, place.open().await, place.open().await];
    let write = |store: Store, gateway: usize, round: usize| async move {
        let mut writes = Vec::new();
        for n in 0..12 {
            let id = ((n * 7 + gateway * 5 + round) % 12).to_string();
            match (n + gateway + round) % 3 {
                0 => writes.push(Write::Forget(user(&id))),
                1 => writes.push(Write::Drop { resource: user(&id), slot: "title".to_owned() }),
                _ => writes.push(keep(&id, "title", json!(gateway))),
            }
        }
        store.commit(writes).await
    };
    let tasks = (0..40).flat_map(|round| {
        let write = &write;
        stores.iter().enumerate().map(move |(gateway, store)| write(store.clone(), gateway, round))
    });
    let tasks: Vec<_> = tasks.map(tokio::spawn).collect();
    for task in join_all(tasks).await {
        task.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_connection_that_the_server_ends_fails_no_operation() {
    let (store, place) = Database::Postgres.store().await;
    store.commit(vec![keep("1", "title", "x")]).await.unwrap();
    let name = place.name();
    let end = format!(
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE datname = '{name}' AND query LIKE 'COMMIT%'"
    );
    assert_eq!(server().run("postgres", &end).unwrap(), "1", "the writer's connection");
    store.commit(vec![keep("2", "title", "x")]).await.unwrap();
    assert_eq!(store.find_kept("acme", "User", "title", &json!("x")).await.unwrap(), ["1", "2"]);
}

#[tokio::test]
async fn commits_are_on_the_disk_whatever_the_server_is_set_to() {
    let (_store, place) = Database::Postgres.store().await;
    let name = place.name();
    let watch = "
        CREATE TABLE seen (setting TEXT);
        CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN INSERT INTO seen VALUES (current_setting('synchronous_commit')); RETURN NULL; END $$;
        CREATE TRIGGER see AFTER INSERT ON kept EXECUTE FUNCTION see();";
    server().run(name, watch).unwrap();
    for (set, seen) in [("off", "on"), ("local", "local"), ("remote_apply", "remote_apply")] {
        server().run(name, &format!("ALTER DATABASE {name} SET synchronous_commit = {set}; DELETE FROM seen")).unwrap();
        let store = place.open().await;
        store.commit(vec![keep("1", "title", "x")]).await.unwrap();
        assert_eq!(server().run(name, "SELECT setting FROM seen").unwrap(), seen, "{set}");
    }
}

#[tokio::test]
async fn an_sqlite_database_is_free_again_after_closing() {
    let (store, place) = Database::Sqlite.store().await;
    store.commit(vec![keep("1", "title", "x")]).await.unwrap();
    store.close().await;
    assert!(store.commit(vec![keep("2", "title", "x")]).await.is_err());
    assert_eq!(place.open().await.kept(&user("1")).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_password_is_in_no_error() {
    let place = Database::Postgres.place();
    let wrong = place.url.replace(":for-", ":wrong-for-");
    let error = Store::open(&wrong.parse().unwrap()).await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(shown.contains("authentication failed") && !shown.contains("wrong-for-"), "{shown}");
    let store = place.open().await;
    assert!(!format!("{store:?} {:?}", place.store_url()).contains("for-tests"));
}
