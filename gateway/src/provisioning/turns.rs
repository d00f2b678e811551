//! Turns: changes of one resource, and claims on one name, happen one after the other (ARCHITECTURE.md, law 14).
//!
//! Entra works in parallel: two PATCHes of a group must not each build on what the other is about to change, and two POSTs of one
//! user name must not both find it free. Threat: two operations that each hold what the other waits for would wait for ever. So an
//! operation holds its turns as one set, [`Turns`], which waits for them only in the order of their keys. When it learns of a turn that
//! comes before one it holds, it takes it if it is free; if not, it gives all back, takes the whole set in order, and plans again
//! ([`Stop::PlanAgain`]): what it read may have changed meanwhile. Every wait ends: [`LONGEST_WAIT`] after the operation began, the
//! client is told to come back.
//!
//! This holds within one gateway. Gateways that share a store do not wait for each other.

use super::refusal::{Cause, Refusal};
use scim_protocol::{Error, fold_case};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;
use tokio::sync::OwnedMutexGuard;
use tokio::time::{Instant, timeout_at};

/// How long an operation waits for turns in all. Providers give up on a request after 30 seconds or more.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// Entries of finished work are swept when the map has grown to a multiple of this.
const SWEEP: usize = 1024;

/// What a turn is for. Operations that need several mostly learn of them in this order, so that few have to plan again.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct TurnKey {
    rank: Rank,
    instance: Arc<str>,
    resource_type: String,
    /// A resource's id, or a name with the attribute that holds it.
    what: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Rank {
    Name,
    Group,
    Other,
}

/// The turns of all instances' resources; an entry exists while someone holds or awaits it. Clones share them: an instance that is
/// reloaded takes turns with the requests that still run in the version before it.
#[derive(Debug, Clone, Default)]
pub struct TurnTable {
    locks: Arc<Mutex<HashMap<TurnKey, Weak<tokio::sync::Mutex<()>>>>>,
}

/// The turns that an operation holds. Dropping them gives them back.
#[derive(Debug)]
pub(super) struct Turns {
    table: TurnTable,
    held: BTreeMap<TurnKey, OwnedMutexGuard<()>>,
    until: Instant,
}

/// Why a plan was not finished.
#[derive(Debug)]
pub(super) enum Stop {
    /// The request cannot be carried out.
    Refused(Refusal),
    /// What was read may have changed: turns were given back and taken again together with further ones, or were taken too late.
    PlanAgain,
}

impl<E: Into<Refusal>> From<E> for Stop {
    fn from(error: E) -> Self {
        Self::Refused(error.into())
    }
}

impl TurnKey {
    /// For the value of an attribute by which clients recognise the resources of a type; names that differ only in case are one.
    pub(super) fn name(instance: &Arc<str>, resource_type: &str, attribute: &str, value: &str) -> Self {
        let what = format!("{attribute} {}", fold_case(value));
        Self { rank: Rank::Name, instance: Arc::clone(instance), resource_type: resource_type.to_owned(), what }
    }

    /// For a resource whose members are changed together with it.
    pub(super) fn group(instance: &Arc<str>, resource_type: &str, id: &str) -> Self {
        Self { rank: Rank::Group, ..Self::resource(instance, resource_type, id) }
    }

    /// For any other resource.
    pub(super) fn resource(instance: &Arc<str>, resource_type: &str, id: &str) -> Self {
        let (instance, resource_type) = (Arc::clone(instance), resource_type.to_owned());
        Self { rank: Rank::Other, instance, resource_type, what: id.to_owned() }
    }
}

impl TurnTable {
    /// The turns of an operation that holds none yet.
    pub(super) fn begin(&self) -> Turns {
        self.begin_until(Instant::now() + LONGEST_WAIT)
    }

    /// As [`Self::begin`], for an operation that shares its time with others.
    pub(super) fn begin_until(&self, until: Instant) -> Turns {
        Turns { table: self.clone(), held: BTreeMap::new(), until }
    }

    /// Waits for all turns of an operation that knows them from the start.
    pub(super) async fn hold(&self, keys: impl IntoIterator<Item = TurnKey>) -> Result<Turns, Refusal> {
        self.hold_until(Instant::now() + LONGEST_WAIT, keys).await
    }

    /// As [`Self::hold`], until that time.
    pub(super) async fn hold_until(
        &self,
        until: Instant,
        keys: impl IntoIterator<Item = TurnKey>,
    ) -> Result<Turns, Refusal> {
        let mut turns = self.begin_until(until);
        turns.take_in_order(keys.into_iter().collect()).await?;
        Ok(turns)
    }

    fn lock_of(&self, key: &TurnKey) -> Arc<tokio::sync::Mutex<()>> {
        let mut locks = self.locks.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(lock) = locks.get(key).and_then(Weak::upgrade) {
            return lock;
        }
        if locks.len() % SWEEP == SWEEP - 1 {
            locks.retain(|_, lock| lock.strong_count() > 0);
        }
        let lock = Arc::default();
        locks.insert(key.clone(), Arc::downgrade(&lock));
        lock
    }
}

