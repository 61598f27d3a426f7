//! Servers, clients and requests for the tests.

use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt;
use tokenwire::core::retry::{Backoff, Jitter};
use tokenwire::sim::{self, Server};
use tokenwire::{
    Client, Credential, Dialect, Event, EventStream, Message, Options, Outcome, Request, RetryPolicy, Target,
    Update, Wire,
};

/// Far longer than anything here takes; it only turns a hang into a failure.
pub(crate) const LIMIT: Duration = Duration::from_secs(60);

pub(crate) fn server() -> Server {
    Server::start(sim::Options::default()).expect("a free port on loopback")
}

/// Retries at once, and no hang.
pub(crate) fn quick() -> Options {
    let backoff = Backoff { base_ms: 1, factor: 1, cap_ms: 1, jitter: Jitter::None };
    let mut options = tokenwire::default_options();
    options.retry = RetryPolicy { backoff, ..RetryPolicy::bounded() };
    options.deadlines.call_ms = Some(LIMIT.as_millis() as u64);
    options
}

/// Quick, and one attempt only.
pub(crate) fn once() -> Options {
    Options { retry: RetryPolicy::none(), ..quick() }
}

/// A client of that URL on all four wires, by their names.
pub(crate) fn client(url: &str, options: Options) -> Client {
    let mut builder = Client::builder().options(options);
    for wire in Wire::ALL {
        let key = Some(Credential::new("a-key-for-tests"));
        builder =
            builder.target(wire.name(), Target::at(Dialect::of_wire(wire), url, key).expect("a target"));
    }
    builder.build().expect("a client")
}

pub(crate) fn ask(model: &str) -> Request {
    Request::new(model, vec![Message::user("hé")])
}

/// Reads to the end.
pub(crate) async fn read(mut stream: EventStream) -> (Vec<Event<'static>>, Arc<Outcome>) {
    let mut events = Vec::new();
    loop {
        match stream.next().await.expect("an outcome comes last") {
            Update::Event(event) => events.push(event),
            Update::Done(outcome) => {
                assert!(stream.next().await.is_none());
                return (events, outcome);
            }
        }
    }
}

/// Streams one request to its end.
pub(crate) fn stream(client: &Client, wire: Wire, request: Request) -> (Vec<Event<'static>>, Arc<Outcome>) {
    futures::executor::block_on(read(client.stream(wire.name(), request).expect("a call")))
}

/// Makes one call without streaming.
pub(crate) fn complete(client: &Client, wire: Wire, request: Request) -> Arc<Outcome> {
    futures::executor::block_on(client.complete(wire.name(), request)).expect("a call")
}

/// Both ways, one after the other.
pub(crate) fn both(client: &Client, wire: Wire, request: &Request) -> [Arc<Outcome>; 2] {
    [complete(client, wire, request.clone()), stream(client, wire, request.clone()).1]
}

/// The text that a stream showed.
pub(crate) fn shown(events: &[Event<'_>]) -> String {
    events
        .iter()
        .filter_map(|event| match event {
            Event::TextDelta { text, .. } => Some(text.as_ref()),
            _ => None,
        })
        .collect()
}
