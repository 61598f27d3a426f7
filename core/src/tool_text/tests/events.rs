//! Events other than one text part's.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::{Checked, Piece, named, run_with, tools};
use crate::model::{Event, Finish, FinishReason, PartKind, Sink, ToolCallKind, Wire};
use crate::tool_text::{Format, Formats, MAX_CANDIDATES, MAX_OPEN_PARTS, MAX_WHOLE_BYTES, ToolText};

const CALL: &str = "<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call>";

fn adapter() -> ToolText {
    ToolText::new(Formats::auto(), &tools())
}

fn text(part: u32) -> Event<'static> {
    Event::PartStart { part, candidate: 0, kind: PartKind::Text }
}

fn delta(part: u32, text: &str) -> Event<'_> {
    Event::TextDelta { part, text: text.into() }
}

fn own_call(part: u32) -> Event<'static> {
    let kind =
        PartKind::ToolCall { id: Some("own".into()), name: "now".into(), kind: ToolCallKind::Function };
    Event::PartStart { part, candidate: 0, kind }
}

fn pushed(mut adapter: ToolText, events: Vec<Event<'_>>) -> Vec<Event<'static>> {
    let mut out = Vec::new();
    let mut sink = |event: Event<'_>| out.push(event.into_owned());
    for event in events {
        adapter.push(event, &mut sink);
    }
    adapter.finish(&mut sink);
    out
}

fn checked(adapter: ToolText, events: Vec<Event<'_>>) -> Vec<Piece> {
    let mut out = Checked::default();
    pushed(adapter, events).into_iter().for_each(|event| out.event(event));
    out.pieces
}

#[test]
fn text_that_is_no_marker_passes_at_once_and_borrowed() {
    let mut adapter = adapter();
    let mut borrowed = Vec::new();
    let words = String::from("It is 5 o'clock, as functions f(x) go. ");
    for event in [text(0), delta(0, &words), delta(0, &words)] {
        adapter.push(event, &mut |event: Event<'_>| {
            if let Event::TextDelta { text, .. } = &event {
                borrowed
                    .push(matches!(text, alloc::borrow::Cow::Borrowed(b) if b.as_ptr() == words.as_ptr()));
            }
        });
        assert_eq!(adapter.held_bytes(), 0);
    }
    assert_eq!(borrowed, [true, true]);
}

#[test]
fn a_part_in_which_nothing_is_found_comes_out_as_it_came() {
    let opaque = |part| Event::Opaque { part, field: "s".into(), value: "1".into() };
    let events = || {
        vec![
            text(0),
            delta(0, "a"),
            opaque(0),
            Event::PartEnd { part: 0 },
            text(1),
            Event::PartEnd { part: 1 },
            opaque(0),
            opaque(1),
        ]
    };
    assert_eq!(pushed(adapter(), events()), events());
}

#[test]
fn later_parts_are_numbered_anew() {
    let opaque = |part| Event::Opaque { part, field: "s".into(), value: "1".into() };
    let extra = |part| Event::Extra { part: Some(part), name: "x".into(), value: "1".into() };
    let cite = |part| Event::Citation { part: Some(part), wire: Wire::Gemini, raw: "{}".into() };
    let behind = format!("a{CALL}b");
    let events = vec![
        text(0),
        delta(0, &behind),
        opaque(0),
        Event::PartEnd { part: 0 },
        text(1),
        delta(1, "c"),
        extra(1),
        cite(0),
    ];
    let out = pushed(adapter(), events);
    assert!(out.contains(&opaque(2)) && out.contains(&extra(3)) && out.contains(&cite(2)), "{out:#?}");
    assert!(out.contains(&delta(3, "c").into_owned()));
}

#[test]
fn events_about_a_part_that_is_only_a_call_go_to_the_call() {
    let opaque = |part| Event::Opaque { part, field: "s".into(), value: "1".into() };
    let other = PartKind::Reasoning { is_summary: false };
    let reasoning = Event::PartStart { part: 0, candidate: 0, kind: other };
    let out = pushed(
        adapter(),
        vec![
            reasoning,
            Event::PartEnd { part: 0 },
            text(1),
            delta(1, CALL),
            opaque(1),
            Event::PartEnd { part: 1 },
        ],
    );
    let calls =
        out.iter().filter(|e| matches!(e, Event::PartStart { part: 1, kind: PartKind::ToolCall { .. }, .. }));
    assert_eq!((calls.count(), out.contains(&opaque(1))), (1, true), "{out:#?}");
    assert!(!out.iter().any(|e| matches!(e, Event::PartStart { kind: PartKind::Text, .. })));
}

