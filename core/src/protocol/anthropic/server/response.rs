//! Whole responses.
//!
//! An answer without a finish reason has `stop_reason: null`, and so has one whose reason has no word
//! here. A part that says nothing makes no block; its state goes all the same.

use alloc::string::String;

use super::block::{Block, Said, redacted};
use super::state::{self, State, Vendored};
use super::stop::Stop;
use super::usage::{self, Form};
use super::{arguments, citation, is_same_wire};
use crate::json::{RawJson, Writer};
use crate::model::{Citation, Content, LossAction, Part, Response, ToolCall};
use crate::protocol::answer::{Answer, AnswerContext};
use crate::protocol::call_id;
use crate::protocol::seal::Place;
use crate::usage::Usage;

/// Why a second candidate is left out.
pub(super) const ONE_CANDIDATE: &str = "the wire has one candidate";

/// Why media are left out.
pub(super) const NO_MEDIA: &str = "the wire's answers hold no media";

/// Why a citation is left out.
pub(super) const NO_PAGE: &str = "the citation names no page, and the wire cites another wire's by page only";

/// Writes the fields that every message begins with.
pub(super) fn head(w: &mut Writer, context: &AnswerContext, id: Option<&str>, model: Option<&str>) {
    match id.filter(|id| !id.is_empty()) {
        Some(id) => w.key("id").string(id),
        None => w.key("id").string(&alloc::format!("msg_{}", context.id)),
    }
    w.key("type").string("message");
    w.key("role").string("assistant");
    w.key("model").string(model.filter(|m| !m.is_empty()).unwrap_or(&context.model));
}

/// The whole body, as the vendor would write it.
pub(in crate::protocol) fn encode(answer: &mut Answer, response: &Response, usage: &Usage) -> String {
    for at in 1..response.candidates.len() {
        answer.lose(LossAction::Dropped, alloc::format!("candidates[{at}]"), ONE_CANDIDATE);
    }
    let same_wire = is_same_wire(&answer.context);
    let mut w = Writer::new();
    w.object(|w| {
        head(w, &answer.context, response.id.as_deref(), response.model.as_deref());
        let mut message = Message { answer, response, has_tool_calls: false, refusal: String::new() };
        w.key("content").array(|w| message.content(w));
        let stop = Stop::of(response.finish(), same_wire, message.has_tool_calls, &message.refusal);
        let stated = message.stated("stop_details");
        stop.write(w, stated);
        stop.lose_rest(message.answer, response.finish(), stated.is_some());
        usage::write(w.key("usage"), usage, same_wire, Form::Message);
        usage::lose_rest(message.answer, usage, Form::Message);
        for name in ["container", "diagnostics"] {
            w.key(name).raw(message.stated(name).unwrap_or("null"));
        }
        message.extras(w);
    });
    w.finish()
}

struct Message<'a> {
    answer: &'a mut Answer,
    response: &'a Response,
    has_tool_calls: bool,
    refusal: String,
}

impl<'a> Message<'a> {
    fn content(&mut self, w: &mut Writer) {
        let Some(candidate) = self.response.candidates.first() else { return };
        for (number, part) in (0..).zip(&candidate.parts) {
            self.part(w, number, part);
        }
    }

    fn part(&mut self, w: &mut Writer, number: u32, part: &'a Part) {
        let state: State = part.opaque.iter().map(|o| (o.field.clone(), o.value.clone())).collect();
        match &part.content {
            Content::Text { text, citations } => self.text(w, number, text, citations, state),
            Content::Reasoning(reasoning) => {
                let block = Block::Thinking { is_summary: reasoning.is_summary };
                let model = self.response.model.as_deref();
                let signature = state::signature(self.answer, model, number, reasoning.is_summary, state);
                if signature.is_some() || self.is_shown(&reasoning.text) {
                    let signature = signature.as_ref().map(RawJson::as_str);
                    let said = Said { text: &reasoning.text, signature, ..Said::default() };
                    block.write(w, &said, &self.fields(number));
                }
            }
            Content::Refusal(text) => self.refusal.push_str(text),
            Content::ToolCall(call) => self.tool_call(w, number, call, state),
            Content::Vendor { wire, kind, json, .. } => {
                let block = (*wire, kind.clone(), json.clone());
                let model = self.response.model.as_deref();
                match state::vendored(self.answer, model, number, block, state) {
                    Vendored::Own(json) => w.raw(json.as_str()),
                    Vendored::Sealed(envelope) => redacted(w, &envelope),
                }
            }
            Content::Media(_) | Content::ToolResult(_) => self.lose(number, NO_MEDIA),
        }
    }

