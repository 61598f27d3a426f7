//! What is printed: the answer on standard output, everything about it on standard error.

use std::collections::BTreeMap;
use std::io::IsTerminal;

use tokenwire::core::json::Writer;
use tokenwire::core::model::PartKind;
use tokenwire::core::money::Amount;
use tokenwire::core::pricing::CostSource;
use tokenwire::core::transcript::{write_event, write_outcome};
use tokenwire::{AttemptRecord, Completeness, Event, Outcome, Usage};

use super::console::{self, put, tell, tell_line};
use super::countdown::one_line;

/// Prints a call's events.
#[derive(Debug)]
pub(crate) struct Report {
    json: bool,
    colour: bool,
    /// Whether standard error is a terminal: there thinking is shown.
    is_watched: bool,
    /// Tool calls that are coming in: name and arguments, by part.
    calls: BTreeMap<u32, (String, String)>,
    /// Whether the last thing on standard output was text without a line end.
    open_line: bool,
    /// Whether thinking is being shown on the terminal.
    thinking: bool,
}

/// The outcome as one line of JSON.
pub(crate) fn outcome_json(outcome: &Outcome) -> String {
    let mut w = Writer::new();
    write_outcome(&mut w, outcome);
    w.finish()
}

impl Report {
    pub(crate) fn new(json: bool) -> Self {
        let is_watched = std::io::stderr().is_terminal();
        Self {
            json,
            colour: console::colour(),
            is_watched,
            calls: BTreeMap::new(),
            open_line: false,
            thinking: false,
        }
    }

    /// Prints an event; `false` where standard output is closed.
    pub(crate) fn event(&mut self, event: &Event<'_>) -> bool {
        if self.json {
            let mut w = Writer::new();
            write_event(&mut w, event);
            return put(&(w.finish() + "\n"));
        }
        match event {
            Event::TextDelta { text, .. } | Event::RefusalDelta { text, .. } => {
                self.end_thinking();
                self.open_line = !text.ends_with('\n');
                put(text)
            }
            Event::ReasoningDelta { text, .. } => {
                self.think(text);
                true
            }
            Event::PartStart { part, kind: PartKind::ToolCall { name, .. }, .. } => {
                self.calls.insert(*part, (name.to_string(), String::new()));
                true
            }
            Event::ArgumentsDelta { part, text } => {
                if let Some((_, arguments)) = self.calls.get_mut(part) {
                    arguments.push_str(text);
                }
                true
            }
            Event::PartEnd { part } => match self.calls.remove(part) {
                Some((name, arguments)) => self.line(&format!("tool call: {name} {arguments}")),
                None => true,
            },
            Event::Retry(_) => {
                self.end_thinking();
                // Elsewhere the answer may go on behind what is there.
                !std::io::stdout().is_terminal() || self.end_line()
            }
            Event::Discard { keep_bytes, .. } => {
                self.calls.clear();
                self.end_thinking();
                let whole = *keep_bytes == 0;
                self.end_line();
                tell_line(if whole {
                    "(what was shown is void: it starts over)"
                } else {
                    "(the end of what was shown is void: it comes again)"
                });
                true
            }
            _ => true,
        }
    }

    /// A line of its own on standard output.
    fn line(&mut self, text: &str) -> bool {
        self.end_thinking();
        self.end_line() && put(&format!("{text}\n"))
    }

    fn end_line(&mut self) -> bool {
        !core::mem::take(&mut self.open_line) || put("\n")
    }

    /// Thinking is shown on a terminal only.
    fn think(&mut self, text: &str) {
        if self.is_watched {
            self.thinking = true;
            tell(&self.paint("2", text));
        }
    }

    fn end_thinking(&mut self) {
        if core::mem::take(&mut self.thinking) {
            tell("\n");
        }
    }

    /// Prints how the call ended.
    pub(crate) fn outcome(&mut self, outcome: &Outcome) {
        if self.json {
            let _ = put(&(outcome_json(outcome) + "\n"));
            return;
        }
        self.end_thinking();
        self.end_line();
        if let Some(failure) = &outcome.failure {
            let what = format!("failed: {}", one_line(&failure.to_string()));
            let why = outcome.stop.map(|stop| format!(" [{}]", stop.name())).unwrap_or_default();
            tell_line(&format!("{}{why}", self.paint("31", &what)));
        }
        for loss in &outcome.losses {
            tell_line(&format!("lost      {loss}"));
        }
        let raw = outcome.finish.raw.as_deref().map(|raw| format!(" ({raw})")).unwrap_or_default();
        tell_line(&format!("finish    {}{raw}", outcome.finish.reason));
        tell_line(&format!("tokens    {}", tokens(&outcome.usage)));
        tell_line(&format!("cost      {}", cost(outcome)));
        for attempt in &outcome.attempts {
            tell_line(&format!("attempt   {}", attempt_line(attempt)));
        }
        let first = outcome.attempts.last().and_then(|a| a.first_event_ms);
        let first =
            first.map(|ms| format!(", first event of the last attempt after {ms} ms")).unwrap_or_default();
        tell_line(&format!("time      {} ms in all{first}", outcome.elapsed_ms));
    }

    fn paint(&self, colour: &str, text: &str) -> String {
        if self.colour { format!("\x1b[{colour}m{text}\x1b[0m") } else { text.into() }
    }
}

/// The stated counts by bucket; zeros of parts are left out, wholes are not.
pub(crate) fn tokens(usage: &Usage) -> String {
    let counts: Vec<_> = usage
        .counts
        .iter()
        .filter(|(bucket, count)| *count > 0 || matches!(bucket.name(), "input" | "output"))
        .map(|(bucket, count)| format!("{} {count}", bucket.name()))
        .collect();
    match (counts.is_empty(), usage.completeness) {
        (true, _) => "not stated".into(),
        (false, Completeness::Complete) => counts.join(", "),
        (false, other) => format!("{} ({})", counts.join(", "), other.name()),
    }
}

/// What the call cost and how that is known, and what of it went into attempts that failed.
fn cost(outcome: &Outcome) -> String {
    let cost = &outcome.cost;
    let Some(amount) = cost.amount else {
        let why = cost.unknown.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        return format!("unknown{why}");
    };
    let mut line = format!("{amount} USD");
    match &cost.source {
        Some(CostSource::Provider) => line.push_str(", as the provider states it"),
        Some(CostSource::Table { provider, model, as_of, is_overridden }) => {
            let own = if *is_overridden { " and own ones" } else { "" };
            line.push_str(&format!(", at {provider}'s prices for {model} of {as_of}{own}"));
        }
        _ => {}
    }
    if cost.completeness != Completeness::Complete {
        line.push_str(&format!(" ({})", cost.completeness.name()));
    }
    let failed = outcome.failed_cost.amount.filter(|amount| *amount > Amount::ZERO);
    if let Some(failed) = failed {
        line.push_str(&format!("; {failed} of it in attempts that failed"));
    }
    line
}

fn attempt_line(attempt: &AttemptRecord) -> String {
    let mut line = format!("{}: ", attempt.attempt);
    if attempt.waited_ms > 0 {
        line.push_str(&format!("after {} ms, ", attempt.waited_ms));
    }
    if attempt.resumed {
        line.push_str("resumed, ");
    }
    match &attempt.failure {
        Some(failure) => line.push_str(&one_line(&failure.to_string())),
        None => line.push_str("complete"),
    }
    line.push_str(&format!(", {} bytes in {} ms", attempt.bytes, attempt.total_ms));
    line
}