impl Turns {
    /// Takes further turns.
    ///
    /// # Errors
    /// [`Stop::PlanAgain`] when turns that were held had to be given back meanwhile; all are held now. A refusal when the wait takes
    /// too long; then none is.
    pub(super) async fn take(&mut self, keys: impl IntoIterator<Item = TurnKey>) -> Result<(), Stop> {
        let mut missing: BTreeSet<TurnKey> = keys.into_iter().filter(|key| !self.held.contains_key(key)).collect();
        let in_order = match (missing.first(), self.held.last_key_value()) {
            (Some(first), Some((last, _))) => first > last,
            _ => true,
        };
        if in_order {
            return Ok(self.take_in_order(missing).await?);
        }
        // Whoever does not wait cannot be part of a circle of waits.
        missing.retain(|key| match self.table.lock_of(key).try_lock_owned() {
            Ok(turn) => self.held.insert(key.clone(), turn).is_some(),
            Err(_) => true,
        });
        if missing.is_empty() {
            return Ok(());
        }
        missing.extend(std::mem::take(&mut self.held).into_keys());
        self.take_in_order(missing).await?;
        Err(Stop::PlanAgain)
    }

    /// Waits for turns that come after all that are held.
    async fn take_in_order(&mut self, keys: BTreeSet<TurnKey>) -> Result<(), Refusal> {
        for key in keys {
            let lock = self.table.lock_of(&key);
            let Ok(turn) = timeout_at(self.until, lock.lock_owned()).await else {
                self.held.clear();
                return Err(busy());
            };
            self.held.insert(key, turn);
        }
        Ok(())
    }
}

/// 503: nothing was done, and the same request can be sent again.
pub(super) fn busy() -> Refusal {
    let detail = "other requests are changing the same resources; send the request again";
    Refusal { retry_after_seconds: Some(1), cause: Cause::Turn, ..Error::unavailable(detail).into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt as _;

    fn user(id: &str) -> TurnKey {
        TurnKey::resource(&"acme".into(), "User", id)
    }

    fn group(id: &str) -> TurnKey {
        TurnKey::group(&"acme".into(), "Group", id)
    }

    fn name(value: &str) -> TurnKey {
        TurnKey::name(&"acme".into(), "User", "userName", value)
    }

    async fn holding(table: &TurnTable, keys: impl IntoIterator<Item = TurnKey>) -> Turns {
        let mut turns = table.begin();
        turns.take(keys).await.unwrap();
        turns
    }

    #[tokio::test]
    async fn a_second_change_waits_for_the_first_and_others_do_not() {
        let table = TurnTable::default();
        let first = holding(&table, [user("1")]).await;
        let mut second = Box::pin(holding(&table, [user("1")]));
        assert!(second.as_mut().now_or_never().is_none());
        let _other = holding(&table, [user("2")]).await;
        drop(first);
        second.await;
    }

    #[tokio::test]
    async fn names_that_differ_in_case_only_are_one() {
        let table = TurnTable::default();
        let _first = holding(&table, [name("Ada")]).await;
        assert!(Box::pin(holding(&table, [name("ada")])).now_or_never().is_none());
    }

    #[tokio::test]
    async fn a_turn_out_of_order_is_taken_if_it_is_free_and_otherwise_all_are_planned_again() {
        let table = TurnTable::default();
        let mut turns = holding(&table, [name("ada"), group("1")]).await;
        turns.take([user("2"), user("1")]).await.unwrap();
        turns.take([user("1"), group("1")]).await.unwrap();
        turns.take([group("0")]).await.unwrap();
        let other = holding(&table, [name("bob")]).await;
        let mut again = Box::pin(turns.take([name("bob")]));
        assert!(again.as_mut().now_or_never().is_none());
        // All were given back meanwhile.
        drop(holding(&table, [user("2")]).await);
        drop(other);
        assert!(matches!(again.await, Err(Stop::PlanAgain)));
        assert_eq!(turns.held.len(), 6);
        // Now all are held, and planning again asks for nothing new.
        turns.take([name("ada"), name("bob"), group("1"), user("2"), user("1"), group("0")]).await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn every_wait_ends_and_leaves_nothing_held() {
        let table = TurnTable::default();
        let _first = holding(&table, [user("2")]).await;
        let mut second = table.begin();
        let stop = second.take([user("1"), user("2")]).await.unwrap_err();
        let Stop::Refused(refusal) = stop else { panic!("{stop:?}") };
        assert_eq!((u16::from(refusal.error.status), refusal.retry_after_seconds), (503, Some(1)));
        holding(&table, [user("1")]).await;
    }

    /// Sets of turns in any order and in any steps: with one fixed order of taking there is no wait without end.
    #[tokio::test(start_paused = true)]
    async fn operations_that_learn_of_their_turns_in_any_order_all_come_to_an_end() {
        let table = TurnTable::default();
        let keys = [name("a"), name("b"), group("1"), group("2"), user("1"), user("2")];
        let mut tasks = Vec::new();
        for first in 0..keys.len() {
            for second in 0..keys.len() {
                for third in 0..keys.len() {
                    let (table, steps) = (table.clone(), [first, second, third].map(|index| keys[index].clone()));
                    tasks.push(tokio::spawn(async move {
                        let mut turns = table.begin();
                        for step in steps {
                            match turns.take([step]).await {
                                Ok(()) | Err(Stop::PlanAgain) => tokio::task::yield_now().await,
                                Err(Stop::Refused(refusal)) => panic!("{refusal:?}"),
                            }
                        }
                    }));
                }
            }
        }
        for task in tasks {
            task.await.unwrap();
        }
    }

    #[tokio::test]
    async fn finished_resources_do_not_pile_up() {
        let table = TurnTable::default();
        for id in 0..10 * SWEEP {
            holding(&table, [user(&id.to_string())]).await;
        }
        assert!(table.locks.lock().unwrap().len() <= SWEEP);
    }
}
