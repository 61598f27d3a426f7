//! Whole responses: what a stream tells in deltas, in one message for each candidate.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::annotations::{self, Span};
use super::chunk::OWN;
use super::details::{self, Held, is_native};
use super::finish::{self, Told};
use super::messages::FOREIGN_AUDIO;
use super::part::{self, Kind, write_call, write_image};
use super::position::Position;
use super::stream::made_up_id;
use super::usage;
use crate::json::{Reader, Writer};
use crate::model::{
    Candidate, Citation, Content, Extra, LossAction, Media, MediaKind, Part, Response, Source, ToolCall,
    ToolCallKind, Wire,
};
use crate::protocol::answer::Answer;
use crate::protocol::call_id;
use crate::protocol::logprobs;
use crate::usage::Usage;

/// Writes the body of a whole answer. One without a candidate is an empty message that was cut.
pub(in crate::protocol) fn encode(answer: &mut Answer, response: &Response, usage: &Usage) -> String {
    let id = response.id.clone().unwrap_or_else(|| made_up_id(&answer.context));
    let model = response.model.clone().unwrap_or_else(|| answer.context.model.clone());
    let mut w = Writer::new();
    w.object(|w| {
        w.key("id").string(&id);
        w.key("object").string("chat.completion");
        w.key("created").u64(created(response, answer));
        w.key("model").string(&model);
        w.key("choices").array(|w| choices(response, &id, answer, w));
        if usage::is_stated(usage) {
            usage::write(usage, answer, w.key("usage"));
        }
        let tier = usage::service_tier(usage, answer);
        w.opt_string("service_tier", tier);
        extras(response, answer, w);
    });
    w.finish()
}

fn created(response: &Response, answer: &Answer) -> u64 {
    let stated = response.extras.iter().find(|e| e.part.is_none() && e.name == "created");
    let stated = stated.filter(|_| answer.context.source == Wire::OpenaiChat);
    let read = stated.and_then(|e| Reader::new(e.value.as_str()).opt_u64().ok().flatten());
    read.unwrap_or(answer.context.created)
}

/// Fields that the provider added to its envelope.
fn extras(response: &Response, answer: &mut Answer, w: &mut Writer) {
    let source = answer.context.source;
    for extra in response.extras.iter().filter(|e| !is_of_a_choice(e, source)) {
        match (source, extra.part) {
            (Wire::OpenaiChat, None) if extra.name == "created" => {}
            (Wire::OpenaiChat, None) if !OWN.contains(&&*extra.name) => {
                w.key(&extra.name).raw(extra.value.as_str());
            }
            (Wire::OpenaiChat, _) => {
                let path = format!("extras.{}", extra.name);
                answer.lose(LossAction::Dropped, path, "it has no place in a response")
            }
            _ => answer.lose_extra(extra.part, &extra.name, extra.value.as_str()),
        }
    }
}

/// Whether a choice takes the extra, and no envelope.
fn is_of_a_choice(extra: &Extra, source: Wire) -> bool {
    match &*extra.name {
        "citation" | "logprobs" | "transcript" => true,
        "logprobsResult" => source == Wire::Gemini,
        _ => false,
    }
}

fn choices(response: &Response, id: &str, answer: &mut Answer, w: &mut Writer) {
    let empty = [Candidate::default()];
    let candidates = if response.candidates.is_empty() { &empty[..] } else { &response.candidates[..] };
    let mut first_part = 0;
    for (at, candidate) in candidates.iter().enumerate() {
        let parts = u32::try_from(candidate.parts.len()).unwrap_or(u32::MAX);
        let extras = Extras { all: &response.extras, at, first_part, parts };
        let mut message = Message::new(at, id, response.model.as_deref(), extras);
        for (number, part) in (first_part..).zip(&candidate.parts) {
            message.part(number, part, answer);
        }
        first_part = first_part.saturating_add(parts);
        message.write(candidate, answer, w);
    }
}

/// The extras of one candidate.
#[derive(Clone, Copy)]
struct Extras<'r> {
    all: &'r [Extra],
    at: usize,
    first_part: u32,
    parts: u32,
}

