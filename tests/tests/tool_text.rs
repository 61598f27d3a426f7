//! Calls written as text, through calls and translations; and recorded ones, where the folder with recordings is
//! at hand.

use std::path::{Path, PathBuf};

use tokenwire_core::call::{Call, Options};
use tokenwire_core::http::Headers;
use tokenwire_core::json::RawJson;
use tokenwire_core::model::{Accumulator, Event, Message, Request, Response, Tool, ToolChoice, Wire};
use tokenwire_core::protocol::{
    Caps, Credential, Decoder, Dialect, Incoming, SealKey, Target, decode_request,
};
use tokenwire_core::testing::{Reply, SimHost};
use tokenwire_core::time::Instant;
use tokenwire_core::translate::{ResponseTranslator, TranslateOptions, translate_request};
use tokenwire_tests::exchange::{Exchange, Kind};
use tokenwire_tests::run::exchange_files;

/// The exchanges in which the text holds calls of declared tools, with what these are.
const WRITTEN: &[(&str, &[(&str, &str)])] = &[
    ("chatlas-ad16ce62b0", &[("get_current_date", "{}")]),
    // Cut within the first parameter, on a wire whose dialects do not look for calls: malformed.
    (
        "rig-e3bd01010f",
        &[("unused_strict_tool", "<invoke name=\"unused_strict_tool\">\n<parameter name=\"value")],
    ),
    ("rig-fd5bc5ab20", &[("subtract", r#"{"x": 2, "y": 5}"#)]),
];

/// Those in which a call of the provider's own stands beside the same call as text, which stays text.
const BESIDE_ITS_OWN: &[&str] = &["rig-60657c710c"];

/// The folder that `TOKENWIRE_CORPUS` names, or the one beside the checkout.
fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpus");
    std::env::var_os("TOKENWIRE_CORPUS").map(PathBuf::from).or_else(|| beside.is_dir().then_some(beside))
}

/// The tools that an exchange's request declares.
fn tools(exchange: &Exchange, wire: Wire) -> Option<Vec<Tool>> {
    let headers = Headers::new();
    let (path, body) = (exchange.url_path.as_deref()?, exchange.request.as_deref()?);
    let asked = decode_request(wire, &Incoming { path, headers: &headers, body }, &SealKey::default());
    Some(asked.ok()?.request.tools)
}

fn dialect(wire: Wire) -> Dialect {
    let dialect = match wire {
        Wire::Anthropic => Dialect::ANTHROPIC,
        Wire::Gemini => Dialect::GEMINI,
        Wire::OpenaiChat => Dialect::OPENAI,
        Wire::OpenaiResponses => Dialect::OPENAI_RESPONSES,
    };
    Dialect { tool_text: true, ..dialect }
}

/// What the body means, in chunks of `length` bytes; calls of `tools` are made of text.
fn read(exchange: &Exchange, wire: Wire, tools: &[Tool], length: usize) -> Response {
    let dialect = dialect(wire);
    let mut decoder = Decoder::new(&dialect, Caps::default()).with_tools(&dialect, tools);
    let mut sum = Accumulator::new(dialect.vendor);
    // A body that breaks its protocol is what other tests are about.
    let _ = exchange.body.chunks(length).try_for_each(|chunk| decoder.push(chunk, &mut sum).map(|_| ()));
    let _ = decoder.end(&mut sum);
    sum.response().clone()
}

fn calls(response: &Response) -> Vec<(&str, &str)> {
    response.tool_calls().map(|call| (&*call.name, &*call.arguments)).collect()
}

#[test]
fn recorded_calls_as_text_come_out_as_calls_and_all_else_as_it_came() {
    let Some(folder) = folder() else {
        eprintln!("skipped: TOKENWIRE_CORPUS names no folder of recorded exchanges");
        return;
    };
    let (mut read_ones, mut found) = (0, Vec::new());
    for path in exchange_files(&folder).expect("a readable folder") {
        let Ok(exchange) = Exchange::read(&path) else { continue };
        let Some(wire) = exchange.wire.filter(|_| exchange.kind == Kind::Ok) else { continue };
        let Some(tools) = tools(&exchange, wire).filter(|tools| !tools.is_empty()) else { continue };
        read_ones += 1;
        let response = read(&exchange, wire, &tools, usize::MAX);
        assert_eq!(read(&exchange, wire, &tools, 7), response, "{} in pieces", exchange.id);
        if response != read(&exchange, wire, &[], usize::MAX) {
            found.push((exchange.id.clone(), response));
        }
    }
    found.sort_by(|(a, _), (b, _)| a.cmp(b));
    let found: Vec<_> = found.iter().map(|(id, response)| (&**id, calls(response))).collect();
    let expected: Vec<_> = WRITTEN.iter().map(|(id, calls)| (*id, calls.to_vec())).collect();
    assert_eq!(found, expected, "among {read_ones} exchanges with tools");
    eprintln!("{} of {read_ones} exchanges with tools hold calls as text", found.len());
}

#[test]
fn a_recorded_call_beside_its_own_text_is_made_once() {
    let Some(folder) = folder() else {
        eprintln!("skipped: TOKENWIRE_CORPUS names no folder of recorded exchanges");
        return;
    };
    let is_named =
        |path: &PathBuf| path.file_stem().is_some_and(|stem| BESIDE_ITS_OWN.iter().any(|id| *id == stem));
    let paths: Vec<_> =
        exchange_files(&folder).expect("a readable folder").into_iter().filter(is_named).collect();
    assert_eq!(paths.len(), BESIDE_ITS_OWN.len());
    for path in paths {
        let exchange = Exchange::read(&path).expect("an exchange");
        let wire = exchange.wire.expect("a wire");
        let tools = tools(&exchange, wire).expect("a request");
        let response = read(&exchange, wire, &tools, 11);
        assert_eq!(response, read(&exchange, wire, &[], 11), "{}", exchange.id);
        assert!(calls(&response).len() == 1 && response.text().contains("<tool_call>"), "{}", exchange.id);
    }
}

/// A streamed answer that calls `now` as text.
const WRITTEN_CALL: &str = concat!(
    "data: {\"id\":\"r\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"<tool_call>{\\\"name\\\":\\\"now\\\"}</tool_call>\"}}]}\n\n",
    "data: {\"id\":\"r\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n",
    "data: [DONE]\n\n",
);

const LOCAL: &Dialect = &Dialect { tool_text: true, ..Dialect::OPENAI };

fn local() -> Target {
    Target::new(LOCAL, Some(Credential::new("key"))).expect("the key is plain")
}

#[test]
fn a_call_reads_written_calls_unless_the_model_was_told_to_call_nothing() {
    for (choice, count) in [(None, 1), (Some(ToolChoice::Required), 1), (Some(ToolChoice::None), 0)] {
        let mut request = Request::new("m", vec![Message::user("What time is it?")]);
        request.tools = vec![Tool::function("now", "", RawJson::parse("{}").expect("JSON"))];
        request.tool_choice = choice.clone();
        let call = Call::new(request, local(), Options::default(), 1, Instant::default()).expect("a request");
        let run = SimHost::new([Reply::whole(200, Headers::new(), WRITTEN_CALL)]).run_to_end(call);
        let response = &run.outcome.response;
        assert_eq!(calls(response).len(), count, "{choice:?}");
        assert_eq!(response.text().contains("<tool_call>"), count == 0, "{choice:?}");
    }
}

#[test]
fn a_translated_answer_has_written_calls_unless_the_model_was_told_to_call_nothing() {
    for (choice, is_call) in [("auto", true), ("none", false)] {
        let body = format!(
            r#"{{"model":"m","max_tokens":9,"tool_choice":{{"type":"{choice}"}},"stream":true,
            "tools":[{{"name":"now","input_schema":{{"type":"object"}}}}],
            "messages":[{{"role":"user","content":"What time is it?"}}]}}"#
        );
        let headers = Headers::new();
        let incoming = Incoming { path: "/v1/messages", headers: &headers, body: &body };
        let target = local();
        let translated = translate_request(Wire::Anthropic, &incoming, &target, &TranslateOptions::default())
            .expect("asked");
        let mut answer = ResponseTranslator::new(&translated, &target.dialect, Caps::default());
        let mut out = Vec::new();
        answer.push(WRITTEN_CALL.as_bytes(), &mut |_: Event<'_>| {}, &mut out).expect("a sound body");
        answer.end(&mut |_: Event<'_>| {}, &mut out).expect("a whole body");
        let out = String::from_utf8(out).expect("text");
        assert_eq!(
            (out.contains(r#""type":"tool_use""#), out.contains("<tool_call>")),
            (is_call, !is_call),
            "{out}"
        );
    }
}
