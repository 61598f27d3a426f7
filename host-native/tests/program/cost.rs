//! `tokenwire cost`. Amounts are those of the worked examples in `tests/data/pricing`.

use serde_json::{Value, json};

use crate::setup::{Folder, Ran, bare, feed};

const AT: &str = "2026-11-15T12:00:00Z";

const OPENAI: &str = r#"{"id":"chatcmpl-x","object":"chat.completion","model":"gpt-6-sol","service_tier":"default",
    "usage":{"prompt_tokens":12034,"completion_tokens":812,"total_tokens":12846,
    "prompt_tokens_details":{"cached_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}}}"#;

const ANTHROPIC_STREAM: &str = "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"model\":\
    \"claude-opus-5-5\",\"usage\":{\"input_tokens\":25,\"output_tokens\":1}}}\n\n\
    event: ping\ndata: {\"type\":\"ping\"}\n\n\
    event: message_delta\ndata: {\"type\":\"message_delta\",\"usage\":{\"output_tokens\":15}}\n\n\
    event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n";

const GROQ_LINES: &str = "{\"model\":\"openai/gpt-oss-120b\",\"choices\":[],\"x_groq\":{\"usage\":{\"prompt_tokens\":\
    23,\"completion_tokens\":19}}}\n\n{\"choices\":[],\"usage\":{\"prompt_tokens\":23,\"completion_tokens\":19}}\n";

const CONTRADICTORY: &str = r#"{"model":"gpt-5","usage":{"prompt_tokens":3, "completion_tokens":1,
    "completion_tokens_details":{"reasoning_tokens":9}}}"#;

fn cost(arguments: &[&str], body: &str) -> Ran {
    feed(bare(&["cost", "--at", AT]).args(arguments), body)
}

fn object(ran: &Ran) -> Value {
    assert_eq!(ran.stdout.lines().count(), 1, "{ran:?}");
    serde_json::from_str(&ran.stdout).unwrap_or_else(|e| panic!("{e}: {ran:?}"))
}

fn answer(arguments: &[&str], body: &str) -> Value {
    let ran = cost(&[arguments, &["--json"]].concat(), body);
    assert_eq!((ran.code, ran.stderr.as_str()), (0, ""), "{arguments:?}");
    object(&ran)
}

#[test]
fn bodies_of_every_kind_cost_what_they_should() {
    for (arguments, body, usd) in [
        (&["--provider", "openai"][..], OPENAI, "0.032188"),
        (&["--provider", "openai-responses", "--model", "GPT-6-SOL"], OPENAI, "0.032188"),
        (
            &["--provider", "openai", "--model", "o3"],
            r#"{"input_tokens":10000,"output_tokens":15000,"total_tokens":25000}"#,
            "0.14",
        ),
        (&["--provider", "anthropic"], ANTHROPIC_STREAM, "0.0004"),
        (
            &["--provider", "gemini"],
            r#"[{"modelVersion":"gemini-3.8-flash","usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":1}},
                {"usageMetadata":{"promptTokenCount":1000,"candidatesTokenCount":60,"thoughtsTokenCount":540,"totalTokenCount":1600}}]"#,
            "0.003",
        ),
        (&["--provider", "groq"], GROQ_LINES, "0.00001485"),
        (
            &["--provider", "xai"],
            r#"{"model":"grok-4.5","usage":{"prompt_tokens":1,"completion_tokens":1,"cost_in_usd_ticks":37756000}}"#,
            "0.0037756",
        ),
        (
            &["--provider", "openrouter"],
            r#"{"usage":{"prompt_tokens":194,"completion_tokens":2,"total_tokens":196,"cost":0.00095}}"#,
            "0.00095",
        ),
    ] {
        let answer = answer(arguments, body);
        assert_eq!(answer["cost_usd"], usd, "{arguments:?}: {answer}");
    }
}

#[test]
fn the_object_holds_what_the_cost_is_made_of() {
    let expected = json!({
        "provider": "openai",
        "model": "gpt-6-sol",
        "at": AT,
        "counts": {"input": 12034, "output": 812, "cache_read": 0, "output_reasoning": 0},
        "completeness": "complete",
        "cost_pico_usd": "32188000000",
        "cost_usd": "0.032188",
        "source": "table",
        "price_list": "openai",
        "entry": "gpt-6-sol",
        "as_of": "2026-11-10",
        "is_overridden": false,
        "lines": [
            {"bucket": "input", "count": 12034, "price_usd": "2", "units": 1_000_000, "amount_pico_usd": "24068000000"},
            {"bucket": "output", "count": 812, "price_usd": "10", "units": 1_000_000, "amount_pico_usd": "8120000000"},
        ],
        "unpriced": [],
        "error": null,
        "usage_raw": null,
    });
    let answer = answer(&["--provider", "openai"], OPENAI);
    // A refresh of the tables changes their day and nothing else here.
    assert!(answer["as_of"].as_str() >= Some("2026-11-10"), "{answer}");
    assert_eq!(
        Value::Object({
            let mut fields = answer.as_object().expect("an object").clone();
            fields.insert("as_of".into(), "2026-11-10".into());
            fields
        }),
        expected
    );
}

