//! Usage from a body as it was received or saved, whatever frames it.

use super::BodyUsage;
use crate::json;
use crate::sse::{Decoder, Frame, JsonValues};

/// A body that cannot be read to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BodyError {
    /// An event of a stream is not JSON.
    #[error("event {number} of the body is not JSON: {error}")]
    Event {
        /// Which one; the first is 1.
        number: u64,
        /// What is wrong with it.
        error: json::Error,
    },
    /// It is neither JSON nor a stream of it.
    #[error("the body is not JSON: {0}")]
    NotJson(#[from] json::Error),
    /// It is not text.
    #[error("the body is not UTF-8: byte {at} is invalid")]
    NotUtf8 {
        /// Offset in bytes from the start of the body.
        at: usize,
    },
}

impl BodyUsage {
    /// Takes a whole body: what [`BodyUsage::take`] takes, an event stream, or JSON values one after
    /// the other (NDJSON). Events count as in a stream: what a later one states replaces. A stream is
    /// taken to have come to its end: what a cut one stated last counts as final.
    ///
    /// It needs no more memory than the body and what it keeps of it.
    ///
    /// # Errors
    /// The body, or an event of it, is not JSON. What came before that was taken.
    pub fn take_body(&mut self, body: &[u8]) -> Result<(), BodyError> {
        let text = core::str::from_utf8(body).map_err(|e| BodyError::NotUtf8 { at: e.valid_up_to() })?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match text.trim_start() {
            start if is_event_stream(start) => self.take_event_stream(text),
            start if start.starts_with('{') => self.take_values(text),
            _ => Ok(self.take(text)?),
        }
    }

    fn take_event_stream(&mut self, text: &str) -> Result<(), BodyError> {
        // No line is longer than the whole, so the cap is never met.
        let mut decoder = Decoder::new(text.len());
        let mut number = 0;
        let mut frames = decoder.push(text.as_bytes());
        while let Some(Ok(frame)) = frames.next() {
            self.take_frame(frame, &mut number)?;
        }
        match decoder.finish() {
            Some(Ok(frame)) => self.take_frame(frame, &mut number),
            _ => Ok(()),
        }
    }

    fn take_frame(&mut self, frame: Frame<'_>, number: &mut u64) -> Result<(), BodyError> {
        let Frame::Event { data, .. } = frame else { return Ok(()) };
        *number += 1;
        self.take_event(data).map_err(|error| BodyError::Event { number: *number, error })
    }

    fn take_values(&mut self, text: &str) -> Result<(), BodyError> {
        let mut framer = JsonValues::new(text.len());
        let mut number = 0;
        let fault = |number, error| match number {
            1 => BodyError::NotJson(error),
            _ => BodyError::Event { number, error },
        };
        let mut values = framer.push(text.as_bytes());
        while let Some(Ok(value)) = values.next() {
            number += 1;
            self.take_event(value).map_err(|error| fault(number, error))?;
        }
        match framer.finish() {
            Some(rest) => self.take_event(rest).map_err(|error| fault(number + 1, error)),
            None => Ok(()),
        }
    }

    /// Takes an event; the marker behind the last one is none.
    fn take_event(&mut self, data: &[u8]) -> Result<(), json::Error> {
        // A piece of valid text between two ASCII characters is valid.
        match core::str::from_utf8(data).unwrap_or_default().trim() {
            "" | "[DONE]" => Ok(()),
            text => self.take(text),
        }
    }
}

/// Whether the first line is a field or a comment of an event stream.
fn is_event_stream(text: &str) -> bool {
    let (field, value) = text.split_at(text.find(':').unwrap_or(text.len()));
    !value.is_empty() && matches!(field, "" | "data" | "event" | "id" | "retry")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::usage::Bucket::{CacheRead, Input, Output};
    use crate::usage::Completeness;
    use alloc::string::{String, ToString};

    const EVENTS: [&str; 3] = [
        r#"{"type":"message_start","message":{"model":"c","usage":{"input_tokens":25,
            "cache_read_input_tokens":5,"output_tokens":1}}}"#,
        r#"{"type":"content_block_delta","delta":{"text":"data: {\"\u00e9"}}"#,
        r#"{"type":"message_delta","usage":{"output_tokens":15}}"#,
    ];

    fn framed(frame: impl Fn(&str) -> String) -> String {
        EVENTS.iter().map(|event| frame(&event.replace('\n', " "))).collect()
    }

    fn read(body: &str) -> Result<BodyUsage, BodyError> {
        let mut usage = BodyUsage::default();
        usage.take_body(body.as_bytes()).map(|()| usage)
    }

    #[test]
    fn one_usage_in_every_frame() {
        let lines = framed(|event| alloc::format!("{event}\n"));
        let array = alloc::format!("[{}]", EVENTS.join(","));
        let sse = framed(|event| alloc::format!("event: x\r\ndata: {event}\r\n\r\n"));
        let cut = sse.trim_end();
        let commented = alloc::format!(": hello\n\n\u{feff}{sse}data: [DONE]\n\n");
        let cases = [lines.trim_end(), &lines, &array, &sse, cut, &commented, &sse.replace('\r', "")];
        for body in cases.into_iter().flat_map(|b| [b.to_string(), alloc::format!("\u{feff}{b}")]) {
            let BodyUsage { usage, model, .. } = read(&body).expect(&body);
            let counts = [Input, CacheRead, Output].map(|bucket| usage.counts.get(bucket));
            assert_eq!(counts, [Some(30), Some(5), Some(15)], "{body}");
            assert_eq!((model.as_deref(), usage.completeness), (Some("c"), Completeness::Complete), "{body}");
        }
    }

    #[test]
    fn a_pretty_response_is_one_value() {
        let body = " {\n  \"model\": \"m\",\n  \"usage\": {\n    \"prompt_tokens\": 3\n  }\n}\n";
        assert_eq!(read(body).expect("JSON").usage.counts.get(Input), Some(3));
    }

    #[test]
    fn what_is_no_json_says_where() {
        for (body, why) in [
            ("", "the body is not JSON: "),
            ("<html>", "the body is not JSON: "),
            ("[DONE]", "the body is not JSON: "),
            ("note: {}", "the body is not JSON: "),
            ("[{}", "the body is not JSON: "),
            ("{\"usage\":", "the body is not JSON: "),
            ("{}\n{\"a\"}", "event 2 of the body is not JSON: "),
            ("{}\n{}\n{\"a", "event 3 of the body is not JSON: "),
            ("data: {}\n\ndata: {\"a", "event 2 of the body is not JSON: "),
        ] {
            let error = read(body).expect_err(body).to_string();
            assert!(error.starts_with(why), "{body}: {error}");
        }
        let bytes = BodyUsage::default().take_body(b"{\"\xff\"}");
        assert_eq!(bytes, Err(BodyError::NotUtf8 { at: 2 }));
    }

    #[test]
    fn what_came_before_an_error_was_taken() {
        let mut usage = BodyUsage::default();
        let cut = alloc::format!("data: {}\n\ndata: {{", EVENTS[2]);
        assert!(usage.take_body(cut.as_bytes()).is_err());
        assert_eq!(usage.usage.counts.get(Output), Some(15));
    }
}
