//! Parameters with markers of their own: keys and raw values, made one JSON object.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::declared::Known;
use super::elements;
use super::format::{Form, Parameters, Row, Tags};
use super::head::{self, MAX_HEAD};
use super::marker::{self, Fit, Found, MAX_BLANKS};
use super::schema::{self, Type};
use super::typing;
use super::work;
use crate::json::{Kind, RawJson, Writer};

/// More parameters than any tool has; a call with more is malformed.
const MAX_PARAMETERS: usize = 1024;

/// Reads the parameters of one call.
#[derive(Clone, Debug)]
pub(super) struct ParameterList {
    types: schema::Parameters,
    state: State,
    /// The offset of the first byte that was not read.
    at: usize,
    found: Vec<Parameter>,
}

#[derive(Clone, Debug)]
struct Parameter {
    key: String,
    hint: Hint,
    value: Range<usize>,
}

/// What a parameter's attributes say of its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hint {
    Json,
    None,
    Text,
}

#[derive(Clone, Debug)]
enum State {
    /// Before a parameter or the call's end.
    Next,
    /// In a key that begins there.
    Key(usize),
    /// In the value of a parameter, whose range has its start.
    Value(Parameter, Nesting),
}

/// Literal tags that a value holds.
#[derive(Clone, Copy, Debug, Default)]
struct Nesting {
    depth: u32,
    /// The last closing tag that was taken for the end of a nested one.
    last_close: Option<usize>,
}

/// What reading led to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Read {
    /// What stands at this offset is neither a parameter nor the end.
    Lost(usize),
    /// More text is needed.
    More,
    /// The call's end stands at this offset.
    Whole(usize),
}

/// Where what surrounds a value ends it.
enum End {
    No,
    Unknown,
    Yes,
}

impl ParameterList {
    pub(super) fn new(at: usize, tool: &Known) -> Self {
        let types = schema::Parameters::of(tool.schema.as_ref());
        Self { types, state: State::Next, at, found: Vec::new() }
    }

    pub(super) const fn at(&self) -> usize {
        self.at
    }

    /// Moves to a window that begins `done` bytes later.
    pub(super) fn shift(&mut self, done: usize) {
        self.at -= done;
        match &mut self.state {
            State::Next => {}
            State::Key(from) => *from -= done,
            State::Value(parameter, nesting) => {
                parameter.value = parameter.value.start - done..parameter.value.end - done;
                nesting.last_close = nesting.last_close.map(|at| at - done);
            }
        }
        for parameter in &mut self.found {
            parameter.value = parameter.value.start - done..parameter.value.end - done;
        }
    }

    pub(super) fn read(&mut self, window: &str, ended: bool, p: &Parameters, tags: &Tags, row: &Row) -> Read {
        let context = Context { window, ended, p, tags, row };
        loop {
            let read = match &self.state {
                State::Next => self.next(&context),
                State::Key(from) => self.key(*from, &context),
                State::Value(..) if p.form == Form::Nested => self.nested_value(&context),
                State::Value(..) => self.value(&context),
            };
            if let Some(read) = read {
                return read;
            }
        }
    }

    fn next(&mut self, c: &Context<'_>) -> Option<Read> {
        let at = skip_blanks(c.window, self.at, c.p.has_spelled_line_ends);
        let rest = &c.window[at..];
        if is_cut_blank(rest, c.p.has_spelled_line_ends, c.ended) {
            return Some(Read::More);
        }
        match (c.fit_end(rest), fit_open(c.p, rest, c.ended)) {
            (Fit::Full(_), _) => Some(Read::Whole(at)),
            (Fit::Partial, _) | (_, Fit::Partial) => Some(Read::More),
            (_, Fit::Full(length)) => {
                self.at = at + length;
                self.state = State::Key(self.at);
                None
            }
            (Fit::No, Fit::No) if rest.is_empty() => Some(Read::More),
            (Fit::No, Fit::No) => Some(Read::Lost(at)),
        }
    }

    fn key(&mut self, from: usize, c: &Context<'_>) -> Option<Read> {
        let (end, mut next) =
            match marker::find(&[c.p.ends], c.window, from..from + MAX_HEAD + 1, "", c.ended) {
                Found::Full(at, length) => (at, at + length),
                Found::Partial(_) | Found::No if c.window.len() - from <= MAX_HEAD => {
                    return Some(Read::More);
                }
                _ => return Some(Read::Lost(from)),
            };
        if !c.p.value_opens.is_empty() {
            let at = skip_blanks(c.window, next, c.p.has_spelled_line_ends);
            let rest = &c.window[at..];
            match marker::fit_any(c.p.value_opens, rest, "", c.ended) {
                Fit::Full(length) => next = at + length,
                Fit::Partial => return Some(Read::More),
                Fit::No if is_cut_blank(rest, c.p.has_spelled_line_ends, c.ended) => {
                    return Some(Read::More);
                }
                Fit::No => return Some(Read::Lost(at)),
            }
        }
        let (key, attributes) = head::name(&c.window[from..end]);
        if key.is_empty() || self.found.len() == MAX_PARAMETERS || self.has(&key) {
            return Some(Read::Lost(from));
        }
        let hint = if c.p.form == Form::Typed { hint(attributes) } else { Hint::None };
        let parameter = Parameter { key: key.into_owned(), hint, value: next..next };
        self.at = next;
        self.state = State::Value(parameter, Nesting::default());
        None
    }

