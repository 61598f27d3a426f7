//! Messages.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::tools::extend;
use super::{cache, media_parts};
use crate::model::{
    Content, LossAction, Media, MediaKind, Message, Part, Role, ToolCall, ToolCallKind, ToolResult, Wire,
};
use crate::protocol::encoding::{EncodeError, Encoding};
use crate::protocol::made_ids::MadeIds;
use crate::protocol::openai_chat::fields::{Fields, array, quoted};

/// Writes the array of messages.
pub(super) fn encode(encoding: &mut Encoding<'_>) -> Result<String, EncodeError> {
    let request = encoding.request;
    let mut conversation = Conversation {
        encoding,
        messages: Vec::new(),
        waiting: Pieces::default(),
        calls: 0,
        unanswered: MadeIds::default(),
    };
    for (at, message) in request.messages.iter().enumerate() {
        conversation.message(message, &format!("messages[{at}]"))?;
    }
    conversation.flush_waiting();
    Ok(array(conversation.messages))
}

struct Conversation<'e, 'a> {
    encoding: &'e mut Encoding<'a>,
    messages: Vec<String>,
    /// Media of tool results: the wire takes only text there, so a user's message brings them once
    /// all results are told.
    waiting: Pieces,
    /// How many tool calls have come.
    calls: usize,
    /// Calls that had no id and no answer yet.
    unanswered: MadeIds,
}

/// The parts of one message's content.
#[derive(Default)]
struct Pieces(Vec<Piece>);

struct Piece {
    raw: String,
    /// The text, where it is nothing but text.
    plain: Option<String>,
}

impl Pieces {
    fn push(&mut self, raw: impl Into<String>) {
        self.0.push(Piece { raw: raw.into(), plain: None });
    }

    fn text(&mut self, text: &str) {
        let raw = Fields::of_type("text").with("text", quoted(text)).write();
        self.0.push(Piece { raw, plain: Some(text.into()) });
    }

    /// Puts `prefix` before the first text.
    fn prefix(&mut self, prefix: &str) {
        let mut first = Self::default();
        match self.0.first().and_then(|p| p.plain.as_deref()) {
            Some(text) => {
                first.text(&format!("{prefix}{text}"));
                self.0.remove(0);
            }
            None => first.text(prefix),
        }
        first.0.append(&mut self.0);
        *self = first;
    }

    /// Adds fields to the last part, which is then no plain text any more.
    fn mark(&mut self, fields: Fields) {
        if let (Some(last), false) = (self.0.last_mut(), fields.is_empty()) {
            let mut part = Fields::read(&last.raw);
            part.append(fields);
            *last = Piece { raw: part.write(), plain: None };
        }
    }

    /// The texts with `separator` between them, if there is nothing else.
    fn joined(&self, separator: &str) -> Option<String> {
        let texts: Option<Vec<&str>> = self.0.iter().map(|p| p.plain.as_deref()).collect();
        Some(texts?.join(separator))
    }

    /// A string for one text, an array for anything else; `None` for nothing.
    fn content(&self) -> Option<String> {
        match &self.0[..] {
            [] => None,
            [Piece { plain: Some(text), .. }] => Some(quoted(text)),
            pieces => Some(array(pieces.iter().map(|p| &p.raw))),
        }
    }
}

/// What an assistant's turn is made of on this wire.
#[derive(Default)]
struct Turn {
    content: Pieces,
    reasoning: String,
    /// Where the parts of it stand.
    thoughts: Vec<String>,
    /// The insides of `reasoning_details` arrays.
    details: Vec<String>,
    refusal: String,
    /// Where the parts of it stand.
    refusals: Vec<String>,
    calls: Vec<String>,
    audio: Option<String>,
    /// Which of the wire's fields the last part went to.
    last: Field,
}

/// The fields that hold an assistant's parts, in the order in which they are understood.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
enum Field {
    #[default]
    Reasoning,
    Content,
    Refusal,
    Calls,
}

