//! How the translations went.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use tokenwire_core::model::{Loss, Wire};

use super::exceptions::{Exceptions, Place};
use super::sdk::Reading;

/// As a response was recorded, and as it is answered.
pub(super) const FORMS: [&str; 4] =
    ["stream to stream", "stream to whole", "whole to whole", "whole to stream"];

/// From the recorded wire to the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair {
    /// The wire on which it was recorded.
    pub from: Wire,
    /// The wire to which it is translated.
    pub to: Wire,
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}>{}", self.from, self.to)
    }
}

/// How many of how many.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Those that are right.
    pub good: usize,
    /// All of them.
    pub all: usize,
}

impl Tally {
    fn add(&mut self, is_good: bool) {
        self.good += usize::from(is_good);
        self.all += 1;
    }
}

/// What is lost, where, and how often.
pub type Losses = BTreeMap<(Pair, String), usize>;

/// Something that is not as it should be.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// The exchange's name.
    pub id: String,
    /// The pair.
    pub pair: Pair,
    /// What was looked at: `request`, `forwarded`, or the form of an answer.
    pub form: &'static str,
    /// What differs, at least one line.
    pub problems: Vec<String>,
    /// Why that must be so, where it is a listed exception.
    pub reason: Option<String>,
}

/// How a run went.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Requests that are carried, by pair.
    pub requests: BTreeMap<Pair, Tally>,
    /// Why requests are not carried, and how often.
    pub refusals: Losses,
    /// Answers that the SDK reads as they are meant, by pair and form.
    pub answers: BTreeMap<(Pair, &'static str), Tally>,
    /// Responses that pass unchanged where both sides speak the same wire.
    pub unchanged: Tally,
    /// What requests lose.
    pub request_losses: Losses,
    /// What answers lose.
    pub answer_losses: Losses,
    /// What is not as it should be.
    pub mismatches: Vec<Mismatch>,
    /// Files that cannot be read, and listed exceptions that nothing needs.
    pub faults: Vec<String>,
    /// Why no SDK read the answers.
    pub left_out: Option<String>,
}

impl Report {
    /// What fails the run: mismatches that are no listed exceptions, and faults.
    pub fn failures(&self) -> usize {
        self.mismatches.iter().filter(|mismatch| mismatch.reason.is_none()).count() + self.faults.len()
    }

    pub(super) fn carried(&mut self, pair: Pair, losses: &[Loss]) {
        self.requests.entry(pair).or_default().add(true);
        count(&mut self.request_losses, pair, losses);
    }

    pub(super) fn refused(&mut self, pair: Pair, why: &str) {
        self.requests.entry(pair).or_default().add(false);
        *self.refusals.entry((pair, pattern(why))).or_default() += 1;
    }

    pub(super) fn lost(&mut self, pair: Pair, losses: &[Loss]) {
        count(&mut self.answer_losses, pair, losses);
    }

    pub(super) fn forwarded(&mut self, is_same: bool) {
        self.unchanged.add(is_same);
    }

    pub(super) fn mismatch(&mut self, pair: Pair, id: &str, form: &'static str, problems: Vec<String>) {
        self.mismatches.push(Mismatch { id: id.into(), pair, form, problems, reason: None });
    }

    pub(super) fn read(&mut self, reading: Reading) {
        let Reading { id, pair, form, problems } = reading;
        self.answers.entry((pair, form)).or_default().add(problems.is_empty());
        if !problems.is_empty() {
            self.mismatch(pair, &id, form, problems);
        }
    }

    /// Marks what the list explains. Where every exchange was run, an entry that explains nothing is a
    /// fault.
    pub(super) fn except(&mut self, listed: &Exceptions, is_everything: bool) {
        let mut used = BTreeSet::<Place>::new();
        for mismatch in &mut self.mismatches {
            if let Some((place, reason)) = listed.find(&mismatch.id, mismatch.pair, mismatch.form) {
                mismatch.reason = Some(reason.to_owned());
                used.insert(place);
            }
        }
        if is_everything {
            let stale = listed.places().filter(|place| !used.contains(*place));
            self.faults.extend(stale.map(|place| format!("a listed exception that nothing needs: {place}")));
        }
    }
}

/// A loss counts once an exchange and pattern.
fn count(losses: &mut Losses, pair: Pair, lost: &[Loss]) {
    let patterns: BTreeSet<String> = lost.iter().map(|loss| pattern(&loss.to_string())).collect();
    for pattern in patterns {
        *losses.entry((pair, pattern)).or_default() += 1;
    }
}

/// The text without what tells places and names apart: numbers in brackets, and what is quoted.
fn pattern(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['[', '"']) {
        let (before, after) = rest.split_at(at);
        let (open, close) = if after.starts_with('[') { ("[", "]") } else { ("\"", "\"") };
        out.push_str(before);
        match after[1..].split_once(close) {
            Some((inner, beyond)) if open == "\"" || inner.bytes().all(|b| b.is_ascii_digit()) => {
                out.push_str(open);
                out.push('…');
                out.push_str(close);
                rest = beyond;
            }
            _ => {
                out.push_str(open);
                rest = &after[1..];
            }
        }
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_tells_no_places_apart() {
        assert_eq!(
            pattern(r#"messages[12].parts[3] dropped: no "x y" [a] [unclosed"#),
            r#"messages[…].parts[…] dropped: no "…" [a] [unclosed"#
        );
    }

    #[test]
    fn a_listed_mismatch_fails_nothing_and_a_stale_entry_does() {
        let pair = Pair { from: Wire::Gemini, to: Wire::Anthropic };
        let listed =
            Exceptions::parse("a gemini>anthropic why\nb gemini>anthropic why\n").expect("good lines");
        let mut report = Report::default();
        report.mismatch(pair, "a", "whole to whole", vec!["text".into()]);
        assert_eq!(report.failures(), 1);
        report.except(&listed, false);
        assert_eq!(report.failures(), 0);
        report.except(&listed, true);
        assert_eq!(report.faults, ["a listed exception that nothing needs: b gemini>anthropic"]);
    }
}
