//! A region of calls that are source text: `f(a=1)`, one a line, or a list of them.

use super::format::{Python, Row};
use super::literal;
use super::marker::{self, Fit};
use super::output::Out;
use super::reader::{CallReader, Step};
use super::typing;
use super::work;

/// Reads the calls, each one whole: its arguments are literals to be made JSON.
#[derive(Clone, Debug)]
pub(super) struct SourceCalls {
    row: &'static Row,
    python: &'static Python,
    state: State,
    /// The offset of the first byte that was not read.
    at: usize,
    /// How much of the window is to be dropped.
    done: usize,
    in_list: bool,
    has_call: bool,
    /// Whether text went out behind the last call.
    ends_in_text: bool,
}

#[derive(Clone, Copy, Debug)]
enum State {
    /// Before a name.
    Between,
    /// In a name that begins there.
    Name(usize),
    /// Behind the bracket of a call.
    Open(Call),
    /// In the arguments.
    Arguments(Call, Parentheses),
}

/// A call that is being read.
#[derive(Clone, Copy, Debug)]
struct Call {
    tool: usize,
    /// The offset of its name.
    start: usize,
    /// The offset of its arguments.
    arguments: usize,
}

/// More than any tool's name with its namespace.
const MAX_NAME: usize = 256;

impl SourceCalls {
    pub(super) const fn new(row: &'static Row, python: &'static Python, at: usize) -> Self {
        let state = State::Between;
        Self { row, python, state, at, done: 0, in_list: false, has_call: false, ends_in_text: false }
    }

    pub(super) const fn ends_with_call(&self) -> bool {
        self.has_call && !self.ends_in_text
    }

    fn malformed(&mut self, window: &str, call: Call, end: usize, out: &mut Out<'_>) {
        out.call(call.tool, None, &window[call.start..end]);
        self.has_call = true;
    }

    /// Passes brackets and separators up to a name or the closing marker.
    fn between(&mut self, window: &str, ended: bool) -> Step {
        let mut at = self.at;
        loop {
            at = marker::skip_blanks(window, at);
            match window.as_bytes().get(at) {
                None => return if ended { self.leave() } else { Step::More },
                Some(b'[') if !self.in_list && !self.has_call => {
                    self.in_list = true;
                    self.at = at + 1;
                }
                Some(b']') if self.in_list && self.has_call => {
                    self.in_list = false;
                    self.at = at + 1;
                    self.done = self.at;
                }
                Some(b',' | b';') if self.has_call && at - self.at <= marker::MAX_BLANKS => {}
                Some(byte) if is_name(*byte) && self.may_call() => {
                    (self.at, self.state) = (at, State::Name(at));
                    return Step::On;
                }
                Some(_) => return self.closing(window, at, ended),
            }
            at += 1;
        }
    }

    /// Whether a call may stand here: a list that needs brackets ends with them.
    const fn may_call(&self) -> bool {
        self.in_list || !self.python.in_list
    }

    fn closing(&mut self, window: &str, at: usize, ended: bool) -> Step {
        match marker::fit_any(self.row.closes, &window[at..], "", ended) {
            Fit::Full(length) => {
                if self.has_call {
                    self.done = at + length;
                }
                Step::Over(at + length)
            }
            Fit::Partial => Step::More,
            Fit::No => self.leave(),
        }
    }

    /// What comes next is not the region's; behind a call, separators are not either.
    const fn leave(&self) -> Step {
        Step::Over(if self.has_call { self.done } else { self.at })
    }

    fn name(&mut self, window: &str, start: usize, out: &Out<'_>) -> Step {
        let rest = &window.as_bytes()[self.at..];
        let length = rest.iter().take(MAX_NAME + 1).take_while(|b| is_name(**b)).count();
        let tool = match rest.get(length) {
            None if length <= MAX_NAME => return Step::More,
            Some(b'(') => out.tools.resolve(&window[start..start + length]),
            _ => None,
        };
        self.at = start + length;
        let Some(tool) = tool else { return Step::Over(self.at) };
        self.at += 1;
        self.state = State::Open(Call { tool, start, arguments: self.at });
        Step::On
    }

