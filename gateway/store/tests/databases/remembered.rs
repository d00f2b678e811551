//! What is kept, awaited and remembered by connectors.

use super::constraints::connect;
use super::database::{Database, keep, user};
use scim_store::{Awaited, KeptValue, Store, Write};
use serde_json::{Value, json};
use sqlx::Executor as _;

fn kept(slot: &str, value: Value, app: Option<Value>) -> KeptValue {
    KeptValue { slot: slot.to_owned(), value, app }
}

#[tokio::test]
async fn the_last_value_kept_is_the_one_found() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        for (value, app) in [("Old", None), ("New", Some(json!("new")))] {
            let slot = "name.givenName".to_owned();
            store.commit(vec![Write::Keep { resource: user("7"), slot, value: json!(value), app }]).await.unwrap();
        }
        let expected = kept("name.givenName", json!("New"), Some(json!("new")));
        assert_eq!(store.kept(&user("7")).await.unwrap(), [expected], "{database:?}");
        assert!(store.find_kept("acme", "User", "name.givenName", &json!("Old")).await.unwrap().is_empty());
        assert_eq!(store.find_kept("acme", "User", "name.givenName", &json!("New")).await.unwrap(), ["7"]);
        assert!(store.find_kept("other", "User", "name.givenName", &json!("New")).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn writes_of_one_commit_take_effect_in_their_order() {
    let gone = || Write::Drop { resource: user("1"), slot: "title".to_owned() };
    let forget = || Write::Forget(user("1"));
    for (what, writes, expected) in [
        ("kept twice", vec![keep("1", "title", "a"), keep("1", "title", "b")], vec![kept("title", json!("b"), None)]),
        ("dropped, then kept", vec![gone(), keep("1", "title", "a")], vec![kept("title", json!("a"), None)]),
        ("kept, then dropped", vec![keep("1", "title", "a"), gone()], vec![]),
        ("kept, then forgotten", vec![keep("1", "title", "a"), forget()], vec![]),
        ("forgotten, then kept", vec![forget(), keep("1", "x", "a")], vec![kept("x", json!("a"), None)]),
    ] {
        for database in Database::BOTH {
            let (store, place) = database.store().await;
            store.commit(vec![keep("1", "title", "before"), keep("2", "title", "other")]).await.unwrap();
            store.commit(writes.clone()).await.unwrap();
            assert_eq!(store.kept(&user("1")).await.unwrap(), expected, "{what} on {database:?}");
            assert_eq!(store.kept(&user("2")).await.unwrap().len(), 1, "{what} on {database:?}");
            store.close().await;
            let again = place.open().await;
            assert_eq!(again.kept(&user("1")).await.unwrap(), expected, "{what} on {database:?}, opened again");
        }
    }
}

#[tokio::test]
async fn many_resources_are_written_and_read_at_once() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let ids: Vec<String> = (0..1234).map(|n| n.to_string()).collect();
        store.commit(ids.iter().map(|id| keep(id, "externalId", id.as_str())).collect()).await.unwrap();
        let asked: Vec<&str> = ids.iter().map(String::as_str).chain(["absent"]).collect();
        assert_eq!(store.kept_of_many("acme", "User", &asked).await.unwrap().len(), 1234, "{database:?}");
        store.commit(ids.iter().map(|id| Write::Forget(user(id))).collect()).await.unwrap();
        assert!(store.kept_of_many("acme", "User", &asked).await.unwrap().is_empty(), "{database:?}");
    }
}

#[tokio::test]
async fn values_of_any_length_and_script_are_kept_and_found() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        // Not compressible: PostgreSQL would squeeze a repeated letter below the limit of an index entry.
        let long: String = (0..400).map(|n: u32| format!("{:08x}", n.wrapping_mul(2_654_435_761))).collect();
        for value in [
            json!(long),
            json!(format!("{long}!")),
            json!("Ωμέγα 🦀 ' \" \\ \0"),
            json!({"a": [1, null, true]}),
            json!(null),
        ] {
            store.commit(vec![keep("1", "x", value.clone())]).await.unwrap();
            assert_eq!(store.kept(&user("1")).await.unwrap(), [kept("x", value.clone(), None)], "{database:?}");
            assert_eq!(store.find_kept("acme", "User", "x", &value).await.unwrap(), ["1"], "{database:?} {value}");
        }
    }
}

