//! `cargo xtask bench`: measurements of the real gateway and of its parts, built for speed.

use crate::error::CommandError;
use crate::stage::{stage, stage_async};
use crate::tools;
use clap::{Args, ValueEnum};
use scim_gateway_tests::artifacts::{Artifacts, build_hostile, connectors, target};
use scim_gateway_tests::bench::durability::{self, Database};
use scim_gateway_tests::bench::{isolation, lists, parts, reload, start, throughput};
use scim_gateway_tests::mutations;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{Write, stdout};
use std::time::Duration;
use tokio::sync::OnceCell;

#[derive(Args)]
pub(crate) struct Options {
    /// Only this benchmark.
    #[arg(long, value_enum)]
    only: Option<Benchmark>,
    /// Also on PostgreSQL, which is installed from Debian's packages if it is missing.
    #[arg(long)]
    postgres: bool,
    /// How long each measurement lasts.
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..))]
    seconds: u64,
    /// Mutated requests at each endpoint.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    requests: u32,
    /// The seed of the mutated requests; a new one each time by default.
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    /// One JSON document on standard output, for programs; progress goes to standard error.
    #[arg(long)]
    json: bool,
}

/// The number of instances in one gateway; they are of three connectors.
const INSTANCES: usize = 500;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
enum Benchmark {
    /// Operations that must be on disk before they are answered, with 1 and with 32 clients.
    Durability,
    /// The latency of a good instance and of `/healthz`, alone and beside attacks on the gateway.
    Isolation,
    /// Lists of 2,000 and of 20,000 users: time, and memory, which must not grow with the list.
    Lists,
    /// Random and mutated requests at every endpoint: the answers, and memory, which must not grow. Takes long.
    Mutations,
    /// Filters, PATCH, mapping, schema checks, connector instances and calls, each by itself (criterion).
    Parts,
    /// The time from saving a mapping or a connector to the first request that uses it, and reloads under load.
    Reload,
    /// 500 instances: the time until they are ready, and their memory.
    Start,
    /// Requests through the gateway, compared with the same requests through nginx.
    Throughput,
}

/// The result of a benchmark.
#[derive(Serialize)]
#[serde(transparent)]
struct Figures {
    json: Value,
    /// A table for people.
    #[serde(skip)]
    table: String,
    /// Whether the gateway behaved as it should.
    #[serde(skip)]
    well: bool,
}

/// Returns false when the gateway failed a mutated request; any other failure is an error.
pub(crate) async fn run(options: &Options) -> Result<bool, CommandError> {
    // Mutations take long and run only on request.
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
        writeln!(out, "as JSON: {}", file.display())?;
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
                let (size, attacks) = (isolation::Size::FULL, &isolation::ATTACKS);
                let measuring = isolation::run(artifacts, &hostile, folder, size, attacks);
                figures("measure an instance beside attacks", measuring).await
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

/// Runs a measurement under a heading.
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
