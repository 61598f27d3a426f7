//! A region of calls that are JSON objects: one, several, or an array of them.

use super::format::{Json, Row};
use super::marker::{self, Fit, Found, MAX_BLANKS};
use super::object::{Object, Read};
use super::output::Out;
use super::reader::{CallReader, Step};
use super::typing;
use super::value::{self, Value};

/// Reads the objects as they come. Arguments go out while they come, once the name is known.
///
/// An object that names no tool goes out as text, with what stands around it.
#[derive(Clone, Debug)]
pub(super) struct JsonCalls {
    row: &'static Row,
    json: &'static Json,
    state: State,
    /// The offset of the first byte that was not read.
    at: usize,
    /// How much of the window went out, or is to be dropped.
    done: usize,
    in_array: bool,
    has_call: bool,
    /// Whether what stands between objects is text, because the last object was.
    owes_text: bool,
}

#[derive(Clone, Debug)]
enum State {
    /// Before an object.
    Between,
    /// In an object of which nothing went out.
    Object(Object),
    /// In the arguments of an open call.
    Arguments(Object, Value),
    /// Behind them.
    Tail(Object),
    /// In an open call that is no JSON any more.
    Broken,
    /// In an object that is no call.
    Foreign(Value),
}

impl JsonCalls {
    pub(super) const fn new(row: &'static Row, json: &'static Json, at: usize) -> Self {
        Self {
            row,
            json,
            state: State::Between,
            at,
            done: 0,
            in_array: false,
            has_call: false,
            owes_text: false,
        }
    }

    pub(super) const fn ends_with_call(&self) -> bool {
        self.has_call && !self.owes_text
    }

    /// Passes brackets and separators up to an object or the closing marker.
    fn between(&mut self, window: &str, ended: bool) -> Step {
        let mut at = self.at;
        loop {
            at = marker::skip_blanks(window, at);
            match window.as_bytes().get(at) {
                None => return if ended { self.leave() } else { Step::More },
                Some(b'[') if !self.in_array && !self.has_call => {
                    self.in_array = true;
                    self.at = at + 1;
                }
                Some(b']') if self.in_array => {
                    self.in_array = false;
                    self.at = at + 1;
                }
                Some(b',' | b';') if at - self.at <= MAX_BLANKS => {}
                Some(b'{') => {
                    self.at = at;
                    self.state = State::Object(Object::new(self.json, at));
                    return Step::On;
                }
                Some(_) => return self.closing(window, at, ended),
            }
            at += 1;
        }
    }

    fn closing(&mut self, window: &str, at: usize, ended: bool) -> Step {
        match marker::fit_any(self.row.closes, &window[at..], "", ended) {
            Fit::Full(length) => Step::Over(at + length),
            Fit::Partial => Step::More,
            Fit::No => self.leave(),
        }
    }

    /// What comes next is not the region's; separators before it are not either.
    fn leave(&self) -> Step {
        Step::Over(self.at.max(self.done))
    }

    fn object(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let State::Object(object) = &mut self.state else { return Step::On };
        match object.read(window, out.tools) {
            Read::More if ended && object.is_complete() => self.whole(window, window.len(), out),
            Read::More if ended && object.is_begun() => self.malformed(window, out),
            Read::More => {
                self.owes_text |= ended;
                Step::More
            }
            Read::Arguments => self.open_call(window, out),
            Read::Whole(end) => self.whole(window, end, out),
            Read::Broken(_) if self.json.is_sure && object.tool.is_some() => self.malformed(window, out),
            Read::Broken(at) => {
                self.owes_text = true;
                Step::Over(at)
            }
            Read::Foreign => {
                let start = object.start;
                out.text(&window[self.done..start]);
                (self.done, self.at, self.owes_text) = (start, start, true);
                self.state = State::Foreign(Value::default());
                Step::On
            }
        }
    }

    /// A call is sure: what stood before it is dropped, or goes out behind text that went out.
    fn confirm(&mut self, window: &str, start: usize, out: &mut Out<'_>) {
        if self.owes_text {
            out.text(&window[self.done..start]);
        }
        (self.has_call, self.owes_text) = (true, false);
    }

    fn open_call(&mut self, window: &str, out: &mut Out<'_>) -> Step {
        let State::Object(object) = &self.state else { return Step::On };
        let (object, Some(tool)) = (object.clone(), object.tool) else { return Step::On };
        self.confirm(window, object.start, out);
        out.open_call(tool, object.id.clone().and_then(|id| window.get(id)));
        (self.done, self.at) = (object.at, object.at);
        self.state = State::Arguments(object, Value::default());
        Step::On
    }

