//! A script on a wire: one body, or one frame an event.

use alloc::string::String;

use super::frames::{Rendering, Stream};
use super::script::Script;
use super::{anthropic, chat, gemini, responses};
use crate::model::Wire;

/// The whole, unstreamed body of `script`.
pub fn whole(wire: Wire, script: &Script) -> String {
    match wire {
        Wire::Anthropic => anthropic::whole(script),
        Wire::Gemini => gemini::whole(script),
        Wire::OpenaiChat => chat::whole(script),
        Wire::OpenaiResponses => responses::whole(script),
    }
}

/// The stream of `script`.
pub fn stream(wire: Wire, script: &Script, rendering: &Rendering) -> Stream {
    match wire {
        Wire::Anthropic => anthropic::stream(script),
        Wire::Gemini => gemini::stream(script, rendering),
        Wire::OpenaiChat => chat::stream(script, rendering),
        Wire::OpenaiResponses => responses::stream(script),
    }
}
