//! A region of calls with the name in a head of its own: head, body, close.

use alloc::string::String;

use super::format::{Parameters, Raw, Row, Tags};
use super::head::{self, MAX_HEAD};
use super::literal;
use super::loose::Loose;
use super::marker::{self, Fit, Found};
use super::output::Out;
use super::parameters::{self, ParameterList};
use super::reader::{CallReader, Step};
use super::typing;
use super::value::{self, Value};
use crate::json::{RawJson, Writer};

/// Reads the calls. A JSON object goes out while it comes; other arguments are made JSON when the
/// call is whole.
#[derive(Clone, Debug)]
pub(super) struct TagCalls {
    row: &'static Row,
    tags: &'static Tags,
    state: State,
    /// The offset of the first byte that was not read.
    at: usize,
    /// How much of the window went out, or is to be dropped.
    done: usize,
    /// The offset of the present call.
    start: usize,
    tool: usize,
    /// The name as it was written.
    name: String,
    id: Option<String>,
    has_call: bool,
    /// Whether text went out behind the last call.
    ends_in_text: bool,
}

#[derive(Clone, Debug)]
enum State {
    /// Before a call.
    Between,
    /// In a head that begins there.
    Head(usize),
    /// Behind the head.
    Body,
    /// In JSON arguments that go out as they come.
    Json(Value),
    /// In a JSON value that begins there and holds free text.
    Free(usize, Value),
    /// In an open call that is no JSON any more.
    Broken,
    /// In an object with bare keys that begins there.
    Loose(usize, Loose),
    /// In parameters.
    Parameters(Parameters, ParameterList),
    /// In arguments of no form, which begin there.
    Raw(usize),
    /// Behind the arguments.
    Close,
}

impl TagCalls {
    pub(super) const fn new(row: &'static Row, tags: &'static Tags, at: usize) -> Self {
        let state = State::Between;
        Self {
            row,
            tags,
            state,
            at,
            done: 0,
            start: 0,
            tool: 0,
            name: String::new(),
            id: None,
            has_call: false,
            ends_in_text: false,
        }
    }

    pub(super) const fn ends_with_call(&self) -> bool {
        self.has_call && !self.ends_in_text
    }

    /// The call from its first marker on, as the arguments of a malformed call.
    fn give_malformed(&mut self, window: &str, end: usize, out: &mut Out<'_>) {
        self.give(&window[self.start..end], out);
    }

    fn give(&mut self, arguments: &str, out: &mut Out<'_>) {
        out.call(self.tool, self.id.as_deref(), arguments);
        self.has_call = true;
    }

    /// The call is out; what ends it may follow at `at`.
    fn given(&mut self, at: usize) -> Step {
        (self.at, self.done, self.state) = (at, at, State::Close);
        Step::On
    }

    fn is_spelled(&self) -> bool {
        self.tags.parameters.is_some_and(|p| p.has_spelled_line_ends)
    }

    fn blanks(&self, window: &str, at: usize) -> usize {
        parameters::skip_blanks(window, at, self.is_spelled())
    }

    /// Passes blanks up to a call or the closing marker.
    fn between(&mut self, window: &str, ended: bool) -> Step {
        let at = self.blanks(window, self.at);
        let rest = &window[at..];
        if parameters::is_cut_blank(rest, self.is_spelled(), ended) {
            return Step::More;
        }
        let closes = marker::fit_any(self.row.closes, rest, "", ended);
        let opens = match self.row.at_start && self.has_call {
            true => Fit::No,
            false => marker::fit_any(self.tags.opens, rest, "", ended),
        };
        match (closes, opens) {
            (Fit::Full(length), _) if self.has_call => {
                self.done = at + length;
                Step::Over(self.done)
            }
            (_, Fit::Full(length)) => {
                self.start = at;
                self.at = at + length;
                self.state = State::Head(self.at);
                Step::On
            }
            (Fit::Partial, _) | (_, Fit::Partial) => Step::More,
            _ => Step::Over(self.done),
        }
    }

