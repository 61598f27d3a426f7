//! `tokenwire models`.

use serde_json::{Value, json};

use crate::setup::{Folder, Ran, bare, finish};

fn models(arguments: &[&str]) -> Ran {
    let ran = finish(bare(&["models"]).args(arguments));
    assert_eq!(ran.code, 0, "{ran:?}");
    ran
}

/// Cells of the lines below the heads.
fn rows(ran: &Ran) -> Vec<Vec<&str>> {
    ran.stdout.lines().skip(1).map(|line| line.split_whitespace().collect()).collect()
}

#[test]
fn a_line_tells_prices_window_and_day() {
    let ran = models(&["gpt-4o-2024-05*", "--provider", "openai", "--at", "2026-11-26T00:00:00Z"]);
    let heads = ran.stdout.lines().next().expect("heads");
    assert!(
        heads.starts_with("provider  model              context  input  output  cache read  as of"),
        "{heads}"
    );
    let [row] = &rows(&ran)[..] else { panic!("{ran:?}") };
    assert_eq!(row[..6], ["openai", "gpt-4o-2024-05-13", "128000", "5", "15", "-"]);
}

#[test]
fn a_pattern_is_a_part_of_the_name_or_the_whole_with_stars() {
    let names = |pattern: &str| {
        let ran = models(&[pattern]);
        rows(&ran).iter().map(|row| row[1].to_owned()).collect::<Vec<_>>()
    };
    let part = names("Opus-5");
    assert!(part.iter().any(|name| name.starts_with("global.anthropic.")), "{part:?}");
    assert!(part.iter().all(|name| name.contains("opus-5")), "{part:?}");
    let whole = names("Claude-*-5*");
    assert!(whole.iter().any(|name| name == "claude-opus-5-5"), "{whole:?}");
    assert!(whole.iter().all(|name| name.starts_with("claude-") && name.contains("-5")), "{whole:?}");
}

#[test]
fn all_tables_are_listed_and_dialects_name_theirs() {
    assert!(rows(&models(&[])).len() >= 500);
    for (provider, list) in [("gemini-openai", "google"), ("xai", "x-ai"), ("AWS", "aws")] {
        let ran = models(&["--provider", provider]);
        let rows = rows(&ran);
        assert!(!rows.is_empty() && rows.iter().all(|row| row[0] == list), "{provider}");
    }
}

#[test]
fn prices_are_those_of_the_time_and_notes_tell_the_next() {
    let at = |at| {
        let ran = models(&["gemini-3.8-flash", "--provider", "google", "--at", at]);
        let line = ran.stdout.lines().nth(1).expect("a model").to_owned();
        (line.contains("changes on 2027-01-01"), line)
    };
    let ((changes, before), (changes_still, after)) =
        (at("2026-12-31T23:00:00Z"), at("2027-01-01T00:00:00Z"));
    assert!(changes && !changes_still, "{before}\n{after}");
    let price = |line: &str| line.split_whitespace().nth(3).map(str::to_owned);
    assert_eq!(price(&before).as_deref(), Some("0.75"));
    assert_ne!(price(&before), price(&after));
}

#[test]
fn json_is_an_object_a_model() {
    let folder = Folder::new("models-prices");
    let own = folder.file(
        "own.json",
        r#"{"format":"pricing/1","providers":{"house":{"as_of":"2026-11-20","models":[{"id":"m","context":99,
            "deprecated":true,"review_after":"2026-12-24","evidence":"secondary",
            "rates":[{"prices":{"input":"1.5","web_search":"10"}},{"from":"2027-02-01","prices":{"input":"2"}}]}]}}}"#,
    );
    let arguments = ["--provider", "house", "--prices", &own, "--at", "2026-11-26T00:00:00Z"];
    let found: Value =
        serde_json::from_str(&models(&[&arguments[..], &["--json"]].concat()).stdout).expect("JSON");
    let expected = json!({
        "provider": "house", "model": "m", "context": 99,
        "prices": {"input": "1.5", "web_search": "10"},
        "as_of": "2026-11-20", "changes": ["2027-02-01"], "review_after": "2026-12-24",
        "evidence": "secondary", "is_deprecated": true, "is_overridden": false,
    });
    assert_eq!(found, expected);
    let ran = models(&arguments);
    let notes = "deprecated, secondary evidence, changes on 2027-02-01, promised until 2026-12-24";
    assert!(ran.stdout.trim_end().ends_with(notes), "{ran:?}");
}

#[test]
fn a_name_that_no_table_has_is_told() {
    let ran = models(&["no-such-model"]);
    assert_eq!(
        (ran.stdout.as_str(), ran.stderr.as_str()),
        ("", "tokenwire: no price table has such a model\n")
    );
}
