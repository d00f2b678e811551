//! The lines of a connector in the operator's log.

use crate::world::{context, hostile, runtime};
use scim_gateway::config::{Format, Level};
use scim_gateway::observe;
use std::io;
use std::sync::{Arc, Mutex};
use tracing_subscriber::fmt::MakeWriter;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Lines {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// The log lines of a connector that behaves as requested.
async fn logged(behaviour: &str) -> Vec<String> {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let lines = Lines::default();
    let subscriber = observe::subscriber(Format::Text, Level::Info, false, lines.clone());
    let guard = tracing::subscriber::set_default(subscriber);
    let mut call = connector.open(&context(&connector)).await.unwrap();
    drop(call.read("User", behaviour, &[]).await);
    drop(guard);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    text.lines().filter(|line| line.contains("connector")).map(ToOwned::to_owned).collect()
}

#[tokio::test]
async fn a_connector_that_is_stopped_is_named_with_the_cause() {
    let lines = logged("panics").await;
    assert_eq!(lines.len(), 2, "its own words and the host's, a line each: {lines:?}");
    let parts = [
        "connector stopped",
        "connector=hostile",
        "instance=test",
        "operation=\"read\"",
        "class=\"panic\"",
        "correlation_id=c-1",
    ];
    for part in parts {
        assert!(lines.last().unwrap().contains(part), "{part} in {lines:?}");
    }
}

#[tokio::test]
async fn a_flood_is_cut_off_and_a_line_stays_a_line() {
    let mut logged = logged("floods-the-log").await;
    assert!(logged.pop().unwrap().contains("further lines of this operation are dropped"));
    assert_eq!(logged.len(), 99);
    for (line, n) in logged.iter().zip(0..) {
        for part in [
            &format!("line {n} forged line"),
            "instance=test",
            "operation=\"read\"",
            "correlation_id=c-1",
            "connector=hostile",
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
    }
}
