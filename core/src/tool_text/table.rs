//! The formats, in the order in which they are tried.
//!
//! Where two begin alike, what follows the marker decides, and the more particular one goes first. Rows
//! without any marker are tried after all others.

use super::format::{Calls, Form, Format, Head, Json, Parameters, Python, Raw, Row, Tags};

const fn automatic(name: &'static str, rows: &'static [Row]) -> Format {
    Format { name, rows, is_automatic: true, in_reasoning: false }
}

const fn by_name(name: &'static str, rows: &'static [Row]) -> Format {
    Format { name, rows, is_automatic: false, in_reasoning: false }
}

pub(super) static FORMATS: &[Format] = &[
    automatic("hermes", &[Row::json(&["<tool_call>"], &["</tool_call>"])]),
    automatic("hermes-tags", &[HERMES_TAGS, FUNCTION_TAG, CALL_TAG]),
    automatic("longcat", &[Row::json(&["<longcat_tool_call>"], &["</longcat_tool_call>"])]),
    automatic(
        "granite",
        &[Row::json(&["<|tool_call|>"], &[]), Row::json(&["<tool_call>"], &["</tool_call>"])],
    ),
    automatic("nemotron", &[Row::json(&["<TOOLCALL>"], &["</TOOLCALL>"])]),
    // One object a line, or an array; Hunyuan and Apriel too.
    automatic("minimax-m1", &[Row::json(&["<tool_calls>"], &["</tool_calls>"])]),
    automatic("internlm2", &[Row::json(&["<|action_start|> <|plugin|>"], &["<|action_end|>"])]),
    automatic("cohere", &[Row::json(&["<|START_ACTION|>"], &["<|END_ACTION|>"])]),
    automatic("functools", &[Row::new(&["functools"], &[], Calls::Json(ARRAY))]),
    automatic(
        "gigachat",
        &[Row::json(&["<|function_call|>", "<|message_sep|> function call<|role_sep|>"], &[])],
    ),
    automatic("apertus", &[Row::new(&["<|tools_prefix|>"], &["<|tools_suffix|>"], Calls::Json(NAME_IS_KEY))]),
    automatic("mistral", &[Row::json(&["[TOOL_CALLS]"], &[]), MISTRAL_NAMED]),
    automatic("llama3", &[LLAMA_JSON, LLAMA_BUILT_IN, BARE_OBJECT]),
    automatic("qwen3-coder", &[QWEN_CODER]),
    automatic("seed-oss", &[Row::new(&["<seed:tool_call>"], &["</seed:tool_call>"], Calls::Tags(FUNCTION))]),
    automatic("deepseek-v3", &[DEEPSEEK_V3]),
    automatic("step3", &[STEP3]),
    automatic("deepseek-v3.1", &[DEEPSEEK_V31]),
    automatic("deepseek-v3.2", &[DEEPSEEK_V32]),
    automatic("minimax-m3", &[MINIMAX_M3]),
    automatic(
        "minimax-m2",
        &[Row::new(&["<minimax:tool_call>"], &["</minimax:tool_call>"], Calls::Tags(INVOKE))],
    ),
    Format { name: "kimi-k2", rows: &[KIMI_K2], is_automatic: true, in_reasoning: true },
    automatic("kimi-k3", &[KIMI_K3]),
    automatic("harmony", &[HARMONY]),
    automatic("claude-legacy", &[CLAUDE_LEGACY]),
    // Also J between the tags, and an object that holds the name.
    automatic(
        "claude-xml",
        &[CLAUDE_XML, Row::json(&["<function_calls> <invoke>", "<invoke>"], INVOKE_CLOSES)],
    ),
    automatic("claude-json", &[Row::json(&["<tool_use>"], &["</tool_use>"]), BARE_OBJECT]),
    automatic("olmo3", &[Row::new(&["<function_calls>"], &["</function_calls>"], Calls::Python(SOURCE))]),
    automatic("lfm2", &[LFM2_SOURCE, Row::json(&["<|tool_call_start|>"], &["<|tool_call_end|>"])]),
    automatic(
        "llama4",
        &[Row::new(&["<|python_start|>"], &["<|python_end|>"], Calls::Python(SOURCE)), BARE_SOURCE],
    ),
    automatic(
        "tool-code",
        &[Row::new(&["```tool_code\n", "```tool_code\r\n"], &["```"], Calls::Python(SOURCE))],
    ),
    automatic("function-gemma", &[FUNCTION_GEMMA]),
    automatic("gemma4", &[GEMMA4]),
    automatic("gemini", &[GEMINI]),
    automatic("bracket", &[BRACKET]),
    // Any name may follow its marker.
    automatic("glm", &[GLM]),
    automatic("pythonic", &[BARE_SOURCE]),
    automatic("xlam", &[BARE_ARRAY]),
    by_name("functionary-v3.2", &[FUNCTIONARY, FUNCTIONARY_FIRST]),
    by_name("kimi-k2-stripped", &[KIMI_K2_STRIPPED]),
    by_name("harmony-stripped", &[HARMONY_STRIPPED]),
    by_name("fenced", &[FENCED]),
    by_name("tool-fences", &[TOOL_FENCES]),
    by_name("tool-tags", &[TOOL_TAGS]),
    by_name("generic", &[GENERIC]),
    by_name("tool-usage", &[TOOL_USAGE]),
    by_name("json", &[BARE_OBJECT, BARE_ARRAY]),
];

