//! A pure, no-I/O state machine for calls to language models.
//!
//! In scope: the four wires (OpenAI Chat Completions, OpenAI Responses, Anthropic Messages, Gemini
//! generateContent), what to retry and when, and the accounting of every token.
//! Out of scope: sockets, clocks, executors and random sources. A host lends those.
#![no_std]
#![deny(missing_docs)]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod call;
pub mod driver;
pub mod failure;
pub mod http;
pub mod json;
pub mod model;
pub mod protocol;
pub mod retry;
pub mod rng;
pub mod sse;
#[cfg(feature = "testing")]
pub mod testing;
pub mod time;
pub mod transcript;
pub mod usage;