impl<'r> Extras<'r> {
    fn named(self, name: &'static str) -> impl Iterator<Item = &'r Extra> {
        self.all.iter().filter(move |extra| extra.name == name && self.is_own(extra))
    }

    /// What belongs to no part is the first candidate's.
    fn is_own(self, extra: &Extra) -> bool {
        match extra.part {
            Some(part) => part.checked_sub(self.first_part).is_some_and(|of| of < self.parts),
            None => self.at == 0,
        }
    }
}

/// One candidate's message.
struct Message<'r> {
    at: usize,
    /// The answer's id.
    id: &'r str,
    model: Option<&'r str>,
    extras: Extras<'r>,
    told: Told,
    content: Option<String>,
    characters: u64,
    reasoning: String,
    refusal: String,
    /// The calls as JSON text.
    calls: Vec<String>,
    images: Vec<String>,
    /// The fields of the sound.
    audio: Vec<(String, String)>,
    citations: Vec<(Span, &'r Citation, u32)>,
    held: Vec<Held>,
}

impl<'r> Message<'r> {
    const fn new(at: usize, id: &'r str, model: Option<&'r str>, extras: Extras<'r>) -> Self {
        Self {
            at,
            id,
            model,
            extras,
            told: Told { has_calls: false, has_refusal: false },
            content: None,
            characters: 0,
            reasoning: String::new(),
            refusal: String::new(),
            calls: Vec::new(),
            images: Vec::new(),
            audio: Vec::new(),
            citations: Vec::new(),
            held: Vec::new(),
        }
    }

    fn part(&mut self, number: u32, part: &'r Part, answer: &mut Answer) {
        let start = self.characters;
        let calls = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        let kind = self.content(number, part, answer);
        let is_summary = matches!(&part.content, Content::Reasoning(r) if r.is_summary);
        let position = Position { part: number, calls, start, end: self.characters, is_summary };
        let mut known = part::Part::new(self.at, kind, position);
        match &part.content {
            Content::Reasoning(reasoning) => known.text.push_str(&reasoning.text),
            Content::Vendor { vendor, json, .. } => known.keep(vendor, self.model, "", json.as_str()),
            _ => {}
        }
        let is_written = |field: &str, answer: &Answer, vendor: &str| {
            let is_field = field == "extra_content" && matches!(known.kind, Kind::Call { .. });
            (is_field || known.kind == Kind::Audio) && is_native(answer, vendor)
        };
        let left = part.opaque.iter().filter(|o| !is_written(&o.field, answer, &o.vendor));
        let left: Vec<_> = left.cloned().collect();
        if known.place().is_none() {
            for opaque in &left {
                details::lose(opaque, &format!("parts[{number}]"), answer);
            }
        }
        known.opaque.extend(left);
        self.held.extend(known.take_held());
    }

    /// Writes what the part holds; gives what it is on this wire.
    fn content(&mut self, number: u32, part: &'r Part, answer: &mut Answer) -> Kind {
        let path = || format!("parts[{number}]");
        match &part.content {
            Content::Text { text, citations } => {
                let start = self.characters;
                self.content.get_or_insert_default().push_str(text);
                self.characters += text.chars().count() as u64;
                let span = Span { start, end: self.characters };
                self.citations.extend(citations.iter().map(|citation| (span, citation, number)));
                Kind::Text
            }
            Content::Reasoning(reasoning) => {
                self.reasoning.push_str(&reasoning.text);
                Kind::Reasoning
            }
            Content::Refusal(text) => {
                self.refusal.push_str(text);
                self.told.has_refusal |= !text.is_empty();
                Kind::Refusal
            }
            Content::ToolCall(call) => self.call(number, call, part, answer),
            Content::Media(media) => self.media(number, media, part, answer),
            Content::Vendor { vendor, wire: Wire::OpenaiChat, kind, json }
                if kind.starts_with("tool_calls.") && is_native(answer, vendor) =>
            {
                self.told.has_calls = true;
                self.calls.push(json.as_str().into());
                Kind::Lost
            }
            Content::Vendor { kind, .. } => {
                answer.lose(LossAction::Approximated, path(), "only its vendor reads it: it goes sealed");
                Kind::Vendor(kind.clone())
            }
            Content::ToolResult(_) => {
                answer.lose(LossAction::Dropped, path(), "no answer holds a tool's result");
                Kind::Lost
            }
        }
    }

