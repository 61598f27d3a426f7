//! The core's client over this crate's host.

use tokenwire_core::client;

use crate::WebHost;

/// Makes calls. Cloning it is cheap.
pub type Client = client::Client<WebHost>;

/// Collects providers and options.
pub type ClientBuilder = client::ClientBuilder<WebHost>;

/// The events of a call, then its outcome. Dropping it aborts the request.
pub type EventStream = client::EventStream<WebHost>;

/// The answer to an application, in its own protocol: a head, then the bytes of the body as a stream.
/// Dropping it aborts the request.
pub type Relayed = client::Relayed<WebHost>;
