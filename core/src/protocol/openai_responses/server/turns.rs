//! Items to turns.
//!
//! Neighbouring items that one side says make one message: thinking, texts and calls of the assistant;
//! results of calls. What would go back as one item although it was two begins a new message.

use alloc::borrow::Cow;
use alloc::collections::VecDeque;
use alloc::string::String;
use alloc::vec::Vec;

use super::content::{self, Within};
use super::fields::{Object, each_element, elements, string};
use super::{VENDOR, ids};
use crate::json::{Kind, RawJson, Reader};
use crate::map::Map;
use crate::model::{
    Content, Extension, Loss, LossAction, Media, MediaKind, Message, Opaque, Part, ReasoningText, Role,
    Source, ToolCall, ToolCallKind, ToolResult,
};
use crate::protocol::fault::{Fault, Read};
use crate::protocol::openai_responses::names::{self, CALL_STATE, WIRE};
use crate::protocol::seal::{LOOK_BACK, Place, Sealed};
use crate::protocol::{SealKey, call_id};

/// The turns of a conversation, as far as they were read.
pub(super) struct Turns<'k> {
    key: &'k SealKey,
    /// The field that holds the items.
    field: &'static str,
    messages: Vec<Message>,
    /// The name of the tool that each call named.
    names: Map<String, String>,
    /// State of calls that are still to come, by the call's id, and where it stood.
    waiting: Map<String, VecDeque<(usize, Vec<Opaque>)>>,
    losses: Vec<Loss>,
    /// Whether something was made here, not by the vendor.
    is_marked: bool,
}

impl<'k> Turns<'k> {
    pub(super) const fn new(key: &'k SealKey, field: &'static str) -> Self {
        Self {
            key,
            field,
            messages: Vec::new(),
            names: Map::new(),
            waiting: Map::new(),
            losses: Vec::new(),
            is_marked: false,
        }
    }

    /// Reads a text or a list of items.
    pub(super) fn read(&mut self, r: &mut Reader<'_>) -> Read<()> {
        if r.kind()? == Kind::String {
            self.messages.push(Message::user(string(r)?));
            return Ok(());
        }
        each_element(r, |at, r| self.item(Object::read(r)?, at))
    }

    /// The messages, what was lost on the way, and whether something was made here.
    pub(super) fn finish(mut self) -> (Vec<Message>, Vec<Loss>, bool) {
        let mut left: Vec<usize> =
            core::mem::take(&mut self.waiting).into_values().flatten().map(|(at, _)| at).collect();
        left.sort_unstable();
        for at in left {
            self.lose(at, "encrypted_content", "the call that it belongs to is not there");
        }
        (self.messages, self.losses, self.is_marked)
    }

    fn lose(&mut self, item: usize, field: &str, why: &str) {
        let path = alloc::format!("{}[{item}].{field}", self.field);
        self.losses.push(Loss::new(LossAction::Dropped, path, why));
    }

    fn item(&mut self, mut object: Object<'_>, at: usize) -> Read<()> {
        let json = object.whole();
        let id = object.get("id").and_then(|raw| Reader::new(raw).string().ok());
        self.is_marked |= id.is_some_and(|id| ids::is_made_up(&id));
        let kind = object.kind()?;
        let unnamed = if object.has("role", Kind::String) { "message" } else { "" };
        let kind = kind.as_deref().unwrap_or(unnamed);
        if let Some(call) = names::call_kind(kind) {
            return self.call(object, call);
        }
        if let Some(call) = names::call_output_kind(kind) {
            return self.result(object, call);
        }
        match kind {
            "message" => self.message(object),
            "reasoning" => self.reasoning(object, at),
            "image_generation_call" if object.has("result", Kind::String) => self.image(object),
            _ => {
                self.vendor(kind, json);
                Ok(())
            }
        }
    }

