//! `cargo xtask bench`: measurements of the real gateway and of its parts, built for speed.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{Write, stdout};
use std::time::Duration;

use clap::{Args, ValueEnum};
use scim_gateway_tests::artifacts::{Artifacts, build_hostile, connectors, target};
use scim_gateway_tests::bench::durability::{self, Database};
use scim_gateway_tests::bench::{isolation, lists, parts, reload, start, throughput};
use scim_gateway_tests::mutations;
use serde::Serialize;
use serde_json::Value;
use tokio::sync::OnceCell;

use crate::error::CommandError;
use crate::stage::{stage, stage_async};
use crate::tools;

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

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
enum Benchmark {
    /// Operations that must be on the disk before their answer, with 1 and with 32 clients.
    Durability,
    /// A good instance's latency alone and beside a connector that misbehaves.
    Isolation,
    /// Lists of 2,000 and of 20,000 users: time, and memory that must not grow with them.
    Lists,
    /// Random and mutated requests at every endpoint: what is answered, and memory that must not grow with them. Long.
    Mutations,
    /// Filters, PATCH, mapping, the schema's check, a connector's instance and its calls, each by itself (criterion).
    Parts,
    /// From saving a mapping or a connector to the first request that uses it, and reloads under load.
    Reload,
    /// 500 instances: how soon they are ready, and the memory that they hold.
    Start,
    /// Requests through the gateway beside the same through nginx.
    Throughput,
}

/// What a benchmark found.
#[derive(Serialize)]
#[serde(transparent)]
struct Figures {
    json: Value,
    /// A table for people.
    #[serde(skip)]
    table: String,
    /// Whether the gateway did what it should.
    #[serde(skip)]
    well: bool,
}

/// Answers false when a mutated request got the better of the gateway; what else fails is an error.
pub(crate) async fn run(options: &Options) -> Result<bool, CommandError> {
    // Mutations take long: only where they are asked for.
    let wanted = |benchmark| options.only.map_or(benchmark != Benchmark::Mutations, |only| only == benchmark);
    let built = OnceCell::new();
    let mut document = BTreeMap::new();
    for &benchmark in Benchmark::value_variants() {
        let figures = if wanted(benchmark) { Some(benchmark.measure(options, &built).await?) } else { None };
        document.insert(benchmark, figures);
    }
    let file = target().join("bench.json");
    let json = serde_json::to_string_pretty(&document)?;
    std::fs::write(&file, &json).map_err(|source| CommandError::Unwritable { path: file.clone(), source })?;
    let mut out = stdout().lock();
    if options.json {
        writeln!(out, "{json}")?;
    } else {
        document.values().flatten().try_for_each(|figures| writeln!(out, "{}", figures.table))?;
        writeln!(out, "the same as JSON: {}", file.display())?;
    }
    Ok(document.values().flatten().all(|figures| figures.well))
}

impl Benchmark {
    /// `built` is filled by the first benchmark that needs the gateway.
    async fn measure(self, options: &Options, built: &OnceCell<Artifacts>) -> Result<Figures, CommandError> {
        let artifacts = async || built.get_or_try_init(async || tools::build_for_speed()).await;
        let (time, folder) = (Duration::from_secs(options.seconds), tempfile::tempdir()?);
        let folder = folder.path();
        match self {
            Self::Durability => {
                let databases = [Database::Sqlite, Database::Postgres];
                let databases = if options.postgres { &databases[..] } else { &databases[..1] };
                let measuring = durability::run(artifacts().await?, databases, time);
                figures("measure what durability costs", measuring).await
            }
            Self::Isolation => {
                let (artifacts, hostile) = (artifacts().await?, build_hostile()?);
                let (size, behaviours) = (isolation::Size::FULL, &isolation::BEHAVIOURS);
                let measuring = isolation::run(artifacts, &hostile, folder, size, behaviours);
                figures("measure an instance beside a hostile one", measuring).await
            }
            Self::Lists => {
                let measuring = lists::run(artifacts().await?, &[2_000, 20_000]);
                figures("measure what long lists cost", measuring).await
            }
            Self::Mutations => {
                let seed = options.seed.unwrap_or_else(fresh_seed);
                let how_many = mutations::Options { requests_per_endpoint: options.requests, seed };
                let sending = mutations::run(artifacts().await?, how_many);
                let report = stage_async("send mutated requests", sending).await?;
                Ok(Figures { well: report.is_clean(), ..Figures::of(&report)? })
            }
            Self::Parts => {
                let connectors = stage("build the connectors", connectors)?;
                figures("measure the parts", async { parts::run(&connectors, time) }).await
            }
            Self::Reload => {
                let measuring = reload::run(artifacts().await?, folder, reload::Size::FULL);
                figures("measure reloads", measuring).await
            }
            Self::Start => {
                let measuring = start::run(artifacts().await?, folder, INSTANCES);
                figures("measure starts", measuring).await
            }
            Self::Throughput => {
                let (artifacts, load) = (artifacts().await?, tools::build_load()?);
                let measuring = throughput::run(artifacts, &load, time);
                figures("measure requests beside nginx", measuring).await
            }
        }
    }
}

/// Measures under a heading.
async fn figures<R, E>(does: &str, measuring: impl Future<Output = Result<R, E>>) -> Result<Figures, CommandError>
where
    R: Serialize + Display,
    CommandError: From<E>,
{
    Figures::of(&stage_async(does, measuring).await?)
}

impl Figures {
    fn of(report: &(impl Serialize + Display)) -> Result<Self, CommandError> {
        Ok(Self { json: serde_json::to_value(report)?, table: report.to_string(), well: true })
    }
}

fn fresh_seed() -> u64 {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    now.map_or(0, |since| since.as_secs())
}