impl Field {
    const fn of(content: &Content) -> Option<Self> {
        match content {
            Content::Reasoning(_) => Some(Self::Reasoning),
            Content::Text { .. } => Some(Self::Content),
            Content::Refusal(_) => Some(Self::Refusal),
            Content::ToolCall(_) => Some(Self::Calls),
            Content::Media(_) | Content::ToolResult(_) | Content::Vendor { .. } => None,
        }
    }
}

impl Conversation<'_, '_> {
    fn lose(&mut self, action: LossAction, path: impl Into<String>, why: impl Into<String>) {
        self.encoding.lose(action, path, why);
    }

    /// Whether what `vendor` sent goes back to it.
    fn is_own(&self, vendor: &str) -> bool {
        vendor == self.encoding.target.dialect.vendor
    }

    fn is_native(&self) -> bool {
        self.encoding.target.dialect.is_native
    }

    fn message(&mut self, message: &Message, path: &str) -> Result<(), EncodeError> {
        match message.role {
            Role::Assistant => self.assistant(message, path),
            Role::Developer if self.encoding.target.dialect.developer_role => {
                self.spoken("developer", message, path)
            }
            Role::Developer => {
                self.lose(LossAction::Renamed, format!("{path}.role"), "the dialect knows only `system`");
                self.spoken("system", message, path)
            }
            Role::System => self.spoken("system", message, path),
            Role::Tool | Role::User => self.spoken("user", message, path),
        }
    }

    fn push(&mut self, role: &str, mut fields: Fields, message: &Message, path: &str) {
        let mut object = Fields::new().with("role", quoted(role));
        extend(self.encoding, &mut fields, &message.extensions, path);
        object.append(fields);
        self.messages.push(object.write());
    }

    fn flush_waiting(&mut self) {
        let waiting = core::mem::take(&mut self.waiting);
        if let Some(content) = waiting.content() {
            let message = Fields::new().with("role", quoted("user")).with("content", content);
            self.messages.push(message.write());
        }
    }

    /// A message of the application or the person. Tool results in it become messages of their own.
    fn spoken(&mut self, role: &str, message: &Message, path: &str) -> Result<(), EncodeError> {
        let mut content = Pieces::default();
        let mut has_results = false;
        for (at, part) in message.parts.iter().enumerate() {
            let path = format!("{path}.parts[{at}]");
            if let Content::ToolResult(result) = &part.content {
                has_results = true;
                self.tool_result(part, result, message, &path)?;
            } else {
                self.spoken_part(role, part, &path, &mut content)?;
            }
        }
        if content.0.is_empty() && has_results {
            return Ok(());
        }
        if message.role == Role::Tool {
            self.lose(LossAction::Approximated, path, "a user's message brings what is no tool's result");
        }
        if role == "user" && !self.waiting.0.is_empty() {
            let mut waiting = core::mem::take(&mut self.waiting);
            waiting.0.append(&mut content.0);
            content = waiting;
        }
        self.flush_waiting();
        let content = content.content().unwrap_or_else(|| quoted(""));
        self.push(role, Fields::new().with("content", content), message, path);
        Ok(())
    }

    fn spoken_part(
        &mut self,
        role: &str,
        part: &Part,
        path: &str,
        content: &mut Pieces,
    ) -> Result<(), EncodeError> {
        match &part.content {
            Content::Text { .. } => self.text(part, path, content),
            Content::Refusal(text) => {
                self.lose(LossAction::Approximated, path, "only an assistant refuses: plain text");
                content.text(text);
            }
            Content::Media(media) if role == "user" => {
                let piece = self.media(part, media, path)?;
                content.push(piece);
            }
            Content::Media(_) => {
                return Err(self.encoding.refuse(path, "only a user's message holds more than text"));
            }
            Content::Reasoning(_) => {
                self.lose(LossAction::Dropped, path, "only an assistant thinks");
                self.lose_opaque(part, &[], path);
            }
            Content::Vendor { vendor, wire: Wire::OpenaiChat, json, .. } if self.is_own(vendor) => {
                content.push(json.as_str());
            }
            Content::Vendor { vendor, wire, .. } => {
                let why = format!("only {vendor} on {wire} knows this block");
                self.lose(LossAction::Dropped, path, why);
            }
            Content::ToolCall(_) => {
                let why = "expected a tool call in an assistant's turn only";
                return Err(EncodeError::Invalid { path: path.into(), why: why.into() });
            }
            // Written before, as a message of its own.
            Content::ToolResult(_) => {}
        }
        Ok(())
    }

