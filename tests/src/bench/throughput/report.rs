//! Medians of the rounds, ratios to nginx, and how people read them.

use super::operation::Operation;
use super::targets::NGINX;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt;

/// Connections at the same time.
pub(super) const CONNECTIONS: [usize; 2] = [1, 32];

/// One measurement.
#[derive(Debug, Clone)]
pub(super) struct Round {
    pub(super) target: &'static str,
    pub(super) operation: Operation,
    pub(super) connections: usize,
    pub(super) requests_per_second: f64,
    pub(super) p50: f64,
    pub(super) p99: f64,
    pub(super) cpu_per_request: f64,
    pub(super) app_calls_per_request: f64,
}

/// The medians of one target, operation and number of connections. Durations are in microseconds.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Cell {
    pub target: &'static str,
    pub operation: Operation,
    pub connections: usize,
    pub requests_per_second: f64,
    pub p50_microseconds: f64,
    pub p99_microseconds: f64,
    /// Of what stands between; nothing where the stub is asked directly.
    pub cpu_microseconds: f64,
    pub app_calls: f64,
}

/// What the gateway costs in units of nginx.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Ratio {
    pub target: &'static str,
    pub operation: Operation,
    /// Processor time a request, at the most connections.
    pub cpu: f64,
    /// p50 at one connection.
    pub p50: f64,
}

/// Everything that was measured.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "kebab-case")]
pub struct Report {
    pub cells: Vec<Cell>,
    pub ratios: Vec<Ratio>,
    /// Bytes that each target's process held at the end.
    pub resident_bytes: BTreeMap<&'static str, u64>,
}

impl Report {
    pub(super) fn of(rounds: &[Round], resident_bytes: BTreeMap<&'static str, u64>) -> Self {
        let mut targets: Vec<&'static str> = Vec::new();
        for round in rounds {
            if !targets.contains(&round.target) {
                targets.push(round.target);
            }
        }
        let mut cells = Vec::new();
        for operation in Operation::ALL {
            for connections in CONNECTIONS {
                cells.extend(targets.iter().map(|target| cell(rounds, target, operation, connections)));
            }
        }
        let ratios =
            cells.iter().filter(|cell| cell.connections == CONNECTIONS[0]).filter_map(|cell| ratio(&cells, cell));
        Self { ratios: ratios.collect(), cells, resident_bytes }
    }
}

fn cell(rounds: &[Round], target: &'static str, operation: Operation, connections: usize) -> Cell {
    let of = |figure: fn(&Round) -> f64| {
        let same =
            |round: &&Round| (round.target, round.operation, round.connections) == (target, operation, connections);
        let mut figures: Vec<f64> = rounds.iter().filter(same).map(figure).collect();
        figures.sort_unstable_by(f64::total_cmp);
        figures.get(figures.len() / 2).copied().unwrap_or_default()
    };
    Cell {
        target,
        operation,
        connections,
        requests_per_second: of(|round| round.requests_per_second),
        p50_microseconds: of(|round| round.p50),
        p99_microseconds: of(|round| round.p99),
        cpu_microseconds: of(|round| round.cpu_per_request),
        app_calls: of(|round| round.app_calls_per_request),
    }
}

/// Of a gateway's cell with one connection.
fn ratio(cells: &[Cell], alone: &Cell) -> Option<Ratio> {
    let find = |target, connections| {
        cells
            .iter()
            .find(|cell| (cell.target, cell.operation, cell.connections) == (target, alone.operation, connections))
    };
    let [one, many] = CONNECTIONS;
    if [NGINX, "direct"].contains(&alone.target) {
        return None;
    }
    Some(Ratio {
        target: alone.target,
        operation: alone.operation,
        cpu: find(alone.target, many)?.cpu_microseconds / find(NGINX, many)?.cpu_microseconds,
        p50: alone.p50_microseconds / find(NGINX, one)?.p50_microseconds,
    })
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Get => "GET by id",
            Self::Filter => "filter on userName",
            Self::Post => "POST",
            Self::PatchActive => "PATCH active",
            Self::PatchMember => "PATCH one member",
        })
    }
}

/// Two tables for people.
impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:18}  {:>5}  {:9}  {:>10}  {:>8}  {:>8}  {:>8}  {:>9}",
            "operation", "conns", "target", "requests/s", "p50 µs", "p99 µs", "CPU µs", "app calls"
        )?;
        for cell in &self.cells {
            let Cell { operation, connections, target, requests_per_second, .. } = cell;
            let Cell { p50_microseconds, p99_microseconds, cpu_microseconds, app_calls, .. } = cell;
            writeln!(
                f,
                "{operation:18}  {connections:>5}  {target:9}  {requests_per_second:>10.0}  {p50_microseconds:>8.0}  \
                 {p99_microseconds:>8.0}  {cpu_microseconds:>8.1}  {app_calls:>9.2}"
            )?;
        }
        writeln!(f, "\n{:18}  {:9}  {:>13}  {:>13}", "operation", "target", "CPU ÷ nginx's", "p50 ÷ nginx's")?;
        for Ratio { operation, target, cpu, p50 } in &self.ratios {
            writeln!(f, "{operation:18}  {target:9}  {cpu:>13.2}  {p50:>13.2}")?;
        }
        for (target, bytes) in &self.resident_bytes {
            writeln!(f, "{target} held {:.1} MB at the end", *bytes as f64 / 1e6)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(target: &'static str, connections: usize, figure: f64) -> Round {
        let operation = Operation::Get;
        let (requests_per_second, p50, p99, app_calls_per_request) = (1e6 / figure, figure, figure * 2.0, 1.0);
        let cpu_per_request = figure;
        Round { target, operation, connections, requests_per_second, p50, p99, cpu_per_request, app_calls_per_request }
    }

    #[test]
    fn a_figure_is_the_median_and_a_ratio_is_to_nginx() {
        let rounds: Vec<Round> = [(NGINX, 10.0), (NGINX, 90.0), (NGINX, 20.0), ("scim-app", 50.0)]
            .into_iter()
            .flat_map(|(target, figure)| CONNECTIONS.map(|connections| round(target, connections, figure)))
            .collect();
        let report = Report::of(&rounds, BTreeMap::new());
        let ratio = &report.ratios[0];
        assert_eq!((ratio.target, ratio.cpu, ratio.p50), ("scim-app", 2.5, 2.5));
    }
}
