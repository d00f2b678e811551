//! Running a program of PostgreSQL or of the system.

use super::error::PostgresError;
use std::process::{Command, Stdio};

/// Runs a program to its end and returns its output; an error holds the last lines.
pub(super) fn output_of(command: &mut Command) -> Result<String, PostgresError> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(source) => return Err(PostgresError::Run { program, source }),
    };
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    let said = String::from_utf8_lossy(&said);
    let lines: Vec<&str> = said.trim().lines().collect();
    let last = lines.get(lines.len().saturating_sub(8)..).unwrap_or_default();
    Err(PostgresError::Failed { program, output: format!("{} {}", output.status, last.join("; ")) })
}