    fn text(&mut self, part: &Part, path: &str, content: &mut Pieces) {
        let Content::Text { text, citations } = &part.content else { return };
        if !citations.is_empty() {
            self.lose(LossAction::Dropped, format!("{path}.citations"), "the wire takes none back");
        }
        content.text(text);
        let written = self.lose_opaque(part, &["extra_content"], path);
        let is_marked = part.cache.is_some() && cache::takes_marks(self.encoding) || written.is_some();
        if is_marked || part.extensions.iter().any(|e| e.wire == Wire::OpenaiChat) {
            let mut object = Fields::of_type("text").with("text", quoted(text));
            if let Some(extra) = written {
                object.set("extra_content", extra);
            }
            content.0.pop();
            content.push(self.finish_part(part, object, path));
        } else {
            // Nothing of it has a place: this only tells so.
            self.finish_part(part, Fields::new(), path);
        }
    }

    fn media(&mut self, part: &Part, media: &Media, path: &str) -> Result<String, EncodeError> {
        let object = media_parts::encode(self.encoding, media, path)?;
        self.lose_opaque(part, &[], path);
        Ok(self.finish_part(part, object, path))
    }

    /// Adds the cache mark and the extensions of a content part.
    fn finish_part(&mut self, part: &Part, mut object: Fields, path: &str) -> String {
        if let Some(mark) = &part.cache {
            cache::encode_part(self.encoding, mark, &mut object, path);
        }
        extend(self.encoding, &mut object, &part.extensions, path);
        object.write()
    }

