//! Responses: lifecycle events with sequence numbers, one item after the other, the full object at
//! the end.

use alloc::format;
use alloc::string::String;

use super::finish::word;
use super::frames::Stream;
use super::script::{Script, ScriptedCall};
use crate::json::Writer;
use crate::model::{FinishReason, Wire};
use crate::rng::Rng;

const WIRE: Wire = Wire::OpenaiResponses;

/// How far the response object has come.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    InProgress,
    Over,
}

pub(super) fn whole(script: &Script) -> String {
    let mut w = Writer::new();
    object(&mut w, script, Stage::Over);
    w.finish()
}

fn object(w: &mut Writer, script: &Script, stage: Stage) {
    let is_over = stage == Stage::Over;
    let status = if is_over { word(WIRE, script.finish) } else { "in_progress" };
    w.object(|w| {
        w.key("id").string(&script.response_id(WIRE));
        w.key("object").string("response");
        w.key("created_at").u64(script.created);
        w.key("status").string(status);
        w.key("background").bool(script.is_background);
        w.key("error").null();
        w.key("incomplete_details");
        match incomplete_reason(script.finish) {
            Some(reason) if is_over => w.object(|w| w.key("reason").string(reason)),
            _ => w.null(),
        }
        w.key("model").string(&script.model);
        w.key("output").array(|w| {
            if is_over {
                items(w, script);
            }
        });
        w.key("parallel_tool_calls").bool(true);
        w.key("service_tier").string("default");
        w.key("usage");
        if is_over {
            w.object(|w| usage(w, script))
        } else {
            w.null()
        }
        w.key("metadata").object(|_| {});
    });
}

const fn incomplete_reason(finish: FinishReason) -> Option<&'static str> {
    match finish {
        FinishReason::Length => Some("max_output_tokens"),
        FinishReason::ContentFilter => Some("content_filter"),
        _ => None,
    }
}

fn usage(w: &mut Writer, script: &Script) {
    let tokens = script.tokens;
    w.key("input_tokens").u64(tokens.input);
    w.key("input_tokens_details").object(|w| {
        w.key("cached_tokens").u64(tokens.cache_read);
        w.key("cache_write_tokens").u64(tokens.cache_write);
    });
    w.key("output_tokens").u64(tokens.output);
    w.key("output_tokens_details").object(|w| w.key("reasoning_tokens").u64(tokens.reasoning));
    w.key("total_tokens").u64(tokens.input + tokens.output);
}

fn items(w: &mut Writer, script: &Script) {
    if !script.reasoning.is_empty() {
        w.object(|w| reasoning_item(w, script, true));
    }
    if !script.text.is_empty() {
        w.object(|w| message_item(w, script, true));
    }
    for call in &script.tool_calls {
        w.object(|w| call_item(w, script, call, true));
    }
}

fn reasoning_item(w: &mut Writer, script: &Script, is_done: bool) {
    w.key("id").string(&format!("rs_{}", script.id));
    w.key("type").string("reasoning");
    w.key("summary").array(|w| {
        if is_done {
            w.object(|w| typed_text(w, "summary_text", &script.full_reasoning()));
        }
    });
    if is_done {
        w.opt_string("encrypted_content", script.signature.as_deref());
    }
}

fn message_item(w: &mut Writer, script: &Script, is_done: bool) {
    w.key("id").string(&format!("msg_{}", script.id));
    w.key("type").string("message");
    w.key("status").string(if is_done { "completed" } else { "in_progress" });
    w.key("content").array(|w| {
        if is_done {
            w.object(|w| output_text(w, &script.full_text()));
        }
    });
    w.key("role").string("assistant");
}

fn call_item(w: &mut Writer, script: &Script, call: &ScriptedCall, is_done: bool) {
    w.key("id").string(&format!("fc_{}", call.id));
    w.key("type").string("function_call");
    w.key("status").string(if is_done { "completed" } else { "in_progress" });
    w.key("arguments").string(&if is_done { call.arguments() } else { String::new() });
    w.key("call_id").string(&script.call_id(WIRE, call));
    w.key("name").string(&call.name);
}

fn typed_text(w: &mut Writer, kind: &str, text: &str) {
    w.key("type").string(kind);
    w.key("text").string(text);
}

fn output_text(w: &mut Writer, text: &str) {
    w.key("type").string("output_text");
    w.key("annotations").array(|_| {});
    w.key("logprobs").array(|_| {});
    w.key("text").string(text);
}

struct Events<'a> {
    script: &'a Script,
    stream: Stream,
    next: u64,
    output_index: u64,
    padding: Rng,
}

