//! Every kind of event, outcomes and requests, written as TypeScript that `tsc` checks against the package's
//! types: `pkg/test/types/written.ts`. With `TOKENWIRE_WRITE=1` the file is written anew.

use tokenwire_core::call::{AttemptRecord, Outcome};
use tokenwire_core::failure::{Failure, FailureKind, TimeoutKind};
use tokenwire_core::json::{Number, RawJson, Writer};
use tokenwire_core::model::{
    CacheMark, Candidate, Citation, Content, Effort, Event, Extension, Extra, Finish, FinishReason, Loss,
    LossAction, Media, MediaKind, Message, Opaque, OutputFormat, Part, PartKind, Reasoning, ReasoningText,
    Request, Response, RetryNotice, Role, Source, SummaryLevel, Tool, ToolCall, ToolCallKind, ToolChoice,
    ToolFormat, ToolResult, Wire,
};
use tokenwire_core::pricing::{Billed, Circumstance, Cost, CostUnknown, PriceBook, PriceContext, PriceTable};
use tokenwire_core::retry::StopReason;
use tokenwire_core::time::{Instant, UnixTime};
use tokenwire_core::transcript::{event_name, read_request, write_event, write_outcome, write_request};
use tokenwire_core::usage::{Account, Bucket, Completeness, Usage};

fn raw(json: &str) -> RawJson {
    RawJson::parse(json).expect("JSON")
}

fn failure() -> Failure {
    Failure {
        status: Some(429),
        code: Some("rate_limit_exceeded".into()),
        error_type: Some("rate_limit_error".into()),
        retry_after_ms: Some(2_000),
        request_id: Some("req_1".into()),
        ..Failure::new(FailureKind::RateLimit, "slow down")
    }
}

fn late() -> Failure {
    Failure {
        timeout: Some(TimeoutKind::Stall),
        ..Failure::new(FailureKind::Timeout, "nothing came for 10,000 ms")
    }
}

fn usage() -> Usage {
    let mut usage = Usage {
        completeness: Completeness::Complete,
        service_tier: Some("default".into()),
        ..Usage::default()
    };
    for (bucket, count) in
        [(Bucket::Input, 10), (Bucket::CacheRead, 4), (Bucket::Output, 7), (Bucket::WebSearch, 1)]
    {
        usage.counts.set(bucket, count);
    }
    usage
}

fn cost() -> Cost {
    let table = r#"{"format":"pricing/1","providers":{"p":{"as_of":"2026-11-10","models":[{"id":"m",
        "rates":[{"prices":{"input":"1.25","output":"10"}}],
        "uplift":[{"when":{"region":["us"]},"multiply":"1.1"}]}]}}}"#;
    let mut book = PriceBook::empty();
    book.layer(PriceTable::from_json(table).expect("a table")).expect("room");
    let context = PriceContext::STANDARD.with(Circumstance::Region, Some("us"));
    let billed = Billed { provider: "p", models: &["m"], context, at: UnixTime::from_millis(0) };
    Cost::of(&usage(), &billed, &book)
}

fn part_kinds() -> Vec<PartKind<'static>> {
    let call = |id: Option<&'static str>, kind| PartKind::ToolCall {
        id: id.map(Into::into),
        name: "weather".into(),
        kind,
    };
    vec![
        PartKind::Text,
        PartKind::Reasoning { is_summary: true },
        PartKind::Refusal,
        call(Some("call_1"), ToolCallKind::Function),
        call(None, ToolCallKind::Freeform),
        PartKind::Media { kind: MediaKind::Audio, media_type: Some("audio/wav".into()) },
        PartKind::Media { kind: MediaKind::Image, media_type: None },
        PartKind::Vendor {
            wire: Wire::Anthropic,
            kind: "server_tool_use".into(),
            json: r#"{"type":"server_tool_use"}"#.into(),
        },
    ]
}

fn retry(wall: Option<UnixTime>) -> Event<'static> {
    let at = Instant::from_millis(2_345);
    Event::Retry(Box::new(RetryNotice { attempt: 1, delay_ms: 2_000, at, wall, failure: failure() }))
}