    /// The message of `role` that goes on; a new one if another spoke last.
    fn turn(&mut self, role: Role) -> &mut Message {
        if self.messages.last().is_none_or(|last| last.role != role) {
            self.messages.push(Message::new(role, Vec::new()));
        }
        self.messages.last_mut().expect("one was pushed if there was none")
    }

    fn message(&mut self, mut object: Object<'_>) -> Read<()> {
        let name = object.demand("role")?;
        let role = role(&name).map_err(|fault| fault.inside("role"))?;
        let parts = object.read_field("content", |r| content::read(r, Within::Message(&name)))?;
        let parts = parts.unwrap_or_default();
        object.take("status");
        if role != Role::Assistant {
            // The provider gives the input ids of its own.
            object.take("id");
            self.messages.push(Message { role, parts, extensions: object.extensions() });
            return Ok(());
        }
        let state = state(&mut object, &["id", "phase"])?;
        self.said(parts, &state, object.extensions());
        Ok(())
    }

    /// Adds what the assistant said in one item.
    fn said(&mut self, mut parts: Vec<Part>, state: &[Opaque], extensions: Vec<Extension>) {
        for part in parts.iter_mut().filter(|part| is_said(part)) {
            part.opaque.extend_from_slice(state);
        }
        let Some(first) = parts.first() else { return };
        let runs_on = self.messages.last().is_some_and(|last| {
            let has_said = last.parts.iter().any(is_said);
            let has_own_fields = !extensions.is_empty() || !last.extensions.is_empty();
            let joins = |part: &Part| is_said(part) && is_said(first) && same_label(part, first);
            last.role == Role::Assistant
                && !(has_said && has_own_fields)
                && !last.parts.last().is_some_and(joins)
        });
        if !runs_on {
            self.messages.push(Message::new(Role::Assistant, Vec::new()));
        }
        let turn = self.turn(Role::Assistant);
        turn.parts.append(&mut parts);
        turn.extensions.extend(extensions);
    }

    fn reasoning(&mut self, mut object: Object<'_>, at: usize) -> Read<()> {
        let envelope = self.envelope(&mut object, at)?;
        let mut parts = texts(&mut object, "summary", true)?;
        parts.extend(texts(&mut object, "content", false)?);
        object.take("status");
        let label = state(&mut object, &["id"])?;
        let mut last = state(&mut object, &["encrypted_content"])?;
        match envelope {
            Some(sealed) if sealed.place == Place::Reasoning => last = sealed.into_opaque(),
            Some(sealed) => self.unseal(sealed, at),
            None => {}
        }
        if parts.is_empty() && !(label.is_empty() && last.is_empty()) {
            parts.push(thinking(String::new(), true));
        }
        for part in &mut parts {
            part.opaque.extend_from_slice(&label);
        }
        if let Some(part) = parts.last_mut() {
            part.opaque.append(&mut last);
        }
        if let Some(part) = parts.first_mut() {
            part.extensions = object.extensions();
        }
        self.think(parts);
        Ok(())
    }

    /// Takes out what was sealed here, and the id that was made for it.
    fn envelope(&mut self, object: &mut Object<'_>, at: usize) -> Read<Option<Sealed>> {
        let Some(raw) = object.get("encrypted_content") else { return Ok(None) };
        let opened = Reader::new(raw).opt_string()?.and_then(|text| Sealed::open(&text, self.key));
        let Some(opened) = opened else { return Ok(None) };
        self.is_marked = true;
        object.take("encrypted_content");
        object.take("id");
        if opened.is_err() {
            self.lose(at, "encrypted_content", "the state was changed on its way");
        }
        Ok(opened.ok())
    }

