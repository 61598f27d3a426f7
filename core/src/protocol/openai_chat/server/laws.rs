//! Reading a request is the inverse of writing it, and nothing that comes breaks either side.

extern crate std;

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;
use std::println;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

use super::corpus::exchanges;
use super::{request, testing};
use crate::http::Headers;
use crate::json::{Kind, RawJson, Reader};
use crate::model::{
    Event, Finish, FinishReason, Loss, MediaKind, PartKind, Request, ToolCallKind, ToolChoice, Wire,
};
use crate::protocol::answer::{Asked, BadRequest, Incoming};
use crate::protocol::{
    AnswerContext, Credential, Dialect, EncodeError, Encoded, SealKey, Target, encode_request,
};
use crate::testing::strategies;

fn decode(body: &str) -> Result<Asked, BadRequest> {
    let headers = Headers::new();
    let incoming = Incoming { path: "/v1/chat/completions", headers: &headers, body };
    request::decode(&incoming, &SealKey::default()).map_err(|refused| *refused)
}

fn encode(request: &Request, dialect: &'static Dialect, stream: bool) -> Result<Encoded, EncodeError> {
    let target = Target::at(dialect, "https://h/v1", Some(Credential::new("k"))).expect("a target");
    encode_request(request, &target, stream)
}

fn body(encoded: &Encoded) -> String {
    String::from_utf8(encoded.http.body.clone()).expect("UTF-8")
}

/// Whether the request brings values of its own in fields that are understood here: what it says
/// there need not be what the wire allows.
fn is_wild(request: &Request) -> bool {
    let is_word = |name: &str| {
        ["n", "tools", "stop", "user", "seed", "store", "model", "type", "role", "name", "content", "audio"]
            .contains(&name.split('.').next().unwrap_or_default())
    };
    let is_wild_choice = matches!(&request.tool_choice,
        Some(ToolChoice::Vendor { wire: Wire::OpenaiChat, json }) if json.kind() != Kind::Object);
    let parts = request.messages.iter().flat_map(|m| &m.parts).flat_map(|p| &p.extensions);
    let messages = request.messages.iter().flat_map(|m| &m.extensions);
    let all = request.extensions.iter().chain(messages).chain(parts);
    is_wild_choice || all.into_iter().any(|e| is_word(&e.name) || e.value.as_str() == "null")
}

/// The same cases in every run, so that a change is judged by itself.
const SEED: RngSeed = RngSeed::Fixed(20_261_126);

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: SEED, ..ProptestConfig::with_cases(3_000) })]

    #[test]
    fn conversations_come_back(request in strategies::conversation(), stream in any::<bool>()) {
        let encoded = encode(&request, &Dialect::OPENAI, stream).expect("the wire can");
        let asked = decode(&body(&encoded)).expect("the wire's own request");
        prop_assert_eq!(asked.request, request);
        prop_assert_eq!((asked.stream, asked.stream_usage), (stream, stream));
        prop_assert_eq!(asked.losses, []);
    }

    #[test]
    fn what_is_written_is_read_and_written_again(request in strategies::request(), stream in any::<bool>()) {
        prop_assume!(!is_wild(&request));
        let Ok(encoded) = encode(&request, &Dialect::OPENAI, stream) else { return Ok(()) };
        let first = body(&encoded);
        let asked = decode(&first).expect("the wire's own request");
        let again = encode(&asked.request, &Dialect::OPENAI, stream).expect("it was written before");
        let normal = |body: &str| Tree::read(&mut Reader::new(body)).normal();
        prop_assert_eq!(normal(&body(&again)), normal(&first));
    }
}

