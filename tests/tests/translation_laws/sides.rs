//! Both sides of every wire: what an application sends and reads, what a provider reads and sends.

use tokenwire_core::http::{Headers, HttpRequest};
use tokenwire_core::model::{Accumulator, Event, Loss, Message, Request, Response, Wire};
use tokenwire_core::protocol::{
    AnswerContext, Asked, BadRequest, Caps, Credential, DecodeError, Decoder, Dialect, EncodeError, Encoded,
    Encoder, Incoming, SealKey, StreamFraming, Target, decode_request, encode_request, encode_response,
};
use tokenwire_core::translate::{ResponseTranslator, TranslateOptions, Translated, translate_request};
use tokenwire_core::usage::Usage;

/// All sixteen pairs.
pub(crate) fn pairs() -> Vec<(Wire, Wire)> {
    Wire::ALL.into_iter().flat_map(|from| Wire::ALL.map(|to| (from, to))).collect()
}

/// The twelve pairs of two different wires.
pub(crate) fn foreign_pairs() -> Vec<(Wire, Wire)> {
    pairs().into_iter().filter(|(from, to)| from != to).collect()
}

/// The key under which state is sealed here.
pub(crate) fn key() -> SealKey {
    SealKey::new([9; 32])
}

/// The plain provider of a wire.
pub(crate) fn target(wire: Wire) -> Target {
    Target::new(Dialect::of_wire(wire), Some(Credential::new("k"))).expect("a plain target is good")
}

/// The vendor that made a wire.
pub(crate) fn vendor(wire: Wire) -> &'static str {
    Dialect::of_wire(wire).vendor
}

/// What goes out to the provider of `wire`.
pub(crate) fn sent(request: &Request, wire: Wire, stream: bool) -> Result<Encoded, EncodeError> {
    encode_request(request, &target(wire), stream)
}

/// A request that went out on `wire`, as a server of that wire reads it.
pub(crate) fn received(wire: Wire, http: &HttpRequest) -> Result<Asked, BadRequest> {
    decode_request(wire, &incoming(http), &key())
}

/// An HTTP request as a host hands it on.
pub(crate) fn incoming(http: &HttpRequest) -> Incoming<'_> {
    let below_scheme = http.url.split_once("://").map_or(&*http.url, |(_, rest)| rest);
    let path = below_scheme.find('/').map_or("/", |at| &below_scheme[at..]);
    let body = std::str::from_utf8(&http.body).expect("bodies are JSON");
    Incoming { path, headers: &http.headers, body }
}

/// How an application on `application` is connected with a provider on `provider`.
pub(crate) fn connected(application: Wire, provider: Wire, stream: bool) -> Translated {
    let asked = Request::new("m-1", vec![Message::user("?")]);
    let http = sent(&asked, application, stream).expect("every wire can").http;
    let options = TranslateOptions { seal: key(), id: "a1".into(), created: 7, ..Default::default() };
    let mut translated = translate_request(application, &incoming(&http), &target(provider), &options)
        .expect("every wire can");
    translated.context.stream_usage = true;
    translated
}

/// A translator of a provider's answers.
pub(crate) fn translator(translated: &Translated, provider: Wire) -> ResponseTranslator {
    ResponseTranslator::new(translated, Dialect::of_wire(provider), Caps::default())
}

/// An answer as the vendor of `wire` itself gives it.
pub(crate) fn context(wire: Wire) -> AnswerContext {
    AnswerContext {
        model: "m-1".into(),
        id: "r1".into(),
        created: 7,
        vendor: vendor(wire).into(),
        source: wire,
        stream_usage: true,
        framing: StreamFraming::Sse,
        seal: key(),
    }
}

/// What was written, and what was lost on the way.
#[derive(Debug)]
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    pub(crate) losses: Vec<Loss>,
}

/// The events as a provider's answer on its own wire.
pub(crate) fn provided(wire: Wire, events: &[Event<'static>], usage: &Usage, stream: bool) -> Written {
    if stream {
        let (mut encoder, mut bytes) = (Encoder::new(wire, context(wire)), Vec::new());
        events.iter().for_each(|event| encoder.event(event, &mut bytes));
        encoder.end(usage, &mut bytes);
        return Written { bytes, losses: encoder.losses().to_vec() };
    }
    let mut sum = Accumulator::new(vendor(wire));
    events.iter().for_each(|event| sum.add(event));
    let (body, losses) = encode_response(wire, context(wire), sum.response(), usage);
    Written { bytes: body.into_bytes(), losses }
}

/// An answer as it was read.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) response: Response,
    pub(crate) usage: Usage,
    pub(crate) end: Result<(), DecodeError>,
}

/// What a client of `wire` reads in these bytes.
pub(crate) fn read(wire: Wire, bytes: &[u8]) -> Read {
    let mut decoder = Decoder::new(Dialect::of_wire(wire), Caps::default());
    let mut sum = Accumulator::new(vendor(wire));
    let pushed = decoder.push(bytes, &mut sum);
    let end = pushed.and_then(|_| decoder.end(&mut sum));
    Read { usage: decoder.usage().clone(), response: sum.into_response(), end }
}

/// A provider's answer, translated whole for an application.
pub(crate) fn translated(
    bytes: &[u8],
    provider: Wire,
    application: Wire,
    stream: bool,
) -> (Written, Result<(), DecodeError>) {
    let mut translated = connected(application, provider, stream);
    // Equal wires too go through the events here.
    translated.is_forwarded = false;
    let mut translator = translator(&translated, provider);
    let mut out = Vec::new();
    let ignore = &mut |_: Event<'_>| {};
    let end = translator
        .push(bytes, ignore, &mut out)
        .and_then(|_| translator.end(&mut |_: Event<'_>| {}, &mut out));
    (Written { bytes: out, losses: translator.losses().to_vec() }, end)
}

/// Where a server of `wire` is asked for an answer.
pub(crate) fn path(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => "/v1/messages",
        Wire::Gemini => "/v1beta/models/m-1:generateContent",
        Wire::OpenaiChat => "/v1/chat/completions",
        Wire::OpenaiResponses => "/v1/responses",
    }
}

/// No headers.
pub(crate) fn no_headers() -> &'static Headers {
    static NONE: std::sync::OnceLock<Headers> = std::sync::OnceLock::new();
    NONE.get_or_init(Headers::new)
}
