//! What holds for any text.

use alloc::string::String;
use alloc::vec::Vec;

use super::{Format, Formats, Piece, characters, run_with, tools};
use crate::model::PartKind;
use crate::rng::Rng;
use crate::tool_text::ToolText;
use crate::tool_text::format::Calls;

/// What a text is thrown together from, beside the formats' markers.
const CRUMBS: &[&str] = &[
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
];

fn markers() -> Vec<&'static str> {
    let mut all = CRUMBS.to_vec();
    for row in Format::all().iter().flat_map(|f| f.rows) {
        all.extend(row.opens.iter().chain(row.closes));
        if let Calls::Tags(tags) = &row.calls {
            all.extend(tags.opens.iter().chain(tags.ends).chain(tags.closes));
        }
    }
    all.retain(|marker| !marker.is_empty());
    all
}

fn pick<'m>(rng: &mut Rng, from: &[&'m str]) -> &'m str {
    let last = (from.len() as u64).saturating_sub(1);
    from.get(rng.up_to(last) as usize).copied().unwrap_or_default()
}

/// A call in the shape of some row, or nearly.
fn call(rng: &mut Rng) -> String {
    let rows: Vec<_> = Format::all().iter().flat_map(|f| f.rows).collect();
    let row = rows[rng.up_to(rows.len() as u64 - 1) as usize];
    let name = pick(rng, &["now", "add", "weather", "nope", "patch"]);
    let body = pick(rng, &["{}", "{\"a\":1}", "{\"a\":\"}<\"}", "{\"a\":", "\"{}\"", "a=1", "{a:1}"]);
    let calls = match &row.calls {
        Calls::Json(json) if json.name_is_key => alloc::format!("[{{\"{name}\":{body}}}]"),
        Calls::Json(_) => match rng.up_to(2) {
            0 => alloc::format!("{{\"name\":\"{name}\",\"arguments\":{body}}}"),
            1 => alloc::format!("[{{\"parameters\":{body},\"name\":\"{name}\"}}, {{\"name\":\"now\"}}]"),
            _ => alloc::format!("[{{\"name\":\"now\",\"arguments\":{body}}}"),
        },
        Calls::Python(_) => alloc::format!("[{name}(a=1), now(),\n{name}()]"),
        Calls::Tags(tags) => {
            let ends = [tags.ends, tags.stops].concat();
            let parameter = tags.parameters.map(|p| {
                let key = pick(rng, &["city", "a", "path"]);
                [
                    pick(rng, p.opens),
                    key,
                    pick(rng, p.ends),
                    pick(rng, p.value_opens),
                    "7",
                    pick(rng, p.close),
                ]
                .concat()
                .replace('*', key)
            });
            let body = parameter.filter(|_| rng.up_to(3) > 0).unwrap_or_else(|| body.into());
            [
                pick(rng, tags.opens),
                name,
                pick(rng, &ends),
                pick(rng, tags.body_opens),
                &body,
                pick(rng, tags.closes),
            ]
            .concat()
        }
    };
    [pick(rng, row.opens), &calls, pick(rng, row.closes)].concat()
}

fn soup(rng: &mut Rng, markers: &[&str]) -> String {
    let length = rng.up_to(12);
    (0..length)
        .map(|_| match rng.up_to(5) {
            0 => call(rng),
            1 => String::from(pick(rng, markers)),
            _ => String::from(pick(rng, CRUMBS)),
        })
        .collect()
}

fn read<'t>(
    formats: Formats,
    max_held: usize,
    deltas: impl IntoIterator<Item = &'t str>,
) -> (Vec<Piece>, usize) {
    let tool_text = ToolText::new(formats, &tools()).with_max_held_bytes(max_held);
    let (out, most) = run_with(tool_text, PartKind::Text, deltas);
    (out.pieces, most)
}

/// Any pieces of `text`.
fn cut<'t>(text: &'t str, rng: &mut Rng) -> Vec<&'t str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        let mut at = 1 + rng.up_to(11) as usize;
        while !rest.is_char_boundary(at.min(rest.len())) {
            at += 1;
        }
        let (piece, later) = rest.split_at(at.min(rest.len()));
        pieces.push(piece);
        rest = later;
    }
    pieces
}

/// The texts stand in `text` one behind the other.
fn assert_in_order(pieces: &[Piece], text: &str) {
    let mut rest = text;
    for piece in pieces {
        let Piece::Text(piece) = piece else { continue };
        let at = rest.find(piece.as_str()).unwrap_or_else(|| panic!("{piece:?} is not in {text:?}"));
        rest = &rest[at + piece.len()..];
    }
}

fn all_formats() -> Formats {
    Format::all().iter().fold(Formats::NONE, Formats::with)
}

#[test]
fn any_split_of_any_text_gives_the_same_and_loses_nothing() {
    let markers = markers();
    let mut rng = Rng::new(12);
    let mut with_calls = 0;
    for round in 0..10_000 {
        let text = soup(&mut rng, &markers);
        let one = Format::all()[rng.up_to(Format::all().len() as u64 - 1) as usize].name();
        let formats = match round % 3 {
            0 => Formats::auto(),
            1 => all_formats(),
            _ => super::named(one),
        };
        let max_held = if round % 5 == 0 { 48 } else { 1 << 20 };
        let (whole, _) = read(formats, max_held, [&*text]);
        let (single, most) = read(formats, max_held, characters(&text));
        assert_eq!(single, whole, "{text:?} in {one}, cap {max_held}");
        let (pieces, _) = read(formats, max_held, cut(&text, &mut rng));
        assert_eq!(pieces, whole, "{text:?} in {one}, cap {max_held}");
        assert!(most <= max_held, "{most} bytes held of {text:?}");
        if whole.iter().any(|p| matches!(p, Piece::Call { .. })) {
            with_calls += 1;
            assert_in_order(&whole, &text);
        } else {
            assert_eq!(whole, [Piece::Text(text.clone())], "{one}");
        }
    }
    assert!(with_calls > 1_000, "only {with_calls} texts held calls");
}

#[test]
fn text_without_a_marker_is_never_held() {
    let mut rng = Rng::new(3);
    for _ in 0..2_000 {
        let words: String = (0..20)
            .map(|_| {
                ["word ", "a<b ", "x = {y} ", "[1] ", "f(x) ", "\n", "`c` ", "1. ", "> q\n", "é "]
                    [rng.up_to(9) as usize]
            })
            .collect();
        let text = ["Well: ", &words].concat();
        let (pieces, most) = read(Formats::auto(), 1 << 20, characters(&text));
        assert_eq!(pieces, [Piece::Text(text.clone())]);
        assert!(most <= 2, "{most} bytes held of {text:?}");
    }
}

#[test]
fn long_runs_of_openings_are_read_in_linear_time() {
    // Each of these would take minutes if openings were read again and again.
    for unit in [
        "<tool_call>{\"name\":\"",
        "[",
        "{\"a\":",
        "<function=add><parameter=a>",
        "```",
        "<|channel|>",
        "functools[{",
        "[add(a=[",
    ] {
        let text = unit.repeat(400_000 / unit.len());
        let (pieces, _) = read(all_formats(), 1 << 20, [&*text]);
        assert!(!pieces.is_empty());
    }
}
