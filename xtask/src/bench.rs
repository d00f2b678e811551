//! `cargo xtask bench`: measurements of the real gateway, built for speed.

use std::io::{Write, stdout};
use std::time::Duration;

use clap::{Args, ValueEnum};
use scim_gateway_tests::artifacts::workspace;
use scim_gateway_tests::bench::durability::{self, Database};
use scim_gateway_tests::bench::throughput;
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
    /// One JSON document on standard output, for programs; progress goes to standard error.
    #[arg(long)]
    json: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Benchmark {
    /// Operations that must be on the disk before their answer, with 1 and with 32 clients.
    Durability,
    /// Requests through the gateway beside the same through nginx.
    Throughput,
}

/// What `--json` prints.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
struct Document {
    durability: Option<durability::Report>,
    throughput: Option<throughput::Report>,
}

/// Answers true: what fails is an error.
pub(crate) async fn run(options: &Options) -> Result<bool, CommandError> {
    let artifacts = tools::build_for_speed()?;
    let wanted = |benchmark| options.only.is_none_or(|only| only == benchmark);
    let mut durability = None;
    if wanted(Benchmark::Durability) {
        let databases = [Database::Sqlite, Database::Postgres];
        let databases = if options.postgres { &databases[..] } else { &databases[..1] };
        let measuring = durability::run(&artifacts, databases, Duration::from_secs(options.seconds));
        durability = Some(stage_async("measure what durability costs", measuring).await?);
    }
    let mut throughput = None;
    if wanted(Benchmark::Throughput) {
        let load = tools::build_load()?;
        let measuring = throughput::run(&artifacts, &load, Duration::from_secs(options.seconds));
        throughput = Some(stage_async("measure requests beside nginx", measuring).await?);
    }
    let document = Document { durability, throughput };
    let file = workspace().join("target/bench.json");
    let json = serde_json::to_string_pretty(&document)?;
    std::fs::write(&file, &json).map_err(|source| CommandError::Unwritable { path: file.clone(), source })?;
    let mut out = stdout().lock();
    if options.json {
        writeln!(out, "{json}")?;
        return Ok(true);
    }
    for report in [document.durability.map(|it| it.to_string()), document.throughput.map(|it| it.to_string())] {
        report.map(|report| writeln!(out, "{report}")).transpose()?;
    }
    writeln!(out, "the same as JSON: {}", file.display())?;
    Ok(true)
}
