//! `contents` and `systemInstruction` as messages.
//!
//! A content with results and other parts becomes messages of the roles `tool` and `user`, in order.
//! Neighbouring contents of the model are one message: SDKs keep each chunk of a stream as a content.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::calls::Calls;
use super::fault::{Fault, Read, each, extension, fields, string};
use super::piece::{Piece, own, spoken, standard_base64};
use crate::json::{RawJson, Reader};
use crate::model::{
    Content, Extension, Loss, LossAction, Message, Part, ReasoningText, Role, ToolCallKind, ToolResult,
};
use crate::protocol::SealKey;
use crate::protocol::call_id;
use crate::protocol::seal::{LOOK_BACK, Place, Sealed};

/// More fields of state than any part has.
const MAX_STATE: usize = 64;

/// The conversation as far as it is read.
pub(super) struct Contents<'k> {
    key: &'k SealKey,
    pub(super) messages: Vec<Message>,
    pub(super) losses: Vec<Loss>,
    /// Whether there was sealed state.
    pub(super) is_marked: bool,
    calls: Calls,
}

/// One content, its parts not placed yet.
#[derive(Default)]
struct Turn {
    role: String,
    pieces: Vec<Piece>,
    extensions: Vec<Extension>,
}

impl<'k> Contents<'k> {
    pub(super) fn new(key: &'k SealKey) -> Self {
        Self { key, messages: Vec::new(), losses: Vec::new(), is_marked: false, calls: Calls::default() }
    }

    /// Reads `contents`.
    pub(super) fn read(&mut self, r: &mut Reader<'_>) -> Read<()> {
        each(r, &mut |r, at| {
            let turn = turn(r)?;
            match &*turn.role {
                "model" | "assistant" => self.say(turn, at),
                "user" | "function" | "tool" | "" => self.ask(turn, at),
                other => {
                    let why = format!("expected `user` or `model`, found {other:?}");
                    return Err(Fault::new(why).inside("role"));
                }
            }
            Ok(())
        })
    }

    /// Reads `systemInstruction`, which comes before everything.
    pub(super) fn read_system(&mut self, r: &mut Reader<'_>) -> Read<()> {
        let turn = turn(r)?;
        let mut message = Message::new(Role::System, Vec::new());
        message.extensions = turn.extensions;
        for piece in turn.pieces {
            message.parts.extend(self.part(piece, || "systemInstruction".into()));
        }
        if !message.parts.is_empty() || !message.extensions.is_empty() {
            self.messages.insert(0, message);
        }
        Ok(())
    }

    /// Takes a content of the user: what was said and what calls gave.
    fn ask(&mut self, turn: Turn, at: usize) {
        let mut extensions = Some(turn.extensions).filter(|e| !e.is_empty());
        let start = self.messages.len();
        for (index, piece) in turn.pieces.into_iter().enumerate() {
            let role = if piece.result.is_some() { Role::Tool } else { Role::User };
            let Some(part) = self.part(piece, || format!("contents[{at}].parts[{index}]")) else { continue };
            match self.messages[start..].last_mut().filter(|m| m.role == role) {
                Some(message) => message.parts.push(part),
                None => self.messages.push(Message::new(role, alloc::vec![part])),
            }
        }
        if extensions.is_some() && self.messages.len() == start {
            self.messages.push(Message::new(Role::User, Vec::new()));
        }
        if let (Some(extensions), Some(first)) = (extensions.take(), self.messages.get_mut(start)) {
            first.extensions = extensions;
        }
    }

    /// Takes a content of the model.
    fn say(&mut self, turn: Turn, at: usize) {
        let is_next = self.messages.last().is_some_and(|m| m.role == Role::Assistant);
        if !is_next {
            self.messages.push(Message::new(Role::Assistant, Vec::new()));
        }
        let mut is_first = true;
        for (index, piece) in turn.pieces.into_iter().enumerate() {
            self.say_piece(piece, is_first, || format!("contents[{at}].parts[{index}]"));
            is_first = false;
        }
        if let Some(message) = self.messages.last_mut() {
            message.extensions.extend(turn.extensions);
            if message.parts.is_empty() && message.extensions.is_empty() {
                self.messages.pop();
            }
        }
    }

