//! Answers that break or grow too large.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::super::{ResponseTranslator, TranslateOptions};
use super::{sent, target};
use crate::model::{Event, Wire};
use crate::protocol::{Caps, DecodeError, Progress};

/// A translator of what Anthropic answers to an application on `wire`.
fn translator(wire: Wire, stream: bool, caps: Caps) -> ResponseTranslator {
    let request = match wire {
        Wire::Gemini => r#"{"contents":[{"parts":[{"text":"x"}]}]}"#.into(),
        Wire::Anthropic | Wire::OpenaiChat => {
            let talk = r#""messages":[{"role":"user","content":"x"}]"#;
            format!(r#"{{"model":"m","max_tokens":9,"stream":{stream},{talk}}}"#)
        }
        Wire::OpenaiResponses => format!(r#"{{"model":"m","input":"x","stream":{stream}}}"#),
    };
    let target = target(Wire::Anthropic);
    let sent = sent(wire, &request, &target, &TranslateOptions::default()).expect("a request");
    ResponseTranslator::new(&sent, &target.dialect, caps)
}

const START: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"m\",\"content\":[],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}}\n\nevent: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n";
const DELTA: &str = "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"0123456789\"}}\n\n";
const BROKEN: &str = "event: content_block_delta\ndata: {\"type\":\n\n";

struct Reading {
    translator: ResponseTranslator,
    out: Vec<u8>,
}

impl Reading {
    fn new(wire: Wire, stream: bool, caps: Caps) -> Self {
        Self { translator: translator(wire, stream, caps), out: Vec::new() }
    }

    fn push(&mut self, text: &str) -> Result<Progress, DecodeError> {
        self.translator.push(text.as_bytes(), &mut |_: Event<'_>| {}, &mut self.out)
    }

    fn end(&mut self) -> Result<(), DecodeError> {
        self.translator.end(&mut |_: Event<'_>| {}, &mut self.out)
    }

    fn written(&self) -> String {
        String::from_utf8(self.out.clone()).expect("text")
    }
}

#[test]
fn an_answer_that_is_written_at_once_is_summed_up_to_the_cap() {
    let caps = Caps { response_bytes: 1_000, ..Caps::default() };
    let mut reading = Reading::new(Wire::OpenaiChat, false, caps);
    reading.push(START).expect("within");
    let pushed: Vec<_> = (0..120).map(|_| reading.push(DELTA)).collect();
    let too_large = |error: &DecodeError| matches!(error, DecodeError::TooLarge { cap: 1_000, .. });
    assert!(pushed[0].is_ok() && pushed[119].as_ref().is_err_and(too_large));
    assert!(reading.end().as_ref().is_err_and(too_large));
    assert_eq!(reading.written(), "");
}

#[test]
fn no_answer_is_longer_than_an_attempt_may_be() {
    let caps = Caps { attempt_bytes: 1_000, ..Caps::default() };
    let too_large = |error: &DecodeError| matches!(error, DecodeError::TooLarge { cap: 1_000, .. });
    for (wire, stream) in [(Wire::Anthropic, true), (Wire::OpenaiChat, true), (Wire::OpenaiChat, false)] {
        let mut reading = Reading::new(wire, stream, caps);
        reading.push(START).expect("within");
        let last = (0..1_000).map(|_| reading.push(": ping\n\n")).find(Result::is_err);
        assert!(last.is_some_and(|last| last.as_ref().is_err_and(too_large)), "{wire} {stream}");
        let held = reading.written().len();
        assert!(held < 1_100, "{wire} {stream}: {held}");
    }
}

#[test]
fn an_error_stays() {
    for (wire, stream) in [(Wire::Anthropic, true), (Wire::OpenaiChat, true), (Wire::OpenaiChat, false)] {
        let mut reading = Reading::new(wire, stream, Caps::default());
        reading.push(START).expect("good");
        let error = reading.push(BROKEN).expect_err("no JSON");
        let written = reading.written();
        assert_eq!(reading.push(DELTA), Err(error.clone()), "{wire} {stream}");
        assert_eq!(reading.end(), Err(error), "{wire} {stream}");
        assert_eq!(reading.written(), written, "nothing is written behind the error");
    }
}

#[test]
fn a_body_that_ends_too_early_is_told_again() {
    let mut reading = Reading::new(Wire::OpenaiChat, true, Caps::default());
    reading.push(START).expect("good");
    let error = reading.end().expect_err("no terminal event");
    assert!(matches!(error, DecodeError::Incomplete { .. }), "{error}");
    assert_eq!(reading.end(), Err(error.clone()));
    assert_eq!(reading.push(DELTA), Err(error));
}
