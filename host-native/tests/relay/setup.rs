//! A provider, and a server for applications in front of it.

use std::sync::mpsc::{Receiver, channel};

use tokenwire::core::failure::ErrorBody;
use tokenwire::core::protocol::read_error;
use tokenwire::serve::{Options, Report, Server};
use tokenwire::{Client, Credential, Dialect, Target, Wire, sim};

use crate::bare_http::Answer;
use crate::quick::{LIMIT, quick};

/// The provider's key.
pub(crate) const KEY: &str = "the-provider's-key";

/// The application's own.
pub(crate) const APPLICATION_KEY: &str = "the-application's-key";

/// A client of that URL, as a provider named `provider` that speaks `wire`.
pub(crate) fn client(url: &str, wire: Wire) -> Client {
    let mut options = quick();
    options.retry.max_attempts = Some(6);
    let target =
        Target::at(Dialect::of_wire(wire), url, Some(Credential::new(KEY))).expect("a URL and a plain key");
    Client::builder().target("provider", target).options(options).build().expect("a client")
}

pub(crate) fn simulated() -> sim::Server {
    sim::Server::start(sim::Options::default()).expect("a free port on loopback")
}

/// A provider that speaks one wire, and the server in front of it.
pub(crate) struct Both {
    pub(crate) sim: sim::Server,
    pub(crate) server: Server,
    reports: Receiver<Report>,
}

impl Both {
    pub(crate) fn start(wire: Wire) -> Self {
        Self::with(wire, Options::default())
    }

    pub(crate) fn with(wire: Wire, options: Options) -> Self {
        let sim = simulated();
        let (tell, reports) = channel();
        let options = Options { reports: Some(tell), ..options };
        let server = Server::start(client(&sim.url(), wire), "provider", options).expect("a free port");
        Self { sim, server, reports }
    }

    /// What the server tells next.
    pub(crate) fn report(&self) -> Report {
        self.reports.recv_timeout(LIMIT).expect("a request is over")
    }
}

/// The error that an answer on `wire` is, with what its vendor alone writes.
pub(crate) fn own_error(wire: Wire, answer: &Answer) -> ErrorBody {
    let text = std::str::from_utf8(&answer.body).expect("UTF-8");
    let (start, within) = match wire {
        Wire::Anthropic => (r#"{"type":"error""#, r#""error":{"type":"#),
        Wire::Gemini => (r#"{"error":{"code":"#, r#""status":"#),
        Wire::OpenaiChat | Wire::OpenaiResponses => (r#"{"error":{"message":"#, r#""param":"#),
    };
    let error = read_error(wire, text).filter(|_| text.starts_with(start) && text.contains(within));
    error.unwrap_or_else(|| panic!("no error of {wire}: {text}"))
}
