//! What no decoder can beat by much: the least framing, and the least typed JSON, in the same run.

use std::borrow::Cow;

use memchr::memchr;
use serde::Deserialize;
use tokenwire_core::model::Wire;

/// The least that framing must do: find line ends and give the data at each blank line. The body
/// lies whole in memory, nothing is copied, data has one line.
pub fn linesplit<'b>(body: &'b [u8], mut give: impl FnMut(&'b [u8])) {
    let mut start = 0;
    let mut data: &[u8] = b"";
    while let Some(length) = memchr(b'\n', &body[start..]) {
        let mut line = &body[start..start + length];
        start += length + 1;
        if line.last() == Some(&b'\r') {
            line = &line[..line.len() - 1];
        }
        if line.starts_with(b"data:") {
            data = if line.get(5) == Some(&b' ') { &line[6..] } else { &line[5..] };
        } else if line.is_empty() && !data.is_empty() {
            give(data);
            data = b"";
        }
    }
}

/// Parses the data of one event with serde_json into the fewest borrowed fields that a decoder
/// needs; gives its delta.
///
/// # Panics
/// When the data is not of that wire: the fixtures are.
pub fn min_serde(wire: Wire, data: &[u8], mut give: impl FnMut(&str)) {
    match wire {
        Wire::Anthropic => parse::<AnthropicEvent<'_>>(data).deltas(&mut give),
        Wire::Gemini => parse::<GeminiChunk<'_>>(data).deltas(&mut give),
        Wire::OpenaiChat => parse::<ChatChunk<'_>>(data).deltas(&mut give),
        Wire::OpenaiResponses => parse::<ResponsesEvent<'_>>(data).deltas(&mut give),
    }
}

/// The least that a translation must do: `linesplit`, `min_serde`, and each delta written as an event of
/// another wire (Anthropic for Chat, Chat for the others) to the end of `out`.
///
/// # Panics
/// When the body is not of that wire: the fixtures are.
pub fn xlate_min(wire: Wire, body: &[u8], out: &mut Vec<u8>) {
    let (before, after): (&[u8], &[u8]) = match wire {
        Wire::OpenaiChat => (
            b"event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\
              \"delta\":{\"type\":\"text_delta\",\"text\":",
            b"}}\n\n",
        ),
        Wire::Anthropic | Wire::Gemini | Wire::OpenaiResponses => (
            b"data: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"m\",\
              \"choices\":[{\"index\":0,\"delta\":{\"content\":",
            b"},\"finish_reason\":null}]}\n\n",
        ),
    };
    linesplit(body, |data| {
        if data == b"[DONE]" {
            return;
        }
        min_serde(wire, data, |delta| {
            out.extend_from_slice(before);
            serde_json::to_writer(&mut *out, delta).expect("a vector takes every text");
            out.extend_from_slice(after);
        });
    });
}

fn parse<'d, T: Deserialize<'d>>(data: &'d [u8]) -> T {
    serde_json::from_slice(data).expect("the fixtures are well formed")
}

/// serde borrows inside an `Option` only through a type that says so itself.
#[derive(Deserialize)]
#[serde(transparent)]
struct Text<'d>(#[serde(borrow)] Cow<'d, str>);

fn length(text: Option<&Text<'_>>) -> usize {
    text.map_or(0, |t| t.0.len())
}

fn show(text: Option<&Text<'_>>, give: &mut impl FnMut(&str)) {
    if let Some(text) = text {
        give(&text.0);
    }
}

#[derive(Deserialize)]
struct ChatChunk<'d> {
    #[serde(borrow, default)]
    choices: Vec<ChatChoice<'d>>,
    #[serde(default)]
    usage: Option<ChatUsage>,
}

#[derive(Deserialize)]
struct ChatChoice<'d> {
    #[serde(default)]
    index: u32,
    #[serde(borrow)]
    delta: ChatDelta<'d>,
    #[serde(borrow, default)]
    finish_reason: Option<Text<'d>>,
}

#[derive(Deserialize)]
struct ChatDelta<'d> {
    #[serde(borrow, default)]
    content: Option<Text<'d>>,
    #[serde(borrow, default)]
    tool_calls: Option<Vec<ChatCall<'d>>>,
}

#[derive(Deserialize)]
struct ChatCall<'d> {
    index: u32,
    #[serde(borrow, default)]
    id: Option<Text<'d>>,
    #[serde(borrow)]
    function: ChatFunction<'d>,
}

#[derive(Deserialize)]
struct ChatFunction<'d> {
    #[serde(borrow, default)]
    name: Option<Text<'d>>,
    #[serde(borrow, default)]
    arguments: Option<Text<'d>>,
}

