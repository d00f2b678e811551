//! What a group of writes comes to. Many operations share a transaction; folding them first means that a row is touched once
//! however often it changed, that rows of one kind can share a statement, and that all gateways touch rows in the same order.

use super::open::Durability;
use super::rails::RailEffects;
use super::standing_effects::StandingEffects;
use super::statement::{Cell, Statement, is_portion, replace};
use super::{LogEntry, ResourceKey, Write};
use serde_json::Value;
use sqlx::AnyConnection;
use std::collections::BTreeMap;

/// A resource, borrowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub(super) instance: &'a str,
    pub(super) resource_type: &'a str,
    pub(super) id: &'a str,
}

/// What happens to the rows of one resource.
#[derive(Debug, Default)]
pub(super) struct ResourceEffect<'a> {
    /// All its rows go before the others come.
    pub(super) forgotten: bool,
    /// By slot: the value and what the app has; none where it goes.
    kept: BTreeMap<&'a str, Option<(&'a Value, Option<&'a Value>)>>,
    /// By slot: the type that is referred to and the identifier, or that the reference waits no more.
    awaited: BTreeMap<&'a str, Option<(&'a str, &'a str)>>,
}

/// The net effect of writes that are committed together.
#[derive(Debug, Default)]
pub(super) struct Effects<'a> {
    resources: BTreeMap<Key<'a>, ResourceEffect<'a>>,
    /// By instance and name; none where it is deleted.
    state: BTreeMap<(&'a str, &'a str), Option<&'a str>>,
    /// By name; the first one counts.
    secrets: BTreeMap<&'a str, &'a str>,
    standing: StandingEffects<'a>,
    rails: RailEffects<'a>,
    log: Vec<&'a LogEntry>,
    remembers: bool,
}

impl<'a> Effects<'a> {
    /// Folds writes in their order.
    pub(super) fn of(writes: impl Iterator<Item = &'a Write>, log: &'a [LogEntry]) -> Self {
        let mut effects = Self { log: log.iter().collect(), ..Self::default() };
        for write in writes {
            effects.add(write);
        }
        effects
    }

    /// How safe the transaction must be before anybody is told of it.
    pub(super) const fn durability(&self) -> Durability {
        if self.remembers { Durability::Disk } else { Durability::Process }
    }

    /// Whether a single statement does all of it, which is a transaction by itself: the two round trips around it cost more than it does.
    pub(super) fn is_one_statement(&self) -> bool {
        !self.remembers && is_portion(self.log.len())
    }

    pub(super) fn resources(&self) -> impl Iterator<Item = (&Key<'a>, &ResourceEffect<'a>)> {
        self.resources.iter()
    }

    fn add(&mut self, write: &'a Write) {
        self.remembers |= !matches!(write, Write::Log(_));
        match write {
            Write::Keep { resource, slot, value, app } => {
                self.resource(resource).kept.insert(slot, Some((value, app.as_ref())));
            }
            Write::Drop { resource, slot } => {
                self.resource(resource).kept.insert(slot, None);
            }
            Write::Await { resource, slot, refers_to, value } => {
                self.resource(resource).awaited.insert(slot, Some((refers_to, value)));
            }
            Write::Resolved { resource, slot } => {
                self.resource(resource).awaited.insert(slot, None);
            }
            Write::Forget(resource) => {
                *self.resource(resource) = ResourceEffect { forgotten: true, ..ResourceEffect::default() };
            }
            Write::SetState { instance, name, value } => {
                self.state.insert((instance, name), Some(value));
            }
            Write::Secret { name, value } => {
                self.secrets.entry(name).or_insert(value);
            }
            Write::DeleteState { instance, name } => {
                self.state.insert((instance, name), None);
            }
            Write::Standing(write) => self.standing.add(write),
            Write::Rail(write) => self.rails.add(write),
            Write::Log(entry) => self.log.push(entry),
        }
    }