#[test]
fn the_name_is_whole_before_arguments_stream() {
    let mut adapter = adapter();
    let mut seen: Vec<String> = Vec::new();
    adapter.push(text(0), &mut |_: Event<'_>| {});
    for (piece, expected) in [
        ("<tool_call>{\"na", &[][..]),
        ("me\": \"add", &[]),
        ("\", \"arguments\":", &[]),
        (" {\"a\":", &["start add", "{\"a\":"]),
        (" 1", &[" 1"]),
        ("}}</tool", &["}", "end"]),
        ("_call>", &[]),
    ] {
        seen.clear();
        adapter.push(delta(0, piece), &mut |event: Event<'_>| {
            seen.push(match event {
                Event::PartStart { kind: PartKind::ToolCall { name, .. }, .. } => format!("start {name}"),
                Event::ArgumentsDelta { text, .. } => text.to_string(),
                Event::PartEnd { .. } => "end".into(),
                other => format!("{other:?}"),
            });
        });
        assert_eq!(seen, expected, "{piece}");
    }
}

#[test]
fn the_finish_reason_tells_of_calls_and_keeps_the_raw_word() {
    let reason = |text: &str, reason| {
        let finish = Finish::new(reason, "word");
        let out = pushed(
            adapter(),
            vec![
                super::events::text(0),
                delta(0, text),
                Event::Finish { candidate: 0, finish },
                Event::PartEnd { part: 0 },
            ],
        );
        let found = out.iter().find_map(|e| match e {
            Event::Finish { finish, .. } => Some(finish.clone()),
            _ => None,
        });
        let finish = found.expect("a finish");
        assert_eq!(finish.raw.as_deref(), Some("word"));
        finish.reason
    };
    assert_eq!(reason(CALL, FinishReason::Stop), FinishReason::ToolCalls);
    assert_eq!(reason("[TOOL_CALLS]add{", FinishReason::Stop), FinishReason::ToolCalls);
    assert_eq!(reason("<tool_call>{\"name\":\"now\"}", FinishReason::Other), FinishReason::ToolCalls);
    assert_eq!(reason(CALL, FinishReason::Length), FinishReason::Length);
    assert_eq!(reason(CALL, FinishReason::ContentFilter), FinishReason::ContentFilter);
    assert_eq!(reason("text", FinishReason::Stop), FinishReason::Stop);
}

#[test]
fn what_is_held_goes_out_before_the_finish() {
    let finish = Event::Finish { candidate: 0, finish: Finish::new(FinishReason::Stop, "stop") };
    let out = pushed(adapter(), vec![text(0), delta(0, "a <tool_"), finish.clone()]);
    assert_eq!(out, [text(0), delta(0, "a "), delta(0, "<tool_"), finish]);
}

#[test]
fn a_call_of_the_providers_own_ends_the_search() {
    let pieces = checked(
        adapter(),
        vec![own_call(0), Event::PartEnd { part: 0 }, text(1), delta(1, CALL), Event::PartEnd { part: 1 }],
    );
    assert!(matches!(&pieces[..], [Piece::Call { id, .. }, Piece::Text(t)] if id == "own" && t == CALL));
    // What is undecided then is text.
    let held = "<tool_call>{\"name\":";
    let pieces = checked(
        adapter(),
        vec![text(0), delta(0, held), own_call(1), Event::PartEnd { part: 1 }, Event::PartEnd { part: 0 }],
    );
    assert!(matches!(&pieces[..], [Piece::Text(t), Piece::Call { .. }] if t == held));
    // So is what comes behind, in a part that is open.
    let mut events =
        vec![text(0), delta(0, "<tool_call>{\"name\":\"add\",\"arguments\":{\"a\""), own_call(1)];
    events.extend([Event::PartEnd { part: 1 }, delta(0, CALL), Event::PartEnd { part: 0 }]);
    let pieces = checked(adapter(), events);
    let [Piece::Call { arguments, .. }, Piece::Call { id, .. }, Piece::Text(behind)] = &pieces[..] else {
        panic!("{pieces:?}");
    };
    assert_eq!((&**arguments, &**id, &**behind), ("{\"a\"", "own", CALL));
}

