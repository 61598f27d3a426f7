//! The cases that are played on every host: they show all that there is to compare.

use std::collections::BTreeSet;

use serde_json::Value;
use tokenwire_tests::parity::{Case, faults};

fn written(case: Case) -> Value {
    let line = case.written().expect("no machine spins");
    assert!(!line.contains('\n'), "one line a case");
    serde_json::from_str(&line).expect("a case is JSON")
}

fn transcript(case: &Value) -> impl Iterator<Item = &str> {
    case["transcript"].as_array().into_iter().flatten().filter_map(Value::as_str)
}

#[test]
fn every_case_has_a_name_of_its_own() {
    let mut names = BTreeSet::new();
    for case in faults() {
        assert!(names.insert(case.name.clone()), "twice: {}", case.name);
    }
}

#[test]
fn a_case_written_twice_is_the_same() {
    for (one, other) in faults().zip(faults()).step_by(97) {
        assert_eq!(one.written(), other.written());
    }
}

#[test]
fn no_plan_of_a_case_is_misspelled() {
    for case in faults().step_by(11) {
        let name = case.name.clone();
        let text = written(case)["replies"].to_string();
        assert!(!text.contains("plan entry"), "{name}: {text}");
    }
}

#[test]
fn cases_show_all_that_a_machine_says_and_how_calls_end() {
    let (mut words, mut events, mut ends) = (BTreeSet::new(), BTreeSet::new(), BTreeSet::new());
    for case in faults().step_by(5).map(written) {
        for line in transcript(&case) {
            let (_, said) = line.split_once(' ').expect("a time and what was said");
            let (word, rest) = said.split_once(' ').unwrap_or((said, ""));
            words.insert(word.to_owned());
            if let "event" | "outcome" = word {
                let value: Value = serde_json::from_str(rest).expect("events and outcomes are JSON");
                let (set, key) = if word == "event" { (&mut events, "type") } else { (&mut ends, "status") };
                set.insert(value[key].as_str().unwrap_or_default().to_owned());
            }
        }
    }
    let expected = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
    let said =
        ["abort", "bytes", "cancel", "cut", "event", "head", "losses", "outcome", "send", "until", "whole"];
    assert_eq!(words, expected(&said));
    assert_eq!(ends, expected(&["complete", "error", "partial"]));
    let shown = [
        "arguments_delta",
        "discard",
        "extra",
        "finish",
        "opaque",
        "part_end",
        "part_start",
        "reasoning_delta",
        "retry",
        "start",
        "text_delta",
        "usage",
    ];
    assert_eq!(events, expected(&shown));
}
