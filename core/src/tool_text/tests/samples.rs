//! Each format as its models write it, to be filled with any tool and any arguments.

use alloc::string::String;

use super::{Format, Formats, named};
use crate::json::RawJson;

/// One shape of a format.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sample {
    pub(super) format: &'static str,
    pub(super) open: &'static str,
    /// A call: `$T` stands for the tool, `$A` for the arguments.
    call: &'static str,
    pub(super) between: &'static str,
    pub(super) close: &'static str,
    pub(super) spelling: Spelling,
    /// Whether it only stands where an answer begins.
    pub(super) is_bare: bool,
}

/// How arguments are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spelling {
    Json,
    /// `k=v`, as source text.
    Keywords,
    /// An object with bare keys, strings between two of these, or in quotes.
    Loose(&'static str),
    /// One such text a parameter: `$k` stands for the key, `$v` for the value, `$s` and `$t` for whether it is a
    /// string and for its type.
    Parameters(&'static str),
}
use Spelling::{Json, Keywords, Loose, Parameters};

/// The arguments of a call of `weather`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arguments<'a> {
    pub(super) city: &'a str,
    /// The text of a number.
    pub(super) days: &'a str,
}

pub(super) const ROME: Arguments<'static> = Arguments { city: "Rom é 😀", days: "3.0" };

impl Arguments<'_> {
    /// What should come out.
    pub(super) fn json(&self) -> String {
        let city = RawJson::string(self.city);
        alloc::format!(r#"{{"city":{},"days":{}}}"#, city.as_str(), self.days)
    }
}

impl Spelling {
    fn write(self, arguments: &Arguments<'_>) -> String {
        let (city, days) = (RawJson::string(arguments.city), arguments.days);
        let quoted = city.as_str();
        match self {
            Json => arguments.json(),
            Keywords => alloc::format!("city={quoted}, days={days}"),
            Loose("") => alloc::format!("{{city: {quoted}, days: {days}}}"),
            Loose(mark) => alloc::format!("{{city:{mark}{}{mark},days:{days}}}", arguments.city),
            Parameters(one) => {
                let fill = |key, value: &str, is_string: &str, kind| {
                    let text = one.replace("$k", key).replace("$s", is_string).replace("$t", kind);
                    text.replace("$v", value)
                };
                fill("city", arguments.city, "true", "string") + &fill("days", days, "false", "number")
            }
        }
    }

    const fn none(self) -> &'static str {
        match self {
            Json | Loose(_) => "{}",
            Keywords | Parameters(_) => "",
        }
    }
}

impl Sample {
    pub(super) fn formats(&self) -> Formats {
        named(self.format)
    }

    /// The formats in which it is read: its own, and all of them where it is one that is always looked for.
    pub(super) fn settings(&self) -> impl Iterator<Item = Formats> {
        let is_automatic = Format::by_name(self.format).is_some_and(Format::is_automatic);
        core::iter::once(self.formats()).chain(is_automatic.then(Formats::auto))
    }

    pub(super) fn calls_in_reasoning(&self) -> bool {
        Format::by_name(self.format).is_some_and(Format::calls_in_reasoning)
    }

    /// One call with arguments as they are written.
    pub(super) fn raw_call(&self, tool: &str, arguments: &str) -> String {
        self.call.replace("$T", tool).replace("$A", arguments)
    }

    pub(super) fn call(&self, tool: &str, arguments: &Arguments<'_>) -> String {
        self.raw_call(tool, &self.spelling.write(arguments))
    }

    pub(super) fn empty_call(&self, tool: &str) -> String {
        self.raw_call(tool, self.spelling.none())
    }

    /// One call that is all there is.
    pub(super) fn one_call(&self, tool: &str) -> String {
        [self.open, &self.call(tool, &ROME), self.close].concat()
    }

    /// A call with arguments and one without.
    pub(super) fn two_calls(&self, first: &str, second: &str) -> String {
        let calls = [&self.call(first, &ROME), self.between, &self.empty_call(second)].concat();
        [self.open, &calls, self.close].concat()
    }
}

const fn sample(
    format: &'static str,
    [open, call, between, close]: [&'static str; 4],
    spelling: Spelling,
) -> Sample {
    Sample { format, open, call, between, close, spelling, is_bare: open.is_empty() }
}

const fn bare(format: &'static str, texts: [&'static str; 4], spelling: Spelling) -> Sample {
    Sample { is_bare: true, ..sample(format, texts, spelling) }
}

