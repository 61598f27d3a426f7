//! What a usage cost, as far as that is known, and how it is known.

use alloc::string::String;
use alloc::vec::Vec;

use super::bill::{BillError, Line};
use super::book::PriceBook;
use super::context::{Circumstance, PriceContext};
use crate::date::Date;
use crate::money::Amount;
use crate::time::UnixTime;
use crate::usage::{BodyError, Bucket, Completeness, Contradiction, Usage};

/// Where a cost comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CostSource {
    /// Several attempts got theirs from different places.
    Mixed,
    /// The provider stated it with the usage.
    Provider,
    /// A price table.
    Table {
        /// Whose price list it is.
        provider: String,
        /// The entry that the model's name was found to mean.
        model: String,
        /// The day on which the table was right.
        as_of: Date,
        /// Whether a table of the caller's changes it.
        is_overridden: bool,
    },
}

impl CostSource {
    /// The stable name: `mixed`, `provider`, `table`.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Mixed => "mixed",
            Self::Provider => "provider",
            Self::Table { .. } => "table",
        }
    }
}

/// Why a cost is not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CostUnknown {
    /// The usage contradicts itself; its raw figures are in [`Usage::raw`].
    #[error(transparent)]
    Bill(#[from] BillError),
    /// No table has prices for the model.
    #[error("no price is known for {model:?} of {provider:?}")]
    NoPrice {
        /// The provider that was asked for.
        provider: String,
        /// The model that was asked for.
        model: String,
    },
    /// The provider did not state what was used.
    #[error("the usage was not stated")]
    NoUsage,
    /// The body that states the usage cannot be read to its end.
    #[error(transparent)]
    Unreadable(#[from] BodyError),
}

/// What a usage cost.
///
/// `amount` is `None` where nothing is known, never zero for it. A cost that the provider stated has
/// no lines.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// The amount; of an incomplete cost, what is known of it.
    pub amount: Option<Amount>,
    /// How much it tells: `Partial` where counts or prices of a part are missing.
    pub completeness: Completeness,
    /// Where it comes from; `None` where nothing was billed or nothing is known.
    pub source: Option<CostSource>,
    /// What was billed, by bucket.
    pub lines: Vec<Line>,
    /// Counts that no price covers; their cost is missing from the amount.
    pub unpriced: Vec<Bucket>,
    /// Why the amount, or a part of it, is not known.
    pub unknown: Option<CostUnknown>,
}

/// Whose prices a usage is billed at.
#[derive(Clone, Copy, Debug)]
pub struct Billed<'a> {
    /// The provider's id in the tables: `openai`, `anthropic`, `google`, `x-ai`, …
    pub provider: &'a str,
    /// The model's names, the most exact first: what the response says, then what was asked for. The
    /// first one that has a price counts.
    pub models: &'a [&'a str],
    /// The circumstances as the caller knows them; what the usage reports beats them.
    pub context: PriceContext<'a>,
    /// When the call was made.
    pub at: UnixTime,
}

impl PriceContext<'_> {
    /// The same with what the provider reported: tier, speed and region.
    #[must_use]
    pub fn reported<'a>(&'a self, usage: &'a Usage) -> PriceContext<'a> {
        self.with(Circumstance::ServiceTier, usage.service_tier.as_deref())
            .with(Circumstance::Speed, usage.speed.as_deref())
            .with(Circumstance::Region, usage.region.as_deref())
    }
}

/// Providers that count parts beside their wholes without saying so.
const COUNT_BESIDE: [&str; 3] = ["mistral", "perplexity", "x-ai"];

/// What in `usage` cannot be true where it comes from `provider`.
///
/// # Errors
/// The first contradiction.
pub fn check_usage(usage: &Usage, provider: &str) -> Result<(), Contradiction> {
    usage.counts.check()?;
    match usage.beside {
        Some(contradiction) if !COUNT_BESIDE.contains(&provider) => Err(contradiction),
        _ => Ok(()),
    }
}

impl Cost {
    /// A cost that is known to be nothing: the provider refused before it read anything.
    pub fn nothing() -> Self {
        Self { amount: Some(Amount::ZERO), completeness: Completeness::Complete, ..Self::default() }
    }

    /// A cost of which nothing is known.
    pub fn unknown(why: CostUnknown) -> Self {
        Self { unknown: Some(why), ..Self::default() }
    }

