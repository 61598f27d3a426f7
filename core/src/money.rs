//! Money: whole pico-USD, and decimal text in and out. No floating point.

use core::fmt;
use core::iter::Sum;
use core::str::FromStr;

/// An amount of money in whole pico-USD (10^-12 US dollars).
///
/// `Display` writes dollars, exactly and without trailing zeros; parsing is exact too. The largest
/// amount is about 3.4 × 10^26 dollars.
///
/// ```
/// use tokenwire_core::money::Amount;
/// let amount: Amount = "0.0107608".parse()?;
/// assert_eq!(amount.as_pico(), 10_760_800_000);
/// assert_eq!(amount.to_string(), "0.0107608");
/// # Ok::<(), tokenwire_core::money::NotAnAmount>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(u128);

/// Decimals of a dollar that an [`Amount`] holds.
const DECIMALS: u32 = 12;

impl Amount {
    /// No money.
    pub const ZERO: Self = Self(0);

    /// So many pico-USD.
    pub const fn from_pico(pico: u128) -> Self {
        Self(pico)
    }

    /// The amount in pico-USD.
    pub const fn as_pico(self) -> u128 {
        self.0
    }

    /// The sum, saturating.
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Self::plus)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_decimal(f, self.0, DECIMALS)
    }
}

/// Text that is no amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected US dollars as a decimal number with at most 12 decimals, such as 0.25")]
pub struct NotAnAmount;

impl FromStr for Amount {
    type Err = NotAnAmount;

    /// Reads dollars. What is finer than a pico-USD, negative or no number is an error.
    fn from_str(text: &str) -> Result<Self, NotAnAmount> {
        exact(text, DECIMALS).map(Self).ok_or(NotAnAmount)
    }
}

/// Writes `value / 10^decimals` without trailing zeros.
pub(crate) fn write_decimal(f: &mut fmt::Formatter<'_>, value: u128, decimals: u32) -> fmt::Result {
    let unit = 10u128.pow(decimals);
    let (whole, mut part) = (value / unit, value % unit);
    if part == 0 {
        return write!(f, "{whole}");
    }
    let mut width = decimals as usize;
    while part.is_multiple_of(10) {
        part /= 10;
        width -= 1;
    }
    write!(f, "{whole}.{part:0width$}")
}

/// `text × 10^scale` where that is a whole number that fits; reads JSON numbers and plain decimals.
pub(crate) fn exact(text: &str, scale: u32) -> Option<u128> {
    match Decimal::parse(text)?.scaled(scale)? {
        (value, false) => Some(value),
        (_, true) => None,
    }
}

/// A decimal number as text spells it: `digits × 10^exponent`.
struct Decimal<'a> {
    whole: &'a str,
    fraction: &'a str,
    exponent: i64,
}

impl<'a> Decimal<'a> {
    /// Reads `12`, `0.5`, `1e-5`; nothing negative but zero.
    fn parse(text: &'a str) -> Option<Self> {
        let (text, is_negative) = match text.strip_prefix('-') {
            Some(rest) => (rest, true),
            None => (text, false),
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, exponent_of(exponent)?),
            None => (text, 0),
        };
        let (whole, fraction) = match digits.split_once('.') {
            Some((whole, fraction)) if !fraction.is_empty() => (whole, fraction),
            Some(_) => return None,
            None => (digits, ""),
        };
        let is_number = |digits: &str| digits.bytes().all(|b| b.is_ascii_digit());
        let decimal = Self { whole, fraction, exponent };
        let is_good = !whole.is_empty() && is_number(whole) && is_number(fraction);
        (is_good && (!is_negative || decimal.digits().all(|d| d == 0))).then_some(decimal)
    }

    fn digits(&self) -> impl Iterator<Item = u8> {
        self.whole.bytes().chain(self.fraction.bytes()).map(|b| b - b'0')
    }

    /// `self × 10^scale` cut to a whole number, and whether anything was cut; `None` if too large.
    fn scaled(&self, scale: u32) -> Option<(u128, bool)> {
        // Digits from the left that count, and zeros to append.
        let places = self.exponent.checked_add(i64::from(scale))?.checked_add(self.whole.len() as i64)?;
        let (mut value, mut rest) = (0u128, false);
        let mut at = 0i64;
        for digit in self.digits() {
            if at < places {
                value = value.checked_mul(10)?.checked_add(u128::from(digit))?;
            } else {
                rest |= digit != 0;
            }
            at += 1;
        }
        while at < places && value != 0 {
            value = value.checked_mul(10)?;
            at += 1;
        }
        Some((value, rest))
    }
}