#[test]
fn a_person_reads_what_was_billed_and_on_whose_word() {
    let ran = cost(&["--provider", "openai", "--context", "processing=batch"], OPENAI);
    let [input, output, total, source, usage] = ran.stdout.lines().collect::<Vec<_>>()[..] else {
        panic!("{ran:?}")
    };
    assert_eq!(input, "input       12034  at 1 USD a million  0.012034 USD");
    assert_eq!(output, "output        812  at 5 USD a million  0.00406 USD");
    assert_eq!(total, "total                                  0.016094 USD");
    assert!(source.starts_with("source      openai's prices for gpt-6-sol of 20"), "{source}");
    assert_eq!((usage, ran.stderr.as_str(), ran.code), ("usage       complete", "", 0));
}

#[test]
fn what_the_body_reports_beats_what_is_typed() {
    let tier = |tier: &str| {
        let body = format!(r#"{{"service_tier":{tier},"usage":{{"prompt_tokens":1000000}}}}"#);
        answer(&["--provider", "openai", "--model", "gpt-5", "--context", "service_tier=flex"], &body)["cost_usd"]
            .clone()
    };
    assert_eq!((tier("null"), tier("\"priority\"")), (json!("0.625"), json!("2.5")));
}

#[test]
fn counts_that_the_body_lacks_can_be_typed() {
    let body = r#"{"usage":{"prompt_tokens":0,"completion_tokens":0}}"#;
    let found = answer(&["--provider", "openai", "--model", "gpt-4o", "--count", "file_search=2"], body);
    assert_eq!((&found["counts"]["file_search"], &found["completeness"]), (&json!(2), &json!("complete")));
    let alone = answer(&["--provider", "openai", "--model", "gpt-4o", "--count", "input=2"], "{}");
    assert_eq!((&alone["cost_usd"], &alone["completeness"]), (&json!("0.000005"), &json!("partial")));
}

#[test]
fn the_day_of_the_call_decides() {
    let body = r#"{"usage":{"promptTokenCount":1000000,"candidatesTokenCount":0}}"#;
    let on = |at| {
        let mut command = bare(&["cost", "--provider", "google", "--model", "gemini-3.8-flash", "--json"]);
        object(&feed(command.args(["--at", at]), body))["cost_usd"].clone()
    };
    assert_eq!(on("2026-12-31T23:59:59Z"), "0.75");
    assert_ne!(on("2027-01-01T00:00:00Z"), "0.75");
}

#[test]
fn an_unknown_price_is_null_and_no_failure() {
    for (arguments, body, why) in [
        (
            &["--provider", "openai", "--model", "nope"][..],
            OPENAI,
            "no price is known for \"nope\" of \"openai\"",
        ),
        (&["--provider", "opnai"], OPENAI, "no price is known for \"gpt-6-sol\" of \"opnai\""),
        (&["--provider", "openai"], r#"{"error":{"message":"no"}}"#, "the usage was not stated"),
    ] {
        let ran = cost(&[arguments, &["--json"]].concat(), body);
        let answer = object(&ran);
        assert_eq!(ran.code, 0, "{ran:?}");
        assert_eq!((&answer["cost_pico_usd"], &answer["cost_usd"]), (&Value::Null, &Value::Null), "{answer}");
        assert_eq!((&answer["error"], &answer["source"]), (&json!(why), &Value::Null));
        assert!(ran.stderr.starts_with(&format!("tokenwire: {why}")), "{ran:?}");
    }
    let ran = cost(&["--provider", "opnai"], OPENAI);
    assert!(ran.stdout.contains("total           not known") && ran.stderr.contains("openai"), "{ran:?}");
}

#[test]
fn a_contradiction_is_code_1_and_keeps_the_raw_figures() {
    let ran = cost(&["--provider", "openai", "--json"], CONTRADICTORY);
    let answer = object(&ran);
    let why = "contradictory usage: output is 1, its parts add up to 9";
    assert_eq!((ran.code, ran.stderr.as_str()), (1, format!("tokenwire: {why}\n").as_str()));
    assert_eq!((&answer["error"], &answer["cost_pico_usd"]), (&json!(why), &Value::Null));
    assert_eq!(answer["counts"]["output_reasoning"], 9);
    assert_eq!(answer["usage_raw"]["completion_tokens_details"], json!({"reasoning_tokens": 9}));
    let ran = cost(&["--provider", "openai"], CONTRADICTORY);
    assert!(ran.code == 1 && ran.stdout.contains("{\"reasoning_tokens\":9}"), "{ran:?}");
}

#[test]
fn a_stated_cost_stands_beside_a_contradiction() {
    let body = r#"{"usage":{"prompt_tokens":1,"completion_tokens":1,"cost":0.5,"completion_tokens_details":{"reasoning_tokens":9}}}"#;
    let ran = cost(&["--provider", "openrouter", "--json"], body);
    let answer = object(&ran);
    assert_eq!((ran.code, &answer["cost_usd"], &answer["source"]), (1, &json!("0.5"), &json!("provider")));
    assert!(answer["error"].is_string() && answer["usage_raw"].is_object(), "{answer}");
}

#[test]
fn a_body_that_is_no_json_is_code_1() {
    for body in ["", "<html>busy</html>", "{\"usage\":", "data: {\"usage\"\n\n"] {
        let ran = cost(&["--provider", "openai", "--model", "gpt-5", "--json"], body);
        let answer = object(&ran);
        assert_eq!((ran.code, &answer["cost_usd"]), (1, &Value::Null), "{body}: {ran:?}");
        assert!(answer["error"].as_str().is_some_and(|why| why.contains("not JSON")), "{answer}");
        assert!(ran.stderr.contains("not JSON"), "{ran:?}");
    }
    let cut = format!("{ANTHROPIC_STREAM}data: {{");
    let answer = object(&cost(&["--provider", "anthropic", "--json"], &cut));
    assert_eq!(answer["usage_raw"], json!({"output_tokens": 15}), "{answer}");
}

#[test]
fn a_table_of_ones_own_is_laid_on_top() {
    let folder = Folder::new("cost-prices");
    let first = folder.file(
        "first.json",
        r#"{"format":"pricing/1","providers":{"openai":{"as_of":"2026-11-26","models":[
            {"id":"gpt-6-sol","rates":[{"prices":{"input":"1","output":"1"}}]}]},
            "house":{"as_of":"2026-11-26","models":[{"id":"m","rates":[{"prices":{"input":"3"}}]}]}}}"#,
    );
    let second = folder.file(
        "second.json",
        r#"{"format":"pricing/1","providers":{"openai":{"models":[{"id":"gpt-6-sol","rates":[{"prices":{"output":"0"}}]}]}}}"#,
    );
    let own = ["--provider", "openai", "--prices", &first, "--prices", &second];
    let found = answer(&own, OPENAI);
    assert_eq!((&found["cost_usd"], &found["is_overridden"]), (&json!("0.012034"), &json!(true)));
    let house =
        answer(&["--provider", "house", "--model", "m", "--prices", &first], r#"{"prompt_tokens":2}"#);
    assert_eq!((&house["cost_usd"], &house["price_list"]), (&json!("0.000006"), &json!("house")));
}

