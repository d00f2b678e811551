//! What reaches the operator's log.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::world::{context, hostile, runtime};

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

#[tokio::test]
async fn a_flood_is_cut_off_and_a_line_stays_a_line() {
    let runtime = runtime();
    let connector = hostile(&runtime).await;
    let lines = Lines::default();
    let subscriber = tracing_subscriber::fmt().with_writer(lines.clone()).with_ansi(false).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let mut call = connector.open(&context(&connector)).await.unwrap();
    call.read("User", "floods-the-log", &[]).await.unwrap();
    drop(guard);
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let mut logged: Vec<_> = text.lines().filter(|line| line.contains("connector")).collect();
    assert!(logged.pop().unwrap().contains("the rest of this operation's lines are left out"));
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
