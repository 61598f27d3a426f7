//! Ordinary text: where in it a marker stands, and what must be held back because one may.

use super::armed::{Armed, Place, Probe};
use super::format::Row;
use super::lines::Lines;
use super::marker::{self, Fit};
use super::output::{Out, Voice};
use super::work;

/// What a call's end may be followed by, and what is no text.
const END_TOKENS: &[&str] = &[
    "<｜end▁of▁sentence｜>",
    "<|eom_id|>",
    "<|eot_id|>",
    "<|eot|>",
    "<|im_end|>",
    "<|end_of_text|>",
    "<|endoftext|>",
    "<|observation|>",
    "<|END_OF_TURN_TOKEN|>",
    "<|end|>",
    "<|return|>",
    "<|call|>",
    "<end_of_turn>",
    "<turn|>",
    "</s>",
];

/// Thinking that a server left in the text, where an answer or what follows a call begins: only formats
/// that call out of thinking are looked for in it.
pub(super) const THOUGHTS: &[(&str, &str)] = &[
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<seed:think>", "</seed:think>"),
    ("[THINK]", "[/THINK]"),
    ("<|START_THINKING|>", "<|END_THINKING|>"),
    ("<|inner_prefix|>", "<|inner_suffix|>"),
    ("<|open|>think<|sep|>", "<|close|>think<|sep|>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<|start|>assistant<|channel|>analysis<|message|>", "<|end|>"),
];

/// What closes a thought that the prompt opened: the answer begins behind it.
pub(super) const CLOSES: &[&str] = &["</think>", "</thinking>", "</seed:think>", "[/THINK]"];

/// More blanks than a model writes before its first word or between two calls.
const MAX_EDGE_BLANKS: usize = 1024;

/// Reads ordinary text.
#[derive(Clone, Debug)]
pub(super) struct Prose {
    edge: Edge,
    /// What closes the thought that the text is in.
    thought: Option<&'static str>,
}

/// What the text so far is, for blanks and for forms without a marker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    /// A call came last: blanks are no content.
    Behind,
    /// Other text came last.
    Inside,
    /// Nothing came, or a thought.
    Start,
}

/// How far reading came.
#[derive(Debug)]
pub(super) enum Reading {
    /// A region of this row begins behind so many bytes, which are done with; its first call comes so
    /// many bytes into it.
    Begin(usize, &'static Row, usize),
    /// So many bytes are done with; the rest waits for more.
    More(usize),
    /// So many bytes are done with; the rest can be read.
    On(usize),
}

/// Text to be read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text<'a> {
    pub(super) window: &'a str,
    /// Whether no more will come.
    pub(super) ended: bool,
    pub(super) armed: &'a Armed,
}