    fn has(&self, key: &str) -> bool {
        work::count(self.found.len());
        self.found.iter().any(|p| p.key == key)
    }

    /// Looks for the end of a value: a closing marker behind which the next thing follows. Any other
    /// belongs to the value.
    fn value(&mut self, c: &Context<'_>) -> Option<Read> {
        let State::Value(parameter, _) = &self.state else { return None };
        let (at, length) =
            match marker::find(&[c.p.close], c.window, self.at..c.window.len(), &parameter.key, c.ended) {
                Found::Full(at, length) => (at, length),
                Found::Partial(at) => return self.wait(at),
                Found::No => return self.wait(c.window.len()),
            };
        match c.is_followed(at + length) {
            End::Yes => self.end_value(at, at + length),
            End::Unknown => self.wait(at),
            End::No => {
                self.at = at + 1;
                None
            }
        }
    }

    fn wait(&mut self, at: usize) -> Option<Read> {
        self.at = at;
        Some(Read::More)
    }

    fn end_value(&mut self, end: usize, next: usize) -> Option<Read> {
        let State::Value(mut parameter, _) = core::mem::replace(&mut self.state, State::Next) else {
            return None;
        };
        parameter.value.end = end;
        self.found.push(parameter);
        self.at = next;
        None
    }

    /// The same where literal tags within a value are counted and its own end may be missing.
    fn nested_value(&mut self, c: &Context<'_>) -> Option<Read> {
        let lists = [c.p.opens, c.p.close, c.tags.closes];
        let (at, length) = match marker::find(&lists, c.window, self.at..c.window.len(), "", c.ended) {
            Found::Full(at, length) => (at, length),
            Found::Partial(at) => return self.wait(at),
            Found::No => return self.wait(c.window.len()),
        };
        let rest = &c.window[at..];
        let is = |markers| marker::fit_any(markers, rest, "", c.ended) != Fit::No;
        if is(c.p.close) {
            return self.nested_close(at, at + length);
        }
        let is_opening = is(c.p.opens);
        let ends = if is_opening { self.is_next_key(at, at + length, c) } else { c.is_call_end(at + length) };
        match ends {
            End::Unknown => self.wait(at),
            End::Yes => self.end_value(self.last_close_before(at, c).unwrap_or(at), at),
            End::No => {
                if let (State::Value(_, nesting), true) = (&mut self.state, is_opening) {
                    nesting.depth += 1;
                }
                self.at = at + length;
                None
            }
        }
    }

    fn nested_close(&mut self, at: usize, next: usize) -> Option<Read> {
        match &mut self.state {
            State::Value(_, nesting) if nesting.depth > 0 => {
                nesting.depth -= 1;
                nesting.last_close = Some(at);
                self.at = next;
                None
            }
            _ => self.end_value(at, next),
        }
    }

    /// Where a tag that was never opened was counted, the last closing one was the value's own.
    fn last_close_before(&self, at: usize, c: &Context<'_>) -> Option<usize> {
        let State::Value(_, Nesting { last_close: Some(close), .. }) = &self.state else { return None };
        let between = c.window.get(*close..at)?;
        c.p.close.iter().any(|m| between.trim_end() == *m).then_some(*close)
    }

    /// Whether an opening tag within a value is that of the next parameter: at the start of a line, with
    /// a key that the schema names and that was not used.
    fn is_next_key(&self, at: usize, from: usize, c: &Context<'_>) -> End {
        let State::Value(parameter, _) = &self.state else { return End::No };
        if at != parameter.value.start && c.window.as_bytes()[at - 1] != b'\n' {
            return End::No;
        }
        let end = match marker::find(&[c.p.ends], c.window, from..from + MAX_HEAD + 1, "", c.ended) {
            Found::Full(end, _) => end,
            Found::Partial(_) | Found::No if c.window.len() - from <= MAX_HEAD && !c.ended => {
                return End::Unknown;
            }
            _ => return End::No,
        };
        let (key, _) = head::name(&c.window[from..end]);
        let is_free = *key != parameter.key && !self.has(&key);
        if is_free && self.types.get(&key).is_some() { End::Yes } else { End::No }
    }

    /// The arguments: every value by the type that its attributes or the schema name.
    pub(super) fn arguments(&self, window: &str, p: &Parameters) -> String {
        if let Some(whole) = self.wrapped(window, p) {
            return whole;
        }
        let mut w = Writer::new();
        w.object(|w| {
            for parameter in &self.found {
                w.key(&parameter.key);
                self.write_value(w, parameter, &window[parameter.value.clone()], p);
            }
        });
        w.finish()
    }

