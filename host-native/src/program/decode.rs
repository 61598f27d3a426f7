//! `tokenwire decode`.

use std::path::Path;

use tokenwire::exchange::{Cuts, Exchange, decode, decode_json};

use super::arguments::DecodeOptions;
use super::console::{put, tell_line};
use super::{Fault, exit_code};

/// Prints one JSON object a file; the code is 1 if any file cannot be read.
pub(crate) fn main(options: &DecodeOptions) -> Result<u8, Fault> {
    let mut code = 0;
    for file in &options.files {
        match read(file, options) {
            Ok(line) => {
                if !put(&(line + "\n")) {
                    return Err("standard output is closed".into());
                }
            }
            Err(fault) => {
                tell_line(&format!("tokenwire: {}: {fault}", file.display()));
                code = exit_code::DECODE;
            }
        }
    }
    Ok(code)
}

fn read(file: &Path, options: &DecodeOptions) -> Result<String, Fault> {
    let exchange = match options.wire {
        Some(wire) => {
            let body = std::fs::read(file).map_err(|e| e.to_string())?;
            Exchange::bare(wire, options.status, body)
        }
        None => Exchange::read(file).map_err(|e| e.to_string())?,
    };
    let wire = exchange
        .wire
        .ok_or_else(|| format!("expected one of the four protocols, found {:?}", exchange.protocol))?;
    Ok(decode_json(&decode(&exchange, wire, Cuts::Whole)))
}
