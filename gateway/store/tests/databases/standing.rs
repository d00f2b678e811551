//! Inactive resources, the app's ids, and who is wanted in which group.

use super::database::{Database, user};
use scim_store::{GroupKey, Inactive, Phase, StandingWrite, Store, Write};
use serde_json::{Map, Value, json};

async fn commit(store: &Store, writes: Vec<StandingWrite>) {
    store.commit(writes.into_iter().map(Write::Standing).collect()).await.unwrap();
}

fn group(group: &str) -> GroupKey {
    GroupKey { instance: "acme".to_owned(), group: group.to_owned() }
}

fn ada(id: &str, name: &str, phase: Phase) -> Inactive {
    let resource = Map::from_iter([("userName".to_owned(), json!(name)), ("active".to_owned(), Value::Bool(false))]);
    Inactive { id: id.to_owned(), matching: name.to_owned(), external_id: Some(format!("e-{name}")), phase, resource }
}

fn remember(inactive: Inactive) -> StandingWrite {
    StandingWrite::Inactive { instance: "acme".to_owned(), resource_type: "User".to_owned(), inactive }
}

#[tokio::test]
async fn an_inactive_resource_is_found_by_id_name_and_external_id_until_it_is_active() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        commit(&store, vec![remember(ada("1", "ada", Phase::Removing)), remember(ada("2", "bob", Phase::Removed))])
            .await;
        assert_eq!(store.half_removed("acme", "User").await.unwrap(), ["1"]);
        commit(&store, vec![StandingWrite::Phase(user("1"), Phase::Removed)]).await;
        let expected = ada("1", "ada", Phase::Removed);
        assert_eq!(store.inactive(&user("1")).await.unwrap(), Some(expected.clone()), "{database:?}");
        assert_eq!(
            store.inactive_matching("acme", "User", &["x", "ada"]).await.unwrap(),
            std::slice::from_ref(&expected)
        );
        assert_eq!(store.inactive_known_as("acme", "User", "e-ada").await.unwrap(), [expected]);
        assert_eq!(store.count_inactive("acme", "User").await.unwrap(), 2);
        assert_eq!(store.inactive_page("acme", "User", 1, 5).await.unwrap().len(), 1);
        assert_eq!(store.inactive_among("acme", "User", &["1", "3"]).await.unwrap().len(), 1);
        assert!(store.half_removed("acme", "User").await.unwrap().is_empty());

        // A phase is of what is inactive; what is not stays so.
        commit(&store, vec![StandingWrite::Active(user("1")), StandingWrite::Phase(user("1"), Phase::Restoring)]).await;
        assert_eq!(store.inactive(&user("1")).await.unwrap(), None, "{database:?}");
    }
}

#[tokio::test]
async fn an_id_is_bound_to_one_account_of_the_app() {
    let bind =
        |id: &str, app_id: Option<&str>| StandingWrite::Bind { resource: user(id), app_id: app_id.map(str::to_owned) };
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        commit(&store, vec![bind("1", Some("11"))]).await;
        commit(&store, vec![bind("1", Some("12")), bind("2", Some("22"))]).await;
        let ids = store.app_ids("acme", "User", &["1", "2", "3"]).await.unwrap();
        assert_eq!((ids.len(), ids["1"].as_str(), ids["2"].as_str()), (2, "12", "22"), "{database:?}");
        let ids = store.scim_ids("acme", "User", &["11", "12"]).await.unwrap();
        assert_eq!((ids.len(), ids["12"].as_str()), (1, "1"), "{database:?}");
        let taken = store.commit(vec![Write::Standing(bind("3", Some("22")))]).await;
        assert!(taken.is_err(), "{database:?}: two resources had one account");
        commit(&store, vec![bind("1", None), StandingWrite::Ended(user("2"))]).await;
        assert!(store.app_ids("acme", "User", &["1", "2"]).await.unwrap().is_empty(), "{database:?}");
    }
}

#[tokio::test]
async fn memberships_and_groups_keep_their_order() {
    let member =
        |at: &str, who: &str, pending| StandingWrite::Member { group: group(at), user: who.to_owned(), pending };
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        for name in ["first", "second"] {
            commit(&store, vec![StandingWrite::Group(group(name))]).await;
        }
        commit(&store, vec![member("second", "ada", true)]).await;
        commit(&store, vec![StandingWrite::Group(group("first")), member("first", "ada", false)]).await;
        commit(&store, vec![member("second", "ada", false), member("second", "bob", false)]).await;

        let wanted = store.wanted("acme", &["ada", "nobody"]).await.unwrap();
        let [first, second] = wanted["ada"].as_slice() else { panic!("{wanted:?}") };
        assert_eq!((first.group.as_str(), second.group.as_str()), ("first", "second"), "{database:?}");
        assert!(first.created < second.created, "{database:?}: seen again, a group keeps its place");
        assert!(second.since < first.since && !second.pending, "{database:?}: known now, a member keeps its place");
        let members = store.wanted_in("acme", "second").await.unwrap();
        assert_eq!(members, [("ada".to_owned(), false), ("bob".to_owned(), false)]);

        let gone = StandingWrite::NoMember { group: group("first"), user: "ada".to_owned() };
        commit(&store, vec![gone, StandingWrite::Ended(user("bob"))]).await;
        assert!(store.wanted_in("acme", "first").await.unwrap().is_empty(), "{database:?}");
        assert_eq!(store.wanted_in("acme", "second").await.unwrap().len(), 1, "{database:?}");
        commit(&store, vec![StandingWrite::GroupEnded(group("second"))]).await;
        assert!(store.wanted("acme", &["ada"]).await.unwrap().is_empty(), "{database:?}");
        assert_eq!(store.group_created("acme", "second").await.unwrap(), None, "{database:?}");
        assert!(store.group_created("acme", "first").await.unwrap().is_some(), "{database:?}");
    }
}

#[tokio::test]
async fn a_group_of_thousands_is_recorded_at_once() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let users: Vec<String> = (0..3000).map(|number| format!("{number:05}")).collect();
        let member = |user: &String| StandingWrite::Member { group: group("all"), user: user.clone(), pending: false };
        commit(&store, users.iter().map(member).collect()).await;
        let asked: Vec<&str> = users.iter().map(String::as_str).collect();
        assert_eq!(store.wanted("acme", &asked).await.unwrap().len(), 3000, "{database:?}");
        assert_eq!(store.wanted_in("acme", "all").await.unwrap().len(), 3000, "{database:?}");
    }
}

#[tokio::test]
async fn every_inactive_resource_of_a_name_is_found_once() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let mut writes: Vec<StandingWrite> =
            (0..300).map(|n| remember(ada(&format!("{n:03}"), &format!("user-{n}"), Phase::Removed))).collect();
        writes.push(remember(ada("a", "user-7", Phase::Removing)));
        writes.push(remember(ada("b", "user-7", Phase::Restoring)));
        commit(&store, writes).await;
        let ids = |found: Vec<Inactive>| found.into_iter().map(|inactive| inactive.id).collect::<Vec<_>>();
        let found = store.inactive_matching("acme", "User", &["user-7", "user-7"]).await.unwrap();
        assert_eq!(ids(found), ["007", "a", "b"], "{database:?}");
        let found = store.inactive_known_as("acme", "User", "e-user-7").await.unwrap();
        assert_eq!(ids(found), ["007", "a", "b"], "{database:?}");
        // More names than fit into a statement, each twice.
        let names: Vec<String> = (0..300).chain(0..300).map(|n| format!("user-{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        assert_eq!(store.inactive_matching("acme", "User", &names).await.unwrap().len(), 302, "{database:?}");
    }
}
