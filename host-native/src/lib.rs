//! Calls to language models from native Rust: any executor, four wires, retries and usage.
//!
//! ```no_run
//! use futures::StreamExt;
//! use tokenwire::{Client, Event, Message, Request, Update};
//!
//! # async fn run() -> Result<(), tokenwire::Error> {
//! let client = Client::from_env()?; // OPENAI_API_KEY, ANTHROPIC_API_KEY, GEMINI_API_KEY
//! let request = Request::new("claude-sonnet-4-6", vec![Message::user("Name a colour.")]);
//!
//! let outcome = client.complete("anthropic", request.clone()).await?;
//! println!("{} ({})", outcome.response.text(), outcome.finish.reason);
//!
//! let mut stream = client.stream("anthropic", request)?;
//! while let Some(update) = stream.next().await {
//!     match update {
//!         Update::Event(Event::TextDelta { text, .. }) => print!("{text}"),
//!         Update::Event(_) => {}
//!         Update::Done(outcome) => println!("\n{:?}", outcome.usage.counts),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! It works from inside async-std, smol, tokio or any other executor: the connections live on one
//! worker thread of the crate's own, started with the first call. Dropping a stream closes its
//! connection.
#![deny(missing_docs)]

mod client;
mod clock;
#[cfg(feature = "exchange")]
pub mod exchange;
mod host;
#[cfg(any(feature = "serve", feature = "sim"))]
mod http_values;
#[cfg(any(feature = "serve", feature = "sim"))]
mod listener;
#[cfg(feature = "serve")]
pub mod serve;
#[cfg(feature = "sim")]
pub mod sim;
mod transport;

pub use client::{Client, ClientBuilder, EventStream, Relayed};
pub use clock::wall;
pub use host::NativeHost;
#[cfg(any(feature = "serve", feature = "sim"))]
pub use listener::ListenError;
pub use tokenwire_core as core;
pub use tokenwire_core::prelude::*;

/// Compiles the README's code.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
