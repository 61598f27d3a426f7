//! Texts thrown together from what all formats are made of, as properties.
//!
//! `TOOL_TEXT_CASES` overrides the number of cases, `TOOL_TEXT_SEED` the seed that they are drawn from. What once
//! failed is in `regressions`.

extern crate std;

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;
use std::env;

use proptest::collection::vec as list;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, FileFailurePersistence, RngSeed};

use super::samples::{Arguments, ROME, SAMPLES, Sample, Spelling};
use super::{Format, Formats, Piece, characters, named, run_with, tools};
use crate::json::Number;
use crate::model::PartKind;
use crate::tool_text::ToolText;
use crate::tool_text::format::Calls;

fn setting<T: core::str::FromStr>(name: &str, default: T) -> T {
    env::var(name).ok().and_then(|n| n.parse().ok()).unwrap_or(default)
}

pub(super) fn config(cases: u32) -> Config {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tool_text/tests/regressions.txt");
    Config {
        cases: setting("TOOL_TEXT_CASES", cases),
        // The same cases in every run, so that a change is judged by itself.
        rng_seed: RngSeed::Fixed(setting("TOOL_TEXT_SEED", 20_261_126)),
        max_shrink_iters: 4_000,
        failure_persistence: Some(Box::new(FileFailurePersistence::Direct(file))),
        ..Config::default()
    }
}

/// What a text is thrown together from, beside the formats' markers.
pub(super) const CRUMBS: &[&str] = &[
    "weather",
    "add",
    "now",
    "patch",
    "nope",
    "functions.now:0",
    "\"name\"",
    "\"arguments\"",
    "\"function\"",
    "\"id\"",
    ":",
    ",",
    ";",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "=",
    "<",
    ">",
    "|",
    "\"",
    "'",
    "\\",
    "\\n",
    "\n",
    " ",
    "```",
    "`",
    "{}",
    "{\"a\":1}",
    "{\"name\":\"now\",\"arguments\":{}}",
    "\"name\":\"add\",",
    "\"arguments\":{\"a\":\"",
    "city='x'",
    "a=1",
    "null",
    "7",
    "é",
    "漢",
    "😀",
    "text ",
    "<parameter=city>",
    "</parameter>",
    "<arg_key>",
    "city",
    "</arg_key>",
    "<arg_value>",
    "</arg_value>",
    "</function>",
    "</invoke>",
    "\">",
    "<escape>",
    "<think>",
    "</think>",
    "</s>",
    "to=functions.now",
    "<|message|>",
    "<path>",
    "</path>",
    "\r\n",
    "[CALL_ID]",
    "~~~\n",
    "> ",
];

/// All markers of all formats.
fn markers() -> Vec<&'static str> {
    let mut all = CRUMBS.to_vec();
    for row in Format::all().iter().flat_map(|f| f.rows) {
        all.extend(row.opens.iter().chain(row.closes));
        if let Calls::Tags(tags) = &row.calls {
            all.extend(tags.opens.iter().chain(tags.ends).chain(tags.closes));
            all.extend(tags.body_opens.iter().chain(tags.body_closes));
            if let Some(p) = &tags.parameters {
                all.extend(p.opens.iter().chain(p.ends).chain(p.value_opens).chain(p.close));
            }
        }
    }
    all.retain(|marker| !marker.is_empty());
    all.sort_unstable();
    all.dedup();
    all
}

/// A call in the shape of some sample, or nearly: its pieces, one of which may be missing.
fn nearly_a_call() -> impl Strategy<Value = String> {
    let tool = select(&["now", "add", "weather", "nope", "patch"][..]);
    let body = select(&["{}", "{\"a\":1}", "{\"a\":\"}<\"}", "{\"a\":", "\"{}\"", "a=1", "{a:1}", ""][..]);
    let missing = prop::option::weighted(0.4, 0..3_usize);
    (select(SAMPLES), tool, prop::option::of(body), missing).prop_map(|(sample, tool, body, missing)| {
        let call = body.map_or_else(|| sample.call(tool, &ROME), |body| sample.raw_call(tool, body));
        let mut pieces = [sample.open, &*call, sample.close];
        if let Some(at) = missing {
            pieces[at] = "";
        }
        pieces.concat()
    })
}

