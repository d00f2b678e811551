//! `purge`: shows what the store holds of an instance, and deletes it.

use super::error::CommandError;
use super::terminal::{Terminal, escaped};
use clap::Args;
use scim_gateway::config::{Config, InstanceName};
use scim_gateway::store::{Held, Holding, purge, read_holdings};
use serde_json::{Map, Value, json};
use std::path::Path;

/// What to delete.
#[derive(Debug, Args)]
pub(super) struct Order {
    /// The instance; it need not be in the configuration any more
    #[arg(long, value_name = "NAME")]
    instance: InstanceName,
    /// Only this generation
    #[arg(long, value_name = "NUMBER")]
    generation: Option<u32>,
    /// The rows of the provisioning log, too
    #[arg(long)]
    log: bool,
    /// Delete it; without this, it is only shown
    #[arg(long)]
    yes: bool,
}

/// Shows what would be deleted, or deletes it.
pub(super) fn run(file: &Path, order: &Order, json: bool, terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    let store = Config::load_store(file)?;
    let name = order.instance.as_str();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(CommandError::Runtime)?;
    let held = runtime.block_on(async {
        let mut held = read_holdings(&store.url, name).await?;
        held.retain(|held| order.generation.is_none_or(|only| only == held.generation));
        held.iter_mut().for_each(|held| held.rows.retain(|kind, _| order.log || *kind != Holding::Log));
        if order.yes {
            for held in &held {
                purge(&store.url, name, held.generation, order.log).await?;
            }
        }
        Ok::<_, CommandError>(held)
    })?;
    if json {
        terminal.line(document(order, &held))?;
    } else {
        write(order, &held, terminal)?;
    }
    Ok(())
}

fn write(order: &Order, held: &[Held], terminal: &mut Terminal<'_>) -> Result<(), CommandError> {
    for held in held {
        let identity = held.identity.as_deref().unwrap_or("nothing is known of whom it stood for");
        let served = if held.served { ", served" } else { "" };
        let generation = held.generation;
        terminal.line(format_args!("{} generation {generation}: {}{served}", order.instance, escaped(identity)))?;
        for (kind, rows) in &held.rows {
            terminal.line(format_args!("  {:20}{rows}", kind.as_str()))?;
        }
    }
    let rows: u64 = held.iter().flat_map(|held| held.rows.values()).sum();
    match (rows, order.yes) {
        (0, _) => terminal.line(format_args!("the store remembers nothing of {}", order.instance))?,
        (rows, true) => terminal.line(format_args!("{rows} rows were deleted"))?,
        (rows, false) => terminal.line(format_args!("{rows} rows; nothing was deleted: add --yes to delete them"))?,
    }
    Ok(())
}

fn document(order: &Order, held: &[Held]) -> Value {
    let generations = held.iter().map(|held| {
        let rows: Map<String, Value> =
            held.rows.iter().map(|(kind, rows)| (kind.as_str().to_owned(), (*rows).into())).collect();
        json!({ "generation": held.generation, "identity": held.identity, "served": held.served, "rows": rows })
    });
    json!({
        "instance": order.instance.as_str(),
        "deleted": order.yes,
        "generations": generations.collect::<Vec<_>>(),
    })
}
