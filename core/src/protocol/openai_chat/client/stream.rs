//! Streams: chunks, then `[DONE]`.

use alloc::borrow::Cow;
use alloc::boxed::Box;

use super::assembly::Assembly;
use super::{error, response};
use crate::failure::ErrorBody;
use crate::model::{Event, Sink};
use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder};
use crate::usage::Usage;

/// The state of one response.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct State {
    assembly: Assembly,
}

impl WireDecoder for State {
    fn event(&mut self, name: &str, data: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        if !data.starts_with('{') {
            let data = data.trim();
            if data.is_empty() {
                return Ok(());
            }
            if data == "[DONE]" {
                self.assembly.complete(sink);
                return Ok(());
            }
        }
        if name == "error" {
            let message = || ErrorBody { message: Some(data.into()), ..ErrorBody::default() };
            return Err(DecodeError::Provider(Box::new(error::read(data).unwrap_or_else(message))));
        }
        let seen = self.assembly.chunk(data, sink)?;
        if seen.is_unknown() {
            if let Some(error) = error::read(data) {
                return Err(DecodeError::Provider(Box::new(error)));
            }
            sink.event(Event::Unknown { name: Cow::Borrowed(name), data: Cow::Borrowed(data) });
        }
        Ok(())
    }

    fn whole(&mut self, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        response::decode(&mut self.assembly, body, sink)
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        match self.progress() {
            Progress::Complete => {}
            Progress::Finished => self.assembly.complete(sink),
            Progress::Open => {
                return Err(DecodeError::Incomplete { expected: "a finish reason or `[DONE]`" });
            }
        }
        Ok(())
    }

    fn progress(&self) -> Progress {
        self.assembly.progress()
    }

    fn held_bytes(&self) -> usize {
        self.assembly.held_bytes()
    }

    fn usage(&self) -> &Usage {
        &self.assembly.usage
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::model::{Accumulator, Candidate, Content, FinishReason, Response, ToolCallKind};
    use crate::protocol::{Caps, Decoder, Dialect};
    use crate::usage::{Bucket, Completeness};

    fn decode(body: &str) -> Result<(Response, Usage, Vec<Event<'static>>), DecodeError> {
        let mut sum = Accumulator::new("v");
        let mut events = Vec::new();
        let mut decoder = Decoder::new(&Dialect::OPENAI, Caps::default());
        let mut sink = |event: Event<'_>| {
            sum.add(&event);
            events.push(event.into_owned());
        };
        decoder.push(body.as_bytes(), &mut sink)?;
        decoder.end(&mut sink)?;
        Ok((sum.into_response(), decoder.usage().clone(), events))
    }

    /// The response of a stream of these chunks, with `[DONE]` behind them.
    fn stream(chunks: &[&str]) -> Response {
        decode(&sse(chunks)).expect("a good stream").0
    }

    fn sse(chunks: &[&str]) -> String {
        chunks.iter().chain(&["[DONE]"]).map(|chunk| format!("data: {chunk}\n\n")).collect()
    }