    /// What `usage` cost.
    pub fn of(usage: &Usage, billed: &Billed<'_>, book: &PriceBook) -> Self {
        if let Some(amount) = usage.stated_cost {
            let source = Some(CostSource::Provider);
            return Self {
                amount: Some(amount),
                completeness: usage.completeness,
                source,
                ..Self::default()
            };
        }
        if let Err(contradiction) = check_usage(usage, billed.provider) {
            return Self::unknown(BillError::from(contradiction).into());
        }
        match (usage.counts.is_empty(), usage.completeness) {
            (true, Completeness::Complete) => Self::nothing(),
            (true, _) => Self::unknown(CostUnknown::NoUsage),
            (false, _) => Self::from_table(usage, billed, book),
        }
    }

    fn from_table(usage: &Usage, billed: &Billed<'_>, book: &PriceBook) -> Self {
        let Some(priced) = billed.models.iter().find_map(|model| book.find(billed.provider, model)) else {
            return Self::unknown(CostUnknown::NoPrice {
                provider: billed.provider.into(),
                model: billed.models.first().copied().unwrap_or_default().into(),
            });
        };
        let source = Some(CostSource::Table {
            provider: priced.provider().id().into(),
            model: priced.model().id().into(),
            as_of: priced.provider().as_of(),
            is_overridden: priced.is_overridden(),
        });
        let context = billed.context.reported(usage);
        let bill = match priced.bill(&usage.counts, &context, billed.at) {
            Ok(bill) => bill,
            Err(error) => return Self { source, ..Self::unknown(error.into()) },
        };
        let unpriced = priced.unpriced(&usage.counts, &context, billed.at);
        let is_whole = unpriced.is_empty();
        Self {
            amount: Some(bill.amount()),
            completeness: if is_whole { usage.completeness } else { Completeness::Partial },
            source,
            lines: bill.lines().collect(),
            unpriced,
            unknown: None,
        }
    }

