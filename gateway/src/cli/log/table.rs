//! Prints rows as a table for people.

use crate::cli::terminal::{Terminal, escaped};
use scim_gateway::store::LogEntry;
use std::io;

const HEADINGS: [&str; 8] = ["TIME", "INSTANCE", "CLIENT", "OPERATION", "ID", "MATCH", "OUTCOME", "CORRELATION"];
/// The index of the outcome's column.
const OUTCOME: usize = 6;

/// Writes one line per row.
pub(super) fn write(rows: &[LogEntry], terminal: &mut Terminal<'_>) -> io::Result<()> {
    let table: Vec<[String; HEADINGS.len()]> = rows.iter().map(cells).collect();
    let mut widths = HEADINGS.map(str::len);
    for cells in &table {
        for (width, cell) in widths.iter_mut().zip(cells) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let headings: Vec<String> =
        HEADINGS.iter().zip(widths).map(|(heading, width)| format!("{heading:width$}")).collect();
    terminal.line(terminal.bold(&format!("{}  APP CALLS", headings.join("  "))))?;
    for (row, cells) in rows.iter().zip(&table) {
        let mut line = String::new();
        for (place, (cell, width)) in cells.iter().zip(widths).enumerate() {
            let cell = format!("{cell:width$}");
            let failed = place == OUTCOME && row.status >= 400;
            line += &if failed { terminal.red(&cell) } else { cell };
            line += "  ";
        }
        terminal.line((line + &calls(row) + &ignored(row)).trim_end())?;
    }
    if rows.is_empty() { terminal.line("no matching rows") } else { Ok(()) }
}

fn cells(row: &LogEntry) -> [String; HEADINGS.len()] {
    let operation = [Some(row.operation.as_str()), row.resource_type.as_deref()];
    let scim_type = row.scim_type.as_deref();
    let outcome = scim_type.map_or_else(|| row.status.to_string(), |scim_type| format!("{} {scim_type}", row.status));
    let matching = row.matching.as_ref().map(|matching| matching.value.as_str());
    [
        // To the second, which is easier to read.
        format!("{:.0}", row.time),
        escaped(&row.instance),
        escaped(&row.client),
        escaped(&operation.into_iter().flatten().collect::<Vec<_>>().join(" ")),
        escaped(row.id.as_deref().unwrap_or("-")),
        escaped(matching.unwrap_or("-")),
        escaped(&outcome),
        escaped(&row.correlation),
    ]
}

/// `  ignored: nickName, photos`.
fn ignored(row: &LogEntry) -> String {
    if row.ignored.is_empty() { String::new() } else { escaped(&format!("  ignored: {}", row.ignored.join(", "))) }
}

/// `POST /users.json 201, PATCH /groups/{id} no answer`.
fn calls(row: &LogEntry) -> String {
    let calls = row.app_calls.iter().map(|call| {
        let status = call.status.map_or_else(|| "no answer".to_owned(), |status| status.to_string());
        format!("{} {} {status}", call.method, call.path)
    });
    let more = (row.unlisted_calls > 0).then(|| format!("and {} more", row.unlisted_calls));
    escaped(&calls.chain(more).collect::<Vec<_>>().join(", "))
}
