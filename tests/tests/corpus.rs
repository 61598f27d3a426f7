//! The recorded exchanges, where the folder with them is at hand.

use std::path::Path;

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
