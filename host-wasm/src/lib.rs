//! Calls to language models from Rust in WebAssembly: four wires, retries and usage, over the `fetch` of
//! whatever runs the module. What a program names is what it names natively, from the crate `tokenwire`.
//!
//! In a page (Leptos, Yew, Dioxus), inside `spawn_local` or a resource; the address is that of a back end of
//! one's own, since a key in a page is everybody's:
//!
//! ```no_run
//! use futures::StreamExt;
//! use tokenwire_wasm::{Client, Dialect, Error, Event, Message, Request, Target, Update};
//!
//! async fn ask(question: &str, mut show: impl FnMut(&str)) -> Result<(), Error> {
//!     let target = Target::at(&Dialect::OPENAI_RESPONSES, "https://example.com/api/llm", None)?;
//!     let client = Client::builder().target("ours", target).build()?;
//!     let request = Request::new("gpt-5.4-mini", vec![Message::user(question)]);
//!     let mut stream = client.stream("ours", request)?;
//!     while let Some(update) = stream.next().await {
//!         match update {
//!             Update::Event(Event::TextDelta { text, .. }) => show(&text),
//!             Update::Event(Event::Retry(notice)) => show(&format!("… in {} ms", notice.delay_ms)),
//!             Update::Event(_) => {}
//!             Update::Done(outcome) => assert!(outcome.is_complete(), "{:?}", outcome.failure),
//!         }
//!     }
//!     Ok(())
//! }
//! ```
//!
//! In a Cloudflare Worker (workers-rs), with the key from a secret:
//!
//! ```ignore
//! #[worker::event(fetch)]
//! async fn fetch(mut request: worker::Request, env: worker::Env, _: worker::Context) -> worker::Result<worker::Response> {
//!     let key = env.secret("ANTHROPIC_API_KEY")?.to_string();
//!     let client = Client::builder().key("anthropic", key).and_then(ClientBuilder::build).map_err(|e| e.to_string())?;
//!     let question = Request::new("claude-haiku-5-5", vec![Message::user(request.text().await?)]);
//!     let outcome = client.complete("anthropic", question).await.map_err(|e| e.to_string())?;
//!     worker::Response::ok(outcome.response.text())
//! }
//! ```
//!
//! Nothing here is `Send`, because nothing of JavaScript's is; a handler that must be (axum's in a Worker)
//! takes `#[worker::send]`. Dropping a stream aborts its request. Natively the crate builds, so that a
//! workspace can be checked as a whole, and panics when it is used.
#![deny(missing_docs)]

mod body;
mod client;
mod connection;
mod fetch;
mod global;
mod host;

pub use body::ResponseBody;
pub use client::{Client, ClientBuilder, EventStream, Relayed};
pub use fetch::Fetch;
pub use host::WebHost;
pub use tokenwire_core as core;
pub use tokenwire_core::prelude::*;
