//! The net effect of operations that share a transaction. Folding their writes first means that a row is written once however often
//! it changes, that rows of one table can share a statement, and that all gateways write rows in the same order.

use crate::awaited::AwaitedChanges;
use crate::bindings::BindingChanges;
use crate::database::Durability;
use crate::generation::GenerationChanges;
use crate::groups::GroupChanges;
use crate::inactive::InactiveChanges;
use crate::index::Index;
use crate::kept::KeptChanges;
use crate::key::Key;
use crate::log::entry::{LogEntry, insert};
use crate::memberships::MembershipChanges;
use crate::rails::RailChanges;
use crate::secret::SecretChanges;
use crate::state::StateChanges;
use crate::statement::is_portion;
use crate::write::{StandingWrite, Write};
use sqlx::AnyConnection;

/// Something that is committed as a whole or not at all.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Unit<'a> {
    /// The writes of one operation.
    Operation(&'a [Write]),
    /// A row of the provisioning log that no operation waits for.
    LogRow(&'a LogEntry),
}

#[derive(Debug, Default)]
pub(crate) struct Batch<'a> {
    kept: KeptChanges<'a>,
    awaited: AwaitedChanges<'a>,
    state: StateChanges<'a>,
    secrets: SecretChanges<'a>,
    bindings: BindingChanges<'a>,
    inactive: InactiveChanges<'a>,
    groups: GroupChanges<'a>,
    memberships: MembershipChanges<'a>,
    rails: RailChanges<'a>,
    generations: GenerationChanges<'a>,
    log: Vec<&'a LogEntry>,
    /// Whether there is more than rows of the log.
    remembers: bool,
}

impl<'a> Batch<'a> {
    /// Folds the writes in their order.
    pub(crate) fn of(units: &[Unit<'a>]) -> Self {
        let mut batch = Self::default();
        for unit in units {
            match unit {
                Unit::Operation(writes) => writes.iter().for_each(|write| batch.add(write)),
                Unit::LogRow(row) => batch.log.push(row),
            }
        }
        batch
    }

    /// How durable the transaction must be before anybody is told of it.
    pub(crate) const fn durability(&self) -> Durability {
        if self.remembers { Durability::Disk } else { Durability::Process }
    }

    /// Whether it is a single statement, which is a transaction of its own: BEGIN and COMMIT would cost two more round trips.
    pub(crate) fn is_one_statement(&self) -> bool {
        !self.remembers && is_portion(self.log.len())
    }

    fn add(&mut self, write: &'a Write) {
        self.remembers |= !matches!(write, Write::Log(_));
        match write {
            Write::Keep { resource, slot, value, app } => self.kept.keep(resource, slot, value, app.as_ref()),
            Write::Drop { resource, slot } => self.kept.discard(resource, slot),
            Write::Await { resource, slot, refers_to, value } => self.awaited.wait(resource, slot, refers_to, value),
            Write::Resolved { resource, slot } => self.awaited.resolve(resource, slot),
            Write::Forget(resource) => {
                self.kept.forget(resource);
                self.awaited.forget(resource);
            }
            Write::SetState { instance, name, value } => self.state.set(instance, name, Some(value)),
            Write::DeleteState { instance, name } => self.state.set(instance, name, None),
            Write::Secret { name, value } => self.secrets.add(name, value),
            Write::Generation { instance, generation } => self.generations.serve(instance, generation),
            Write::Standing(write) => self.add_standing(write),
            Write::Rail(write) => self.rails.add(write),
            Write::Log(entry) => self.log.push(entry),
        }
    }

    fn add_standing(&mut self, write: &'a StandingWrite) {
        match write {
            StandingWrite::Bind { resource, app_id } => self.bindings.set(Key::from(resource), app_id.as_deref()),
            StandingWrite::Inactive { instance, resource_type, inactive } => {
                self.inactive.deactivate(instance, resource_type, inactive);
            }
            StandingWrite::Phase(resource, phase) => self.inactive.set_phase(Key::from(resource), *phase),
            StandingWrite::Active(resource) => self.inactive.activate(Key::from(resource)),
            StandingWrite::Ended(resource) => {
                self.bindings.set(Key::from(resource), None);
                self.inactive.activate(Key::from(resource));
                self.memberships.end_user(&resource.instance, &resource.id);
            }
            StandingWrite::Group(group) => self.groups.create(group),
            StandingWrite::GroupEnded(group) => {
                self.groups.end(group);
                self.memberships.end_group(group);
            }
            StandingWrite::Member { group, user, pending } => self.memberships.set(group, user, Some(*pending)),
            StandingWrite::NoMember { group, user } => self.memberships.set(group, user, None),
        }
    }

    /// Adds to the index what is about to be written: a commit whose outcome is never learnt may have succeeded.
    pub(crate) fn add_to(&self, index: &Index) {
        self.kept.add_to(index);
        self.awaited.add_to(index);
    }

    /// Removes from the index what has been deleted.
    pub(crate) fn remove_from(&self, index: &Index) {
        self.kept.remove_from(index);
    }

    /// Runs the statements. The order of the tables is the same in all gateways.
    pub(crate) async fn run(&self, connection: &mut AnyConnection) -> Result<(), sqlx::Error> {
        self.kept.run(connection).await?;
        self.awaited.run(connection).await?;
        self.state.run(connection).await?;
        self.secrets.run(connection).await?;
        self.bindings.run(connection).await?;
        self.inactive.run(connection).await?;
        self.groups.run(connection).await?;
        self.memberships.run(connection).await?;
        self.rails.run(connection).await?;
        self.generations.run(connection).await?;
        insert(connection, &self.log).await
    }
}
