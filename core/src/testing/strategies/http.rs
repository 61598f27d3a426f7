//! Headers, times, and bytes cut anywhere.

use alloc::collections::BTreeSet;
use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;

use super::{name, text};
use crate::http::Headers;
use crate::time::{Instant, UnixTime};

/// Headers, those that matter here among them, with good values and with nonsense.
pub fn headers() -> impl Strategy<Value = Headers> {
    let name = prop_oneof![3 => prop::sample::select(NAMES).prop_map(String::from), 1 => name()];
    let value = prop_oneof![
        2 => any::<u32>().prop_map(|n| alloc::format!("{n}")),
        2 => prop::sample::select(VALUES).prop_map(String::from),
        1 => text(),
    ];
    vec((name, value), 0..8).prop_map(|headers| headers.into_iter().collect())
}

const NAMES: &[&str] = &[
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-tokens-reset",
    "content-type",
    "date",
    "request-id",
    "retry-after",
    "retry-after-ms",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset",
    "x-ratelimit-reset-requests",
    "x-request-id",
    "x-should-retry",
];

const VALUES: &[&str] = &[
    "",
    "-1",
    "0",
    "1",
    "1.5",
    "1m30.5s",
    "20ms",
    "2026-11-16T12:00:00Z",
    "1794830400",
    "1794830400000",
    "99999999999999999999",
    "Mon, 16 Nov 2026 12:00:00 GMT",
    "application/json",
    "false",
    "text/event-stream",
    "true",
];

/// A time between 1970 and 9999.
pub fn unix_time() -> impl Strategy<Value = UnixTime> {
    (0u64..253_402_300_800_000).prop_map(UnixTime::from_millis)
}

/// A point on a monotonic clock, near its origin, near its end or anywhere.
pub fn instant() -> impl Strategy<Value = Instant> {
    prop_oneof![4 => 0u64..100_000_000, 1 => any::<u64>(), 1 => Just(u64::MAX)].prop_map(Instant::from_millis)
}

/// Where to cut `length` bytes: rising positions inside them, from nowhere to everywhere. An empty
/// piece is possible at the ends only; see [`pieces`].
pub fn splits(length: usize) -> impl Strategy<Value = Vec<usize>> {
    let sorted = |cuts: BTreeSet<usize>| cuts.into_iter().collect();
    prop_oneof![
        1 => Just(Vec::new()),
        1 => Just((1..length).collect()),
        6 => btree_set(0..=length, 0..16).prop_map(sorted),
        1 => btree_set(0..=length, 0..=length.min(512)).prop_map(sorted),
    ]
}

/// The bytes cut at [`splits`].
pub fn pieces<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    let starts = core::iter::once(0).chain(cuts.iter().copied());
    let ends = cuts.iter().copied().chain([bytes.len()]);
    starts.zip(ends).map(|(start, end)| &bytes[start..end]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn pieces_add_up_to_the_bytes((bytes, cuts) in vec(any::<u8>(), 0..64).prop_flat_map(|b| {
            let cuts = splits(b.len());
            (Just(b), cuts)
        })) {
            let pieces = pieces(&bytes, &cuts);
            prop_assert_eq!(pieces.len(), cuts.len() + 1);
            prop_assert_eq!(pieces.concat(), bytes);
        }
    }
}