    fn say_piece(&mut self, piece: Piece, is_first: bool, place: impl Fn() -> String) {
        if piece.is_blank() {
            match piece.signature.as_ref().map(|signature| self.open(signature, &place)) {
                // A stream ends with an empty text, which says nothing.
                None | Some(State::Lost) => return,
                Some(State::Foreign(sealed)) => return self.unseal(sealed, &place),
                Some(State::Own) => {}
            }
        }
        let Some(part) = self.part(piece, place) else { return };
        let Some(message) = self.messages.last_mut() else { return };
        match message.parts.last_mut() {
            Some(last) if is_first && is_plain(last) && is_plain(&part) => {
                if let Some(part) = join(last, part) {
                    message.parts.push(part);
                }
            }
            _ => message.parts.push(part),
        }
    }

    /// Gives state from an envelope that stands alone back to the part that it belongs to.
    fn unseal(&mut self, sealed: Sealed, place: &impl Fn() -> String) {
        let Some(message) = self.messages.last_mut() else { return };
        let parts = &mut message.parts;
        if let Place::Vendor(kind) = sealed.place {
            let (vendor, wire) = (sealed.vendor, sealed.wire);
            if let Some((_, json)) = sealed.fields.into_iter().next() {
                parts.push(Part::new(Content::Vendor { vendor, wire, kind, json }));
            }
            return;
        }
        let found = if sealed.text.is_none() { find(parts, &sealed.place) } else { None };
        match (found, &sealed.place) {
            (Some(at), _) => {
                if !merge(parts, at, sealed) {
                    self.lose(place(), "the part that it belongs to has more state than any");
                }
            }
            (None, Place::Reasoning) => {
                let text = sealed.text.clone().unwrap_or_default();
                let content = Content::Reasoning(ReasoningText { text, is_summary: true });
                parts.push(Part { opaque: sealed.into_opaque(), ..Part::new(content) });
            }
            (None, Place::Text) if sealed.text.is_some() => {
                let text = Part::text(sealed.text.clone().unwrap_or_default());
                parts.push(Part { opaque: sealed.into_opaque(), ..text });
            }
            (None, _) => self.lose(place(), "the part that the state belongs to is not there"),
        }
    }

    /// What a signature is.
    fn open(&mut self, signature: &RawJson, place: &impl Fn() -> String) -> State {
        let Ok(text) = signature.reader().string() else { return State::Own };
        // Some SDKs keep it as bytes and spell them in the other alphabet.
        let opened = Sealed::open(&standard_base64(&text), self.key);
        self.is_marked |= opened.is_some();
        match opened {
            None => State::Own,
            Some(Ok(sealed)) => State::Foreign(sealed),
            Some(Err(_)) => {
                self.lose(place(), "the sealed state is not as it was made, or was made under another key");
                State::Lost
            }
        }
    }

    fn lose(&mut self, place: String, why: &str) {
        let path = format!("{place}.thoughtSignature");
        self.losses.push(Loss::new(LossAction::Dropped, path, why));
    }

