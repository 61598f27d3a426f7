//! Formats with the name in a head and the arguments as one object.

use super::{Call, Text, assert_reads};

#[test]
fn deepseek() {
    for begin in [
        "<｜tool▁calls▁begin｜>",
        "<｜tool_calls_begin｜>",
        "<｜tool calls begin｜>",
        "<｜tool\\_calls\\_begin｜>",
        "<｜tool▁calls｜>",
        "",
    ] {
        let text = alloc::format!(
            "Hm.{begin}<｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n{{\"a\": 1}}\n```<｜tool▁call▁end｜>\n\
             <｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n```json\n{{}}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜><｜end▁of▁sentence｜>"
        );
        assert_reads("deepseek-v3", &text, &[Text("Hm."), Call("add", r#"{"a": 1}"#), Call("now", "{}")]);
        let text = alloc::format!(
            "{begin}<｜tool▁call▁begin｜>add<｜tool▁sep｜>{{\"a\":1}}<｜tool▁call▁end｜>\
             <｜tool▁call▁begin｜>now<｜tool▁sep｜>{{}}<｜tool▁call▁end｜><｜tool▁calls▁end｜>"
        );
        assert_reads("deepseek-v3.1", &text, &[Call("add", r#"{"a":1}"#), Call("now", "{}")]);
    }
    assert_reads(
        "deepseek-v3",
        "<｜tool▁calls▁begin｜>function<｜tool▁sep｜>add\n```json\n{\"a\":1}\n```",
        &[Call("add", r#"{"a":1}"#)],
    );
}

#[test]
fn kimi_k2() {
    for (text, want) in [
        (
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.add:0<|tool_call_argument_begin|>{\"a\":1}<|tool_call_end|>\
             <|tool_call_begin|>functions.now:1<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
            &[Call("add", r#"{"a":1}"#), Call("now", "{}")][..],
        ),
        (
            "<|tool_call_section_begin|>\n<|tool_call_begin|> functions.add:0 <|tool_call_argument_begin|> {\"a\":1}\n<|tool_call_end|>\n<|tool_call_section_end|>ok",
            &[Call("add", r#"{"a":1}"#), Text("ok")],
        ),
        (
            "x<|tool_call_begin|>add:0<|tool_call_argument_begin|>{\"a\":1}<|tool_call_end|>",
            &[Text("x"), Call("add", r#"{"a":1}"#)],
        ),
        ("<|tool_call_begin|>now<|tool_call_argument_begin|><|tool_call_end|>", &[Call("now", "{}")]),
        (
            r#"<|tool_call_begin|>add<|tool_call_argument_begin|>"{\"a\":1}"<|tool_call_end|>"#,
            &[Call("add", r#"{"a":1}"#)],
        ),
        (
            "<|tool_call_begin|>patch<|tool_call_argument_begin|>+a\n-b<|tool_call_end|>",
            &[Call("patch", "+a\n-b")],
        ),
    ] {
        assert_reads("kimi-k2", text, want);
    }
    assert_reads("kimi-k2-stripped", r#"functions.add:0{"a":1}"#, &[Call("add", r#"{"a":1}"#)]);
}

#[test]
fn mistral() {
    for (text, want) in [
        (r#"[TOOL_CALLS]add{"a": 1}[TOOL_CALLS]now{}"#, &[Call("add", r#"{"a": 1}"#), Call("now", "{}")][..]),
        (r#"Well. [TOOL_CALLS]add[ARGS]{"a":1}</s>"#, &[Text("Well. "), Call("add", r#"{"a":1}"#)]),
        (r#"[TOOL_CALLS]add[ARGS{"a":1}"#, &[Call("add", r#"{"a":1}"#)]),
        (r#"[TOOL_CALLS]add[CALL_ID]a1b2c3d4e[ARGS]{"a":1}"#, &[Call("add", r#"{"a":1}"#)]),
        (
            r#"[TOOL_CALLS][{"name":"add","arguments":{"a":1},"id":"a1b2c3d4e"}]"#,
            &[Call("add", r#"{"a":1}"#)],
        ),
        (
            "[THINK][TOOL_CALLS]now{}[/THINK][TOOL_CALLS]now{}",
            &[Text("[THINK][TOOL_CALLS]now{}[/THINK]"), Call("now", "{}")],
        ),
    ] {
        assert_reads("mistral", text, want);
    }
}

#[test]
fn harmony() {
    for (text, want) in [
        (
            "<|channel|>analysis<|message|>I call <|channel|>commentary to=functions.now<|message|>{}<|end|>\
             <|start|>assistant<|channel|>commentary to=functions.add <|constrain|>json<|message|>{\"a\":1}<|call|>",
            &[
                Text(
                    "<|channel|>analysis<|message|>I call <|channel|>commentary to=functions.now<|message|>{}<|end|>",
                ),
                Call("add", r#"{"a":1}"#),
            ][..],
        ),
        (
            "<|start|>assistant to=functions.add<|channel|>commentary json<|message|>{\"a\":1}<|call|>\
             <|start|>assistant<|channel|>final<|message|>Done.<|return|>",
            &[
                Call("add", r#"{"a":1}"#),
                Text("<|start|>assistant<|channel|>final<|message|>Done.<|return|>"),
            ],
        ),
        (r#"<|channel|>commentary to=add<|message|>{"a":1}"#, &[Call("add", r#"{"a":1}"#)]),
    ] {
        assert_reads("harmony", text, want);
    }
    assert_reads(
        "harmony-stripped",
        r#"assistantcommentary to=functions.add json{"a":1}"#,
        &[Call("add", r#"{"a":1}"#)],
    );
}

#[test]
fn functionary() {
    assert_reads(
        "functionary-v3.2",
        ">>>add\n{\"a\":1}\n>>>now\n{}",
        &[Call("add", r#"{"a":1}"#), Call("now", "{}")],
    );
    assert_reads(
        "functionary-v3.2",
        "add\n{\"a\":1}>>>now\n{}",
        &[Call("add", r#"{"a":1}"#), Call("now", "{}")],
    );
    assert_reads(
        "functionary-v3.2",
        ">>>python\nprint(1)\n>>>add\n{\"a\":1}",
        &[Call("python", r#"{"code":"print(1)"}"#), Call("add", r#"{"a":1}"#)],
    );
    assert_reads("functionary-v3.2", ">>>all\nHello", &[Text(">>>all\nHello")]);
    assert_reads("hermes-tags", r#"<function=add>{"a":1}</function>"#, &[Call("add", r#"{"a":1}"#)]);
}

#[test]
fn objects_with_bare_keys() {
    for (format, text, want) in [
        (
            "function-gemma",
            "<start_function_call>call:weather{city:<escape>A \"b\", {c}<escape>,days:3}<end_function_call>",
            r#"{"city":"A \"b\", {c}","days":3}"#,
        ),
        (
            "gemma4",
            "<|tool_call>call:weather{city:<|\"|>Rome<|\"|>,o:{x:[1,<|\"|>y<|\"|>]},b:true}<tool_call|>",
            r#"{"city":"Rome","o":{"x":[1,"y"]},"b":true}"#,
        ),
        ("gemini", "call:default_api:weather{city: New York, days: 3}", r#"{"city":"New York","days":3}"#),
        ("gemini", r#"call:default_api:weather{city="52.5", days=2}"#, r#"{"city":"52.5","days":2}"#),
        ("gemini", r#"call:default_api.weather{"city": "a\/b"}"#, r#"{"city": "a\/b"}"#),
    ] {
        assert_reads(format, text, &[Call("weather", want)]);
    }
    assert_reads("gemma4", "<|tool_call>call:now{}<tool_call|>ok", &[Call("now", "{}"), Text("ok")]);
}

#[test]
fn prose_conventions() {
    assert_reads(
        "bracket",
        r#"[Tool call: add({"a": [1]})] and [Tool call: now()]"#,
        &[Call("add", r#"{"a": [1]}"#), Text(" and "), Call("now", "{}")],
    );
    assert_reads(
        "tool-usage",
        "Tool usage:\nTool: add\nArguments: {\"a\":1}\n",
        &[Call("add", r#"{"a":1}"#)],
    );
    assert_reads(
        "tool-fences",
        "Now:\n```add\n{\"a\":1}\n```\nok",
        &[Text("Now:\n"), Call("add", r#"{"a":1}"#), Text("\nok")],
    );
    assert_reads(
        "tool-tags",
        "<b>x</b> <add>{\"a\":1}</add> <adder>",
        &[Text("<b>x</b> "), Call("add", r#"{"a":1}"#), Text(" <adder>")],
    );
}

#[test]
fn what_a_tag_or_fence_named_after_a_tool_holds_is_its_only_text() {
    for (text, want) in [
        (
            "<python>print('a < b')\n</python>!",
            &[Call("python", r#"{"code":"print('a < b')"}"#), Text("!")][..],
        ),
        ("<patch>\n+a\n</patch>", &[Call("patch", "+a")]),
        // The tool has several parameters, or none; the tag is never closed.
        ("<weather>Rome</weather>", &[Text("<weather>Rome</weather>")]),
        ("<now>please</now>", &[Text("<now>please</now>")]),
        ("<python> is a tag", &[Text("<python> is a tag")]),
        ("<python> <add>{\"a\":1}</add>", &[Text("<python> <add>{\"a\":1}</add>")]),
    ] {
        assert_reads("tool-tags", text, want);
    }
    assert_reads(
        "tool-fences",
        "```python\nprint(1)\n```\nok",
        &[Call("python", r#"{"code":"print(1)"}"#), Text("\nok")],
    );
}

#[test]
fn line_ends_in_two_characters_are_blanks_wherever_they_are_cut() {
    assert_reads(
        "glm",
        "<tool_call>now\\n\\n</tool_call>\\n<tool_call>add\\n<arg_key>a</arg_key>\\n\\n<arg_value>1</arg_value>\\n</tool_call>.",
        &[Call("now", "{}"), Call("add", r#"{"a":1}"#), Text(".")],
    );
}