/// What a place in the text turned out to be.
enum Look {
    /// A region of calls, whose first call comes so many bytes on.
    Begin(&'static Row, usize),
    /// Not decided: the text from there on is held back.
    Hold,
    Nothing,
    /// So many bytes open a thought, or close it.
    Thought(usize, Option<&'static str>),
    /// So many bytes are a marker that is no text.
    Token(usize),
}

impl Prose {
    pub(super) const fn new() -> Self {
        Self { edge: Edge::Start, thought: None }
    }

    /// A region is over; `has_call` tells whether a call was the last thing in it.
    pub(super) fn pass_region(&mut self, has_call: bool, out: &mut Out<'_>) {
        self.edge = Edge::Inside;
        if has_call {
            self.edge = Edge::Behind;
            out.split.lines = Lines::default();
        }
    }

    /// Text that was held back is no marker.
    pub(super) fn take_text(&mut self, text: &str, out: &mut Out<'_>) {
        out.text(text);
        self.edge = Edge::Inside;
    }

    /// Text that was held back is not looked at.
    pub(super) fn give_up(&mut self, text: &str, out: &mut Out<'_>) {
        if self.edge != Edge::Behind || !text.bytes().all(|b| b.is_ascii_whitespace()) {
            self.take_text(text, out);
        }
    }

    pub(super) fn read(&mut self, text: &Text<'_>, out: &mut Out<'_>) -> Reading {
        let blanks = match self.edge {
            Edge::Inside => 0,
            Edge::Behind | Edge::Start => text.window.bytes().take_while(u8::is_ascii_whitespace).count(),
        };
        work::count(blanks);
        if self.edge == Edge::Inside || blanks > MAX_EDGE_BLANKS {
            return self.read_inside(text, 0, out);
        }
        if blanks < text.window.len() {
            return self.read_edge(text, blanks, out);
        }
        match (text.ended, self.edge) {
            (false, _) => Reading::More(0),
            (true, Edge::Behind) => Reading::More(blanks),
            (true, _) => self.read_inside(text, blanks, out),
        }
    }

    /// Reads at an edge: whether the blanks are text is decided by what follows them.
    fn read_edge(&mut self, text: &Text<'_>, blanks: usize, out: &mut Out<'_>) -> Reading {
        match self.look_at_edge(text, blanks, out) {
            Look::Begin(row, first) => Reading::Begin(0, row, blanks + first),
            Look::Hold => Reading::More(0),
            Look::Thought(length, close) => self.pass_thought(&text.window[..blanks + length], 0, close, out),
            Look::Token(length) => Reading::On(blanks + length),
            Look::Nothing => self.read_inside(text, blanks, out),
        }
    }

    fn look_at_edge(&self, text: &Text<'_>, at: usize, out: &Out<'_>) -> Look {
        let rest = &text.window[at..];
        if self.edge == Edge::Behind {
            match marker::fit_any(END_TOKENS, rest, "", text.ended) {
                Fit::Full(length) => return Look::Token(length),
                Fit::Partial => return Look::Hold,
                Fit::No => {}
            }
        }
        if self.thought.is_none() {
            for (open, close) in THOUGHTS {
                match marker::fit(open, rest, "") {
                    Fit::Full(length) => return Look::Thought(length, Some(close)),
                    Fit::Partial if !text.ended => return Look::Hold,
                    Fit::Partial | Fit::No => {}
                }
            }
        }
        self.look(text, at, true, out)
    }

    /// Looks for the end of a thought, or for a region of calls.
    fn look(&self, text: &Text<'_>, at: usize, is_edge: bool, out: &Out<'_>) -> Look {
        let rest = &text.window[at..];
        let lines = &out.split.lines;
        let is_quoted = !is_edge && lines.is_quoted();
        let closes = match &self.thought {
            Some(close) => core::slice::from_ref(close),
            None if is_quoted => return Look::Nothing,
            None => CLOSES,
        };
        match marker::fit_any(closes, rest, "", text.ended) {
            Fit::Full(length) => return Look::Thought(length, None),
            Fit::Partial => return Look::Hold,
            Fit::No if is_quoted => return Look::Nothing,
            Fit::No => {}
        }
        let in_text = out.split.voice == Voice::Text && self.thought.is_none();
        let place = Place {
            is_start: is_edge && self.edge == Edge::Start && in_text,
            is_line_start: is_edge || lines.is_at_line_start(),
            is_word_start: is_edge || lines.is_word_start(),
            in_reasoning: !in_text,
        };
        match text.armed.probe(rest, place, text.ended) {
            Probe::Full(row, first) => Look::Begin(row, first),
            Probe::Partial => Look::Hold,
            Probe::No => Look::Nothing,
        }
    }

    /// Reads on from `at`; all before it is text.
    fn read_inside(&mut self, text: &Text<'_>, mut at: usize, out: &mut Out<'_>) -> Reading {
        self.edge = Edge::Inside;
        let window = text.window;
        // What closes a thought begins with one of these.
        let may_begin = |byte: &u8| text.armed.is_first(*byte) || matches!(byte, b'<' | b'[');
        let mut fed = 0;
        while let Some(skipped) = window.as_bytes().get(at..).and_then(|rest| rest.iter().position(may_begin))
        {
            work::count(skipped + 1);
            at += skipped;
            out.split.lines.feed(&window[fed..at]);
            fed = at;
            match self.look(text, at, false, out) {
                Look::Begin(row, first) => {
                    out.fed_text(&window[..at]);
                    return Reading::Begin(at, row, first);
                }
                Look::Hold => {
                    out.fed_text(&window[..at]);
                    return Reading::More(at);
                }
                Look::Thought(length, close) => {
                    return self.pass_thought(&window[..at + length], fed, close, out);
                }
                Look::Nothing | Look::Token(_) => at += 1,
            }
        }
        out.split.lines.feed(&window[fed..]);
        out.fed_text(window);
        Reading::More(window.len())
    }

    /// `text` ends with what opens a thought or closes one; its lines were followed up to `fed`.
    fn pass_thought(
        &mut self,
        text: &str,
        fed: usize,
        close: Option<&'static str>,
        out: &mut Out<'_>,
    ) -> Reading {
        out.split.lines.feed(&text[fed..]);
        out.fed_text(text);
        self.thought = close;
        self.edge = Edge::Inside;
        if close.is_none() {
            self.edge = Edge::Start;
            out.split.lines = Lines::default();
        }
        Reading::On(text.len())
    }
}
