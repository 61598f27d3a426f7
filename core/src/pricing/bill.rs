//! From counts to money.

use core::fmt;

use super::book::Priced;
use super::context::PriceContext;
use super::prices::Prices;
use super::rule::{UnitPrice, covers};
use crate::money::{Amount, divide_half_even, write_decimal};
use crate::time::UnixTime;
use crate::usage::{Bucket, Contradiction, Counts};

const BUCKETS: usize = Bucket::ALL.len();

/// Millionths: the unit of an uplift.
const MILLION: u128 = 1_000_000;

/// An uplift that changes nothing.
const NO_UPLIFT: u32 = MILLION as u32;

/// Why there is no bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BillError {
    /// The counts contradict each other.
    #[error(transparent)]
    Contradiction(#[from] Contradiction),
    /// The amount is larger than an [`Amount`] can be.
    #[error("the amount is larger than any bill")]
    TooLarge,
}

/// One line of a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// How many units are billed: those of the bucket that no line of a part bills.
    pub count: u64,
    /// What one costs, before an uplift.
    pub price: UnitPrice,
    /// The uplift on it in millionths; 1,000,000 where there is none.
    pub uplift: u32,
}

impl Line {
    /// What is counted.
    pub const fn bucket(&self) -> Bucket {
        self.price.bucket()
    }

    /// The uplift as a factor; `None` where there is none.
    pub fn factor(&self) -> Option<Factor> {
        (u128::from(self.uplift) != MILLION).then_some(Factor(self.uplift))
    }

    /// What the line comes to, rounded half to even; the bill's amount is rounded once, from the
    /// exact sum. Saturates where no amount is as large.
    pub fn amount(&self) -> Amount {
        let by = u128::from(self.price.covers()) * MILLION;
        let exact = self.exact().checked_mul(u128::from(self.uplift));
        Amount::from_pico(exact.map_or(u128::MAX, |value| divide_half_even(value, by)))
    }

    /// Pico-USD for [`UnitPrice::covers`] units, before the uplift.
    fn exact(&self) -> u128 {
        // Two numbers of 64 bits always fit.
        u128::from(self.count) * u128::from(self.price.pico())
    }
}

/// A factor on a price, in millionths. `Display` writes `1.1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Factor(u32);

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, u128::from(self.0), 6)
    }
}

/// What some counts come to at a model's prices. Made without allocation.
#[derive(Clone, Copy, Debug)]
pub struct Bill {
    prices: Prices,
    billed: [u64; BUCKETS],
    uplift: u32,
    amount: Amount,
}

impl Bill {
    /// The sum of all lines, exact to the pico-USD; where parts of one are billed (seconds of an hourly
    /// price, an uplift), rounded once, half to even.
    pub const fn amount(&self) -> Amount {
        self.amount
    }

    /// The lines that bill anything, wholes first.
    pub fn lines(&self) -> impl Iterator<Item = Line> + '_ {
        let priced = Bucket::ALL.into_iter().filter_map(|bucket| Some((bucket, self.prices.get(bucket)?)));
        let lines = priced.map(|(bucket, pico)| {
            let uplift = if bucket.is_tokens() { self.uplift } else { NO_UPLIFT };
            Line { count: self.billed[bucket as usize], price: UnitPrice::new(bucket, pico), uplift }
        });
        lines.filter(|line| line.count > 0)
    }

    /// The exact sum, rounded once; `None` where it is too large.
    fn sum(&self) -> Option<Amount> {
        if self.uplift == NO_UPLIFT && !self.prices.has_hours() {
            let mut sum = 0u128;
            for (bucket, pico) in self.prices.iter() {
                let line = u128::from(self.billed[bucket as usize]) * u128::from(pico);
                sum = sum.checked_add(line)?;
            }
            return Some(Amount::from_pico(sum));
        }
        // One denominator for all: millionths of what one of 3,600 seconds costs.
        const HOUR: u128 = covers(Bucket::AudioSecond) as u128;
        let mut sum = 0u128;
        for line in self.lines() {
            let share = u128::from(line.uplift) * (HOUR / u128::from(line.price.covers()));
            sum = sum.checked_add(line.exact().checked_mul(share)?)?;
        }
        Some(Amount::from_pico(divide_half_even(sum, HOUR * MILLION)))
    }
}

impl Priced<'_> {
    /// Bills `counts` of one call, made at `at`.
    ///
    /// Each unit is billed once: of a whole, what its priced parts leave. A part without a price stays
    /// in its whole. Counts that no price names cost nothing; [`Priced::unpriced`] lists them.
    ///
    /// # Errors
    /// The counts contradict each other, or the amount is beyond all bounds.
    pub fn bill(&self, counts: &Counts, context: &PriceContext<'_>, at: UnixTime) -> Result<Bill, BillError> {
        let prices = self.prices(counts, context, at);
        let uplift = self.uplift(context);
        let mut billed = [0u64; BUCKETS];
        // Wholes stand before their parts, so backwards every part is known before its whole.
        for (bucket, _) in prices.iter() {
            let parts = parts_of(bucket, &billed);
            // Of a whole that was not stated at least its parts are known.
            let all = self.billable(bucket, counts).unwrap_or(parts);
            let Some(count) = all.checked_sub(parts) else {
                return Err(Contradiction { whole: bucket, count: all, parts }.into());
            };
            billed[bucket as usize] = count;
        }
        let mut bill = Bill { prices, billed, uplift, amount: Amount::ZERO };
        bill.amount = bill.sum().ok_or(BillError::TooLarge)?;
        Ok(bill)
    }

    /// The count of a bucket as it is billed, its parts included; `None` where it is not stated.
    fn billable(&self, bucket: Bucket, counts: &Counts) -> Option<u64> {
        match counts.get(bucket) {
            None if bucket == Bucket::Request => Some(1),
            None => None,
            Some(0) => Some(0),
            Some(count) => Some(count.max(self.minimum(bucket))),
        }
    }
}

/// For each bucket the set of its parts, a bit each.
const PARTS: [u32; BUCKETS] = {
    let mut parts = [0; BUCKETS];
    let mut part = 0;
    while part < BUCKETS {
        let wholes = Bucket::ALL[part].wholes();
        let mut at = 0;
        while at < wholes.len() {
            parts[wholes[at] as usize] |= 1 << part;
            at += 1;
        }
        part += 1;
    }
    parts
};

/// What the parts of `whole` are billed for, saturating.
fn parts_of(whole: Bucket, billed: &[u64; BUCKETS]) -> u64 {
    let (mut parts, mut sum) = (PARTS[whole as usize], 0u64);
    while parts != 0 {
        sum = sum.saturating_add(billed[parts.trailing_zeros() as usize]);
        parts &= parts - 1;
    }
    sum
}
