//! What the tests of this folder share.

use alloc::vec::Vec;

use crate::model::Wire;
use crate::protocol::answer::Answer;
use crate::protocol::{AnswerContext, SealKey, StreamFraming};

/// What an answer of Claude is written with.
pub(super) fn context() -> AnswerContext {
    AnswerContext {
        model: "asked".into(),
        id: "x1".into(),
        created: 7,
        vendor: "anthropic".into(),
        source: Wire::Anthropic,
        stream_usage: false,
        framing: StreamFraming::Sse,
        seal: SealKey::default(),
    }
}

pub(super) fn answer() -> Answer {
    Answer { context: context(), losses: Vec::new() }
}