const fn marked(format: &'static str, texts: [&'static str; 4], spelling: Spelling) -> Sample {
    Sample { is_bare: false, ..sample(format, texts, spelling) }
}

const NAMED: &str = r#"{"name": "$T", "arguments": $A}"#;
const PARAMETERS: &str = r#"{"name":"$T","parameters":$A}"#;
const QWEN: Spelling = Parameters("<parameter=$k>\n$v\n</parameter>\n");
const INVOKED: Spelling = Parameters("<parameter name=\"$k\">$v</parameter>\n");

pub(super) const SAMPLES: &[Sample] = &[
    sample("hermes", ["<tool_call>\n", NAMED, "\n</tool_call>\n<tool_call>\n", "\n</tool_call>"], Json),
    marked("hermes-tags", ["", "<function=$T>$A</function>", "\n", ""], Json),
    marked("hermes-tags", ["", "<function name=\"$T\">$A</function>", "\n", ""], Json),
    marked("hermes-tags", ["", "<tool_call name=\"$T\">$A</tool_call>", "\n", ""], Json),
    sample(
        "hermes-tags",
        ["<function_call>", NAMED, "</function_call><function_call>", "</function_call>"],
        Json,
    ),
    sample("hermes-tags", ["<xml>", NAMED, "</xml><xml>", "</xml>"], Json),
    sample(
        "longcat",
        ["<longcat_tool_call>", NAMED, "</longcat_tool_call>\n<longcat_tool_call>", "</longcat_tool_call>"],
        Json,
    ),
    sample("granite", ["<|tool_call|>[", NAMED, ", ", "]"], Json),
    sample("granite", ["<tool_call>[", NAMED, ", ", "]"], Json),
    sample("nemotron", ["<TOOLCALL>[", NAMED, ", ", "]</TOOLCALL>"], Json),
    sample("minimax-m1", ["<tool_calls>\n", NAMED, "\n", "\n</tool_calls>"], Json),
    sample("minimax-m1", ["<tool_calls>[", NAMED, ", ", "]</tool_calls>"], Json),
    sample(
        "internlm2",
        [
            "<|action_start|> <|plugin|>\n",
            PARAMETERS,
            "<|action_end|>\n<|action_start|><|plugin|>",
            "<|action_end|>",
        ],
        Json,
    ),
    sample(
        "cohere",
        [
            "<|START_ACTION|>[\n",
            r#"{"tool_call_id": "0", "tool_name": "$T", "parameters": $A}"#,
            ",\n",
            "\n]<|END_ACTION|>",
        ],
        Json,
    ),
    sample("functools", ["functools[", NAMED, ", ", "]"], Json),
    sample("gigachat", ["<|function_call|>", NAMED, "<|function_call|>", "</s>"], Json),
    sample(
        "gigachat",
        [
            "<|message_sep|>\n\nfunction call<|role_sep|>\n",
            NAMED,
            "<|message_sep|>\n\nfunction call<|role_sep|>\n",
            "</s>",
        ],
        Json,
    ),
    sample("apertus", ["<|tools_prefix|>[", r#"{"$T": $A}"#, ", ", "]<|tools_suffix|>"], Json),
    sample("mistral", ["[TOOL_CALLS] [", NAMED, ", ", "]"], Json),
    sample("mistral", ["[TOOL_CALLS]", "$T$A", "[TOOL_CALLS]", ""], Json),
    sample("mistral", ["[TOOL_CALLS]", "$T[CALL_ID]a1b2c3d4e[ARGS]$A", "[TOOL_CALLS]", ""], Json),
    sample("mistral", ["[TOOL_CALLS]", "$T[ARGS]$A", "[TOOL_CALLS]", "</s>"], Json),
    sample("llama3", ["<|python_tag|>", PARAMETERS, "; ", "<|eom_id|>"], Json),
    bare("llama3", ["", PARAMETERS, ";", ""], Json),
    sample("llama3", ["<|python_tag|>", "$T.call($A)", "<|python_tag|>", ""], Keywords),
    sample(
        "qwen3-coder",
        ["<tool_call>\n", "<function=$T>\n$A</function>", "\n</tool_call>\n<tool_call>\n", "\n</tool_call>"],
        QWEN,
    ),
    marked(
        "qwen3-coder",
        ["", "<function name=\"$T\">$A</function>", "\n", ""],
        Parameters("<parameter name=\"$k\">$v</parameter>"),
    ),
    marked("qwen3-coder", ["", "<function=$T>\n$A</function>", "\n", ""], QWEN),
    sample(
        "seed-oss",
        [
            "<seed:tool_call>",
            "<function name=\"$T\">$A</function>",
            "</seed:tool_call><seed:tool_call>",
            "</seed:tool_call>",
        ],
        Parameters("<parameter name=\"$k\">$v</parameter>"),
    ),
    sample(
        "seed-oss",
        [
            "<seed:tool_call>\n",
            "<function=$T>\n$A</function>",
            "\n</seed:tool_call>\n<seed:tool_call>\n",
            "\n</seed:tool_call>",
        ],
        Parameters("<parameter=$k>$v</parameter>\n"),
    ),
    sample(
        "deepseek-v3",
        [
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁call▁begin｜>function<｜tool▁sep｜>$T\n```json\n$A\n```<｜tool▁call▁end｜>",
            "\n",
            "<｜tool▁calls▁end｜><｜end▁of▁sentence｜>",
        ],
        Json,
    ),
    sample(
        "deepseek-v3",
        [
            "<｜tool calls begin｜>",
            "function<｜tool▁sep｜>$T\n```json\n$A\n```<｜tool▁call▁end｜>",
            "\n",
            "<｜tool▁calls▁end｜>",
        ],
        Json,
    ),
    sample(
        "deepseek-v3.1",
        [
            "<｜tool calls begin｜>",
            "<｜tool▁call▁begin｜>$T<｜tool▁sep｜>$A<｜tool▁call▁end｜>",
            "",
            "<｜tool▁calls▁end｜>",
        ],
        Json,
    ),
    sample(
        "deepseek-v3.1",
        [
            "<｜tool▁calls▁begin｜>",
            "<｜tool▁call▁begin｜>$T<｜tool▁sep｜>$A<｜tool▁call▁end｜>",
            "",
            "<｜tool▁calls▁end｜><｜end▁of▁sentence｜>",
        ],
        Json,
    ),
    sample(
        "deepseek-v3.2",
        [
            "<｜DSML｜function_calls>\n",
            "<｜DSML｜invoke name=\"$T\">\n$A</｜DSML｜invoke>",
            "\n",
            "\n</｜DSML｜function_calls>",
        ],
        Parameters("<｜DSML｜parameter name=\"$k\" string=\"$s\">$v</｜DSML｜parameter>\n"),
    ),
    sample(
        "step3",
        [
            "<｜tool_calls_begin｜>\n",
            "<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name=\"$T\">$A</steptml:invoke><｜tool_call_end｜>",
            "\n",
            "\n<｜tool_calls_end｜>",
        ],
        Parameters("<steptml:parameter name=\"$k\">$v</steptml:parameter>"),
    ),
    sample(
        "minimax-m2",
        ["<minimax:tool_call>\n", "<invoke name=\"$T\">\n$A</invoke>", "\n", "\n</minimax:tool_call>"],
        INVOKED,
    ),
    sample(
        "minimax-m3",
        [
            "]<]minimax[>[<tool_call>\n",
            "]<]minimax[>[<invoke name=\"$T\">$A]<]minimax[>[</invoke>",
            "\n",
            "\n]<]minimax[>[</tool_call>",
        ],
        Parameters("]<]minimax[>[<$k>$v]<]minimax[>[</$k>"),
    ),
    sample(
        "kimi-k2",
        [
            "<|tool_calls_section_begin|>",
            "<|tool_call_begin|>functions.$T:0<|tool_call_argument_begin|>$A<|tool_call_end|>",
            "",
            "<|tool_calls_section_end|>",
        ],
        Json,
    ),
    sample(
        "kimi-k3",
        [
            "<|open|>tools<|sep|>",
            "<|open|>call tool=\"$T\" index=\"1\"<|sep|>$A<|close|>call<|sep|>",
            "",
            "<|close|>tools<|sep|>",
        ],
        Parameters("<|open|>argument key=\"$k\" type=\"$t\"<|sep|>$v<|close|>argument<|sep|>"),
    ),
    marked(
        "harmony",
        [
            "",
            "<|start|>assistant<|channel|>commentary to=functions.$T <|constrain|>json<|message|>$A<|call|>",
            "",
            "",
        ],
        Json,
    ),
    marked(
        "harmony",
        ["", "<|start|>assistant to=functions.$T<|channel|>commentary<|message|>$A<|call|>", "", ""],
        Json,
    ),
    sample(
        "claude-legacy",
        [
            "<function_calls>\n",
            "<invoke>\n<tool_name>$T</tool_name>\n<parameters>\n$A</parameters>\n</invoke>",
            "\n",
            "\n</function_calls>",
        ],
        Parameters("<$k>$v</$k>\n"),
    ),
    sample(
        "claude-xml",
        ["<function_calls>\n", "<invoke name=\"$T\">\n$A</invoke>", "\n", "\n</function_calls>"],
        INVOKED,
    ),
    marked("claude-xml", ["", "<invoke name=\"$T\">$A</invoke>", "\n", ""], Json),
    sample(
        "claude-xml",
        ["<invoke>", r#"{"function":"$T","arguments":$A}"#, "</invoke><invoke>", "</invoke>"],
        Json,
    ),
    bare("claude-json", ["", r#"{"type":"tool_use","id":"toolu_1","name":"$T","input":$A}"#, "\n", ""], Json),
    sample(
        "claude-json",
        ["<tool_use>", r#"{"tool":"$T","arguments":$A}"#, "</tool_use><tool_use>", "</tool_use>"],
        Json,
    ),
    sample("olmo3", ["<function_calls>\n", "$T($A)", "\n", "\n</function_calls>"], Keywords),
    sample("lfm2", ["<|tool_call_start|>[", "$T($A)", ", ", "]<|tool_call_end|>"], Keywords),
    sample("lfm2", ["<|tool_call_start|>[", NAMED, ", ", "]<|tool_call_end|>"], Json),
    sample("llama4", ["<|python_start|>[", "$T($A)", ", ", "]<|python_end|>"], Keywords),
    bare("llama4", ["[", "$T($A)", ", ", "]"], Keywords),
    sample("tool-code", ["```tool_code\n", "$T($A)", "\n", "\n```"], Keywords),
    marked(
        "function-gemma",
        ["", "<start_function_call>call:$T$A<end_function_call>", "", ""],
        Loose("<escape>"),
    ),
    marked("gemma4", ["", "<|tool_call>call:$T$A<tool_call|>", "", ""], Loose("<|\"|>")),
    marked("gemini", ["", "call:default_api:$T$A", "\n", ""], Loose("")),
    marked("bracket", ["", "[Tool call: $T($A)]", "\n", ""], Json),
    marked(
        "glm",
        ["", "<tool_call>$T\n$A</tool_call>", "\n", ""],
        Parameters("<arg_key>$k</arg_key>\n<arg_value>$v</arg_value>\n"),
    ),
    marked(
        "glm",
        ["", "<tool_call>$T$A</tool_call>", "", ""],
        Parameters("<arg_key>$k</arg_key><arg_value>$v</arg_value>"),
    ),
    bare("pythonic", ["[", "$T($A)", ", ", "]"], Keywords),
    bare("xlam", ["[", NAMED, ", ", "]"], Json),
    marked("functionary-v3.2", ["", ">>>$T\n$A", "\n", ""], Json),
    marked("kimi-k2-stripped", ["", "functions.$T:0$A", " ", ""], Json),
    marked("harmony-stripped", ["", "assistantcommentary to=functions.$T json$A", "\n", ""], Json),
    sample("fenced", ["```xml\n<tool_call>", NAMED, ",", "</tool_call>\n```"], Json),
    sample("fenced", ["```json\n[", NAMED, ", ", "]\n```"], Json),
    marked("tool-fences", ["", "```$T\n$A\n```", "\n", ""], Json),
    marked("tool-tags", ["", "<$T>$A</$T>", "\n", ""], Json),
    bare("generic", [r#"{"tool_calls": ["#, NAMED, ", ", "]}"], Json),
    marked("tool-usage", ["", "Tool usage:\nTool: $T\nArguments: $A", "\n", ""], Json),
    bare("json", ["", NAMED, "\n", ""], Json),
];
