//! Durations as Go and protobuf spell them: `1m30.5s`, `290.979975ms`.

/// Reads a duration as Go and protobuf spell it (`1h15m30.9s`, `34.4s`, `20ms`); gives milliseconds,
/// rounded up, saturating.
///
/// Units are `ns`, `us`, `ms`, `s`, `m`, `h` and `d`, each after a decimal number, in any order.
/// `None` for anything else: a bare number, a sign, white space, an unknown unit.
pub fn parse_duration(text: &str) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    let mut nanos = 0u128;
    let mut rest = text;
    while !rest.is_empty() {
        let (number, after) = Decimal::read(rest)?;
        let letters = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, next) = after.split_at(letters);
        nanos = nanos.saturating_add(number.times(unit_nanos(unit)?));
        rest = next;
    }
    Some(to_millis(nanos))
}

fn unit_nanos(unit: &str) -> Option<u64> {
    Some(match unit {
        "ns" => 1,
        "us" | "µs" | "μs" => 1_000,
        "ms" => 1_000_000,
        "s" => NANOS_A_SECOND,
        "m" => 60 * NANOS_A_SECOND,
        "h" => 3_600 * NANOS_A_SECOND,
        "d" => 86_400 * NANOS_A_SECOND,
        _ => return None,
    })
}

pub(super) const NANOS_A_SECOND: u64 = 1_000_000_000;

pub(super) fn to_millis(nanos: u128) -> u64 {
    u64::try_from(nanos.div_ceil(1_000_000)).unwrap_or(u64::MAX)
}

/// Reads a whole text as a decimal number of units of `nanos` nanoseconds; gives milliseconds,
/// rounded up.
pub(super) fn parse_number(text: &str, nanos: u64) -> Option<u64> {
    let (number, rest) = Decimal::read(text.trim())?;
    rest.is_empty().then(|| to_millis(number.times(nanos)))
}

/// A decimal number that is not negative, exact to 18 decimal places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Decimal {
    whole: u64,
    /// In units of 10^-18, rounded up.
    fraction: u64,
}

impl Decimal {
    /// Reads the number at the front of `text`; gives what follows it.
    pub(super) fn read(text: &str) -> Option<(Self, &str)> {
        let (whole, rest) = split_digits(text);
        let (fraction, rest) = match rest.strip_prefix('.') {
            Some(after) => split_digits(after),
            None => ("", rest),
        };
        if whole.is_empty() && fraction.is_empty() {
            return None;
        }
        let number = Self { whole: saturating_integer(whole), fraction: attos(fraction) };
        Some((number, rest))
    }

    /// The integral part, saturated.
    pub(super) const fn whole(self) -> u64 {
        self.whole
    }

    /// The number times `unit`, rounded up.
    pub(super) fn times(self, unit: u64) -> u128 {
        let unit = u128::from(unit);
        u128::from(self.whole) * unit + (u128::from(self.fraction) * unit).div_ceil(ATTOS)
    }
}

const ATTOS: u128 = 1_000_000_000_000_000_000;

fn split_digits(text: &str) -> (&str, &str) {
    text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()))
}

fn saturating_integer(digits: &str) -> u64 {
    digits.bytes().fold(0u64, |n, d| n.saturating_mul(10).saturating_add(u64::from(d - b'0')))
}

fn attos(digits: &str) -> u64 {
    let (kept, beyond) = digits.split_at(digits.len().min(18));
    let mut value = saturating_integer(kept);
    for _ in kept.len()..18 {
        value *= 10;
    }
    value + u64::from(beyond.bytes().any(|d| d != b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use proptest::prelude::*;

    #[test]
    fn go_and_protobuf_durations() {
        for (text, ms) in [
            ("1s", 1_000),
            ("6m0s", 360_000),
            ("23h18m29.144s", 83_909_144),
            ("20ms", 20),
            ("42s", 42_000),
            ("18.4s", 18_400),
            ("290.979975ms", 291),
            ("156h14m36.75s", 562_476_750),
            ("156h14m36.752463453s", 562_476_753),
            ("48.939935699s", 48_940),
            ("1m30.5s", 90_500),
            ("0s", 0),
            ("0.4s", 400),
            ("1ns", 1),
            ("1us", 1),
            ("1µs", 1),
            ("1μs", 1),
            ("1d", 86_400_000),
            (".5s", 500),
            ("5.s", 5_000),
            ("1.0000000000000000000000001ms", 2),
            ("99999999999999999999999999999s", u64::MAX),
        ] {
            assert_eq!(parse_duration(text), Some(ms), "{text}");
        }
    }

    #[test]
    fn junk_is_no_duration() {
        for text in [
            "", "s", "5", "5 s", " 5s", "5s ", "-5s", "+5s", "5sec", "5s junk", ".s", "1.2.3s", "1e3s", "五s",
        ] {
            assert_eq!(parse_duration(text), None, "{text:?}");
        }
    }

    #[test]
    fn numbers_round_up_to_milliseconds() {
        assert_eq!(parse_number("1500", 1_000_000), Some(1_500));
        assert_eq!(parse_number("0.2", 1_000_000), Some(1));
        assert_eq!(parse_number("2.5", NANOS_A_SECOND), Some(2_500));
        assert_eq!(parse_number(" 7 ", NANOS_A_SECOND), Some(7_000));
        assert_eq!(parse_number("-1", NANOS_A_SECOND), None);
        assert_eq!(parse_number("nan", NANOS_A_SECOND), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            parse_duration(&text);
            parse_number(&text, u64::MAX);
        }

        #[test]
        fn any_number_and_unit_is_a_duration(text in "([0-9]{1,40}(\\.[0-9]{0,40})?(ns|us|ms|s|m|h|d)){1,6}") {
            prop_assert!(parse_duration(&text).is_some());
        }

        #[test]
        fn milliseconds_read_back(ms in any::<u64>()) {
            prop_assert_eq!(parse_duration(&alloc::format!("{ms}ms")), Some(ms));
            let seconds = alloc::format!("{}.{:03}s", ms / 1_000, ms % 1_000);
            prop_assert_eq!(parse_duration(&seconds), Some(ms));
        }
    }
}