/// The beginning of a marker, its end, or all of it.
pub(super) fn part_of_marker() -> impl Strategy<Value = String> {
    (select(markers()), any::<Index>(), 0..3_u8).prop_map(|(marker, at, which)| {
        let ends: Vec<usize> = marker.char_indices().map(|(at, _)| at).collect();
        let (begin, end) = marker.split_at(*at.get(&ends));
        String::from([marker, begin, end][usize::from(which)])
    })
}

fn soup() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        1 => nearly_a_call(),
        2 => part_of_marker(),
        4 => select(CRUMBS).prop_map(String::from),
        1 => any::<char>().prop_map(String::from),
    ];
    list(piece, 0..14).prop_map(|pieces| pieces.concat())
}

pub(super) fn all_formats() -> Formats {
    Format::all().iter().fold(Formats::NONE, Formats::with)
}

/// The formats that are always looked for, all there are, or one.
fn formats() -> impl Strategy<Value = Formats> {
    prop_oneof![
        Just(Formats::auto()),
        Just(all_formats()),
        select(Format::all().iter().map(Format::name).collect::<Vec<_>>()).prop_map(named),
    ]
}

/// `text` in pieces, cut at some of its characters.
fn cut<'t>(text: &'t str, cuts: &[Index]) -> Vec<&'t str> {
    let ends: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    let mut at: Vec<usize> = match ends.len() {
        0 => Vec::new(),
        _ => cuts.iter().map(|cut| *cut.get(&ends)).collect(),
    };
    at.sort_unstable();
    let mut from = 0;
    let mut pieces = Vec::new();
    for end in at.into_iter().chain([text.len()]) {
        pieces.push(&text[from..end]);
        from = end;
    }
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

pub(super) fn read<'t>(
    formats: Formats,
    max_held: usize,
    deltas: impl IntoIterator<Item = &'t str>,
) -> (Vec<Piece>, usize) {
    let tool_text = ToolText::new(formats, &tools()).with_max_held_bytes(max_held);
    let (out, most) = run_with(tool_text, PartKind::Text, deltas);
    (out.pieces, most)
}

/// Whether `text` is these pieces: texts as they are, and between them what the calls were made of, which holds
/// their names. So nothing vanishes where no call was made.
fn accounts_for(pieces: &[Piece], text: &str) -> bool {
    let is_call = |piece: &&Piece| matches!(piece, Piece::Call { .. });
    let (calls, rest) = pieces.split_at(pieces.iter().take_while(is_call).count());
    match rest {
        [] if calls.is_empty() => text.is_empty(),
        [] => holds(text, calls),
        [Piece::Text(piece) | Piece::Thought(piece), rest @ ..] if calls.is_empty() => {
            text.strip_prefix(piece.as_str()).is_some_and(|behind| accounts_for(rest, behind))
        }
        [Piece::Text(piece) | Piece::Thought(piece), rest @ ..] => text.char_indices().any(|(at, _)| {
            let behind = text[at..].strip_prefix(piece.as_str());
            holds(&text[..at], calls) && behind.is_some_and(|behind| accounts_for(rest, behind))
        }),
        [Piece::Call { .. }, ..] => false,
    }
}

