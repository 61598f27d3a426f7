//! `parity OUT [--corpus DIR]`: writes the cases of `tokenwire_tests::parity` into the folder OUT, in files of
//! a few megabytes, for `tests/npm/parity` to play.

use std::path::Path;
use std::process::ExitCode;

use tokenwire_tests::parity::{Case, faults, recordings};

const USAGE: &str = "usage: parity OUT [--corpus DIR]";

/// What a host is handed at once, in bytes.
const BATCH: usize = 4 << 20;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let (out, corpus) = match arguments[..] {
        [out] if !out.starts_with("--") => (out, None),
        [out, "--corpus", corpus] => (out, Some(Path::new(corpus))),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match write(Path::new(out), corpus) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn write(out: &Path, corpus: Option<&Path>) -> Result<(), String> {
    std::fs::create_dir_all(out).map_err(|error| format!("{}: {error}", out.display()))?;
    let count = Batches::new(out, "sim").write(faults().map(Ok))?;
    println!("{count} cases of the simulated provider");
    let Some(corpus) = corpus else {
        println!("no recorded exchanges: --corpus names a folder of them");
        return Ok(());
    };
    let count = Batches::new(out, "recorded").write(recordings(corpus)?)?;
    println!("{count} cases of recorded exchanges");
    Ok(())
}

/// The files of one kind of cases: `sim-000.jsonl`, …
struct Batches<'a> {
    folder: &'a Path,
    kind: &'static str,
    written: usize,
    lines: String,
}

impl<'a> Batches<'a> {
    const fn new(folder: &'a Path, kind: &'static str) -> Self {
        Self { folder, kind, written: 0, lines: String::new() }
    }

    /// Writes them all; how many there were.
    fn write(mut self, cases: impl Iterator<Item = Result<Case, String>>) -> Result<usize, String> {
        let mut count = 0;
        for case in cases {
            self.lines.push_str(&case?.written()?);
            self.lines.push('\n');
            count += 1;
            if self.lines.len() >= BATCH {
                self.flush()?;
            }
        }
        self.flush()?;
        Ok(count)
    }

    fn flush(&mut self) -> Result<(), String> {
        let path = self.folder.join(format!("{}-{:03}.jsonl", self.kind, self.written));
        std::fs::write(&path, &self.lines).map_err(|error| format!("{}: {error}", path.display()))?;
        self.written += 1;
        self.lines.clear();
        Ok(())
    }
}