    /// The part that a piece is; `None` where it says nothing.
    fn part(&mut self, piece: Piece, place: impl Fn() -> String) -> Option<Part> {
        let content = match (piece.content, piece.result) {
            (_, Some(result)) => {
                let name = result.name.as_deref().unwrap_or_default();
                // Other wires match by name too where the call has no id.
                let (call_id, name) = match self.calls.answer(result.id.as_deref(), name) {
                    Some(call) => (call.id, Some(call.name)),
                    None => (result.id, result.name),
                };
                Content::ToolResult(ToolResult {
                    call_id: call_id.unwrap_or_default(),
                    name,
                    content: result.content,
                    is_error: result.is_error,
                    kind: ToolCallKind::Function,
                })
            }
            (Some(content), None) => content,
            (None, None) if piece.signature.is_none() && piece.extensions.is_empty() => return None,
            (None, None) => spoken(String::new(), piece.is_thought),
        };
        if let Content::ToolCall(call) = &content {
            self.calls.open(&call.name, call.id.as_deref());
        }
        let mut part = Part { extensions: piece.extensions, ..Part::new(content) };
        if piece.is_thought && matches!(part.content, Content::Media(_)) {
            part.opaque.push(own("thought", RawJson::trusted("true")));
        }
        if let Some(signature) = piece.signature {
            match self.open(&signature, &place) {
                State::Own => part.opaque.push(own("thoughtSignature", signature)),
                State::Foreign(sealed) => part.opaque.extend(sealed.into_opaque()),
                State::Lost => {}
            }
        }
        Some(part)
    }
}

/// What a signature is.
enum State {
    Foreign(Sealed),
    Lost,
    Own,
}

/// Reads one content; `parts` may be a lone part.
fn turn(r: &mut Reader<'_>) -> Read<Turn> {
    let mut turn = Turn::default();
    fields(r, &mut |key, r| {
        match &*key.name {
            "role" => turn.role = string(r)?.into_owned(),
            "parts" => each(r, &mut |r, _| {
                turn.pieces.push(Piece::read(r)?);
                Ok(())
            })?,
            _ => turn.extensions.push(extension("", key, r)?),
        }
        Ok(())
    })?;
    Ok(turn)
}

const fn is_plain(part: &Part) -> bool {
    part.opaque.is_empty() && part.extensions.is_empty() && part.cache.is_none()
}

/// Adds the text of `part` to `last` where both are pieces of one text; gives it back where not.
fn join(last: &mut Part, part: Part) -> Option<Part> {
    match (&mut last.content, &part.content) {
        (Content::Text { text, .. }, Content::Text { text: more, .. }) => text.push_str(more),
        (Content::Reasoning(known), Content::Reasoning(more)) => known.text.push_str(&more.text),
        _ => return Some(part),
    }
    None
}

/// The last part of that kind.
fn find(parts: &[Part], place: &Place) -> Option<usize> {
    let first = parts.len().saturating_sub(LOOK_BACK);
    let is_it = |part: &Part| match (&part.content, place) {
        (Content::Reasoning(_), Place::Reasoning) | (Content::Text { .. }, Place::Text) => true,
        (Content::ToolCall(call), Place::ToolCall(id)) => call.id.as_deref() == Some(&*call_id::original(id)),
        _ => false,
    };
    parts[first..].iter().rposition(is_it).map(|at| first + at)
}

/// Gives state to the part at `at`, and first the pieces that lie directly before it: a stream cut
/// them, and the state covers all. Tells whether there was room for it.
fn merge(parts: &mut Vec<Part>, at: usize, sealed: Sealed) -> bool {
    let is_same = |a: &Part, b: &Part| {
        is_plain(a)
            && is_plain(b)
            && matches!(
                (&a.content, &b.content),
                (Content::Text { .. }, Content::Text { .. }) | (Content::Reasoning(_), Content::Reasoning(_))
            )
    };
    let pieces = (1..=at).rev().take_while(|&i| is_same(&parts[i - 1], &parts[i])).count();
    let first = at - pieces;
    for piece in parts.drain(first + 1..=at).collect::<Vec<_>>() {
        join(&mut parts[first], piece);
    }
    let known = &mut parts[first].opaque;
    for opaque in sealed.into_opaque() {
        known.retain(|k| k.field != opaque.field || k.vendor != opaque.vendor);
        if known.len() == MAX_STATE {
            return false;
        }
        known.push(opaque);
    }
    true
}
