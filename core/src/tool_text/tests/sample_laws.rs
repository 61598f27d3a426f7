//! What holds of every format, on its samples.

use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::samples::{ROME, SAMPLES, Sample, Spelling};
use super::{Format, Formats, Piece, characters, run, run_cut, run_with, tools};
use crate::model::{Event, PartKind, ToolCall, ToolCallKind};
use crate::tool_text::{ToolText, prose};

fn call(name: &str, arguments: &str) -> Piece {
    Piece::Call { name: name.into(), arguments: arguments.into(), id: String::new() }
}

/// The pieces without their ids.
fn without_ids(mut pieces: Vec<Piece>) -> Vec<Piece> {
    for piece in &mut pieces {
        if let Piece::Call { id, .. } = piece {
            id.clear();
        }
    }
    pieces
}

fn both() -> Vec<Piece> {
    vec![call("weather", &ROME.json()), call("now", "{}")]
}

#[test]
fn every_format_has_a_sample() {
    for format in Format::all() {
        assert!(SAMPLES.iter().any(|s| s.format == format.name()), "{}", format.name());
    }
}

#[test]
fn several_calls_come_out_however_they_are_cut() {
    for sample in SAMPLES {
        let text = sample.two_calls("weather", "now");
        for formats in sample.settings() {
            assert_eq!(without_ids(run_cut(formats, &text)), both(), "{}: {text}", sample.format);
        }
    }
}

#[test]
fn text_around_calls_is_kept() {
    for sample in SAMPLES {
        let calls = sample.two_calls("weather", "now");
        let before = if sample.is_bare { "" } else { "Oh: {x} <b>\n" };
        let text = [before, &calls, " Done [1].\n"].concat();
        let mut want = both();
        if !before.is_empty() {
            want.insert(0, Piece::Text(before.to_string()));
        }
        want.push(Piece::Text(" Done [1].\n".to_string()));
        for formats in sample.settings() {
            assert_eq!(without_ids(run_cut(formats, &text)), want, "{}: {text}", sample.format);
        }
    }
}

#[test]
fn the_end_of_a_region_may_be_missing() {
    for sample in SAMPLES {
        let text = sample.two_calls("weather", "now");
        let text = text.strip_suffix(sample.close).expect("it ends so");
        for formats in sample.settings() {
            assert_eq!(without_ids(run_cut(formats, text)), both(), "{}: {text}", sample.format);
        }
    }
}

#[test]
fn a_tool_that_was_not_declared_is_not_called() {
    for sample in SAMPLES {
        let text = ["é\n", &sample.two_calls("whether", "nope"), " z"].concat();
        for text in [&*text, &text["é\n".len()..]] {
            for formats in sample.settings() {
                assert_eq!(run_cut(formats, text), [Piece::Text(text.to_string())], "{}", sample.format);
            }
        }
    }
}

#[test]
fn a_call_that_is_only_shown_is_not_made() {
    for sample in SAMPLES {
        let calls = sample.two_calls("weather", "now");
        let thought = if sample.calls_in_reasoning() { String::new() } else { calls.clone() };
        let one = sample.one_call("weather");
        // A backtick quotes what begins right behind it, and so one line.
        let one = if one.contains('\n') { String::new() } else { one };
        for text in [
            alloc::format!("So:\n~~~\n{calls}\n~~~\n"),
            alloc::format!("> {}", calls.replace('\n', "\n> ")),
            alloc::format!("It writes `{one}`."),
            alloc::format!("<think>\n{thought}\n</think>No."),
        ] {
            for formats in sample.settings() {
                assert_eq!(run_cut(formats, &text), [Piece::Text(text.clone())], "{}", sample.format);
            }
        }
    }
}

#[test]
fn calls_come_out_of_thinking_only_where_the_format_says_so() {
    for sample in SAMPLES {
        let text = ["Hm. ", &sample.two_calls("weather", "now")].concat();
        let tool_text = ToolText::new(sample.formats(), &tools());
        let kind = PartKind::Reasoning { is_summary: false };
        let pieces = without_ids(run_with(tool_text, kind, characters(&text)).0.pieces);
        if sample.calls_in_reasoning() {
            assert_eq!(pieces[0], Piece::Thought("Hm. ".into()));
            assert_eq!(pieces[1..], both());
        } else {
            assert_eq!(pieces, [Piece::Thought(text)], "{}", sample.format);
        }
    }
}

