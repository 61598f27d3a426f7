//! HTTP dates and RFC 3339.

use crate::date::Date;
use crate::time::UnixTime;

/// Reads an HTTP date in any of its three forms (RFC 9110 section 5.6.7).
///
/// The weekday is not checked against the date. A year of two digits lies between 1970 and 2069,
/// which needs no clock. `None` for anything else, and for times before 1970.
pub fn parse_http_date(text: &str) -> Option<UnixTime> {
    let text = text.trim();
    match text.split_once(',') {
        Some((weekday, date)) => {
            is_weekday(weekday).then_some(())?;
            comma_date(date.trim_start())
        }
        None => asctime(text),
    }
}

/// `06 Nov 1994 08:49:37 GMT` or `06-Nov-94 08:49:37 GMT`.
fn comma_date(text: &str) -> Option<UnixTime> {
    let mut words = text.split([' ', '-']).filter(|w| !w.is_empty());
    let day = digits(words.next()?, 1..=2)?;
    let month = month(words.next()?)?;
    let year = year(words.next()?)?;
    let seconds = clock(words.next()?)?;
    let zone = words.next()?;
    let is_utc = ["GMT", "UTC"].iter().any(|z| zone.eq_ignore_ascii_case(z));
    (is_utc && words.next().is_none()).then_some(())?;
    at(year, month, day, seconds)
}

/// `Sun Nov  6 08:49:37 1994`.
fn asctime(text: &str) -> Option<UnixTime> {
    let mut words = text.split_ascii_whitespace();
    is_weekday(words.next()?).then_some(())?;
    let month = month(words.next()?)?;
    let day = digits(words.next()?, 1..=2)?;
    let seconds = clock(words.next()?)?;
    let year = digits(words.next()?, 4..=4)?;
    words.next().is_none().then_some(())?;
    at(year, month, day, seconds)
}

fn is_weekday(word: &str) -> bool {
    ["sun", "mon", "tue", "wed", "thu", "fri", "sat"].iter().any(|day| starts_with(word, day))
}

fn month(word: &str) -> Option<u64> {
    let names = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    (1u64..).zip(names).find(|(_, name)| starts_with(word, name)).map(|(number, _)| number)
}

fn starts_with(word: &str, name: &str) -> bool {
    word.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name))
}

fn year(word: &str) -> Option<u64> {
    match word.len() {
        2 => digits(word, 2..=2).map(|year| if year < 70 { 2000 + year } else { 1900 + year }),
        _ => digits(word, 4..=4),
    }
}

/// `08:49:37` as seconds of the day; the leap second counts as the first of the next minute.
fn clock(word: &str) -> Option<u64> {
    let mut fields = word.splitn(3, ':');
    let hour = digits(fields.next()?, 1..=2)?;
    let minute = digits(fields.next()?, 2..=2)?;
    let second = digits(fields.next()?, 2..=2)?;
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3_600 + minute * 60 + second)
}

fn digits(word: &str, length: core::ops::RangeInclusive<usize>) -> Option<u64> {
    let is_number = length.contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    is_number.then(|| word.parse().ok()).flatten()
}

/// Reads an RFC 3339 date and time; digits beyond the millisecond round up.
///
/// A space may stand for the `T`, and letters may be small. `None` for anything else, and for times
/// before 1970.
pub fn parse_rfc3339(text: &str) -> Option<UnixTime> {
    let text = text.trim();
    let (date, time) = text.split_at_checked(10)?;
    let time = time.strip_prefix(['T', 't', ' '])?;
    let mut fields = date.splitn(3, '-');
    let year = digits(fields.next()?, 4..=4)?;
    let month = digits(fields.next()?, 2..=2)?;
    let day = digits(fields.next()?, 2..=2)?;
    let (seconds, rest) = time.split_at_checked(8)?;
    digits(seconds.split(':').next()?, 2..=2)?;
    let local = at(year, month, day, clock(seconds)?)?.as_millis();
    let (fraction_ms, zone) = fraction(rest)?;
    let local = local.checked_add(fraction_ms)?;
    let utc = match offset(zone)? {
        (true, ahead) => local.checked_sub(ahead)?,
        (false, behind) => local.checked_add(behind)?,
    };
    Some(UnixTime::from_millis(utc))
}

/// `.123456` as milliseconds, rounded up, and what follows.
fn fraction(text: &str) -> Option<(u64, &str)> {
    let Some(after) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = after.find(|c: char| !c.is_ascii_digit())?;
    let (places, rest) = after.split_at(end);
    let (kept, beyond) = places.split_at(end.min(3));
    let mut ms = digits(kept, 1..=3)?;
    for _ in kept.len()..3 {
        ms *= 10;
    }
    Some((ms + u64::from(beyond.bytes().any(|b| b != b'0')), rest))
}

/// `Z` or `+02:00`: whether it is ahead of UTC, and by how many milliseconds.
fn offset(text: &str) -> Option<(bool, u64)> {
    if text.eq_ignore_ascii_case("z") {
        return Some((true, 0));
    }
    let is_ahead = match text.as_bytes().first()? {
        b'+' => true,
        b'-' => false,
        _ => return None,
    };
    let (hour, minute) = text[1..].split_once(':')?;
    let (hour, minute) = (digits(hour, 2..=2)?, digits(minute, 2..=2)?);
    (hour < 24 && minute < 60).then_some((is_ahead, (hour * 60 + minute) * 60_000))
}

