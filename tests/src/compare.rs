//! A decoded response against the reading of it.

use serde_json::Value;
use tokenwire_core::failure::FailureKind;
use tokenwire_core::usage::Bucket;

use crate::exchange::{Decoded, DecodedError, DecodedToolCall};
use crate::reading::{ReadError, ReadToolCall, Reading};

/// Every difference in a line, empty where the two agree.
pub fn differences(decoded: &Decoded, reading: &Reading) -> Vec<String> {
    let mut out = Vec::new();
    if reading.has_flag("not_a_generation") {
        not_a_generation(&mut out, decoded);
        return out;
    }
    field(&mut out, reading, "text", Some(&decoded.text), Some(&reading.text));
    field(&mut out, reading, "reasoning", Some(&decoded.reasoning), Some(&reading.reasoning));
    field(&mut out, reading, "refusal", decoded.refusal.as_deref(), reading.refusal.as_deref());
    finish(&mut out, decoded, reading);
    tool_calls(&mut out, &decoded.tool_calls, &reading.tool_calls);
    counts(&mut out, decoded, reading);
    status(&mut out, decoded, reading);
    out
}

/// Nothing must be made up where the answer is no generation.
fn not_a_generation(out: &mut Vec<String>, decoded: &Decoded) {
    if decoded.error.is_none() {
        out.push("status: complete, though it is no generation".into());
    }
    if !decoded.text.is_empty() || !decoded.tool_calls.is_empty() {
        out.push("content where there is none".into());
    }
}

fn field(out: &mut Vec<String>, reading: &Reading, name: &str, found: Option<&str>, expected: Option<&str>) {
    let is_other = |v: &Value| v.as_str() == found && (v.is_null() || v.is_string());
    if found != expected && !reading.also.get(name).is_some_and(|also| also.iter().any(is_other)) {
        out.push(format!("{name}: {}, expected {}", shown(found, expected), shown(expected, found)));
    }
}

/// `text` from a little before the first byte in which it differs from `other`.
fn shown(text: Option<&str>, other: Option<&str>) -> String {
    let Some(text) = text else { return "null".into() };
    let same = text.bytes().zip(other.unwrap_or_default().bytes()).take_while(|(a, b)| a == b).count();
    let mut start = same.saturating_sub(20);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    let piece: String = text[start..].chars().take(60).collect();
    let before = if start > 0 { "…" } else { "" };
    let after = if start + piece.len() < text.len() { "…" } else { "" };
    format!("{before}{piece:?}{after} ({} bytes)", text.len())
}

fn finish(out: &mut Vec<String>, decoded: &Decoded, reading: &Reading) {
    // Responses says `error` and then `response.failed`: an error ends a response here, so that the
    // word after it is not read.
    let is_after_error = decoded.error.is_some()
        && reading.error.is_some()
        && decoded.finish_raw.is_none()
        && reading.finish_raw.as_deref() == Some("failed");
    if !is_after_error {
        field(out, reading, "finish_raw", decoded.finish_raw.as_deref(), reading.finish_raw.as_deref());
    }
    if reading.finish_detail.is_some() {
        field(
            out,
            reading,
            "finish_detail",
            decoded.finish_detail.as_deref(),
            reading.finish_detail.as_deref(),
        );
    }
}

fn tool_calls(out: &mut Vec<String>, found: &[DecodedToolCall], expected: &[ReadToolCall]) {
    if found.len() != expected.len() {
        out.push(format!("tool_calls: {}, expected {}", found.len(), expected.len()));
    }
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        if found.name != expected.name {
            out.push(format!("tool_calls[{at}].name: {:?}, expected {:?}", found.name, expected.name));
        }
        if found.id != expected.id {
            out.push(format!("tool_calls[{at}].id: {:?}, expected {:?}", found.id, expected.id));
        }
        if !same_arguments(&found.arguments, expected) {
            let (a, b) = (Some(found.arguments.as_str()), Some(expected.arguments.as_str()));
            out.push(format!("tool_calls[{at}].arguments: {}, expected {}", shown(a, b), shown(b, a)));
        }
    }
}

fn same_arguments(found: &str, expected: &ReadToolCall) -> bool {
    found == expected.arguments || expected.object && compact(found) == compact(&expected.arguments)
}

/// JSON text without white space, strings in one spelling; keys keep their order and numbers their
/// spelling.
pub fn compact(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(first) = rest.chars().next() {
        let len = if first == '"' { string_len(rest) } else { first.len_utf8() };
        let (token, after) = rest.split_at(len);
        match serde_json::from_str::<String>(token) {
            Ok(text) => out.push_str(&Value::String(text).to_string()),
            Err(_) if token.trim().is_empty() => {}
            Err(_) => out.push_str(token),
        }
        rest = after;
    }
    out
}

/// The length of the string token that `text` begins with, quotes included.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}

const BUCKETS: [(&str, Bucket); 5] = [
    ("input", Bucket::Input),
    ("output", Bucket::Output),
    ("cache_read", Bucket::CacheRead),
    ("cache_write", Bucket::CacheWrite),
    ("reasoning", Bucket::OutputReasoning),
];

