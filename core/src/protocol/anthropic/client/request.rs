//! Requests.

use alloc::string::String;
use alloc::vec::Vec;

use super::cache::{self, Marks};
use super::{content, tools};
use crate::http::Headers;
use crate::json::{Number, Writer};
use crate::model::{Effort, LossAction, OutputFormat, Request, SummaryLevel, Wire};
use crate::protocol::anthropic::BETA;
use crate::protocol::anthropic::object::{field, is_free, with_field};
use crate::protocol::encoding::{Body, EncodeError, Encoding, TOO_DEEP, nests_too_deep};

/// `max_tokens` where the request sets no limit: the wire demands one. A thinking budget comes on
/// top, because it counts against the same limit.
const DEFAULT_MAX_TOKENS: u64 = 8192;

/// The smallest `budget_tokens` that the API accepts.
const MIN_BUDGET: u64 = 1024;

/// The last version that takes temperature, top_p and top_k.
const SAMPLING_VERSION: &str = "2023-06-01";

pub(in crate::protocol) fn encode(encoding: &mut Encoding<'_>) -> Result<Body, EncodeError> {
    let request = encoding.request;
    let mut marks = Marks::of(request);
    let tools = tools::encode(encoding, &mut marks)?;
    let conversation = content::encode(encoding, &mut marks)?;
    let thinking = thinking(encoding);
    let output_config = output_config(encoding);
    let sampling = sampling(encoding);
    let user_id = user_id(encoding);
    let service_tier = service_tier(encoding);
    let cache_control = request.cache.as_ref().map(|mark| cache::control(encoding, "cache", mark));
    lose_unknown(encoding);
    let stream = encoding.stream;

    let mut w = Writer::new();
    w.object(|w| {
        w.key("model").string(&request.model);
        w.key("max_tokens").u64(thinking.max_tokens);
        w.opt_raw("system", conversation.system.as_deref());
        w.key("messages").raw(&conversation.messages);
        w.opt_raw("tools", tools.list.as_deref());
        w.opt_raw("tool_choice", tools.choice.as_deref());
        w.opt_raw("thinking", thinking.json.as_deref());
        w.opt_raw("output_config", output_config.as_deref());
        if !request.stop.is_empty() {
            w.key("stop_sequences").array(|w| request.stop.iter().for_each(|text| w.string(text)));
        }
        for (name, value) in &sampling {
            w.key(name).raw(value);
        }
        if let Some(id) = user_id {
            w.key("metadata").object(|w| w.key("user_id").string(id));
        }
        w.opt_string("service_tier", service_tier);
        w.opt_raw("cache_control", cache_control.as_deref());
        w.opt_bool("stream", stream.then_some(true));
    });
    let json = with_extensions(encoding, w.finish());
    Ok(Body { path: path(encoding.target.base_url.as_str()).into(), json })
}

/// Base URLs are given with and without the version.
fn path(base_url: &str) -> &'static str {
    if base_url.ends_with("/v1") { "/messages" } else { "/v1/messages" }
}

/// Says what is left out because the wire has no field for it.
fn lose_unknown(encoding: &mut Encoding<'_>) {
    let request = encoding.request;
    let sampling = &request.sampling;
    for (path, is_set) in [
        ("cache_key", request.cache_key.is_some()),
        ("limits.max_tool_calls", request.limits.max_tool_calls.is_some()),
        ("sampling.frequency_penalty", sampling.frequency_penalty.is_some()),
        ("sampling.logprobs", sampling.logprobs.is_some()),
        ("sampling.presence_penalty", sampling.presence_penalty.is_some()),
        ("sampling.seed", sampling.seed.is_some()),
        ("state.store", request.state.store == Some(true)),
    ] {
        if is_set {
            encoding.lose(LossAction::Dropped, path, "the wire has no such field");
        }
    }
}

/// What becomes of [`crate::model::Reasoning`] and the limit it counts against.
struct Thinking {
    json: Option<String>,
    max_tokens: u64,
}

