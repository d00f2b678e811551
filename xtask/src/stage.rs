//! Progress on standard error: each stage and how long it took.

use crate::error::CommandError;
use crate::terminal::Paint;
use std::fmt::Display;
use std::io::{Write, stderr};
use std::time::{Duration, Instant};

/// Runs one piece of work under a heading; `does` is a phrase such as `build the connectors`.
pub(crate) fn stage<T, E>(does: &str, work: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    let begun = begin(does);
    let outcome = work();
    end(does, begun, outcome.is_ok());
    outcome
}

/// As [`stage`], for asynchronous work.
pub(crate) async fn stage_async<T, E>(does: &str, work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = begin(does);
    let outcome = work.await;
    end(does, begun, outcome.is_ok());
    outcome
}

/// Runs an asynchronous command to its end.
pub(crate) fn asynchronously<T>(command: impl Future<Output = Result<T, CommandError>>) -> Result<T, CommandError> {
    tokio::runtime::Runtime::new()?.block_on(command)
}

/// Prints a line under the stage's heading.
pub(crate) fn note(text: impl Display) {
    say(&format!("    {text}"));
}

/// `9.4 s` or `2 min 05 s`.
pub(crate) fn readable(time: Duration) -> String {
    let seconds = time.as_secs();
    if seconds < 60 {
        format!("{:.1} s", time.as_secs_f64())
    } else {
        format!("{} min {:02} s", seconds / 60, seconds % 60)
    }
}

fn begin(does: &str) -> Instant {
    say(&Paint::on(&stderr()).bold(format!("==> {does}")));
    Instant::now()
}

fn end(does: &str, begun: Instant, well: bool) {
    let paint = Paint::on(&stderr());
    let time = readable(begun.elapsed());
    say(&if well {
        paint.green(format!("    done: {does} ({time})"))
    } else {
        paint.red(format!("    failed: {does} ({time})"))
    });
}

fn say(line: &str) {
    // If standard error is closed, the work goes on without progress.
    drop(writeln!(stderr().lock(), "{line}"));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_for_people() {
        for (millis, text) in [(9_400, "9.4 s"), (59_000, "59.0 s"), (125_000, "2 min 05 s")] {
            assert_eq!(readable(Duration::from_millis(millis)), text);
        }
    }
}
