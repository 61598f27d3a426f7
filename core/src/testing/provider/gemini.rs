//! generateContent: chunks that are whole responses with increments, CRLF between them.

use alloc::string::String;

use super::finish::word;
use super::frames::{Framing, Rendering, Stream};
use super::script::{Script, ScriptedCall};
use crate::json::Writer;
use crate::model::Wire;

const WIRE: Wire = Wire::Gemini;

pub(super) fn whole(script: &Script) -> String {
    let mut w = Writer::new();
    response(&mut w, script, Some(word(WIRE, script.finish)), |w| {
        if !script.reasoning.is_empty() {
            thought(w, &script.full_reasoning());
        }
        if !script.text.is_empty() {
            w.object(|w| {
                w.key("text").string(&script.full_text());
                w.opt_string("thoughtSignature", text_signature(script));
            });
        }
        for (index, call) in script.tool_calls.iter().enumerate() {
            function_call(w, script, index, call);
        }
    });
    w.finish()
}

/// The signature sits on the first call where there is one, else on the text.
fn text_signature(script: &Script) -> Option<&str> {
    script.signature.as_deref().filter(|_| script.tool_calls.is_empty())
}

fn thought(w: &mut Writer, text: &str) {
    w.object(|w| {
        w.key("text").string(text);
        w.key("thought").bool(true);
    });
}

fn function_call(w: &mut Writer, script: &Script, index: usize, call: &ScriptedCall) {
    w.object(|w| {
        w.key("functionCall").object(|w| {
            w.key("id").string(&script.call_id(WIRE, call));
            w.key("name").string(&call.name);
            w.key("args").raw(&call.arguments());
        });
        w.opt_string("thoughtSignature", script.signature.as_deref().filter(|_| index == 0));
    });
}

fn response(w: &mut Writer, script: &Script, finish: Option<&str>, parts: impl FnOnce(&mut Writer)) {
    w.object(|w| {
        w.key("candidates").array(|w| {
            w.object(|w| {
                w.key("content").object(|w| {
                    w.key("parts").array(parts);
                    w.key("role").string("model");
                });
                w.opt_string("finishReason", finish);
                w.key("index").u64(0);
            });
        });
        w.key("usageMetadata").object(|w| usage(w, script, finish.is_some()));
        w.key("modelVersion").string(&script.model);
        w.key("responseId").string(&script.response_id(WIRE));
    });
}

/// The running total; only the last chunk states what was produced.
fn usage(w: &mut Writer, script: &Script, is_final: bool) {
    let tokens = script.tokens;
    w.key("promptTokenCount").u64(tokens.input);
    if tokens.cache_read > 0 {
        w.key("cachedContentTokenCount").u64(tokens.cache_read);
    }
    if is_final {
        w.key("candidatesTokenCount").u64(tokens.output.saturating_sub(tokens.reasoning));
        if tokens.reasoning > 0 {
            w.key("thoughtsTokenCount").u64(tokens.reasoning);
        }
    }
    w.key("totalTokenCount").u64(tokens.input + if is_final { tokens.output } else { 0 });
}

fn chunk(stream: &mut Stream, script: &Script, finish: Option<&str>, parts: impl FnOnce(&mut Writer)) {
    let mut w = Writer::new();
    response(&mut w, script, finish, parts);
    stream.event("", &w.finish());
}

pub(super) fn stream(script: &Script, rendering: &Rendering) -> Stream {
    let framing = if rendering.json_array { Framing::JsonArray } else { Framing::CrlfEvents };
    let mut stream = Stream::new(framing);
    for piece in &script.reasoning {
        chunk(&mut stream, script, None, |w| thought(w, piece));
    }
    for piece in &script.text {
        chunk(&mut stream, script, None, |w| w.object(|w| w.key("text").string(piece)));
    }
    for (index, call) in script.tool_calls.iter().enumerate() {
        chunk(&mut stream, script, None, |w| function_call(w, script, index, call));
    }
    stream.begin_end();
    chunk(&mut stream, script, Some(word(WIRE, script.finish)), |w| {
        w.object(|w| {
            w.key("text").string("");
            w.opt_string("thoughtSignature", text_signature(script));
        });
    });
    stream.close_array();
    stream
}