    /// Adds the thinking of one item.
    fn think(&mut self, mut parts: Vec<Part>) {
        let Some(first) = parts.first() else { return };
        let joins = |part: &Part| {
            matches!(part.content, Content::Reasoning(_))
                && same_label(part, first)
                && own(part, "encrypted_content").is_none()
        };
        let is_open = |last: &Message| last.role == Role::Assistant && !last.parts.last().is_some_and(joins);
        if !self.messages.last().is_some_and(is_open) {
            self.messages.push(Message::new(Role::Assistant, Vec::new()));
        }
        self.turn(Role::Assistant).parts.append(&mut parts);
    }

    /// Gives sealed state back to what it belongs to.
    fn unseal(&mut self, sealed: Sealed, at: usize) {
        match &sealed.place {
            Place::Reasoning => {}
            Place::Text => match self.last_part(|part| matches!(part.content, Content::Text { .. })) {
                Some(part) => part.opaque.extend(sealed.into_opaque()),
                None => self.lose(at, "encrypted_content", "the text that it belongs to is not there"),
            },
            Place::ToolCall(id) => {
                let id = call_id::original(id).into_owned();
                let is_it = |part: &Part| matches!(&part.content, Content::ToolCall(call) if call.id.as_deref() == Some(&id));
                match self.last_part(is_it) {
                    Some(part) => part.opaque.extend(sealed.into_opaque()),
                    None => self.waiting.entry(id).or_default().push_back((at, sealed.into_opaque())),
                }
            }
            Place::Vendor(kind) => {
                let (wire, kind) = (sealed.wire, kind.clone());
                let mut fields = sealed.into_opaque();
                if fields.is_empty() {
                    return self.lose(at, "encrypted_content", "there is nothing in it");
                }
                let Opaque { vendor, value: json, .. } = fields.remove(0);
                let mut part = Part::new(Content::Vendor { vendor, wire, kind, json });
                part.opaque = fields;
                self.turn(Role::Assistant).parts.push(part);
            }
        }
    }

    /// The last part of the assistant's present turn that is of a kind.
    fn last_part(&mut self, is_it: impl Fn(&Part) -> bool) -> Option<&mut Part> {
        let turn = self.messages.iter_mut().rev().take_while(|message| message.role == Role::Assistant);
        turn.flat_map(|message| message.parts.iter_mut().rev()).take(LOOK_BACK).find(|part| is_it(part))
    }

    fn call(&mut self, mut object: Object<'_>, kind: ToolCallKind) -> Read<()> {
        let (_, field) = names::call(kind);
        object.take("status");
        let mut state = state(&mut object, &["id"])?;
        for field in CALL_STATE {
            state.extend(object.take(field).map(|raw| opaque(field, raw)));
        }
        let id = object.string("call_id")?.map(|id| call_id::original(&id).into_owned());
        let name = object.demand("name")?;
        let arguments = match object.take(field) {
            Some(raw) => Reader::new(raw).opt_string()?.unwrap_or(Cow::Borrowed(raw)).into_owned(),
            None => String::new(),
        };
        let waiting = id.as_ref().and_then(|id| self.waiting.get_mut(id)).and_then(VecDeque::pop_front);
        state.extend(waiting.into_iter().flat_map(|(_, state)| state));
        if let Some(id) = &id {
            self.names.insert(id.clone(), name.clone());
        }
        let mut part = Part::new(Content::ToolCall(ToolCall { id, name, arguments, kind }));
        (part.opaque, part.extensions) = (state, object.extensions());
        self.turn(Role::Assistant).parts.push(part);
        Ok(())
    }

    fn result(&mut self, mut object: Object<'_>, kind: ToolCallKind) -> Read<()> {
        object.take("status");
        let call_id =
            object.string("call_id")?.map(|id| call_id::original(&id).into_owned()).unwrap_or_default();
        let name = object.string("name")?.map(Cow::into_owned).or_else(|| self.names.get(&call_id).cloned());
        let content = object.read_field("output", |r| content::read(r, Within::Result))?.unwrap_or_default();
        let result = ToolResult { call_id, name, content, is_error: false, kind };
        let mut part = Part::new(Content::ToolResult(result));
        part.extensions = object.extensions();
        self.turn(Role::Tool).parts.push(part);
        Ok(())
    }