/// An event of the first few parts and candidates, in no order that makes sense.
fn event() -> impl Strategy<Value = Event<'static>> {
    let text = || strategies::text().prop_map(Cow::Owned);
    let raw = || strategies::raw_json().prop_map(|raw| Cow::Owned(String::from(raw.as_str())));
    let name = || strategies::name().prop_map(Cow::Owned);
    let extra = prop_oneof![name(), prop::sample::select(EXTRAS).prop_map(Cow::Borrowed)];
    let field = prop_oneof![name(), prop::sample::select(STATES).prop_map(Cow::Borrowed)];
    let finish = (prop::sample::select(REASONS), of(strategies::text()), of(strategies::text()))
        .prop_map(|(reason, raw, detail)| Finish { reason, raw, detail });
    let usual = prop_oneof![
        6 => (0u32..6, 0u32..3, kind()).prop_map(|(part, candidate, kind)| Event::PartStart { part, candidate, kind }),
        2 => (0u32..6, text()).prop_map(|(part, text)| Event::TextDelta { part, text }),
        2 => (0u32..6, text()).prop_map(|(part, text)| Event::ReasoningDelta { part, text }),
        1 => (0u32..6, text()).prop_map(|(part, text)| Event::RefusalDelta { part, text }),
        2 => (0u32..6, text()).prop_map(|(part, text)| Event::ArgumentsDelta { part, text }),
        1 => (0u32..6, text()).prop_map(|(part, base64)| Event::DataDelta { part, base64 }),
        2 => (0u32..6).prop_map(|part| Event::PartEnd { part }),
    ];
    let rarer = prop_oneof![
        1 => (of(0u32..6), strategies::wire(), raw()).prop_map(|(part, wire, raw)| Event::Citation { part, wire, raw }),
        1 => (of(0u32..6), extra, raw()).prop_map(|(part, name, value)| Event::Extra { part, name, value }),
        2 => (0u32..6, field, raw()).prop_map(|(part, field, value)| Event::Opaque { part, field, value }),
        1 => (0u32..6, 0u64..9).prop_map(|(from_part, keep_bytes)| Event::Discard { from_part, keep_bytes }),
        2 => (prop_oneof![3 => 0u32..3, 1 => any::<u32>()], finish).prop_map(|(candidate, finish)| Event::Finish { candidate, finish }),
        1 => (of(text()), of(text())).prop_map(|(id, model)| Event::Start { id, model }),
        1 => (text(), text()).prop_map(|(name, data)| Event::Unknown { name, data }),
    ];
    prop_oneof![2 => usual, 1 => rarer]
}

const EXTRAS: &[&str] = &["citation", "created", "logprobs", "transcript", "usage"];

const STATES: &[&str] = &["", "extra_content", "id", "reasoning_details"];

const REASONS: &[FinishReason] = &[
    FinishReason::Cancelled,
    FinishReason::ContentFilter,
    FinishReason::Error,
    FinishReason::Length,
    FinishReason::Other,
    FinishReason::Pause,
    FinishReason::Refusal,
    FinishReason::Stop,
    FinishReason::StopSequence,
    FinishReason::ToolCalls,
];

