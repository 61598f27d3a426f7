//! Tool calls: which call a fragment belongs to, and when its part opens.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::out::Out;
use crate::json::{self, Kind, Reader};
use crate::model::{Event, PartKind, ToolCallKind, Wire};
use crate::protocol::nesting::Nesting;

/// The calls of one choice.
#[derive(Clone, Debug, Default)]
pub(super) struct ToolCalls {
    calls: Vec<Call>,
}

#[derive(Clone, Debug, Default)]
struct Call {
    index: Option<u64>,
    id: String,
    name: String,
    kind: ToolCallKind,
    /// Whether an id may still come: the part waits for it.
    wants_id: bool,
    /// Whether it came as `function_call`.
    is_legacy: bool,
    /// Arguments that came before the part opened.
    held: String,
    /// `extra_content` that came before the part opened.
    extra: Option<String>,
    part: Option<u32>,
    arguments: Arguments,
    /// Whether its part has ended.
    is_over: bool,
}

/// How far the arguments of a call have come.
#[derive(Clone, Copy, Debug, Default)]
enum Arguments {
    #[default]
    Blank,
    Object(Nesting),
    Text,
}

impl Arguments {
    fn take(&mut self, text: &str) {
        match (*self, text.trim_ascii_start().bytes().next()) {
            (Self::Blank, None) | (Self::Text, _) => return,
            (Self::Blank, Some(b'{')) => *self = Self::Object(Nesting::default()),
            (Self::Blank, Some(_)) => *self = Self::Text,
            (Self::Object(_), _) => {}
        }
        if let Self::Object(nesting) = self {
            nesting.take(text);
        }
    }

    const fn are_whole(&self) -> bool {
        matches!(self, Self::Object(nesting) if nesting.is_closed())
    }
}

/// One entry of `tool_calls`, as far as it goes.
#[derive(Default)]
struct Fragment<'a> {
    index: Option<u64>,
    id: Cow<'a, str>,
    kind: Cow<'a, str>,
    name: Cow<'a, str>,
    arguments: Cow<'a, str>,
    extra: Option<&'a str>,
    has_body: bool,
    is_custom: bool,
}

/// How many calls back a fragment may belong: more than any model makes at once.
const LOOK_BACK: usize = 256;

impl ToolCalls {
    /// Whether a call has come.
    pub(super) fn is_any(&self) -> bool {
        self.calls.iter().any(|c| !c.name.is_empty())
    }

    /// Takes a `tool_calls` array; in a whole message each entry is a call of its own.
    pub(super) fn add(&mut self, list: &str, is_message: bool, out: &mut Out<'_>) -> Result<(), json::Error> {
        let mut r = Reader::new(list);
        let Some(mut elements) = r.opt_array()? else { return Ok(()) };
        while elements.element(&mut r)? {
            let mut start = r.clone();
            let fragment = read_fragment(&mut r)?;
            if fragment.is_vendors() && (is_message || self.known(&fragment).is_none()) {
                vendor(&fragment.kind, start.raw()?, out);
                continue;
            }
            let known = if is_message { None } else { self.known(&fragment) };
            let at = known.unwrap_or_else(|| self.push(fragment.index, !is_message, out));
            if self.calls[at].is_over && !self.calls[at].can_take(&fragment) {
                // Its part has ended, so there is no place for more of it.
                out.event(Event::Unknown { name: "tool_calls".into(), data: start.raw()?.into() });
                continue;
            }
            self.calls[at].take(&fragment, out);
            self.end_whole(at, out);
        }
        Ok(())
    }

    /// Ends what the call at `at` shows to be over: the one before it, and itself where another has
    /// opened. A call whose arguments are whole has nothing more to say, and the next need not wait.
    fn end_whole(&mut self, at: usize, out: &mut Out<'_>) {
        for before in [at.checked_sub(1), Some(at)].into_iter().flatten() {
            let has_next = self.calls.get(before + 1).is_some_and(|next| next.part.is_some());
            let call = &mut self.calls[before];
            if has_next && call.arguments.are_whole() && call.kind == ToolCallKind::Function {
                call.end(out);
            }
        }
    }

    /// Takes the one call of the old `function_call` field, which never has an id; beside
    /// `tool_calls` it only repeats them.
    pub(super) fn add_function_call(&mut self, raw: &str, out: &mut Out<'_>) -> Result<(), json::Error> {
        let mut fragment = Fragment::default();
        body(&mut Reader::new(raw), &mut fragment)?;
        let is_repetition = self.calls.last().is_some_and(|c| !c.is_legacy);
        if is_repetition || fragment.name.is_empty() && fragment.arguments.is_empty() {
            return Ok(());
        }
        let at = match self.calls.last() {
            Some(last) if !last.is_over => self.calls.len() - 1,
            _ => self.push(None, false, out),
        };
        self.calls[at].is_legacy = true;
        self.calls[at].take(&fragment, out);
        Ok(())
    }

    fn push(&mut self, index: Option<u64>, wants_id: bool, out: &mut Out<'_>) -> usize {
        *out.held += size_of::<Call>();
        self.calls.push(Call { index, wants_id, ..Call::default() });
        self.calls.len() - 1
    }

    /// The call that a fragment continues.
    fn known(&self, fragment: &Fragment<'_>) -> Option<usize> {
        let first = self.calls.len().saturating_sub(LOOK_BACK);
        let find = |is: &dyn Fn(&Call) -> bool| self.calls[first..].iter().rposition(is).map(|at| first + at);
        if let Some(index) = fragment.index {
            let at = find(&|c| c.index == Some(index))?;
            // Some servers number every call 0: another id with another name is another call.
            let known = &self.calls[at];
            let is_other = !fragment.name.is_empty()
                && !fragment.id.is_empty()
                && !known.id.is_empty()
                && known.id != fragment.id;
            return (!is_other).then_some(at);
        }
        let by_id = find(&|c| c.id == fragment.id && !c.id.is_empty());
        let is_bare = fragment.name.is_empty() && !fragment.is_vendors();
        let last = if is_bare { self.calls.len().checked_sub(1) } else { None };
        by_id.or(last)
    }

