//! `tokenwire decode`.

use serde_json::{Value, json};

use crate::setup::{Folder, bare, finish};

const BODIES: [(&str, &str, &str); 4] = [
    (
        "openai_chat",
        "openai_chat",
        "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"hé\"}}]}\n\n\
         data: {\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":1}}\n\n\
         data: [DONE]\n\n",
    ),
    (
        "openai_responses",
        "openai_responses",
        r#"{"id":"r","object":"response","status":"completed","output":[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"hé"}]}],"usage":{"input_tokens":3,"output_tokens":1}}"#,
    ),
    (
        "anthropic",
        "anthropic_messages",
        r#"{"id":"m","type":"message","role":"assistant","content":[{"type":"text","text":"hé"}],"stop_reason":"end_turn","usage":{"input_tokens":3,"output_tokens":1}}"#,
    ),
    (
        "gemini",
        "gemini",
        r#"[{"candidates":[{"content":{"parts":[{"text":"h"}]}}]},{"candidates":[{"content":{"parts":[{"text":"é"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":3,"candidatesTokenCount":1,"totalTokenCount":4}}]"#,
    ),
];

fn lines(stdout: &str) -> Vec<Value> {
    stdout.lines().map(|line| serde_json::from_str(line).expect("a line of JSON")).collect()
}

#[test]
fn bare_bodies_of_every_wire_are_read() {
    let folder = Folder::new("decode-bare");
    for (wire, _, body) in BODIES {
        let file = folder.file(wire, body);
        let ran = finish(&mut bare(&["decode", "--wire", wire, &file]));
        assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{wire}");
        let [line] = &lines(&ran.stdout)[..] else { panic!("{wire}: {ran:?}") };
        assert_eq!(
            (&line["text"], &line["finish"], &line["status"]),
            (&json!("hé"), &json!("stop"), &json!("complete")),
            "{wire}"
        );
        assert_eq!(
            (&line["usage"]["input"], &line["usage"]["output"]),
            (&json!(3), &json!(1)),
            "{wire}: {line}"
        );
    }
}

#[test]
fn recorded_exchanges_are_read_one_line_each() {
    let folder = Folder::new("decode-files");
    let files: Vec<_> = BODIES
        .iter()
        .map(|(wire, protocol, body)| {
            let exchange = json!({"id": wire, "protocol": protocol, "status": 200, "response_headers": {}, "body_text": body});
            folder.file(&format!("{wire}.json"), exchange.to_string())
        })
        .collect();
    let mut arguments = vec!["decode".to_owned()];
    arguments.extend(files);
    let ran = finish(&mut bare(&arguments));
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""));
    let lines = lines(&ran.stdout);
    assert_eq!(lines.len(), 4);
    assert!(lines.iter().all(|line| line["text"] == "hé"), "{lines:?}");
}

#[test]
fn a_status_makes_an_error_of_a_body() {
    let folder = Folder::new("decode-status");
    for (wire, body) in [
        (
            "openai_chat",
            r#"{"error":{"message":"Rate limit reached","type":"rate_limit_error","code":"rate_limit_exceeded"}}"#,
        ),
        (
            "anthropic",
            r#"{"type":"error","error":{"type":"rate_limit_error","message":"Rate limit reached"}}"#,
        ),
        ("gemini", r#"{"error":{"code":429,"message":"Rate limit reached","status":"RESOURCE_EXHAUSTED"}}"#),
    ] {
        let file = folder.file(wire, body);
        let ran = finish(&mut bare(&["decode", "--wire", wire, "--status", "429", &file]));
        let line = &lines(&ran.stdout)[0];
        assert_eq!(
            (ran.code, &line["status"], &line["error"]["kind"]),
            (0, &json!("error"), &json!("rate_limit")),
            "{wire}: {line}"
        );
        assert_eq!(line["error"]["message"], "Rate limit reached");
    }
    assert_eq!(finish(&mut bare(&["decode", "--status", "429", "x"])).code, 2);
}

#[test]
fn a_file_that_cannot_be_read_spoils_no_other() {
    let folder = Folder::new("decode-bad");
    let good = folder.file(
        "good.json",
        json!({"protocol": "openai_chat", "status": 200, "body_text": BODIES[0].2}).to_string(),
    );
    let bad = folder.file("bad.json", "{");
    let other = folder.file("other.json", r#"{"protocol":"smtp","status":200,"body_text":""}"#);
    let ran = finish(&mut bare(&["decode", &bad, "/no/such/file", &other, &good]));
    assert_eq!((ran.code, lines(&ran.stdout).len()), (1, 1), "{ran:?}");
    assert_eq!(ran.stderr.lines().count(), 3, "{ran:?}");
    assert!(
        ran.stderr.contains("bad.json")
            && ran.stderr.contains("/no/such/file")
            && ran.stderr.contains("smtp"),
        "{ran:?}"
    );
}

#[test]
fn a_reader_that_leaves_ends_it_quietly() {
    let folder = Folder::new("decode-pipe");
    let file = folder.file("body", BODIES[0].2);
    let mut arguments = vec!["decode", "--wire", "openai_chat"];
    arguments.extend(std::iter::repeat_n(file.as_str(), 2_000));
    let mut child = bare(&arguments).spawn().expect("the program starts");
    drop(child.stdout.take());
    let stderr = child.wait_with_output().expect("it ends").stderr;
    let stderr = String::from_utf8(stderr).expect("text");
    assert!(stderr.lines().count() <= 1 && !stderr.contains("panicked"), "{stderr}");
}
