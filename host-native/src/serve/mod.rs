//! A server for applications: each speaks the wire of its own SDK, and one provider answers them all.
//!
//! | path | |
//! | --- | --- |
//! | `POST …/chat/completions` | Chat Completions |
//! | `POST …/responses` | Responses |
//! | `POST …/messages` | Messages |
//! | `POST …/models/{model}:generateContent` and `:streamGenerateContent` | Gemini |
//! | `GET …/models` | the list of models, in the form of the SDK that asks |
//!
//! An application points its SDK here and needs no key: the one that it sends goes nowhere. Failures, refusals
//! and whatever is wrong with a request come in the application's own protocol. When it leaves, its call is
//! cancelled. Tokens are not counted: a provider has its own tokenizer, and a guess is no count.
//!
//! Web pages are refused, by the header `origin` that browsers send: any page that is open could otherwise
//! spend the provider's key.
//!
//! ```no_run
//! use tokenwire::Client;
//! use tokenwire::serve::{Options, Server};
//!
//! let server = Server::start(Client::from_env()?, "anthropic", Options::default())?;
//! println!("OPENAI_BASE_URL={}/v1", server.url());
//! server.join();
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod body;
mod report;
mod server;
mod service;

pub use report::Report;
pub use server::{Error, Options, Server};
