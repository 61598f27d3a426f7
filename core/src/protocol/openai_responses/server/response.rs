//! Whole answers: the events that would have streamed them, without their lines.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::stream::State;
use crate::model::{Content, Event, LossAction, Part, PartKind, ReasoningText, Response, Source};
use crate::protocol::answer::{Answer, WireEncoder};
use crate::usage::Usage;

/// Writes a whole answer. One without a finish reason is incomplete.
pub(in crate::protocol) fn encode(answer: &mut Answer, response: &Response, usage: &Usage) -> String {
    let mut replay = Replay { state: State::silent(&answer.context), answer };
    replay.response(response);
    let Replay { state, answer } = replay;
    state.into_object(answer, usage)
}

struct Replay<'a> {
    state: State,
    answer: &'a mut Answer,
}

impl Replay<'_> {
    fn tell(&mut self, event: Event<'_>) {
        self.state.event(self.answer, &event, &mut Vec::new());
    }

    fn response(&mut self, response: &Response) {
        let [id, model] = [&response.id, &response.model].map(|text| text.as_deref().map(Cow::Borrowed));
        self.tell(Event::Start { id, model });
        let mut number = 0;
        for (candidate, answer) in (0..).zip(&response.candidates) {
            for part in &answer.parts {
                self.part(number, candidate, part, response);
                number += 1;
            }
            if let Some(finish) = &answer.finish {
                self.tell(Event::Finish { candidate, finish: finish.clone() });
            }
        }
        self.extras(None, response);
    }

    fn extras(&mut self, part: Option<u32>, response: &Response) {
        for extra in response.extras.iter().filter(|extra| extra.part == part) {
            let (name, value) = (Cow::Borrowed(&*extra.name), Cow::Borrowed(extra.value.as_str()));
            self.tell(Event::Extra { part, name, value });
        }
    }

    fn part(&mut self, number: u32, candidate: u32, part: &Part, response: &Response) {
        let Some(kind) = kind_of(&part.content) else {
            let path = alloc::format!("parts[{number}]");
            return self.answer.lose(LossAction::Dropped, path, "this wire has no place for it in an answer");
        };
        self.tell(Event::PartStart { part: number, candidate, kind });
        for opaque in &part.opaque {
            let (field, value) = (Cow::Borrowed(&*opaque.field), Cow::Borrowed(opaque.value.as_str()));
            self.tell(Event::Opaque { part: number, field, value });
        }
        self.content(number, &part.content);
        self.extras(Some(number), response);
        self.tell(Event::PartEnd { part: number });
    }

    fn content(&mut self, part: u32, content: &Content) {
        match content {
            Content::Text { text, citations } => {
                self.tell(Event::TextDelta { part, text: Cow::Borrowed(text) });
                for citation in citations {
                    let (wire, raw) = (citation.wire, Cow::Borrowed(citation.raw.as_str()));
                    self.tell(Event::Citation { part: Some(part), wire, raw });
                }
            }
            Content::Refusal(text) => self.tell(Event::RefusalDelta { part, text: Cow::Borrowed(text) }),
            Content::Reasoning(ReasoningText { text, .. }) => {
                self.tell(Event::ReasoningDelta { part, text: Cow::Borrowed(text) });
            }
            Content::ToolCall(call) => {
                self.tell(Event::ArgumentsDelta { part, text: Cow::Borrowed(&call.arguments) });
            }
            Content::Media(media) => {
                if let Source::Base64(data) = &media.source {
                    self.tell(Event::DataDelta { part, base64: Cow::Borrowed(data) });
                }
            }
            Content::ToolResult(_) | Content::Vendor { .. } => {}
        }
    }
}

/// What a part is when it opens; `None` where no answer holds such.
fn kind_of(content: &Content) -> Option<PartKind<'_>> {
    Some(match content {
        Content::Media(media) if !matches!(media.source, Source::Base64(_)) => return None,
        Content::Media(media) => {
            PartKind::Media { kind: media.kind, media_type: media.media_type.as_deref().map(Cow::Borrowed) }
        }
        Content::Reasoning(ReasoningText { is_summary, .. }) => {
            PartKind::Reasoning { is_summary: *is_summary }
        }
        Content::Refusal(_) => PartKind::Refusal,
        Content::Text { .. } => PartKind::Text,
        Content::ToolCall(call) => PartKind::ToolCall {
            id: call.id.as_deref().map(Cow::Borrowed),
            name: Cow::Borrowed(&call.name),
            kind: call.kind,
        },
        Content::ToolResult(_) => return None,
        Content::Vendor { wire, kind, json, .. } => {
            PartKind::Vendor { wire: *wire, kind: Cow::Borrowed(kind), json: Cow::Borrowed(json.as_str()) }
        }
    })
}
