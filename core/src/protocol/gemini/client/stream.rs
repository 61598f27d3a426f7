//! Streams. Each chunk is a whole `GenerateContentResponse` whose parts are increments.

use super::assembly::Assembly;
use super::response;
use crate::model::Sink;
use crate::protocol::Resume;
use crate::protocol::wire_decoder::{DecodeError, Progress, WireDecoder};
use crate::usage::Usage;

/// The state of one response.
#[derive(Clone, Debug, Default)]
pub(in crate::protocol) struct State {
    assembly: Assembly,
}

impl State {
    /// Where the stream can be taken up again.
    pub(in crate::protocol) fn resume(&self) -> Option<Resume> {
        self.assembly.resume()
    }

    /// Goes back to the last checkpoint.
    pub(in crate::protocol) fn rewind(&mut self) {
        self.assembly.rewind();
    }
}

impl WireDecoder for State {
    fn event(&mut self, _name: &str, data: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        self.assembly.chunk(data, sink)
    }

    fn whole(&mut self, body: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        response::decode(&mut self.assembly, body, sink)
    }

    fn element(&mut self, value: &str, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        self.assembly.chunk(value, sink)
    }

    fn end(&mut self, sink: &mut dyn Sink) -> Result<(), DecodeError> {
        self.assembly.end(sink)
    }

    fn held_bytes(&self) -> usize {
        self.assembly.held_bytes()
    }

    fn progress(&self) -> Progress {
        if self.assembly.is_finished() { Progress::Finished } else { Progress::Open }
    }

    fn usage(&self) -> &Usage {
        &self.assembly.usage
    }
}