fn thinking(encoding: &mut Encoding<'_>) -> Thinking {
    let limit = encoding.request.limits.max_output_tokens;
    let mut thinking = Thinking { json: None, max_tokens: limit.unwrap_or(DEFAULT_MAX_TOKENS) };
    let Some(reasoning) = &encoding.request.reasoning else { return thinking };
    let shows = reasoning.summary.is_some_and(|summary| summary != SummaryLevel::Omitted);
    let kind = match (reasoning.budget_tokens, reasoning.effort) {
        (Some(0), _) | (None, Some(Effort::None)) => "disabled",
        (Some(_), _) => "enabled",
        (None, effort) if effort.is_some() || reasoning.adaptive || shows => "adaptive",
        (None, _) => {
            if reasoning.summary.is_some() {
                let why = "how thinking is shown goes only with a request to think";
                encoding.lose(LossAction::Dropped, "reasoning.summary", why);
            }
            return thinking;
        }
    };
    let mut budget = None;
    if kind == "enabled" {
        let wanted = reasoning.budget_tokens.unwrap_or(MIN_BUDGET);
        if limit.is_none() {
            thinking.max_tokens = wanted.max(MIN_BUDGET).saturating_add(DEFAULT_MAX_TOKENS);
        }
        budget = self::budget(encoding, wanted, thinking.max_tokens);
        if budget.is_none() {
            if reasoning.summary.is_some() {
                encoding.lose(
                    LossAction::Dropped,
                    "reasoning.summary",
                    "without a budget there is no thinking",
                );
            }
            return thinking;
        }
    }
    let display = if kind == "disabled" { None } else { display(encoding) };
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string(kind);
        w.opt_u64("budget_tokens", budget);
        w.opt_string("display", display);
    });
    thinking.json = Some(w.finish());
    thinking
}

/// A budget that the API accepts: at least [`MIN_BUDGET`], and below `max_tokens`.
fn budget(encoding: &mut Encoding<'_>, wanted: u64, max_tokens: u64) -> Option<u64> {
    const PATH: &str = "reasoning.budget_tokens";
    if max_tokens <= MIN_BUDGET {
        let why = alloc::format!("a budget of at least {MIN_BUDGET} does not fit below {max_tokens} tokens");
        encoding.lose(LossAction::Dropped, PATH, why);
        return None;
    }
    let fitting = wanted.clamp(MIN_BUDGET, max_tokens - 1);
    if fitting != wanted {
        let why = alloc::format!(
            "a budget is at least {MIN_BUDGET} and below the limit of {max_tokens}; {fitting} stands in its place"
        );
        encoding.lose(LossAction::Approximated, PATH, why);
    }
    Some(fitting)
}

