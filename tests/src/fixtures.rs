//! Synthetic streams in the shapes that the four providers send, the same bytes in every run.
//!
//! Fields, order, spacing, padding and line ends are those of recorded traffic; the text is made of
//! syllables. Deltas have 4 to 12 characters; about 3 % hold a JSON escape and 3 % hold characters
//! beyond ASCII. Chat: 85 % text, 15 % tool arguments. Responses and Anthropic: 15 % thinking, 70 %
//! text, 15 % tool arguments. Gemini: 15 % thinking, 85 % text, then two whole calls.

use std::fmt::Write as _;

use tokenwire_core::model::Wire;
use tokenwire_core::rng::Rng;

/// Every wire, in the order of the tables.
pub const WIRES: [Wire; 4] = [Wire::OpenaiChat, Wire::OpenaiResponses, Wire::Anthropic, Wire::Gemini];

/// One stream as a provider would send it.
#[derive(Debug)]
pub struct Stream {
    /// The wire it is in.
    pub wire: Wire,
    /// The body.
    pub body: Vec<u8>,
    /// The data of each event, `[DONE]` left out.
    pub payloads: Vec<String>,
    /// How many events the body holds, `[DONE]` included.
    pub events: usize,
    /// How many pieces of text, thinking and tool arguments it holds, whole ones included.
    pub contents: usize,
    /// How many of them hold a JSON escape, so that they cannot be borrowed.
    pub escaped: usize,
    /// How many bytes of text, thinking and tool arguments arrive in deltas.
    pub delta_bytes: usize,
    /// How many bytes of tool arguments come whole, blanks between tokens left out.
    pub whole_bytes: usize,
}

impl Stream {
    /// The stream of `wire` with that many deltas.
    pub fn new(wire: Wire, deltas: usize) -> Self {
        let mut writer = Writer::new(wire, deltas);
        match wire {
            Wire::Anthropic => writer.anthropic(deltas),
            Wire::Gemini => writer.gemini(deltas),
            Wire::OpenaiChat => writer.chat(deltas),
            Wire::OpenaiResponses => writer.responses(deltas),
        }
        writer.stream
    }
}

/// A short name of the wire, for tables and arguments.
pub const fn short_name(wire: Wire) -> &'static str {
    match wire {
        Wire::Anthropic => "anthropic",
        Wire::Gemini => "gemini",
        Wire::OpenaiChat => "chat",
        Wire::OpenaiResponses => "responses",
    }
}

const SYLLABLES: [&str; 28] = [
    "ba", "con", "de", "el", "fi", "gra", "hy", "in", "jo", "ker", "lu", "men", "nor", "ol", "per", "qua",
    "ri", "sto", "ta", "ul", "ver", "wi", "ex", "yo", "za", "tion", "ing", "str",
];
const BEYOND_ASCII: [&str; 8] = ["é", "–", "’", "東京", "ö", "…", "🙂", "ç"];
const ALPHABET: &[u8; 62] = b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

struct Writer {
    rng: Rng,
    line_end: &'static str,
    stream: Stream,
}

impl Writer {
    fn new(wire: Wire, deltas: usize) -> Self {
        let line_end = if wire == Wire::Gemini { "\r\n" } else { "\n" };
        let seed = 0x70CE_0A12 + ((wire as u64) << 40) + ((deltas as u64) << 44);
        let stream = Stream {
            wire,
            body: Vec::new(),
            payloads: Vec::new(),
            events: 0,
            contents: 0,
            escaped: 0,
            delta_bytes: 0,
            whole_bytes: 0,
        };
        Self { rng: Rng::new(seed), line_end, stream }
    }

    fn below(&mut self, count: usize) -> usize {
        self.rng.up_to(count as u64 - 1) as usize
    }

    /// A random word over the first `radix` characters of the alphabet.
    fn word(&mut self, radix: usize, length: usize) -> String {
        (0..length).map(|_| char::from(ALPHABET[self.below(radix)])).collect()
    }

    fn id(&mut self, prefix: &str, length: usize) -> String {
        prefix.to_owned() + &self.word(62, length)
    }

    fn hex(&mut self, prefix: &str, length: usize) -> String {
        prefix.to_owned() + &self.word(16, length)
    }

