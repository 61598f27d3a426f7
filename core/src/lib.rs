//! A pure, no-I/O state machine for calls to language models.
//!
//! In scope: the four wires (OpenAI Chat Completions, OpenAI Responses, Anthropic Messages, Gemini
//! generateContent), what to retry and when, and the accounting of every token.
//! Out of scope: sockets, clocks, executors and random sources. A host lends those.
//!
//! A host without an executor needs one loop: hand in what happened, take out what to do.
//!
//! ```
//! use tokenwire_core::call::{Call, Input, Options, Output};
//! use tokenwire_core::http::Head;
//! use tokenwire_core::model::{Message, Request};
//! use tokenwire_core::protocol::{Credential, Dialect, Target};
//! use tokenwire_core::time::Instant;
//!
//! let target = Target::new(&Dialect::ANTHROPIC, Some(Credential::new("key")))?;
//! let request = Request::new("claude-haiku-5-5", vec![Message::user("Name a colour.")]);
//! let options = Options { stream: false, ..Options::default() };
//! let mut now = Instant::from_millis(0); // the host's clock
//! let mut call = Call::new(request, target, options, 7, now)?;
//!
//! let outcome = loop {
//!     match call.poll_output() {
//!         Output::Transmit(transmit) => {
//!             // Send transmit.request; here the answer comes at once.
//!             let attempt = transmit.attempt;
//!             let body = br#"{"type":"message","role":"assistant","id":"msg_1","model":"m",
//!                 "content":[{"type":"text","text":"Teal."}],"stop_reason":"end_turn",
//!                 "usage":{"input_tokens":9,"output_tokens":4}}"#;
//!             let head = Head { status: 200, ..Head::default() };
//!             call.handle_input(now, Input::Head { attempt, head });
//!             call.handle_input(now, Input::Chunk { attempt, bytes: body });
//!             call.handle_input(now, Input::End { attempt });
//!         }
//!         Output::Abort { attempt } => println!("drop the connection of attempt {attempt}"),
//!         Output::Event(event) => println!("{event:?}"),
//!         Output::Forward(_) | Output::ForwardHead(_) => unreachable!("only of Call::forward"),
//!         Output::Wait { deadline, .. } => {
//!             // Wait for news or for the deadline, whichever comes first.
//!             now = deadline.expect("nothing is awaited but the deadline here");
//!             call.handle_input(now, Input::Timeout);
//!         }
//!         Output::Done(outcome) => break outcome,
//!     }
//! };
//! assert_eq!(outcome.response.text(), "Teal.");
//! assert_eq!(outcome.usage.counts.get(tokenwire_core::usage::Bucket::Output), Some(4));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![no_std]
#![deny(missing_docs)]
#![forbid(unsafe_code)]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod call;
pub mod client;
pub mod date;
pub mod driver;
pub mod failure;
pub mod http;
pub mod json;
mod map;
pub mod model;
pub mod money;
pub mod prelude;
pub mod pricing;
pub mod protocol;
pub mod relay;
pub mod retry;
pub mod rng;
pub mod sse;
#[cfg(feature = "simulation")]
pub mod testing;
pub mod time;
pub mod tool_text;
pub mod transcript;
pub mod translate;
pub mod usage;