    fn call(&mut self, number: u32, call: &ToolCall, part: &Part, answer: &Answer) -> Kind {
        let id = call_id::legal(call.id.as_deref(), self.id, number).into_owned();
        let index = u32::try_from(self.calls.len()).unwrap_or(u32::MAX);
        let mut call = call.clone();
        if call.arguments.is_empty() && call.kind == ToolCallKind::Function {
            call.arguments.push_str("{}");
        }
        let extra = part.opaque_field("extra_content").filter(|o| is_native(answer, &o.vendor));
        let mut w = Writer::new();
        w.object(|w| {
            write_call(&id, &call, w);
            w.opt_raw("extra_content", extra.map(|o| o.value.as_str()));
        });
        self.told.has_calls = true;
        self.calls.push(w.finish());
        Kind::Call { index, id, kind: call.kind }
    }

    fn media(&mut self, number: u32, media: &Media, part: &Part, answer: &mut Answer) -> Kind {
        match (media.kind, &media.source) {
            (MediaKind::Image, Source::Base64(data)) => {
                let media_type = media.media_type.as_deref().unwrap_or("image/png");
                let mut w = Writer::new();
                w.object(|w| write_image(media_type, data, w));
                self.images.push(w.finish());
                Kind::Image { media_type: media_type.into(), data: String::new() }
            }
            (MediaKind::Audio, Source::Base64(data)) => {
                self.audio = self.sound(number, data, part, answer);
                Kind::Audio
            }
            _ => {
                let path = format!("parts[{number}]");
                answer.lose(LossAction::Dropped, path, "the wire has no place for it");
                Kind::Lost
            }
        }
    }

    /// The fields of a sound; SDKs want all four, so what only OpenAI knows is made up elsewhere.
    fn sound(&self, number: u32, data: &str, part: &Part, answer: &Answer) -> Vec<(String, String)> {
        let quoted = |text: &str| String::from(crate::json::RawJson::string(text).as_str());
        let mut fields: Vec<(String, String)> = Vec::new();
        let native = part.opaque.iter().filter(|o| is_native(answer, &o.vendor));
        fields.extend(native.map(|o| (o.field.clone(), o.value.as_str().into())));
        let is_missing = |fields: &[(String, String)], name: &str| fields.iter().all(|(n, _)| n != name);
        if is_missing(&fields, "id") {
            fields.push(("id".into(), quoted(&format!("{FOREIGN_AUDIO}{}", answer.context.id))));
        }
        fields.push(("data".into(), quoted(data)));
        let transcript = self.extras.named("transcript").find(|e| e.part == Some(number));
        let transcript = transcript.map_or_else(|| quoted(""), |e| e.value.as_str().into());
        fields.push(("transcript".into(), transcript));
        if is_missing(&fields, "expires_at") {
            fields.push(("expires_at".into(), answer.context.created.to_string()));
        }
        fields
    }

    fn write(mut self, candidate: &Candidate, answer: &mut Answer, w: &mut Writer) {
        let finish = candidate.finish.as_ref();
        let words = finish::refusal(finish, self.told);
        if let Some(words) = words {
            self.refusal.push_str(words);
            self.told.has_refusal = true;
        }
        if let Some(finish) = finish {
            finish::lose_detail(finish, words.is_some(), self.at, answer);
        }
        let word = finish::word(finish, self.told, self.at, answer);
        let logprobs = self.logprobs(answer);
        w.object(|w| {
            w.key("index").u64(self.at as u64);
            w.key("message").object(|w| self.message(answer, w));
            w.key("logprobs").raw(logprobs.as_deref().unwrap_or("null"));
            w.key("finish_reason").string(word);
        });
    }

    /// The log probabilities of the message: this wire's own, or the entries of another.
    fn logprobs(&self, answer: &mut Answer) -> Option<Cow<'r, str>> {
        let source = answer.context.source;
        let mut names = ["logprobs", "logprobsResult"].into_iter().flat_map(|name| self.extras.named(name));
        if source == Wire::OpenaiChat {
            return names.next().map(|extra| Cow::Borrowed(extra.value.as_str()));
        }
        let mut entries = String::new();
        for extra in names {
            match logprobs::read(source, &extra.name, extra.value.as_str()) {
                Some(found) => logprobs::join(&mut entries, &found.entries),
                None => answer.lose_extra(extra.part, &extra.name, extra.value.as_str()),
            }
        }
        (!entries.is_empty()).then(|| Cow::Owned(logprobs::chat_object(&entries)))
    }