#[derive(Deserialize)]
struct ChatUsage {
    prompt_tokens: u64,
    completion_tokens: u64,
}

impl ChatChunk<'_> {
    fn deltas(&self, give: &mut impl FnMut(&str)) {
        std::hint::black_box(self.usage.as_ref().map(|u| (u.prompt_tokens, u.completion_tokens)));
        self.choices.iter().for_each(|choice| choice.deltas(give));
    }
}

impl ChatChoice<'_> {
    fn deltas(&self, give: &mut impl FnMut(&str)) {
        std::hint::black_box((self.index, length(self.finish_reason.as_ref())));
        show(self.delta.content.as_ref(), give);
        for call in self.delta.tool_calls.iter().flatten() {
            std::hint::black_box((call.index, length(call.id.as_ref()), length(call.function.name.as_ref())));
            show(call.function.arguments.as_ref(), give);
        }
    }
}

#[derive(Deserialize)]
struct ResponsesEvent<'d> {
    #[serde(borrow, rename = "type")]
    kind: Text<'d>,
    #[serde(default)]
    output_index: u32,
    #[serde(borrow, default)]
    delta: Option<Text<'d>>,
    #[serde(default)]
    response: Option<ResponsesBody>,
}

#[derive(Deserialize)]
struct ResponsesBody {
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct Tokens {
    #[serde(default)]
    input_tokens: u64,
    output_tokens: u64,
}

impl ResponsesEvent<'_> {
    fn deltas(&self, give: &mut impl FnMut(&str)) {
        let usage = self.response.as_ref().and_then(|r| r.usage.as_ref());
        std::hint::black_box((
            self.kind.0.len(),
            self.output_index,
            usage.map(|u| (u.input_tokens, u.output_tokens)),
        ));
        show(self.delta.as_ref(), give);
    }
}

#[derive(Deserialize)]
struct AnthropicEvent<'d> {
    #[serde(borrow, rename = "type")]
    kind: Text<'d>,
    #[serde(default)]
    index: u32,
    #[serde(borrow, default)]
    delta: Option<AnthropicDelta<'d>>,
    #[serde(default)]
    usage: Option<Tokens>,
}

#[derive(Deserialize)]
struct AnthropicDelta<'d> {
    #[serde(borrow, default, rename = "type")]
    kind: Option<Text<'d>>,
    #[serde(borrow, default)]
    text: Option<Text<'d>>,
    #[serde(borrow, default)]
    thinking: Option<Text<'d>>,
    #[serde(borrow, default)]
    partial_json: Option<Text<'d>>,
    #[serde(borrow, default)]
    stop_reason: Option<Text<'d>>,
}

impl AnthropicEvent<'_> {
    fn deltas(&self, give: &mut impl FnMut(&str)) {
        let usage = self.usage.as_ref().map(|u| (u.input_tokens, u.output_tokens));
        std::hint::black_box((self.kind.0.len(), self.index, usage));
        if let Some(delta) = &self.delta {
            std::hint::black_box((length(delta.kind.as_ref()), length(delta.stop_reason.as_ref())));
            for text in [&delta.text, &delta.thinking, &delta.partial_json] {
                show(text.as_ref(), give);
            }
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeminiChunk<'d> {
    #[serde(borrow, default)]
    candidates: Vec<GeminiCandidate<'d>>,
    #[serde(default)]
    usage_metadata: Option<GeminiUsage>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeminiCandidate<'d> {
    #[serde(borrow)]
    content: GeminiContent<'d>,
    #[serde(borrow, default)]
    finish_reason: Option<Text<'d>>,
}

#[derive(Deserialize)]
struct GeminiContent<'d> {
    #[serde(borrow, default)]
    parts: Vec<GeminiPart<'d>>,
}

#[derive(Deserialize)]
struct GeminiPart<'d> {
    #[serde(borrow, default)]
    text: Option<Text<'d>>,
    #[serde(default)]
    thought: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct GeminiUsage {
    #[serde(default)]
    prompt_token_count: u64,
    #[serde(default)]
    candidates_token_count: u64,
}

impl GeminiChunk<'_> {
    fn deltas(&self, give: &mut impl FnMut(&str)) {
        let usage = self.usage_metadata.as_ref();
        std::hint::black_box(usage.map(|u| (u.prompt_token_count, u.candidates_token_count)));
        for candidate in &self.candidates {
            std::hint::black_box(length(candidate.finish_reason.as_ref()));
            candidate.content.parts.iter().for_each(|part| part.deltas(give));
        }
    }
}

impl GeminiPart<'_> {
    fn deltas(&self, give: &mut impl FnMut(&str)) {
        std::hint::black_box(self.thought);
        show(self.text.as_ref(), give);
    }
}