#[test]
fn a_whole_response_is_judged_as_one() {
    let events =
        || vec![text(0), delta(0, CALL), Event::PartEnd { part: 0 }, own_call(1), Event::PartEnd { part: 1 }];
    assert_eq!(pushed(adapter().for_whole_response(), events()), events());
    let pieces =
        checked(adapter().for_whole_response(), vec![text(0), delta(0, CALL), Event::PartEnd { part: 0 }]);
    assert!(matches!(&pieces[..], [Piece::Call { .. }]));
}

#[test]
fn calls_in_thinking_count_only_where_the_format_makes_them_there() {
    let kimi = "Hm.<|tool_call_begin|>functions.now:0<|tool_call_argument_begin|>{}<|tool_call_end|>";
    let kind = PartKind::Reasoning { is_summary: false };
    let (out, _) = run_with(adapter(), kind.clone(), super::characters(kimi));
    assert!(
        matches!(&out.pieces[..], [Piece::Thought(t), Piece::Call { name, .. }] if t == "Hm." && name == "now")
    );
    let (out, _) = run_with(adapter(), kind.clone(), [CALL]);
    assert_eq!(out.pieces, [Piece::Thought(CALL.into())]);
    let (out, _) = run_with(ToolText::new(named("hermes"), &tools()), kind, [CALL]);
    assert_eq!(out.pieces, [Piece::Thought(CALL.into())]);
    let inside = format!("<think>{kimi}");
    let (out, _) = run_with(adapter(), PartKind::Text, [&*inside]);
    assert!(matches!(&out.pieces[..], [Piece::Text(t), Piece::Call { .. }] if t == "<think>Hm."));
}

#[test]
fn ids_are_legal_everywhere_and_follow_from_the_response() {
    let ids = |response: &'static str| -> Vec<String> {
        let twice = format!("{CALL}{CALL}");
        let start = Event::Start { id: Some(response.into()), model: None };
        let out = pushed(adapter(), vec![start, text(0), delta(0, &twice)]);
        out.iter()
            .filter_map(|e| match e {
                Event::PartStart { kind: PartKind::ToolCall { id, .. }, .. } => {
                    id.as_deref().map(String::from)
                }
                _ => None,
            })
            .collect()
    };
    let (first, second) = (ids("r1"), ids("r2"));
    assert_eq!(first, ids("r1"));
    assert!(first.len() == 2 && first[0] != first[1] && !second.contains(&first[0]));
    assert!(first.iter().all(|id| id.len() == 9 && id.bytes().all(|b| b.is_ascii_alphanumeric())));
}

#[test]
fn ids_that_the_model_wrote_are_kept_where_they_can_be() {
    let id = |format: &str, text: &str| match &run_with(
        ToolText::new(named(format), &tools()),
        PartKind::Text,
        [text],
    )
    .0
    .pieces[0]
    {
        Piece::Call { id, .. } => id.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        id("mistral", "[TOOL_CALLS][{\"name\":\"now\",\"arguments\":{},\"id\":\"a1b2c3d4e\"}]").len(),
        9
    );
    assert_eq!(
        id("mistral", "[TOOL_CALLS][{\"id\":\"a1b2c3d4e\",\"name\":\"now\",\"arguments\":{}}]"),
        "a1b2c3d4e"
    );
    assert_eq!(id("mistral", "[TOOL_CALLS]now[CALL_ID]a1b2c3d4e[ARGS]{}"), "a1b2c3d4e");
    let made =
        id("kimi-k2", "<|tool_call_begin|>functions.now:0<|tool_call_argument_begin|>{}<|tool_call_end|>");
    assert_eq!((made.len(), made.contains('.')), (9, false));
}