    /// One parameter that the schema does not know may hold all of the arguments.
    fn wrapped(&self, window: &str, p: &Parameters) -> Option<String> {
        let [only] = &self.found[..] else { return None };
        let is_wrapper = p.form == Form::Typed && matches!(&*only.key, "arguments" | "input");
        if !is_wrapper || self.types.get(&only.key).is_some() {
            return None;
        }
        let json = RawJson::parse(window.get(only.value.clone())?).ok()?;
        (json.kind() == Kind::Object).then(|| json.as_str().into())
    }

    fn write_value(&self, w: &mut Writer, parameter: &Parameter, raw: &str, p: &Parameters) {
        let named = self.types.get(&parameter.key);
        let kind = match parameter.hint {
            Hint::Text => Type::STRING,
            Hint::Json => named.filter(|t| t.form != schema::Form::String).unwrap_or(Type::ANY),
            Hint::None => named.unwrap_or(Type::STRING),
        };
        let text = if p.trims_line_ends { without_line_ends(raw) } else { raw };
        let is_nested = matches!(kind.form, schema::Form::Array | schema::Form::Object | schema::Form::Any);
        if p.form == Form::Elements && is_nested {
            let text = match p.namespace {
                "" => Cow::Borrowed(text),
                namespace => Cow::Owned(text.replace(namespace, "")),
            };
            if let Some(json) = elements::json(&text, kind.form) {
                return w.raw(&json);
            }
        }
        typing::write(w, text, kind);
    }
}

/// What a parameter is read in.
struct Context<'a> {
    window: &'a str,
    ended: bool,
    p: &'a Parameters,
    tags: &'a Tags,
    row: &'a Row,
}

impl Context<'_> {
    /// Whether the call, or the region with it, ends where `rest` begins.
    fn fit_end(&self, rest: &str) -> Fit {
        match (marker::fit_any(self.tags.closes, rest, "", self.ended), self.fit_region_end(rest)) {
            (Fit::No, other) => other,
            (own, _) => own,
        }
    }

    fn fit_region_end(&self, rest: &str) -> Fit {
        marker::fit_any(self.row.closes, rest, "", self.ended)
    }

    /// Whether the next parameter or the end stands at `at`, blanks passed over.
    fn is_followed(&self, at: usize) -> End {
        let next = skip_blanks(self.window, at, self.p.has_spelled_line_ends);
        let rest = &self.window[next..];
        if next - at >= MAX_BLANKS {
            return End::Yes;
        }
        match (self.fit_end(rest), fit_open(self.p, rest, self.ended)) {
            (Fit::Full(_), _) | (_, Fit::Full(_)) => End::Yes,
            (Fit::Partial, _) | (_, Fit::Partial) => End::Unknown,
            (Fit::No, Fit::No) if rest.is_empty() => End::Yes,
            _ if is_cut_blank(rest, self.p.has_spelled_line_ends, self.ended) => End::Unknown,
            (Fit::No, Fit::No) => End::No,
        }
    }

    /// Whether the call's end before `at` is meant as such: behind it the region or the text ends.
    fn is_call_end(&self, at: usize) -> End {
        let rest = &self.window[marker::skip_blanks(self.window, at)..];
        match self.fit_region_end(rest) {
            Fit::Full(_) => End::Yes,
            Fit::Partial => End::Unknown,
            Fit::No if rest.is_empty() => {
                if self.ended {
                    End::Yes
                } else {
                    End::Unknown
                }
            }
            Fit::No => End::No,
        }
    }
}

/// Whether a parameter begins where `rest` does.
pub(super) fn fit_open(p: &Parameters, rest: &str, ended: bool) -> Fit {
    let fit = marker::fit_any(p.opens, rest, "", ended);
    let Fit::Full(length) = fit else { return fit };
    match rest[length..].chars().next() {
        _ if p.form != Form::Elements => fit,
        Some(c) if c.is_alphanumeric() || c == '_' => fit,
        None if !ended => Fit::Partial,
        _ => Fit::No,
    }
}

/// The offset behind the blanks at `at`, line ends spelled in two characters among them where the
/// format has these.
pub(super) fn skip_blanks(window: &str, at: usize, has_spelled_line_ends: bool) -> usize {
    let mut next = marker::skip_blanks(window, at);
    while has_spelled_line_ends && next - at < MAX_BLANKS && window[next..].starts_with("\\n") {
        next = marker::skip_blanks(window, next + 2);
    }
    next
}

/// Whether all of `rest` may be the first half of a line end that is spelled in two characters.
pub(super) fn is_cut_blank(rest: &str, has_spelled_line_ends: bool, ended: bool) -> bool {
    has_spelled_line_ends && !ended && rest == "\\"
}

fn hint(attributes: &str) -> Hint {
    let is = |name: &str, value: &str| head::attribute(attributes, name).map(|v| v == value);
    match is("string", "true").or_else(|| is("type", "string")) {
        Some(true) => Hint::Text,
        Some(false) => Hint::Json,
        None => Hint::None,
    }
}

/// Without the one line end at either end that belongs to the markers.
fn without_line_ends(value: &str) -> &str {
    let value = value.strip_prefix("\r\n").or_else(|| value.strip_prefix('\n')).unwrap_or(value);
    value.strip_suffix("\r\n").or_else(|| value.strip_suffix('\n')).unwrap_or(value)
}