    fn resource(&mut self, key: &'a ResourceKey) -> &mut ResourceEffect<'a> {
        self.resources.entry(Key::of(key)).or_default()
    }

    /// Runs the statements: what goes, then what comes.
    pub(super) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        let forgotten: Vec<Vec<Cell<'_>>> =
            self.resources.iter().filter(|(_, effect)| effect.forgotten).map(|(key, _)| key.cells().into()).collect();
        FORGET_KEPT.run(connection, &forgotten).await?;
        FORGET_AWAITED.run(connection, &forgotten).await?;

        let (mut kept, mut awaited) = (Vec::new(), Vec::new());
        for (key, effect) in &self.resources {
            kept.extend(effect.kept.iter().map(|(slot, kept)| {
                (key.slot(slot), kept.map(|(value, app)| vec![Cell::json(value), Cell::optional_json(app)]))
            }));
            awaited.extend(effect.awaited.iter().map(|(slot, reference)| {
                (key.slot(slot), reference.map(|(refers_to, value)| vec![Cell::text(refers_to), Cell::text(value)]))
            }));
        }
        replace(connection, &DROP_KEPT, &KEEP, kept.into_iter()).await?;
        replace(connection, &RESOLVE, &AWAIT, awaited.into_iter()).await?;

        let state = self.state.iter().map(|((instance, name), value)| {
            (vec![Cell::text(instance), Cell::text(name)], value.map(|value| vec![Cell::text(value)]))
        });
        replace(connection, &DELETE_STATE, &SET_STATE, state).await?;

        let secrets: Vec<_> =
            self.secrets.iter().map(|(name, value)| [*name, *value].map(Cell::text).to_vec()).collect();
        SECRET.run(connection, &secrets).await?;

        self.standing.run(connection).await?;
        self.rails.run(connection).await?;

        let log: Vec<Vec<Cell<'_>>> = self.log.iter().map(|entry| entry.cells()).collect();
        LOG.run(connection, &log).await
    }
}

impl<'a> Key<'a> {
    pub(super) fn of(key: &'a ResourceKey) -> Self {
        Self { instance: &key.instance, resource_type: &key.resource_type, id: &key.id }
    }

    pub(super) fn cells(&self) -> [Cell<'a>; 3] {
        [Cell::text(self.instance), Cell::text(self.resource_type), Cell::text(self.id)]
    }

    fn slot(&self, slot: &'a str) -> Vec<Cell<'a>> {
        [&self.cells()[..], &[Cell::text(slot)]].concat()
    }
}

impl ResourceEffect<'_> {
    /// The slots of which a value is kept by this.
    pub(super) fn kept_slots(&self) -> impl Iterator<Item = &str> {
        self.kept.iter().filter(|(_, kept)| kept.is_some()).map(|(slot, _)| *slot)
    }

    /// The types of the resources that references wait for by this.
    pub(super) fn awaited_types(&self) -> impl Iterator<Item = &str> {
        self.awaited.values().flatten().map(|(refers_to, _)| *refers_to)
    }
}

const FORGET_KEPT: Statement =
    Statement { head: "DELETE FROM kept WHERE (instance, resource_type, id) IN (VALUES ", tail: ")" };
const FORGET_AWAITED: Statement =
    Statement { head: "DELETE FROM awaited WHERE (instance, resource_type, id) IN (VALUES ", tail: ")" };
const DROP_KEPT: Statement =
    Statement { head: "DELETE FROM kept WHERE (instance, resource_type, id, slot) IN (VALUES ", tail: ")" };
const KEEP: Statement = Statement {
    head: "INSERT INTO kept (instance, resource_type, id, slot, value, app) VALUES ",
    tail: " ON CONFLICT (instance, resource_type, id, slot) DO UPDATE SET value = excluded.value, app = excluded.app",
};
const RESOLVE: Statement =
    Statement { head: "DELETE FROM awaited WHERE (instance, resource_type, id, slot) IN (VALUES ", tail: ")" };
const AWAIT: Statement = Statement {
    head: "INSERT INTO awaited (instance, resource_type, id, slot, refers_to, value) VALUES ",
    tail: " ON CONFLICT (instance, resource_type, id, slot)
        DO UPDATE SET refers_to = excluded.refers_to, value = excluded.value",
};
const DELETE_STATE: Statement =
    Statement { head: "DELETE FROM connector_state WHERE (instance, name) IN (VALUES ", tail: ")" };
const SET_STATE: Statement = Statement {
    head: "INSERT INTO connector_state (instance, name, value) VALUES ",
    tail: " ON CONFLICT (instance, name) DO UPDATE SET value = excluded.value",
};
// Of gateways that start together, the first one's counts.
const SECRET: Statement =
    Statement { head: "INSERT INTO secret (name, value) VALUES ", tail: " ON CONFLICT (name) DO NOTHING" };
// A transaction whose end was lost is repeated.
const LOG: Statement = Statement {
    head: "INSERT INTO provisioning_log (time, correlation, instance, client, operation, resource_type, id, slot, value, status,
        scim_type, app_calls, duration_us) VALUES ",
    tail: " ON CONFLICT (time, correlation) DO NOTHING",
};
