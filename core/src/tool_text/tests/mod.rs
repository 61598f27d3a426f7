//! Whole texts through the adapter, cut in every way.

mod broken;
mod decoded;
mod events;
mod fuzz;
mod json_formats;
mod linear;
mod named_formats;
mod parameter_formats;
mod prose_stays;
mod sample_laws;
mod samples;
mod source_formats;

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::{Format, Formats, ToolText};
use crate::json::RawJson;
use crate::model::{Event, Finish, FinishReason, PartKind, Sink, Tool, ToolFormat};

/// What came out, neighbouring pieces of one part put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Call { name: String, arguments: String, id: String },
    Text(String),
    Thought(String),
}

/// What should come out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Want {
    Call(&'static str, &'static str),
    Text(&'static str),
}
pub(super) use Want::{Call, Text};

impl Piece {
    fn is(&self, want: &Want) -> bool {
        match (self, want) {
            (Self::Call { name, arguments, .. }, Call(n, a)) => name == n && arguments == a,
            (Self::Text(text), Text(t)) => text == t,
            _ => false,
        }
    }
}

/// Adds events up and checks that they are what a decoder would give.
#[derive(Debug, Default)]
pub(super) struct Checked {
    pub(super) pieces: Vec<Piece>,
    open: Vec<bool>,
    pub(super) finish: Option<Finish>,
}

impl Checked {
    fn add(&mut self, part: u32, more: &str, is_kind: impl Fn(&mut Piece) -> Option<&mut String>) {
        let at = part as usize;
        assert!(!more.is_empty(), "an empty delta");
        assert_eq!(self.open.get(at), Some(&true), "part {part} is not open");
        is_kind(&mut self.pieces[at]).expect("a delta of the part's kind").push_str(more);
    }
}

impl Sink for Checked {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::PartStart { part, kind, .. } => {
                assert_eq!(part as usize, self.pieces.len(), "parts are numbered as they open");
                self.open.push(true);
                self.pieces.push(match kind {
                    PartKind::Text => Piece::Text(String::new()),
                    PartKind::Reasoning { .. } => Piece::Thought(String::new()),
                    PartKind::ToolCall { id, name, .. } => Piece::Call {
                        name: name.into_owned(),
                        arguments: String::new(),
                        id: id.expect("a call has an id").into_owned(),
                    },
                    other => panic!("{other:?}"),
                });
            }
            Event::PartEnd { part } => {
                assert!(core::mem::take(&mut self.open[part as usize]), "part {part} ends once");
            }
            Event::TextDelta { part, text } => self.add(part, &text, |p| match p {
                Piece::Text(t) => Some(t),
                _ => None,
            }),
            Event::ReasoningDelta { part, text } => self.add(part, &text, |p| match p {
                Piece::Thought(t) => Some(t),
                _ => None,
            }),
            Event::ArgumentsDelta { part, text } => self.add(part, &text, |p| match p {
                Piece::Call { arguments, .. } => Some(arguments),
                _ => None,
            }),
            Event::Finish { finish, .. } => {
                assert!(self.open.iter().all(|open| !open), "all parts ended");
                self.finish = Some(finish);
            }
            other => panic!("{other:?}"),
        }
    }
}

fn schema(properties: &str) -> RawJson {
    RawJson::parse(&format!(r#"{{"type":"object","properties":{{{properties}}}}}"#)).expect("valid")
}

pub(super) fn tools() -> Vec<Tool> {
    let function = |name: &str, properties: &str| Tool::function(name, "", schema(properties));
    vec![
        function(
            "weather",
            r#""city":{"type":"string"},"days":{"type":"integer"},"units":{"type":["string","null"]}"#,
        ),
        function("add", r#""a":{"type":"number"},"b":{"type":"number"}"#),
        function(
            "write",
            r#""path":{"type":"string"},"content":{"type":"string"},"lines":{"type":"array"},
            "options":{"type":"object"},"force":{"type":"boolean"}"#,
        ),
        function("now", ""),
        function("python", r#""code":{"type":"string"}"#),
        Tool::Freeform { name: "patch".into(), description: None, format: ToolFormat::Text },
    ]
}

fn named(name: &str) -> Formats {
    Formats::NONE.with(Format::by_name(name).unwrap_or_else(|| panic!("no format {name}")))
}

/// The events of an answer that is one text part, through `tool_text`; gives what came out and the most
/// that was held.
pub(super) fn run_with<'t>(
    mut tool_text: ToolText,
    kind: PartKind<'static>,
    deltas: impl IntoIterator<Item = &'t str>,
) -> (Checked, usize) {
    let (mut out, mut most) = (Checked::default(), 0);
    let is_text = kind == PartKind::Text;
    tool_text.push(Event::PartStart { part: 0, candidate: 0, kind }, &mut out);
    for text in deltas {
        let (part, text) = (0, text.into());
        let delta =
            if is_text { Event::TextDelta { part, text } } else { Event::ReasoningDelta { part, text } };
        tool_text.push(delta, &mut out);
        most = most.max(tool_text.held_bytes());
    }
    tool_text.push(Event::PartEnd { part: 0 }, &mut out);
    let finish = Finish::new(FinishReason::Stop, "stop");
    tool_text.push(Event::Finish { candidate: 0, finish }, &mut out);
    tool_text.finish(&mut out);
    assert_eq!(tool_text.held_bytes(), 0);
    (out, most)
}

pub(super) fn run<'t>(formats: Formats, deltas: impl IntoIterator<Item = &'t str>) -> Vec<Piece> {
    run_with(ToolText::new(formats, &tools()), PartKind::Text, deltas).0.pieces
}

pub(super) fn characters(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().map(|(at, c)| &text[at..at + c.len_utf8()])
}

/// The pieces of `text`, the same whether it comes whole, in any two parts or character by character.
pub(super) fn run_cut(formats: Formats, text: &str) -> Vec<Piece> {
    let whole = run(formats, [text]);
    for (at, _) in text.char_indices().skip(1) {
        let (first, second) = text.split_at(at);
        assert_eq!(run(formats, [first, second]), whole, "{first:?} | {second:?}");
    }
    assert_eq!(run(formats, characters(text)), whole, "{text:?} character by character");
    whole
}

fn assert_pieces(pieces: &[Piece], want: &[Want], text: &str) {
    let fits = pieces.len() == want.len() && pieces.iter().zip(want).all(|(p, w)| p.is(w));
    assert!(fits, "{text}\n gave {pieces:#?}\n not  {want:#?}");
}

/// `text` in the format of that name gives `want`, alone and, where it is automatic, among all of them.
pub(super) fn assert_reads(format: &str, text: &str, want: &[Want]) {
    assert_pieces(&run_cut(named(format), text), want, text);
    if Format::by_name(format).is_some_and(Format::is_automatic) {
        assert_pieces(&run_cut(Formats::auto(), text), want, &format!("among all: {text}"));
    }
}

/// No format of any kind finds a call in `text`.
pub(super) fn assert_stays(text: &str) {
    let expected = [Piece::Text(text.to_string())];
    assert_eq!(run_cut(Formats::auto(), text), expected);
}