    fn head(&mut self, window: &str, from: usize, ended: bool, out: &Out<'_>) -> Step {
        let begin = marker::skip_blanks(window, from);
        let found =
            marker::find(&[self.tags.ends, self.tags.stops], window, begin..begin + MAX_HEAD + 1, "", ended);
        let (end, next) = match found {
            Found::Full(at, length) if self.is_end(&window[at..], ended) => (at, Some(at + length)),
            Found::Full(at, _) => (at, Some(at)),
            Found::Partial(at) => (at, None),
            Found::No if window.len() - begin > MAX_HEAD => return self.no_head(window, from),
            Found::No => (window.len(), None),
        };
        let text = &window[begin..end];
        let is_plausible = head::is_plausible(text, self.tags.head, out.tools);
        let head = head::read(text, self.tags.head);
        match (next, head.name.as_deref().and_then(|name| out.tools.resolve(name))) {
            (None, _) if is_plausible => Step::More,
            (Some(next), Some(tool)) if is_plausible => {
                self.tool = tool;
                self.name = head.name.unwrap_or_default().into_owned();
                self.id = head.id.map(String::from);
                (self.at, self.state) = (next, State::Body);
                Step::On
            }
            _ => self.no_head(window, from),
        }
    }

    /// What stands in the head may be anything; a bare one has no marker to give back.
    fn no_head(&self, window: &str, from: usize) -> Step {
        match from {
            0 => Step::Over(window.chars().next().map_or(0, char::len_utf8)),
            _ => Step::Over(from),
        }
    }

    fn is_end(&self, rest: &str, ended: bool) -> bool {
        marker::fit_any(self.tags.ends, rest, "", ended) != Fit::No
    }

    /// Decides by what follows the head in which form the arguments are.
    fn body(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let mut at = self.blanks(window, self.at);
        match marker::fit_any(self.tags.body_opens, &window[at..], "", ended) {
            Fit::Partial => return Step::More,
            Fit::Full(length) => at = self.blanks(window, at + length),
            Fit::No => {}
        }
        let rest = &window[at..];
        if rest.is_empty() || parameters::is_cut_blank(rest, self.is_spelled(), ended) {
            return Step::More;
        }
        self.begin_arguments(window, at, ended, out)
    }

    fn begin_arguments(&mut self, window: &str, at: usize, ended: bool, out: &mut Out<'_>) -> Step {
        let rest = &window[at..];
        let is_object = rest.starts_with('{');
        let closes = marker::fit_any(self.tags.closes, rest, &self.name, ended);
        let parameter = self.tags.parameters.map_or(Fit::No, |p| parameters::fit_open(&p, rest, ended));
        match (closes, parameter, self.tags.loose) {
            (Fit::Full(_), ..) => {
                self.give("{}", out);
                self.given(at)
            }
            (Fit::Partial, ..) | (_, Fit::Partial, _) => Step::More,
            (_, Fit::Full(_), _) => self.begin_parameters(at, out),
            (.., Some(mark)) if is_object => self.begin(at, State::Loose(at, Loose::new(mark))),
            _ if is_object && self.tags.is_json => self.begin_json(at, out),
            _ if self.takes_raw(out) => self.begin(at, State::Raw(at)),
            _ => Step::Over(at),
        }
    }

    /// Whether arguments that are in no form can make a call.
    fn takes_raw(&self, out: &Out<'_>) -> bool {
        match self.tags.raw {
            Raw::Code | Raw::Malformed => true,
            Raw::Only => out.is_freeform(self.tool) || out.tools.tool(self.tool).only_text().is_some(),
            Raw::Text => false,
        }
    }

    fn begin(&mut self, at: usize, state: State) -> Step {
        (self.at, self.state) = (at, state);
        Step::On
    }