impl Events<'_> {
    fn send(&mut self, name: &str, fields: impl FnOnce(&mut Writer)) {
        let mut w = Writer::new();
        w.object(|w| {
            w.key("type").string(name);
            w.key("sequence_number").u64(self.next);
            fields(w);
        });
        self.next += 1;
        self.stream.event(name, &w.finish());
    }

    fn lifecycle(&mut self, name: &str, stage: Stage) {
        let script = self.script;
        self.send(name, |w| {
            w.key("response");
            object(w, script, stage);
        });
    }

    fn item(&mut self, name: &str, item: impl FnOnce(&mut Writer)) {
        let index = self.output_index;
        self.send(name, |w| {
            w.key("output_index").u64(index);
            w.key("item").object(item);
        });
    }

    /// An event about something inside the open item.
    fn inside(&mut self, name: &str, item_id: &str, fields: impl FnOnce(&mut Writer)) {
        let index = self.output_index;
        self.send(name, |w| {
            w.key("item_id").string(item_id);
            w.key("output_index").u64(index);
            fields(w);
        });
    }

    fn delta(&mut self, name: &str, item_id: &str, place: Option<&str>, piece: &str) {
        let padding = self.padding.next_u64();
        self.inside(name, item_id, |w| {
            w.opt_u64(place.unwrap_or_default(), place.map(|_| 0));
            w.key("delta").string(piece);
            if name == "response.output_text.delta" {
                w.key("logprobs").array(|_| {});
            }
            w.key("obfuscation").string(&format!("{padding:x}"));
        });
    }

    fn reasoning(&mut self) {
        let script = self.script;
        let id = format!("rs_{}", script.id);
        let text = script.full_reasoning();
        self.item("response.output_item.added", |w| reasoning_item(w, script, false));
        self.inside("response.reasoning_summary_part.added", &id, |w| {
            w.key("summary_index").u64(0);
            w.key("part").object(|w| typed_text(w, "summary_text", ""));
        });
        for piece in &script.reasoning {
            self.delta("response.reasoning_summary_text.delta", &id, Some("summary_index"), piece);
        }
        self.inside("response.reasoning_summary_text.done", &id, |w| {
            w.key("summary_index").u64(0);
            w.key("text").string(&text);
        });
        self.inside("response.reasoning_summary_part.done", &id, |w| {
            w.key("summary_index").u64(0);
            w.key("part").object(|w| typed_text(w, "summary_text", &text));
        });
        self.item("response.output_item.done", |w| reasoning_item(w, script, true));
        self.output_index += 1;
    }

    fn message(&mut self) {
        let script = self.script;
        let id = format!("msg_{}", script.id);
        let text = script.full_text();
        self.item("response.output_item.added", |w| message_item(w, script, false));
        self.inside("response.content_part.added", &id, |w| {
            w.key("content_index").u64(0);
            w.key("part").object(|w| output_text(w, ""));
        });
        for piece in &script.text {
            self.delta("response.output_text.delta", &id, Some("content_index"), piece);
        }
        self.inside("response.output_text.done", &id, |w| {
            w.key("content_index").u64(0);
            w.key("text").string(&text);
            w.key("logprobs").array(|_| {});
        });
        self.inside("response.content_part.done", &id, |w| {
            w.key("content_index").u64(0);
            w.key("part").object(|w| output_text(w, &text));
        });
        self.item("response.output_item.done", |w| message_item(w, script, true));
        self.output_index += 1;
    }

    fn call(&mut self, call: &ScriptedCall) {
        let script = self.script;
        let id = format!("fc_{}", call.id);
        self.item("response.output_item.added", |w| call_item(w, script, call, false));
        for piece in &call.arguments {
            self.delta("response.function_call_arguments.delta", &id, None, piece);
        }
        self.inside("response.function_call_arguments.done", &id, |w| {
            w.key("arguments").string(&call.arguments());
        });
        self.item("response.output_item.done", |w| call_item(w, script, call, true));
        self.output_index += 1;
    }
}

/// The stream; the number of a frame is the sequence number of its event.
pub(super) fn stream(script: &Script) -> Stream {
    let mut events = Events {
        script,
        stream: Stream::default(),
        next: 0,
        output_index: 0,
        padding: Rng::new(script.created),
    };
    events.lifecycle("response.created", Stage::InProgress);
    events.lifecycle("response.in_progress", Stage::InProgress);
    if !script.reasoning.is_empty() {
        events.reasoning();
    }
    if !script.text.is_empty() {
        events.message();
    }
    for call in &script.tool_calls {
        events.call(call);
    }
    events.stream.begin_end();
    let terminal = match word(WIRE, script.finish) {
        "incomplete" => "response.incomplete",
        "failed" => "response.failed",
        _ => "response.completed",
    };
    events.lifecycle(terminal, Stage::Over);
    events.stream
}
