//! Packs the price tables of `core/data/pricing` into the form that the core embeds.
//!
//! `cargo run -p tokenwire-tests --bin pack_prices` writes `core/src/pricing/*.prices`; with
//! `--check` it only says whether they are of today's tables.

use std::path::Path;
use std::process::ExitCode;

use tokenwire::core::pricing::PriceTable;
use tokenwire_tests::price_tables::{FILES, packed};

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../core");
    let is_check = std::env::args().any(|a| a == "--check");
    for (into, tables) in FILES {
        let bytes = match packed(&root, tables) {
            Ok(bytes) => bytes,
            Err(error) => {
                eprintln!("{error}");
                return ExitCode::FAILURE;
            }
        };
        let path = root.join("src/pricing").join(into);
        if is_check && std::fs::read(&path).ok().as_deref() != Some(&bytes) {
            eprintln!("{into} is not of today's tables: run this without --check");
            return ExitCode::FAILURE;
        }
        if !is_check && let Err(error) = std::fs::write(&path, &bytes) {
            eprintln!("cannot write {}: {error}", path.display());
            return ExitCode::FAILURE;
        }
        let models = PriceTable::unpack(&bytes)
            .map_or(0, |t| t.providers().iter().map(|p| p.models().len()).sum::<usize>());
        println!("{into}: {} bytes, {models} models", bytes.len());
    }
    ExitCode::SUCCESS
}
