//! A provider on loopback that fails on demand: a real HTTP server that speaks all four wires.
//!
//! What it answers and what goes wrong is decided by
//! [`tokenwire_core::testing::provider`]; the grammar of plans is told there. In short: the model
//! `sim-429,503,cut@40` fails three times in three ways and then answers, and so does any model with
//! the header `x-sim-plan: 429; 503; cut@40`.
//!
//! | path | |
//! | --- | --- |
//! | `POST …/chat/completions` | Chat Completions |
//! | `POST …/responses` | Responses; `background: true` keeps the answer |
//! | `GET …/responses/{id}` | a kept answer, with `?stream=true&starting_after=N` from event N + 1 |
//! | `POST …/messages` | Messages |
//! | `POST …/models/{model}:generateContent` and `:streamGenerateContent` | Gemini |
//!
//! With [`Options::replay`] it also answers with recorded exchanges: the model `replay:ID` or the
//! header `x-sim-replay: ID` names one; else one whose path ends alike and whose body is the same
//! JSON is taken, each in its turn.
//!
//! Over a real socket a refused connection cannot be told apart for one request: `refused` breaks
//! the connection as `reset` does.
//!
//! ```no_run
//! use tokenwire::sim::{Options, Server};
//!
//! let server = Server::start(Options::default())?;
//! println!("http://{}/v1/chat/completions", server.addr());
//! # Ok::<(), tokenwire::sim::Error>(())
//! ```

mod body;
mod line;
mod replay;
mod server;
mod service;
mod stats;

pub use server::{Error, Options, Server};
pub use stats::Stats;
