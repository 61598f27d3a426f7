//! That reading is linear, by the bytes that were looked at.

use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec as list;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::fuzz::{CRUMBS, all_formats, config, part_of_marker, read};
use super::samples::SAMPLES;
use super::{Formats, characters};
use crate::tool_text::work::counter::counted;

/// How many bytes were looked at to read these deltas.
fn work<'t>(formats: Formats, max_held: usize, deltas: impl IntoIterator<Item = &'t str>) -> u64 {
    let before = counted();
    read(formats, max_held, deltas);
    counted() - before
}

/// The work of texts of `length` bytes and of eight times as many, `of` them being given; both are below what a
/// byte may cost at most.
fn assert_linear(length: usize, of: impl Fn(usize) -> (u64, usize)) {
    let [(short, _), (long, bytes)] = [of(length), of(8 * length)];
    assert!(long < MOST * bytes as u64, "{long} for {bytes}");
    assert!(long < 8 * short + SLACK, "{short}, and {long} for eight times as much");
}

/// How often a byte may be looked at. Nearly all of it is heads: up to 256 bytes that are read again with each byte
/// that comes.
const MOST: u64 = 1_000;

/// What the first part of a text may have less work with than the rest, beside the growth: a text in which nothing
/// costs much may begin, and what does may follow.
const SLACK: u64 = 1_500_000;

proptest! {
    #![proptest_config(config(120))]

    #[test]
    fn eight_times_the_text_is_eight_times_the_work(
        sample in select(SAMPLES),
        at in any::<Index>(),
        unit in list(piece(), 1..5),
        is_everything in any::<bool>(),
        is_capped in any::<bool>(),
    ) {
        let whole = sample.two_calls("weather", "now");
        let ends: Vec<usize> = whole.char_indices().map(|(at, _)| at).collect();
        let begin = &whole[..*at.get(&ends)];
        let unit = unit.concat();
        prop_assume!(!unit.is_empty());
        let formats = if is_everything { all_formats() } else { sample.formats() };
        assert_linear(6_000, |length| {
            let text = [begin, &unit.repeat(length / unit.len() + 1)].concat();
            // Where at most a quarter is held, what is given up is read again too.
            let max_held = if is_capped { length / 4 } else { 1 << 20 };
            (work(formats, max_held, characters(&text)), text.len())
        });
    }
}

fn piece() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => part_of_marker(),
        2 => select(CRUMBS).prop_map(String::from),
        1 => select(&["<patch>", "<python>", "python", "```patch\n", "<|channel|>"][..]).prop_map(String::from),
    ]
}

#[test]
fn runs_of_openings_cost_the_same_for_each_byte() {
    for unit in [
        "<tool_call>{\"name\":\"",
        "[",
        "{\"a\":",
        "<function=add><parameter=a>",
        "<function=add><parameter=a>1</parameter>",
        "<tool_call>now\\n",
        "<patch>",
        "<patch>\"",
        "<python>",
        "```patch\n",
        "```",
        "<|channel|>",
        "functools[{",
        "[add(a=[",
        " ",
        "\n",
    ] {
        for max_held in [1 << 10, 1 << 20] {
            assert_linear(20_000, |length| {
                let text = unit.repeat(length / unit.len());
                (work(all_formats(), max_held, [&*text]), text.len())
            });
        }
    }
}