    /// What OpenAI fills a delta of that length up with, so that sizes tell nothing.
    fn padding(&mut self, full: usize, text: &str) -> String {
        self.word(62, full.saturating_sub(text.chars().count()).max(1))
    }

    /// A text delta of 4 to 12 characters, counted.
    fn text_delta(&mut self) -> String {
        let length = 4 + self.below(9);
        let mut text = String::from(" ");
        while text.len() < length {
            text.push_str(SYLLABLES[self.below(SYLLABLES.len())]);
        }
        text.truncate(length);
        match self.below(100) {
            0..2 => text.replace_range(length - 2.., ".\n"),
            2 => text.replace_range(length - 2.., " \""),
            3..6 => text.replace_range(length - 2.., BEYOND_ASCII[self.below(BEYOND_ASCII.len())]),
            _ => {}
        }
        self.count_delta(&text);
        text
    }

    fn count_delta(&mut self, text: &str) {
        self.stream.contents += 1;
        self.stream.escaped += usize::from(text.contains(['"', '\n']));
        self.stream.delta_bytes += text.len();
    }

    /// A JSON object of about six bytes a fragment, cut into that many fragments.
    fn arguments(&mut self, fragments: usize) -> Vec<String> {
        let mut object = String::from("{");
        let mut field = 0;
        while object.len() < fragments * 6 {
            let comma = if field == 0 { "" } else { "," };
            let value: String =
                (0..3 + self.below(6)).map(|_| SYLLABLES[self.below(SYLLABLES.len())]).collect();
            let _ = write!(object, "{comma}\"field_{field}\":\"{value}\"");
            field += 1;
        }
        object.push('}');
        let mut pieces = Vec::new();
        let mut rest = object.as_str();
        for left in (1..=fragments).rev() {
            let even = rest.len() / left;
            let at = if left == 1 {
                rest.len()
            } else {
                (even / 2 + self.below(even.max(1))).clamp(1, rest.len())
            };
            let (piece, tail) = rest.split_at(at);
            pieces.push(piece.to_owned());
            rest = tail;
        }
        pieces
    }

    fn counted_arguments(&mut self, fragments: usize) -> Vec<String> {
        let pieces = self.arguments(fragments);
        for piece in &pieces {
            self.count_delta(piece);
        }
        pieces
    }

    fn event(&mut self, name: &str, data: String) {
        let end = self.line_end;
        let body = &mut self.stream.body;
        if !name.is_empty() {
            body.extend_from_slice(format!("event: {name}{end}").as_bytes());
        }
        body.extend_from_slice(format!("data: {data}{end}{end}").as_bytes());
        self.stream.payloads.push(data);
        self.stream.events += 1;
    }