#[test]
fn a_call_of_the_providers_own_wins_over_every_format() {
    for sample in SAMPLES {
        let text = sample.two_calls("weather", "now");
        let own = PartKind::ToolCall { id: None, name: "now".into(), kind: ToolCallKind::Function };
        let mut events = vec![
            Event::PartStart { part: 0, candidate: 0, kind: own },
            Event::PartEnd { part: 0 },
            Event::PartStart { part: 1, candidate: 0, kind: PartKind::Text },
        ];
        events.extend(characters(&text).map(|c| Event::TextDelta { part: 1, text: c.into() }));
        events.push(Event::PartEnd { part: 1 });
        let mut out = Vec::new();
        let mut tool_text = ToolText::new(sample.formats(), &tools());
        for event in events.clone() {
            tool_text.push(event, &mut |event: Event<'_>| out.push(event.into_owned()));
        }
        assert_eq!(out, events, "{}", sample.format);
    }
}

fn object(piece: &Piece) -> Option<&str> {
    let Piece::Call { name, arguments, .. } = piece else { return None };
    let call =
        ToolCall { id: None, name: name.clone(), arguments: arguments.clone(), kind: ToolCallKind::Function };
    call.object().is_ok().then_some(arguments)
}

#[test]
fn a_cut_call_is_whole_malformed_or_text_and_never_another_call() {
    for sample in SAMPLES {
        let text = sample.two_calls("weather", "now");
        for (at, _) in text.char_indices() {
            let cut = &text[..at];
            let pieces = without_ids(run(sample.formats(), [cut]));
            let calls: Vec<&Piece> = pieces.iter().filter(|p| matches!(p, Piece::Call { .. })).collect();
            if calls.is_empty() {
                let expected = if cut.is_empty() { "" } else { cut };
                assert_eq!(pieces, [Piece::Text(expected.to_string())], "{}", sample.format);
            }
            for (found, whole) in calls.iter().zip(&both()) {
                let is_whole = *found == whole;
                assert!(is_whole || object(found).is_none(), "{}: {cut}\n{pieces:?}", sample.format);
            }
            assert!(calls.len() <= 2, "{}: {cut}\n{pieces:?}", sample.format);
        }
    }
}

/// Arguments that a parser would print otherwise, and that hold markers.
const VERBATIM: &str = r#"{ "b" : 1.0,"a":1e400, "n":9007199254740993,"z":-0 ,"s":"\u00e9é\ud83d\ude00\/ \" \\ </tool_call>]}<｜x｜> ``` <|call|>","a":[ ] }"#;

#[test]
fn arguments_in_json_come_out_to_the_byte() {
    for sample in SAMPLES.iter().filter(|s| s.spelling == Spelling::Json) {
        let text = [sample.open, &sample.raw_call("weather", VERBATIM), sample.close].concat();
        for formats in sample.settings() {
            let pieces = without_ids(run(formats, characters(&text)));
            assert_eq!(pieces, [call("weather", VERBATIM)], "{}", sample.format);
            assert_eq!(without_ids(run(formats, [&*text])), pieces);
        }
    }
}

#[test]
fn arguments_that_are_no_json_are_kept_and_not_repaired() {
    for sample in SAMPLES.iter().filter(|s| s.spelling == Spelling::Json) {
        for wrong in [
            r#"{"city":"Rome",}"#,
            r#"{"city":Rome}"#,
            r#"{city:"Rome"}"#,
            r#"{'city':1}"#,
            r#"{"a":1 "b":2}"#,
            "{\"a\":01}",
        ] {
            let text = [sample.open, &sample.raw_call("weather", wrong), sample.close].concat();
            let pieces = without_ids(run_cut(sample.formats(), &text));
            assert_eq!(pieces, [call("weather", wrong)], "{}", sample.format);
            assert_eq!(object(&pieces[0]), None);
        }
    }
}

#[test]
fn formats_do_not_read_each_other_by_chance() {
    // What all formats together make of a sample is what its own makes of it.
    let all = Format::all().iter().fold(Formats::NONE, Formats::with);
    for sample in SAMPLES {
        let text = ["Well:\n", &sample.two_calls("weather", "now")].concat();
        let own = without_ids(run(sample.formats(), [&*text]));
        assert_eq!(without_ids(run(all, [&*text])), own, "{}", sample.format);
    }
}

/// Whether `kept` may become what opens a thought or closes one: it is text, but what it means must be known
/// before what follows is read.
fn may_become_a_thought(kept: &str) -> bool {
    let markers = prose::THOUGHTS.iter().flat_map(|(open, close)| [*open, *close]);
    markers.chain(prose::CLOSES.iter().copied()).any(|marker| marker.starts_with(kept.trim_start()))
}

/// What may follow: what is left of the format's samples, behind a namespace or not, and what makes a call
/// of an object that was begun otherwise.
fn continuations(format: &str) -> Vec<String> {
    let mut all = vec![String::new()];
    for begun in ["", ".now\"", "\"", ":1", "\":1", "\"\":1", "1", "\"x\"", "}", "\"}", "]"] {
        for rest in ["", "}", ",\"arguments\":{}}", ",\"name\":\"now\",\"arguments\":{}}"] {
            all.push([begun, rest].concat());
        }
    }
    for sample in SAMPLES.iter().filter(|s| s.format == format) {
        let whole = sample.two_calls("weather", "now");
        all.extend(whole.match_indices("now").map(|(at, _)| [".", &whole[at..]].concat()));
        let (_, behind) = whole.rsplit_once("now").expect("a second call");
        all.push([".now\"", behind.trim_start_matches('"')].concat());
        all.push([".now", behind.trim_start_matches('"')].concat());
        all.extend(whole.char_indices().map(|(from, _)| whole[from..].into()));
    }
    all
}

/// What came out as text, and what is held, once `text` was pushed.
fn after(sample: &Sample, text: &str) -> (String, usize) {
    let mut tool_text = ToolText::new(sample.formats(), &tools());
    let mut out = String::new();
    let mut sink = |event: Event<'_>| {
        if let Event::TextDelta { text, .. } = event {
            out.push_str(&text);
        }
    };
    tool_text.push(Event::PartStart { part: 0, candidate: 0, kind: PartKind::Text }, &mut sink);
    tool_text.push(Event::TextDelta { part: 0, text: text.into() }, &mut sink);
    let held = tool_text.held_bytes();
    (out, held)
}

