//! Chat Completions: role chunk, deltas, finish chunk, usage chunk, `[DONE]`.

use alloc::string::String;

use super::finish::word;
use super::frames::{Rendering, Stream};
use super::script::{Script, ScriptedCall};
use crate::json::Writer;
use crate::model::Wire;

const WIRE: Wire = Wire::OpenaiChat;

pub(super) fn whole(script: &Script) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        envelope(w, script, "chat.completion");
        w.key("choices").array(|w| {
            w.object(|w| {
                w.key("index").u64(0);
                w.key("message").object(|w| message(w, script));
                w.key("logprobs").null();
                w.key("finish_reason").string(word(WIRE, script.finish));
            });
        });
        w.key("usage").object(|w| usage(w, script));
    });
    w.finish()
}

fn message(w: &mut Writer, script: &Script) {
    w.key("role").string("assistant");
    let text = script.full_text();
    w.key("content");
    if text.is_empty() {
        w.null()
    } else {
        w.string(&text)
    }
    w.key("refusal").null();
    if !script.reasoning.is_empty() {
        w.key("reasoning_content").string(&script.full_reasoning());
    }
    if !script.tool_calls.is_empty() {
        w.key("tool_calls").array(|w| {
            for call in &script.tool_calls {
                w.object(|w| tool_call(w, script, call, &call.arguments()));
            }
        });
    }
}

fn tool_call(w: &mut Writer, script: &Script, call: &ScriptedCall, arguments: &str) {
    w.key("id").string(&script.call_id(WIRE, call));
    w.key("type").string("function");
    w.key("function").object(|w| {
        w.key("name").string(&call.name);
        w.key("arguments").string(arguments);
    });
}

fn envelope(w: &mut Writer, script: &Script, object: &str) {
    w.key("id").string(&script.response_id(WIRE));
    w.key("object").string(object);
    w.key("created").u64(script.created);
    w.key("model").string(&script.model);
    w.key("service_tier").string("default");
    w.key("system_fingerprint").null();
}

fn usage(w: &mut Writer, script: &Script) {
    let tokens = script.tokens;
    w.key("prompt_tokens").u64(tokens.input);
    w.key("completion_tokens").u64(tokens.output);
    w.key("total_tokens").u64(tokens.input + tokens.output);
    w.key("prompt_tokens_details").object(|w| {
        w.key("cached_tokens").u64(tokens.cache_read);
        w.key("cache_write_tokens").u64(tokens.cache_write);
    });
    w.key("completion_tokens_details").object(|w| {
        w.key("reasoning_tokens").u64(tokens.reasoning);
    });
}

struct Chunks<'a> {
    script: &'a Script,
    include_usage: bool,
    stream: Stream,
}

impl Chunks<'_> {
    /// One chunk with one choice, whose delta `delta` writes.
    fn delta(&mut self, finish: Option<&str>, delta: impl FnOnce(&mut Writer)) {
        self.chunk(false, |w| {
            w.object(|w| {
                w.key("index").u64(0);
                w.key("delta").object(delta);
                w.key("logprobs").null();
                w.key("finish_reason");
                match finish {
                    Some(finish) => w.string(finish),
                    None => w.null(),
                }
            });
        });
    }

    fn chunk(&mut self, has_usage: bool, choices: impl FnOnce(&mut Writer)) {
        let mut w = Writer::new();
        w.object(|w| {
            envelope(w, self.script, "chat.completion.chunk");
            w.key("choices").array(choices);
            if has_usage {
                w.key("usage").object(|w| usage(w, self.script));
            } else if self.include_usage {
                w.key("usage").null();
            }
        });
        self.stream.event("", &w.finish());
    }

    fn calls(&mut self) {
        let script = self.script;
        for (index, call) in script.tool_calls.iter().enumerate() {
            self.delta(None, |w| {
                w.key("tool_calls").array(|w| {
                    w.object(|w| {
                        w.key("index").u64(index as u64);
                        tool_call(w, script, call, "");
                    });
                });
            });
            for piece in &call.arguments {
                self.delta(None, |w| {
                    w.key("tool_calls").array(|w| {
                        w.object(|w| {
                            w.key("index").u64(index as u64);
                            w.key("function").object(|w| w.key("arguments").string(piece));
                        });
                    });
                });
            }
        }
    }
}

pub(super) fn stream(script: &Script, rendering: &Rendering) -> Stream {
    let mut chunks = Chunks { script, include_usage: rendering.include_usage, stream: Stream::default() };
    chunks.delta(None, |w| {
        w.key("role").string("assistant");
        w.key("content").string("");
        w.key("refusal").null();
    });
    for piece in &script.reasoning {
        chunks.delta(None, |w| w.key("reasoning_content").string(piece));
    }
    for piece in &script.text {
        chunks.delta(None, |w| w.key("content").string(piece));
    }
    chunks.calls();
    chunks.stream.begin_end();
    chunks.delta(Some(word(WIRE, script.finish)), |_| {});
    if rendering.include_usage {
        chunks.chunk(true, |_| {});
    }
    chunks.stream.event("", "[DONE]");
    chunks.stream
}