// JSON objects that hold the name.

const ARRAY: Json = Json { leads: &["[ {"], ..Json::SURE };
const NAME_IS_KEY: Json = Json { name_is_key: true, ..Json::SURE };

const HERMES_TAGS: Row = Row::json(
    &["<function_call>", "<tool>", "<tools>", "<response>", "<json>", "<xml>", "<JSON>"],
    &["</function_call>", "</tool>", "</tools>", "</response>", "</json>", "</xml>", "</JSON>"],
);
const LLAMA_JSON: Row = Row::new(&["<|python_tag|>"], &[], Calls::Json(Json { leads: &["{"], ..Json::SURE }));
const BARE_OBJECT: Row = Row::bare(Calls::Json(Json { leads: &["{"], is_sure: false, ..Json::SURE }));
const BARE_ARRAY: Row = Row::bare(Calls::Json(Json { is_sure: false, ..ARRAY }));
const FENCED: Row = Row::new(
    &["```json", "```xml", "```tool_call", "```json <tool_call>", "```xml <tool_call>"],
    &["```", "</tool_call> ```", "</tool_call>"],
    Calls::Json(Json { is_sure: false, ..Json::SURE }),
);
const GENERIC: Row =
    Row { at_start: true, ..Row::json(&["{ \"tool_calls\" :", "{ \"tool_call\" :"], &["}"]) };

// Source text.

const SOURCE: Python = Python { in_list: false, is_sure: true };
const BARE_SOURCE: Row = Row::bare(Calls::Python(Python { in_list: true, is_sure: false }));
const LLAMA_BUILT_IN: Row = Row::new(&["<|python_tag|>"], &[], Calls::Python(SOURCE));
const LFM2_SOURCE: Row = Row::new(&["<|tool_call_start|>"], &["<|tool_call_end|>"], Calls::Python(SOURCE));

// A head with the name, then one JSON object.

const FUNCTION_TAG: Row = Row::new(&[""], &[], Calls::Tags(FUNCTION));
const CALL_TAG: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags { opens: &["<tool_call name="], ends: &[">"], closes: &["</tool_call>"], ..Tags::JSON }),
);
const MISTRAL_NAMED: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["[TOOL_CALLS]"],
        ends: &["[ARGS]", "[ARGS"],
        stops: &["{"],
        head: Head::NameAndId,
        raw: Raw::Malformed,
        ..Tags::JSON
    }),
);
const DEEPSEEK_SCOPES: &[&str] = &[
    "<｜tool▁calls▁begin｜>",
    "<｜tool_calls_begin｜>",
    "<｜tool calls begin｜>",
    "<｜tool\\_calls\\_begin｜>",
    "<｜tool▁calls｜>",
    "",
];
const DEEPSEEK: Tags = Tags { raw: Raw::Malformed, closes: &["<｜tool▁call▁end｜>"], ..Tags::JSON };
const DEEPSEEK_V3: Row = Row::new(
    DEEPSEEK_SCOPES,
    &["<｜tool▁calls▁end｜>"],
    Calls::Tags(Tags {
        opens: &["<｜tool▁call▁begin｜>function<｜tool▁sep｜>", "function<｜tool▁sep｜>"],
        ends: &["\n"],
        stops: &["```", "{"],
        body_opens: &["```json"],
        body_closes: &["```"],
        ..DEEPSEEK
    }),
);
const DEEPSEEK_V31: Row = Row::new(
    DEEPSEEK_SCOPES,
    &["<｜tool▁calls▁end｜>"],
    Calls::Tags(Tags { opens: &["<｜tool▁call▁begin｜>"], ends: &["<｜tool▁sep｜>"], ..DEEPSEEK }),
);
const KIMI_K2: Row = Row::new(
    &["<|tool_calls_section_begin|>", "<|tool_call_section_begin|>", ""],
    &["<|tool_calls_section_end|>", "<|tool_call_section_end|>"],
    Calls::Tags(Tags {
        opens: &["<|tool_call_begin|>"],
        ends: &["<|tool_call_argument_begin|>"],
        raw: Raw::Malformed,
        closes: &["<|tool_call_end|>"],
        ..Tags::JSON
    }),
);
const KIMI_K2_STRIPPED: Row =
    Row::new(&[""], &[], Calls::Tags(Tags { opens: &["functions."], stops: &["{"], ..Tags::JSON }));