fn display(encoding: &mut Encoding<'_>) -> Option<&'static str> {
    let summary = encoding.request.reasoning.as_ref()?.summary?;
    if matches!(summary, SummaryLevel::Concise | SummaryLevel::Detailed) {
        let why = "the wire knows one length of summary";
        encoding.lose(LossAction::Approximated, "reasoning.summary", why);
    }
    Some(if summary == SummaryLevel::Omitted { "omitted" } else { "summarized" })
}

fn output_config(encoding: &mut Encoding<'_>) -> Option<String> {
    let request = encoding.request;
    let effort = match request.reasoning.as_ref().and_then(|r| r.effort) {
        None | Some(Effort::None) => None,
        Some(Effort::Minimal) => {
            encoding.lose(LossAction::Approximated, "reasoning.effort", "`low` is the least effort here");
            Some(Effort::Low.name())
        }
        Some(effort) => Some(effort.name()),
    };
    let schema = match &request.output {
        None | Some(OutputFormat::Text) => None,
        Some(OutputFormat::JsonObject) => {
            let why = "the wire has no JSON without a schema; one that any object fits stands in its place";
            encoding.lose(LossAction::Approximated, "output", why);
            Some(r#"{"type":"object"}"#)
        }
        Some(OutputFormat::JsonSchema { name, description, schema, strict }) => {
            if !name.is_empty() {
                encoding.lose(LossAction::Dropped, "output.name", "a schema has no name here");
            }
            if description.is_some() {
                encoding.lose(LossAction::Dropped, "output.description", "a schema has no description here");
            }
            if *strict == Some(false) {
                encoding.lose(LossAction::Approximated, "output.strict", "a schema always binds here");
            }
            Some(schema.as_str())
        }
    };
    if effort.is_none() && schema.is_none() {
        return None;
    }
    let mut w = Writer::new();
    w.object(|w| {
        w.opt_string("effort", effort);
        if let Some(schema) = schema {
            w.key("format").object(|w| {
                w.key("type").string("json_schema");
                w.key("schema").raw(schema);
            });
        }
    });
    Some(w.finish())
}

fn sampling(encoding: &mut Encoding<'_>) -> Vec<(&'static str, String)> {
    let request = encoding.request;
    let takes_any = version(encoding) == Some(SAMPLING_VERSION);
    let mut kept = Vec::new();
    let sampling = &request.sampling;
    for (name, value) in
        [("temperature", &sampling.temperature), ("top_p", &sampling.top_p), ("top_k", &sampling.top_k)]
    {
        let Some(value) = value else { continue };
        let path = alloc::format!("sampling.{name}");
        if !takes_any {
            encoding.lose(LossAction::Dropped, path, "this version of the API refuses it");
        } else if name == "temperature" && is_above_one(value) {
            encoding.lose(LossAction::Approximated, path, "the wire's scale ends at 1");
            kept.push((name, String::from("1")));
        } else {
            kept.push((name, String::from(value.as_str())));
        }
    }
    kept
}

/// Told by the digits: all that floats need to be read would be used for this one comparison.
fn is_above_one(value: &Number) -> bool {
    let text = value.as_str();
    let (digits, exponent) = text.split_once('e').or_else(|| text.split_once('E')).unwrap_or((text, "0"));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let huge = if exponent.starts_with('-') { i64::MIN } else { i64::MAX };
    let exponent = exponent.parse().unwrap_or(huge);
    let mut digits = whole.bytes().chain(fraction.bytes()).skip_while(|digit| *digit == b'0');
    let zeros = whole.len() + fraction.len() - digits.clone().count();
    // The value is 0.ddd times ten to this power.
    let power = exponent.saturating_add(whole.len() as i64 - zeros as i64);
    match digits.next() {
        None | Some(b'-') => false,
        Some(first) => power > 1 || (power == 1 && (first > b'1' || digits.any(|digit| digit != b'0'))),
    }
}

/// The `anthropic-version` that will be sent.
fn version<'a>(encoding: &Encoding<'a>) -> Option<&'a str> {
    const NAME: &str = "anthropic-version";
    let target = encoding.target;
    let own = || target.dialect.headers.iter().find(|(name, _)| *name == NAME).map(|(_, value)| *value);
    target.headers.get(NAME).or_else(own)
}

/// Adds the beta features that the request names to those that the target names.
pub(in crate::protocol) fn add_betas(request: &Request, headers: &mut Headers) {
    let named = request.extensions.iter().filter(|e| e.wire == Wire::Anthropic && e.name == BETA);
    for betas in named.filter_map(|e| e.value.reader().opt_string().ok().flatten()) {
        let betas = match headers.get(BETA) {
            Some(known) => alloc::format!("{known},{betas}"),
            None => betas.into_owned(),
        };
        headers.set(BETA, betas);
    }
}

/// The one id that `metadata` holds: the user's.
fn user_id<'a>(encoding: &mut Encoding<'a>) -> Option<&'a str> {
    let request = encoding.request;
    let mut id = request.user.as_deref();
    for (key, value) in &request.metadata {
        if key == "user_id" && id.is_none() {
            id = Some(value);
        } else {
            let path = alloc::format!("metadata.{key}");
            encoding.lose(LossAction::Dropped, path, "metadata holds the user's id only");
        }
    }
    id
}

