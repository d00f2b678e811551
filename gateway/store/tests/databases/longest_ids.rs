//! The longest ids fit into every table and every index.

use super::database::Database;
use jiff::Timestamp;
use scim_protocol::MAX_ID_BYTES;
use scim_store::{
    Deactivated, GroupKey, Inactive, LogEntry, LogFilter, Phase, RailWrite, ResourceKey, StandingWrite, Store, Write,
};
use serde_json::{Map, json};
use std::time::Duration;

/// As long as an instance's name may be.
const INSTANCE: &str = "an-instance-whose-name-is-as-long-as-a-name-of-an-instance-can-";

/// The longest id that begins with `first`. PostgreSQL compresses index entries, so it has no repetitions.
fn longest(first: char) -> String {
    let mut id = String::from(first);
    let mut state = u32::from(first);
    while id.len() + 3 <= MAX_ID_BYTES {
        // A generator of pseudo-random numbers, for CJK characters of three bytes each.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        id.extend(char::from_u32(0x4e00 + (state >> 16) % 0x5000));
    }
    id.extend(std::iter::repeat_n('x', MAX_ID_BYTES - id.len()));
    id
}

fn resource(id: &str) -> ResourceKey {
    ResourceKey { instance: INSTANCE.to_owned(), resource_type: "User".to_owned(), id: id.to_owned() }
}

async fn write_all(store: &Store, user: &str, group: &str) {
    let key = GroupKey { instance: INSTANCE.to_owned(), group: group.to_owned() };
    let inactive = Inactive {
        id: user.to_owned(),
        matching: user.to_owned(),
        external_id: Some(group.to_owned()),
        phase: Phase::Removed,
        resource: Map::new(),
    };
    let slot = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value".to_owned();
    let entry = LogEntry {
        time: Timestamp::UNIX_EPOCH,
        correlation: user.to_owned(),
        instance: INSTANCE.to_owned(),
        client: "rfc".to_owned(),
        operation: "create".to_owned(),
        resource_type: None,
        id: Some(user.to_owned()),
        matching: None,
        status: 201,
        scim_type: None,
        app_calls: Vec::new(),
        unlisted_calls: 0,
        generation: None,
        ignored: Vec::new(),
        duration: Duration::ZERO,
    };
    let (instance, resource_type) = (INSTANCE.to_owned(), "User".to_owned());
    let deactivated = Deactivated { instance: instance.clone(), id: user.to_owned(), time: Timestamp::UNIX_EPOCH };
    for write in [
        Write::Standing(StandingWrite::Group(key.clone())),
        Write::Standing(StandingWrite::Member { group: key, user: user.to_owned(), pending: false }),
        Write::Standing(StandingWrite::Bind { resource: resource(user), app_id: Some(group.to_owned()) }),
        Write::Standing(StandingWrite::Inactive { instance, resource_type: resource_type.clone(), inactive }),
        Write::Keep { resource: resource(user), slot: slot.clone(), value: json!(user), app: None },
        Write::Await { resource: resource(user), slot, refers_to: resource_type, value: group.to_owned() },
        Write::Rail(RailWrite::Deactivates(deactivated)),
        Write::Log(Box::new(entry)),
    ] {
        let what = format!("{write:?}");
        store.commit(vec![write]).await.unwrap_or_else(|error| panic!("{error}: {what}"));
    }
}

#[tokio::test]
async fn the_longest_ids_fit_into_every_table() {
    for database in Database::BOTH {
        let (store, _place) = database.store().await;
        let (user, group) = (longest('u'), longest('g'));
        // The two differ in their last character only.
        let other: String = user.chars().take(user.chars().count() - 1).chain(['龍']).collect();
        assert_eq!([user.len(), group.len(), other.len()], [MAX_ID_BYTES; 3]);
        write_all(&store, &user, &group).await;
        let wanted = store.wanted(INSTANCE, &[&user]).await.unwrap();
        assert_eq!(wanted[&user][0].group, group, "{database:?}");
        assert_eq!(store.wanted_in(INSTANCE, &group).await.unwrap(), [(user.clone(), false)], "{database:?}");
        assert!(store.group_created(INSTANCE, &group).await.unwrap().is_some(), "{database:?}");
        assert_eq!(store.app_ids(INSTANCE, "User", &[&user]).await.unwrap()[&user], group, "{database:?}");
        assert_eq!(store.scim_ids(INSTANCE, "User", &[&group]).await.unwrap()[&group], user, "{database:?}");
        assert!(store.inactive(&resource(&user)).await.unwrap().is_some(), "{database:?}");
        assert_eq!(store.inactive_matching(INSTANCE, "User", &[&user]).await.unwrap().len(), 1, "{database:?}");
        assert_eq!(store.inactive_known_as(INSTANCE, "User", &group).await.unwrap().len(), 1, "{database:?}");
        assert_eq!(store.kept(&resource(&user)).await.unwrap()[0].value, json!(user), "{database:?}");
        assert_eq!(store.awaiting(INSTANCE, "User", &[&group]).await.unwrap()[0].id, user, "{database:?}");
        let filter = LogFilter { id: Some(user.clone()), limit: 9, ..LogFilter::default() };
        assert_eq!(store.log(&filter).await.unwrap().len(), 1, "{database:?}");
        let deactivated = Deactivated { instance: INSTANCE.to_owned(), id: other, time: Timestamp::UNIX_EPOCH };
        store.commit(vec![Write::Rail(RailWrite::Deactivates(deactivated))]).await.unwrap();
        let count = store.deactivated_since(INSTANCE, Timestamp::UNIX_EPOCH).await.unwrap();
        assert_eq!(count, 2, "{database:?}: two users whose ids differ at their end");
    }
}