    /// Behind the bracket must stand its end, or a name and `=`.
    fn open(&mut self, window: &str, call: Call) -> Step {
        let from = marker::skip_blanks(window, call.arguments);
        let rest = &window.as_bytes()[from..];
        let word = rest.iter().take(MAX_NAME + 1).take_while(|b| is_name(**b)).count();
        let next = marker::skip_blanks(window, from + word);
        let may_begin = match window.as_bytes().get(next) {
            None if word <= MAX_NAME => return Step::More,
            Some(b')') => word == 0,
            Some(b'=') => (1..=MAX_NAME).contains(&word),
            _ => false,
        };
        // A sure call is one, whatever its arguments are.
        if !may_begin && !self.python.is_sure {
            return Step::Over(call.arguments);
        }
        self.state = State::Arguments(call, Parentheses::default());
        Step::On
    }

    fn arguments(&mut self, window: &str, call: Call, mut inside: Parentheses, out: &mut Out<'_>) -> Step {
        let Some(length) = inside.follow(&window[self.at..]) else {
            self.at = window.len();
            self.state = State::Arguments(call, inside);
            return Step::More;
        };
        let end = self.at + length;
        match literal::keywords(&window[call.arguments..end]) {
            Some(json) if out.is_freeform(call.tool) => {
                out.call(call.tool, None, &typing::free_text(&json));
                self.has_call = true;
            }
            Some(json) => {
                out.call(call.tool, None, &json);
                self.has_call = true;
            }
            None if self.python.is_sure => self.malformed(window, call, end + 1, out),
            None => return Step::Over(end + 1),
        }
        (self.at, self.done, self.state) = (end + 1, end + 1, State::Between);
        Step::On
    }
}

impl CallReader for SourceCalls {
    fn step(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        match self.state {
            State::Between => self.between(window, ended),
            State::Name(start) => self.name(window, start, out),
            State::Open(call) => self.open(window, call),
            State::Arguments(call, inside) => self.arguments(window, call, inside, out),
        }
    }

    fn settle(&mut self) -> usize {
        let done = core::mem::take(&mut self.done);
        self.at -= done;
        match &mut self.state {
            State::Between => {}
            State::Name(start) => *start -= done,
            State::Open(call) | State::Arguments(call, _) => {
                call.start -= done;
                call.arguments -= done;
            }
        }
        done
    }

    /// What is not done before `at` goes out as text.
    fn give_back(&mut self, window: &str, at: usize, out: &mut Out<'_>) -> usize {
        self.ends_in_text = at > self.done;
        out.text(&window[self.done..at]);
        at
    }

    /// The text ended within the region: a call that was begun is malformed.
    fn end(&mut self, window: &str, out: &mut Out<'_>) -> usize {
        match self.state {
            State::Arguments(call, _) => self.malformed(window, call, window.len(), out),
            State::Open(call) if self.python.is_sure => self.malformed(window, call, window.len(), out),
            _ => return self.give_back(window, window.len(), out),
        }
        window.len()
    }
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-')
}

/// Follows arguments to the bracket that closes them.
#[derive(Clone, Copy, Debug, Default)]
struct Parentheses {
    depth: u32,
    quote: Option<u8>,
    escaped: bool,
}

impl Parentheses {
    /// The offset of the closing bracket, if it is in `text`.
    fn follow(&mut self, text: &str) -> Option<usize> {
        for (at, byte) in text.bytes().enumerate() {
            work::count(1);
            match (self.quote, byte) {
                (Some(_), _) if self.escaped => self.escaped = false,
                (Some(_), b'\\') => self.escaped = true,
                (Some(quote), _) if quote == byte => self.quote = None,
                (Some(_), _) => {}
                (None, b'\'' | b'"') => self.quote = Some(byte),
                (None, b'(' | b'[' | b'{') => self.depth += 1,
                (None, b')') if self.depth == 0 => return Some(at),
                (None, b')' | b']' | b'}') => self.depth = self.depth.saturating_sub(1),
                (None, _) => {}
            }
        }
        None
    }
}