fn service_tier(encoding: &mut Encoding<'_>) -> Option<&'static str> {
    let tier = encoding.request.service_tier.as_deref()?;
    let (action, written, why) = match tier {
        "auto" => return Some("auto"),
        "standard_only" => return Some("standard_only"),
        "default" | "standard" => (LossAction::Renamed, Some("standard_only"), "it is `standard_only` here"),
        "priority" => (LossAction::Approximated, Some("auto"), "`auto` takes priority where there is some"),
        _ => (LossAction::Dropped, None, "the wire knows `auto` and `standard_only`"),
    };
    encoding.lose(action, "service_tier", why);
    written
}

/// The body with this wire's extensions; those of other wires are lost.
fn with_extensions(encoding: &mut Encoding<'_>, mut body: String) -> String {
    for extension in &encoding.request.extensions {
        let (name, value) = (&*extension.name, extension.value.as_str());
        let why = match (extension.wire, name) {
            (Wire::Anthropic, BETA) => continue,
            (Wire::Anthropic, "messages" | "model" | "stream") => "the request itself says this",
            (Wire::Anthropic, _) if nests_too_deep(name) => TOO_DEEP,
            (Wire::Anthropic, _) if name.contains('.') && !is_free(&body, name) => {
                "what the request sets itself stands"
            }
            (Wire::Anthropic, _) => {
                if field(&body, name).is_some_and(|old| old != value) {
                    let why = "an extension of this name stands in its place";
                    encoding.lose(LossAction::Dropped, name, why);
                }
                body = with_field(&body, name, value);
                continue;
            }
            _ => "only another wire knows this field",
        };
        encoding.lose(LossAction::Dropped, alloc::format!("extensions.{name}"), why);
    }
    body
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::super::encoded::body_of;
    use super::*;
    use crate::json::RawJson;
    use crate::model::{CacheMark, Extension, Loss, Message, Reasoning};
    use crate::protocol::{Credential, Dialect, Target, encode_request};

    fn hello() -> Request {
        Request::new("claude", vec![Message::user("Hi")])
    }

    #[test]
    fn what_is_above_one_is_told_in_every_spelling() {
        let (wholes, fractions) = (["0", "1", "2", "10", "99", "-3"], ["", ".0", ".5", ".001", ".0100"]);
        let exponents = ["", "e0", "E1", "e+2", "e-1", "E-2", "e-3", "e400", "e-400"];
        for (whole, fraction) in wholes.into_iter().flat_map(|w| fractions.map(|f| (w, f))) {
            for exponent in exponents {
                let text = alloc::format!("{whole}{fraction}{exponent}");
                let expected = text.parse::<f64>().is_ok_and(|value| value > 1.0);
                assert_eq!(is_above_one(&Number::parse(&text).expect("a number")), expected, "{text}");
            }
        }
        for (text, expected) in [("1.00000000000000000001", true), ("1e99999999999999999999", true)] {
            assert_eq!(is_above_one(&Number::parse(text).expect("a number")), expected, "{text}");
        }
        for text in ["1e-99999999999999999999", "0e99999999999999999999"] {
            assert!(!is_above_one(&Number::parse(text).expect("a number")), "{text}");
        }
    }

    fn encoded(change: impl FnOnce(&mut Request)) -> (String, Vec<Loss>) {
        let mut request = hello();
        change(&mut request);
        body_of(&request).expect("a body")
    }

    fn paths(losses: &[Loss]) -> Vec<&str> {
        losses.iter().map(|loss| loss.path.as_str()).collect()
    }

    fn get<'a>(body: &'a str, name: &str) -> &'a str {
        field(body, name).unwrap_or("none")
    }

    fn number(text: &str) -> Option<Number> {
        Some(Number::parse(text).expect("a number"))
    }

    #[test]
    fn the_least_request_has_three_fields() {
        let (body, losses) = encoded(|_| {});
        assert_eq!(
            body,
            r#"{"model":"claude","max_tokens":8192,"messages":[{"role":"user","content":"Hi"}]}"#
        );
        assert!(losses.is_empty());
    }

    #[test]
    fn the_url_holds_the_version_once() {
        for base in ["https://h", "https://h/v1/", "https://h/proxy/v1"] {
            let target = Target::at(&Dialect::ANTHROPIC, base, Some(Credential::new("k"))).expect(base);
            let http = encode_request(&hello(), &target, true).expect(base).http;
            assert!(http.url.ends_with("/v1/messages") && !http.url.contains("/v1/v1"), "{}", http.url);
            assert!(http.body.ends_with(br#","stream":true}"#));
        }
    }

    #[test]
    fn sampling_goes_only_to_the_old_version() {
        let mut request = hello();
        request.sampling.temperature = number("1.50");
        request.sampling.top_p = number("0.90");
        request.sampling.top_k = number("5");
        let (body, losses) = body_of(&request).expect("a body");
        assert!(!body.contains("top_p"));
        assert_eq!(paths(&losses), ["sampling.temperature", "sampling.top_p", "sampling.top_k"]);

        let mut target = Target::new(&Dialect::ANTHROPIC, Some(Credential::new("k"))).expect("a target");
        target.headers.set("Anthropic-Version", "2023-06-01");
        let encoded = encode_request(&request, &target, false).expect("a body");
        let body = String::from_utf8(encoded.http.body).expect("UTF-8");
        assert!(body.ends_with(r#""temperature":1,"top_p":0.90,"top_k":5}"#), "{body}");
        assert_eq!(paths(&encoded.losses), ["sampling.temperature"]);
        assert_eq!(encoded.http.headers.get("anthropic-version"), Some("2023-06-01"));
    }

    #[test]
    fn reasoning_becomes_thinking_and_effort() {
        let of =
            |effort, budget_tokens, adaptive, summary| Reasoning { effort, budget_tokens, adaptive, summary };
        let adaptive = r#"{"type":"adaptive"}"#;
        for (reasoning, thinking, config, losses) in [
            (of(Some(Effort::None), None, false, None), r#"{"type":"disabled"}"#, "none", 0),
            (of(None, Some(0), false, None), r#"{"type":"disabled"}"#, "none", 0),
            (of(Some(Effort::High), None, false, None), adaptive, r#"{"effort":"high"}"#, 0),
            (of(Some(Effort::Minimal), None, false, None), adaptive, r#"{"effort":"low"}"#, 1),
            (of(None, None, true, None), adaptive, "none", 0),
            (
                of(None, Some(2000), false, Some(SummaryLevel::Omitted)),
                r#"{"type":"enabled","budget_tokens":2000,"display":"omitted"}"#,
                "none",
                0,
            ),
            (of(None, Some(5), false, None), r#"{"type":"enabled","budget_tokens":1024}"#, "none", 1),
            (
                of(None, None, false, Some(SummaryLevel::Detailed)),
                r#"{"type":"adaptive","display":"summarized"}"#,
                "none",
                1,
            ),
            (of(None, None, false, Some(SummaryLevel::Omitted)), "none", "none", 1),
        ] {
            let shown = alloc::format!("{reasoning:?}");
            let (body, lost) = encoded(|r| r.reasoning = Some(reasoning));
            assert_eq!(get(&body, "thinking"), thinking, "{shown}");
            assert_eq!(get(&body, "output_config"), config, "{shown}");
            assert_eq!(lost.len(), losses, "{shown} {lost:?}");
        }
    }

    #[test]
    fn a_budget_fits_below_the_limit() {
        for (limit, wanted, max_tokens, budget) in [
            (None, 2000, "10192", Some("2000")),
            (Some(1500), 4000, "1500", Some("1499")),
            (Some(4000), 2000, "4000", Some("2000")),
            (Some(500), 2000, "500", None),
            (None, u64::MAX, "18446744073709551615", Some("18446744073709551614")),
        ] {
            let (body, _) = encoded(|r| {
                r.limits.max_output_tokens = limit;
                r.reasoning = Some(Reasoning { budget_tokens: Some(wanted), ..Reasoning::default() });
            });
            assert_eq!(get(&body, "max_tokens"), max_tokens);
            assert_eq!(field(&body, "thinking").and_then(|t| field(t, "budget_tokens")), budget);
        }
    }

    #[test]
    fn a_schema_leaves_as_it_came() {
        let schema = RawJson::parse(r#"{"type": "object","b":1,"a":1.0}"#).expect("JSON");
        let (body, losses) = encoded(|r| {
            let name = String::from("n");
            r.output = Some(OutputFormat::JsonSchema { name, description: None, schema, strict: Some(true) });
        });
        let expected = r#"{"format":{"type":"json_schema","schema":{"type": "object","b":1,"a":1.0}}}"#;
        assert_eq!(get(&body, "output_config"), expected);
        assert_eq!(paths(&losses), ["output.name"]);
    }

    #[test]
    fn what_has_no_field_is_reported() {
        let (body, losses) = encoded(|r| {
            r.sampling.seed = number("1");
            r.sampling.presence_penalty = number("1");
            r.sampling.frequency_penalty = number("1");
            r.sampling.logprobs = Some(0);
            r.limits.max_tool_calls = Some(1);
            r.cache_key = Some("k".into());
            r.metadata = vec![("a".into(), "b".into())];
            r.service_tier = Some("flex".into());
            r.output = Some(OutputFormat::JsonObject);
            r.state.store = Some(true);
        });
        assert_eq!(losses.len(), 10, "{losses:#?}");
        let any_object = r#"{"format":{"type":"json_schema","schema":{"type":"object"}}}"#;
        assert_eq!(get(&body, "output_config"), any_object);
    }

    #[test]
    fn history_held_elsewhere_is_refused() {
        let mut request = hello();
        request.state.previous_response_id = Some("resp_1".into());
        let refused = body_of(&request).expect_err("a refusal").to_string();
        assert!(refused.contains("previous_response_id"), "{refused}");
    }

    #[test]
    fn the_rest_of_the_envelope_is_written() {
        let (body, losses) = encoded(|r| {
            r.stop = vec!["END".into()];
            r.metadata = vec![("user_id".into(), "u".into())];
            r.service_tier = Some("default".into());
            r.cache = Some(CacheMark { ttl: Some("1h".into()) });
            r.limits.max_output_tokens = Some(5);
        });
        assert!(body.starts_with(r#"{"model":"claude","max_tokens":5,"#), "{body}");
        let end = r#""stop_sequences":["END"],"metadata":{"user_id":"u"},"service_tier":"standard_only","cache_control":{"type":"ephemeral","ttl":"1h"}}"#;
        assert!(body.ends_with(end), "{body}");
        assert_eq!(paths(&losses), ["service_tier"]);
    }

    #[test]
    fn extensions_do_not_reach_into_what_the_request_sets() {
        let extension = |name: &str| Extension::new(Wire::Anthropic, name, RawJson::string("x"));
        let (body, losses) = encoded(|r| {
            r.extensions = vec![extension("messages.x"), extension("max_tokens.x")];
            r.messages[0].extensions = vec![extension("role"), extension("content.x")];
        });
        assert_eq!(get(&body, "messages"), r#"[{"role":"user","content":"Hi"}]"#);
        assert_eq!(get(&body, "max_tokens"), "8192");
        assert_eq!(losses.len(), 4);
    }

    #[test]
    fn beta_features_go_in_their_header() {
        let mut request = hello();
        request.extensions = vec![Extension::new(Wire::Anthropic, BETA, RawJson::string("b,c"))];
        let mut target = Target::new(&Dialect::ANTHROPIC, Some(Credential::new("k"))).expect("a target");
        let sent = |target: &Target| encode_request(&request, target, false).expect("a body");
        let encoded = sent(&target);
        assert_eq!(encoded.http.headers.get(BETA), Some("b,c"));
        assert!(encoded.losses.is_empty() && !encoded.http.body.windows(4).any(|w| w == b"beta"));
        target.headers.set(BETA, "a");
        assert_eq!(sent(&target).http.headers.get(BETA), Some("a,b,c"));
    }

    #[test]
    fn names_of_many_dots_do_not_recurse() {
        let deep = || {
            let name = alloc::format!("a{}", ".a".repeat(100_000));
            Extension::new(Wire::Anthropic, name, RawJson::parse("1").expect("JSON"))
        };
        let (_, losses) = encoded(|r| {
            r.extensions.push(deep());
            r.messages[0].extensions.push(deep());
        });
        assert_eq!(losses.len(), 2);
    }

    #[test]
    fn extensions_are_merged_where_they_belong() {
        let extension =
            |wire, name: &str, json| Extension::new(wire, name, RawJson::parse(json).expect("JSON"));
        let (body, losses) = encoded(|r| {
            r.reasoning = Some(Reasoning { effort: Some(Effort::Low), ..Reasoning::default() });
            r.extensions = vec![
                extension(Wire::Anthropic, "container", "\"c\""),
                extension(Wire::Anthropic, "output_config.task_budget", r#"{"type":"tokens"}"#),
                extension(Wire::Anthropic, "thinking", r#"{"type":"between_tools"}"#),
                extension(Wire::Anthropic, "stream", "true"),
                extension(Wire::Gemini, "safetySettings", "[]"),
            ];
        });
        assert_eq!(get(&body, "container"), "\"c\"");
        assert_eq!(get(&body, "output_config"), r#"{"effort":"low","task_budget":{"type":"tokens"}}"#);
        assert_eq!(get(&body, "thinking"), r#"{"type":"between_tools"}"#);
        assert_eq!(get(&body, "stream"), "none");
        assert_eq!(paths(&losses), ["thinking", "extensions.stream", "extensions.safetySettings"]);
    }
}
