//! Messages: message_start, ping, blocks, message_delta, message_stop.

use alloc::string::String;

use super::finish::word;
use super::frames::Stream;
use super::script::{Script, ScriptedCall};
use crate::json::Writer;
use crate::model::{FinishReason, Wire};

const WIRE: Wire = Wire::Anthropic;

pub(super) fn whole(script: &Script) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        envelope(w, script);
        w.key("content").array(|w| content(w, script));
        stop(w, script);
        w.key("usage").object(|w| usage(w, script, script.tokens.output));
    });
    w.finish()
}

fn envelope(w: &mut Writer, script: &Script) {
    w.key("id").string(&script.response_id(WIRE));
    w.key("type").string("message");
    w.key("role").string("assistant");
    w.key("model").string(&script.model);
}

fn content(w: &mut Writer, script: &Script) {
    if !script.reasoning.is_empty() {
        w.object(|w| {
            w.key("type").string("thinking");
            w.key("thinking").string(&script.full_reasoning());
            w.key("signature").string(script.signature.as_deref().unwrap_or(""));
        });
    }
    if !script.text.is_empty() {
        w.object(|w| {
            w.key("type").string("text");
            w.key("text").string(&script.full_text());
        });
    }
    for call in &script.tool_calls {
        w.object(|w| tool_use(w, script, call, &call.arguments()));
    }
}

fn tool_use(w: &mut Writer, script: &Script, call: &ScriptedCall, input: &str) {
    w.key("type").string("tool_use");
    w.key("id").string(&script.call_id(WIRE, call));
    w.key("name").string(&call.name);
    w.key("input").raw(if input.is_empty() { "{}" } else { input });
    w.key("caller").object(|w| w.key("type").string("direct"));
}

fn stop(w: &mut Writer, script: &Script) {
    w.key("stop_reason").string(word(WIRE, script.finish));
    w.key("stop_sequence");
    if script.finish == FinishReason::StopSequence {
        w.string("STOP")
    } else {
        w.null()
    }
    w.key("stop_details").null();
}

fn usage(w: &mut Writer, script: &Script, output: u64) {
    let tokens = script.tokens;
    w.key("input_tokens").u64(tokens.input.saturating_sub(tokens.cache_read + tokens.cache_write));
    w.key("cache_creation_input_tokens").u64(tokens.cache_write);
    w.key("cache_read_input_tokens").u64(tokens.cache_read);
    w.key("output_tokens").u64(output);
    if output == tokens.output && tokens.reasoning > 0 {
        w.key("output_tokens_details").object(|w| w.key("thinking_tokens").u64(tokens.reasoning));
    }
    w.key("service_tier").string("standard");
}

/// Sends an event whose data has `type` first, as the name says.
fn send(stream: &mut Stream, name: &str, fields: impl FnOnce(&mut Writer)) {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string(name);
        fields(w);
    });
    stream.event(name, &w.finish());
}

/// Sends one block: its start, its deltas (each written by a piece), its stop.
fn block<'a>(
    stream: &mut Stream,
    index: u64,
    start: impl FnOnce(&mut Writer),
    deltas: impl Iterator<Item = (&'a str, &'a str, &'a str)>,
) {
    send(stream, "content_block_start", |w| {
        w.key("index").u64(index);
        w.key("content_block").object(start);
    });
    if index == 0 {
        send(stream, "ping", |_| {});
    }
    for (kind, field, piece) in deltas {
        send(stream, "content_block_delta", |w| {
            w.key("index").u64(index);
            w.key("delta").object(|w| {
                w.key("type").string(kind);
                w.key(field).string(piece);
            });
        });
    }
    send(stream, "content_block_stop", |w| w.key("index").u64(index));
}

fn blocks(stream: &mut Stream, script: &Script) {
    let mut index = 0;
    if !script.reasoning.is_empty() {
        let thinking = script.reasoning.iter().map(|p| ("thinking_delta", "thinking", p.as_str()));
        let signature = script.signature.iter().map(|s| ("signature_delta", "signature", s.as_str()));
        let start = |w: &mut Writer| {
            w.key("type").string("thinking");
            w.key("thinking").string("");
            w.key("signature").string("");
        };
        block(stream, index, start, thinking.chain(signature));
        index += 1;
    }
    if !script.text.is_empty() {
        let start = |w: &mut Writer| {
            w.key("type").string("text");
            w.key("text").string("");
        };
        block(stream, index, start, script.text.iter().map(|p| ("text_delta", "text", p.as_str())));
        index += 1;
    }
    for call in &script.tool_calls {
        // An empty piece comes first on the real wire.
        let pieces = core::iter::once("").chain(call.arguments.iter().map(String::as_str));
        let deltas = pieces.map(|p| ("input_json_delta", "partial_json", p));
        block(stream, index, |w| tool_use(w, script, call, ""), deltas);
        index += 1;
    }
}

pub(super) fn stream(script: &Script) -> Stream {
    let mut stream = Stream::default();
    send(&mut stream, "message_start", |w| {
        w.key("message").object(|w| {
            envelope(w, script);
            w.key("content").array(|_| {});
            w.key("stop_reason").null();
            w.key("stop_sequence").null();
            w.key("stop_details").null();
            w.key("usage").object(|w| usage(w, script, 1));
        });
    });
    blocks(&mut stream, script);
    stream.begin_end();
    send(&mut stream, "message_delta", |w| {
        w.key("delta").object(|w| stop(w, script));
        w.key("usage").object(|w| usage(w, script, script.tokens.output));
    });
    send(&mut stream, "message_stop", |_| {});
    stream
}
