//! Formats whose calls are JSON objects.

use super::{Call, Text, assert_reads};

#[test]
fn hermes() {
    let cases: &[(&str, &[super::Want])] = &[
        (
            "<tool_call>\n{\"name\": \"add\", \"arguments\": {\"a\": 2, \"b\": 5.0}}\n</tool_call>",
            &[Call("add", r#"{"a": 2, "b": 5.0}"#)],
        ),
        (
            "Let me see.\n<tool_call>\n{\"name\":\"weather\",\"arguments\":{\"city\":\"Zürich\"}}\n</tool_call>\n\
             <tool_call>\n{\"name\":\"now\",\"arguments\":{}}\n</tool_call>\n",
            &[Text("Let me see.\n"), Call("weather", r#"{"city":"Zürich"}"#), Call("now", "{}")],
        ),
        // Text before, between and behind; blanks around calls are no content.
        (
            "a <tool_call>{\"name\":\"now\"}</tool_call>\n b <tool_call>{\"name\":\"now\"}</tool_call><|im_end|>\n",
            &[Text("a "), Call("now", "{}"), Text("\n b "), Call("now", "{}")],
        ),
        // Markers within strings are data.
        (
            r#"<tool_call>{"name":"write","arguments":{"content":"<tool_call>{\"name\":\"now\"}</tool_call> }"}}</tool_call>"#,
            &[Call("write", r#"{"content":"<tool_call>{\"name\":\"now\"}</tool_call> }"}"#)],
        ),
        // The arguments before the name; in a string; missing; null.
        (r#"<tool_call>{"arguments":{"a":1},"name":"add"}</tool_call>"#, &[Call("add", r#"{"a":1}"#)]),
        (r#"<tool_call>{"name":"add","arguments":"{\"a\": 1}"}</tool_call>"#, &[Call("add", r#"{"a": 1}"#)]),
        (r#"<tool_call>{"name":"now"}</tool_call>"#, &[Call("now", "{}")]),
        (r#"<tool_call>{"name":"now","arguments":null}</tool_call>"#, &[Call("now", "{}")]),
        // Keys that no call has, and the words of other vendors.
        (
            r#"<tool_call>{"type":"function","why":{"name":"x"},"name":"add","parameters":{"a":1},"n":[1]}</tool_call>"#,
            &[Call("add", r#"{"a":1}"#)],
        ),
        (
            r#"<tool_call>{"type":"function","function":{"name":"add","arguments":"{\"a\":1}"}}</tool_call> done"#,
            &[Call("add", r#"{"a":1}"#), Text(" done")],
        ),
        (
            r#"<tool_call>{"function":{"name":"add","arguments":{"a":{"b":[]}}},"id":"x"}</tool_call>"#,
            &[Call("add", r#"{"a":{"b":[]}}"#)],
        ),
        (
            "<tool_call>{ \"na\\u006de\" : \"\\u0061dd\" , \"arguments\" : { } }</tool_call>",
            &[Call("add", "{ }")],
        ),
    ];
    for (text, want) in cases {
        assert_reads("hermes", text, want);
    }
}

#[test]
fn a_missing_end_marker_is_no_fault() {
    assert_reads("hermes", r#"<tool_call>{"name":"add","arguments":{"a":1}}"#, &[Call("add", r#"{"a":1}"#)]);
    assert_reads("hermes", r#"<tool_call>{"name":"add","arguments":{"a":1}"#, &[Call("add", r#"{"a":1}"#)]);
    assert_reads("hermes", r#"<tool_call>{"name":"now"}</tool_"#, &[Call("now", "{}"), Text("</tool_")]);
    assert_reads(
        "hermes",
        r#"<tool_call>{"name":"now"}<tool_call>{"name":"now"} so"#,
        &[Call("now", "{}"), Call("now", "{}"), Text(" so")],
    );
}

#[test]
fn variants_of_the_tag() {
    for tag in ["function_call", "tool", "tools", "response", "json", "xml", "JSON"] {
        let text = alloc::format!("<{tag}>\n{{\"name\":\"add\",\"arguments\":{{\"a\":1}}}}\n</{tag}>");
        assert_reads("hermes-tags", &text, &[Call("add", r#"{"a":1}"#)]);
    }
    assert_reads("hermes-tags", r#"<function=add>{"a":1}</function>"#, &[Call("add", r#"{"a":1}"#)]);
    assert_reads(
        "hermes-tags",
        r#"<function name="add">{"a":1}</function>!"#,
        &[Call("add", r#"{"a":1}"#), Text("!")],
    );
    assert_reads("hermes-tags", r#"<tool_call name="add">{"a":1}</tool_call>"#, &[Call("add", r#"{"a":1}"#)]);
    assert_reads(
        "longcat",
        "<longcat_tool_call>{\"name\":\"now\",\"arguments\":{}}</longcat_tool_call>",
        &[Call("now", "{}")],
    );
    assert_reads(
        "fenced",
        "```json\n<tool_call>\n{\"name\":\"now\",\"arguments\":{}}\n</tool_call>\n```\nok",
        &[Call("now", "{}"), Text("\nok")],
    );
    assert_reads(
        "fenced",
        "See:\n```json\n{\"name\":\"now\",\"arguments\":{}}\n```",
        &[Text("See:\n"), Call("now", "{}")],
    );
}

#[test]
fn arrays_between_markers() {
    let array = r#"[{"name":"add","arguments":{"a":[1,[2]]}}, {"name":"now","arguments":{}}]"#;
    let want = [Call("add", r#"{"a":[1,[2]]}"#), Call("now", "{}")];
    for (format, open, close) in [
        ("granite", "<|tool_call|>", ""),
        ("granite", "<tool_call>", ""),
        ("hermes", "<tool_call>", "</tool_call>"),
        ("minimax-m1", "<tool_calls>", "</tool_calls>"),
        ("nemotron", "<TOOLCALL>", "</TOOLCALL>"),
        ("mistral", "[TOOL_CALLS] ", "</s>"),
        ("mistral", "[TOOL_CALLS]", ""),
        ("functools", "functools", ""),
        ("cohere", "<|START_ACTION|>\n", "\n<|END_ACTION|>"),
        ("lfm2", "<|tool_call_start|>", "<|tool_call_end|>"),
        ("xlam", "", ""),
        ("xlam", "\n\n", "\n"),
        ("json", "", ""),
        ("fenced", "```json\n", "\n```"),
    ] {
        assert_reads(format, &alloc::format!("{open}{array}{close}"), &want);
    }
}

#[test]
fn one_object_a_line() {
    assert_reads(
        "minimax-m1",
        "<tool_calls>\n{\"name\":\"add\",\"arguments\":{\"a\":1}}\n{\"name\":\"now\",\"arguments\":{}}\n</tool_calls>",
        &[Call("add", r#"{"a":1}"#), Call("now", "{}")],
    );
}

#[test]
fn llama() {
    for (text, want) in [
        (r#"<|python_tag|>{"name":"add","parameters":{"a":1}}"#, &[Call("add", r#"{"a":1}"#)][..]),
        (
            r#"<|python_tag|>{"type":"function","name":"add","parameters":{"a":1}}; {"name":"now","parameters":{}}<|eom_id|>"#,
            &[Call("add", r#"{"a":1}"#), Call("now", "{}")],
        ),
        (r#"{"name": "add", "parameters": {"a": 1}}"#, &[Call("add", r#"{"a": 1}"#)]),
        (
            "{\"name\":\"now\",\"arguments\":{}};{\"name\":\"now\",\"arguments\":{}} and that's it",
            &[Call("now", "{}"), Call("now", "{}"), Text(" and that's it")],
        ),
        (r#"<|python_tag|>weather.call(city="Rome")"#, &[Call("weather", r#"{"city":"Rome"}"#)]),
    ] {
        assert_reads("llama3", text, want);
    }
}

#[test]
fn both_kinds_of_arguments_make_a_malformed_call() {
    assert_reads(
        "llama3",
        r#"{"name":"add","parameters":{"a":1},"arguments":{"a":2}}"#,
        &[Call("add", r#"{"a":1},"arguments":{"a":2}"#)],
    );
    assert_reads(
        "llama3",
        r#"{"parameters":{"a":1},"arguments":{"a":2},"name":"add"}"#,
        &[Call("add", "{\"parameters\":{\"a\":1},\"arguments\":{\"a\":2},\"name\":\"add\"}\n{\"a\":2}")],
    );
}

#[test]
fn objects_of_other_vendors() {
    assert_reads(
        "claude-json",
        r#"{"type":"tool_use","id":"toolu_01AbCdEf","name":"add","input":{"a":1}}"#,
        &[Call("add", r#"{"a":1}"#)],
    );
    assert_reads(
        "claude-json",
        r#"<tool_use>{"tool":"add","arguments":{}}</tool_use>"#,
        &[Call("add", "{}")],
    );
    assert_reads(
        "internlm2",
        "Sure.<|action_start|> <|plugin|>\n{\"name\":\"add\",\"parameters\":{\"a\":1}}<|action_end|>\n",
        &[Text("Sure."), Call("add", r#"{"a":1}"#)],
    );
    assert_reads(
        "cohere",
        r#"<|START_ACTION|>[{"tool_call_id":"0","tool_name":"add","parameters":{"a":1}}]<|END_ACTION|>"#,
        &[Call("add", r#"{"a":1}"#)],
    );
    assert_reads(
        "apertus",
        r#"<|tools_prefix|>[{"add":{"a":1}},{"now":{}}]<|tools_suffix|>"#,
        &[Call("add", r#"{"a":1}"#), Call("now", "{}")],
    );
    assert_reads(
        "gigachat",
        "<|message_sep|>\n\nfunction call<|role_sep|>\n{\"name\":\"add\",\"arguments\":{\"a\":1}}</s>",
        &[Call("add", r#"{"a":1}"#)],
    );
    assert_reads("gigachat", r#"<|function_call|>{"name":"now"}"#, &[Call("now", "{}")]);
    assert_reads(
        "claude-xml",
        r#"<invoke>{"function":"add","arguments":{"a":1}}</invoke>"#,
        &[Call("add", r#"{"a":1}"#)],
    );
    assert_reads(
        "generic",
        r#"{"tool_calls": [{"name":"add","arguments":{"a":1}},{"name":"now"}]}"#,
        &[Call("add", r#"{"a":1}"#), Call("now", "{}")],
    );
    assert_reads("generic", r#"{"tool_call": {"name":"now","arguments":{}}}"#, &[Call("now", "{}")]);
    assert_reads(
        "json",
        r#"{"name":"add","function":{"name":"add","arguments":{"a":1}}}"#,
        &[Call("add", r#"{"a":1}"#)],
    );
}

#[test]
fn freeform_tools_get_their_text() {
    for value in [r#""*** a\nb""#, r#"{"input":"*** a\nb"}"#] {
        let text = alloc::format!(r#"<tool_call>{{"name":"patch","arguments":{value}}}</tool_call>"#);
        assert_reads("hermes", &text, &[Call("patch", "*** a\nb")]);
    }
    assert_reads(
        "hermes",
        r#"<tool_call>{"name":"patch","arguments":[1]}</tool_call>"#,
        &[Call("patch", "[1]")],
    );
}

#[test]
fn unknown_tools_stay_text_beside_known_ones() {
    for (text, want) in [
        (
            r#"<tool_call>[{"name":"no","arguments":{"x":"]"}}, {"name":"now"}]</tool_call>!"#,
            &[Text(r#"<tool_call>[{"name":"no","arguments":{"x":"]"}}, "#), Call("now", "{}"), Text("!")][..],
        ),
        (
            r#"<tool_call>[{"name":"now"}, {"name":"no"}]</tool_call>!"#,
            &[Call("now", "{}"), Text(r#", {"name":"no"}]</tool_call>!"#)],
        ),
        (
            r#"<tool_call>{"name":"no"}</tool_call><tool_call>{"name":"now"}</tool_call>"#,
            &[Text(r#"<tool_call>{"name":"no"}</tool_call>"#), Call("now", "{}")],
        ),
    ] {
        assert_reads("hermes", text, want);
    }
}
