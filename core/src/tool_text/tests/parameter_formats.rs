//! Formats whose arguments are parameters with markers of their own.

use super::{Call, Text, assert_reads};

#[test]
fn qwen_coder() {
    for (text, want) in [
        (
            "I look.\n<tool_call>\n<function=weather>\n<parameter=city>\nZürich\n</parameter>\n<parameter=days>\n3\n</parameter>\n</function>\n</tool_call>",
            &[Text("I look.\n"), Call("weather", r#"{"city":"Zürich","days":3}"#)][..],
        ),
        // No outer tag; no parameters; two calls.
        (
            "<function=now>\n</function>\n<tool_call><function=add><parameter=a>1.0</parameter></function></tool_call>",
            &[Call("now", "{}"), Call("add", r#"{"a":1.0}"#)],
        ),
        // One line end at either end goes, no more; strings are not read.
        (
            "<tool_call>\n<function=write>\n<parameter=content>\n\n  x\n\n</parameter>\n<parameter=path>\nnull\n</parameter>\n</function>\n</tool_call>\n",
            &[Call("write", r#"{"content":"\n  x\n","path":"null"}"#)],
        ),
        // The value's end is missing.
        (
            "<tool_call>\n<function=weather>\n<parameter=city>\nRome\n<parameter=days>\n3\n</function>\n</tool_call>",
            &[Call("weather", r#"{"city":"Rome","days":3}"#)],
        ),
        // Literal tags in a value, paired and not.
        (
            "<function=write>\n<parameter=content>\na <parameter=path>x</parameter>\n</parameter>\n</function>",
            &[Call("write", r#"{"content":"a <parameter=path>x</parameter>"}"#)],
        ),
        (
            "<function=write>\n<parameter=content>\na <parameter=x> b\n</parameter>\n<parameter=path>\np\n</parameter>\n</function>",
            &[Call("write", r#"{"content":"a <parameter=x> b","path":"p"}"#)],
        ),
        (
            "<tool_call>\n<function=write>\n<parameter=content>\n<function=x></function> y\n</parameter>\n</function>\n</tool_call>",
            &[Call("write", r#"{"content":"<function=x></function> y"}"#)],
        ),
        // Arrays, objects, booleans, null, what the schema does not know.
        (
            "<function=write><parameter=lines>['a', 1]</parameter><parameter=options>{\"b\": 1, \"a\": 2}</parameter>\
             <parameter=force>True</parameter><parameter=more>7</parameter></function>",
            &[Call("write", r#"{"lines":["a",1],"options":{"b": 1, "a": 2},"force":true,"more":"7"}"#)],
        ),
        (
            "<function=weather><parameter=units>null</parameter><parameter=days>many</parameter></function>",
            &[Call("weather", r#"{"units":null,"days":"many"}"#)],
        ),
        ("<function=patch><parameter=input>\n+a\n</parameter></function>", &[Call("patch", "+a")]),
    ] {
        assert_reads("qwen3-coder", text, want);
    }
    assert_reads(
        "seed-oss",
        "<seed:think><function=now></function></seed:think>\n<seed:tool_call>\n<function=weather>\n<parameter=city>Rome</parameter>\n</function>\n</seed:tool_call>",
        &[Text("<seed:think><function=now></function></seed:think>"), Call("weather", r#"{"city":"Rome"}"#)],
    );
}

#[test]
fn glm() {
    for (text, want) in [
        (
            "<tool_call>weather\n<arg_key>city</arg_key>\n<arg_value> Rome</arg_value>\n<arg_key>days</arg_key>\n<arg_value> 3</arg_value>\n</tool_call>",
            &[Call("weather", r#"{"city":" Rome","days":3}"#)][..],
        ),
        (
            "So:<tool_call>weather<arg_key>city</arg_key><arg_value>A</arg_value></tool_call> text <tool_call>now</tool_call><|observation|>",
            &[Text("So:"), Call("weather", r#"{"city":"A"}"#), Text(" text "), Call("now", "{}")],
        ),
        (
            "<tool_call>weather\\n<arg_key>city</arg_key>\\n<arg_value>A</arg_value>\\n</tool_call>",
            &[Call("weather", r#"{"city":"A"}"#)],
        ),
        // A value may hold its own end, where nothing of the call follows it.
        (
            "<tool_call>write<arg_key>content</arg_key><arg_value>a</arg_value>b</arg_value></tool_call>",
            &[Call("write", r#"{"content":"a</arg_value>b"}"#)],
        ),
    ] {
        assert_reads("glm", text, want);
    }
}

#[test]
fn minimax() {
    for (text, want) in [
        (
            "<minimax:tool_call>\n<invoke name=\"weather\">\n<parameter name=\"city\">a &lt; b</parameter>\n<parameter name=\"days\">3</parameter>\n</invoke>\n\
             <invoke name=\"now\">\n</invoke>\n</minimax:tool_call>",
            &[Call("weather", r#"{"city":"a &lt; b","days":3}"#), Call("now", "{}")][..],
        ),
        (
            "<minimax:tool_call><invoke name='write'><parameter name=\"content\">\n<a></parameter></a>\n</parameter></invoke></minimax:tool_call>ok",
            &[Call("write", r#"{"content":"<a></parameter></a>"}"#), Text("ok")],
        ),
    ] {
        assert_reads("minimax-m2", text, want);
    }
    assert_reads(
        "minimax-m3",
        "]<]minimax[>[<tool_call>\n]<]minimax[>[<invoke name=\"write\">]<]minimax[>[<path>a b]<]minimax[>[</path>\
         ]<]minimax[>[ <lines>]<]minimax[>[<item>1]<]minimax[>[</item>]<]minimax[>[<item>x]<]minimax[>[</item>]<]minimax[>[</lines>\
         ]<]minimax[>[</invoke>\n]<]minimax[>[</tool_call>",
        &[Call("write", r#"{"path":"a b","lines":[1,"x"]}"#)],
    );
}

#[test]
fn deepseek_dsml() {
    for (text, want) in [
        (
            "<｜DSML｜function_calls>\n<｜DSML｜invoke name=\"weather\">\n<｜DSML｜parameter name=\"city\" string=\"true\">\n12</｜DSML｜parameter>\n\
             <｜DSML｜parameter name=\"days\" string=\"false\">3</｜DSML｜parameter>\n</｜DSML｜invoke>\n<｜DSML｜invoke name=\"now\">\n</｜DSML｜invoke>\n</｜DSML｜function_calls>",
            &[Call("weather", r#"{"city":"\n12","days":3}"#), Call("now", "{}")][..],
        ),
        (
            "<｜DSML｜invoke name=\"add\"><｜DSML｜parameter name=\"arguments\" string=\"false\">{\"b\":1,\"a\":2}</｜DSML｜parameter></｜DSML｜invoke>",
            &[Call("add", r#"{"b":1,"a":2}"#)],
        ),
        (
            "<｜DSML｜invoke name=\"weather\"><｜DSML｜parameter name=\"city\" string=\"false\">[1]</｜DSML｜parameter></｜DSML｜invoke>",
            &[Call("weather", r#"{"city":[1]}"#)],
        ),
    ] {
        assert_reads("deepseek-v3.2", text, want);
    }
}

#[test]
fn kimi_k3() {
    assert_reads(
        "kimi-k3",
        "<|open|>tools<|sep|><|open|>call tool=\"weather\" index=\"1\"<|sep|><|open|>argument key=\"city\" type=\"string\"<|sep|>3<|close|>argument<|sep|>\
         <|open|>argument key=\"days\" type=\"number\"<|sep|>3<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|>",
        &[Call("weather", r#"{"city":"3","days":3}"#)],
    );
}

#[test]
fn step3() {
    assert_reads(
        "step3",
        "<｜tool_calls_begin｜>\n<｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name=\"weather\"><steptml:parameter name=\"city\">Rome</steptml:parameter></steptml:invoke><｜tool_call_end｜>\n\
         <｜tool_call_begin｜>function<｜tool_sep｜><steptml:invoke name=\"now\"></steptml:invoke><｜tool_call_end｜>\n<｜tool_calls_end｜>",
        &[Call("weather", r#"{"city":"Rome"}"#), Call("now", "{}")],
    );
}

#[test]
fn claude() {
    for (text, want) in [
        (
            "Yes.\n<function_calls>\n<invoke name=\"weather\">\n<parameter name=\"city\">Rome</parameter>\n<parameter name=\"days\">3</parameter>\n</invoke>\n</function_calls>",
            &[Text("Yes.\n"), Call("weather", r#"{"city":"Rome","days":3}"#)][..],
        ),
        (
            "<invoke name=\"now\"></invoke>\n<invoke name=\"add\">{\"a\":1}</invoke>",
            &[Call("now", "{}"), Call("add", r#"{"a":1}"#)],
        ),
    ] {
        assert_reads("claude-xml", text, want);
    }
    assert_reads(
        "claude-legacy",
        "<function_calls>\n<invoke>\n<tool_name>write</tool_name>\n<parameters>\n<path>a</path>\n<lines><line>1</line><line>b</line></lines>\n\
         <options><x><y>2</y></x></options>\n</parameters>\n</invoke>\n<invoke>\n<tool_name>now</tool_name>\n<parameters>\n</parameters>\n</invoke>\n</function_calls>",
        &[Call("write", r#"{"path":"a","lines":[1,"b"],"options":{"x":{"y":2}}}"#), Call("now", "{}")],
    );
}

#[test]
fn more_parameters_than_any_tool_has_are_malformed() {
    let call = |count: usize| {
        let parameters: alloc::string::String =
            (0..count).map(|n| alloc::format!("<parameter=p{n}>1</parameter>")).collect();
        let text = alloc::format!("<function=write>{parameters}</function>");
        super::run(super::named("qwen3-coder"), [&*text])
    };
    let is_json = |pieces: &[super::Piece]| match pieces {
        [super::Piece::Call { arguments, .. }] => arguments.starts_with('{'),
        other => panic!("{other:?}"),
    };
    assert!(is_json(&call(1024)) && !is_json(&call(1025)));
}
