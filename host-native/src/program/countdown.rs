//! The wait before a retry, shown live on a terminal and in one line elsewhere.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use tokenwire::Event;

/// How often the seconds are redrawn.
const REDRAW: Duration = Duration::from_millis(100);

#[derive(Debug, Default)]
pub(crate) struct Countdown {
    waiting: Option<Waiting>,
}

#[derive(Debug)]
struct Waiting {
    until: Instant,
    reason: String,
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

impl Countdown {
    /// Starts if the event announces a retry.
    pub(crate) fn start(&mut self, event: &Event<'_>, json: bool) {
        let Event::Retry(notice) = event else { return };
        if json {
            return;
        }
        let reason = format!("attempt {} failed: {}", notice.attempt, one_line(&notice.failure.to_string()));
        if std::io::stderr().is_terminal() {
            let until = Instant::now() + Duration::from_millis(notice.delay_ms);
            self.waiting = Some(Waiting { until, reason });
            self.show();
        } else {
            eprintln!("retry in {}: {reason}", seconds(notice.delay_ms));
        }
    }

    /// Waits for the next redraw; for ever where nothing counts down.
    pub(crate) async fn tick(&self) {
        match self.waiting {
            Some(_) => tokio::time::sleep(REDRAW).await,
            None => std::future::pending().await,
        }
    }

    /// Draws the line again.
    pub(crate) fn show(&self) {
        let Some(waiting) = &self.waiting else { return };
        let left = waiting.until.saturating_duration_since(Instant::now());
        let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        let mut stderr = std::io::stderr().lock();
        let _ = write!(stderr, "\r\x1b[2K\x1b[33mretry in {}\x1b[0m: {}", seconds(left), waiting.reason);
        let _ = stderr.flush();
    }

    /// Ends it and leaves the reason standing.
    pub(crate) fn clear(&mut self) {
        let Some(waiting) = self.waiting.take() else { return };
        let mut stderr = std::io::stderr().lock();
        let _ = writeln!(stderr, "\r\x1b[2K\x1b[33mretried\x1b[0m: {}", waiting.reason);
    }
}

/// The first line of a message, cut to what a terminal line can hold.
pub(crate) fn one_line(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(160) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.into(),
    }
}
