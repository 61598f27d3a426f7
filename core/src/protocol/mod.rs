//! The four wires: requests out, responses, streams and errors in.
//!
//! Each wire has a folder, and in it one for each side. `client` is the side towards a provider, with
//! the same four files: `request.rs` encodes a request, `response.rs` decodes a whole response,
//! `stream.rs` decodes a stream, `error.rs` reads an error body. Whole and streamed responses go
//! through the same `assembly.rs` and give the same events, so there is one path behind them. A side
//! towards applications stands beside it as `server`, with the same four files the other way. What
//! both sides need of a wire lies above the two, and does not know them.

mod answer;
mod anthropic;
mod bound;
mod call_id;
mod cited_page;
mod decoder;
mod dialect;
mod echo;
mod encode;
mod encoder;
mod encoding;
mod endpoint;
mod error;
mod fault;
mod gemini;
mod logprobs;
mod losses;
mod made_ids;
mod meaning;
mod nesting;
mod openai_chat;
mod openai_error;
mod openai_error_answer;
mod openai_request;
mod openai_responses;
mod resume;
mod seal;
mod target;
mod wire_decoder;

pub use answer::{AnswerContext, Asked, BadRequest, ErrorAnswer, Incoming, ModelEntry, StreamFraming};
pub use decoder::{Caps, Decoder};
pub use dialect::{Auth, CacheMarks, Dialect, MaxTokensField, ReasoningSwitch};
pub use encode::{Encoded, encode_request, encode_resume};
pub use encoder::{
    Encoder, decode_request, encode_response, write_bad_request, write_error, write_models, write_token_count,
};
pub use encoding::EncodeError;
pub use endpoint::Endpoint;
pub use error::read_error;
pub use resume::Resume;
pub use seal::SealKey;
pub(crate) use seal::has_envelope;
pub use target::{BaseUrl, Credential, Target, TargetError};
pub use wire_decoder::{DecodeError, Progress};
