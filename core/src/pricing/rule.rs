//! One rule of a price table: when it holds, and what it says.

use alloc::vec::Vec;
use core::fmt;

use super::context::{Demands, PriceContext};
use crate::date::{Date, Moment};
use crate::money::write_decimal;
use crate::usage::Bucket;

/// A unit price, in whole pico-USD: of one token, character, search, page or request; of 3,600
/// seconds where seconds are billed, because hourly prices are not whole per second.
///
/// `Display` writes it as price tables do: US dollars for [`Bucket::units`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnitPrice {
    bucket: Bucket,
    pico: u64,
}

impl UnitPrice {
    pub(super) const fn new(bucket: Bucket, pico: u64) -> Self {
        Self { bucket, pico }
    }

    /// What it is the price of.
    pub const fn bucket(self) -> Bucket {
        self.bucket
    }

    /// Pico-USD for [`UnitPrice::covers`] units.
    pub const fn pico(self) -> u64 {
        self.pico
    }

    /// How many units `pico` pays for: 1, or 3,600 seconds.
    pub const fn covers(self) -> u32 {
        covers(self.bucket)
    }
}

/// How many units a whole number of pico-USD pays for.
pub(super) const fn covers(bucket: Bucket) -> u32 {
    if matches!(bucket, Bucket::AudioSecond | Bucket::InputAudioSecond) { bucket.units() } else { 1 }
}

/// Decimals of a dollar that a price of so many units may have and still be whole.
pub(super) const fn decimals(bucket: Bucket) -> u32 {
    match bucket.units() / covers(bucket) {
        1_000_000 => 6,
        1_000 => 9,
        _ => 12,
    }
}

impl fmt::Display for UnitPrice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, u128::from(self.pico), decimals(self.bucket))
    }
}

/// A price that depends on the size of the request: the step with the largest `over` below the
/// request's whole input holds for all of its units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Steps {
    /// The price up to the first step.
    pub(super) first: u64,
    /// `over` and price, rising.
    pub(super) further: Vec<(u64, u64)>,
}

impl Steps {
    /// The price for a request with so many input tokens.
    pub(super) fn at(&self, input: u64) -> u64 {
        let reached = self.further.iter().rev().find(|(over, _)| *over < input);
        reached.map_or(self.first, |(_, price)| *price)
    }
}

/// Prices and when they hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Rule {
    /// From this day on.
    pub(super) from: Option<Date>,
    /// From this minute of the day to before that one; past midnight where the first is later.
    pub(super) daily: Option<(u16, u16)>,
    /// Bit 0 is Monday; 0 is any day.
    pub(super) weekdays: u8,
    /// Under which circumstances.
    pub(super) when: Demands,
    pub(super) prices: Vec<(Bucket, Steps)>,
}

impl Rule {
    /// Whether it holds at that time, whatever the circumstances.
    pub(super) fn is_active(&self, at: &Moment) -> bool {
        let minute = at.minute;
        self.from.is_none_or(|from| from <= at.date)
            && (self.weekdays == 0 || self.weekdays >> (at.weekday - 1) & 1 == 1)
            && self.daily.is_none_or(|(start, end)| {
                if start <= end { (start..end).contains(&minute) } else { minute >= start || minute < end }
            })
    }

    pub(super) fn holds(&self, at: &Moment, context: &PriceContext<'_>) -> bool {
        self.is_active(at) && self.when.are_met(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::parse_rfc3339;
    use alloc::string::ToString;

    fn at(text: &str) -> Moment {
        Moment::of(parse_rfc3339(text).expect(text))
    }

    #[test]
    fn a_step_is_a_cliff_that_its_own_number_does_not_reach() {
        let steps = Steps { first: 2, further: alloc::vec![(200_000, 4), (400_000, 8)] };
        let prices = [0, 200_000, 200_001, 400_000, 400_001].map(|input| steps.at(input));
        assert_eq!(prices, [2, 2, 4, 4, 8]);
    }

    #[test]
    fn a_window_may_pass_midnight() {
        let rule = Rule { daily: Some((16 * 60 + 30, 30)), ..Rule::default() };
        for (time, holds) in [
            ("2026-11-26T16:29:59Z", false),
            ("2026-11-26T16:30:00Z", true),
            ("2026-11-26T23:59:59Z", true),
            ("2026-11-26T00:29:59Z", true),
            ("2026-11-26T00:30:00Z", false),
        ] {
            assert_eq!(rule.is_active(&at(time)), holds, "{time}");
        }
    }

    #[test]
    fn days_and_weekdays_are_in_utc() {
        let rule = Rule { from: Date::parse("2026-11-23"), weekdays: 0b001_1111, ..Rule::default() };
        for (time, holds) in [
            ("2026-11-22T23:59:59Z", false),
            ("2026-11-23T00:00:00Z", true),
            ("2026-11-27T23:59:59Z", true),
            ("2026-11-28T00:00:00Z", false),
            ("2026-11-30T00:00:00+01:00", false),
        ] {
            assert_eq!(rule.is_active(&at(time)), holds, "{time}");
        }
    }

    #[test]
    fn prices_read_as_tables_write_them() {
        assert_eq!(UnitPrice::new(Bucket::Input, 1_250_000).to_string(), "1.25");
        assert_eq!(UnitPrice::new(Bucket::WebSearch, 10_000_000_000).to_string(), "10");
        assert_eq!(UnitPrice::new(Bucket::AudioSecond, 1_020_000_000_000).to_string(), "1.02");
    }
}
