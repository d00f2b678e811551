//! A name that is given to another tenant.

use super::constraints::{connect, every_write};
use super::database::Database;
use super::log::{entry, settle};
use jiff::Timestamp;
use scim_store::{
    Generation, GroupKey, Holding, KeptValue, LogFilter, ResourceKey, Store, Write, lift_rail, purge, read_holdings,
    read_rails,
};
use serde_json::json;
use sqlx::Executor as _;

fn generation(number: u32, second: i64) -> Generation {
    let served = Timestamp::from_second(1_800_000_000 + second).unwrap();
    Generation { number, identity: format!("app {number}"), served }
}

fn user(id: &str) -> ResourceKey {
    ResourceKey { instance: "acme".to_owned(), resource_type: "User".to_owned(), id: id.to_owned() }
}

/// Everything that can be read of the instance, as text.
async fn all(store: &Store) -> String {
    let key = user("1");
    let (kept, found) =
        (store.kept(&key).await.unwrap(), store.find_kept("acme", "User", "manager.value", &json!("X")).await);
    let many = store.kept_of_many("acme", "User", &["1"]).await.unwrap().len();
    let awaiting = store.awaiting("acme", "User", &["2"]).await.unwrap();
    let ids =
        (store.app_ids("acme", "User", &["1"]).await.unwrap(), store.scim_ids("acme", "User", &["2"]).await.unwrap());
    let inactive = (
        store.inactive(&key).await.unwrap(),
        store.inactive_matching("acme", "User", &["ada"]).await.unwrap(),
        store.inactive_page("acme", "User", 0, 9).await.unwrap(),
        store.count_inactive("acme", "User").await.unwrap(),
        store.inactive_among("acme", "User", &["1"]).await.unwrap(),
        store.half_removed("acme", "User").await.unwrap(),
    );
    let groups = (
        store.group_created("acme", "1").await.unwrap(),
        store.wanted("acme", &["2"]).await.unwrap(),
        store.wanted_in("acme", "1").await.unwrap(),
    );
    let state = store.state("acme", 1000).get("n").await.unwrap();
    let rails = (
        store.rails("acme").await.unwrap().len(),
        store.rail("acme", "r").await.unwrap(),
        store.deactivated_since("acme", Timestamp::UNIX_EPOCH).await.unwrap(),
    );
    format!("{kept:?} {:?} {many} {awaiting:?} {ids:?} {inactive:?} {groups:?} {state:?} {rails:?}", found.unwrap())
}

#[tokio::test]
async fn what_one_generation_remembers_no_other_finds_or_changes() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let (first, second) = (store.of_generation("acme", 1), store.of_generation("acme", 2));
        let nothing = all(&second).await;
        for write in every_write("acme") {
            first.commit(vec![write]).await.unwrap();
        }
        let of_first = all(&first).await;
        assert_ne!(of_first, nothing);
        assert_eq!(all(&second).await, nothing, "{database:?}");
        // What was remembered before there were generations is the first one's.
        assert_eq!(all(&store).await, of_first, "{database:?}");
        second.submit(every_write("acme"));
        second.commit(vec![Write::Forget(user("1"))]).await.unwrap();
        second.state("acme", 1000).delete("n").await.unwrap();
        let member = GroupKey { instance: "acme".to_owned(), group: "1".to_owned() };
        second.commit(vec![Write::Standing(scim_store::StandingWrite::GroupEnded(member))]).await.unwrap();
        assert_ne!(all(&second).await, nothing, "{database:?}");
        assert_eq!(all(&first).await, of_first, "{database:?}");
        // Another instance that the handle is used for is not affected.
        assert_eq!(second.kept(&ResourceKey { instance: "globex".to_owned(), ..user("1") }).await.unwrap(), []);
    }
}

#[tokio::test]
async fn the_log_stays_under_the_name_and_tells_the_generations_apart() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        store.record(entry(1, "acme", "7"));
        store.of_generation("acme", 1).record(entry(2, "acme", "7"));
        let row = Write::Log(Box::new(entry(3, "acme", "7")));
        store.of_generation("acme", 2).commit(vec![row]).await.unwrap();
        settle(&store).await;
        let filter = LogFilter { instance: Some("acme".to_owned()), limit: 9, ..LogFilter::default() };
        let generations = store.log(&filter).await.unwrap().into_iter().map(|row| row.generation);
        assert_eq!(generations.collect::<Vec<_>>(), [Some(2), Some(1), None], "{database:?}");
    }
}