    /// Reports the state of other vendors and wires; gives the value of the one field of `known`
    /// that goes back.
    fn lose_opaque<'p>(&mut self, part: &'p Part, known: &[&str], path: &str) -> Option<&'p str> {
        let mut found = None;
        for opaque in &part.opaque {
            let is_ours = opaque.vendor == self.encoding.target.dialect.vendor;
            if is_ours && known.contains(&&*opaque.field) {
                found = Some(opaque.value.as_str());
            } else {
                let why = format!("it is {}'s, and has no place here", opaque.vendor);
                self.lose(LossAction::Dropped, format!("{path}.opaque.{}", opaque.field), why);
            }
        }
        found
    }

    fn tool_result(
        &mut self,
        part: &Part,
        result: &ToolResult,
        message: &Message,
        path: &str,
    ) -> Result<(), EncodeError> {
        let (mut texts, mut media) = (Pieces::default(), Vec::new());
        for (at, inner) in result.content.iter().enumerate() {
            let path = format!("{path}.content[{at}]");
            match &inner.content {
                Content::Media(m) => {
                    let why = "the wire takes only text in a tool's result: a user's message brings it";
                    self.lose(LossAction::Approximated, &*path, why);
                    media.push(self.media(inner, m, &path)?);
                }
                _ => self.spoken_part("tool", inner, &path, &mut texts)?,
            }
        }
        let id = self.result_id(result, path)?;
        if !media.is_empty() {
            self.waiting.text(&format!("From the result of tool call {id}:"));
            media.into_iter().for_each(|raw| self.waiting.push(raw));
        }
        self.lose_opaque(part, &[], path);
        let content = self.result_content(texts, part, result.is_error, path);
        let mut fields = Fields::new().with("tool_call_id", quoted(&id)).with("content", content);
        extend(self.encoding, &mut fields, &part.extensions, path);
        self.push("tool", fields, message, path);
        Ok(())
    }

    fn result_content(&mut self, mut texts: Pieces, part: &Part, is_error: bool, path: &str) -> String {
        if is_error {
            self.lose(LossAction::Approximated, format!("{path}.is_error"), "a prefix of the text says so");
            texts.prefix("Error: ");
        }
        let is_list = texts.0.len() > 1 && !self.is_native();
        if let Some(text) = texts.joined("\n").filter(|_| is_list) {
            self.lose(LossAction::Approximated, path, "several texts are joined to one");
            texts = Pieces::default();
            texts.text(&text);
        }
        if let Some(mark) = &part.cache {
            let mut fields = Fields::new();
            cache::encode_part(self.encoding, mark, &mut fields, path);
            texts.mark(fields);
        }
        texts.content().unwrap_or_else(|| quoted(""))
    }

    /// The id of the call that a result answers.
    fn result_id(&mut self, result: &ToolResult, path: &str) -> Result<String, EncodeError> {
        if !result.call_id.is_empty() {
            return Ok(result.call_id.clone());
        }
        self.unanswered.take(result.name.as_deref()).ok_or_else(|| EncodeError::Invalid {
            path: format!("{path}.call_id"),
            why: "expected the id of the call that this answers, found none".into(),
        })
    }

    fn assistant(&mut self, message: &Message, path: &str) -> Result<(), EncodeError> {
        self.flush_waiting();
        let mut turn = Turn::default();
        for (at, part) in message.parts.iter().enumerate() {
            let path = format!("{path}.parts[{at}]");
            self.keep_order(part, &path, &mut turn);
            self.assistant_part(part, &path, &mut turn)?;
        }
        let fields = self.turn_fields(turn);
        self.push("assistant", fields, message, path);
        Ok(())
    }

    /// Says where a part cannot stay behind the one that it followed.
    fn keep_order(&mut self, part: &Part, path: &str, turn: &mut Turn) {
        let Some(field) = Field::of(&part.content) else { return };
        if field < turn.last {
            self.lose(
                LossAction::Approximated,
                path,
                "the wire has a field for each kind, and no order of them",
            );
        }
        turn.last = turn.last.max(field);
    }

    fn turn_fields(&mut self, turn: Turn) -> Fields {
        let mut fields = Fields::new();
        // Many dialects take no list from an assistant, and its texts are one answer anyway.
        let joined = if self.is_native() { None } else { turn.content.joined("") };
        let is_empty = turn.content.0.is_empty();
        let content = match joined {
            Some(text) if !is_empty => Some(quoted(&text)),
            _ => turn.content.content(),
        };
        let has_more = !turn.calls.is_empty() || !turn.refusal.is_empty() || turn.audio.is_some();
        let nothing = if has_more { "null".into() } else { quoted("") };
        fields.set("content", content.unwrap_or(nothing));
        if !turn.details.is_empty() {
            fields.set("reasoning_details", format!("[{}]", turn.details.join(",")));
        } else if !turn.reasoning.is_empty() {
            match self.encoding.target.dialect.reasoning_field {
                "" => {
                    let why = "the dialect takes no thinking back";
                    turn.thoughts.into_iter().for_each(|path| self.lose(LossAction::Dropped, path, why));
                }
                name => fields.string(name, &turn.reasoning),
            }
        }
        if !turn.refusal.is_empty() {
            fields.string("refusal", &turn.refusal);
        }
        if turn.refusals.len() > 1 {
            let why = "several refusals are joined to one";
            turn.refusals.into_iter().for_each(|path| self.lose(LossAction::Approximated, path, why));
        }
        if let Some(id) = turn.audio {
            fields.set("audio", Fields::new().with("id", id).write());
        }
        if !turn.calls.is_empty() {
            fields.set("tool_calls", array(turn.calls));
        }
        fields
    }

    fn assistant_part(&mut self, part: &Part, path: &str, turn: &mut Turn) -> Result<(), EncodeError> {
        match &part.content {
            Content::Text { .. } => self.text(part, path, &mut turn.content),
            Content::Refusal(text) if self.is_native() => {
                turn.refusal.push_str(text);
                turn.refusals.push(path.into());
            }
            Content::Refusal(text) => {
                self.lose(LossAction::Approximated, path, "the dialect knows no refusals: plain text");
                turn.content.text(text);
            }
            Content::Reasoning(reasoning) => self.reasoning(part, &reasoning.text, path, turn),
            Content::ToolCall(call) => {
                let raw = self.tool_call(part, call, path);
                turn.calls.push(raw);
            }
            Content::Media(media) => self.assistant_media(part, media, path, turn),
            Content::Vendor { vendor, wire: Wire::OpenaiChat, kind, json } if self.is_own(vendor) => {
                if kind.starts_with("tool_calls.") {
                    turn.calls.push(json.as_str().into());
                } else {
                    turn.content.push(json.as_str());
                }
            }
            Content::Vendor { vendor, wire, .. } => {
                let why = format!("only {vendor} on {wire} knows this block");
                self.lose(LossAction::Dropped, path, why);
            }
            Content::ToolResult(_) => {
                let why = "expected a tool's result outside the assistant's turn";
                return Err(EncodeError::Invalid { path: path.into(), why: why.into() });
            }
        }
        Ok(())
    }

    fn reasoning(&mut self, part: &Part, text: &str, path: &str, turn: &mut Turn) {
        let is_in_content = self.encoding.target.dialect.reasoning_field == "content";
        if is_in_content {
            let signature = self.lose_opaque(part, &["signature"], path);
            if !text.is_empty() {
                let inner = Fields::of_type("text").with("text", quoted(text)).write();
                let mut thinking = Fields::of_type("thinking").with("thinking", array([inner]));
                if let Some(signature) = signature {
                    thinking.set("signature", signature);
                }
                turn.content.push(thinking.write());
            }
            return;
        }
        turn.reasoning.push_str(text);
        turn.thoughts.push(path.into());
        if let Some(details) = self.lose_opaque(part, &["reasoning_details"], path) {
            let inside = details.trim().trim_start_matches('[').trim_end_matches(']').trim();
            if !inside.is_empty() {
                turn.details.push(inside.into());
            }
        }
    }

    fn tool_call(&mut self, part: &Part, call: &ToolCall, path: &str) -> String {
        let number = self.calls;
        self.calls += 1;
        let id = match &call.id {
            Some(id) if !id.is_empty() => id.clone(),
            _ => {
                let id = format!("call_{number}");
                self.unanswered.add(&call.name, &id);
                id
            }
        };
        let is_custom = call.kind == ToolCallKind::Freeform && self.is_native();
        let kind = if is_custom { "custom" } else { "function" };
        let body = Fields::new().with("name", quoted(&call.name));
        let body = match call.kind {
            ToolCallKind::Freeform if is_custom => body.with("input", quoted(&call.arguments)),
            ToolCallKind::Freeform => {
                self.lose(LossAction::Approximated, path, "a function's argument holds the freeform input");
                let wrapped = Fields::new().with("input", quoted(&call.arguments)).write();
                body.with("arguments", quoted(&wrapped))
            }
            ToolCallKind::Function if call.arguments.trim().is_empty() => {
                body.with("arguments", quoted("{}"))
            }
            ToolCallKind::Function => body.with("arguments", quoted(&call.arguments)),
        };
        let mut object = Fields::new().with("id", quoted(&id)).with("type", quoted(kind));
        object.set(kind, body.write());
        if let Some(extra) = self.lose_opaque(part, &["extra_content"], path) {
            object.set("extra_content", extra);
        }
        if part.cache.is_some() {
            self.lose(LossAction::Dropped, format!("{path}.cache"), "no mark goes on a tool call");
        }
        extend(self.encoding, &mut object, &part.extensions, path);
        object.write()
    }

    fn assistant_media(&mut self, part: &Part, media: &Media, path: &str, turn: &mut Turn) {
        let id = self.lose_opaque(part, &["id"], path);
        match id {
            Some(id) if media.kind == MediaKind::Audio => turn.audio = Some(id.into()),
            _ => self.lose(LossAction::Dropped, path, "the wire takes no media back from an assistant"),
        }
    }
}