    fn text(&mut self, w: &mut Writer, number: u32, text: &str, citations: &[Citation], mut state: State) {
        let mut fields = state::take_own(self.answer, number, &Block::Text, &mut state);
        fields.extend(self.fields(number));
        let citations = self.citations(number, citations);
        let is_shown = self.is_shown(text) || citations.is_some();
        if is_shown {
            let said = Said { text, citations: citations.as_deref(), ..Said::default() };
            Block::Text.write(w, &said, &fields);
        }
        let own_text = (!is_shown).then_some(text);
        self.seal(w, Place::Text, own_text, state);
    }

    /// A text of nothing is shown only where the vendor itself made a block of it.
    fn is_shown(&self, text: &str) -> bool {
        !text.is_empty() || is_same_wire(&self.answer.context)
    }

    fn citations(&mut self, number: u32, citations: &[Citation]) -> Option<String> {
        let mut list = Writer::new();
        let mut is_any = false;
        list.array(|w| {
            for citation in citations {
                match citation::convert(citation.wire, citation.raw.as_str()) {
                    Some(raw) => {
                        is_any = true;
                        w.raw(&raw);
                    }
                    None => {
                        let path = alloc::format!("parts[{number}].citations");
                        self.answer.lose(LossAction::Dropped, path, NO_PAGE);
                    }
                }
            }
        });
        is_any.then(|| list.finish())
    }

    fn tool_call(&mut self, w: &mut Writer, number: u32, call: &ToolCall, mut state: State) {
        self.has_tool_calls = true;
        let id = call_id::legal(call.id.as_deref(), &self.answer.context.id, number).into_owned();
        let block = Block::ToolUse { id: id.clone(), name: call.name.clone() };
        let (input, change) = arguments::input(call);
        if let Some(why) = change {
            let path = alloc::format!("parts[{number}].arguments");
            self.answer.lose(LossAction::Approximated, path, why);
        }
        let mut fields = state::take_own(self.answer, number, &block, &mut state);
        fields.extend(self.fields(number));
        let said = Said { input: Some(&input), ..Said::default() };
        block.write(w, &said, &fields);
        self.seal(w, Place::ToolCall(id), None, state);
    }

    /// Writes `state` sealed, if there is some.
    fn seal(&self, w: &mut Writer, place: Place, text: Option<&str>, state: State) {
        if !state.is_empty() {
            let model = self.response.model.as_deref();
            redacted(w, &state::seal(&self.answer.context, model, place, text, state));
        }
    }

    fn lose(&mut self, number: u32, why: &str) {
        self.answer.lose(LossAction::Dropped, alloc::format!("parts[{number}]"), why);
    }

    /// The vendor's fields of a part that the vocabulary has no word for.
    fn fields(&self, number: u32) -> State {
        if !is_same_wire(&self.answer.context) {
            return State::new();
        }
        let of_part = self.response.extras.iter().filter(|e| e.part == Some(number));
        of_part.map(|e| (e.name.clone(), e.value.clone())).collect()
    }

    /// The value that the vendor stated for a field of the message, JSON text.
    fn stated(&self, name: &str) -> Option<&'a str> {
        let same_wire = is_same_wire(&self.answer.context);
        let extra = self.response.extras.iter().find(|e| same_wire && e.part.is_none() && e.name == name);
        extra.map(|e| e.value.as_str())
    }

    /// Writes the vendor's other fields of the message; those of another wire are lost.
    fn extras(&mut self, w: &mut Writer) {
        let same_wire = is_same_wire(&self.answer.context);
        for extra in &self.response.extras {
            let name = extra.name.as_str();
            if !same_wire {
                self.answer.lose_extra(extra.part, name, extra.value.as_str());
            } else if extra.part.is_none() && !matches!(name, "container" | "diagnostics" | "stop_details") {
                w.key(name).raw(extra.value.as_str());
            }
        }
    }
}