    /// A whole object whose arguments did not go out as they came.
    fn whole(&mut self, window: &str, end: usize, out: &mut Out<'_>) -> Step {
        let State::Object(object) = &self.state else { return Step::On };
        let (object, Some(tool)) = (object.clone(), object.tool) else { return Step::On };
        self.confirm(window, object.start, out);
        let id = object.id.and_then(|id| window.get(id));
        let value = object.arguments.and_then(|a| window.get(a)).unwrap_or("{}");
        if object.clash.is_some() {
            // Which of the two is meant is not ours to choose: together they are no JSON.
            let both = [&window[object.start..end], "\n", value].concat();
            out.call(tool, id, &both);
        } else if out.is_freeform(tool) {
            out.call(tool, id, &typing::free_text(value));
        } else {
            out.call(tool, id, &typing::arguments(value));
        }
        (self.done, self.at, self.state) = (end, end, State::Between);
        Step::On
    }

    /// An object that cannot become a whole call; its text goes out as the arguments.
    fn malformed(&mut self, window: &str, out: &mut Out<'_>) -> Step {
        let State::Object(object) = &self.state else { return Step::On };
        let (start, Some(tool)) = (object.start, object.tool) else { return Step::On };
        self.confirm(window, start, out);
        out.open_call(tool, None);
        (self.done, self.at, self.state) = (start, start, State::Broken);
        Step::On
    }

    fn arguments(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let State::Arguments(object, value) = &mut self.state else { return Step::On };
        let step = value.follow(&window[self.at..]);
        let length = match step {
            value::Step::More => window.len() - self.at,
            value::Step::End(length) | value::Step::Broken(length) => length,
        };
        out.arguments(&window[self.at..self.at + length]);
        self.at += length;
        self.done = self.at;
        match step {
            value::Step::More if ended => self.end_call(out),
            value::Step::More => return Step::More,
            value::Step::Broken(_) => self.state = State::Broken,
            value::Step::End(_) => {
                object.pass_arguments(self.at);
                self.state = State::Tail(object.clone());
            }
        }
        Step::On
    }

    fn end_call(&mut self, out: &mut Out<'_>) {
        out.close();
        self.state = State::Between;
    }

    /// The rest of an object whose arguments went out: only its end matters, and other arguments.
    fn tail(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let State::Tail(object) = &mut self.state else { return Step::On };
        let read = object.read(window, out.tools);
        if let Some(end) = object.clash.take() {
            // Which of the two is meant is not ours to choose: together they are no JSON.
            out.arguments(&window[self.done..end]);
            self.done = end;
        }
        if let Read::Whole(end) = read {
            self.done = end;
        }
        self.at = self.done;
        if read == Read::More && !ended {
            return Step::More;
        }
        self.end_call(out);
        Step::On
    }

    /// The rest of a call that is no JSON: up to the closing marker, or all of it.
    fn broken(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        let found = marker::find(&[self.row.closes], window, self.at..window.len(), "", ended);
        let end = found.text_before(window.len());
        out.arguments(&window[self.at..end]);
        (self.at, self.done) = (end, end);
        if ended || matches!(found, Found::Full(..)) {
            self.end_call(out);
            return Step::On;
        }
        Step::More
    }

    fn foreign(&mut self, window: &str, out: &mut Out<'_>) -> Step {
        let State::Foreign(value) = &mut self.state else { return Step::On };
        let step = value.follow(&window[self.at..]);
        let end = match step {
            value::Step::More => window.len(),
            value::Step::End(length) | value::Step::Broken(length) => self.at + length,
        };
        out.text(&window[self.at..end]);
        (self.at, self.done) = (end, end);
        match step {
            value::Step::More => Step::More,
            value::Step::Broken(_) => Step::Over(end),
            value::Step::End(_) => {
                self.state = State::Between;
                Step::On
            }
        }
    }
}

impl CallReader for JsonCalls {
    fn step(&mut self, window: &str, ended: bool, out: &mut Out<'_>) -> Step {
        match self.state {
            State::Between => self.between(window, ended),
            State::Object(_) => self.object(window, ended, out),
            State::Arguments(..) => self.arguments(window, ended, out),
            State::Tail(_) => self.tail(window, ended, out),
            State::Broken => self.broken(window, ended, out),
            State::Foreign(_) => self.foreign(window, out),
        }
    }

    /// The window begins behind what is done next time.
    fn settle(&mut self) -> usize {
        let done = core::mem::take(&mut self.done);
        self.at -= done;
        if let State::Object(object) | State::Tail(object) | State::Arguments(object, _) = &mut self.state {
            object.shift(done);
        }
        done
    }

    /// Gives out as text what is not done before `at`, unless it stands behind a call.
    fn give_back(&mut self, window: &str, at: usize, out: &mut Out<'_>) -> usize {
        if at > self.done && (self.owes_text || !self.has_call) {
            out.text(&window[self.done..at]);
        }
        at
    }
}