fn counts(out: &mut Vec<String>, decoded: &Decoded, reading: &Reading) {
    for (name, bucket) in BUCKETS {
        let found = decoded.usage.counts.get(bucket);
        let expected = reading.counts.get(name).copied().flatten();
        let key = format!("usage.{name}");
        let is_other = |v: &Value| v.as_u64() == found && (v.is_null() || v.is_u64());
        if found != expected && !reading.also.get(&key).is_some_and(|also| also.iter().any(is_other)) {
            out.push(format!("{key}: {}, expected {}", count(found), count(expected)));
        }
    }
}

fn count(count: Option<u64>) -> String {
    count.map_or_else(|| "not stated".into(), |n| n.to_string())
}

fn status(out: &mut Vec<String>, decoded: &Decoded, reading: &Reading) {
    match (&decoded.error, &reading.error) {
        (Some(found), Some(expected)) => error(out, found, expected),
        (None, Some(_)) => out.push("status: complete, expected an error".into()),
        (None, None) if !reading.complete => out.push("status: complete, expected an incomplete one".into()),
        (Some(found), None) if reading.complete || found.kind != FailureKind::Incomplete => {
            out.push(format!("status: {}, expected none such: {}", found.kind, found.message));
        }
        (_, None) => {}
    }
}

fn error(out: &mut Vec<String>, found: &DecodedError, expected: &ReadError) {
    if expected.status.is_some_and(|status| status != found.status) {
        out.push(format!("error.status: {}, expected {:?}", found.status, expected.status));
    }
    if found.error_type != expected.error_type {
        out.push(format!("error.type: {:?}, expected {:?}", found.error_type, expected.error_type));
    }
    let code = expected.code.as_ref().and_then(code_text);
    if found.code != code {
        out.push(format!("error.code: {:?}, expected {code:?}", found.code));
    }
    if let Some(message) = &expected.message
        && found.message != *message
    {
        out.push(format!("error.message: {:?}, expected {message:?}", found.message));
    }
}

fn code_text(code: &Value) -> Option<String> {
    match code {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exchange::{Exchange, decode};
    use tokenwire_core::call::OutcomeStatus;
    use tokenwire_core::model::Wire;

    fn reading(json: &str) -> Reading {
        serde_json::from_str(json).expect("a reading")
    }

    /// A complete, empty response to change in the tests.
    fn decoded() -> Decoded {
        let refused = Exchange::bare(Wire::OpenaiChat, 500, Vec::new());
        let empty = decode(&refused, Wire::OpenaiChat, crate::exchange::Cuts::Whole);
        Decoded { status: OutcomeStatus::Complete, error: None, ..empty }
    }

    #[test]
    fn equal_ones_have_no_difference() {
        assert_eq!(differences(&decoded(), &reading(r#"{"id":"a","complete":true}"#)), [""; 0]);
    }

    #[test]
    fn every_field_is_compared() {
        let reading = reading(
            r#"{"id":"a","text":"t","reasoning":"r","refusal":"no","finish_raw":"stop","finish_detail":"d",
                "tool_calls":[{"id":null,"name":"f","arguments":"{}"}],"counts":{"input":1,"cache_read":0},
                "complete":false}"#,
        );
        let found = differences(&decoded(), &reading);
        let fields: Vec<&str> = found.iter().filter_map(|d| d.split(':').next()).collect();
        let expected = [
            "text",
            "reasoning",
            "refusal",
            "finish_raw",
            "finish_detail",
            "tool_calls",
            "usage.input",
            "usage.cache_read",
            "status",
        ];
        assert_eq!(fields, expected);
    }

    #[test]
    fn another_reading_is_as_good() {
        let text = r#"{"id":"a","text":"t","finish_raw":"SAFETY","counts":{"output":3},"complete":true"#;
        assert_eq!(differences(&decoded(), &reading(&format!("{text}}}"))).len(), 3);
        let also = r#""also":{"text":["x",""],"finish_raw":[null],"usage.output":[null]}"#;
        assert_eq!(differences(&decoded(), &reading(&format!("{text},{also}}}"))), [""; 0]);
    }

    #[test]
    fn objects_compare_by_order_and_spelling() {
        assert_eq!(compact("{ \"a b\" : 1.0,\n\"\\u00e9\\\"\":[ ] }"), "{\"a b\":1.0,\"é\\\"\":[]}");
        let call = |object| ReadToolCall {
            id: None,
            name: "f".into(),
            arguments: r#"{"a":1,"b":2}"#.into(),
            object,
        };
        assert!(same_arguments(r#"{"a": 1, "b": 2}"#, &call(true)));
        assert!(!same_arguments(r#"{"a": 1, "b": 2}"#, &call(false)));
        assert!(!same_arguments(r#"{"b":2,"a":1}"#, &call(true)));
        assert!(!same_arguments(r#"{"a":1.0,"b":2}"#, &call(true)));
    }

    #[test]
    fn error_codes_compare_as_text() {
        let mut found = decoded();
        found.error = Some(DecodedError {
            kind: FailureKind::NotFound,
            status: 404,
            error_type: None,
            code: Some("404".into()),
            message: "gone".into(),
            retry_after_ms: None,
        });
        let number = r#"{"id":"a","error":{"status":404,"type":null,"code":404,"message":"gone"}}"#;
        assert_eq!(differences(&found, &reading(number)), [""; 0]);
        let absent = r#"{"id":"a","error":{"status":404,"type":null,"code":null,"message":"gone"}}"#;
        assert_eq!(differences(&found, &reading(absent)).len(), 1);
    }
}