/// Whether the names of `calls` stand in `text` in their order.
fn holds(text: &str, calls: &[Piece]) -> bool {
    let mut rest = text;
    calls.iter().all(|call| {
        let Piece::Call { name, .. } = call else { return false };
        let behind = rest.split_once(name.as_str());
        rest = behind.map_or("", |(_, behind)| behind);
        behind.is_some()
    })
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn any_split_of_any_text_gives_the_same_and_loses_nothing(
        text in soup(),
        formats in formats(),
        cuts in list(any::<Index>(), 0..8),
        max_held in prop_oneof![4 => Just(1_usize << 20), 1 => 16..200_usize],
    ) {
        let (whole, _) = read(formats, max_held, [&*text]);
        let (single, most) = read(formats, max_held, characters(&text));
        prop_assert_eq!(&single, &whole, "character by character");
        let (pieces, _) = read(formats, max_held, cut(&text, &cuts));
        prop_assert_eq!(&pieces, &whole, "in pieces");
        prop_assert!(most <= max_held, "{} bytes held", most);
        if whole.iter().any(|p| matches!(p, Piece::Call { .. })) {
            prop_assert!(accounts_for(&whole, &text), "{:?}", whole);
        } else {
            prop_assert_eq!(whole, [Piece::Text(text)]);
        }
    }

    #[test]
    fn text_in_which_no_tool_is_named_comes_out_unchanged(text in soup(), formats in formats()) {
        let text = ["weather", "add", "now", "patch"].iter().fold(text, |t, name| t.replace(name, "é"));
        let (pieces, _) = read(formats, 1 << 20, characters(&text));
        prop_assert_eq!(pieces, [Piece::Text(text)]);
    }

    #[test]
    fn text_without_a_marker_is_never_held(words in list(select(PLAIN), 0..30)) {
        let text = ["Well: ", &words.concat()].concat();
        let (pieces, most) = read(Formats::auto(), 1 << 20, characters(&text));
        prop_assert_eq!(pieces, [Piece::Text(text)]);
        prop_assert!(most <= 2, "{} bytes held", most);
    }

    #[test]
    fn what_is_written_is_what_is_called(
        sample in select(SAMPLES),
        written in list((city(), days()), 1..4),
        before in prose(),
        behind in prose(),
        cuts in list(any::<Index>(), 0..8),
    ) {
        let before = if sample.is_bare || before.is_empty() { String::new() } else { [&*before, "\n"].concat() };
        let written: Vec<(String, String)> = written.into_iter().map(|(c, d)| (tamed(c, &sample), d)).collect();
        let arguments = written.iter().map(|(city, days)| Arguments { city, days });
        let calls: Vec<String> = arguments.clone().map(|a| sample.call("weather", &a)).collect();
        let text = [&*before, sample.open, &calls.join(sample.between), sample.close, &behind].concat();
        let (pieces, _) = read(sample.formats(), 1 << 20, cut(&text, &cuts));
        let found: Vec<&str> = pieces.iter().filter_map(|p| match p {
            Piece::Call { arguments, .. } => Some(&**arguments),
            _ => None,
        }).collect();
        prop_assert_eq!(found, arguments.map(|a| a.json()).collect::<Vec<_>>(), "{}", text);
        let texts: Vec<&str> = pieces.iter().filter_map(|p| match p {
            Piece::Text(text) => Some(&**text),
            _ => None,
        }).collect();
        let expected: Vec<&str> = [&*before, &*behind].into_iter().filter(|t| !t.is_empty()).collect();
        prop_assert_eq!(texts, expected, "{}", text);
    }
}

/// Text that looks like markers for two bytes at most.
const PLAIN: &[&str] = &["word ", "a<b ", "x = {y} ", "[1] ", "f(x) ", "\n", "`c` ", "1. ", "> q\n", "é "];

/// Ordinary text that begins and ends with a word.
fn prose() -> impl Strategy<Value = String> {
    let word = select(&["So", "a<b", "x = {y}", "it's", "é", "1.", "\n", "漢", "(see [1])", "😀", "`c`"][..]);
    list(word, 0..5).prop_map(|words| match words.len() {
        0 => String::new(),
        _ => [" Oh ", &words.join(" "), " ok"].concat(),
    })
}

/// A string with what strings in formats are ended by.
fn city() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        6 => select(&["a", "Zürich", " ", "\n", "\"", "'", "\\", "{", "}", "(", ")", ",", ":", "=", "&", "</", ">",
            "[", "]", "|", "｜", "😀", "\u{0}", "\\n", "\t", "null", "1"][..]).prop_map(String::from),
        1 => part_of_marker(),
    ];
    list(piece, 0..8).prop_map(|pieces| pieces.concat())
}

fn days() -> impl Strategy<Value = String> {
    select(&["0", "-7", "1.0", "1e400", "9007199254740993", "0.1", "1E-7", "-0"][..]).prop_map(String::from)
}

/// The string without what cannot be said in the sample's spelling: text that stands bare between markers holds
/// none of them, and blanks at its ends belong to them.
fn tamed(city: String, sample: &Sample) -> String {
    match sample.spelling {
        Spelling::Json | Spelling::Keywords | Spelling::Loose("") => city,
        Spelling::Loose(_) | Spelling::Parameters(_) => {
            let city: String = city.chars().filter(|c| !matches!(c, '<' | ']')).collect();
            String::from(city.trim_matches(['\n', '\r']))
        }
    }
}

#[test]
fn the_numbers_are_numbers() {
    for days in ["0", "-7", "1.0", "1e400", "9007199254740993", "0.1", "1E-7", "-0"] {
        assert!(Number::parse(days).is_ok());
    }
}