fn events() -> Vec<Event<'static>> {
    let finish = |reason, raw: Option<&str>, detail: Option<&str>| Event::Finish {
        candidate: 0,
        finish: Finish { reason, raw: raw.map(Into::into), detail: detail.map(Into::into) },
    };
    let mut events = vec![
        Event::Start { id: Some("resp_1".into()), model: Some("m-2026".into()) },
        Event::Start { id: None, model: None },
        Event::TextDelta { part: 0, text: "Hé \"there\"".into() },
        Event::ReasoningDelta { part: 1, text: "Hm".into() },
        Event::RefusalDelta { part: 2, text: "No".into() },
        Event::ArgumentsDelta { part: 3, text: "{\"city\":".into() },
        Event::DataDelta { part: 5, base64: "AA==".into() },
        Event::Citation { part: Some(0), wire: Wire::OpenaiResponses, raw: r#"{"url":"u"}"#.into() },
        Event::Citation { part: None, wire: Wire::Gemini, raw: "[1]".into() },
        Event::Opaque { part: 1, field: "signature".into(), value: r#""abc""#.into() },
        Event::Extra { part: None, name: "created".into(), value: "1".into() },
        Event::Extra { part: Some(0), name: "logprobs".into(), value: "null".into() },
        Event::PartEnd { part: 0 },
        Event::Discard { from_part: 1, keep_bytes: 3 },
        Event::Unknown { name: "ping2".into(), data: "{}".into() },
        Event::Usage(Box::new(usage())),
        finish(FinishReason::Stop, Some("end_turn"), None),
        finish(FinishReason::StopSequence, None, Some("END")),
        retry(None),
        retry(Some(UnixTime::from_millis(1_794_830_400_000))),
    ];
    let starts = part_kinds().into_iter().zip(0..);
    events.extend(starts.map(|(kind, part)| Event::PartStart { part, candidate: 0, kind }));
    events
}

fn media(kind: MediaKind, source: Source) -> Part {
    let (media_type, name, detail) = (Some("image/png".into()), None, Some("low".into()));
    Part::new(Content::Media(Media { kind, source, media_type, name, detail }))
}

fn call(id: Option<&str>, kind: ToolCallKind) -> Part {
    let (name, arguments) = ("weather".into(), r#"{"city":"Oslo"}"#.into());
    Part::new(Content::ToolCall(ToolCall { id: id.map(Into::into), name, arguments, kind }))
}

fn result(kind: ToolCallKind, content: Vec<Part>) -> Part {
    let (call_id, name) = ("call_1".into(), Some("weather".into()));
    Part::new(Content::ToolResult(ToolResult { call_id, name, content, is_error: false, kind }))
}

fn opaque(model: Option<&str>) -> Opaque {
    Opaque {
        vendor: "anthropic".into(),
        model: model.map(Into::into),
        field: "signature".into(),
        value: raw(r#""abc""#),
    }
}

/// What an answer may hold.
fn answer() -> Vec<Part> {
    let citation = Citation { wire: Wire::OpenaiResponses, raw: raw(r#"{"url":"u"}"#) };
    let thought = ReasoningText { text: "Hm".into(), is_summary: false };
    let mut thinking = Part::new(Content::Reasoning(thought));
    thinking.opaque = vec![opaque(Some("m")), opaque(None)];
    vec![
        thinking,
        Part::new(Content::Text { text: "Hello".into(), citations: vec![citation] }),
        Part::new(Content::Refusal("No".into())),
        call(Some("call_1"), ToolCallKind::Function),
        call(None, ToolCallKind::Freeform),
        result(ToolCallKind::Function, vec![Part::text("3 °C")]),
        media(MediaKind::Image, Source::Base64("AA==".into())),
        media(MediaKind::File, Source::Id { vendor: "openai".into(), id: "file_1".into() }),
        Part::new(Content::Vendor {
            vendor: "anthropic".into(),
            wire: Wire::Anthropic,
            kind: "redacted_thinking".into(),
            json: raw(r#"{"type":"redacted_thinking","data":"x"}"#),
        }),
    ]
}

fn attempt(number: u32, failure: Option<Failure>) -> AttemptRecord {
    AttemptRecord {
        attempt: number,
        resumed: false,
        waited_ms: u64::from(number - 1) * 2_000,
        status: Some(if failure.is_some() { 429 } else { 200 }),
        head_ms: Some(40),
        first_byte_ms: failure.is_none().then_some(41),
        first_event_ms: failure.is_none().then_some(42),
        usage: if failure.is_some() { Usage::nothing_billed() } else { usage() },
        cost: if failure.is_some() { Cost::nothing() } else { cost() },
        failure,
        bytes: 100,
        total_ms: 90,
    }
}

fn complete() -> Outcome {
    let finish = Finish::new(FinishReason::ToolCalls, "tool_use");
    let candidate = Candidate { parts: answer(), finish: Some(finish.clone()) };
    Outcome {
        response: Response {
            id: Some("resp_1".into()),
            model: Some("m".into()),
            candidates: vec![candidate, Candidate::default()],
            extras: vec![Extra { part: Some(1), name: "logprobs".into(), value: raw("[0.5]") }],
        },
        finish,
        failure: None,
        stop: None,
        usage: usage(),
        cost: cost(),
        failed_cost: Cost::nothing(),
        account: Account::default(),
        attempts: vec![attempt(1, Some(failure())), attempt(2, None)],
        omitted_attempts: 0,
        losses: vec![Loss::new(LossAction::Dropped, "sampling.top_k", "this wire has no such field")],
        elapsed_ms: 2_180,
    }
}

fn failed() -> Outcome {
    Outcome {
        response: Response::default(),
        finish: Finish { reason: FinishReason::Error, raw: None, detail: None },
        failure: Some(late()),
        stop: Some(StopReason::AttemptsSpent),
        usage: Usage::default(),
        cost: Cost::unknown(CostUnknown::NoUsage),
        attempts: vec![AttemptRecord { status: None, head_ms: None, ..attempt(1, Some(late())) }],
        losses: Vec::new(),
        ..complete()
    }
}

fn tools() -> Vec<Tool> {
    let extension = Extension::new(Wire::Anthropic, "eager_input_streaming", raw("true"));
    let grammar = ToolFormat::Grammar { syntax: "lark".into(), definition: "start: /a/".into() };
    vec![
        Tool::Function {
            name: "weather".into(),
            description: Some("Tells the weather.".into()),
            parameters: Some(raw(r#"{"type":"object","properties":{"city":{"type":"string"}}}"#)),
            strict: Some(true),
            cache: Some(CacheMark::default()),
            extensions: vec![extension],
        },
        Tool::Freeform { name: "code".into(), description: None, format: grammar },
        Tool::Freeform { name: "note".into(), description: None, format: ToolFormat::Text },
        Tool::Vendor { wire: Wire::Gemini, json: raw(r#"{"googleSearch":{}}"#) },
    ]
}

/// A request with every field.
fn whole() -> Request {
    let number = |text| Some(Number::parse(text).expect("a number"));
    let mut question = Message::user("What is the weather in Oslo?");
    question.parts[0].cache = Some(CacheMark { ttl: Some("1h".into()) });
    question.parts.push(media(MediaKind::Image, Source::Url("https://example.com/a.png".into())));
    question.parts.push(media(MediaKind::File, Source::Text("notes".into())));
    question.extensions.push(Extension::new(Wire::OpenaiChat, "name", raw(r#""ada""#)));
    let results = vec![
        result(ToolCallKind::Function, vec![Part::text("3 °C")]),
        result(ToolCallKind::Freeform, Vec::new()),
    ];
    let messages = vec![
        Message::system("Be brief."),
        question,
        Message::new(Role::Assistant, answer()),
        Message::new(Role::Tool, results),
    ];
    let mut request = Request::new("m", messages);
    request.tools = tools();
    request.parallel_tool_calls = Some(false);
    request.reasoning = Some(Reasoning {
        effort: Some(Effort::Low),
        budget_tokens: Some(1_024),
        adaptive: true,
        summary: Some(SummaryLevel::Auto),
    });
    let sampling = &mut request.sampling;
    (sampling.temperature, sampling.top_p, sampling.top_k) = (number("0.2"), number("1"), number("40"));
    sampling.seed = number("7");
    (sampling.presence_penalty, sampling.frequency_penalty) = (number("0.1"), number("-0.1"));
    (sampling.candidates, sampling.logprobs) = (Some(2), Some(0));
    request.limits.max_output_tokens = Some(200);
    request.limits.max_tool_calls = Some(3);
    request.stop = vec!["END".into()];
    request.cache = Some(CacheMark { ttl: Some("5m".into()) });
    request.cache_key = Some("k".into());
    request.metadata = vec![("team".into(), "a".into())];
    request.user = Some("u".into());
    request.service_tier = Some("flex".into());
    request.state.previous_response_id = Some("resp_0".into());
    request.state.store = Some(false);
    request.state.background = true;
    request.state.continuation_token = Some("t".into());
    request.extensions = vec![Extension::new(Wire::OpenaiResponses, "text.verbosity", raw(r#""low""#))];
    request
}

fn requests() -> Vec<Request> {
    let schema = OutputFormat::JsonSchema {
        name: "answer".into(),
        description: Some("An answer.".into()),
        schema: raw(r#"{"type":"object"}"#),
        strict: Some(true),
    };
    let outputs = [OutputFormat::Text, OutputFormat::JsonObject, schema];
    let choices = [
        ToolChoice::Auto,
        ToolChoice::None,
        ToolChoice::Required,
        ToolChoice::Named("weather".into()),
        ToolChoice::Freeform("code".into()),
        ToolChoice::Allowed { names: vec!["weather".into()], required: true },
        ToolChoice::Vendor { wire: Wire::Anthropic, json: raw(r#"{"type":"auto"}"#) },
    ];
    let plain = || Request::new("m", vec![Message::user("Hi")]);
    let mut requests = vec![plain(), whole()];
    requests.extend(outputs.map(|output| Request { output: Some(output), ..plain() }));
    requests.extend(choices.map(|choice| Request { tool_choice: Some(choice), ..plain() }));
    requests
}

fn json<T: ?Sized>(write: impl Fn(&mut Writer, &T), value: &T) -> String {
    let mut w = Writer::new();
    write(&mut w, value);
    w.finish()
}

fn list(name: &str, of: &str, items: impl IntoIterator<Item = String>) -> String {
    let items: String = items.into_iter().map(|item| format!("  {item},\n")).collect();
    format!("\nexport const {name} = [\n{items}] as const satisfies readonly {of}[];\n")
}

fn typescript() -> String {
    let head = "// Written by tests/tests/transcripts.rs: what the machine writes, for the compiler to compare.\n\n\
        import type { CallEvent } from \"../../src/event.js\";\n\
        import type { Outcome } from \"../../src/outcome.js\";\n\
        import type { CallRequest } from \"../../src/request.js\";\n";
    [
        head.into(),
        list("events", "CallEvent", events().iter().map(|event| json(write_event, event))),
        list("outcomes", "Outcome", [complete(), failed()].iter().map(|o| json(write_outcome, o))),
        list("requests", "CallRequest", requests().iter().map(|request| json(write_request, request))),
    ]
    .concat()
}

#[test]
fn what_is_written_is_what_the_types_were_checked_against() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../pkg/test/types/written.ts");
    let text = typescript();
    if std::env::var_os("TOKENWIRE_WRITE").is_some() {
        std::fs::write(path, &text).expect("the package is there");
    }
    let checked = std::fs::read_to_string(path).expect("the package is there");
    assert!(checked == text, "the form has changed: write it anew with TOKENWIRE_WRITE=1, then run tsc");
}

#[test]
fn every_kind_of_event_is_among_them() {
    let mut names: Vec<_> = events().iter().map(event_name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 16);
}

#[test]
fn the_requests_are_read_back() {
    for request in requests() {
        assert_eq!(read_request(&json(write_request, &request)), Ok(request));
    }
}