const HARMONY: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["<|start|>assistant", "<|channel|>"],
        ends: &["<|message|>"],
        head: Head::Recipient,
        raw: Raw::Malformed,
        closes: &["<|call|>", "<|end|>", "<|return|>"],
        ..Tags::JSON
    }),
);
const HARMONY_STRIPPED: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["assistantcommentary to=functions.", "commentary to=functions."],
        stops: &["{", " "],
        body_opens: &["json", "code"],
        ..Tags::JSON
    }),
);
const BRACKET: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["[Tool call:", "[tool call:", "[Tool Call:"],
        ends: &["("],
        closes: &[") ]"],
        ..Tags::JSON
    }),
);
const FUNCTIONARY: Row = Row::new(&[""], &[], Calls::Tags(FUNCTIONARY_CALL));
const FUNCTIONARY_FIRST: Row =
    Row::bare(Calls::Tags(Tags { opens: &[""], head: Head::Plain, raw: Raw::Text, ..FUNCTIONARY_CALL }));
const FUNCTIONARY_CALL: Tags = Tags { opens: &[">>>"], ends: &["\n"], raw: Raw::Code, ..Tags::JSON };
const TOOL_FENCES: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["```"],
        ends: &["\n"],
        head: Head::Plain,
        raw: Raw::Only,
        closes: &["```"],
        ..Tags::JSON
    }),
);
const TOOL_TAGS: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["<"],
        ends: &[">"],
        head: Head::Plain,
        raw: Raw::Only,
        closes: &["</*>"],
        ..Tags::JSON
    }),
);
const TOOL_USAGE: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags { opens: &["Tool usage: Tool:"], ends: &["Arguments:"], ..Tags::JSON }),
);

// A head with the name, then an object with bare keys.

const FUNCTION_GEMMA: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["<start_function_call> call:"],
        stops: &["{"],
        is_json: false,
        loose: Some("<escape>"),
        raw: Raw::Malformed,
        closes: &["<end_function_call>"],
        ..Tags::JSON
    }),
);
const GEMMA4: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["<|tool_call> call:"],
        stops: &["{"],
        is_json: false,
        loose: Some("<|\"|>"),
        raw: Raw::Malformed,
        closes: &["<tool_call|>"],
        ..Tags::JSON
    }),
);
const GEMINI: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["call:default_api:", "call:default_api."],
        stops: &["{"],
        is_json: false,
        loose: Some(""),
        ..Tags::JSON
    }),
);

// A head with the name, then parameters.

