//! One JSON object that may be a call: which tool it names, where its arguments stand.

use core::ops::Range;

use super::declared::Declared;
use super::format::Json;
use super::value::{Step, Value};
use super::work;
use crate::json::{Kind, Reader};
use crate::model::ToolCallKind;

/// Reads an object's keys and values as its text comes.
#[derive(Clone, Debug)]
pub(super) struct Object {
    json: &'static Json,
    /// The offset of its brace.
    pub(super) start: usize,
    /// The offset of the first byte that was not read.
    pub(super) at: usize,
    state: State,
    /// Whether it stands inside of an inner `function` object.
    is_inside: bool,
    pub(super) tool: Option<usize>,
    pub(super) id: Option<Range<usize>>,
    pub(super) arguments: Option<Range<usize>>,
    /// Whether the arguments went out while they came.
    is_given: bool,
    /// The offset behind arguments that are not the first.
    pub(super) clash: Option<usize>,
}

#[derive(Clone, Debug)]
enum State {
    /// Before the brace.
    Open,
    FirstKey,
    NextKey,
    /// In a key that begins there.
    Key(usize, Value),
    Colon(Key),
    BeforeValue(Key),
    /// In a value that begins there.
    Value(Key, usize, Value),
    /// Behind a value.
    Next,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    Arguments,
    /// What a tool's definition has and no call: models repeat their instructions.
    Definition,
    Function,
    Id,
    Name,
    Other,
    /// Nothing a call would have, but harmless beside it.
    Usual,
}

/// The keys that mean something.
const KEYS: &[(&str, Key)] = &[
    ("name", Key::Name),
    ("tool", Key::Name),
    ("tool_name", Key::Name),
    ("arguments", Key::Arguments),
    ("parameters", Key::Arguments),
    ("input", Key::Arguments),
    ("description", Key::Definition),
    ("function", Key::Function),
    ("id", Key::Id),
    ("type", Key::Usual),
    ("index", Key::Usual),
    ("tool_call_id", Key::Usual),
    ("call_id", Key::Usual),
];

impl Key {
    fn of(key: &str) -> Self {
        KEYS.iter().find(|(name, _)| *name == key).map_or(Self::Other, |(_, key)| *key)
    }

    /// Whether the beginning of a key, as it is written, may become one that a call has; what stands behind a
    /// backslash may be anything.
    fn may_begin(written: &str) -> bool {
        let plain = written.split('\\').next().unwrap_or_default();
        let is_begun = |(name, key): &(&str, Self)| *key != Self::Definition && name.starts_with(plain);
        KEYS.iter().any(is_begun)
    }

    /// Whether its value is the tool's name.
    const fn is_name(self) -> bool {
        matches!(self, Self::Function | Self::Name)
    }
}

/// More bytes than a key or a tool's name in quotes has, its namespace included.
const MAX_NAME: usize = 256;

/// What reading led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// It is no JSON, because of the byte at this offset.
    Broken(usize),
    /// It names no tool, or is no call at all.
    Foreign,
    /// More text is needed.
    More,
    /// The arguments of a function come next and can go out as they come.
    Arguments,
    /// It ended before this offset, and is a call.
    Whole(usize),
}

impl Object {
    pub(super) const fn new(json: &'static Json, start: usize) -> Self {
        Self {
            json,
            start,
            at: start,
            state: State::Open,
            is_inside: false,
            tool: None,
            id: None,
            arguments: None,
            is_given: false,
            clash: None,
        }
    }

    /// The arguments went out; `at` is behind them.
    pub(super) fn pass_arguments(&mut self, at: usize) {
        self.at = at;
        self.is_given = true;
        self.state = State::Next;
    }

    /// Moves to a window that begins `done` bytes later.
    pub(super) fn shift(&mut self, done: usize) {
        let range = |r: &Range<usize>| r.start.saturating_sub(done)..r.end.saturating_sub(done);
        self.start = self.start.saturating_sub(done);
        self.at = self.at.saturating_sub(done);
        self.id = self.id.as_ref().map(range);
        self.arguments = self.arguments.as_ref().map(range);
        if let State::Key(start, _) | State::Value(_, start, _) = &mut self.state {
            *start = start.saturating_sub(done);
        }
    }

    /// Whether its arguments have begun, or, where that is enough, its name is known.
    pub(super) const fn is_begun(&self) -> bool {
        let in_arguments =
            matches!(self.state, State::BeforeValue(Key::Arguments) | State::Value(Key::Arguments, ..));
        self.tool.is_some() && (self.json.is_sure || in_arguments || self.arguments.is_some())
    }

    /// Whether name and arguments are whole.
    pub(super) const fn is_complete(&self) -> bool {
        let in_arguments = matches!(self.state, State::Value(Key::Arguments, ..));
        self.tool.is_some() && self.arguments.is_some() && !in_arguments
    }

    pub(super) fn read(&mut self, window: &str, tools: &Declared) -> Read {
        loop {
            let read = match self.state {
                State::Key(..) => self.key(window, tools),
                State::BeforeValue(key) => self.begin_value(key, window, tools),
                State::Value(..) => self.value(window, tools),
                _ => self.token(window),
            };
            if let Some(read) = read {
                return read;
            }
        }
    }

