//! `corpus DIR [--protocol P] [--id ID] [--verbose] [--split SEED]`: decodes every recorded exchange
//! below DIR and compares it with `readings.jsonl` there, if present.
//!
//! `corpus --translate DIR [--protocol P] [--id ID] [--verbose]`: translates every exchange between all
//! wires instead, has the SDKs in `tests/sdk` read the answers, and prints how each pair of wires went.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use tokenwire_core::model::Wire;
use tokenwire_tests::run::{Failed, Options, Report, run};
use tokenwire_tests::translate;

const USAGE: &str = "usage: corpus [--translate] DIR [--protocol P] [--id ID] [--verbose] [--split SEED]";

struct Arguments {
    folder: PathBuf,
    options: Options,
    is_verbose: bool,
    is_translation: bool,
}

fn main() -> ExitCode {
    let arguments = match arguments(std::env::args().skip(1)) {
        Ok(arguments) => arguments,
        Err(message) => {
            eprintln!("{message}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let failures = if arguments.is_translation { translations(&arguments) } else { readings(&arguments) };
    match failures {
        Ok(failures) => ExitCode::from(u8::from(failures > 0)),
        Err(message) => {
            eprintln!("{message}");
            ExitCode::from(2)
        }
    }
}

fn readings(arguments: &Arguments) -> Result<usize, String> {
    let report = run(&arguments.folder, &arguments.options)?;
    print(&report, arguments.is_verbose);
    Ok(report.failures())
}

fn translations(arguments: &Arguments) -> Result<usize, String> {
    let listed = translate::Exceptions::read(&translate::exceptions_file())?;
    let report = translate::run(&arguments.folder, &arguments.options, &listed)?;
    print!("{}", translate::Printed { report: &report, is_verbose: arguments.is_verbose });
    Ok(report.failures())
}

fn arguments(mut words: impl Iterator<Item = String>) -> Result<Arguments, String> {
    let (mut folder, mut options) = (None, Options::default());
    let (mut is_verbose, mut is_translation) = (false, false);
    while let Some(word) = words.next() {
        let mut value = || words.next().ok_or_else(|| format!("expected a value after {word}"));
        match word.as_str() {
            "--protocol" => {
                let name = value()?;
                options.wire = Some(Wire::parse(&name).ok_or_else(|| format!("unknown protocol {name}"))?);
            }
            "--id" => options.id = Some(value()?),
            "--split" => {
                options.seeds = vec![value()?.parse().map_err(|e| format!("the seed: {e}"))?];
            }
            "--translate" => is_translation = true,
            "--verbose" => is_verbose = true,
            _ if word.starts_with("--") => return Err(format!("unknown option {word}")),
            _ => folder = Some(PathBuf::from(word)),
        }
    }
    Ok(Arguments { folder: folder.ok_or("expected a folder")?, options, is_verbose, is_translation })
}

fn print(report: &Report, is_verbose: bool) {
    for (protocol, tally) in &report.tallies {
        tally.failed.iter().for_each(|failed| print_failed(protocol, failed, is_verbose));
    }
    println!("{:<18} {:>6} {:>6}", "protocol", "ok", "failed");
    for (protocol, tally) in &report.tallies {
        println!("{protocol:<18} {:>6} {:>6}  {}", tally.ok, tally.failed.len(), fields(&tally.failed));
    }
    println!(
        "{} right, {} failed; {} compared with a reading; {} of other protocols not decoded",
        report.passed(),
        report.failures(),
        report.compared,
        report.other
    );
}

fn print_failed(protocol: &str, failed: &Failed, is_verbose: bool) {
    let shown = if is_verbose { failed.differences.len() } else { 1 };
    for difference in failed.differences.iter().take(shown) {
        println!("{protocol} {}: {difference}", failed.id);
    }
}

/// In which fields the failed ones differ first, and how many in each.
fn fields(failed: &[Failed]) -> String {
    let mut counts = BTreeMap::<&str, usize>::new();
    for difference in failed.iter().filter_map(|f| f.differences.first()) {
        *counts.entry(difference.split([':', '[']).next().unwrap_or_default()).or_default() += 1;
    }
    let counts: Vec<String> = counts.iter().map(|(field, count)| format!("{field} {count}")).collect();
    counts.join(", ")
}
