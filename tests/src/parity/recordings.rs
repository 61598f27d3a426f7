//! Recorded exchanges as cases: a call on the exchange's own wire, and an application's on some wire.

use std::path::Path;

use tokenwire_core::http::Headers;
use tokenwire_core::model::{Message, Request, Wire};
use tokenwire_core::protocol::{Dialect, Incoming, SealKey, decode_request};
use tokenwire_core::rng::Rng;

use super::question::Question;
use super::reply::Reply;
use super::setup::Setup;
use super::{Answers, Case};
use crate::exchange::Exchange;
use crate::run::exchange_files;

/// What a packet holds, about.
const PACKET: usize = 1_400;

/// The cases of every exchange below `folder`, in order of their files. What was recorded on a wire that is not
/// spoken here is played as Chat: nonsense has to be the same nonsense everywhere.
///
/// # Errors
/// A file cannot be read.
pub fn recordings(folder: &Path) -> Result<impl Iterator<Item = Result<Case, String>>, String> {
    let files = exchange_files(folder)?.into_iter().enumerate();
    Ok(files.flat_map(|(number, path)| match Exchange::read(&path) {
        Ok(exchange) => Recording::of(number, &exchange).cases().into_iter().map(Ok).collect(),
        Err(error) => vec![Err(format!("{}: {error}", path.display()))],
    }))
}

/// Who asks.
#[derive(Clone, Copy, Debug)]
enum Asker {
    /// An application that speaks a wire of its own.
    Application,
    /// The package's own client.
    Client,
}

struct Recording<'a> {
    number: usize,
    exchange: &'a Exchange,
    wire: Wire,
    is_stream: bool,
    /// What was asked, where that was recorded and is understood.
    request: Option<Request>,
}

impl<'a> Recording<'a> {
    fn of(number: usize, exchange: &'a Exchange) -> Self {
        let wire = exchange.wire.unwrap_or(Wire::OpenaiChat);
        let is_stream = exchange.stream.unwrap_or_default();
        Self { number, exchange, wire, is_stream, request: asked(exchange, wire) }
    }

    fn cases(&self) -> Vec<Case> {
        [Asker::Client, Asker::Application].into_iter().flat_map(|asker| self.cases_of(asker)).collect()
    }

    /// The case of what was asked; where a machine refuses that, the case of a plain request too, so that the
    /// answer is played anyhow.
    fn cases_of(&self, asker: Asker) -> Vec<Case> {
        let plain = self.plain();
        let requests = self.request.iter().map(|request| (request, "")).chain([(&plain, ", plain")]);
        let mut cases = Vec::new();
        for (request, suffix) in requests {
            let Some(question) = self.question(asker, request) else { continue };
            let is_played = question.machine(&self.setup(), self.seed()).is_ok();
            cases.push(self.case(asker, suffix, question));
            if is_played {
                break;
            }
        }
        cases
    }

    fn question(&self, asker: Asker, request: &Request) -> Option<Question> {
        match asker {
            Asker::Client => Some(Question::Call(Box::new(request.clone()))),
            Asker::Application => Question::relayed(request, self.application(), self.is_stream),
        }
    }

    fn case(&self, asker: Asker, suffix: &str, question: Question) -> Case {
        let Exchange { id, status, headers, body, .. } = self.exchange;
        let (word, cuts) = match asker {
            Asker::Client => ("call", self.odd_sizes()),
            Asker::Application => ("relay", vec![PACKET]),
        };
        let answers = Answers::Scripted(vec![Reply::whole(*status, headers.clone(), body, &cuts)]);
        let (name, setup, seed) = (format!("{id} {word}{suffix}"), self.setup(), self.seed());
        Case { name, question, setup, seed, answers, cancel_ms: None }
    }

    fn setup(&self) -> Setup {
        let named = self.exchange.provider.as_deref().and_then(Dialect::by_name);
        let dialect = named.filter(|dialect| dialect.wire == self.wire);
        let mut setup = Setup::of(dialect.unwrap_or_else(|| Dialect::of_wire(self.wire)));
        setup.options.stream = self.is_stream;
        // Every other one, so that both the spelling and the absence of an option are played.
        setup.options.accounting.estimates = self.number % 2 == 1;
        setup
    }

    /// All wires in turn, the exchange's own one too.
    fn application(&self) -> Wire {
        Wire::ALL[self.number % Wire::ALL.len()]
    }

    fn seed(&self) -> u32 {
        u32::try_from(self.number).unwrap_or_default()
    }

    fn plain(&self) -> Request {
        let model = self.request.as_ref().map_or("model", |request| &request.model);
        Request::new(model, vec![Message::user("-")])
    }

    /// From 0 to 7 bytes half of the time, where seams hurt, else up to 2 KiB.
    fn odd_sizes(&self) -> Vec<usize> {
        let mut rng = Rng::new(self.number as u64);
        let mut size = |most| usize::try_from(rng.up_to(most)).unwrap_or_default();
        (0..8).flat_map(|_| [size(7), 1 + size(2047)]).collect()
    }
}

fn asked(exchange: &Exchange, wire: Wire) -> Option<Request> {
    let (path, body) = (exchange.url_path.as_deref()?, exchange.request.as_deref()?);
    let headers = Headers::new();
    let incoming = Incoming { path, headers: &headers, body };
    Some(decode_request(wire, &incoming, &SealKey::default()).ok()?.request)
}