fn exponent_of(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    // What overflows is beyond any amount on either side.
    let size = digits.parse::<i64>().unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
    Some(if text.starts_with('-') { -size } else { size })
}

/// A sum of amounts as others state them, finer than a pico-USD; rounded once, at the end.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FineSum {
    /// In 10^-24 US dollars.
    value: u128,
}

/// Decimals of a dollar that a [`FineSum`] holds.
const FINE_DECIMALS: u32 = 24;

impl FineSum {
    /// Adds `text × 10^shift` dollars; `None` where it is no amount or too large. What lies beyond
    /// 24 decimals counts as a trace, so that it can still break a tie.
    pub(crate) fn add(&mut self, text: &str, shift: i32) -> Option<()> {
        let scale = FINE_DECIMALS.checked_add_signed(shift)?;
        let (value, rest) = Decimal::parse(text)?.scaled(scale)?;
        self.value = self.value.checked_add(value | u128::from(rest))?;
        Some(())
    }

    /// The sum, rounded half to even.
    pub(crate) fn amount(self) -> Amount {
        Amount(divide_half_even(self.value, 10u128.pow(FINE_DECIMALS - DECIMALS)))
    }
}

/// `value / by`, rounded half to even. `by` is not 0.
pub(crate) const fn divide_half_even(value: u128, by: u128) -> u128 {
    let (quotient, rest) = (value / by, value % by);
    let (low, half) = (rest, by - rest);
    if low > half || (low == half && quotient % 2 == 1) { quotient + 1 } else { quotient }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;
    use proptest::prelude::*;

    #[test]
    fn dollars_read_and_write_exactly() {
        for (text, pico) in [
            ("0", 0),
            ("0.0000000001", 100),
            ("1", 1_000_000_000_000),
            ("12.5", 12_500_000_000_000),
            ("0.000000000001", 1),
        ] {
            let amount: Amount = text.parse().expect(text);
            assert_eq!((amount.as_pico(), amount.to_string().as_str()), (pico, text));
        }
        for (text, same) in
            [("1e-5", "0.00001"), ("2.50E1", "25"), ("1.0", "1"), ("-0.0", "0"), ("0e999", "0")]
        {
            assert_eq!(text.parse::<Amount>().expect(text).to_string(), same);
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "",
            ".5",
            "1.",
            "-1",
            "1e",
            "1e+",
            "0x1",
            "1,5",
            "1e-13",
            "1e30",
            "1e99999999999999999999",
            "NaN",
        ] {
            assert_eq!(text.parse::<Amount>(), Err(NotAnAmount), "{text}");
        }
    }

    #[test]
    fn a_sum_is_rounded_once_half_to_even() {
        let sum = |texts: &[&str]| {
            let mut sum = FineSum::default();
            texts.iter().for_each(|text| sum.add(text, 0).expect("an amount"));
            sum.amount().as_pico()
        };
        assert_eq!(sum(&["0.0000000000004", "0.0000000000004"]), 1);
        assert_eq!(sum(&["0.0000000000005"]), 0);
        assert_eq!(sum(&["0.0000000000015"]), 2);
        assert_eq!(sum(&["0.00000000000050000000000000000000001"]), 1);
        let mut ticks = FineSum::default();
        ticks.add("37756000", -10).expect("ticks");
        assert_eq!(ticks.amount().to_string(), "0.0037756");
    }

    proptest! {
        #[test]
        fn every_amount_reads_back(pico in any::<u128>()) {
            let amount = Amount::from_pico(pico);
            prop_assert_eq!(amount.to_string().parse::<Amount>(), Ok(amount));
        }

        #[test]
        fn any_text_is_read_without_panic(text in "[-+0-9.eE]{0,40}") {
            let _ = text.parse::<Amount>();
            let _ = FineSum::default().add(&format!("{text}9"), -30);
        }
    }
}
