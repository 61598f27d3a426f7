//! One wire on both sides: every byte passes, whatever it says.

use proptest::prelude::*;
use proptest::sample::select;
use tokenwire_core::json::RawJson;
use tokenwire_core::model::{Event, Wire};
use tokenwire_core::testing::strategies;
use tokenwire_core::translate::{TranslateOptions, translate_request};

use super::answering::answering;
use super::asking::asking;
use super::config;
use super::sides::{connected, incoming, key, provided, sent, target, translator};

/// The object with one field more, first or last.
fn with_field(object: &str, name: &str, value: &RawJson, is_first: bool) -> String {
    let inner = object.trim().strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).expect("an object");
    match is_first {
        true => format!("{{ \"{name}\" :{value} ,{inner}}}"),
        false => format!("{{{inner},\n\"{name}\":{value}}}"),
    }
}

/// An event that no version knows, as `wire` frames it.
fn unknown_event(wire: Wire, name: &str, value: &RawJson) -> String {
    let line: String = value.as_str().chars().map(|c| if c == '\n' || c == '\r' { ' ' } else { c }).collect();
    match wire {
        Wire::Anthropic | Wire::OpenaiResponses => {
            format!("event: {name}\ndata: {{\"type\":\"x_{name}\",\"x\":{line}}}\n\n")
        }
        Wire::Gemini | Wire::OpenaiChat => format!(": {name}\n\ndata: {{\"x_{name}\":{line}}}\n\n"),
    }
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn a_request_passes_byte_for_byte(
        (wire, request) in select(&Wire::ALL[..]).prop_flat_map(|wire| (Just(wire), asking(wire))),
        name in strategies::name(),
        value in strategies::raw_json(),
        is_first in any::<bool>(),
        stream in any::<bool>(),
    ) {
        let Ok(encoded) = sent(&request, wire, stream) else { return Ok(()) };
        let mut http = encoded.http;
        let body = String::from_utf8(http.body).expect("JSON");
        http.body = with_field(&body, &format!("x_{name}"), &value, is_first).into_bytes();
        let options = TranslateOptions { seal: key(), ..Default::default() };
        let translated = translate_request(wire, &incoming(&http), &target(wire), &options).expect("its own request");
        prop_assert!(translated.is_forwarded);
        prop_assert_eq!(translated.http.body, http.body);
    }

    #[test]
    fn only_the_models_name_changes(
        (wire, request) in select(&[Wire::Anthropic, Wire::OpenaiChat, Wire::OpenaiResponses][..])
            .prop_flat_map(|wire| (Just(wire), asking(wire))),
        model in strategies::name(),
    ) {
        let Ok(encoded) = sent(&request, wire, false) else { return Ok(()) };
        let options = TranslateOptions { model: Some(model.clone()), seal: key(), ..Default::default() };
        let translated = translate_request(wire, &incoming(&encoded.http), &target(wire), &options).expect("its own request");
        let (before, after) = (String::from_utf8_lossy(&encoded.http.body), String::from_utf8_lossy(&translated.http.body));
        let expected = before.replacen(&format!("\"model\":\"{}\"", request.model), &format!("\"model\":\"{model}\""), 1);
        prop_assert_eq!(after, expected);
    }

    #[test]
    fn an_answer_passes_byte_for_byte(
        (wire, answer) in select(&Wire::ALL[..]).prop_flat_map(|wire| (Just(wire), answering(wire))),
        name in strategies::name(),
        value in strategies::raw_json(),
        at in any::<prop::sample::Index>(),
        cut in any::<prop::sample::Index>(),
    ) {
        let text = String::from_utf8(provided(wire, &answer.events, &answer.usage, true).bytes).expect("UTF-8");
        let mut frames: Vec<String> = text.split_inclusive("\n\n").map(ToOwned::to_owned).collect();
        frames.insert(at.index(frames.len() + 1), unknown_event(wire, &name, &value));
        let body = frames.concat();
        let (first, second) = body.as_bytes().split_at(cut.index(body.len()));
        let mut translator = translator(&connected(wire, wire, true), wire);
        let (mut out, mut seen) = (Vec::new(), String::new());
        let mut watch = |event: Event<'_>| if let Event::TextDelta { text, .. } = event { seen.push_str(&text) };
        translator.push(first, &mut watch, &mut out).expect("a good stream");
        translator.push(second, &mut watch, &mut out).expect("a good stream");
        translator.end(&mut watch, &mut out).expect("a good end");
        prop_assert_eq!(String::from_utf8_lossy(&out), body);
        let said = super::sides::read(wire, text.as_bytes()).response.text();
        prop_assert_eq!(seen, said);
    }
}
