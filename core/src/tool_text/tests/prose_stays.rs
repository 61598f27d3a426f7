//! Text that only looks like a call.

use super::{Format, Formats, Piece, assert_stays, run_cut};
use alloc::string::ToString;

#[test]
fn ordinary_text_is_not_touched() {
    for text in [
        "",
        " ",
        "\n\n",
        "Hello.",
        "  indented\n",
        "a < b, [c], {d}, `e`, <f>, functools.wraps, call: me",
        "[1, 2, 3]",
        "[]",
        "{}",
        "[link](https://example.com) weather(city='Rome')",
        "[weather report] follows",
        "{\"name\":\"Bob\",\"age\":30}",
        "{\"name\": \"Zara Nightshade\", \"arguments\": 2}",
        "{\"name\":\"weather\",\"age\":30}",
        "{\"name\":\"weather\"}",
        "{\"city\":\"Rome\",\"calls\":[{\"name\":\"now\",\"arguments\":{}}]}",
        "[{\"title\":\"now\"}]",
        "{name} is a placeholder",
        "<tool_call> tags wrap calls",
        "<tool_call>",
        "<tool_call",
        "<tool_call>{",
        "<tool_call>{\"na",
        "<tool_call>{}</tool_call>",
        "<tool_call>weather is nice</tool_call>",
        "Use <function=weather> to call it.",
        "<|tool_call_begin|>",
        "<function_calls\">\n<invoke name=\"unused\">\n<parameter name=\"value",
        "[TOOL_CALLS] is Mistral's marker",
        "<|channel|>final<|message|>Hi<|return|>",
        "```tool_code\nprint(2 - 5)\n```",
        "<｜tool▁calls▁begin｜> and so on",
        "call:default_api:weather and call:default_api:weather{a: b, c}",
        "[Tool call: now] [Tool call: now( or so",
        "<think>a</think>b",
        "<tools>{\"type\":\"function\",\"function\":{\"name\":\"now\",\"description\":\"d\",\"parameters\":{}}}</tools>",
        "<seed:think>",
    ] {
        assert_stays(text);
    }
}

#[test]
fn unknown_tools_are_not_called() {
    for text in [
        "<tool_call>{\"name\":\"nope\",\"arguments\":{\"a\":\"</tool_call>\"}}</tool_call> x",
        "<tool_call>\n<function=nope>\n<parameter=a>\n1\n</parameter>\n</function>\n</tool_call>",
        "<tool_call>nope<arg_key>a</arg_key><arg_value>b</arg_value></tool_call>",
        "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>nope\n```json\n{}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
        "<|tool_calls_section_begin|><|tool_call_begin|>functions.nope:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>",
        "[TOOL_CALLS]nope{\"a\":1}",
        "[TOOL_CALLS][{\"name\":\"nope\",\"arguments\":{}}]",
        "functools[{\"name\":\"nope\",\"arguments\":{}}]",
        "[nope(a=1)]",
        "<|python_start|>[nope(a=1)]<|python_end|>",
        "<minimax:tool_call><invoke name=\"nope\"><parameter name=\"a\">1</parameter></invoke></minimax:tool_call>",
        "<|tools_prefix|>[{\"nope\":{}}]<|tools_suffix|>",
        "<start_function_call>call:nope{}<end_function_call>",
        "<|channel|>commentary to=functions.nope <|constrain|>json<|message|>{}<|call|>",
        "<|START_ACTION|>[{\"tool_name\":\"nope\",\"parameters\":{}}]<|END_ACTION|>",
        "{\"name\":\"nope\",\"parameters\":{\"name\":\"now\"}}",
    ] {
        assert_stays(text);
    }
}

#[test]
fn shown_markers_are_not_calls() {
    let call = "<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call>";
    for text in [
        alloc::format!("```\n{call}\n```\n"),
        alloc::format!("So:\n  ~~~xml\n{call}\n~~~\nok"),
        alloc::format!("write `{call}` or \"{call}\""),
        alloc::format!("> {call}\n"),
        alloc::format!("<think>\nI could write {call}\n</think>\nNo."),
        alloc::format!("{{\"thought\":\"{}\"}}", "<tool_call>now</tool_call>"),
    ] {
        assert_stays(&text);
    }
    // Behind the fence they are calls again.
    let text = alloc::format!("```\n{call}\n```\n{call}");
    assert_eq!(run_cut(Formats::auto(), &text).len(), 2);
}

#[test]
fn shown_calls_of_every_format_stay_in_their_fence() {
    for inner in [
        "<tool_call>\n<function=now>\n</function>\n</tool_call>",
        "<tool_call>now</tool_call>",
        "<|tool_call_begin|>now<|tool_call_argument_begin|>{}<|tool_call_end|>",
        "[TOOL_CALLS]now{}",
        "<function_calls>\nnow()\n</function_calls>",
        "<invoke name=\"now\"></invoke>",
    ] {
        assert_stays(&alloc::format!("An example:\n```\n{inner}\n```"));
    }
}

#[test]
fn without_formats_or_tools_nothing_is_read() {
    let text = "<tool_call>{\"name\":\"now\",\"arguments\":{}}</tool_call>";
    assert_eq!(run_cut(Formats::NONE, text), [Piece::Text(text.to_string())]);
    let other = Formats::NONE.with(Format::by_name("glm").expect("known"));
    assert_eq!(run_cut(other, text), [Piece::Text(text.to_string())]);
}

#[test]
fn an_object_with_a_key_that_no_call_has_is_text_however_it_is_cut() {
    // Each was read differently when it came in pieces.
    for text in [
        "{ \"<｜tool\\_calls\\_begin｜>{\"city\":\"x\"}<tool_call>{\"name\":\"now\"}</tool_call>",
        "{ \"na\\me\u{1}\":1}<tool_call>{\"name\":\"now\"}</tool_call>",
    ] {
        run_cut(Formats::auto(), text);
    }
    let long = "x".repeat(300);
    for text in [
        alloc::format!("{{\"name\":\"a\u{1}{long}\"}}<tool_call>{{\"name\":\"now\"}}</tool_call>"),
        alloc::format!("<tool_call>{{\"a\u{1}{long}\":1}}<tool_call>{{\"name\":\"now\"}}</tool_call>"),
    ] {
        run_cut(Formats::auto(), &text);
    }
}
