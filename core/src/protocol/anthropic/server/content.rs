//! The conversation of a request: the system prompt, turns, and the blocks they are made of.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::read::{At, Fields, Read, array, bool, no_json, string};
use super::{VENDOR, citation, media, state};
use crate::json::{Kind, RawJson, Reader};
use crate::map::Map;
use crate::model::{
    CacheMark, Citation, Content, Extension, Loss, LossAction, Message, Opaque, Part, ReasoningText, Role,
    ToolCall, ToolCallKind, ToolResult, Wire,
};
use crate::protocol::call_id;
use crate::protocol::seal::{Broken, SealKey, Sealed};

/// More fields without a word than any object of the wire has.
const MAX_EXTENSIONS: usize = 64;

/// What is kept while a request is read.
pub(super) struct Reading<'k> {
    pub(super) key: &'k SealKey,
    pub(super) losses: Vec<Loss>,
    /// Whether something was made here, not by the vendor.
    pub(super) is_marked: bool,
    /// The name of the tool that each call so far asks for, by the call's id.
    names: Map<String, String>,
}

/// Where a block stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Inside {
    Result,
    Turn,
}

/// What a block comes to.
enum Decoded {
    Envelope(Sealed),
    Nothing,
    Part(Part),
}

impl<'k> Reading<'k> {
    pub(super) const fn new(key: &'k SealKey) -> Self {
        Self { key, losses: Vec::new(), is_marked: false, names: Map::new() }
    }

    pub(super) fn lose(&mut self, action: LossAction, path: impl Into<String>, why: impl Into<String>) {
        self.losses.push(Loss::new(action, path, why));
    }

    /// The system prompt, one message; none where it says nothing.
    pub(super) fn system(&mut self, r: &mut Reader<'_>, at: &At<'_>) -> Read<Option<Message>> {
        let parts = self.parts(r, at, Inside::Turn)?;
        let is_empty = match &parts[..] {
            [] => true,
            [part] => *part == Part::text(""),
            _ => false,
        };
        Ok((!is_empty).then(|| Message::new(Role::System, parts)))
    }

    /// The turns. A turn with tool results becomes a message for each run of results and of other
    /// blocks, because results are messages of their own on the other wires.
    pub(super) fn messages(&mut self, r: &mut Reader<'_>, at: &At<'_>) -> Read<Vec<Message>> {
        let mut messages = Vec::new();
        let Some(mut turns) = array(r, at)? else { return Err(at.missing("an array")) };
        let mut index = 0;
        while turns.element(r).map_err(no_json)? {
            self.turn(r, &at.index(index), &mut messages)?;
            index += 1;
        }
        Ok(messages)
    }

    fn turn(&mut self, r: &mut Reader<'_>, at: &At<'_>, messages: &mut Vec<Message>) -> Read<()> {
        let mut fields = Fields::read(r, at)?;
        let role = match &*fields.demand("role", at)? {
            "assistant" => Role::Assistant,
            "system" => Role::System,
            "user" => Role::User,
            other => {
                let why = alloc::format!("expected \"user\", \"assistant\" or \"system\", found {other:?}");
                return Err(at.field("role").bad(why));
            }
        };
        let at_content = at.field("content");
        let Some(mut content) = fields.take("content") else {
            return Err(at_content.missing("a string or an array"));
        };
        let parts = self.parts(&mut content, &at_content, Inside::Turn)?;
        let mut extensions = Vec::new();
        self.extend(&mut extensions, "", fields, at)?;
        let first = messages.len();
        split(role, parts, messages);
        messages[first].extensions = extensions;
        Ok(())
    }

    fn parts(&mut self, r: &mut Reader<'_>, at: &At<'_>, inside: Inside) -> Read<Vec<Part>> {
        match r.kind().map_err(no_json)? {
            Kind::String => {
                return Ok(alloc::vec![Part::text(r.string().map_err(no_json)?)]);
            }
            Kind::Array => {}
            _ => return Err(at.bad("expected a string or an array of blocks")),
        }
        let mut parts = Vec::new();
        let mut blocks = r.array().map_err(no_json)?;
        let mut index = 0;
        while blocks.element(r).map_err(no_json)? {
            match self.block(r, &at.index(index), inside)? {
                Decoded::Envelope(sealed) => {
                    if !state::unpack(&mut parts, sealed) {
                        let path = at.index(index).to_string();
                        self.lose(LossAction::Dropped, path, "what this state belonged to is gone");
                    }
                }
                Decoded::Nothing => {}
                Decoded::Part(part) => parts.push(part),
            }
            index += 1;
        }
        Ok(parts)
    }

