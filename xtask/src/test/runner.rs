//! Shows the output of a test runner line by line and counts the tests in it.
//!
//! The count comes from the runner's own summaries: `test result: ok. 3 passed; 1 failed; …` of `cargo test`, one per program, or
//! `Summary [ 1.2s] 4 tests run: 3 passed, 1 failed, 0 skipped` of nextest. The output of a failed test is shown too, and may
//! contain such a line (nextest shows the one of the program that it ran). The runner's own summary is the last one.

use crate::count::Count;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

/// The program that runs the tests.
#[derive(Debug, Clone, Copy)]
pub(super) enum Runner {
    Cargo,
    Nextest,
}

impl Runner {
    fn summary(self) -> &'static str {
        match self {
            Self::Cargo => "test result:",
            Self::Nextest => "Summary [",
        }
    }

    /// Whether a line begins the tests of another program.
    fn begins(self, line: &str) -> bool {
        matches!(self, Self::Cargo) && line.starts_with("running ")
    }
}

/// What a summary says.
fn counts_in(summary: &str) -> Count {
    let words: Vec<&str> = summary.split_whitespace().map(|word| word.trim_matches([',', ';', ':'])).collect();
    let before = |what: &str| -> u64 {
        let numbers = words.windows(2).filter_map(|pair| match pair {
            [number, word] if *word == what => number.parse::<u64>().ok(),
            _ => None,
        });
        numbers.sum()
    };
    Count { passed: before("passed"), failed: before("failed") + before("timed") }
}

/// The count of an output, as far as it has been read.
struct Tally {
    runner: Runner,
    /// Of the programs that have ended.
    ended: Count,
    /// The latest summary of the program that is running.
    latest: Count,
}

impl Tally {
    fn new(runner: Runner) -> Self {
        Self { runner, ended: Count::default(), latest: Count::default() }
    }

    fn read(&mut self, line: &str) {
        let plain = without_colour(line);
        if self.runner.begins(&plain) {
            self.ended = self.total();
            self.latest = Count::default();
        } else if plain.trim_start().starts_with(self.runner.summary()) {
            self.latest = counts_in(&plain);
        }
    }

    fn total(&self) -> Count {
        self.ended + self.latest
    }
}

/// Runs the command, shows its output as it comes, and counts the tests in it.
pub(super) fn stream_and_count(runner: Runner, command: &mut Command) -> io::Result<(ExitStatus, Count)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let count = thread::scope(|scope| {
        let errors = scope.spawn(|| err.map_or_else(Count::default, |err| pass_on(runner, err, io::stderr())));
        let outs = out.map_or_else(Count::default, |out| pass_on(runner, out, io::stdout()));
        outs + errors.join().unwrap_or_default()
    });
    Ok((child.wait()?, count))
}

fn pass_on(runner: Runner, from: impl Read, mut to: impl Write) -> Count {
    let mut tally = Tally::new(runner);
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    // A line may not be UTF-8, and a closed output must not stop the counting.
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        drop(to.write_all(&line).and_then(|()| to.flush()));
        tally.read(&String::from_utf8_lossy(&line));
        line.clear();
    }
    tally.total()
}

fn without_colour(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(runner: Runner, output: &str) -> Count {
        let mut seen = Vec::new();
        let count = pass_on(runner, output.as_bytes(), &mut seen);
        assert_eq!(String::from_utf8_lossy(&seen), output);
        count
    }

    #[test]
    fn the_runners_summaries_are_counted_and_nothing_else() {
        use Runner::{Cargo, Nextest};
        for (runner, line, passed, failed) in [
            (
                Cargo,
                "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
                12,
                0,
            ),
            (Cargo, "test result: FAILED. 3 passed; 2 failed; 0 ignored", 3, 2),
            (Nextest, "     Summary [   0.040s] 5 tests run: 3 passed, 2 failed, 0 skipped", 3, 2),
            (Nextest, "     Summary [   0.040s] 4 tests run: 3 passed (1 slow), 1 timed out, 0 skipped", 3, 1),
            (
                Nextest,
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m5\u{1b}[0m tests run: \u{1b}[1m5\u{1b}[0m \u{1b}[32mpassed\u{1b}[0m",
                5,
                0,
            ),
            (Cargo, "test summary::2 passed ... ok", 0, 0),
            (Cargo, "", 0, 0),
        ] {
            assert_eq!(counted(runner, line), Count { passed, failed }, "{line}");
        }
    }

    #[test]
    fn what_a_failing_test_prints_is_not_counted() {
        let nextest = "        FAIL [   0.003s] scim-gateway tests::a
  stdout ---

    running 1 test
    test result: FAILED. 0 passed; 1 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.00s
    Summary [   0.001s] 9 tests run: 9 passed, 0 skipped

     Summary [   0.040s] 5 tests run: 4 passed, 1 failed, 0 skipped
        FAIL [   0.003s] scim-gateway tests::a
";
        assert_eq!(counted(Runner::Nextest, nextest), Count { passed: 4, failed: 1 });
        let cargo = "running 2 tests
test a ... FAILED
test b ... ok

---- a stdout ----
test result: ok. 9 passed; 0 failed

test result: FAILED. 1 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s

running 1 test
test c ... ok

test result: ok. 1 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.00s
";
        assert_eq!(counted(Runner::Cargo, cargo), Count { passed: 2, failed: 1 });
    }

    #[test]
    fn output_is_passed_on_unchanged() {
        let output = b"a\n\xff\ntest result: ok. 2 passed; 0 failed\nend";
        let mut seen = Vec::new();
        assert_eq!(pass_on(Runner::Cargo, &output[..], &mut seen), Count { passed: 2, failed: 0 });
        assert_eq!(seen, output);
    }
}
