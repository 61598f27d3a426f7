//! One translation, ready to be made again and again, for benches to time and count.

use tokenwire_core::call::{Input, Options, Output};
use tokenwire_core::http::{Head, Headers};
use tokenwire_core::json::RawJson;
use tokenwire_core::model::{Event, Message, Request, Tool, Wire};
use tokenwire_core::protocol::{Caps, Credential, Dialect, Incoming, Target, encode_request};
use tokenwire_core::relay::Relay;
use tokenwire_core::time::Instant;
use tokenwire_core::translate::{ResponseTranslator, TranslateOptions, Translated, translate_request};

use crate::passes::Seen;

/// An application on one wire and a provider on another.
#[derive(Debug)]
pub struct Translation {
    path: String,
    body: String,
    provider: Wire,
    application: Wire,
    target: Target,
    options: TranslateOptions,
    translated: Translated,
}

/// An answer in the application's wire, and how much of the provider's was seen on the way.
#[derive(Debug, Default)]
pub struct Written {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// The deltas.
    pub seen: Seen,
}

impl Written {
    /// Takes what a relay says; whether it waits or is done.
    fn take(&mut self, output: Output) -> bool {
        match output {
            Output::Done(_) | Output::Wait { .. } => return true,
            Output::Event(event) => self.seen.add_delta(&event),
            Output::Forward(bytes) => self.bytes.extend_from_slice(&bytes),
            Output::Abort { .. } | Output::ForwardHead(_) | Output::Transmit(_) => {}
        }
        false
    }
}

impl Translation {
    /// A translation of one request with a tool, for a stream or a whole answer.
    ///
    /// # Panics
    /// When such a request cannot be made or translated: it has only what every wire has.
    pub fn new(application: Wire, provider: Wire, stream: bool) -> Self {
        Self::of(&request(), application, provider, stream)
    }

    /// A translation of that request.
    ///
    /// # Panics
    /// As [`Translation::new`].
    pub fn of(request: &Request, application: Wire, provider: Wire, stream: bool) -> Self {
        let target = |wire| Target::new(Dialect::of_wire(wire), Some(Credential::new("key"))).expect("plain");
        let asked = encode_request(request, &target(application), stream).expect("every wire has it").http;
        let (_, path) = asked.url.split_once("://").expect("an absolute address");
        let path = path.find('/').map_or("/", |at| &path[at..]).to_owned();
        let body = String::from_utf8(asked.body).expect("JSON is text");
        let (target, options) = (target(provider), TranslateOptions::default());
        let translated = translate(&path, &body, application, &target, &options);
        Self { path, body, provider, application, target, options, translated }
    }

    /// The length of the application's request.
    pub fn request_bytes(&self) -> usize {
        self.body.len()
    }

    /// Translates the request; gives the length of the provider's.
    pub fn request(&self) -> usize {
        translate(&self.path, &self.body, self.application, &self.target, &self.options).http.body.len()
    }

    /// Translates an answer that comes in chunks of that size.
    pub fn answer(&self, body: &[u8], chunk: usize, written: &mut Written) {
        let Written { bytes, seen } = written;
        let mut translator = ResponseTranslator::new(&self.translated, &self.target.dialect, Caps::default());
        let mut see = |event: Event<'_>| seen.add_delta(&event);
        for chunk in body.chunks(chunk) {
            translator.push(chunk, &mut see, bytes).expect("the fixtures are in order");
        }
        translator.end(&mut see, bytes).expect("the fixtures are whole");
    }

    /// Makes the whole call of a relay: request translated, one chunk after the other, bytes polled out.
    pub fn relay<'c>(&self, chunks: impl Iterator<Item = &'c [u8]>, written: &mut Written) {
        let now = Instant::from_millis(0);
        let (headers, options) = (Headers::new(), Options::default());
        let incoming = Incoming { path: &self.path, headers: &headers, body: &self.body };
        let target = self.target.clone();
        let relay = Relay::new(self.application, &incoming, target, &self.options, options, 1, now);
        let mut relay = relay.expect("every wire has it");
        let head = Head { status: 200, headers: Headers::new(), wall: None };
        let chunks = chunks.map(|bytes| Input::Chunk { attempt: 1, bytes });
        for input in core::iter::once(Input::Head { attempt: 1, head })
            .chain(chunks)
            .chain([Input::End { attempt: 1 }])
        {
            relay.handle_input(now, input);
            while !written.take(relay.poll_output()) {}
        }
    }

    /// The provider's wire.
    pub const fn provider(&self) -> Wire {
        self.provider
    }
}

fn translate(path: &str, body: &str, wire: Wire, target: &Target, options: &TranslateOptions) -> Translated {
    let incoming = Incoming { path, headers: &Headers::new(), body };
    translate_request(wire, &incoming, target, options).expect("every wire has it")
}

/// A question with one tool.
pub fn request() -> Request {
    let mut request = Request::new("model", vec![Message::user("What is the weather in Oslo?")]);
    request.limits.max_output_tokens = Some(1024);
    request.tools =
        vec![Tool::function("weather", "Tells the weather", RawJson::parse(SCHEMA).expect("valid JSON"))];
    request
}

const SCHEMA: &str = r#"{"type":"object","properties":{"city":{"type":"string","description":"Its name"}},"required":["city"]}"#;
