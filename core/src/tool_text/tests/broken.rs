//! Calls that were cut or are no JSON: malformed, and nothing of them lost.

use super::{Call, Piece, Text, assert_reads, named, run, tools};
use crate::model::{PartKind, ToolCall, ToolCallKind};
use crate::tool_text::{Formats, ToolText};

fn is_malformed(piece: &Piece) -> bool {
    let Piece::Call { name, arguments, .. } = piece else { return false };
    let (name, arguments) = (name.clone(), arguments.clone());
    ToolCall { id: None, name, arguments, kind: ToolCallKind::Function }.object().is_err()
}

#[test]
fn cut_calls_are_malformed() {
    for (format, text, raw) in [
        ("hermes", r#"<tool_call>{"name":"add","arguments":{"a":1,"#, r#"{"a":1,"#),
        ("hermes", r#"<tool_call>{"name":"add""#, r#"{"name":"add""#),
        ("hermes", r#"<tool_call>{"name":"add","arguments":"{\"a"#, r#"{"name":"add","arguments":"{\"a"#),
        ("llama3", r#"{"name":"add","parameters":{"a""#, r#"{"a""#),
        ("qwen3-coder", "<tool_call>\n<function=add>", "<function=add>"),
        ("qwen3-coder", "<tool_call>\n<function=add>\n<parameter=a>\n1", "<function=add>\n<parameter=a>\n1"),
        (
            "qwen3-coder",
            "<function=add><parameter=a>1</parameter>",
            "<function=add><parameter=a>1</parameter>",
        ),
        ("glm", "<tool_call>add<arg_key>a</arg_key><arg_va", "<tool_call>add<arg_key>a</arg_key><arg_va"),
        ("deepseek-v3", "<｜tool▁call▁begin｜>function<｜tool▁sep｜>add\n```json\n{\"a\":", "{\"a\":"),
        (
            "kimi-k2",
            "<|tool_call_begin|>functions.add:0<|tool_call_argument_begin|>",
            "<|tool_call_begin|>functions.add:0<|tool_call_argument_begin|>",
        ),
        ("mistral", "[TOOL_CALLS]add{\"a\":", "{\"a\":"),
        ("mistral", "[TOOL_CALLS]add[ARGS]a=1", "a=1"),
        ("pythonic", "[add(a=1, b=", "add(a=1, b="),
        ("llama4", "<|python_start|>[add(a=f(1))]<|python_end|>", "add(a=f(1))"),
        ("gemma4", "<|tool_call>call:add{a:", "<|tool_call>call:add{a:"),
        (
            "minimax-m2",
            "<minimax:tool_call><invoke name=\"add\"><parameter name=\"a\">1</par",
            "<invoke name=\"add\"><parameter name=\"a\">1</par",
        ),
    ] {
        // The table holds the raw text for the life of the program.
        assert_reads(format, text, &[Call("add", raw)]);
        assert!(is_malformed(&run(named(format), [text])[0]), "{text}");
    }
}

#[test]
fn broken_json_ends_at_the_marker() {
    assert_reads(
        "hermes",
        "<tool_call>{\"name\":\"add\",\"arguments\":{\"a\":\"x\ny\"}}</tool_call> z",
        &[Call("add", "{\"a\":\"x\ny\"}}"), Text(" z")],
    );
    assert_reads(
        "hermes",
        "<tool_call>{\"name\":\"add\", arguments: {}}</tool_call>z",
        &[Call("add", "{\"name\":\"add\", arguments: {}}"), Text("z")],
    );
    assert_reads(
        "kimi-k2",
        "<|tool_call_begin|>add<|tool_call_argument_begin|>{\"a\":1]<|tool_call_end|>z",
        &[Call("add", "{\"a\":1]"), Text("z")],
    );
    assert_reads(
        "mistral",
        "[TOOL_CALLS]add{\"a\":1][TOOL_CALLS]now{}",
        &[Call("add", "{\"a\":1]"), Call("now", "{}")],
    );
}

#[test]
fn a_fault_between_parameters_spoils_the_call() {
    for text in [
        "<function=add>\n<parameter=a>\n1\n</parameter>\njunk\n</function>",
        "<function=add><parameter=a>1</parameter><parameter=a>2</parameter></function>",
        "<function=add><parameter=>1</parameter></function>",
    ] {
        let pieces = run(named("qwen3-coder"), [text]);
        assert!(pieces.len() == 1 && is_malformed(&pieces[0]), "{pieces:?}");
    }
}

#[test]
fn arguments_that_are_no_object_are_malformed() {
    for value in ["[1]", "7", "\"text\"", "true"] {
        let text = alloc::format!("<tool_call>{{\"name\":\"add\",\"arguments\":{value}}}</tool_call>");
        let pieces = run(named("hermes"), [&*text]);
        assert!(is_malformed(&pieces[0]), "{pieces:?}");
    }
}

#[test]
fn what_is_over_the_cap_is_malformed_or_text() {
    let long = "x".repeat(200);
    for (text, is_call) in [
        (alloc::format!("<function=write><parameter=content>{long}</parameter></function>"), true),
        (
            alloc::format!("<tool_call>{{\"arguments\":{{\"a\":\"{long}\"}},\"name\":\"add\"}}</tool_call>"),
            false,
        ),
        (alloc::format!("<tool_call>{{\"{long}"), false),
        (alloc::format!("[write(content='{long}')]"), true),
    ] {
        let read = |deltas: &[&str]| {
            let tool_text = ToolText::new(Formats::auto(), &tools()).with_max_held_bytes(64);
            let (out, most) = super::run_with(tool_text, PartKind::Text, deltas.iter().copied());
            assert!(most <= 64, "{most} held");
            out.pieces
        };
        let whole = read(&[&text]);
        let characters: alloc::vec::Vec<_> = super::characters(&text).collect();
        assert_eq!(read(&characters), whole);
        assert_eq!(whole.iter().any(is_malformed), is_call, "{whole:?}");
        let held: usize = whole
            .iter()
            .map(|p| match p {
                Piece::Call { arguments, .. } => arguments.len(),
                Piece::Text(t) | Piece::Thought(t) => t.len(),
            })
            .sum();
        assert!(held >= text.len() - 1, "{held} of {} bytes came out", text.len());
    }
}

#[test]
fn large_arguments_go_out_as_they_come() {
    let text = alloc::format!(
        "<tool_call>{{\"name\":\"write\",\"arguments\":{{\"content\":\"{}\"}}}}</tool_call>",
        "y".repeat(100_000)
    );
    let tool_text = ToolText::new(Formats::auto(), &tools());
    let (out, most) = super::run_with(tool_text, PartKind::Text, super::characters(&text));
    assert!(most < 64, "{most} held");
    assert!(matches!(&out.pieces[..], [Piece::Call { arguments, .. }] if arguments.len() == 100_014));
}