    /// Opens what still waits for an id, and ends every part.
    pub(super) fn close(&mut self, out: &mut Out<'_>) {
        for call in &mut self.calls {
            if call.part.is_none() && !call.is_over {
                call.open(out);
            }
            call.end(out);
        }
    }
}

impl Fragment<'_> {
    /// Whether it is an entry that is neither a function nor a custom tool.
    fn is_vendors(&self) -> bool {
        !self.has_body && self.name.is_empty() && !matches!(&*self.kind, "" | "function" | "custom")
    }
}

impl Call {
    /// Whether a fragment that comes when the part has ended holds nothing but what goes beside it: its
    /// state, and white space behind its arguments.
    fn can_take(&self, fragment: &Fragment<'_>) -> bool {
        fragment.arguments.trim_ascii().is_empty() && (fragment.extra.is_none() || self.part.is_some())
    }

    /// Ends its part.
    fn end(&mut self, out: &mut Out<'_>) {
        if let (Some(part), false) = (self.part, self.is_over) {
            out.event(Event::PartEnd { part });
        }
        self.is_over = true;
    }

    fn take(&mut self, fragment: &Fragment<'_>, out: &mut Out<'_>) {
        if self.id.is_empty() {
            self.id.push_str(&fragment.id);
        }
        if self.name.is_empty() {
            self.name.push_str(&fragment.name);
        }
        if fragment.is_custom {
            self.kind = ToolCallKind::Freeform;
        }
        let is_waiting = self.name.is_empty() || self.id.is_empty() && self.wants_id;
        if !is_waiting && self.part.is_none() && !self.is_over {
            self.open(out);
        }
        let Some(part) = self.part else {
            *out.held += fragment.arguments.len() + fragment.extra.map_or(0, str::len);
            self.arguments.take(&fragment.arguments);
            self.held.push_str(&fragment.arguments);
            self.extra = fragment.extra.map(Into::into).or_else(|| self.extra.take());
            return;
        };
        if let Some(extra) = fragment.extra {
            opaque(part, extra, out);
        }
        if !fragment.arguments.is_empty() && !self.is_over {
            self.arguments.take(&fragment.arguments);
            out.event(Event::ArgumentsDelta { part, text: Cow::Borrowed(&fragment.arguments) });
        }
    }

    fn open(&mut self, out: &mut Out<'_>) {
        if self.name.is_empty() {
            if !self.held.is_empty() {
                out.event(Event::Unknown { name: "tool_calls".into(), data: Cow::Borrowed(&self.held) });
            }
            return;
        }
        let id = (!self.id.is_empty()).then_some(Cow::Borrowed(self.id.as_str()));
        let part = out.open(PartKind::ToolCall { id, name: Cow::Borrowed(&self.name), kind: self.kind });
        self.part = Some(part);
        if let Some(extra) = self.extra.take() {
            opaque(part, &extra, out);
        }
        if !self.held.is_empty() {
            out.event(Event::ArgumentsDelta { part, text: Cow::Borrowed(&self.held) });
            *out.held -= self.held.len();
            self.held = String::new();
        }
    }
}

fn opaque(part: u32, value: &str, out: &mut Out<'_>) {
    out.event(Event::Opaque { part, field: "extra_content".into(), value: value.into() });
}

fn vendor(kind: &str, raw: &str, out: &mut Out<'_>) {
    let kind = alloc::format!("tool_calls.{kind}").into();
    let part = out.open(PartKind::Vendor { wire: Wire::OpenaiChat, kind, json: raw.into() });
    out.event(Event::PartEnd { part });
}

fn read_fragment<'a>(r: &mut Reader<'a>) -> Result<Fragment<'a>, json::Error> {
    let mut fragment = Fragment::default();
    let Some(mut fields) = r.opt_object()? else { return Ok(fragment) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "index" => fragment.index = r.opt_u64()?,
            "id" => fragment.id = r.opt_text()?.unwrap_or_default(),
            "type" => {
                fragment.kind = r.opt_string()?.unwrap_or_default();
                fragment.is_custom |= fragment.kind == "custom";
            }
            "function" | "custom" => {
                fragment.is_custom |= key == "custom" && r.kind()? == Kind::Object;
                fragment.has_body |= r.kind()? == Kind::Object;
                body(r, &mut fragment)?;
            }
            "extra_content" => fragment.extra = r.opt_raw()?,
            _ => field(&key, r, &mut fragment)?,
        }
    }
    Ok(fragment)
}

/// Reads `{name, arguments}` or `{name, input}`.
fn body<'a>(r: &mut Reader<'a>, fragment: &mut Fragment<'a>) -> Result<(), json::Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        field(&key, r, fragment)?;
    }
    Ok(())
}

fn field<'a>(key: &str, r: &mut Reader<'a>, fragment: &mut Fragment<'a>) -> Result<(), json::Error> {
    match key {
        "name" => fragment.name = r.opt_string()?.unwrap_or_default(),
        // Some servers write the object itself where its text belongs.
        "arguments" | "input" => {
            fragment.arguments = match r.kind()? {
                Kind::String => r.string()?,
                _ => Cow::Borrowed(r.opt_raw()?.unwrap_or_default()),
            }
        }
        _ => r.skip()?,
    }
    Ok(())
}