    fn begin_parameters(&mut self, at: usize, out: &Out<'_>) -> Step {
        if let Some(parameters) = self.tags.parameters {
            let list = ParameterList::new(at, out.tools.tool(self.tool));
            self.state = State::Parameters(parameters, list);
        }
        Step::On
    }

    fn begin_json(&mut self, at: usize, out: &mut Out<'_>) -> Step {
        if out.is_freeform(self.tool) {
            return self.begin(at, State::Free(at, Value::default()));
        }
        out.open_call(self.tool, self.id.as_deref());
        (self.has_call, self.done) = (true, at);
        self.begin(at, State::Json(Value::default()))
    }

    fn json(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let State::Json(value) = &mut self.state else { return Step::On };
        let step = value.follow(&window[self.at..]);
        let length = match step {
            value::Step::More => window.len() - self.at,
            value::Step::End(length) | value::Step::Broken(length) => length,
        };
        out.arguments(&window[self.at..self.at + length]);
        self.at += length;
        self.done = self.at;
        match step {
            value::Step::More if !ended => Step::More,
            value::Step::Broken(_) => {
                self.state = State::Broken;
                Step::On
            }
            value::Step::More | value::Step::End(_) => {
                out.close();
                self.given(self.at)
            }
        }
    }

    fn free(&mut self, window: &str, out: &mut Out<'_>) -> Step {
        let State::Free(from, value) = &mut self.state else { return Step::On };
        let from = *from;
        match value.follow(&window[self.at..]) {
            value::Step::More => {
                self.at = window.len();
                Step::More
            }
            value::Step::End(length) => {
                let end = self.at + length;
                self.give(&typing::free_text(&window[from..end]), out);
                self.given(end)
            }
            value::Step::Broken(_) => self.begin(from, State::Raw(from)),
        }
    }

    /// The rest of an open call that is no JSON: up to what ends it, or all of it.
    fn broken(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let found = self.find_end(window, ended);
        let end = found.text_before(window.len());
        out.arguments(&window[self.at..end]);
        (self.at, self.done) = (end, end);
        if !ended && !matches!(found, Found::Full(..)) {
            return Step::More;
        }
        out.close();
        self.given(end)
    }

    /// What ends a call that has no end of its own.
    fn find_end(&self, window: &str, ended: bool) -> Found {
        // What only stands between tags named after the tool may be anything.
        let opens = if self.tags.raw == Raw::Only { &[] } else { self.tags.opens };
        let lists = [self.tags.closes, self.row.closes, opens];
        marker::find(&lists, window, self.at..window.len(), &self.name, ended)
    }

    fn loose(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let State::Loose(from, braces) = &mut self.state else { return Step::On };
        let from = *from;
        let Some(end) = braces.follow(window, &mut self.at, ended) else { return Step::More };
        let text = &window[from..end];
        let json = match RawJson::parse(text) {
            Ok(json) => Some(String::from(json.as_str())),
            Err(_) => literal::loose(text, braces.mark()),
        };
        match json {
            Some(json) if out.is_freeform(self.tool) => self.give(&typing::free_text(&json), out),
            Some(json) => self.give(&json, out),
            None if self.tags.raw == Raw::Text => return Step::Over(end),
            None => self.give_malformed(window, end, out),
        }
        self.given(end)
    }

    fn parameters(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let State::Parameters(parameters, list) = &mut self.state else { return Step::On };
        match list.read(window, ended, parameters, self.tags, self.row) {
            parameters::Read::More => {
                self.at = list.at();
                Step::More
            }
            parameters::Read::Lost(at) => self.begin(at, State::Raw(self.start)),
            parameters::Read::Whole(at) => {
                let json = list.arguments(window, parameters);
                if out.is_freeform(self.tool) {
                    self.give(&typing::free_text(&json), out);
                } else {
                    self.give(&json, out);
                }
                self.given(at)
            }
        }
    }