#[test]
fn candidates_are_told_apart() {
    let open = |part, candidate| Event::PartStart { part, candidate, kind: PartKind::Text };
    let finish = |candidate| Event::Finish { candidate, finish: Finish::new(FinishReason::Stop, "stop") };
    let (first, second) = CALL.split_at(20);
    let out = pushed(
        adapter(),
        vec![
            open(0, 0),
            open(1, 1),
            delta(0, first),
            delta(1, "no call"),
            delta(0, second),
            Event::PartEnd { part: 0 },
            Event::PartEnd { part: 1 },
            finish(0),
            finish(1),
        ],
    );
    let reasons: Vec<_> = out
        .iter()
        .filter_map(|e| match e {
            Event::Finish { candidate, finish } => Some((*candidate, finish.reason)),
            _ => None,
        })
        .collect();
    assert_eq!(reasons, [(0, FinishReason::ToolCalls), (1, FinishReason::Stop)]);
    assert!(
        out.iter()
            .any(|e| matches!(e, Event::PartStart { candidate: 0, kind: PartKind::ToolCall { .. }, .. }))
    );
}

#[test]
fn a_discard_starts_over() {
    let again = || vec![text(0), delta(0, CALL), Event::PartEnd { part: 0 }];
    let mut events = again();
    events.push(Event::Discard { from_part: 0, keep_bytes: 0 });
    events.extend(again());
    let out = pushed(adapter(), events);
    let starts = out.iter().filter(|e| matches!(e, Event::PartStart { part: 0, .. })).count();
    assert_eq!(starts, 2, "{out:#?}");
}

#[test]
fn every_format_has_a_line_in_the_documentation() {
    let documentation = include_str!("../mod.rs");
    let by_name = documentation.find("looks like these").expect("the second table");
    for format in Format::all() {
        let line = format!("//! | `{}` |", format.name());
        let at = documentation.find(&line).unwrap_or_else(|| panic!("no line for {}", format.name()));
        assert_eq!(at < by_name, format.is_automatic(), "{}", format.name());
    }
}

#[test]
fn parts_and_candidates_beyond_the_caps_pass_as_they_are() {
    let open = |part, candidate| Event::PartStart { part, candidate, kind: PartKind::Text };
    let far = vec![open(0, MAX_CANDIDATES), delta(0, CALL), Event::PartEnd { part: 0 }];
    assert_eq!(pushed(adapter(), far.clone()), far);
    let opened: Vec<_> =
        (0..=MAX_OPEN_PARTS as u32).flat_map(|part| [open(part, 0), delta(part, CALL)]).collect();
    let out = pushed(adapter(), opened);
    let is_call = |e: &&Event<'_>| matches!(e, Event::PartStart { kind: PartKind::ToolCall { .. }, .. });
    assert_eq!(out.iter().filter(is_call).count(), MAX_OPEN_PARTS);
    assert!(out.iter().any(|e| matches!(e, Event::TextDelta { text, .. } if text == CALL)));
}

#[test]
fn behind_a_thought_that_the_prompt_opened_the_answer_begins() {
    let bare = "{\"name\":\"now\",\"arguments\":{}}";
    for (text, calls) in [
        (format!("Hm.\n</think>\n\n{bare}"), 1),
        (format!("Hm.[/THINK]{bare}"), 1),
        (format!("Hm.\n{bare}"), 0),
        (format!("`</think>`{bare}"), 0),
    ] {
        let pieces = super::run_cut(Formats::auto(), &text);
        let found = pieces.iter().filter(|p| matches!(p, Piece::Call { .. })).count();
        assert_eq!(found, calls, "{text}");
    }
}

#[test]
fn a_whole_response_over_its_cap_is_read_like_a_stream() {
    let mut adapter = adapter().for_whole_response();
    let (megabyte, mut length) = ("a".repeat(1 << 20), 0);
    let mut sink = |event: Event<'_>| {
        if let Event::TextDelta { text, .. } = event {
            length += text.len();
        }
    };
    adapter.push(text(0), &mut sink);
    for _ in 0..=MAX_WHOLE_BYTES >> 20 {
        adapter.push(delta(0, &megabyte), &mut sink);
        assert!(adapter.held_bytes() <= MAX_WHOLE_BYTES);
    }
    assert_eq!(length, MAX_WHOLE_BYTES + megabyte.len());
}
