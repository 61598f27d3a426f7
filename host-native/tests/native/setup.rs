//! Servers, clients and requests for the tests.

use std::sync::Arc;

use futures::StreamExt;
use tokenwire::sim::{self, Server};
use tokenwire::{
    Client, Credential, Dialect, Event, EventStream, Message, Options, Outcome, Request, RetryPolicy, Target,
    Update, Wire,
};

pub(crate) use crate::quick::{LIMIT, quick};

pub(crate) fn server() -> Server {
    Server::start(sim::Options::default()).expect("a free port on loopback")
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
