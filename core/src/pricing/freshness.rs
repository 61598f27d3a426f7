//! How old prices are, and which of them end or change soon. The day is an input.

use alloc::vec::Vec;
use core::fmt;

use super::table::{Model, PriceTable, Provider};
use crate::date::Date;

/// How old a provider's price list is.
///
/// `Display` writes `openai: prices of 2026-11-10, 16 days old`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Age<'a> {
    /// Whose list it is.
    pub provider: &'a Provider,
    /// Days since [`Provider::as_of`]; 0 where that day is yet to come. A list without a date counts as
    /// one of 1970-01-01.
    pub days: u32,
}

impl Age<'_> {
    /// Whether it is at most `limit` days old: with a limit of 90 the 90th day passes, the 91st fails.
    pub const fn is_within(&self, limit: u32) -> bool {
        self.days <= limit
    }
}

impl fmt::Display for Age<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, as_of) = (self.provider.id(), self.provider.as_of());
        write!(f, "{id}: prices of {as_of}, {} old", Days(self.days))
    }
}

/// What happens to a price on a day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Turn {
    /// Another price begins.
    Change,
    /// The provider promised the price until then ([`Model::review_after`]).
    PromiseEnds,
}

/// A price that may not be right for long, or not any more.
///
/// `Display` writes `google/gemini-4-argon: the price changes on 2026-12-01, in 5 days`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PriceWarning<'a> {
    /// Whose list it is in.
    pub provider: &'a Provider,
    /// The model's entry.
    pub model: &'a Model,
    /// What happens.
    pub turn: Turn,
    /// On which day.
    pub on: Date,
    /// The day that this was asked for.
    pub today: Date,
}

impl fmt::Display for PriceWarning<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (provider, model, on) = (self.provider.id(), self.model.id(), self.on);
        let what = match self.turn {
            Turn::Change => "the price changes on",
            Turn::PromiseEnds => "the price was promised until",
        };
        write!(f, "{provider}/{model}: {what} {on}, ")?;
        match (on.since(self.today), self.today.since(on)) {
            (0, 0) => f.write_str("today"),
            (0, past) => write!(f, "{} ago", Days(past)),
            (ahead, _) => write!(f, "in {}", Days(ahead)),
        }
    }
}

/// `1 day`, `2 days`.
struct Days(u32);

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} day{}", self.0, if self.0 == 1 { "" } else { "s" })
    }
}

impl PriceTable {
    /// How old each provider's list is on the day `today`, in the table's order.
    pub fn ages(&self, today: Date) -> impl Iterator<Item = Age<'_>> {
        self.providers().iter().map(move |provider| Age { provider, days: today.since(provider.as_of()) })
    }

    /// The prices that change within `soon` days after `today`, and those whose promise ends within
    /// `soon` days or has ended; the earliest first.
    pub fn warnings(&self, today: Date, soon: u32) -> Vec<PriceWarning<'_>> {
        let mut warnings = Vec::new();
        for provider in self.providers() {
            for model in provider.models() {
                let turns = turns(model, today).filter(|(_, on)| on.since(today) <= soon);
                warnings.extend(turns.map(|(turn, on)| PriceWarning { provider, model, turn, on, today }));
            }
        }
        warnings.sort_by_key(|warning| warning.on);
        warnings
    }
}

/// What is yet to happen to a model's prices, and the end of a promise even if it is past.
fn turns(model: &Model, today: Date) -> impl Iterator<Item = (Turn, Date)> {
    let changes = model.changes().into_iter().filter(move |on| *on > today);
    let promise = model.review_after().map(|on| (Turn::PromiseEnds, on));
    changes.map(|on| (Turn::Change, on)).chain(promise)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::{String, ToString};

    const TABLE: &str = r#"{"format":"pricing/1","providers":{
        "p":{"as_of":"2026-11-10","models":[
            {"id":"steady","rates":[{"prices":{"input":"1"}}]},
            {"id":"m","rates":[{"prices":{"input":"1"}},{"from":"2026-12-01","prices":{"input":"2"}}],
             "variants":[{"from":"2026-12-26","when":{"speed":["fast"]},"prices":{"input":"3"}}],
             "review_after":"2026-11-20"}]},
        "undated":{"models":[]}}}"#;

    fn day(text: &str) -> Date {
        Date::parse(text).expect(text)
    }

    fn table() -> PriceTable {
        PriceTable::from_json(TABLE).expect("a table")
    }

    fn warnings(today: &str, soon: u32) -> Vec<String> {
        table().warnings(day(today), soon).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn the_ninetieth_day_passes_and_the_next_one_fails() {
        let table = table();
        for (today, days, passes) in [
            ("2026-11-09", 0, true),
            ("2026-11-11", 1, true),
            ("2027-02-08", 90, true),
            ("2027-02-09", 91, false),
        ] {
            let age = table.ages(day(today)).next().expect("a provider");
            assert_eq!((age.days, age.is_within(90)), (days, passes), "{today}");
        }
    }

    #[test]
    fn a_list_without_a_date_is_too_old() {
        let table = table();
        let age = table.ages(day("2026-11-10")).nth(1).expect("a provider");
        assert!(!age.is_within(10_000), "{age}");
    }

    #[test]
    fn an_age_says_whose_it_is() {
        let table = table();
        let age = |today| table.ages(day(today)).next().expect("a provider").to_string();
        assert_eq!(age("2026-11-11"), "p: prices of 2026-11-10, 1 day old");
        assert_eq!(age("2026-11-26"), "p: prices of 2026-11-10, 16 days old");
    }

    #[test]
    fn changes_warn_while_they_are_near_and_yet_to_come() {
        let change = "p/m: the price changes on 2026-12-01, in ";
        let changes = |today: &str, soon| {
            let all = warnings(today, soon);
            all.iter().filter_map(|w| w.strip_prefix(change).map(String::from)).collect::<Vec<_>>()
        };
        assert_eq!(changes("2026-10-31", 30), [""; 0]);
        assert_eq!(changes("2026-11-01", 30), ["30 days"]);
        assert_eq!(changes("2026-11-30", 0), [""; 0]);
        assert_eq!(changes("2026-11-30", 1), ["1 day"]);
        assert_eq!(changes("2026-12-01", 30), [""; 0]);
        assert_eq!(warnings("2026-12-01", 25)[1], "p/m: the price changes on 2026-12-26, in 25 days");
    }

    #[test]
    fn a_promise_warns_before_its_end_and_ever_after() {
        let promise = "p/m: the price was promised until 2026-11-20, ";
        for (today, soon, rest) in [
            ("2026-10-21", 30, "in 30 days"),
            ("2026-11-20", 0, "today"),
            ("2026-11-21", 0, "1 day ago"),
            ("2027-11-20", 0, "365 days ago"),
        ] {
            assert_eq!(warnings(today, soon)[0].strip_prefix(promise), Some(rest), "{today}");
        }
        assert_eq!(warnings("2026-10-20", 30), [""; 0]);
    }
}