#[test]
fn a_bad_table_is_code_3_and_names_its_place() {
    let folder = Folder::new("cost-bad-prices");
    let bad = folder.file(
        "bad.json",
        r#"{"format":"pricing/1","providers":{"p":{"models":[{"id":"m","rates":[{"prices":{"tea":"1"}}]}]}}}"#,
    );
    for (file, why) in [(bad.as_str(), "p/m/rates[0]"), ("/no/such/file", "cannot read /no/such/file")] {
        for command in [&["cost", "--provider", "p"][..], &["models"], &["pricing", "check"]] {
            let ran = feed(bare(command).args(["--prices", file]), "{}");
            assert_eq!((ran.code, ran.stdout.as_str()), (3, ""), "{command:?}");
            assert!(ran.stderr.contains(why), "{ran:?}");
        }
    }
    let good = folder.file("good.json", r#"{"format":"pricing/1","providers":{}}"#);
    let ran = cost(
        &[["--prices", &good]; 4].concat().into_iter().chain(["--provider", "p"]).collect::<Vec<_>>(),
        "{}",
    );
    assert!(ran.code == 3 && ran.stderr.contains("at most 4 layers"), "{ran:?}");
}

#[test]
fn what_is_typed_wrong_is_code_2() {
    for arguments in [
        &[][..],
        &["--provider", "p", "--at", "yesterday"],
        &["--provider", "p", "--context", "moon=full"],
        &["--provider", "p", "--context", "speed"],
        &["--provider", "p", "--count", "tea=1"],
        &["--provider", "p", "--count", "input=-1"],
        &["--provider", "p", "--count", "input"],
    ] {
        let ran = feed(bare(&["cost"]).args(arguments), OPENAI);
        assert_eq!((ran.code, ran.stdout.as_str()), (2, ""), "{arguments:?}: {ran:?}");
    }
    let ran = cost(&["--provider", "openai", "--json"], r#"{"usage":{"prompt_tokens":1}}"#);
    assert_eq!((ran.code, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("--model"), "{ran:?}");
}
