//! Tool calls that a model wrote as plain text, made calls.
//!
//! Models are trained to write their calls in a form of their own, and servers turn it into the wire's
//! calls. Where a server does not, the form arrives as text. [`ToolText`] stands between a decoder and
//! whoever takes its events: it recognises the forms of a set of [`Formats`] and gives calls in their
//! place.
//!
//! # What is a call
//!
//! - Only the tools of the request are called. What names another one is text, unchanged.
//! - A call of the provider's own wins: once one has come, the candidate's text stays text.
//! - Markers in code fences, in quoted lines, right behind a quote or a backtick, in strings and in thinking
//!   are data. Thinking is a reasoning part, or what stands between `<think>` tags and the like where an
//!   answer begins; a few formats call out of thinking ([`Format`] says which).
//! - A missing end marker is no fault. Arguments that are whole make a call. What was cut, or is not JSON, is
//!   a malformed call, with the text that came as its arguments: [`ToolCall::object`] fails, and nothing
//!   is repaired. Where nothing but the shape tells a call (no marker), what does not fit is text.
//! - Arguments that came as JSON leave as they came, to the byte, and while they come. A string that
//!   holds them is decoded once; missing ones are `{}`. Parameters with markers of their own are given
//!   the type that the schema names and leave when the call is whole.
//! - Blanks before, between and behind calls are no content, nor are the end-of-turn tokens behind them.
//!   Other text is kept, to the byte.
//! - Two sets of arguments in one object, one parameter twice, text between parameters: malformed.
//!
//! Text is held back only while it may be the beginning of a marker, or of a call that is not sure or not
//! whole, and never more of it than [`MAX_HELD_BYTES`]. Every byte is looked at a bounded number of
//! times.
//!
//! # Formats
//!
//! JSON objects that hold the name: `hermes` (Qwen 2.5 and 3, MiMo, Ernie), `hermes-tags` (other tags, and
//! `<function=T>`), `longcat`, `granite`, `nemotron`, `minimax-m1` (Hunyuan, Apriel too), `internlm2`,
//! `cohere`, `functools` (Phi 4 mini, FireFunction), `gigachat`, `apertus`, `mistral` (before v11),
//! `llama3`, `claude-json`, `xlam`.
//!
//! The name in a head, then one object: `mistral` (v11 and later), `deepseek-v3` (R1 too), `deepseek-v3.1`,
//! `kimi-k2`, `harmony` (gpt-oss; only its calls, other channels stay text), `bracket`, and with bare keys
//! `function-gemma`, `gemma4`, `gemini`.
//!
//! The name in a head, then parameters: `qwen3-coder`, `seed-oss`, `deepseek-v3.2`, `step3`, `minimax-m2`,
//! `minimax-m3`, `kimi-k3`, `glm` (4.5 and later), `claude-xml`, `claude-legacy`.
//!
//! Source text: `pythonic`, `llama4`, `olmo3`, `lfm2`, `tool-code` (Gemma 3).
//!
//! Only by name, because ordinary text looks like them: `fenced` (a call in a JSON fence), `tool-fences` and
//! `tool-tags` (named after the tool), `generic` (llama.cpp's), `json` (an answer that is a call),
//! `tool-usage`, `functionary-v3.2`, and `kimi-k2-stripped` and `harmony-stripped`, whose markers a server
//! removed.
//!
//! Left out: code behind Functionary's `<|python_tag|>` and in a shell's fence, which names no tool;
//! `[tool: T]`, which narration contains; the raw text of a tag named after a tool, where nothing tells which
//! parameter it is; what wraps answers rather than calls (llama.cpp's `{"response":…}`, `<response>`, Harmony's
//! other channels). Entities in the values of MiniMax M2 are not decoded: they are what the model wrote.
//!
//! [`ToolCall::object`]: crate::model::ToolCall::object

mod adapter;
mod armed;
mod declared;
mod elements;
mod format;
mod head;
mod ids;
mod json_calls;
mod lines;
mod literal;
mod loose;
mod marker;
mod object;
mod output;
mod parameters;
mod prose;
mod region;
mod scanner;
mod schema;
mod source_calls;
mod table;
mod tag_calls;
#[cfg(test)]
mod tests;
mod typing;
mod value;
mod work;

pub use adapter::{MAX_CANDIDATES, MAX_HELD_BYTES, MAX_OPEN_PARTS, MAX_WHOLE_BYTES, ToolText};
pub use format::{Format, Formats};