    /// Arguments of no form, up to what ends the call.
    fn raw(&mut self, window: &str, from: usize, ended: bool, out: &mut Out<'_>) -> Step {
        match self.find_end(window, ended) {
            Found::Full(end, _) => return self.give_raw(window, from, end, out),
            // All of it is text: to look into it once more for each opening in it would be no linear work.
            Found::No if ended && self.tags.raw == Raw::Only => return Step::Over(window.len()),
            Found::No if ended => return self.give_raw(window, from, window.len(), out),
            Found::Partial(at) => self.at = at,
            Found::No => self.at = window.len(),
        }
        Step::More
    }

    fn give_raw(&mut self, window: &str, from: usize, end: usize, out: &mut Out<'_>) -> Step {
        let text = window[from..end].trim();
        if out.is_freeform(self.tool) && from != self.start {
            self.give(&typing::free_text(text), out);
        } else if let (Some(key), true) = (self.raw_key(out), from != self.start) {
            let mut w = Writer::new();
            w.object(|w| w.key(&key).string(text));
            self.give(&w.finish(), out);
        } else if text.is_empty() {
            self.give("{}", out);
        } else {
            self.give(&typing::arguments(text), out);
        }
        self.given(end)
    }

    /// The parameter that arguments of no form are the value of.
    fn raw_key(&self, out: &Out<'_>) -> Option<String> {
        match self.tags.raw {
            Raw::Code => Some("code".into()),
            Raw::Only => out.tools.tool(self.tool).only_text(),
            Raw::Malformed | Raw::Text => None,
        }
    }

    /// Passes what may stand behind the arguments.
    fn close(&mut self, window: &str, ended: bool) -> Step {
        let mut at = self.at;
        for markers in [self.tags.body_closes, self.tags.closes] {
            let next = self.blanks(window, at);
            let rest = &window[next..];
            match marker::fit_any(markers, rest, &self.name, ended) {
                Fit::Full(length) => at = next + length,
                Fit::No if !parameters::is_cut_blank(rest, self.is_spelled(), ended) => {}
                Fit::Partial | Fit::No => return Step::More,
            }
        }
        (self.at, self.done, self.state) = (at, at, State::Between);
        Step::On
    }
}

impl CallReader for TagCalls {
    fn step(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        match self.state {
            State::Between => self.between(window, ended),
            State::Head(from) => self.head(window, from, ended, out),
            State::Body => self.body(window, ended, out),
            State::Json(_) => self.json(window, ended, out),
            State::Free(..) => self.free(window, out),
            State::Broken => self.broken(window, ended, out),
            State::Loose(..) => self.loose(window, ended, out),
            State::Parameters(..) => self.parameters(window, ended, out),
            State::Raw(from) => self.raw(window, from, ended, out),
            State::Close => self.close(window, ended),
        }
    }

    fn settle(&mut self) -> usize {
        let done = core::mem::take(&mut self.done);
        self.at -= done;
        self.start = self.start.saturating_sub(done);
        match &mut self.state {
            State::Head(from) | State::Free(from, _) | State::Loose(from, _) | State::Raw(from) => {
                *from -= done
            }
            State::Parameters(_, list) => list.shift(done),
            State::Between | State::Body | State::Json(_) | State::Broken | State::Close => {}
        }
        done
    }

    /// What is not done before `at` goes out as text.
    fn give_back(&mut self, window: &str, at: usize, out: &mut Out<'_>) -> usize {
        self.ends_in_text = at > self.done;
        out.text(&window[self.done..at]);
        at
    }

    /// The text ended within the region: a call whose name is known is malformed.
    fn end(&mut self, window: &str, out: &mut Out<'_>) -> usize {
        if matches!(self.state, State::Between | State::Head(_)) {
            return self.give_back(window, window.len(), out);
        }
        self.give_malformed(window, window.len(), out);
        window.len()
    }
}
