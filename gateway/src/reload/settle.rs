//! Waits until a file has been written completely. Most editors save in several steps (a temporary file, a rename, new
//! permissions; or truncate and write), and every step is an event.

use std::time::Duration;
use tokio::sync::mpsc::Receiver;
use tokio::time::{Instant, timeout_at};

/// A file counts as written after this long without events. The steps of one save are only a few milliseconds apart.
const QUIET: Duration = Duration::from_millis(40);
/// The longest wait, for a file that is written continuously.
const LONGEST: Duration = Duration::from_millis(250);

/// Waits for an event, and then until there are no more for a while. False if no more events can come.
pub(super) async fn settled(events: &mut Receiver<()>) -> bool {
    if events.recv().await.is_none() {
        return false;
    }
    let latest = Instant::now() + LONGEST;
    loop {
        match timeout_at(latest.min(Instant::now() + QUIET), events.recv()).await {
            Ok(Some(())) if Instant::now() < latest => {}
            Ok(Some(())) | Err(_) => return true,
            // The event that has arrived still needs handling.
            Ok(None) => return true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc;

    #[tokio::test(start_paused = true)]
    async fn the_steps_of_one_save_are_one_event() {
        let (sender, mut events) = mpsc::channel(1);
        let begun = Instant::now();
        let saving = tokio::spawn(async move {
            for _ in 0..4 {
                let _ = sender.try_send(());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            std::future::pending::<()>().await;
        });
        assert!(settled(&mut events).await);
        assert_eq!(begun.elapsed().as_millis(), 70);
        saving.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn continuous_writing_does_not_delay_a_reload_for_ever() {
        let (sender, mut events) = mpsc::channel(1);
        let begun = Instant::now();
        let writing = tokio::spawn(async move {
            loop {
                let _ = sender.try_send(());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        });
        assert!(settled(&mut events).await);
        assert!(begun.elapsed() <= Duration::from_millis(260), "{:?}", begun.elapsed());
        writing.abort();
    }

    #[tokio::test]
    async fn the_end_of_the_events_is_reported() {
        let (sender, mut events) = mpsc::channel(1);
        drop(sender);
        assert!(!settled(&mut events).await);
    }
}