    fn chat(&mut self, deltas: usize) {
        let calls = deltas * 15 / 100;
        let head = format!(
            r#"{{"id":"{}","object":"chat.completion.chunk","created":1790000000,"model":"gpt-4.1-mini-2025-04-14","service_tier":"default","system_fingerprint":"{}","choices":"#,
            self.id("chatcmpl-", 29),
            self.hex("fp_", 10)
        );
        let choice = |delta: &str, finish: &str| {
            format!(
                r#"{head}[{{"index":0,"delta":{delta},"logprobs":null,"finish_reason":{finish}}}],"usage":null"#
            )
        };
        let opening = choice(r#"{"role":"assistant","content":"","refusal":null}"#, "null");
        self.chat_event(opening, "12345");
        for _ in calls..deltas {
            let text = self.text_delta();
            self.chat_event(choice(&format!(r#"{{"content":{}}}"#, quoted(&text)), "null"), &text);
        }
        let id = self.id("call_", 24);
        let call = format!(
            r#"{{"tool_calls":[{{"index":0,"id":"{id}","type":"function","function":{{"name":"get_report","arguments":""}}}}]}}"#
        );
        self.chat_event(choice(&call, "null"), "12345");
        for piece in self.counted_arguments(calls) {
            let delta =
                format!(r#"{{"tool_calls":[{{"index":0,"function":{{"arguments":{}}}}}]}}"#, quoted(&piece));
            self.chat_event(choice(&delta, "null"), &piece);
        }
        self.chat_event(choice("{}", r#""tool_calls""#), "12345");
        let usage = format!(
            r#"{head}[],"usage":{{"prompt_tokens":812,"completion_tokens":{deltas},"total_tokens":{},"prompt_tokens_details":{{"cached_tokens":512,"audio_tokens":0}},"completion_tokens_details":{{"reasoning_tokens":0,"audio_tokens":0,"accepted_prediction_tokens":0,"rejected_prediction_tokens":0}}}}"#,
            812 + deltas
        );
        self.chat_event(usage, "12345");
        self.stream.body.extend_from_slice(b"data: [DONE]\n\n");
        self.stream.events += 1;
    }

    fn chat_event(&mut self, open: String, text: &str) {
        let padding = self.padding(13, text);
        self.event("", format!(r#"{open},"obfuscation":"{padding}"}}"#));
    }

    fn responses(&mut self, deltas: usize) {
        let part = deltas * 15 / 100;
        let id = self.hex("resp_", 48);
        let tail = self.hex("", 48);
        let (reasoning, message, call) = (format!("rs_{tail}"), format!("msg_{tail}"), format!("fc_{tail}"));
        for kind in ["response.created", "response.in_progress"] {
            self.responses_event(
                kind,
                &format!(r#""response":{}"#, response_object(&id, "in_progress", "", "null")),
            );
        }

        self.responses_event(
            "response.output_item.added",
            &format!(r#""output_index":0,"item":{{"id":"{reasoning}","type":"reasoning","summary":[]}}"#),
        );
        let at = format!(r#""item_id":"{reasoning}","output_index":0,"summary_index":0"#);
        self.responses_event(
            "response.reasoning_summary_part.added",
            &format!(r#"{at},"part":{{"type":"summary_text","text":""}}"#),
        );
        let mut all = String::new();
        for _ in 0..part {
            let text = self.text_delta();
            self.responses_delta("response.reasoning_summary_text.delta", &at, &text, "");
            all.push_str(&text);
        }
        let all = quoted(&all);
        self.responses_event("response.reasoning_summary_text.done", &format!(r#"{at},"text":{all}"#));
        self.responses_event(
            "response.reasoning_summary_part.done",
            &format!(r#"{at},"part":{{"type":"summary_text","text":{all}}}"#),
        );
        let reasoning = format!(
            r#"{{"id":"{reasoning}","type":"reasoning","summary":[{{"type":"summary_text","text":{all}}}]}}"#
        );
        self.responses_event("response.output_item.done", &format!(r#""output_index":0,"item":{reasoning}"#));

        let item = |status: &str, content: &str| {
            format!(
                r#"{{"id":"{message}","type":"message","status":"{status}","content":[{content}],"role":"assistant"}}"#
            )
        };
        let text_part =
            |text: &str| format!(r#"{{"type":"output_text","annotations":[],"logprobs":[],"text":{text}}}"#);
        self.responses_event(
            "response.output_item.added",
            &format!(r#""output_index":1,"item":{}"#, item("in_progress", "")),
        );
        let at = format!(r#""item_id":"{message}","output_index":1,"content_index":0"#);
        self.responses_event("response.content_part.added", &format!(r#"{at},"part":{}"#, text_part("\"\"")));
        let mut all = String::new();
        for _ in 2 * part..deltas {
            let text = self.text_delta();
            self.responses_delta("response.output_text.delta", &at, &text, r#","logprobs":[]"#);
            all.push_str(&text);
        }
        let all = quoted(&all);
        self.responses_event("response.output_text.done", &format!(r#"{at},"text":{all},"logprobs":[]"#));
        self.responses_event("response.content_part.done", &format!(r#"{at},"part":{}"#, text_part(&all)));
        let message = item("completed", &text_part(&all));
        self.responses_event("response.output_item.done", &format!(r#""output_index":1,"item":{message}"#));

        let call_id = self.id("call_", 24);
        let item = |status: &str, arguments: &str| {
            format!(
                r#"{{"id":"{call}","type":"function_call","status":"{status}","arguments":{arguments},"call_id":"{call_id}","name":"get_report"}}"#
            )
        };
        self.responses_event(
            "response.output_item.added",
            &format!(r#""output_index":2,"item":{}"#, item("in_progress", "\"\"")),
        );
        let at = format!(r#""item_id":"{call}","output_index":2"#);
        let pieces = self.counted_arguments(part);
        for piece in &pieces {
            self.responses_delta("response.function_call_arguments.delta", &at, piece, "");
        }
        let all = quoted(&pieces.concat());
        self.responses_event("response.function_call_arguments.done", &format!(r#"{at},"arguments":{all}"#));
        let call = item("completed", &all);
        self.responses_event("response.output_item.done", &format!(r#""output_index":2,"item":{call}"#));

        let usage = format!(
            r#"{{"input_tokens":812,"input_tokens_details":{{"cached_tokens":512}},"output_tokens":{deltas},"output_tokens_details":{{"reasoning_tokens":{part}}},"total_tokens":{}}}"#,
            812 + deltas
        );
        let output = [reasoning, message, call].join(",");
        self.responses_event(
            "response.completed",
            &format!(r#""response":{}"#, response_object(&id, "completed", &output, &usage)),
        );
    }

    fn responses_event(&mut self, kind: &str, fields: &str) {
        let number = self.stream.events;
        self.event(kind, format!(r#"{{"type":"{kind}","sequence_number":{number},{fields}}}"#));
    }

    fn responses_delta(&mut self, kind: &str, at: &str, text: &str, more: &str) {
        let padding = self.padding(16, text);
        let delta = quoted(text);
        self.responses_event(kind, &format!(r#"{at},"delta":{delta}{more},"obfuscation":"{padding}""#));
    }

    fn anthropic(&mut self, deltas: usize) {
        let part = deltas * 15 / 100;
        let id = self.id("msg_01", 22);
        self.anthropic_event("message_start", &format!(
            r#","message":{{"model":"claude-sonnet-4-5-20250929","id":"{id}","type":"message","role":"assistant","content":[],"stop_reason":null,"stop_sequence":null,"usage":{{"input_tokens":812,"cache_creation_input_tokens":0,"cache_read_input_tokens":512,"cache_creation":{{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0}},"output_tokens":1,"service_tier":"standard","inference_geo":"not_available"}}}}"#
        ));
        self.anthropic_event(
            "content_block_start",
            r#","index":0,"content_block":{"type":"thinking","thinking":"","signature":""}"#,
        );
        self.event("ping", r#"{"type": "ping"}"#.into());
        for _ in 0..part {
            let text = quoted(&self.text_delta());
            self.anthropic_delta(0, &format!(r#""thinking_delta","thinking":{text}"#));
        }
        let signature = self.id("", 428);
        self.anthropic_delta(0, &format!(r#""signature_delta","signature":"{signature}==""#));
        self.anthropic_event("content_block_stop", r#","index":0"#);
        self.anthropic_event(
            "content_block_start",
            r#","index":1,"content_block":{"type":"text","text":""}"#,
        );
        for _ in 2 * part..deltas {
            let text = quoted(&self.text_delta());
            self.anthropic_delta(1, &format!(r#""text_delta","text":{text}"#));
        }
        self.anthropic_event("content_block_stop", r#","index":1"#);
        let id = self.id("toolu_01", 22);
        self.anthropic_event("content_block_start", &format!(
            r#","index":2,"content_block":{{"type":"tool_use","id":"{id}","name":"get_report","input":{{}}}}"#
        ));
        self.anthropic_delta(2, r#""input_json_delta","partial_json":"""#);
        for piece in self.counted_arguments(part) {
            self.anthropic_delta(2, &format!(r#""input_json_delta","partial_json":{}"#, quoted(&piece)));
        }
        self.anthropic_event("content_block_stop", r#","index":2"#);
        self.anthropic_event("message_delta", &format!(
            r#","delta":{{"stop_reason":"tool_use","stop_sequence":null}},"usage":{{"input_tokens":812,"cache_creation_input_tokens":0,"cache_read_input_tokens":512,"output_tokens":{deltas}}}"#
        ));
        self.anthropic_event("message_stop", "");
    }

    /// Anthropic writes up to 15 blanks before the last brace.
    fn anthropic_event(&mut self, kind: &str, fields: &str) {
        let blanks = self.below(16);
        self.event(kind, format!(r#"{{"type":"{kind}"{fields}{:blanks$}}}"#, ""));
    }

    fn anthropic_delta(&mut self, index: u32, delta: &str) {
        self.anthropic_event(
            "content_block_delta",
            &format!(r#","index":{index},"delta":{{"type":{delta}}}"#),
        );
    }

    fn gemini(&mut self, deltas: usize) {
        let thoughts = deltas * 15 / 100;
        let id = self.id("", 23);
        for count in 1..=deltas {
            let text = quoted(&self.text_delta());
            let thought = if count <= thoughts { r#","thought": true"# } else { "" };
            self.gemini_event(&id, &format!(r#"{{"text": {text}{thought}}}"#), "", count, thoughts);
        }
        for call in 0..2 {
            let arguments = self.arguments(20).concat();
            self.stream.contents += 1;
            self.stream.whole_bytes += arguments.len();
            let arguments = arguments.replace("\":\"", "\": \"");
            let signature = match call {
                0 => format!(r#","thoughtSignature": "{}==""#, self.id("", 700)),
                _ => String::new(),
            };
            let part =
                format!(r#"{{"functionCall": {{"name": "get_report","args": {arguments}}}{signature}}}"#);
            self.gemini_event(&id, &part, "", deltas, thoughts);
        }
        self.gemini_event(&id, r#"{"text": ""}"#, r#","finishReason": "STOP""#, deltas, thoughts);
    }

    fn gemini_event(&mut self, id: &str, part: &str, finish: &str, count: usize, thoughts: usize) {
        let visible = count.saturating_sub(thoughts).max(1);
        self.event("", format!(
            r#"{{"candidates": [{{"content": {{"parts": [{part}],"role": "model"}}{finish},"index": 0}}],"usageMetadata": {{"promptTokenCount": 812,"candidatesTokenCount": {visible},"totalTokenCount": {},"promptTokensDetails": [{{"modality": "TEXT","tokenCount": 812}}],"thoughtsTokenCount": {}}},"modelVersion": "gemini-3-pro-preview","responseId": "{id}"}}"#,
            812 + count,
            count.min(thoughts)
        ));
    }
}

fn response_object(id: &str, status: &str, output: &str, usage: &str) -> String {
    format!(
        r#"{{"id":"{id}","object":"response","created_at":1790000000,"status":"{status}","background":false,"error":null,"incomplete_details":null,"instructions":null,"max_output_tokens":null,"max_tool_calls":null,"model":"gpt-5.1-2025-11-13","output":[{output}],"parallel_tool_calls":true,"previous_response_id":null,"prompt_cache_key":null,"prompt_cache_retention":null,"reasoning":{{"effort":"low","summary":"detailed"}},"safety_identifier":null,"service_tier":"default","store":true,"temperature":1.0,"text":{{"format":{{"type":"text"}},"verbosity":"medium"}},"tool_choice":"auto","tools":[{{"type":"function","description":"Returns one report.","name":"get_report","parameters":{{"type":"object","properties":{{"field_0":{{"type":"string"}}}},"required":["field_0"],"additionalProperties":false}},"strict":true}}],"top_logprobs":0,"top_p":1.0,"truncation":"disabled","usage":{usage},"user":null,"metadata":{{}}}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_payload_is_json() {
        for wire in WIRES {
            for payload in Stream::new(wire, 200).payloads {
                let parsed: Result<serde_json::Value, _> = serde_json::from_str(&payload);
                assert!(parsed.is_ok_and(|v| v.is_object()), "{payload}");
            }
        }
    }

    #[test]
    fn same_wire_and_size_give_same_bytes() {
        for wire in WIRES {
            assert_eq!(Stream::new(wire, 100).body, Stream::new(wire, 100).body);
        }
    }

    #[test]
    fn fragments_join_to_one_object() {
        for stream_size in [7, 100, 1_000] {
            let mut writer = Writer::new(Wire::OpenaiChat, stream_size);
            let pieces = writer.arguments(stream_size);
            assert_eq!(pieces.len(), stream_size);
            assert!(pieces.iter().all(|p| !p.is_empty()));
            let joined: Result<serde_json::Value, _> = serde_json::from_str(&pieces.concat());
            assert!(joined.is_ok_and(|v| v.is_object()));
        }
    }
}
