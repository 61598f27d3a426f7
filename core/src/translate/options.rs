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
    ///
    /// **The default key is public**, so that anybody can make what opens under it: the state of a part, and
    /// whole blocks of a vendor, which then stand in the request to that vendor. Where applications are not
    /// trusted with the operator's credential, set a secret one, the same on every machine.
    pub seal: SealKey,
    /// An id for the answer, where the provider states none: letters and digits.
    ///
    /// It must be unique a call, because ids of tool calls are made of it. Where it is empty, one is made of
    /// the request's body: every turn of a conversation has another one then, but the same request asked twice
    /// has the same.
    pub id: String,
    /// The time of the call, in seconds since the epoch.
    pub created: u64,
    /// Whether requests and answers are written anew where both speak the same wire too, as between two others.
    ///
    /// For a provider whose dialect deviates from the wire that the application's SDK speaks, or whose models
    /// write calls as text ([`tool_text`](crate::tool_text)). Otherwise bytes pass as they are.
    pub rewrite: bool,
    /// Whether a Chat stream shall end with a usage chunk even where the application asked for none, so
    /// that it can be accounted. The application gets the chunk too when bytes pass untouched.
    pub ask_usage: bool,
}

impl TranslateOptions {
    /// The id of an answer to `body`.
    pub(super) fn id_of(&self, body: &str) -> String {
        if self.id.is_empty() { alloc::format!("{:016x}", hash(body)) } else { self.id.clone() }
    }

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

/// FNV-1a with 64 bits.
fn hash(text: &str) -> u64 {
    let step = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    text.bytes().fold(0xcbf2_9ce4_8422_2325, step)
}
