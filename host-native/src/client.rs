//! The core's client over this crate's host.

use tokenwire_core::client;

use crate::NativeHost;

/// Makes calls. Cloning it is cheap and shares connections.
///
/// [`Client::relay`](client::Client::relay) answers applications, in their own protocol:
///
/// ```
/// use futures::StreamExt;
/// use tokenwire::core::http::Headers;
/// use tokenwire::core::protocol::Incoming;
/// use tokenwire::core::translate::TranslateOptions;
/// use tokenwire::{Client, Error, Wire};
///
/// /// Answers a program that speaks Chat Completions with a model of Anthropic's.
/// async fn answer(client: &Client, headers: &Headers, body: &str) -> Result<(u16, Vec<u8>), Error> {
///     let incoming = Incoming { path: "/v1/chat/completions", headers, body };
///     let translation =
///         TranslateOptions { model: Some("claude-haiku-5-5".into()), ..TranslateOptions::default() };
///     let mut answer = client.relay("anthropic", Wire::OpenaiChat, &incoming, &translation)?;
///     let head = answer.head().await; // also of an error
///     let mut bytes = Vec::new();
///     while let Some(piece) = answer.next().await {
///         match piece {
///             Ok(piece) => bytes.extend(piece), // send it on
///             Err(broken) => panic!("{broken}"), // break the connection
///         }
///     }
///     Ok((head.status, bytes))
/// }
/// ```
pub type Client = client::Client<NativeHost>;

/// Collects providers and options.
pub type ClientBuilder = client::ClientBuilder<NativeHost>;

/// The events of a call, then its outcome. Dropping it closes the upstream connection.
pub type EventStream = client::EventStream<NativeHost>;

/// The answer to an application, in its own protocol: a head, then the bytes of the body as a stream.
/// Dropping it closes the upstream connection.
pub type Relayed = client::Relayed<NativeHost>;