    fn message(&self, answer: &mut Answer, w: &mut Writer) {
        w.key("role").string("assistant");
        let has_more = self.told.has_calls || self.told.has_refusal || !self.audio.is_empty();
        match &self.content {
            Some(text) => w.key("content").string(text),
            None if has_more => w.key("content").null(),
            None => w.key("content").string(""),
        }
        match &*self.refusal {
            "" => w.key("refusal").null(),
            words => w.key("refusal").string(words),
        }
        w.opt_string("reasoning_content", Some(&*self.reasoning).filter(|text| !text.is_empty()));
        self.details(answer, w);
        self.annotations(answer, w);
        if !self.audio.is_empty() {
            w.key("audio").object(|w| self.audio.iter().for_each(|(name, raw)| w.key(name).raw(raw)));
        }
        for (name, list) in [("images", &self.images), ("tool_calls", &self.calls)] {
            if !list.is_empty() {
                w.key(name).array(|w| list.iter().for_each(|raw| w.raw(raw)));
            }
        }
    }

    fn details(&self, answer: &Answer, w: &mut Writer) {
        if self.held.is_empty() {
            return;
        }
        let mut index = 0;
        w.key("reasoning_details").array(|w| {
            for held in &self.held {
                details::write(held, &mut index, answer, w);
            }
        });
    }