/// The time `seconds` into a day of the Gregorian calendar, if that day exists and is not before 1970.
fn at(year: u64, month: u64, day: u64, seconds: u64) -> Option<UnixTime> {
    Some(Date::from_civil(year, month, day)?.start().after(seconds * 1_000))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use proptest::prelude::*;

    fn ms(time: Option<UnixTime>) -> Option<u64> {
        time.map(UnixTime::as_millis)
    }

    #[test]
    fn three_forms_of_one_http_date() {
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "sun, 6 nov 1994 08:49:37 utc",
        ] {
            assert_eq!(ms(parse_http_date(text)), Some(784_111_777_000), "{text}");
        }
        assert_eq!(ms(parse_http_date("Wed, 21 Oct 2026 07:28:00 GMT")), Some(1_792_567_680_000));
        assert_eq!(ms(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT")), Some(0));
        assert_eq!(ms(parse_http_date("Wednesday, 21-Oct-26 07:28:00 GMT")), Some(1_792_567_680_000));
    }

    #[test]
    fn junk_is_no_http_date() {
        for text in [
            "",
            "soon",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 CET",
            "Sun, 06 Nov 1994 08:49:37 GMT now",
            "Sun, 31 Feb 2026 08:49:37 GMT",
            "Sun, 29 Feb 2025 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Foo 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:00:00 GMT",
            "Sun, 06 Nov 1994 08:60:00 GMT",
            "Foo, 06 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1969 08:49:37 GMT",
            "Sun, 06 Nov +994 08:49:37 GMT",
            "Sun Nov 6 08:49:37 94",
        ] {
            assert_eq!(parse_http_date(text), None, "{text:?}");
        }
    }

    #[test]
    fn rfc3339_with_fractions_and_offsets() {
        for (text, expected) in [
            ("2026-04-09T12:00:00Z", 1_775_736_000_000),
            ("2026-04-09t12:00:00z", 1_775_736_000_000),
            ("2026-04-09 12:00:00Z", 1_775_736_000_000),
            ("2026-04-09T14:00:00+02:00", 1_775_736_000_000),
            ("2026-04-09T06:30:00-05:30", 1_775_736_000_000),
            ("2026-04-09T12:00:00.5Z", 1_775_736_000_500),
            ("2026-04-09T12:00:00.123456789Z", 1_775_736_000_124),
            ("2024-02-29T23:59:60Z", 1_709_251_200_000),
            ("1970-01-01T00:00:00Z", 0),
        ] {
            assert_eq!(ms(parse_rfc3339(text)), Some(expected), "{text}");
        }
    }

    #[test]
    fn junk_is_no_rfc3339() {
        for text in [
            "",
            "2026-04-09",
            "2026-04-09T12:00:00",
            "2026-04-09T12:00Z",
            "2026-13-09T12:00:00Z",
            "2026-04-31T12:00:00Z",
            "2026-04-09T12:00:00.Z",
            "2026-04-09T12:00:00+2:00",
            "2026-04-09T12:00:00+24:00",
            "1969-12-31T23:59:59Z",
            "1970-01-01T00:00:00+01:00",
            "2026-4-09T12:00:00Z0",
            "é026-04-09T12:00:00Z",
        ] {
            assert_eq!(parse_rfc3339(text), None, "{text:?}");
        }
    }

    /// Year, month and day of a day number, by walking the calendar: the slow way that cannot share
    /// a mistake with the code above.
    fn civil(mut days: u64) -> (u64, usize, u64) {
        let mut year = 1970;
        loop {
            let is_leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            let length = if is_leap { 366 } else { 365 };
            if days < length {
                let february = if is_leap { 29 } else { 28 };
                let lengths = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
                for (month, length) in lengths.into_iter().enumerate() {
                    if days < length {
                        return (year, month, days + 1);
                    }
                    days -= length;
                }
            }
            days -= length;
            year += 1;
        }
    }

    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const DAYS: [&str; 7] = ["Thursday", "Friday", "Saturday", "Sunday", "Monday", "Tuesday", "Wednesday"];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn dates_read_back(seconds in 0u64..253_402_300_800) {
            let (year, month, day) = civil(seconds / 86_400);
            let (h, m, s) = (seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
            let weekday = DAYS[usize::try_from(seconds / 86_400 % 7).expect("below 7")];
            let (name, number) = (MONTHS[month], month + 1);
            let expected = Some(seconds * 1_000);
            let fixed = format!("{}, {day:02} {name} {year:04} {h:02}:{m:02}:{s:02} GMT", &weekday[..3]);
            prop_assert_eq!(ms(parse_http_date(&fixed)), expected);
            let asctime = format!("{} {name} {day:2} {h:02}:{m:02}:{s:02} {year:04}", &weekday[..3]);
            prop_assert_eq!(ms(parse_http_date(&asctime)), expected);
            if year < 2070 {
                let old = format!("{weekday}, {day:02}-{name}-{:02} {h:02}:{m:02}:{s:02} GMT", year % 100);
                prop_assert_eq!(ms(parse_http_date(&old)), expected);
            }
            let rfc3339 = format!("{year:04}-{number:02}-{day:02}T{h:02}:{m:02}:{s:02}Z");
            prop_assert_eq!(ms(parse_rfc3339(&rfc3339)), expected);
        }

        #[test]
        fn any_text_is_read_without_panic(text in any::<String>()) {
            parse_http_date(&text);
            parse_rfc3339(&text);
        }

        #[test]
        fn almost_dates_are_read_without_panic(
            text in "[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9:.é]{0,12}[Zz+-]?[0-9:]{0,6}",
            http in "[A-Z][a-z]{2,8},? ?[0-9]{1,2}[ -][A-Z][a-z]{2}[ -][0-9]{1,5} [0-9]{1,3}:[0-9]{2}:[0-9]{2} [A-Z]{3}",
        ) {
            parse_rfc3339(&text);
            parse_http_date(&http);
        }
    }
}
