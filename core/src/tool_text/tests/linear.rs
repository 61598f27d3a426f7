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

proptest! {
    #![proptest_config(config(60))]

    #[test]
    fn eight_times_the_text_is_about_eight_times_the_work(
        sample in select(SAMPLES),
        at in any::<Index>(),
        unit in list(prop_oneof![part_of_marker(), select(CRUMBS).prop_map(String::from)], 1..3),
        is_everything in any::<bool>(),
    ) {
        let whole = sample.two_calls("weather", "now");
        let ends: Vec<usize> = whole.char_indices().map(|(at, _)| at).collect();
        let begin = &whole[..*at.get(&ends)];
        let unit = unit.concat();
        prop_assume!(!unit.is_empty());
        let formats = if is_everything { all_formats() } else { sample.formats() };
        // At most a quarter is held, so that what is given up is read again too.
        let work = |length: usize| {
            let text = [begin, &unit.repeat(length / unit.len() + 1)].concat();
            work(formats, length / 4, characters(&text))
        };
        // What is given up at the cap may cost more from there on (some 500 for each byte), but not ever more.
        let (short, long) = (work(1_500), work(12_000));
        prop_assert!(long < 12 * short + 8_000_000, "{} and {} bytes for {:?} behind {:?}", short, long, unit, begin);
    }
}

#[test]
fn runs_of_openings_are_looked_at_a_bounded_number_of_times() {
    for unit in [
        "<tool_call>{\"name\":\"",
        "[",
        "{\"a\":",
        "<function=add><parameter=a>",
        "<function=add><parameter=a>1</parameter>",
        "<tool_call>now\\n",
        "```",
        "<|channel|>",
        "functools[{",
        "[add(a=[",
        " ",
        "\n",
    ] {
        let text = unit.repeat(200_000 / unit.len());
        let work = work(all_formats(), 1 << 20, [&*text]);
        assert!(work < 1_500 * text.len() as u64, "{unit:?}: {work} bytes for {}", text.len());
    }
}
