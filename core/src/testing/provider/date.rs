//! Wall-clock times as providers write them.

use alloc::format;
use alloc::string::String;

use crate::date::Date;
use crate::time::UnixTime;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

struct Civil {
    year: u64,
    month: u64,
    day: u64,
    weekday: &'static str,
    clock: String,
}

fn civil(time: UnixTime) -> Civil {
    let date = Date::of(time);
    let (year, month, day) = date.civil();
    let seconds = time.as_millis() / 1000;
    let (hour, minute, second) = (seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let weekday = DAYS[usize::from(date.weekday() - 1)];
    Civil { year, month, day, weekday, clock: format!("{hour:02}:{minute:02}:{second:02}") }
}

impl Civil {
    const fn month_name(&self) -> &'static str {
        MONTHS[self.month as usize - 1]
    }
}

/// `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110's IMF-fixdate).
pub fn http_date(time: UnixTime) -> String {
    let c = civil(time);
    format!("{}, {:02} {} {} {} GMT", &c.weekday[..3], c.day, c.month_name(), c.year, c.clock)
}

/// `Sunday, 06-Nov-94 08:49:37 GMT` (RFC 850).
pub fn rfc850_date(time: UnixTime) -> String {
    let c = civil(time);
    format!("{}, {:02}-{}-{:02} {} GMT", c.weekday, c.day, c.month_name(), c.year % 100, c.clock)
}

/// `Sun Nov  6 08:49:37 1994` (C's asctime).
pub fn asctime_date(time: UnixTime) -> String {
    let c = civil(time);
    format!("{} {} {:>2} {} {}", &c.weekday[..3], c.month_name(), c.day, c.clock, c.year)
}

/// `1994-11-06T08:49:37Z` (RFC 3339).
pub fn rfc3339(time: UnixTime) -> String {
    let c = civil(time);
    format!("{:04}-{:02}-{:02}T{}Z", c.year, c.month, c.day, c.clock)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_form_spells_the_same_second() {
        let time = UnixTime::from_millis(784_111_777_000);
        assert_eq!(http_date(time), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(rfc850_date(time), "Sunday, 06-Nov-94 08:49:37 GMT");
        assert_eq!(asctime_date(time), "Sun Nov  6 08:49:37 1994");
        assert_eq!(rfc3339(time), "1994-11-06T08:49:37Z");
    }

    #[test]
    fn leap_days_and_year_ends_are_right() {
        for (seconds, expected) in [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_767_225_599, "2025-12-31T23:59:59Z"),
            (1_835_395_200, "2028-02-29T00:00:00Z"),
        ] {
            assert_eq!(rfc3339(UnixTime::from_millis(seconds * 1000)), expected);
        }
    }
}
