//! What a Rust program calls, the same over every host: providers by name, an answer as a whole or as a
//! stream of events, an application answered in its own protocol.
//!
//! Programs name a client by its host's crate: `tokenwire::Client` natively, `tokenwire_wasm::Client` in
//! WebAssembly. A host of one's own gets one by being a [`ClientHost`]:
//!
//! ```
//! use tokenwire_core::client::{Client, ClientHost, Error};
//! use tokenwire_core::model::{Message, Request};
//!
//! async fn name_a_colour<H: ClientHost>(host: H, key: &str) -> Result<String, Error> {
//!     let client = Client::builder().key("anthropic", key)?.build_on(host);
//!     let request = Request::new("claude-haiku-5-5", vec![Message::user("Name a colour.")]);
//!     Ok(client.complete("anthropic", request).await?.response.text())
//! }
//! ```

mod builder;
mod calls;
mod defaults;
mod error;
mod event_stream;
mod host;
mod relayed;

pub use builder::ClientBuilder;
pub use calls::Client;
pub use defaults::default_options;
pub use error::Error;
pub use event_stream::{EventStream, Update};
pub use host::{ClientHost, Environment};
pub use relayed::{Broken, Relayed};
