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
//! - A call of the provider's own wins: once one has come, the candidate's text stays text. In a body that is
//!   there as a whole it also wins where it stands behind the text ([`ToolText::for_whole_response`]).
//! - Markers in code fences, in code within a line, in quoted lines, right behind a quote, in strings and in
//!   thinking are data. Thinking is a reasoning part, or what stands between `<think>` tags and the like where
//!   an answer begins; a few formats call out of thinking ([`Format::calls_in_reasoning`]). Behind a `</think>`
//!   whose beginning was in the prompt an answer begins.
//! - A missing end marker is no fault. Arguments that are whole make a call. What was cut, or is not JSON, is
//!   a malformed call, with the text that came as its arguments: [`ToolCall::object`] fails, and nothing
//!   is repaired. Where nothing but the shape tells a call (no marker), what does not fit is text.
//! - Arguments that came as JSON leave as they came, to the byte, and while they come. A string that
//!   holds them is decoded once; missing ones are `{}`. Parameters with markers of their own are given
//!   the type that the schema names and leave when the call is whole; numbers keep their text.
//! - Blanks before, between and behind calls are no content, nor are the end-of-turn tokens behind them.
//!   Other text is kept, to the byte.
//! - Two sets of arguments in one object, one parameter twice, text between parameters: malformed.
//!
//! # What it costs
//!
//! Text is held back only while it may be the beginning of a marker, or of a call that is not sure or not
//! whole. Every byte is looked at less than a thousand times, however the text is cut: nearly all of that is
//! names and heads, which are read again with each piece that comes to them.
//!
//! | cap | of | beyond it |
//! | --- | --- | --- |
//! | [`MAX_HELD_BYTES`] | what is held of one part | a call that was begun is malformed, else text |
//! | [`MAX_WHOLE_BYTES`] | a response that is judged as one | it is read like a stream |
//! | [`MAX_OPEN_PARTS`] | parts that are read at one time | the part passes |
//! | [`MAX_CANDIDATES`] | candidates whose text is read | the part passes |
//! | 256 bytes | a name, a key or a head | text |
//! | 64 blanks | between two markers | the markers do not belong together |
//! | 1024 blanks | before a first word, or behind a call | the blanks are text |
//! | 1024 parameters | in one call | malformed |
//! | 64 schemas | on the way to a parameter's type | the type is not known |
//!
//! # Formats
//!
//! In the shapes, `T` is the tool's name, `J` its arguments as a JSON object, `k` and `v` one parameter, and `…`
//! stands for what may be repeated. An object `{T J}` has the keys `name` (or `tool`, `tool_name`) and
//! `arguments` (or `parameters`, `input`), also within `function`. Outer markers may be missing where what is
//! inside has markers of its own.
//!
//! | format | families | shape |
//! | --- | --- | --- |
//! | `hermes` | Hermes, Qwen 2.5 and 3, MiMo, Ernie 4.5 | `<tool_call>{T J}</tool_call>` |
//! | `hermes-tags` | variants, Functionary 3.1 | `<function_call>{T J}</function_call>`, likewise `tool`, `tools`, `response`, `json`, `xml`; `<function=T>J</function>`, `<tool_call name="T">J</tool_call>` |
//! | `longcat` | LongCat | `<longcat_tool_call>{T J}</longcat_tool_call>` |
//! | `granite` | Granite 3, xLAM | `<\|tool_call\|>[{T J},…]`, `<tool_call>[…]` |
//! | `nemotron` | Nemotron 2 | `<TOOLCALL>[{T J},…]</TOOLCALL>` |
//! | `minimax-m1` | MiniMax M1, Hunyuan, Apriel | `<tool_calls>{T J}…</tool_calls>`, one a line or an array |
//! | `internlm2` | InternLM 2 | `<\|action_start\|> <\|plugin\|>{T J}<\|action_end\|>` |
//! | `cohere` | Command R7B and A | `<\|START_ACTION\|>[{T J},…]<\|END_ACTION\|>` |
//! | `functools` | Phi 4 mini, FireFunction | `functools[{T J},…]` |
//! | `gigachat` | GigaChat 3 | `<\|function_call\|>{T J}`, `<\|message_sep\|>function call<\|role_sep\|>{T J}` |
//! | `apertus` | Apertus | `<\|tools_prefix\|>[{"T": J},…]<\|tools_suffix\|>` |
//! | `mistral` | Mistral, Magistral | `[TOOL_CALLS][{T J},…]`; `[TOOL_CALLS]TJ…`, `[TOOL_CALLS]T[CALL_ID]…[ARGS]J` |
//! | `llama3` | Llama 3 | `<\|python_tag\|>{T J}; …`, `<\|python_tag\|>T.call(k=v)`, `{T J}` |
//! | `qwen3-coder` | Qwen 3 Coder | `<tool_call><function=T><parameter=k>v</parameter>…</function></tool_call>` |
//! | `seed-oss` | Seed OSS | the same in `<seed:tool_call>` |
//! | `deepseek-v3` | DeepSeek V3, R1 | `<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>T`, a JSON fence with `J`, `<｜tool▁call▁end｜>…<｜tool▁calls▁end｜>` |
//! | `deepseek-v3.1` | DeepSeek V3.1 | `<｜tool▁call▁begin｜>T<｜tool▁sep｜>J<｜tool▁call▁end｜>` in the same |
//! | `deepseek-v3.2` | DeepSeek V3.2 (DSML) | `<｜DSML｜invoke name="T"><｜DSML｜parameter name="k" string="true">v</｜DSML｜parameter>…` in `<｜DSML｜function_calls>` |
//! | `step3` | Step 3 | `<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name="T"><steptml:parameter name="k">v…` |
//! | `minimax-m2` | MiniMax M2 | `<minimax:tool_call><invoke name="T"><parameter name="k">v</parameter>…` |
//! | `minimax-m3` | MiniMax M3 | `]<]minimax[>[` before each tag: `<tool_call><invoke name="T"><k>v</k>…` |
//! | `kimi-k2` | Kimi K2; calls out of thinking | `<\|tool_calls_section_begin\|><\|tool_call_begin\|>functions.T:0<\|tool_call_argument_begin\|>J<\|tool_call_end\|>…` |
//! | `kimi-k3` | Kimi K3 (XTML) | `<\|open\|>call tool="T"<\|sep\|><\|open\|>argument key="k" type="…"<\|sep\|>v<\|close\|>argument<\|sep\|>…` |
//! | `harmony` | gpt-oss | `<\|start\|>assistant<\|channel\|>commentary to=functions.T <\|constrain\|>json<\|message\|>J<\|call\|>` |
//! | `claude-legacy` | Anthropic's first XML | `<invoke><tool_name>T</tool_name><parameters><k>v</k>…</parameters></invoke>` |
//! | `claude-xml` | Claude, proxies | `<function_calls><invoke name="T"><parameter name="k">v</parameter>…`; `<invoke name="T">J</invoke>`, `<invoke>{T J}</invoke>` |
//! | `claude-json` | Claude | `{"type":"tool_use", T J}`, `<tool_use>{T J}</tool_use>` |
//! | `olmo3` | Olmo 3 | `<function_calls>T(k=v)…</function_calls>`, one a line |
//! | `lfm2` | LFM 2 | `<\|tool_call_start\|>[T(k=v),…]<\|tool_call_end\|>`, or `[{T J},…]` |
//! | `llama4` | Llama 4 | `<\|python_start\|>[T(k=v),…]<\|python_end\|>`, `[T(k=v),…]` |
//! | `tool-code` | Gemma 3 | a fence `tool_code` with `T(k=v)` |
//! | `function-gemma` | FunctionGemma | `<start_function_call>call:T{k:<escape>v<escape>}<end_function_call>` |
//! | `gemma4` | Gemma 4 | `<\|tool_call>call:T{k:<\|"\|>v<\|"\|>}<tool_call\|>` |
//! | `gemini` | Gemini | `call:default_api:T{k:v,…}` |
//! | `bracket` | what proxies made of old calls | `[Tool call: T(J)]` |
//! | `glm` | GLM 4.5 and later | `<tool_call>T<arg_key>k</arg_key><arg_value>v</arg_value>…</tool_call>` |
//! | `pythonic` | Llama 3.2 and others | `[T(k=v),…]` where an answer begins |
//! | `xlam` | xLAM | `[{T J},…]` where an answer begins |
//!
//! Ordinary text looks like these, so [`Formats::auto`] leaves them out:
//!
//! | format | families | shape |
//! | --- | --- | --- |
//! | `functionary-v3.2` | Functionary 3.2 | `>>>T`, a line end, `J` or code |
//! | `kimi-k2-stripped` | Kimi K2 without its special tokens | `functions.T:0J` |
//! | `harmony-stripped` | gpt-oss without its special tokens | `assistantcommentary to=functions.T json J` |
//! | `fenced` | any | a fence `json`, `xml` or `tool_call` with `{T J}`, an array or `<tool_call>` |
//! | `tool-fences` | any | a fence named after the tool, with `J` or the tool's only text |
//! | `tool-tags` | any | `<T>J</T>`, `<T>v</T>` where the tool has one parameter, a string; behind a tag that is never closed all is text |
//! | `generic` | llama.cpp's grammar | `{"tool_calls":[{T J},…]}`, `{"tool_call":{T J}}` |
//! | `tool-usage` | 1rgs's proxy | `Tool usage:`, `Tool: T`, `Arguments: J` |
//! | `json` | any | an answer that is `{T J}` or an array of them |
//!
//! # What is left out
//!
//! - Code behind Functionary's `<|python_tag|>` and in a shell's fence: it names no tool.
//! - `[tool: T]`: narration contains it, and it has no arguments.
//! - What wraps answers rather than calls stays in the text: llama.cpp's `{"response":…}`, `<response>` and
//!   `<|START_RESPONSE|>`, Harmony's final channel.
//! - Mistral and DeepSeek without their special tokens: nothing is left that tells a name from a word.
//! - Entities in the values of MiniMax M2 are not decoded, nor are raw line ends in JSON strings, missing
//!   brackets or unescaped quotes repaired: arguments are what the model wrote, or malformed.
//! - Calls before a `</think>` whose beginning was in the prompt count: when they come, nothing tells that this is
//!   thinking.
//!
//! [`ToolCall::object`]: crate::model::ToolCall::object

mod adapter;
mod armed;
mod declared;
mod elements;
mod format;
mod formats;
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
mod reader;
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
pub use format::Format;
pub use formats::Formats;
