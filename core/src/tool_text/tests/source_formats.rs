//! Formats whose calls are source text.

use super::{Call, Text, assert_reads};

#[test]
fn bare_lists() {
    for (text, want) in [
        (
            "[weather(city='Rome', days=3), now()]",
            &[Call("weather", r#"{"city":"Rome","days":3}"#), Call("now", "{}")][..],
        ),
        (
            "\n[add(a=1,\n b=[2.0, {'k': None}])]\nok",
            &[Call("add", r#"{"a":1,"b":[2.0,{"k":null}]}"#), Text("\nok")],
        ),
        (r#"[weather(city="it's (a) \"b\"")]"#, &[Call("weather", r#"{"city":"it's (a) \"b\""}"#)]),
        ("[now( )]", &[Call("now", "{}")]),
    ] {
        assert_reads("pythonic", text, want);
    }
}

#[test]
fn marked_lists() {
    assert_reads("llama4", "<|python_start|>[now()]<|python_end|><|eot|>", &[Call("now", "{}")]);
    assert_reads("llama4", "Hm <|python_start|>now()", &[Text("Hm "), Call("now", "{}")]);
    assert_reads(
        "lfm2",
        "<|tool_call_start|>[weather(city=\"Rome\"), now()]<|tool_call_end|>Fine.",
        &[Call("weather", r#"{"city":"Rome"}"#), Call("now", "{}"), Text("Fine.")],
    );
    assert_reads(
        "olmo3",
        "<function_calls>\nweather(city=\"Rome\", units=null)\nnow()\n</function_calls>",
        &[Call("weather", r#"{"city":"Rome","units":null}"#), Call("now", "{}")],
    );
    assert_reads("tool-code", "```tool_code\nadd(a=2, b=5)\n```", &[Call("add", r#"{"a":2,"b":5}"#)]);
    assert_reads("tool-code", "a\n```tool_code\ndefault_api.now()\n```", &[Text("a\n"), Call("now", "{}")]);
    assert_reads("olmo3", "<function_calls>patch(input='+a')</function_calls>", &[Call("patch", "+a")]);
}