    fn block(&mut self, r: &mut Reader<'_>, at: &At<'_>, inside: Inside) -> Read<Decoded> {
        let mut fields = Fields::read(r, at)?;
        let kind = fields.demand("type", at)?;
        let (mut opaque, mut extensions) = (Vec::new(), Vec::new());
        let content = match &*kind {
            "text" => self.text(&mut fields, at)?,
            "thinking" => self.thinking(&mut fields, at, &mut opaque)?,
            "redacted_thinking" => return self.redacted(fields, at),
            "tool_use" => self.tool_use(&mut fields, at, &mut opaque)?,
            "tool_result" if inside == Inside::Turn => self.tool_result(&mut fields, at, &mut opaque)?,
            "image" | "document" => match media::decode(&kind, &mut fields, at)? {
                Some((media, source)) => {
                    self.extend(&mut extensions, "source.", source, &at.field("source"))?;
                    Content::Media(media)
                }
                None => return Ok(Decoded::Part(vendor(&kind, fields.whole))),
            },
            _ => return Ok(Decoded::Part(vendor(&kind, fields.whole))),
        };
        let cache = cache(&mut fields, at)?;
        self.extend(&mut extensions, "", fields, at)?;
        Ok(Decoded::Part(Part { content, cache, opaque, extensions }))
    }

    fn text(&mut self, fields: &mut Fields<'_>, at: &At<'_>) -> Read<Content> {
        let text = fields.demand("text", at)?.into_owned();
        let mut citations = Vec::new();
        if let Some(mut r) = fields.take("citations") {
            let mut list = array(&mut r, &at.field("citations"))?.expect("null was told apart");
            while list.element(&mut r).map_err(no_json)? {
                let raw = RawJson::trusted(r.raw().map_err(no_json)?);
                if citation::is_made_here(&raw) {
                    self.is_marked = true;
                } else {
                    citations.push(Citation { wire: Wire::Anthropic, raw });
                }
            }
        }
        Ok(Content::Text { text, citations })
    }

    fn thinking(&mut self, fields: &mut Fields<'_>, at: &At<'_>, opaque: &mut Vec<Opaque>) -> Read<Content> {
        let text = fields.string("thinking", at)?.unwrap_or_default().into_owned();
        let Some(mut r) = fields.take("signature") else {
            return Ok(Content::Reasoning(ReasoningText { text, is_summary: false }));
        };
        let raw = r.clone().raw().map_err(no_json)?;
        let signature = string(&mut r, &at.field("signature"))?.unwrap_or_default();
        let mut is_summary = false;
        match self.open(&signature) {
            Some(Ok(sealed)) => {
                (*opaque, is_summary) = state::of_reasoning(sealed);
            }
            Some(Err(_)) => self.broken(&at.field("signature")),
            None if signature.is_empty() => {}
            None => opaque.push(native("signature", raw)),
        }
        Ok(Content::Reasoning(ReasoningText { text, is_summary }))
    }

    fn redacted(&mut self, mut fields: Fields<'_>, at: &At<'_>) -> Read<Decoded> {
        let data = fields.demand("data", at)?;
        Ok(match self.open(&data) {
            Some(Ok(sealed)) => Decoded::Envelope(sealed),
            Some(Err(_)) => {
                self.broken(&at.field("data"));
                Decoded::Nothing
            }
            None => Decoded::Part(vendor("redacted_thinking", fields.whole)),
        })
    }

    fn open(&mut self, state: &str) -> Option<Result<Sealed, Broken>> {
        let opened = Sealed::open(state, self.key);
        self.is_marked |= opened.is_some();
        opened
    }

    fn broken(&mut self, at: &At<'_>) {
        self.lose(LossAction::Dropped, at.to_string(), "the sealed state was changed on its way");
    }

    fn tool_use(&mut self, fields: &mut Fields<'_>, at: &At<'_>, opaque: &mut Vec<Opaque>) -> Read<Content> {
        let id = call_id::original(&fields.demand("id", at)?).into_owned();
        let name = fields.demand("name", at)?.into_owned();
        let arguments = match fields.take("input") {
            None => String::from("{}"),
            Some(mut r) => match r.kind().map_err(no_json)? {
                // Arguments that are no object go out, and come back, as a string of their text.
                Kind::String => r.string().map_err(no_json)?.into_owned(),
                _ => r.raw().map_err(no_json)?.into(),
            },
        };
        for name in ["caller", "toolset_name"] {
            let Some(mut r) = fields.take(name) else { continue };
            let raw = r.raw().map_err(no_json)?;
            if name != "caller" || !is_direct(raw) {
                opaque.push(native(name, raw));
            }
        }
        self.names.insert(id.clone(), name.clone());
        Ok(Content::ToolCall(ToolCall { id: Some(id), name, arguments, kind: ToolCallKind::Function }))
    }

