//! Lets a test runner's output through line by line and counts the tests on the way.
//!
//! What is counted are the runners' own summaries: `test result: ok. 3 passed; 1 failed; …` of `cargo test` and
//! `Summary [ 1.2s] 4 tests run: 3 passed, 1 failed, 0 skipped` of nextest.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::ops::Add;
use std::process::{Command, ExitStatus, Stdio};
use std::thread;

/// How many tests passed and failed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Count {
    pub(super) passed: u64,
    pub(super) failed: u64,
}

impl Count {
    pub(super) const PASSED: Self = Self { passed: 1, failed: 0 };
    pub(super) const FAILED: Self = Self { passed: 0, failed: 1 };

    /// What a line of output adds.
    fn of(line: &str) -> Self {
        let plain = without_colour(line);
        let summary = plain.trim_start();
        if !(summary.starts_with("test result:") || summary.starts_with("Summary [")) {
            return Self::default();
        }
        let words: Vec<&str> = summary.split_whitespace().map(|word| word.trim_matches([',', ';', ':'])).collect();
        let before = |what: &str| -> u64 {
            let numbers = words.windows(2).filter_map(|pair| match pair {
                [number, word] if *word == what => number.parse::<u64>().ok(),
                _ => None,
            });
            numbers.sum()
        };
        Self { passed: before("passed"), failed: before("failed") + before("timed") }
    }
}

impl Add for Count {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self { passed: self.passed + other.passed, failed: self.failed + other.failed }
    }
}

/// Runs the command with its output passed on as it comes.
pub(super) fn stream_and_count(command: &mut Command) -> io::Result<(ExitStatus, Count)> {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let (out, err) = (child.stdout.take(), child.stderr.take());
    let count = thread::scope(|scope| {
        let errors = scope.spawn(|| err.map_or_else(Count::default, |err| pass_on(err, io::stderr())));
        let outs = out.map_or_else(Count::default, |out| pass_on(out, io::stdout()));
        outs + errors.join().unwrap_or_default()
    });
    Ok((child.wait()?, count))
}

fn pass_on(from: impl Read, mut to: impl Write) -> Count {
    let mut count = Count::default();
    let mut from = BufReader::new(from);
    let mut line = Vec::new();
    // A line need not be UTF-8, and an output that is closed must not stop the counting.
    while from.read_until(b'\n', &mut line).is_ok_and(|read| read > 0) {
        drop(to.write_all(&line).and_then(|()| to.flush()));
        count = count + Count::of(&String::from_utf8_lossy(&line));
        line.clear();
    }
    count
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

    #[test]
    fn the_runners_summaries_are_counted_and_nothing_else() {
        for (line, passed, failed) in [
            ("test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s", 12, 0),
            ("test result: FAILED. 3 passed; 2 failed; 0 ignored", 3, 2),
            ("     Summary [   0.040s] 5 tests run: 3 passed, 2 failed, 0 skipped", 3, 2),
            ("     Summary [   0.040s] 4 tests run: 3 passed (1 slow), 1 timed out, 0 skipped", 3, 1),
            (
                "\u{1b}[32;1m     Summary\u{1b}[0m [   0.1s] \u{1b}[1m5\u{1b}[0m tests run: \u{1b}[1m5\u{1b}[0m \u{1b}[32mpassed\u{1b}[0m",
                5,
                0,
            ),
            ("test summary::2 passed ... ok", 0, 0),
            ("", 0, 0),
        ] {
            assert_eq!(Count::of(line), Count { passed, failed }, "{line}");
        }
    }

    #[test]
    fn output_is_passed_on_unchanged() {
        let output = b"a\n\xff\ntest result: ok. 2 passed; 0 failed\nend";
        let mut seen = Vec::new();
        assert_eq!(pass_on(&output[..], &mut seen), Count { passed: 2, failed: 0 });
        assert_eq!(seen, output);
    }
}
