//! The recorded exchanges, where the folder with them is at hand.

use std::path::{Path, PathBuf};

use tokenwire_tests::run::{Options, run};

#[test]
fn recordings_decode_to_their_readings() {
    let Some(folder) = std::env::var_os("TOKENWIRE_CORPUS") else {
        eprintln!("skipped: TOKENWIRE_CORPUS names no folder of recorded exchanges");
        return;
    };
    let options = Options { seeds: vec![1], ..Options::default() };
    let report = run(Path::new(&folder), &options).expect("a readable folder");
    assert!(report.passed() > 0, "no exchanges in {}", folder.display());
    let failed: Vec<String> = report
        .tallies
        .iter()
        .flat_map(|(protocol, tally)| tally.failed.iter().map(move |f| (protocol, f)))
        .map(|(protocol, failed)| format!("{protocol} {}: {}", failed.id, failed.differences.join("; ")))
        .collect();
    assert!(failed.is_empty(), "{} failed:\n{}", failed.len(), failed.join("\n"));
}

/// A folder of these files below the test's own directory.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    for (path, text) in files {
        let path = folder.join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("a new folder");
        std::fs::write(path, text).expect("a new file");
    }
    folder
}

#[test]
fn unreadable_files_fail_by_name() {
    let folder = folder(
        "unreadable",
        &[
            ("a/cut.json", "{\"id\":\"cut\",\"body_text\":"),
            ("a/bodyless.json", r#"{"protocol":"gemini"}"#),
            ("a/other.json", r#"{"protocol":"other","body_text":""}"#),
            ("notes.txt", "not an exchange"),
        ],
    );
    let report = run(&folder, &Options::default()).expect("a readable folder");
    let failed: Vec<&str> = report.tallies["unreadable"].failed.iter().map(|f| f.id.as_str()).collect();
    assert_eq!(failed, ["bodyless", "cut"]);
    assert_eq!((report.other, report.passed()), (1, 0));
}

#[test]
fn without_readings_the_end_still_counts() {
    let error = r#"{"protocol":"anthropic_messages","status":500,"kind":"error","body_text":"<html>"}"#;
    let lying = r#"{"protocol":"anthropic_messages","status":500,"kind":"ok","body_text":"<html>"}"#;
    let folder = folder("unread", &[("a/error.json", error), ("a/lying.json", lying)]);
    let report = run(&folder, &Options::default()).expect("a readable folder");
    assert_eq!((report.passed(), report.compared), (1, 0));
    assert_eq!(report.tallies["anthropic"].failed[0].id, "lying");
}

#[test]
fn a_missing_folder_is_an_error() {
    assert!(run(Path::new("no such folder"), &Options::default()).is_err());
}
