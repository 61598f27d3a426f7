//! The wait before a retry, shown live on a terminal and in one line elsewhere.

use std::io::IsTerminal;
use std::time::{Duration, Instant};

use tokenwire::Event;

use super::console::{self, tell, tell_line};

/// How often the seconds are redrawn.
const REDRAW: Duration = Duration::from_millis(100);

#[derive(Debug)]
pub(crate) struct Countdown {
    is_terminal: bool,
    colour: bool,
    until: Option<Instant>,
}

fn seconds(ms: u64) -> String {
    format!("{}.{} s", ms / 1000, ms % 1000 / 100)
}

impl Countdown {
    pub(crate) fn new() -> Self {
        Self { is_terminal: std::io::stderr().is_terminal(), colour: console::colour(), until: None }
    }

    /// Starts if the event announces a retry.
    pub(crate) fn start(&mut self, event: &Event<'_>) {
        let Event::Retry(notice) = event else { return };
        let reason = format!("attempt {} failed: {}", notice.attempt, one_line(&notice.failure.to_string()));
        if self.is_terminal {
            tell_line(&reason);
            self.until = Some(Instant::now() + Duration::from_millis(notice.delay_ms));
            self.show();
        } else {
            tell_line(&format!("retry in {}: {reason}", seconds(notice.delay_ms)));
        }
    }

    /// Waits for the next redraw; for ever where nothing counts down.
    pub(crate) async fn tick(&self) {
        match self.until {
            Some(_) => tokio::time::sleep(REDRAW).await,
            None => std::future::pending().await,
        }
    }

    /// Draws the line again. It is short: a line that wraps could not be drawn over.
    pub(crate) fn show(&self) {
        let Some(until) = self.until else { return };
        let left = until.saturating_duration_since(Instant::now());
        let left = u64::try_from(left.as_millis()).unwrap_or(u64::MAX);
        let text = if left == 0 { "retrying".into() } else { format!("retry in {}", seconds(left)) };
        let (on, off) = if self.colour { ("\x1b[33m", "\x1b[0m") } else { ("", "") };
        tell(&format!("\r\x1b[2K{on}{text}{off}"));
    }

    /// Ends it and takes its line away.
    pub(crate) fn clear(&mut self) {
        if self.until.take().is_some() {
            tell("\r\x1b[2K");
        }
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