    fn delta(delta: &str) -> String {
        format!(r#"{{"id":"i","model":"m","choices":[{{"index":0,"delta":{delta},"finish_reason":null}}]}}"#)
    }

    fn deltas(list: &[&str]) -> Response {
        let chunks: Vec<String> = list.iter().map(|d| delta(d)).collect();
        stream(&chunks.iter().map(String::as_str).collect::<Vec<_>>())
    }

    fn calls(response: &Response) -> Vec<(Option<&str>, &str, &str)> {
        response.tool_calls().map(|c| (c.id.as_deref(), &*c.name, &*c.arguments)).collect()
    }

    #[test]
    fn whole_and_streamed_say_the_same() {
        let whole = r#"{"id":"i","model":"m","choices":[{"index":0,"message":{"role":"assistant","content":"hi",
            "reasoning_content":"hm","tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}]},
            "finish_reason":"tool_calls"}],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;
        let first = delta(r#"{"role":"assistant","reasoning_content":"hm"}"#);
        let second = delta(r#"{"content":"hi"}"#);
        let third = delta(r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":""}}]}"#);
        let fourth = delta(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#);
        let last =
            r#"{"id":"i","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}"#;
        let usage = r#"{"id":"i","choices":[],"usage":{"prompt_tokens":1,"completion_tokens":2}}"#;
        let streamed = sse(&[&first, &second, &third, &fourth, last, usage]);
        let (a, a_usage, _) = decode(whole).expect("a good body");
        let (b, b_usage, _) = decode(&streamed).expect("a good stream");
        assert_eq!((a, a_usage.counts), (b, b_usage.counts));
        assert_eq!(b_usage.completeness, Completeness::Complete);
        assert_eq!(b_usage.counts.get(Bucket::Output), Some(2));
    }

    #[test]
    fn thinking_has_three_names_and_one_place() {
        for (message, expected) in [
            (r#"{"reasoning_content":"a","reasoning":"b"}"#, "a"),
            (r#"{"reasoning_content":"","reasoning":"b"}"#, "b"),
            (
                r#"{"reasoning_content":null,"reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"c"}]}"#,
                "b",
            ),
            (r#"{"reasoning_details":[{"type":"reasoning.text","text":"c"}]}"#, "c"),
            (r#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"d"}]}]}"#, "d"),
        ] {
            assert_eq!(deltas(&[message]).reasoning(), expected, "{message}");
        }
    }

    #[test]
    fn details_go_back_whole_on_the_first_thought() {
        let response = deltas(&[
            r#"{"reasoning":"a","reasoning_details":[{"type":"reasoning.text","text":"a","index":0}]}"#,
            r#"{"reasoning":"b","reasoning_details":[{"type":"reasoning.text","text":"b","index":0}]}"#,
            r#"{"content":"x"}"#,
            r#"{"reasoning_details":[{"type":"reasoning.encrypted","data":"e","index":1}]}"#,
        ]);
        let part = &response.candidates[0].parts[0];
        let details = part.opaque_field("reasoning_details").expect("details").value.as_str();
        assert_eq!(
            details,
            r#"[{"type":"reasoning.text","text":"ab","index":0},{"type":"reasoning.encrypted","data":"e","index":1}]"#
        );
        assert_eq!((response.text(), response.reasoning()), ("x".into(), "ab".into()));
    }

    #[test]
    fn content_comes_in_every_shape() {
        for (content, expected) in [
            (r#""plain""#, "plain"),
            (r#"[{"type":"text","text":"a"},{"type":"text","text":"b"}]"#, "ab"),
            (r#"{"a": 1}"#, r#"{"a": 1}"#),
            ("null", ""),
        ] {
            assert_eq!(deltas(&[&format!(r#"{{"content":{content}}}"#)]).text(), expected);
        }
    }

    #[test]
    fn fragments_find_their_call() {
        for (fragments, expected) in [
            // Interleaved by index.
            (
                &[
                    r#"[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}},{"index":1,"id":"b","function":{"name":"g"}}]"#,
                    r#"[{"index":1,"function":{"arguments":"2"}},{"index":0,"id":null,"function":{"name":null,"arguments":"3"}}]"#,
                ][..],
                &[(Some("a"), "f", "13"), (Some("b"), "g", "2")][..],
            ),
            // The id late, the name repeated.
            (
                &[
                    r#"[{"index":0,"function":{"name":"f","arguments":"1"}}]"#,
                    r#"[{"index":0,"id":"a","function":{"name":"f","arguments":"2"}}]"#,
                ],
                &[(Some("a"), "f", "12")],
            ),
            // No index: another id is another call.
            (
                &[
                    r#"[{"id":"a","function":{"name":"f","arguments":"1"}},{"id":"b","function":{"name":"f","arguments":"2"}}]"#,
                    r#"[{"function":{"arguments":"3"}}]"#,
                ],
                &[(Some("a"), "f", "1"), (Some("b"), "f", "23")],
            ),
            // One index for all.
            (
                &[
                    r#"[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}]"#,
                    r#"[{"index":0,"id":"b","function":{"name":"g","arguments":"2"}}]"#,
                ],
                &[(Some("a"), "f", "1"), (Some("b"), "g", "2")],
            ),
            // An object where its text belongs, and no id ever.
            (
                &[r#"[{"index":0,"id":"","function":{"name":"f","arguments":{"x": 1}}}]"#],
                &[(None, "f", r#"{"x": 1}"#)],
            ),
        ] {
            let lists: Vec<String> = fragments.iter().map(|f| format!(r#"{{"tool_calls":{f}}}"#)).collect();
            let response = deltas(&lists.iter().map(String::as_str).collect::<Vec<_>>());
            assert_eq!(calls(&response), expected);
            assert_eq!(response.finish().map(|f| f.reason), Some(FinishReason::ToolCalls));
        }
    }

    #[test]
    fn a_call_ends_when_it_is_whole_and_another_opens() {
        let lists = [
            r#"[{"index":0,"id":"a","function":{"name":"f","arguments":"{\"x\":{"}}]"#,
            r#"[{"index":0,"function":{"arguments":"}}"}}]"#,
            r#"[{"index":1,"id":"b","function":{"name":"g","arguments":"{\"y"}}]"#,
            r#"[{"index":2,"id":"c","function":{"name":"h","arguments":""}}]"#,
            // What comes beside and behind arguments that are whole.
            r#"[{"index":0,"function":{"arguments":"\n"},"extra_content":{"s":1}}]"#,
            r#"[{"index":0,"function":{"arguments":"{}"}}]"#,
            r#"[{"index":1,"function":{"arguments":"\":1}"}}]"#,
        ];
        let chunks: Vec<String> =
            lists.iter().map(|list| delta(&format!(r#"{{"tool_calls":{list}}}"#))).collect();
        let (response, _, events) =
            decode(&sse(&chunks.iter().map(String::as_str).collect::<Vec<_>>())).expect("a stream");
        let told = [(Some("a"), "f", "{\"x\":{}}"), (Some("b"), "g", "{\"y\":1}"), (Some("c"), "h", "")];
        assert_eq!(calls(&response), told);
        assert_eq!(response.candidates[0].parts[0].opaque.len(), 1);
        let at = |is_it: &dyn Fn(&Event<'_>) -> bool| events.iter().position(is_it).expect("an event");
        let ends = |of: u32| at(&|event| matches!(event, Event::PartEnd { part } if *part == of));
        let opens = |of: u32| at(&|event| matches!(event, Event::PartStart { part, .. } if *part == of));
        assert!(opens(1) < ends(0) && ends(0) < opens(2), "{events:?}");
        assert!(opens(2) < ends(1) && ends(1) < ends(2), "{events:?}");
        assert_eq!(events.iter().filter(|event| matches!(event, Event::Unknown { .. })).count(), 1);
    }

    #[test]
    fn custom_and_legacy_calls_are_calls() {
        let response = deltas(&[
            r#"{"tool_calls":[{"index":0,"id":"a","type":"custom","custom":{"name":"f","input":"x"}}]}"#,
            r#"{"tool_calls":[{"index":0,"custom":{"input":"y"}}]}"#,
        ]);
        assert_eq!(calls(&response), [(Some("a"), "f", "xy")]);
        assert_eq!(response.tool_calls().next().map(|c| c.kind), Some(ToolCallKind::Freeform));
        let response = deltas(&[
            r#"{"function_call":{"name":"f","arguments":"{"}}"#,
            r#"{"function_call":{"arguments":"}"}}"#,
        ]);
        assert_eq!(calls(&response), [(None, "f", "{}")]);
    }

    #[test]
    fn choices_are_kept_apart() {
        let chunk = |index: u32, text: &str| {
            format!(r#"{{"id":"i","choices":[{{"delta":{{"content":"{text}"}},"index":{index}}}]}}"#)
        };
        let response = stream(&[&chunk(1, "b"), &chunk(0, "a"), &chunk(1, "c")]);
        let text = |c: &Candidate| match c.parts.first().map(|p| &p.content) {
            Some(Content::Text { text, .. }) => text.clone(),
            _ => String::new(),
        };
        assert_eq!(response.candidates.iter().map(text).collect::<Vec<_>>(), ["a", "bc"]);
    }

    #[test]
    fn a_cut_stream_is_incomplete_and_a_finished_one_is_not() {
        let open = format!("data: {}\n\n", delta(r#"{"content":"x"}"#));
        assert!(matches!(decode(&open), Err(DecodeError::Incomplete { .. })));
        let blank = open.replace("null", r#""""#);
        assert!(matches!(decode(&blank), Err(DecodeError::Incomplete { .. })));
        let finished = open.replace("null", r#""stop""#);
        assert_eq!(
            decode(&finished).expect("a good end").0.finish().map(|f| f.reason),
            Some(FinishReason::Stop)
        );
    }

    #[test]
    fn errors_inside_a_stream_are_errors() {
        for (chunk, message) in [
            (
                r#"{"error":{"message":"m","code":502},"choices":[{"index":0,"delta":{},"finish_reason":"error"}]}"#,
                "m",
            ),
            (r#"{"error":"m"}"#, "m"),
            (r#"{"id":"i","choices":[],"x_groq":{"error":"m"}}"#, "m"),
            (r#"{"object":"error","message":"m"}"#, "m"),
        ] {
            let text = sse(&[&delta(r#"{"content":"x"}"#), chunk]);
            match decode(&text) {
                Err(DecodeError::Provider(body)) => assert_eq!(body.message.as_deref(), Some(message)),
                other => panic!("{chunk}: {other:?}"),
            }
        }
        let named = "event: error\ndata: overloaded\n\n";
        assert!(matches!(decode(named), Err(DecodeError::Provider(_))));
        let whole = decode(r#"{"error":{"message":"m"}}"#);
        assert!(matches!(whole, Err(DecodeError::Provider(_))));
        assert!(matches!(decode(r#"{"fine":true}"#), Err(DecodeError::Malformed { .. })));
    }

    #[test]
    fn the_rest_of_a_chunk_is_told_once() {
        let chunk = r#"{"id":"i","created":5,"provider":"p","obfuscation":"xx","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":null,"native_finish_reason":null}]}"#;
        let last = chunk.replace(r#""native_finish_reason":null"#, r#""native_finish_reason":"STOP""#);
        let last = last.replace(r#""finish_reason":null"#, r#""finish_reason":"stop""#);
        let (response, _, events) = decode(&sse(&[chunk, chunk, &last])).expect("a good stream");
        let extras: Vec<&str> = response.extras.iter().map(|e| e.name.as_str()).collect();
        assert_eq!(extras, ["created", "provider", "native_finish_reason"]);
        assert_eq!(events.iter().filter(|e| matches!(e, Event::Extra { .. })).count(), 3);
        assert_eq!(response.text(), "aaa");
    }

    #[test]
    fn extras_between_first_and_last_are_told() {
        let chunk = |rest: &str, delta: &str, top: &str| {
            format!(
                r#"{{"id":"i","x":1,"choices":[{{"index":0,"delta":{{"content":"a"{delta}}}{rest}}}]{top}}}"#
            )
        };
        let last = chunk(r#","finish_reason":"stop""#, "", "");
        let chunks = [
            chunk("", "", ""),
            chunk("", r#","executed_tools":[1],"novel":null"#, ""),
            chunk(r#","filter":{"a":1}"#, "", ""),
            chunk(r#","filter":{"a":1}"#, "", ""),
            chunk(r#","filter":{"a":2}"#, "", ""),
            chunk("", "", r#","obfuscation":"y","late":true"#),
            last,
        ];
        let (_, _, events) = decode(&sse(&chunks.each_ref().map(String::as_str))).expect("a good stream");
        let extras: Vec<String> = events
            .iter()
            .filter_map(|e| match e {
                Event::Extra { name, value, .. } => Some(format!("{name}={value}")),
                _ => None,
            })
            .collect();
        let expected = ["x=1", "executed_tools=[1]", r#"filter={"a":1}"#, r#"filter={"a":2}"#, "late=true"];
        assert_eq!(extras, expected);
    }

    #[test]
    fn what_is_held_back_is_bound() {
        let x = "x".repeat(100);
        let chunk =
            |fields: &str| format!("data: {{\"id\":\"i\",\"choices\":[{{\"index\":0,{fields}}}]}}\n\n");
        for fields in [
            format!(
                r#""delta":{{"tool_calls":[{{"index":0,"function":{{"name":"f","arguments":"{x}"}}}}]}}"#
            ),
            format!(r#""delta":{{"tool_calls":[{{"index":0,"function":{{"arguments":"{x}"}}}}]}}"#),
            r#""delta":{"tool_calls":[{"id":"NUMBER","function":{"name":"f"}}]}"#.into(),
            format!(
                r#""delta":{{"reasoning_details":[{{"type":"reasoning.text","text":"{x}","index":0}}]}}"#
            ),
            format!(r#""delta":{{"reasoning_details":[{{"type":"reasoning.text","text":"{x}"}}]}}"#),
            format!(r#""delta":{{"audio":{{"transcript":"{x}"}}}}"#),
            format!(r#""delta":{{}},"logprobs":{{"content":["{x}"]}}"#),
            format!(r#""delta":{{}},"logprobs":{{"fNUMBER":"{x}"}}"#),
            format!(r#""delta":{{"novelNUMBER":"{x}"}}"#),
        ] {
            let caps = Caps { event_bytes: 2000, ..Caps::default() };
            let mut decoder = Decoder::new(&Dialect::OPENAI, caps);
            let mut push = |number: usize| {
                let text = chunk(&fields).replace("NUMBER", &format!("{number}"));
                decoder.push(text.as_bytes(), &mut |_: Event<'_>| {})
            };
            assert!((0..3).all(|n| push(n).is_ok()), "{fields}");
            let error = (3..100).find_map(|n| push(n).err());
            assert!(matches!(error, Some(DecodeError::TooLarge { cap: 2000, .. })), "{fields}");
        }
    }

    #[test]
    fn what_is_told_is_not_held_back() {
        let caps = Caps { event_bytes: 2000, ..Caps::default() };
        let mut decoder = Decoder::new(&Dialect::OPENAI, caps);
        let x = "x".repeat(100);
        let open = r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f"}}]}"#;
        let more = format!(r#"{{"tool_calls":[{{"index":0,"function":{{"arguments":"{x}"}}}}]}}"#);
        for text in
            [delta(&format!(r#"{{"content":"{x}"}}"#)), delta(open)].iter().chain(&vec![delta(&more); 50])
        {
            let pushed = decoder.push(format!("data: {text}\n\n").as_bytes(), &mut |_: Event<'_>| {});
            assert!(matches!(pushed, Ok(Progress::Open)), "{pushed:?}");
        }
    }

    #[test]
    fn details_are_told_a_few_times_at_most() {
        let thought = |n: usize| {
            delta(&format!(
                r#"{{"reasoning_details":[{{"type":"reasoning.text","text":"t{n}","index":{n}}}],"content":"x"}}"#
            ))
        };
        let finish = |n: usize| thought(n).replace("null", r#""stop""#);
        let chunks: Vec<String> = (0..20).map(thought).chain((20..40).map(finish)).collect();
        let (response, _, events) =
            decode(&sse(&chunks.iter().map(String::as_str).collect::<Vec<_>>())).expect("a good stream");
        let told = events.iter().filter(|e| matches!(e, Event::Opaque { .. })).count();
        assert!(told <= 3, "{told}");
        let details = response.candidates[0].parts[0].opaque_field("reasoning_details").expect("details");
        assert!((0..40).all(|n| details.value.as_str().contains(&format!("\"t{n}\""))), "{details:?}");
    }

    #[test]
    fn a_vendors_call_behind_a_function_call_stays() {
        let list = r#"[{"id":"a","type":"function","function":{"name":"f","arguments":"{}"}},{"type":"web_search","query":"q"}]"#;
        let whole = format!(
            r#"{{"id":"i","choices":[{{"index":0,"message":{{"tool_calls":{list}}},"finish_reason":"tool_calls"}}]}}"#
        );
        let whole = decode(&whole).expect("a good body").0;
        for response in [whole, deltas(&[&format!(r#"{{"tool_calls":{list}}}"#)])] {
            assert_eq!(calls(&response), [(Some("a"), "f", "{}")]);
            let is_search =
                |c: &Content| matches!(c, Content::Vendor { kind, .. } if kind == "tool_calls.web_search");
            assert!(response.candidates[0].parts.iter().any(|p| is_search(&p.content)), "{response:?}");
        }
    }

    #[test]
    fn a_call_told_in_both_fields_is_one() {
        let message = r#"{"tool_calls":[{"id":"a","function":{"name":"f","arguments":"{}"}}],"function_call":{"name":"f","arguments":"{}"}}"#;
        let whole =
            format!(r#"{{"id":"i","choices":[{{"index":0,"message":{message},"finish_reason":"stop"}}]}}"#);
        assert_eq!(calls(&decode(&whole).expect("a good body").0), [(Some("a"), "f", "{}")]);
        assert_eq!(calls(&deltas(&[message])), [(Some("a"), "f", "{}")]);
        let empty = message.replace(r#"{"id":"a","function":{"name":"f","arguments":"{}"}}"#, "");
        assert_eq!(calls(&deltas(&[&empty])), [(None, "f", "{}")]);
    }

    #[test]
    fn each_thought_has_its_own_signature() {
        let thought = |text: &str| {
            let inner = format!(r#"[{{"type":"text","text":"{text}"}}]"#);
            format!(r#"{{"type":"thinking","thinking":{inner},"signature":"of {text}"}}"#)
        };
        let text = r#"{"type":"text","text":"x"}"#;
        let list = [&*thought("a"), &*thought("b"), text, &*thought("c")].join(",");
        let response = deltas(&[&format!(r#"{{"content":[{list}]}}"#)]);
        let signed: Vec<_> = response.candidates[0]
            .parts
            .iter()
            .filter_map(|p| match &p.content {
                Content::Reasoning(r) => {
                    Some((r.text.as_str(), p.opaque_field("signature").map(|o| o.value.as_str())))
                }
                _ => None,
            })
            .collect();
        assert_eq!(signed, [("a", Some(r#""of a""#)), ("b", Some(r#""of b""#)), ("c", Some(r#""of c""#))]);
    }

    #[test]
    fn state_without_an_open_part_is_kept() {
        let extra = r#"{"google":{"thought_signature":"s"}}"#;
        let lone = format!(r#"{{"role":"assistant","extra_content":{extra}}}"#);
        let response = deltas(&[&lone, r#"{"content":"x"}"#]);
        let kept = response.candidates[0].parts[0].opaque_field("extra_content");
        assert_eq!(kept.map(|o| o.value.as_str()), Some(extra));
        let call = r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"{}"}}]}"#;
        let response = deltas(&[call, &lone]);
        let kept = response.extras.iter().find(|e| e.name == "extra_content");
        assert_eq!(kept.map(|e| e.value.as_str()), Some(extra));
    }

    #[test]
    fn a_changed_beginning_is_read_again() {
        let chunk = |id: &str, object: &str| {
            format!(
                r#"{{"id":"{id}","object":"{object}","choices":[{{"index":0,"delta":{{"content":"x"}}}}]}}"#
            )
        };
        let chunks = [chunk("a", "o"), chunk("a", "o"), chunk("a", "o"), chunk("b", "o"), chunk("b", "p")];
        let (response, _, events) =
            decode(&sse(&chunks.each_ref().map(String::as_str))).expect("a good stream");
        assert_eq!((response.id.as_deref(), response.text()), (Some("b"), "xxxxx".into()));
        assert_eq!(events.iter().filter(|e| matches!(e, Event::Start { .. })).count(), 2);
    }

    #[test]
    fn sound_and_pictures_are_media() {
        let response = deltas(&[
            r#"{"audio":{"id":"au","transcript":"he"}}"#,
            r#"{"audio":{"data":"QUJD","transcript":"y"}}"#,
            r#"{"images":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]}"#,
        ]);
        let parts = &response.candidates[0].parts;
        assert!(
            matches!(&parts[0].content, Content::Media(m) if m.source == crate::model::Source::Base64("QUJD".into()))
        );
        assert_eq!(parts[0].opaque_field("id").map(|o| o.value.as_str()), Some(r#""au""#));
        assert!(
            matches!(&parts[1].content, Content::Media(m) if m.media_type.as_deref() == Some("image/png"))
        );
        assert_eq!(response.extras[0].value.as_str(), r#""hey""#);
        assert_eq!(response.text(), "");
    }

    #[test]
    fn a_refusal_changes_the_reason() {
        let response = deltas(&[r#"{"refusal":"no"}"#]);
        assert_eq!(response.refusal().as_deref(), Some("no"));
        assert_eq!(response.finish().map(|f| f.reason), Some(FinishReason::Refusal));
    }

    #[test]
    fn a_message_beside_a_delta_is_read_once() {
        let chunk = r#"{"id":"i","choices":[{"index":0,"delta":{"content":"a"},"message":{"content":"a"}}]}"#;
        let last = r#"{"id":"i","choices":[{"index":0,"delta":{"content":""},"message":{"content":"a"},"finish_reason":"stop"}]}"#;
        assert_eq!(stream(&[chunk, last]).text(), "a");
        let whole = r#"{"id":"i","choices":[{"index":0,"delta":{"content":""},"message":{"content":"a"},"finish_reason":"stop"}]}"#;
        assert_eq!(decode(whole).expect("a good body").0.text(), "a");
    }

    #[test]
    fn a_thought_has_its_state_before_it_ends() {
        let first = delta(r#"{"reasoning_details":[{"type":"reasoning.text","text":"a","index":0}]}"#);
        let second = delta(r#"{"content":"x"}"#);
        let (_, _, events) = decode(&sse(&[&first, &second])).expect("a good stream");
        let at = |is: &dyn Fn(&Event<'_>) -> bool| events.iter().position(is);
        let opaque = at(&|e| matches!(e, Event::Opaque { part: 0, .. }));
        assert!(opaque.is_some() && opaque < at(&|e| matches!(e, Event::PartEnd { part: 0 })), "{events:?}");
    }

    #[test]
    fn citations_and_logprobs_belong_to_the_text() {
        let chunk = |token: &str| {
            format!(
                r#"{{"id":"i","choices":[{{"index":0,"delta":{{"content":"{token}"}},"logprobs":{{"content":[{{"token":"{token}"}}]}}}}]}}"#
            )
        };
        let citation = r#"{"type":"url_citation","url_citation":{"url":"u"}}"#;
        let last = delta(&format!(r#"{{"annotations":[{citation}]}}"#));
        let response = stream(&[&chunk("a"), &chunk("b"), &last]);
        assert!(matches!(
            &response.candidates[0].parts[0].content,
            Content::Text { citations, .. } if citations[0].raw.as_str() == citation
        ));
        assert_eq!(response.extras[0].name, "logprobs");
        assert_eq!(response.extras[0].value.as_str(), r#"{"content":[{"token":"a"},{"token":"b"}]}"#);
    }

    #[test]
    fn what_is_unknown_is_told_and_not_fatal() {
        let first = delta(r#"{"content":[{"type":"novel","x":1}]}"#);
        let second = delta(r#"{"tool_calls":[{"index":0,"type":"web_search","query":"q"}]}"#);
        let (response, _, events) =
            decode(&sse(&[r#"{"type":"ping"}"#, &first, &second])).expect("a good stream");
        assert!(matches!(&events[0], Event::Unknown { data, .. } if data == r#"{"type":"ping"}"#));
        let kinds: Vec<&str> = response.candidates[0]
            .parts
            .iter()
            .filter_map(|p| match &p.content {
                Content::Vendor { kind, .. } => Some(kind.as_str()),
                _ => None,
            })
            .collect();
        assert_eq!(kinds, ["novel", "tool_calls.web_search"]);
    }

    #[test]
    fn arguments_behind_the_finish_are_not_lost() {
        let call = r#"{"tool_calls":[{"index":0,"id":"a","function":{"name":"f","arguments":"1"}}]}"#;
        let finished = delta(call).replace("null", r#""tool_calls""#);
        let late = delta(r#"{"tool_calls":[{"index":0,"function":{"arguments":"2"}}]}"#);
        let (response, _, events) = decode(&sse(&[&finished, &late])).expect("a good stream");
        assert_eq!(calls(&response), [(Some("a"), "f", "1")]);
        assert!(events.iter().any(|e| matches!(e, Event::Unknown { data, .. } if data.contains('2'))));
    }

    #[test]
    fn usage_may_stand_under_x_groq() {
        let usage = r#"{"id":"i","choices":[],"x_groq":{"usage":{"prompt_tokens":3,"completion_tokens":4}}}"#;
        let (_, usage, events) = decode(&sse(&[&delta("{}"), usage])).expect("a good stream");
        assert_eq!(usage.counts.get(Bucket::Input), Some(3));
        let both =
            r#"{"id":"i","choices":[],"usage":{"prompt_tokens":5},"x_groq":{"usage":{"prompt_tokens":3}}}"#;
        let (_, both, _) = decode(&sse(&[&delta("{}"), both])).expect("a good stream");
        assert_eq!(both.counts.get(Bucket::Input), Some(5));
        assert_eq!(events.iter().filter(|e| matches!(e, Event::Usage(_))).count(), 1);
    }
}
