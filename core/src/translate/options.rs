//! How translations are made.

use alloc::string::String;

use super::policy::LossPolicy;
use crate::protocol::{AnswerContext, SealKey, Target};

/// How translations are made.
#[derive(Clone, Debug, Default)]
pub struct TranslateOptions {
    /// The model to ask for at the provider; `None` asks for the one that the application named.
    pub model: Option<String>,
    /// Which losses are accepted.
    pub policy: LossPolicy,
    /// The key under which opaque state travels through applications that speak another wire.
    pub seal: SealKey,
    /// An id for the answer, unique a call, where the provider states none: letters and digits.
    pub id: String,
    /// The time of the call, in seconds since the epoch.
    pub created: u64,
    /// Whether a Chat stream shall end with a usage chunk even where the application asked for none, so
    /// that it can be accounted. The application gets the chunk too when bytes pass untouched.
    pub ask_usage: bool,
}

impl TranslateOptions {
    /// The context of an answer to a request for `model`.
    pub(super) fn context(&self, model: &str, target: &Target) -> AnswerContext {
        AnswerContext {
            model: model.into(),
            id: self.id.clone(),
            created: self.created,
            vendor: target.dialect.vendor.into(),
            source: target.dialect.wire,
            stream_usage: false,
            framing: Default::default(),
            seal: self.seal.clone(),
        }
    }
}