/// Whether some text behind `text` makes something else than text of its last `held` bytes.
fn may_become_a_call(sample: &Sample, text: &str, out: &str, held: usize, behind: &[String]) -> bool {
    let kept = &text[text.len() - held..];
    let is_call = |more: &String| {
        let pieces = run(sample.formats(), [text, more]);
        let texts = pieces.iter().filter_map(|p| if let Piece::Text(t) = p { Some(&**t) } else { None });
        !texts.collect::<String>()[out.len()..].starts_with(kept)
    };
    may_become_a_thought(kept) || behind.iter().any(is_call)
}

#[test]
fn nothing_is_held_that_can_be_no_call() {
    for sample in SAMPLES {
        let whole = sample.two_calls("weather", "now");
        let wrong: Vec<String> = held_for_nothing(sample, &whole).take(3).collect();
        assert!(wrong.is_empty(), "{} holds {wrong:#?}", sample.format);
    }
}

fn held_for_nothing(sample: &Sample, whole: &str) -> impl Iterator<Item = String> {
    let strays = ["", "☃", "x", " ", "<", "[", "\"", "}"];
    let cuts = whole.char_indices().flat_map(move |(at, _)| strays.map(|stray| (at, stray)));
    let mut behind = continuations(sample.format);
    cuts.filter_map(move |(at, stray)| {
        let text = [&whole[..at], stray].concat();
        let (out, held) = after(sample, &text);
        behind[0] = whole[at..].into();
        let is_justified = held == 0 || may_become_a_call(sample, &text, &out, held, &behind);
        (!is_justified).then_some(text)
    })
}
