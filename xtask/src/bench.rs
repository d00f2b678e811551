//! `cargo xtask bench`: measurements of the real gateway, built for speed.

use std::io::{Write, stdout};
use std::time::Duration;

use clap::{Args, ValueEnum};
use scim_gateway_tests::artifacts::{build_hostile, target};
use scim_gateway_tests::bench::durability::{self, Database};
use scim_gateway_tests::bench::{isolation, lists, reload, start, throughput};
use scim_gateway_tests::mutations;
use serde::Serialize;

use crate::stage::stage_async;
use crate::{CommandError, tools};

#[derive(Args)]
pub(crate) struct Options {
    /// Only this benchmark.
    #[arg(long, value_enum)]
    only: Option<Benchmark>,
    /// On PostgreSQL, too, which is installed from Debian's packages where it is missing.
    #[arg(long)]
    postgres: bool,
    /// How long each measurement lasts.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Mutated requests at each endpoint.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    requests: u32,
    /// What the mutated requests follow from; another one each time when it is left out.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// One JSON document on standard output, for programs; progress goes to standard error.
    #[arg(long)]
    json: bool,
}

/// Instances of three connectors in one gateway.
const INSTANCES: usize = 500;

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Benchmark {
    /// Operations that must be on the disk before their answer, with 1 and with 32 clients.
    Durability,
    /// A good instance's latency alone and beside a connector that misbehaves.
    Isolation,
    /// Lists of 2,000 and of 20,000 users: time, and memory that must not grow with them.
    Lists,
    /// Random and mutated requests at every endpoint: what is answered, and memory that must not grow with them. Long.
    Mutations,
    /// From saving a mapping or a connector to the first request that uses it, and reloads under load.
    Reload,
    /// 500 instances: how soon they are ready, and the memory that they hold.
    Start,
    /// Requests through the gateway beside the same through nginx.
    Throughput,
}

/// What `--json` prints.
#[derive(Default, Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    durability: Option<durability::Report>,
    isolation: Option<isolation::Report>,
    lists: Option<lists::Report>,
    mutations: Option<mutations::Report>,
    reload: Option<reload::Report>,
    start: Option<start::Report>,
    throughput: Option<throughput::Report>,
}

/// Answers false when a mutated request got the better of the gateway; what else fails is an error.
pub(crate) async fn run(options: &Options) -> Result<bool, CommandError> {
    let artifacts = tools::build_for_speed()?;
    // Mutations take long: only where they are asked for.
    let wanted = |benchmark| options.only.map_or(benchmark != Benchmark::Mutations, |only| only == benchmark);
    let mut document = Document::default();
    if wanted(Benchmark::Durability) {
        let databases = [Database::Sqlite, Database::Postgres];
        let databases = if options.postgres { &databases[..] } else { &databases[..1] };
        let measuring = durability::run(&artifacts, databases, Duration::from_secs(options.seconds));
        document.durability = Some(stage_async("measure what durability costs", measuring).await?);
    }
    if wanted(Benchmark::Isolation) {
        let (hostile, folder) = (build_hostile()?, tempfile::tempdir()?);
        let (size, behaviours) = (isolation::Size::FULL, &isolation::BEHAVIOURS);
        let measuring = isolation::run(&artifacts, &hostile, folder.path(), size, behaviours);
        document.isolation = Some(stage_async("measure an instance beside a hostile one", measuring).await?);
    }
    if wanted(Benchmark::Reload) {
        let folder = tempfile::tempdir()?;
        let measuring = reload::run(&artifacts, folder.path(), reload::Size::FULL);
        document.reload = Some(stage_async("measure reloads", measuring).await?);
    }
    if wanted(Benchmark::Start) {
        let folder = tempfile::tempdir()?;
        let measuring = start::run(&artifacts, folder.path(), INSTANCES);
        document.start = Some(stage_async("measure starts", measuring).await?);
    }
    if wanted(Benchmark::Lists) {
        let measuring = lists::run(&artifacts, &[2_000, 20_000]);
        document.lists = Some(stage_async("measure what long lists cost", measuring).await?);
    }
    if wanted(Benchmark::Mutations) {
        let seed = options.seed.unwrap_or_else(fresh_seed);
        let sending = mutations::run(&artifacts, mutations::Options { requests_per_endpoint: options.requests, seed });
        document.mutations = Some(stage_async("send mutated requests", sending).await?);
    }
    if wanted(Benchmark::Throughput) {
        let load = tools::build_load()?;
        let measuring = throughput::run(&artifacts, &load, Duration::from_secs(options.seconds));
        document.throughput = Some(stage_async("measure requests beside nginx", measuring).await?);
    }
    let file = target().join("bench.json");
    let json = serde_json::to_string_pretty(&document)?;
    std::fs::write(&file, &json).map_err(|source| CommandError::Unwritable { path: file.clone(), source })?;
    let mut out = stdout().lock();
    if options.json {
        writeln!(out, "{json}")?;
    } else {
        let Document { durability, isolation, lists, mutations, reload, start, throughput } = &document;
        durability.iter().try_for_each(|report| writeln!(out, "{report}"))?;
        isolation.iter().try_for_each(|report| writeln!(out, "{report}"))?;
        reload.iter().try_for_each(|report| writeln!(out, "{report}"))?;
        start.iter().try_for_each(|report| writeln!(out, "{report}"))?;
        lists.iter().try_for_each(|report| writeln!(out, "{report}"))?;
        mutations.iter().try_for_each(|report| writeln!(out, "{report}"))?;
        throughput.iter().try_for_each(|report| writeln!(out, "{report}"))?;
        writeln!(out, "the same as JSON: {}", file.display())?;
    }
    Ok(document.mutations.is_none_or(|report| report.is_clean()))
}

fn fresh_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}