#[tokio::test]
async fn values_are_found_in_any_case_of_any_script() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        for (id, value) in [("1", "ÄDA Øst"), ("2", "ΟΔΟΣ"), ("3", "ИВАН"), ("4", "İstanbul")] {
            store.commit(vec![keep(id, "x", value)]).await.unwrap();
        }
        for (value, expected) in [
            ("äda øst", vec!["1"]),
            ("Äda ØST", vec!["1"]),
            ("ada ost", vec![]),
            ("οδοσ", vec!["2"]),
            ("иван", vec!["3"]),
            ("i\u{307}stanbul", vec!["4"]),
        ] {
            let found = store.find_kept("acme", "User", "x", &json!(value)).await.unwrap();
            assert_eq!(found, expected, "{database:?} {value}");
        }
    }
}

#[tokio::test]
async fn values_from_before_they_were_folded_are_found_after_the_next_start() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        store.commit((0..300).map(|n| keep(&n.to_string(), "x", format!("ÄDA {n}"))).collect()).await.unwrap();
        store.close().await;
        connect(&place).await.execute("UPDATE kept SET folded = NULL").await.unwrap();
        let store = place.open().await;
        for n in [0, 127, 128, 299] {
            let found = store.find_kept("acme", "User", "x", &json!(format!("äda {n}"))).await.unwrap();
            assert_eq!(found, [n.to_string()], "{database:?}");
        }
    }
}

fn wait(id: &str, refers_to: &str, value: &str) -> Write {
    let slot = "manager.value".to_owned();
    Write::Await { resource: user(id), slot, refers_to: refers_to.to_owned(), value: value.to_owned() }
}

#[tokio::test]
async fn a_reference_waits_until_it_is_resolved() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        store
            .commit(vec![wait("2", "User", "boss"), wait("1", "User", "boss"), wait("3", "Group", "boss")])
            .await
            .unwrap();
        let waiting = |id: &str| Awaited {
            resource_type: "User".to_owned(),
            id: id.to_owned(),
            slot: "manager.value".to_owned(),
        };
        let found = store.awaiting("acme", "User", &["9", "boss"]).await.unwrap();
        assert_eq!(found, [waiting("1"), waiting("2")], "{database:?}");
        store.commit(vec![wait("2", "Group", "boss")]).await.unwrap();
        assert_eq!(store.awaiting("acme", "User", &["boss"]).await.unwrap(), [waiting("1")], "{database:?}");
        store.commit(vec![Write::Resolved { resource: user("1"), slot: "manager.value".to_owned() }]).await.unwrap();
        assert!(store.awaiting("acme", "User", &["boss"]).await.unwrap().is_empty(), "{database:?}");
        assert!(store.awaiting("acme", "User", &[]).await.unwrap().is_empty(), "{database:?}");
    }
}

#[tokio::test]
async fn a_connectors_value_is_seen_by_its_own_instance_until_it_is_deleted() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let (acme, other) = (store.state("acme", 1 << 30), store.state("other", 1 << 30));
        for value in ["1", "2"] {
            acme.set("department:Sales", value).await.unwrap();
            assert_eq!(acme.get("department:Sales").await.unwrap().as_deref(), Some(value), "{database:?}");
        }
        assert_eq!(other.get("department:Sales").await.unwrap(), None, "{database:?}");
        acme.delete("department:Sales").await.unwrap();
        assert_eq!(acme.get("department:Sales").await.unwrap(), None, "{database:?}");
    }
}

#[tokio::test]
async fn a_write_that_the_database_refuses_fails_alone() {
    let (store, _place) = Database::Postgres.store().await;
    let commit = |store: Store, id: String| async move { store.commit(vec![keep(&id, "externalId", "e")]).await };
    let ids = (0..100).map(|n| if n == 50 { "nul\0".to_owned() } else { n.to_string() });
    let outcomes = futures_util::future::join_all(ids.map(|id| commit(store.clone(), id))).await;
    let failed: Vec<usize> = (0..100).filter(|&n| outcomes[n].is_err()).collect();
    assert_eq!(failed, [50]);
    assert_eq!(store.find_kept("acme", "User", "externalId", &json!("e")).await.unwrap().len(), 99);
}