#[cfg(test)]
mod tests {
    use super::super::parts::extra;
    use super::*;
    use crate::model::{Accumulator, Content, Event, FinishReason, PartKind, Response};
    use crate::usage::{Bucket, Completeness};
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    /// The events of some chunks, and of the end of the body.
    fn events(chunks: &[&str]) -> Vec<Event<'static>> {
        let mut state = State::default();
        let mut out = Vec::new();
        for chunk in chunks {
            state.event("", chunk, &mut |e: Event<'_>| out.push(e.into_owned())).expect(chunk);
        }
        state.end(&mut |e: Event<'_>| out.push(e.into_owned())).expect("a good end");
        out
    }

    fn response(chunks: &[&str]) -> Response {
        let mut sum = Accumulator::new("google");
        events(chunks).iter().for_each(|e| sum.add(e));
        sum.into_response()
    }

    fn parts(parts: &str) -> String {
        format!(r#"{{"candidates":[{{"content":{{"role":"model","parts":[{parts}]}},"index":0}}]}}"#)
    }

    const STOP: &str = r#"{"candidates":[{"finishReason":"STOP","index":0}]}"#;

    #[test]
    fn fields_of_all_chunks_and_candidates_are_kept() {
        let logprobs = |index: u32, text: &str, sum: u32| {
            format!(
                r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}},"index":{index},"finishReason":"STOP","safetyRatings":[{index}],"logprobsResult":{{"chosenCandidates":[{{"token":"{text}"}}],"topCandidates":[],"sum":{sum}}}}}]}}"#
            )
        };
        let response = response(&[&logprobs(0, "a", 1), &logprobs(1, "b", 2), &logprobs(0, "c", 3)]);
        let extras: Vec<_> =
            response.extras.iter().map(|e| (e.part, e.name.as_str(), e.value.as_str())).collect();
        assert_eq!(
            extras,
            [
                (None, "safetyRatings", "[0]"),
                (
                    None,
                    "logprobsResult",
                    r#"{"chosenCandidates":[{"token":"a"},{"token":"c"}],"topCandidates":[],"sum":3}"#
                ),
                (Some(1), "safetyRatings", "[1]"),
                (
                    Some(1),
                    "logprobsResult",
                    r#"{"chosenCandidates":[{"token":"b"}],"topCandidates":[],"sum":2}"#
                ),
            ]
        );
    }

    #[test]
    fn usage_before_the_finish_is_partial() {
        let usage = r#"{"usageMetadata":{"promptTokenCount":1,"totalTokenCount":1}}"#;
        let completeness = |chunks: &[&str]| {
            let last = events(chunks).pop();
            let Some(Event::Usage(usage)) = last else { panic!("{last:?}") };
            usage.completeness
        };
        assert_eq!(completeness(&[usage, STOP]), Completeness::Partial);
        assert_eq!(completeness(&[STOP, usage]), Completeness::Complete);
    }

    #[test]
    fn a_call_in_pieces_is_counted() {
        let mut state = State::default();
        let piece = format!(
            r#"{{"functionCall":{{"name":"f","willContinue":true,"partialArgs":[{{"jsonPath":"$.a","stringValue":"{}"}}]}}}}"#,
            "x".repeat(1000)
        );
        state.event("", &parts(&piece), &mut |_: Event<'_>| {}).expect("good");
        assert!((1000..1010).contains(&state.held_bytes()), "{}", state.held_bytes());
        state.event("", &parts(r#"{"functionCall":{}}"#), &mut |_: Event<'_>| {}).expect("good");
        assert_eq!(state.held_bytes(), 0);
    }

    #[test]
    fn text_of_one_kind_is_one_part() {
        let text = response(&[
            &parts(r#"{"text":"a","thought":true},{"text":"b","thought":true},{"text":"c"}"#),
            &parts(r#"{"text":"d"},{"text":""}"#),
            STOP,
        ]);
        assert_eq!((text.reasoning().as_str(), text.text().as_str()), ("ab", "cd"));
        assert_eq!(text.candidates[0].parts.len(), 2);
        assert_eq!(text.finish().map(|f| f.reason), Some(FinishReason::Stop));
    }

    #[test]
    fn a_signature_stays_on_its_own_part() {
        let text = response(&[
            &parts(r#"{"text":"a"}"#),
            &parts(r#"{"text":"","thoughtSignature":"s"},{"text":"b"}"#),
            &parts(r#"{"text":"c","thoughtSignature":"t"}"#),
            &parts(r#"{"text":"d"}"#),
            STOP,
        ]);
        let found: Vec<_> = text.candidates[0]
            .parts
            .iter()
            .map(|p| match &p.content {
                Content::Text { text, .. } => (text.as_str(), p.opaque.len()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(found, [("a", 0), ("", 1), ("b", 0), ("c", 1), ("d", 0)]);
    }

    #[test]
    fn start_comes_first_and_again_when_it_changes() {
        let events = events(&[
            r#"{"candidates":[{"content":{"parts":[{"text":"a"}]}}],"modelVersion":"m","responseId":"1"}"#,
            r#"{"candidates":[{"finishReason":"STOP"}],"modelVersion":"m","responseId":"2"}"#,
        ]);
        let start = |id: &'static str, model: Option<&'static str>| Event::Start {
            id: Some(id.into()),
            model: model.map(Into::into),
        };
        assert_eq!(events[0], start("1", Some("m")));
        assert_eq!(events.iter().filter(|e| matches!(e, Event::Start { .. })).count(), 2);
        assert!(events.contains(&start("2", None)));
    }

    #[test]
    fn calls_keep_order_and_spelling_of_arguments() {
        let text = response(&[
            &parts(
                r#"{"functionCall":{"name":"f","args":{"b": 1.0, "a" : "x y"}},"thoughtSignature":"s"},
               {"functionCall":{"id":"7","name":"g"}}"#,
            ),
            STOP,
        ]);
        let calls: Vec<_> = text.tool_calls().collect();
        assert_eq!(calls[0].arguments, r#"{"b":1.0,"a":"x y"}"#);
        assert_eq!((calls[1].id.as_deref(), calls[1].arguments.as_str()), (Some("7"), "{}"));
        assert_eq!(text.candidates[0].parts[0].opaque[0].value.as_str(), "\"s\"");
        assert_eq!(text.finish().map(|f| f.reason), Some(FinishReason::ToolCalls));
    }

    #[test]
    fn a_call_in_pieces_is_told_once_it_is_whole() {
        let chunks = [
            parts(r#"{"functionCall":{"name":"f","willContinue":true},"thoughtSignature":"s"}"#),
            parts(
                r#"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"N"}],"willContinue":true}}"#,
            ),
            parts(
                r#"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"Y"}],"willContinue":true}}"#,
            ),
            parts(r#"{"functionCall":{}}"#),
            parts(r#"{"functionCall":{"name":"g","willContinue":true}}"#),
        ];
        let mut chunks: Vec<&str> = chunks.iter().map(String::as_str).collect();
        chunks.push(STOP);
        let text = response(&chunks);
        let calls: Vec<_> = text.tool_calls().map(|c| (c.name.as_str(), c.arguments.as_str())).collect();
        assert_eq!(calls, [("f", r#"{"a":"NY"}"#), ("g", "{}")]);
    }

    #[test]
    fn candidates_are_told_apart_by_index() {
        let text = response(&[
            r#"{"candidates":[{"content":{"parts":[{"text":"a"},{"text":"b"}]},"index":1},
                {"content":{"parts":[{"text":"c"}]},"index":0}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"text":"d"}]},"finishReason":"STOP","index":1}]}"#,
            r#"{"candidates":[{"finishReason":"MAX_TOKENS","index":0}]}"#,
        ]);
        let reasons: Vec<_> = text.candidates.iter().map(|c| c.finish.as_ref().map(|f| f.reason)).collect();
        assert_eq!(reasons, [Some(FinishReason::Length), Some(FinishReason::Stop)]);
        assert_eq!(text.text(), "c");
        assert_eq!(text.candidates[1].parts, [crate::model::Part::text("abd")]);
    }

    #[test]
    fn what_has_no_word_is_kept_raw() {
        let code = r#"{"executableCode":{"code":"1","language":"PYTHON"},"thoughtSignature":"s"}"#;
        let events = events(&[
            &parts(code),
            r#"{"candidates":[{"safetyRatings":[1]}],"createTime":"x","turnToken":"t"}"#,
            r#"{"candidates":[{"finishReason":"STOP","safetyRatings":[2],"groundingMetadata":{"a":1}}],"createTime":"y"}"#,
        ]);
        assert!(events.contains(&Event::PartStart {
            part: 0,
            candidate: 0,
            kind: PartKind::Vendor {
                wire: crate::model::Wire::Gemini,
                kind: "executableCode".into(),
                json: code.into()
            },
        }));
        let told = |name, value| events.iter().filter(|e| **e == extra(None, name, value)).count();
        assert_eq!((told("createTime", "\"x\""), told("createTime", "\"y\"")), (1, 0));
        assert_eq!((told("safetyRatings", "[1]"), told("safetyRatings", "[2]")), (0, 1));
        let citations = events.iter().filter(|e| matches!(e, Event::Citation { part: None, .. })).count();
        assert_eq!(citations, 1);
    }

    #[test]
    fn a_blocked_prompt_is_a_filtered_end() {
        let text = response(&[r#"{"promptFeedback":{"blockReason":"SAFETY","blockReasonMessage":"no"}}"#]);
        let finish = text.finish().expect("a finish");
        assert_eq!((finish.reason, finish.raw.as_deref()), (FinishReason::ContentFilter, Some("SAFETY")));
        assert_eq!(finish.detail.as_deref(), Some("no"));
    }

    #[test]
    fn a_stream_needs_a_reason_and_a_whole_response_does_not() {
        let text = parts(r#"{"text":"a"}"#);
        let mut state = State::default();
        state.event("", &text, &mut |_: Event<'_>| {}).expect("valid");
        assert!(matches!(state.end(&mut |_: Event<'_>| {}), Err(DecodeError::Incomplete { .. })));
        let mut state = State::default();
        state.whole(&text, &mut |_: Event<'_>| {}).expect("valid");
        assert_eq!(state.end(&mut |_: Event<'_>| {}), Ok(()));
        let mut state = State::default();
        state.whole("{\"ok\":true}", &mut |_: Event<'_>| {}).expect("valid");
        assert!(state.end(&mut |_: Event<'_>| {}).is_err());
    }

    #[test]
    fn an_error_may_follow_the_finish() {
        let mut state = State::default();
        state.event("", STOP, &mut |_: Event<'_>| {}).expect("valid");
        assert_eq!(state.progress(), Progress::Finished);
        let error = state.event("", r#"{"error":{"code":499,"status":"CANCELLED"}}"#, &mut |_: Event<'_>| {});
        assert!(matches!(error, Err(DecodeError::Provider(body)) if body.code.as_deref() == Some("499")));
    }

    #[test]
    fn usage_is_a_running_total() {
        let usage = |n: u32| {
            format!(
                r#""usageMetadata":{{"promptTokenCount":5,"candidatesTokenCount":{n},"serviceTier":"flex"}}"#
            )
        };
        let mut state = State::default();
        let first = format!(r#"{{"candidates":[{{"content":{{"parts":[{{"text":"a"}}]}}}}],{}}}"#, usage(1));
        state.event("", &first, &mut |_: Event<'_>| {}).expect("valid");
        assert_eq!(state.usage().completeness, Completeness::Partial);
        let last = format!(r#"{{{},"candidates":[{{"finishReason":"STOP"}}]}}"#, usage(9));
        state.event("", &last, &mut |_: Event<'_>| {}).expect("valid");
        state
            .event("", r#"{"usageMetadata":{"trafficType":"ON_DEMAND"}}"#, &mut |_: Event<'_>| {})
            .expect("valid");
        assert_eq!(state.usage().completeness, Completeness::Complete);
        assert_eq!(state.usage().counts.get(Bucket::Output), Some(9));
        assert_eq!(state.usage().service_tier.as_deref(), Some("flex"));
        assert_eq!(
            state.usage().raw,
            [r#"{"promptTokenCount":5,"candidatesTokenCount":9,"serviceTier":"flex"}"#]
        );
    }

    fn checkpoint(text: &str, token: &str, finish: &str) -> String {
        format!(
            r#"{{"candidates":[{{"content":{{"parts":[{{"text":"{text}"}}]}},"continuationToken":"{token}"{finish}}}],
                "usageMetadata":{{"promptTokenCount":5,"candidatesTokenCount":2}}}}"#
        )
    }

    fn resume(token: &str, from_part: u32, keep_bytes: u64) -> Option<Resume> {
        Some(Resume::Gemini { token: token.into(), from_part, keep_bytes })
    }

    #[test]
    fn a_broken_stream_goes_on_at_its_checkpoint() {
        let mut state = State::default();
        let mut sum = Accumulator::new("google");
        for chunk in [
            parts(r#"{"text":"t","thought":true},{"text":"ab"}"#),
            checkpoint("é", "T", ""),
            parts(r#"{"text":"lost"},{"functionCall":{"name":"f"}}"#),
        ] {
            state.event("", &chunk, &mut sum).expect("valid");
        }
        assert_eq!(state.resume(), resume("T", 1, 4));
        sum.add(&Event::Discard { from_part: 1, keep_bytes: 4 });
        state.rewind();
        assert_eq!(state.usage(), &Usage::default());
        assert_eq!(state.resume(), resume("T", 1, 4));
        state.event("", &parts(r#"{"text":"cd"}"#), &mut sum).expect("valid");
        state.event("", STOP, &mut sum).expect("valid");
        state.end(&mut sum).expect("a good end");
        assert_eq!(state.resume(), None);
        assert_eq!(sum.response().text(), "abécd");
        assert_eq!(sum.parts(), 2);
        assert_eq!(sum.response().finish().map(|f| f.reason), Some(FinishReason::Stop));
    }

    #[test]
    fn a_call_in_pieces_survives_its_checkpoint() {
        let mut state = State::default();
        let mut sum = Accumulator::new("google");
        let first = r#"{"candidates":[{"content":{"parts":[{"functionCall":{"name":"f","willContinue":true,
            "partialArgs":[{"jsonPath":"$.a","stringValue":"x"}]}}]},"continuationToken":"T"}]}"#;
        let more = parts(
            r#"{"functionCall":{"partialArgs":[{"jsonPath":"$.a","stringValue":"y"}],"willContinue":true}}"#,
        );
        state.event("", first, &mut sum).expect("valid");
        state.event("", &more, &mut sum).expect("valid");
        assert_eq!(state.resume(), resume("T", 0, 0));
        state.rewind();
        state.event("", &more, &mut sum).expect("valid");
        state.event("", STOP, &mut sum).expect("valid");
        let arguments: Vec<_> = sum.response().tool_calls().map(|c| c.arguments.clone()).collect();
        assert_eq!(arguments, [r#"{"a":"xy"}"#]);
    }

    #[test]
    fn a_pause_goes_on_in_the_next_stream() {
        let mut state = State::default();
        let mut sum = Accumulator::new("google");
        let pause = r#","finishReason":"CONTINUATION""#;
        state.event("", &checkpoint("ab", "T", pause), &mut sum).expect("valid");
        assert_eq!(sum.response().finish().map(|f| f.reason), Some(FinishReason::Pause));
        assert_eq!(state.resume(), resume("T", 0, 2));
        let mut ended = state.clone();
        ended.end(&mut |_: Event<'_>| {}).expect("a good end");
        assert_eq!(ended.resume(), resume("T", 1, 0));
        state.rewind();
        assert_eq!(state.progress(), Progress::Open);
        state.event("", &checkpoint("cd", "T", pause), &mut sum).expect("valid");
        assert_eq!(state.resume(), None, "the same token again would only repeat the hop");
        assert_eq!(sum.response().text(), "abcd");
    }

    #[test]
    fn without_a_token_nothing_is_resumed() {
        let mut state = State::default();
        state.event("", &parts(r#"{"text":"a"}"#), &mut |_: Event<'_>| {}).expect("valid");
        assert_eq!(state.resume(), None);
    }

    #[test]
    fn odd_values_are_never_fatal() {
        for chunk in [
            "null",
            "[DONE]",
            "{}",
            r#"{"candidates":null,"usageMetadata":null,"promptFeedback":null,"error":null}"#,
            r#"{"candidates":[null,1,{"content":null},{"content":{"parts":[null,{},{"text":null},"x"]}}]}"#,
            r#"{"candidates":[{"index":"x","content":{"parts":{}},"finishReason":{}}]}"#,
            r#"{"candidates":[{"content":{"parts":[{"functionCall":null},{"functionCall":3},{"inlineData":3}]}}]}"#,
        ] {
            let mut state = State::default();
            assert_eq!(state.event("", chunk, &mut |_: Event<'_>| {}), Ok(()), "{chunk}");
        }
        let mut state = State::default();
        assert!(state.event("", "{\"candidates\":[", &mut |_: Event<'_>| {}).is_err());
    }
}
