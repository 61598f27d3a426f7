//! Days of the calendar.

use alloc::format;
use alloc::string::String;
use core::fmt;

use crate::time::UnixTime;

const DAY_MS: u64 = 86_400_000;

/// A day of the Gregorian calendar in UTC, on or after 1970-01-01.
///
/// `Display` writes `2026-11-26`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date(u32);

impl Date {
    /// The day so many days after 1970-01-01.
    pub const fn from_days(days: u32) -> Self {
        Self(days)
    }

    /// Days since 1970-01-01.
    pub const fn as_days(self) -> u32 {
        self.0
    }

    /// The day in which `time` lies.
    pub fn of(time: UnixTime) -> Self {
        Self(u32::try_from(time.as_millis() / DAY_MS).unwrap_or(u32::MAX))
    }

    /// The day with this year, month (1 to 12) and day (from 1), if there is one from 1970 on.
    pub fn from_civil(year: u64, month: u64, day: u64) -> Option<Self> {
        let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
        let february = if is_leap { 29 } else { 28 };
        let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
        let before = usize::try_from(month).ok()?.checked_sub(1)?;
        if !(1970..10_000).contains(&year) || day < 1 || day > *lengths.get(before)? {
            return None;
        }
        let leaps_before = |year: u64| (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400;
        let days = (year - 1970) * 365 + leaps_before(year) - leaps_before(1970)
            + lengths[..before].iter().sum::<u64>()
            + (day - 1);
        u32::try_from(days).ok().map(Self)
    }

    /// Year, month (1 to 12) and day (from 1): Howard Hinnant's `civil_from_days`.
    pub const fn civil(self) -> (u64, u64, u64) {
        let shifted = self.0 as u64 + 719_468;
        let (era, of_era) = (shifted / 146_097, shifted % 146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + (month <= 2) as u64;
        (year, month, of_year - (153 * from_march + 2) / 5 + 1)
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = text.as_bytes();
        if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
            return None;
        }
        let number = |digits: &[u8]| {
            digits.iter().try_fold(0u64, |n, b| b.is_ascii_digit().then(|| n * 10 + u64::from(b - b'0')))
        };
        Self::from_civil(number(&bytes[..4])?, number(&bytes[5..7])?, number(&bytes[8..])?)
    }

    /// The day's first millisecond.
    pub const fn start(self) -> UnixTime {
        UnixTime::from_millis(self.0 as u64 * DAY_MS)
    }

    /// The day of the week: Monday is 1, Sunday 7 (ISO 8601).
    pub const fn weekday(self) -> u8 {
        // 1970-01-01 was a Thursday.
        ((self.0 as u64 + 3) % 7) as u8 + 1
    }

    /// Days from `earlier` to this day; 0 where `earlier` is later.
    pub const fn since(self, earlier: Self) -> u32 {
        self.0.saturating_sub(earlier.0)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        write!(f, "{year:04}-{month:02}-{day:02}")
    }
}

/// Writes a time as RFC 3339 does, in UTC: `2026-11-26T09:30:00Z`, with milliseconds where there are
/// any.
pub fn rfc3339(time: UnixTime) -> String {
    let (date, ms) = (Date::of(time), time.as_millis() % DAY_MS);
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1_000 % 60);
    let whole = format!("{date}T{hour:02}:{minute:02}:{second:02}");
    match ms % 1_000 {
        0 => whole + "Z",
        ms => format!("{whole}.{ms:03}Z"),
    }
}

/// A wall-clock time as calendars and clocks show it in UTC.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) date: Date,
    /// 0 to 1439.
    pub(crate) minute: u16,
    /// Monday is 1.
    pub(crate) weekday: u8,
}

impl Moment {
    pub(crate) fn of(time: UnixTime) -> Self {
        let date = Date::of(time);
        Self { date, minute: minute_of_day(time), weekday: date.weekday() }
    }
}

/// The minute of its day (UTC) in which `time` lies, 0 to 1439.
const fn minute_of_day(time: UnixTime) -> u16 {
    (time.as_millis() % DAY_MS / 60_000) as u16
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::failure::parse_rfc3339;
    use alloc::string::ToString;

    #[test]
    fn days_read_back_from_their_text() {
        for days in 0..200_000 {
            let date = Date::from_days(days);
            assert_eq!(Date::parse(&date.to_string()), Some(date));
        }
    }

    #[test]
    fn weekdays_follow_the_calendar() {
        let weekday = |text| Date::parse(text).expect(text).weekday();
        assert_eq!((weekday("1970-01-01"), weekday("2026-11-23"), weekday("2026-11-29")), (4, 1, 7));
    }

    #[test]
    fn days_that_do_not_exist_are_refused() {
        for text in ["2026-02-29", "2026-13-01", "2026-00-01", "1969-12-31", "2026-1-01", "2026-01-1x", ""] {
            assert_eq!(Date::parse(text), None, "{text}");
        }
    }

    #[test]
    fn times_read_back_from_their_text() {
        for (ms, text) in [
            (0, "1970-01-01T00:00:00Z"),
            (1_795_685_400_000, "2026-11-26T09:30:00Z"),
            (1_795_737_599_007, "2026-11-26T23:59:59.007Z"),
        ] {
            assert_eq!(rfc3339(UnixTime::from_millis(ms)), text);
            assert_eq!(parse_rfc3339(text), Some(UnixTime::from_millis(ms)));
        }
    }

    #[test]
    fn a_time_lies_in_its_day_and_minute() {
        let time =
            UnixTime::from_millis(Date::parse("2026-11-26").expect("a day").start().as_millis() + 61_000);
        assert_eq!(Date::of(time).to_string(), "2026-11-26");
        assert_eq!(minute_of_day(time), 1);
    }
}