    fn tool_result(
        &mut self,
        fields: &mut Fields<'_>,
        at: &At<'_>,
        opaque: &mut Vec<Opaque>,
    ) -> Read<Content> {
        let call_id = call_id::original(&fields.demand("tool_use_id", at)?).into_owned();
        let content = match fields.take("content") {
            Some(mut r) => self.parts(&mut r, &at.field("content"), Inside::Result)?,
            None => Vec::new(),
        };
        let is_error = match fields.take("is_error") {
            Some(mut r) => bool(&mut r, &at.field("is_error"))?.unwrap_or_default(),
            None => false,
        };
        if let Some(mut r) = fields.take("toolset_name") {
            opaque.push(native("toolset_name", r.raw().map_err(no_json)?));
        }
        let name = self.names.get(&call_id).cloned();
        let kind = ToolCallKind::Function;
        Ok(Content::ToolResult(ToolResult { call_id, name, content, is_error, kind }))
    }

    /// Carries the fields that have no word, under `prefix` where they stand inside of another.
    pub(super) fn extend(
        &mut self,
        extensions: &mut Vec<Extension>,
        prefix: &str,
        fields: Fields<'_>,
        at: &At<'_>,
    ) -> Read<()> {
        for (name, value) in fields.rest() {
            if extensions.len() >= MAX_EXTENSIONS {
                return Err(at.bad(alloc::format!("expected at most {MAX_EXTENSIONS} unknown fields")));
            }
            if name.contains('.') {
                let why = "a dot in a name means a field inside of another";
                self.lose(LossAction::Dropped, at.field(&name).to_string(), why);
                continue;
            }
            let name = alloc::format!("{prefix}{name}");
            extensions.push(Extension::new(Wire::Anthropic, name, RawJson::trusted(value)));
        }
        Ok(())
    }
}

/// Results and other parts of one turn as messages of their own.
fn split(role: Role, parts: Vec<Part>, messages: &mut Vec<Message>) {
    let role_of = |part: &Part| match part.content {
        Content::ToolResult(_) if role == Role::User => Role::Tool,
        _ => role,
    };
    let first = messages.len();
    for part in parts {
        let role = role_of(&part);
        match messages[first..].last_mut() {
            Some(message) if message.role == role => message.parts.push(part),
            _ => messages.push(Message::new(role, alloc::vec![part])),
        }
    }
    if messages.len() == first {
        messages.push(Message::new(role, Vec::new()));
    }
}

fn native(field: &str, raw: &str) -> Opaque {
    Opaque { vendor: VENDOR.into(), model: None, field: field.into(), value: RawJson::trusted(raw) }
}

/// A block that only this wire's vendor understands, whole.
fn vendor(kind: &str, raw: &str) -> Part {
    let json = RawJson::trusted(raw);
    Part::new(Content::Vendor { vendor: VENDOR.into(), wire: Wire::Anthropic, kind: kind.into(), json })
}

/// Whether a `caller` says what is meant without one.
fn is_direct(raw: &str) -> bool {
    let at = At::BODY;
    let Ok(mut fields) = Fields::read(&mut Reader::new(raw), &at) else { return false };
    matches!(fields.string("type", &at), Ok(Some(kind)) if kind == "direct") && fields.rest().next().is_none()
}

/// The cache mark in `cache_control`; one of another form stays a field without a word.
pub(super) fn cache(fields: &mut Fields<'_>, at: &At<'_>) -> Read<Option<CacheMark>> {
    const NAME: &str = "cache_control";
    let Some(mut r) = fields.take(NAME) else { return Ok(None) };
    let raw = r.clone().raw().map_err(no_json)?;
    let at = at.field(NAME);
    let mut control = Fields::read(&mut r, &at)?;
    let kind = control.string("type", &at)?;
    let ttl = control.string("ttl", &at)?;
    if kind.as_deref() == Some("ephemeral") && control.rest().next().is_none() {
        return Ok(Some(CacheMark { ttl: ttl.map(Into::into) }));
    }
    fields.put_back(NAME, raw);
    Ok(None)
}