    /// An image that the vendor made.
    fn image(&mut self, mut object: Object<'_>) -> Read<()> {
        let data = object.demand("result")?;
        object.take("status");
        let format = object.get("output_format").and_then(|raw| Reader::new(raw).opt_string().ok()?);
        let media = Media {
            kind: MediaKind::Image,
            source: Source::Base64(data),
            media_type: format.map(|format| alloc::format!("image/{format}")),
            name: None,
            detail: None,
        };
        let mut part = Part::new(Content::Media(media));
        part.opaque = state(&mut object, &["id"])?;
        part.extensions = object.extensions();
        self.turn(Role::Assistant).parts.push(part);
        Ok(())
    }

    /// An item that only the vendor understands, with whoever would say it.
    fn vendor(&mut self, kind: &str, json: RawJson) {
        let role = match kind {
            "additional_tools" | "configuration_update" => Role::Developer,
            "compaction_trigger" => Role::User,
            "mcp_approval_response" => Role::Tool,
            _ if kind.ends_with("_output") => Role::Tool,
            _ => Role::Assistant,
        };
        let content = Content::Vendor { vendor: VENDOR.into(), wire: WIRE, kind: kind.into(), json };
        let part = Part::new(content);
        match role {
            Role::Assistant | Role::Tool => self.turn(role).parts.push(part),
            _ => self.messages.push(Message::new(role, alloc::vec![part])),
        }
    }
}

fn role(name: &str) -> Read<Role> {
    Ok(match name {
        "assistant" => Role::Assistant,
        "developer" => Role::Developer,
        "system" => Role::System,
        "user" => Role::User,
        _ => {
            let why = alloc::format!("expected user, assistant, system or developer, found {name:?}");
            return Err(Fault::new(why));
        }
    })
}

const fn is_said(part: &Part) -> bool {
    matches!(part.content, Content::Refusal(_) | Content::Text { .. })
}

/// Whether two parts go back as parts of the same item.
fn same_label(a: &Part, b: &Part) -> bool {
    ["id", "phase"].into_iter().all(|field| own(a, field) == own(b, field))
}

fn own<'p>(part: &'p Part, field: &str) -> Option<&'p RawJson> {
    part.opaque.iter().find(|o| o.vendor == VENDOR && o.field == field).map(|o| &o.value)
}

fn thinking(text: String, is_summary: bool) -> Part {
    Part::new(Content::Reasoning(ReasoningText { text, is_summary }))
}

/// The texts of a list of a reasoning item that are not empty.
fn texts(object: &mut Object<'_>, list: &'static str, is_summary: bool) -> Read<Vec<Part>> {
    let mut parts = Vec::new();
    for (at, raw) in object.take(list).map(elements).unwrap_or_default().into_iter().enumerate() {
        let text = Object::read(&mut Reader::new(raw)).and_then(|mut part| part.demand("text"));
        let text = text.map_err(|fault| fault.inside(format_args!("[{at}]")).inside(list))?;
        if !text.is_empty() {
            parts.push(thinking(text, is_summary));
        }
    }
    Ok(parts)
}

/// The vendor's state in `fields`, taken out; ids that were made here are none.
fn state(object: &mut Object<'_>, fields: &[&str]) -> Read<Vec<Opaque>> {
    let mut state = Vec::new();
    for field in fields {
        let Some(raw) = object.take(field) else { continue };
        let is_ours = *field == "id" && Reader::new(raw).opt_string()?.is_some_and(|id| ids::is_made_up(&id));
        if !is_ours {
            state.push(opaque(field, raw));
        }
    }
    Ok(state)
}

fn opaque(field: &str, raw: &str) -> Opaque {
    Opaque { vendor: VENDOR.into(), model: None, field: field.into(), value: RawJson::trusted(raw) }
}