    /// Passes one byte between keys and values.
    fn token(&mut self, window: &str) -> Option<Read> {
        let Some(byte) = self.next_byte(window) else { return Some(Read::More) };
        let at = self.at;
        self.state = match (&self.state, byte) {
            (State::Open, b'{') => State::FirstKey,
            (State::FirstKey, b'}') | (State::Next, b'}') => return self.close(),
            (State::FirstKey | State::NextKey, b'"') => {
                self.state = State::Key(at, Value::default());
                return None;
            }
            (State::Next, b',') => State::NextKey,
            (State::Colon(key), b':') => State::BeforeValue(*key),
            _ => return Some(Read::Broken(at)),
        };
        self.at += 1;
        None
    }

    fn next_byte(&mut self, window: &str) -> Option<u8> {
        let bytes = window.as_bytes();
        while let Some(byte) = bytes.get(self.at) {
            work::count(1);
            if !byte.is_ascii_whitespace() {
                return Some(*byte);
            }
            self.at += 1;
        }
        None
    }

    fn close(&mut self) -> Option<Read> {
        self.at += 1;
        if self.is_inside {
            self.is_inside = false;
            self.state = State::Next;
            return None;
        }
        let is_call = self.tool.is_some() && (self.json.is_sure || self.arguments.is_some());
        Some(if is_call || self.is_given { Read::Whole(self.at) } else { Read::Foreign })
    }

    fn key(&mut self, window: &str, tools: &Declared) -> Option<Read> {
        let State::Key(start, value) = &mut self.state else { return None };
        let start = *start;
        let step = value.follow(&window[self.at..]);
        let end = if let Step::End(n) | Step::Broken(n) = step { self.at + n } else { window.len() };
        // Where nothing but its keys tells a call, one that no call has ends the search.
        let written = window[start + 1..end.max(start + 1)].trim_end_matches('"');
        let may_go_on = end - start <= MAX_NAME && (self.json.is_sure || Key::may_begin(written));
        if !may_go_on && !self.is_given {
            return Some(Read::Foreign);
        }
        match step {
            Step::More => {
                self.at = window.len();
                Some(Read::More)
            }
            Step::Broken(at) => Some(Read::Broken(self.at + at)),
            Step::End(length) => {
                self.at += length;
                self.named(&window[start..self.at], tools)
            }
        }
    }

    /// A key ended.
    fn named(&mut self, token: &str, tools: &Declared) -> Option<Read> {
        let Ok(name) = Reader::new(token).string() else { return Some(Read::Broken(self.at - 1)) };
        let mut key = Key::of(&name);
        if self.json.name_is_key && self.tool.is_none() {
            self.tool = tools.resolve(&name);
            key = Key::Arguments;
            if self.tool.is_none() {
                return Some(Read::Foreign);
            }
        }
        let is_foreign = key == Key::Definition || key == Key::Other && !self.json.is_sure;
        if is_foreign && !self.is_given {
            return Some(Read::Foreign);
        }
        self.state = State::Colon(key);
        None
    }

    fn value(&mut self, window: &str, tools: &Declared) -> Option<Read> {
        let State::Value(key, start, value) = &mut self.state else { return None };
        let (key, start) = (*key, *start);
        let step = value.follow(&window[self.at..]);
        let end = if let Step::End(n) | Step::Broken(n) = step { self.at + n } else { window.len() };
        if key.is_name() && !self.is_given && end - start > MAX_NAME {
            return Some(Read::Foreign);
        }
        match step {
            Step::More => {
                self.at = window.len();
                Some(Read::More)
            }
            Step::Broken(at) => Some(Read::Broken(self.at + at)),
            // Where a value should stand there is none.
            Step::End(0) if self.at == start => Some(Read::Broken(self.at)),
            Step::End(length) => {
                self.at += length;
                self.state = State::Next;
                self.take(key, start..self.at, window, tools)
            }
        }
    }

    /// The first byte of a value.
    fn begin_value(&mut self, key: Key, window: &str, tools: &Declared) -> Option<Read> {
        let Some(byte) = self.next_byte(window) else { return Some(Read::More) };
        if key == Key::Function && byte == b'{' && !self.is_given && !self.is_inside {
            self.at += 1;
            self.is_inside = true;
            self.state = State::FirstKey;
            return None;
        }
        if key.is_name() && byte != b'"' && !self.is_given {
            return Some(Read::Broken(self.at));
        }
        let is_function = self.tool.is_some_and(|t| tools.tool(t).kind == ToolCallKind::Function);
        if key == Key::Arguments && byte == b'{' && is_function && self.arguments.is_none() && !self.is_given
        {
            return Some(Read::Arguments);
        }
        self.state = State::Value(key, self.at, Value::default());
        None
    }

    /// A value ended.
    fn take(&mut self, key: Key, range: Range<usize>, window: &str, tools: &Declared) -> Option<Read> {
        match key {
            Key::Arguments => {
                if self.is_given || self.arguments.is_some() {
                    self.clash = Some(range.end);
                }
                self.arguments = Some(range);
            }
            _ if self.is_given => {}
            _ if key.is_name() => {
                let text = Reader::new(&window[range]).string().ok();
                match text.and_then(|name| tools.resolve(&name)) {
                    Some(tool) => self.tool = Some(tool),
                    None => return Some(Read::Foreign),
                }
            }
            Key::Id => self.id = Some(range.start + 1..range.end - 1).filter(|_| is_string(&window[range])),
            Key::Definition | Key::Function | Key::Name | Key::Other | Key::Usual => {}
        }
        None
    }
}

fn is_string(token: &str) -> bool {
    Reader::new(token).kind() == Ok(Kind::String)
}