    fn annotations(&self, answer: &mut Answer, w: &mut Writer) {
        let mut list = Writer::new();
        list.array(|list| {
            for (span, citation, number) in &self.citations {
                let (raw, path) = (citation.raw.as_str(), format!("parts[{number}]"));
                annotations::write(citation.wire, raw, *span, &path, answer, list);
            }
            let all = Span { start: 0, end: self.characters };
            for extra in self.extras.named("citation") {
                let (wire, path) = (answer.context.source, format!("candidates[{}]", self.at));
                annotations::write(wire, extra.value.as_str(), all, &path, answer, list);
            }
        });
        let list = list.finish();
        w.opt_raw("annotations", Some(&*list).filter(|list| *list != "[]"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::RawJson;
    use crate::model::{FinishReason, PartKind, ReasoningText};
    use crate::protocol::openai_chat::server::testing::*;

    fn body(written: &Written) -> &str {
        written.text.split_once(r#""choices":"#).expect("choices").1
    }

    #[test]
    fn a_whole_answer_has_every_required_field() {
        let events = [started(), opens(0, PartKind::Text), says(0, "hi"), finishes(FinishReason::Stop)];
        let written = whole(context(), &sum("anthropic", &events), &used(1, 2));
        assert_eq!(
            written.text,
            concat!(
                r#"{"id":"msg_1","object":"chat.completion","created":7,"model":"claude","choices":["#,
                r#"{"index":0,"message":{"role":"assistant","content":"hi","refusal":null},"#,
                r#""logprobs":null,"finish_reason":"stop"}],"#,
                r#""usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}"#
            )
        );
        assert_eq!(written.losses, [""; 0]);
    }

    #[test]
    fn calls_and_thinking_stand_beside_the_text() {
        let events = [
            opens(0, PartKind::Reasoning { is_summary: true }),
            thinks(0, "hm"),
            opens(1, calls("c", "f")),
            opens(2, calls("d", "g")),
            argues(2, "{\"a\": 1"),
            finishes(FinishReason::Stop),
        ];
        let written = whole(context(), &sum("anthropic", &events), &Usage::default());
        assert_eq!(
            body(&written),
            concat!(
                r#"[{"index":0,"message":{"role":"assistant","content":null,"refusal":null,"#,
                r#""reasoning_content":"hm","tool_calls":["#,
                r#"{"id":"c","type":"function","function":{"name":"f","arguments":"{}"}},"#,
                r#"{"id":"d","type":"function","function":{"name":"g","arguments":"{\"a\": 1"}}]},"#,
                r#""logprobs":null,"finish_reason":"tool_calls"}]}"#
            )
        );
    }

    #[test]
    fn an_answer_without_candidates_is_cut() {
        let written = whole(context(), &Response::default(), &Usage::default());
        assert_eq!(
            body(&written),
            concat!(
                r#"[{"index":0,"message":{"role":"assistant","content":"","refusal":null},"#,
                r#""logprobs":null,"finish_reason":"length"}]}"#
            )
        );
        assert_eq!(written.losses, ["candidates[0].finish"]);
    }

    #[test]
    fn candidates_keep_their_own_extras() {
        let candidate = |text: &str| Candidate { parts: [Part::text(text)].into(), finish: None };
        let extra =
            |part, name: &str, value: &str| Extra { part, name: name.into(), value: RawJson::trusted(value) };
        let response = Response {
            candidates: [candidate("a"), candidate("b")].into(),
            extras: [
                extra(None, "created", "99"),
                extra(Some(1), "logprobs", r#"{"content":[1]}"#),
                extra(None, "system_fingerprint", "\"fp\""),
                extra(None, "usage", "1"),
            ]
            .into(),
            ..Response::default()
        };
        let written = whole(native(), &response, &Usage::default());
        let (choices, envelope) = body(&written).split_once("],\"system").expect("the envelope goes on");
        let logprobs: Vec<bool> =
            choices.split(r#""index""#).skip(1).map(|c| c.contains(r#""logprobs":null"#)).collect();
        assert_eq!(logprobs, [true, false]);
        assert_eq!(envelope, r#"_fingerprint":"fp"}"#);
        assert!(written.text.contains(r#""created":99,"#));
        assert!(written.losses.contains(&"extras.usage".into()), "{:?}", written.losses);
    }

    #[test]
    fn what_no_client_may_read_is_sealed() {
        let secret = r#"{"type":"redacted_thinking","data":"SECRET"}"#;
        let (vendor, kind, json) = ("anthropic".into(), "redacted_thinking".into(), RawJson::trusted(secret));
        let block = Content::Vendor { vendor, wire: Wire::Anthropic, kind, json };
        let mut thought =
            Part::new(Content::Reasoning(ReasoningText { text: "t".into(), is_summary: false }));
        thought.opaque.push(crate::model::Opaque {
            vendor: "anthropic".into(),
            model: None,
            field: "signature".into(),
            value: RawJson::trusted("\"SECRET\""),
        });
        let parts = [thought, Part::new(block), Part::text("x")].into();
        let candidates = [Candidate { parts, finish: None }].into();
        let response = Response { candidates, ..Response::default() };
        let written = whole(context(), &response, &Usage::default());
        assert!(!written.text.contains("SECRET"));
        assert_eq!(written.text.matches("\"reasoning.encrypted\"").count(), 2);
        assert!(written.text.contains(r#""id":"tw_1_0_0_0","format":"tokenwire-v1","index":1"#));
    }

    #[test]
    fn log_probabilities_of_other_wires_have_this_form() {
        let entry = r#"{"token":"a","bytes":[97],"logprob":-1,"top_logprobs":[]}"#;
        let gemini = r#"{"chosenCandidates":[{"token":"a","logProbability":-1}]}"#;
        let own = format!("[{entry}]");
        for (source, part, name, value) in [
            (Wire::OpenaiResponses, Some(0), "logprobs", &*own),
            (Wire::Gemini, None, "logprobsResult", gemini),
        ] {
            let mut context = context();
            context.source = source;
            let value = RawJson::trusted(value);
            let response = Response {
                candidates: [Candidate { parts: [Part::text("a")].into(), finish: None }].into(),
                extras: [Extra { part, name: name.into(), value: value.clone() }].into(),
                ..Response::default()
            };
            let expected = format!(r#""logprobs":{{"content":[{entry}],"refusal":null}}"#);
            let written = whole(context.clone(), &response, &Usage::default());
            assert!(written.text.contains(&expected), "{}", written.text);
            assert_eq!(written.losses, ["candidates[0].finish"]);
            let value = value.as_str().to_string().into();
            let extra = crate::model::Event::Extra { part, name: name.into(), value };
            let events = [started(), opens(0, crate::model::PartKind::Text), says(0, "a"), ends(0), extra];
            let written = stream(context, &events, &Usage::default());
            assert!(written.text.contains(&expected), "{}", written.text);
            assert_eq!(written.losses, ["candidates[0].finish"]);
        }
    }
}