#[tokio::test]
async fn the_generation_that_was_served_last_is_the_one_that_commands_are_about() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        let url = place.store_url();
        let until = Timestamp::from_second(2_000_000_000).unwrap();
        lift_rail(&url, "acme", "r", until).await.unwrap();
        assert_eq!(store.rail("acme", "r").await.unwrap().open_until, Some(until), "{database:?}");
        for (number, second) in [(1, 0), (2, 1)] {
            store.serve_generation("acme", &generation(number, second)).await.unwrap();
        }
        assert_eq!(store.generations("acme").await.unwrap(), [generation(1, 0), generation(2, 1)], "{database:?}");
        assert_eq!(read_rails(&url, "acme").await.unwrap(), [], "{database:?}");
        lift_rail(&url, "acme", "r", until).await.unwrap();
        assert_eq!(store.of_generation("acme", 2).rail("acme", "r").await.unwrap().open_until, Some(until));
        assert_eq!(read_rails(&url, "acme").await.unwrap().len(), 1, "{database:?}");
        store.serve_generation("acme", &generation(1, 2)).await.unwrap();
        assert_eq!(store.generations("acme").await.unwrap(), [generation(2, 1), generation(1, 2)], "{database:?}");
    }
}

#[tokio::test]
async fn a_generation_is_purged_while_the_gateway_runs_and_nothing_else_is() {
    for database in Database::BOTH {
        let (store, place) = database.store().await;
        let url = place.store_url();
        let (first, second) = (store.of_generation("acme", 1), store.of_generation("acme", 2));
        for (store, correlation) in [(&first, "1"), (&second, "2")] {
            let logged = |mut write| {
                if let Write::Log(row) = &mut write {
                    correlation.clone_into(&mut row.correlation);
                }
                write
            };
            store.commit(every_write("acme").into_iter().map(logged).collect()).await.unwrap();
        }
        store.commit(every_write("globex")).await.unwrap();
        for number in [1, 2] {
            store.serve_generation("acme", &generation(number, i64::from(number))).await.unwrap();
        }
        assert!(store.is_valuable("acme", 1).await.unwrap() && store.is_valuable("acme", 2).await.unwrap());
        let held = read_holdings(&url, "acme").await.unwrap();
        assert_eq!(held.iter().map(|held| (held.generation, held.served)).collect::<Vec<_>>(), [(1, false), (2, true)]);
        let ones = Holding::ALL.map(|holding| (holding, 1)).into();
        assert!(held.iter().all(|held| held.rows == ones), "{database:?}: {held:?}");

        let of_second = all(&second).await;
        purge(&url, "acme", 1, false).await.unwrap();
        let held = read_holdings(&url, "acme").await.unwrap();
        // The rows of the log stay.
        assert_eq!(held[0].rows, [(Holding::Log, 1)].into(), "{database:?}");
        assert_eq!(held[1].rows, ones, "{database:?}");
        assert_eq!(all(&second).await, of_second, "{database:?}");
        assert_eq!(first.kept(&user("1")).await.unwrap(), [], "{database:?}");
        assert!(!store.is_valuable("acme", 1).await.unwrap(), "{database:?}");
        // The gateway goes on remembering.
        first.commit(vec![keep_title()]).await.unwrap();
        let title = KeptValue { slot: "title".to_owned(), value: json!("x"), app: None };
        assert_eq!(first.kept(&user("1")).await.unwrap(), [title], "{database:?}");

        purge(&url, "acme", 2, true).await.unwrap();
        purge(&url, "acme", 1, true).await.unwrap();
        let held = read_holdings(&url, "acme").await.unwrap();
        // It is still the one that is served.
        assert_eq!(held.iter().map(|held| (held.generation, held.rows.len())).collect::<Vec<_>>(), [(2, 0)]);
        assert_eq!(read_holdings(&url, "globex").await.unwrap()[0].rows, ones, "{database:?}");
    }
}

fn keep_title() -> Write {
    Write::Keep { resource: user("1"), slot: "title".to_owned(), value: json!("x"), app: None }
}

/// A table with rows of an instance that a purge would miss.
#[tokio::test]
async fn every_table_that_has_an_instance_is_a_holding() {
    for database in Database::BOTH {
        let (_store, place) = database.store().await;
        let mut connection = connect(&place).await;
        for table in database.tables(&mut connection).await.iter().filter(|table| table.marker() == "instance") {
            let is_known =
                table.name == "generations" || Holding::ALL.iter().any(|holding| holding.table() == table.name);
            assert!(is_known, "{database:?}: add {} to `Holding`", table.name);
        }
        connection.execute("SELECT 1").await.unwrap();
    }
}