    /// Adds the cost of another attempt. Lines of the same bucket at the same price become one; the sum
    /// is as complete as its least complete side.
    pub fn add(&mut self, other: &Self) {
        self.completeness = self.completeness.and(other.completeness);
        self.amount = match (self.amount, other.amount) {
            (Some(a), Some(b)) => Some(a.plus(b)),
            (one, other) => one.or(other),
        };
        self.source = match (self.source.take(), &other.source) {
            (Some(one), Some(two)) if one != *two => Some(CostSource::Mixed),
            (one, two) => one.or_else(|| two.clone()),
        };
        for line in &other.lines {
            let same = |known: &&mut Line| known.price == line.price && known.uplift == line.uplift;
            match self.lines.iter_mut().find(same) {
                Some(known) => known.count = known.count.saturating_add(line.count),
                None => self.lines.push(*line),
            }
        }
        for bucket in &other.unpriced {
            if !self.unpriced.contains(bucket) {
                self.unpriced.push(*bucket);
            }
        }
        if self.unknown.is_none() {
            self.unknown.clone_from(&other.unknown);
        }
        // What a refusal did not cost says nothing of an attempt that is not known.
        if self.completeness != Completeness::Complete && self.source.is_none() {
            self.amount = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::PriceTable;
    use alloc::string::ToString;
    use alloc::vec;

    fn book_of(table: &str) -> PriceBook {
        let mut book = PriceBook::empty();
        book.layer(PriceTable::from_json(table).expect("a table")).expect("room");
        book
    }

    fn book() -> PriceBook {
        let table = r#"{"format":"pricing/1","providers":{"p":{"as_of":"2026-11-10","models":[{"id":"m",
            "rates":[{"prices":{"input":[[0,"1"],[100,"2"]],"output":"10","cache_read":"0.1"}}],
            "variants":[{"when":{"service_tier":["flex"]},"prices":{"output":"5"}}],
            "uplift":[{"when":{"region":["us"]},"multiply":"1.1"}]}]}}}"#;
        book_of(table)
    }

    fn usage(counts: &[(Bucket, u64)]) -> Usage {
        let mut usage = Usage { completeness: Completeness::Complete, ..Usage::default() };
        counts.iter().for_each(|(bucket, count)| usage.counts.set(*bucket, *count));
        usage
    }

    fn cost(usage: &Usage, models: &[&str]) -> Cost {
        let billed =
            Billed { provider: "p", models, context: PriceContext::STANDARD, at: UnixTime::from_millis(0) };
        Cost::of(usage, &billed, &book())
    }

    fn cost_at(table: &str, usage: &Usage) -> Cost {
        let context = PriceContext::STANDARD;
        let billed = Billed { provider: "p", models: &["m"], context, at: UnixTime::from_millis(0) };
        Cost::of(usage, &billed, &book_of(table))
    }

    fn pico(cost: &Cost) -> Option<u128> {
        cost.amount.map(Amount::as_pico)
    }

    #[test]
    fn what_the_response_names_comes_first_then_what_was_asked_for() {
        let used = usage(&[(Bucket::Input, 10), (Bucket::Output, 1)]);
        let found = cost(&used, &["m-2000-aliased", "M"]);
        assert_eq!((pico(&found), found.completeness), (Some(20_000_000), Completeness::Complete));
        let Some(CostSource::Table { model, as_of, .. }) = &found.source else { panic!("{found:?}") };
        assert_eq!((model.as_str(), as_of.to_string().as_str()), ("m", "2026-11-10"));
        let missing = cost(&used, &["n"]);
        assert_eq!((missing.amount, missing.completeness), (None, Completeness::Unknown));
        let why = missing.unknown.expect("a reason").to_string();
        assert_eq!(why, "no price is known for \"n\" of \"p\"");
    }

    #[test]
    fn a_stated_cost_beats_the_table_and_zero_is_a_cost() {
        let mut used = usage(&[(Bucket::Input, 10)]);
        used.stated_cost = Some(Amount::ZERO);
        let stated = cost(&used, &["m"]);
        assert_eq!((stated.amount, stated.source), (Some(Amount::ZERO), Some(CostSource::Provider)));
    }

    #[test]
    fn nothing_known_is_no_zero_and_nothing_billed_is_one() {
        assert_eq!(cost(&Usage::default(), &["m"]).unknown, Some(CostUnknown::NoUsage));
        assert_eq!(cost(&Usage::nothing_billed(), &["m"]), Cost::nothing());
    }

    #[test]
    fn contradictory_counts_have_no_cost() {
        for (part, models) in
            [(Bucket::CacheRead, ["m"]), (Bucket::CacheRead, ["n"]), (Bucket::InputVideo, ["m"])]
        {
            let found = cost(&usage(&[(Bucket::Input, 5), (part, 6)]), &models);
            assert_eq!((found.amount, found.completeness), (None, Completeness::Unknown));
            let why = found.unknown.expect("a reason").to_string();
            assert_eq!(why, "contradictory usage: input is 5, its parts add up to 6");
        }
    }

    #[test]
    fn what_no_price_covers_makes_the_cost_partial() {
        let found = cost(
            &usage(&[(Bucket::Output, 5), (Bucket::OutputReasoning, 5), (Bucket::WebSearch, 1)]),
            &["m"],
        );
        assert_eq!(
            (found.unpriced.as_slice(), found.completeness),
            (&[Bucket::WebSearch][..], Completeness::Partial)
        );
        assert_eq!(pico(&found), Some(50_000_000));
    }

    #[test]
    fn what_was_reported_beats_what_the_caller_said() {
        let mut used = usage(&[(Bucket::Output, 10)]);
        used.service_tier = Some("default".into());
        let context = PriceContext::STANDARD.with(Circumstance::ServiceTier, Some("flex"));
        let billed = Billed { provider: "p", models: &["m"], context, at: UnixTime::from_millis(0) };
        assert_eq!(pico(&Cost::of(&used, &billed, &book())), Some(100_000_000));
        used.service_tier = None;
        assert_eq!(pico(&Cost::of(&used, &billed, &book())), Some(50_000_000));
    }

    #[test]
    fn attempts_add_up_by_price() {
        let mut sum = cost(&usage(&[(Bucket::Input, 100), (Bucket::Output, 1)]), &["m"]);
        sum.add(&cost(&usage(&[(Bucket::Input, 101), (Bucket::Output, 2)]), &["m"]));
        let lines: vec::Vec<_> =
            sum.lines.iter().map(|l| (l.bucket().name(), l.count, l.price.pico())).collect();
        let expected = [("input", 100, 1_000_000), ("output", 3, 10_000_000), ("input", 101, 2_000_000)];
        assert_eq!(lines, expected);
        assert_eq!(pico(&sum), Some(332_000_000));
        assert_eq!(sum.lines.iter().map(Line::amount).sum::<Amount>(), sum.amount.expect("known"));
        sum.add(&cost(&Usage::default(), &["m"]));
        assert_eq!((pico(&sum), sum.completeness), (Some(332_000_000), Completeness::Partial));
    }

    #[test]
    fn sound_that_is_billed_by_the_second_is_not_billed_by_the_token_too() {
        let table = r#"{"format":"pricing/1","providers":{"p":{"as_of":"2026-11-10","models":[{"id":"m",
            "rates":[{"prices":{"input":"1","audio_second":"3.6","input_audio_second":"3.6"}}]}]}}}"#;
        let tokens = [(Bucket::Input, 384), (Bucket::InputAudio, 375)];
        let seconds = [(Bucket::AudioSecond, 4), (Bucket::InputAudioSecond, 4)];
        let timed = cost_at(table, &usage(&[tokens, seconds].concat()));
        assert_eq!(pico(&timed), Some(9 * 1_000_000 + 4 * 1_000_000_000));
        let by_token = cost_at(table, &usage(&tokens));
        assert_eq!(pico(&by_token), Some(384 * 1_000_000));
    }

    #[test]
    fn more_cached_than_read_is_a_contradiction_but_where_it_is_the_custom() {
        let text =
            r#"{"prompt_tokens":10,"completion_tokens":5,"prompt_tokens_details":{"cached_tokens":20}}"#;
        let used = crate::usage::BodyUsage::from_json(text).expect("JSON").usage;
        let found = cost(&used, &["m"]);
        let why = found.unknown.expect("a reason").to_string();
        assert_eq!(why, "contradictory usage: input is 10, its parts add up to 20");
        let at = UnixTime::default();
        let billed = Billed { provider: "x-ai", models: &["grok-4.5"], context: PriceContext::STANDARD, at };
        assert!(
            Cost::of(&used, &billed, &PriceBook::embedded()).amount.is_some()
                || !cfg!(feature = "all-prices")
        );
    }

    #[test]
    fn a_price_of_ones_own_holds_for_snapshots_of_the_model_too() {
        let mut book = PriceBook::embedded();
        let own = r#"{"format":"pricing/1","providers":{"openai":{"models":[{"id":"gpt-5",
            "rates":[{"prices":{"output":"8"}}]}]}}}"#;
        book.layer(PriceTable::from_json(own).expect("a table")).expect("room");
        let billed = Billed {
            provider: "openai",
            models: &["gpt-5-2025-08-07"],
            context: PriceContext::STANDARD,
            at: UnixTime::from_millis(1_795_000_000_000),
        };
        let found = Cost::of(&usage(&[(Bucket::Input, 0), (Bucket::Output, 1_000_000)]), &billed, &book);
        assert_eq!(found.amount.map(|amount| amount.to_string()).as_deref(), Some("8"));
    }

    #[test]
    fn what_lies_in_two_priced_wholes_is_billed_once_at_the_price_of_the_cache() {
        let table = r#"{"format":"pricing/1","providers":{"p":{"as_of":"2026-11-10","models":[{"id":"m",
            "rates":[{"prices":{"input":"1","cache_read":"0.1","input_audio":"3"}}]}]}}}"#;
        let counts = [
            (Bucket::Input, 10),
            (Bucket::CacheRead, 7),
            (Bucket::InputAudio, 6),
            (Bucket::CacheReadAudio, 5),
        ];
        let found = cost_at(table, &usage(&counts));
        // One of sound, seven cached, two of text.
        assert_eq!(pico(&found), Some(3_000_000 + 7 * 100_000 + 2 * 1_000_000));
        assert_eq!(found.completeness, Completeness::Complete);
    }

    #[test]
    fn an_uplift_is_on_tokens_and_rounded_once() {
        let mut used = usage(&[(Bucket::Input, 1), (Bucket::CacheRead, 1), (Bucket::Output, 1)]);
        used.region = Some("US".into());
        let found = cost(&used, &["m"]);
        assert_eq!(pico(&found), Some(11_110_000));
        assert!(found.lines.iter().all(|line| line.uplift == 1_100_000));
        let factors = found.lines.iter().filter_map(Line::factor).map(|factor| factor.to_string());
        assert!(factors.eq(["1.1"; 2]));
    }
}
