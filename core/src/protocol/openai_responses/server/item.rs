//! The items of an answer, and how they are written.

use alloc::string::String;
use alloc::vec::Vec;

use crate::json::Writer;
use crate::model::ToolCallKind;
use crate::protocol::openai_responses::names;

/// How far an item has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// It broke off.
    Cut,
    /// It is whole.
    Done,
    /// More may come.
    Open,
}

impl Status {
    const fn word(self) -> &'static str {
        match self {
            Self::Cut => "incomplete",
            Self::Done => "completed",
            Self::Open => "in_progress",
        }
    }
}

/// An item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) body: Body,
    /// Fields beside those of its type: their names and compact JSON.
    pub(super) fields: Vec<(String, String)>,
    /// How many of its parts are open.
    pub(super) open_parts: usize,
    /// The caller must forget it, so the whole response leaves it out.
    pub(super) is_gone: bool,
}

/// What an item is.
#[derive(Clone, Debug)]
pub(super) enum Body {
    /// A call of a tool.
    Call { kind: ToolCallKind, call_id: String, name: String, arguments: String },
    /// An image that was made: its data, and its format where known.
    Image { data: String, format: Option<String> },
    /// What the assistant says.
    Message(Vec<Said>),
    /// What it thinks.
    Reasoning { summary: Vec<String>, content: Vec<String>, encrypted: Option<String> },
    /// An item of the vendor, compact JSON with an id.
    Vendor(String),
}

/// A part of a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Said {
    pub(super) is_refusal: bool,
    pub(super) is_open: bool,
    pub(super) text: String,
    /// Citations in this wire's form.
    pub(super) annotations: Vec<String>,
    /// Pages that the whole part rests on, told when its length is known: URL and title.
    pub(super) pages: Vec<(String, String)>,
    pub(super) logprobs: Option<String>,
}

impl Said {
    pub(super) fn write(&self, w: &mut Writer) {
        w.object(|w| {
            if self.is_refusal {
                w.key("type").string("refusal");
                w.key("refusal").string(&self.text);
                return;
            }
            w.key("type").string("output_text");
            w.key("annotations").array(|w| self.annotations.iter().for_each(|raw| w.raw(raw)));
            w.key("logprobs").raw(self.logprobs());
            w.key("text").string(&self.text);
        });
    }

    pub(super) fn logprobs(&self) -> &str {
        self.logprobs.as_deref().unwrap_or("[]")
    }
}

fn text_at(list: &[String], index: usize) -> &str {
    list.get(index).map_or("", String::as_str)
}

/// Writes a text of a reasoning item's lists.
fn thought(kind: &str, text: &str, w: &mut Writer) {
    w.object(|w| {
        w.key("type").string(kind);
        w.key("text").string(text);
    });
}

impl Item {
    pub(super) const fn new(id: String, body: Body) -> Self {
        Self { id, status: Status::Open, body, fields: Vec::new(), open_parts: 0, is_gone: false }
    }

    /// Writes the item as it is now.
    pub(super) fn write(&self, w: &mut Writer) {
        if let Body::Vendor(json) = &self.body {
            return w.raw(json);
        }
        w.object(|w| {
            w.key("id").string(&self.id);
            self.body.write(self.status, w);
            self.fields.iter().for_each(|(name, value)| w.key(name).raw(value));
        });
    }

    /// Sets a field beside those of its type.
    pub(super) fn set_field(&mut self, name: &str, value: String) {
        match self.fields.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = value,
            None => self.fields.push((name.into(), value)),
        }
    }

    /// Writes the part at `index`: of a message, of a summary, or of the thinking itself.
    pub(super) fn write_part(&self, index: usize, is_summary: bool, w: &mut Writer) {
        match &self.body {
            Body::Message(content) => match content.get(index) {
                Some(said) => said.write(w),
                None => w.null(),
            },
            Body::Reasoning { summary, .. } if is_summary => {
                thought("summary_text", text_at(summary, index), w)
            }
            Body::Reasoning { content, .. } => thought("reasoning_text", text_at(content, index), w),
            Body::Call { .. } | Body::Image { .. } | Body::Vendor(_) => w.null(),
        }
    }

    /// The text of the part at `index`, or of the item where that is the part.
    pub(super) fn text(&self, index: Option<usize>, is_summary: bool) -> &str {
        match (&self.body, index) {
            (Body::Call { arguments, .. }, _) => arguments,
            (Body::Message(content), Some(index)) => content.get(index).map_or("", |said| &said.text),
            (Body::Reasoning { summary, .. }, Some(index)) if is_summary => text_at(summary, index),
            (Body::Reasoning { content, .. }, Some(index)) => text_at(content, index),
            _ => "",
        }
    }

    pub(super) const fn is_message(&self) -> bool {
        matches!(self.body, Body::Message(_))
    }

    pub(super) const fn is_reasoning(&self) -> bool {
        matches!(self.body, Body::Reasoning { .. })
    }
}

impl Body {
    fn write(&self, status: Status, w: &mut Writer) {
        match self {
            Self::Call { kind, call_id, name, arguments } => {
                let (item, field) = names::call(*kind);
                w.key("type").string(item);
                w.key("status").string(status.word());
                w.key(field).string(arguments);
                w.key("call_id").string(call_id);
                w.key("name").string(name);
            }
            Self::Image { data, format } => {
                w.key("type").string("image_generation_call");
                w.key("status").string(status.word());
                match &**data {
                    "" => w.key("result").null(),
                    data => w.key("result").string(data),
                }
                w.opt_string("output_format", format.as_deref());
            }
            Self::Message(content) => {
                w.key("type").string("message");
                w.key("status").string(status.word());
                w.key("content").array(|w| content.iter().for_each(|said| said.write(w)));
                w.key("role").string("assistant");
            }
            Self::Reasoning { summary, content, encrypted } => {
                w.key("type").string("reasoning");
                w.key("summary").array(|w| summary.iter().for_each(|text| thought("summary_text", text, w)));
                if !content.is_empty() {
                    w.key("content")
                        .array(|w| content.iter().for_each(|text| thought("reasoning_text", text, w)));
                }
                w.opt_raw("encrypted_content", encrypted.as_deref());
            }
            Self::Vendor(_) => {}
        }
    }
}