fn kind() -> impl Strategy<Value = PartKind<'static>> {
    let media = prop_oneof![Just(MediaKind::Audio), Just(MediaKind::Image), Just(MediaKind::Video)];
    let call = prop_oneof![Just(ToolCallKind::Freeform), Just(ToolCallKind::Function)];
    let text = || strategies::text().prop_map(Cow::Owned);
    let kind = prop_oneof![strategies::name(), Just("tool_calls.x".into())].prop_map(Cow::Owned);
    let json = strategies::json_object().prop_map(|raw| Cow::Owned(String::from(raw.as_str())));
    prop_oneof![
        Just(PartKind::Text),
        any::<bool>().prop_map(|is_summary| PartKind::Reasoning { is_summary }),
        Just(PartKind::Refusal),
        (of(text()), text(), call).prop_map(|(id, name, kind)| PartKind::ToolCall { id, name, kind }),
        (media, of(text())).prop_map(|(kind, media_type)| PartKind::Media { kind, media_type }),
        (strategies::wire(), kind, json).prop_map(|(wire, kind, json)| PartKind::Vendor { wire, kind, json }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: SEED, ..ProptestConfig::with_cases(5_000) })]

    #[test]
    fn any_events_make_a_well_formed_stream(
        events in vec(event(), 0..24),
        is_native in any::<bool>(),
        stream_usage in any::<bool>(),
    ) {
        let context = if is_native { testing::native() } else { testing::context() };
        let context = AnswerContext { stream_usage, ..context };
        let written = testing::stream(context.clone(), &events, &testing::used(1, 2));
        for event in written.text.split_terminator("\n\n") {
            let data = event.strip_prefix("data: ").expect("data alone");
            prop_assert!(data == "[DONE]" || !data.contains('\n') && RawJson::parse(data).is_ok(), "{}", data);
        }
        let is_failed = written.text.contains(r#"data: {"error":"#);
        prop_assert_eq!(written.text.matches("[DONE]\n\n").count(), usize::from(!is_failed));
        let whole = testing::whole(context, &testing::sum("anthropic", &events), &testing::used(1, 2));
        prop_assert!(RawJson::parse(&whole.text).is_ok(), "{}", whole.text);
    }

    #[test]
    fn whatever_comes_is_read_or_refused(
        text in strategies::json_text(),
        field in prop::sample::select(FIELDS),
        is_message in any::<bool>(),
    ) {
        let _ = decode(&text);
        let body = match is_message {
            true => format!(r#"{{"model":"m","messages":[{{"role":"assistant","{field}":{text}}}]}}"#),
            false => format!(r#"{{"model":"m","messages":[],"{field}":{text}}}"#),
        };
        let _ = decode(&body);
    }
}

const FIELDS: &[&str] = &[
    "annotations",
    "audio",
    "cache_control",
    "content",
    "function_call",
    "functions",
    "logprobs",
    "messages",
    "metadata",
    "name",
    "prompt_cache_options",
    "reasoning",
    "reasoning_content",
    "reasoning_details",
    "reasoning_effort",
    "refusal",
    "response_format",
    "stop",
    "stream_options",
    "thinking",
    "tool_calls",
    "tool_choice",
    "tools",
];

/// A JSON value, keys sorted.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Tree {
    Array(Vec<Self>),
    Object(BTreeMap<String, Self>),
    String(String),
    /// Numbers, booleans and `null`, as they are spelled.
    Other(String),
}

impl Tree {
    fn read(r: &mut Reader<'_>) -> Self {
        match r.kind().expect("JSON") {
            Kind::Array => {
                let (mut list, mut scope) = (Vec::new(), r.array().expect("JSON"));
                while scope.element(r).expect("JSON") {
                    list.push(Self::read(r));
                }
                Self::Array(list)
            }
            Kind::Object => {
                let (mut map, mut scope) = (BTreeMap::new(), r.object().expect("JSON"));
                while let Some(key) = scope.key(r).expect("JSON") {
                    map.insert(key.into_owned(), Self::read(r));
                }
                Self::Object(map)
            }
            Kind::String => Self::String(r.string().expect("JSON").into_owned()),
            Kind::Bool | Kind::Null | Kind::Number => Self::Other(r.raw().expect("JSON").to_string()),
        }
    }
}

impl Tree {
    /// The tree with everything that reading normalises in one form (see [`request`]).
    fn normal(self) -> Self {
        match self {
            Self::Array(list) => Self::Array(list.into_iter().map(Self::normal).collect()),
            Self::Object(map) => {
                let is_there = |value: &Self| !matches!(value, Self::Other(word) if word == "null");
                let kept = map.into_iter().filter(|(_, value)| is_there(value));
                Self::Object(kept.map(|(key, value)| (key, value.normal())).collect()).normal_message()
            }
            other => other,
        }
    }

    fn normal_message(mut self) -> Self {
        let Self::Object(map) = &mut self else { return self };
        let text = Self::String("text".into());
        let lone = match map.get("content") {
            Some(Self::Array(parts)) => match &parts[..] {
                [Self::Object(part)] if part.len() == 2 && part.get("type") == Some(&text) => {
                    part.get("text").cloned()
                }
                _ => None,
            },
            _ => None,
        };
        if let Some(lone) = lone {
            map.insert("content".into(), lone);
        }
        for (key, value) in
            [("content", Self::String(String::new())), ("annotations", Self::Array(Vec::new()))]
        {
            if map.get(key) == Some(&value) {
                map.remove(key);
            }
        }
        // DeepSeek has the fields of a file in the part itself.
        if let Some(Self::Object(file)) = map.remove("file") {
            map.extend(file);
        }
        let bare = match map.get("image_url") {
            Some(Self::Object(inner)) if inner.len() == 1 => inner.get("url").cloned(),
            _ => None,
        };
        map.extend(bare.map(|url| ("image_url".into(), url)));
        // OpenRouter wants the details, which hold the text.
        if map.contains_key("reasoning_details") {
            map.remove("reasoning");
            map.remove("reasoning_content");
        }
        // Some applications write the thinking twice.
        if map.get("reasoning") == map.get("reasoning_content") {
            map.remove("reasoning");
        }
        // A result's tool is told by its call.
        if map.contains_key("tool_call_id") {
            map.remove("name");
        }
        if map.contains_key("function") && map.contains_key("type") {
            map.remove("index");
            map.remove("type");
        }
        self
    }

    /// The fields of a request that must be the same, but for the switches that become others.
    fn fields(text: &str) -> BTreeMap<String, Self> {
        let Self::Object(mut map) = Self::read(&mut Reader::new(text)).normal() else { panic!("no object") };
        for (other, name) in [
            ("function_call", "tool_choice"),
            ("max_completion_tokens", "max_tokens"),
            ("random_seed", "seed"),
            ("safety_identifier", "user"),
            ("user_id", "user"),
        ] {
            if let Some(value) = map.remove(other) {
                map.insert(name.into(), value);
            }
        }
        for gone in ["enable_thinking", "reasoning", "reasoning_effort", "stream_options", "thinking"] {
            map.remove(gone);
        }
        if let Some(stop @ Self::String(_)) = map.get("stop").cloned() {
            map.insert("stop".into(), Self::Array([stop].into()));
        }
        for (key, is_default) in [("stream", "false"), ("top_logprobs", "0"), ("logprobs", "false")] {
            if map.get(key) == Some(&Self::Other(is_default.into())) {
                map.remove(key);
            }
        }
        map
    }
}

/// Whether a difference in this field is one that was told, or one of the few that depend on values.
fn is_explained(key: &str, before: &Tree, losses: &[Loss]) -> bool {
    let named = |name: &str| matches!(before, Tree::Object(map) if map.contains_key(name));
    let is_text = *before == Tree::Object([("type".into(), Tree::String("text".into()))].into());
    // A mark moves from a message to its last part, and is spelled in each dialect's way.
    let is_marked = || format!("{before:?}").contains("cache_control");
    match key {
        "functions" => true,
        "messages" if is_marked() => true,
        // `function_call` names its function so.
        "tool_choice" if named("name") => true,
        // Text is the default, and a schema must have a name.
        "response_format" => is_text || named("json_schema"),
        key => losses.iter().any(|loss| loss.path.starts_with(key)),
    }
}

#[test]
fn every_recorded_request_comes_out_as_it_went_in() {
    let (mut count, mut same, mut differences) = (0, 0, Vec::new());
    for exchange in exchanges() {
        if exchange.protocol != "openai_chat" || !exchange.request.contains("\"messages\"") {
            continue;
        }
        let asked = decode(&exchange.request).expect(&exchange.id);
        assert_eq!(asked.losses, [], "{}", exchange.id);
        let dialect = Dialect::by_name(&exchange.provider).filter(|d| d.wire == Wire::OpenaiChat);
        let dialect = dialect.unwrap_or(&Dialect::OPENAI);
        let encoded = match encode(&asked.request, dialect, asked.stream) {
            Ok(encoded) => encoded,
            // Video, which OpenAI's own API takes none of.
            Err(error) => {
                assert!(exchange.request.contains("video_url"), "{}: {error}", exchange.id);
                continue;
            }
        };
        let (before, after) = (Tree::fields(&exchange.request), Tree::fields(&body(&encoded)));
        for (key, value) in &before {
            let is_same = after.get(key) == Some(value);
            if !is_same && !is_explained(key, value, &encoded.losses) {
                differences.push(format!("{} {key}: {value:?}\n{:?}", exchange.id, after.get(key)));
            }
        }
        let is_new = |key: &&String| !before.contains_key(*key) && *key != "tools" && *key != "model";
        differences.extend(after.keys().find(is_new).map(|key| format!("{} +{key}", exchange.id)));
        count += 1;
        same += usize::from(before == after);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    println!("{count} recorded requests came out again, {same} of them without any difference");
}
