//! Calls as text in a response's bytes, through the decoder.

use alloc::string::{String, ToString};
use alloc::vec::Vec;
use alloc::{format, vec};

use super::samples::{ROME, SAMPLES};
use super::tools;
use crate::json::RawJson;
use crate::model::{Accumulator, FinishReason, Response, Tool};
use crate::protocol::{Caps, Decoder, Dialect};

const LOCAL: Dialect = Dialect { tool_text: true, ..Dialect::OPENAI };

fn read<'b>(tools: &[Tool], chunks: impl IntoIterator<Item = &'b [u8]>) -> Response {
    let mut decoder = Decoder::new(&LOCAL, Caps::default()).with_tools(&LOCAL, tools);
    let mut sum = Accumulator::new("x");
    for chunk in chunks {
        decoder.push(chunk, &mut sum).expect("a sound body");
    }
    decoder.end(&mut sum).expect("a whole body");
    sum.response().clone()
}

fn calls(response: &Response) -> Vec<(&str, &str)> {
    response.tool_calls().map(|call| (&*call.name, &*call.arguments)).collect()
}

/// A stream with `text` in deltas of three characters.
fn stream(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    let mut body = String::new();
    for delta in characters.chunks(3) {
        let text = RawJson::string(&delta.iter().collect::<String>());
        let delta = format!(r#"{{"content":{}}}"#, text.as_str());
        body += &format!("data: {{\"id\":\"r\",\"choices\":[{{\"index\":0,\"delta\":{delta}}}]}}\n\n");
    }
    body += "data: {\"id\":\"r\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}\n\n";
    body + "data: [DONE]\n\n"
}

#[test]
fn a_stream_cut_at_any_byte_gives_the_calls_of_every_format() {
    for sample in SAMPLES.iter().filter(|s| s.settings().count() == 2) {
        let body = stream(&sample.two_calls("weather", "now"));
        let whole = read(&tools(), [body.as_bytes()]);
        assert_eq!(calls(&whole), [("weather", &*ROME.json()), ("now", "{}")], "{}", sample.format);
        assert_eq!(whole.finish().map(|f| f.reason), Some(FinishReason::ToolCalls));
        assert_eq!(read(&tools(), body.as_bytes().chunks(1)), whole, "{} byte by byte", sample.format);
        for at in (1..body.len()).step_by(43) {
            let (first, second) = body.as_bytes().split_at(at);
            assert_eq!(read(&tools(), [first, second]), whole, "{} at {at}", sample.format);
        }
    }
}

#[test]
fn only_a_dialect_that_lets_them_through_is_read() {
    let body = stream("<tool_call>{\"name\":\"now\"}</tool_call>");
    assert_eq!(calls(&read(&tools(), [body.as_bytes()])), [("now", "{}")]);
    let plain = Dialect::OPENAI;
    let mut decoder = Decoder::new(&plain, Caps::default()).with_tools(&plain, &tools());
    let mut sum = Accumulator::new("x");
    decoder.push(body.as_bytes(), &mut sum).expect("a sound body");
    assert_eq!(calls(sum.response()), []);
}

#[test]
fn in_a_plain_body_a_call_of_the_providers_own_wins_though_it_stands_behind_the_text() {
    let text = "<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call>";
    let own = r#","tool_calls":[{"id":"c","type":"function","function":{"name":"now","arguments":"{}"}}]"#;
    let body = |own: &str| {
        let text = RawJson::string(text);
        let message = format!(r#"{{"role":"assistant","content":{}{own}}}"#, text.as_str());
        format!(r#"{{"id":"r","choices":[{{"index":0,"finish_reason":"stop","message":{message}}}]}}"#)
    };
    let both = body(own);
    for length in [1, 10, usize::MAX] {
        let response = read(&tools(), both.as_bytes().chunks(length));
        assert_eq!((calls(&response), response.text()), (vec![("now", "{}")], text.to_string()));
    }
    let alone = read(&tools(), [body("").as_bytes()]);
    assert_eq!((calls(&alone), alone.text()), (vec![("now", "{}")], String::new()));
}