const FUNCTION: Tags = Tags {
    opens: &["<function=", "<function name="],
    ends: &[">"],
    parameters: Some(Parameters {
        opens: &["<parameter=", "<parameter name="],
        form: Form::Nested,
        ..Parameters::NAMED
    }),
    closes: &["</function>"],
    ..Tags::JSON
};
const QWEN_CODER: Row = Row::new(&["<tool_call>", ""], &["</tool_call>"], Calls::Tags(FUNCTION));
const INVOKE: Tags = Tags {
    opens: &["<invoke name="],
    ends: &[">"],
    parameters: Some(Parameters::NAMED),
    closes: &["</invoke>"],
    ..Tags::JSON
};
const INVOKE_CLOSES: &[&str] = &["</invoke> </function_calls>", "</invoke>"];
const CLAUDE_XML: Row = Row::new(&["<function_calls>", ""], &["</function_calls>"], Calls::Tags(INVOKE));
const CLAUDE_LEGACY: Row = Row::new(
    &["<function_calls>", ""],
    &["</function_calls>"],
    Calls::Tags(Tags {
        opens: &["<invoke> <tool_name>"],
        ends: &["</tool_name>"],
        body_opens: &["<parameters>"],
        is_json: false,
        parameters: Some(Parameters {
            opens: &["<"],
            close: &["</*>"],
            form: Form::Elements,
            ..Parameters::NAMED
        }),
        closes: &["</parameters> </invoke>", "</invoke>"],
        ..Tags::JSON
    }),
);
const STEP3: Row = Row::new(
    &["<｜tool_calls_begin｜>", ""],
    &["<｜tool_calls_end｜>"],
    Calls::Tags(Tags {
        opens: &[
            "<｜tool_call_begin｜> function<｜tool_sep｜> <steptml:invoke name=",
            "<｜tool_call_begin｜> <steptml:invoke name=",
            "<steptml:invoke name=",
        ],
        parameters: Some(Parameters {
            opens: &["<steptml:parameter name="],
            close: &["</steptml:parameter>"],
            ..Parameters::NAMED
        }),
        closes: &["</steptml:invoke> <｜tool_call_end｜>", "</steptml:invoke>"],
        ..INVOKE
    }),
);
const DEEPSEEK_V32: Row = Row::new(
    &["<｜DSML｜function_calls>", "<｜DSML｜tool_calls>", ""],
    &["</｜DSML｜function_calls>", "</｜DSML｜tool_calls>"],
    Calls::Tags(Tags {
        opens: &["<｜DSML｜invoke name="],
        parameters: Some(Parameters {
            opens: &["<｜DSML｜parameter name="],
            close: &["</｜DSML｜parameter>"],
            form: Form::Typed,
            trims_line_ends: false,
            ..Parameters::NAMED
        }),
        closes: &["</｜DSML｜invoke>"],
        ..INVOKE
    }),
);
const KIMI_K3: Row = Row::new(
    &["<|open|>tools<|sep|>", ""],
    &["<|close|>tools<|sep|>"],
    Calls::Tags(Tags {
        opens: &["<|open|>call tool="],
        ends: &["<|sep|>"],
        parameters: Some(Parameters {
            opens: &["<|open|>argument key="],
            ends: &["<|sep|>"],
            close: &["<|close|>argument<|sep|>"],
            form: Form::Typed,
            trims_line_ends: false,
            ..Parameters::NAMED
        }),
        closes: &["<|close|>call<|sep|>"],
        ..INVOKE
    }),
);
const MINIMAX_M3: Row = Row::new(
    &["]<]minimax[>[ <tool_call>", ""],
    &["]<]minimax[>[ </tool_call>"],
    Calls::Tags(Tags {
        opens: &["]<]minimax[>[ <invoke name="],
        parameters: Some(Parameters {
            opens: &["]<]minimax[>[ <"],
            close: &["]<]minimax[>[ </*>"],
            form: Form::Elements,
            namespace: "]<]minimax[>[",
            ..Parameters::NAMED
        }),
        closes: &["]<]minimax[>[ </invoke>"],
        ..INVOKE
    }),
);
const GLM: Row = Row::new(
    &[""],
    &[],
    Calls::Tags(Tags {
        opens: &["<tool_call>"],
        stops: &["<", "{", "\n", "\\n", " "],
        parameters: Some(Parameters {
            opens: &["<arg_key>"],
            ends: &["</arg_key>"],
            value_opens: &["<arg_value>"],
            close: &["</arg_value>"],
            trims_line_ends: false,
            has_spelled_line_ends: true,
            ..Parameters::NAMED
        }),
        closes: &["</tool_call>"],
        ..Tags::JSON
    }),
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markers_begin_with_something_definite() {
        for row in FORMATS.iter().flat_map(|f| f.rows) {
            for marker in row.opens.iter().chain(row.closes) {
                let is_definite = marker.bytes().next().is_none_or(|b| b.is_ascii_graphic() && b != b'*');
                assert!(is_definite && !marker.ends_with(' '), "{marker:?}");
            }
            assert!(
                row.opens.iter().all(|m| !m.is_empty())
                    || row.at_start
                    || matches!(row.calls, Calls::Tags(_))
            );
        }
    }
}
