//! All sixteen pairs of wires over recorded exchanges: requests there, answers back, and what the
//! application's own SDK reads in them.
//!
//! An exchange was recorded on one wire. For every wire that an application may speak, its request is
//! translated from the recorded wire to that one, and its response to an answer for an application of
//! that one, streamed and whole, whatever it was recorded as. The same wire on both sides must give the
//! same bytes; it is also written anew from its events, as a host does that ran several attempts.

mod answers;
mod exceptions;
mod printed;
mod report;
mod requests;
mod sdk;

use std::path::{Path, PathBuf};

use tokenwire_core::model::Wire;
use tokenwire_core::protocol::{Credential, Dialect, Target};

use crate::exchange::Exchange;
use crate::run::{Found, Options, exchange_files, open};
pub use exceptions::Exceptions;
pub use printed::Printed;
pub use report::{Losses, Mismatch, Pair, Report, Tally};
use sdk::Sdk;

/// Where the listed exceptions are.
pub fn exceptions_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/translate-exceptions.txt")
}

/// Translates every exchange below `folder` in all pairs and has the SDKs read the answers, where they
/// are installed.
///
/// # Errors
/// The folder cannot be read, or the SDKs' process broke.
pub fn run(folder: &Path, options: &Options, listed: &Exceptions) -> Result<Report, String> {
    let mut report = Report::default();
    let mut sdk = Sdk::start(&folder.join("readings.jsonl")).map_err(|why| report.left_out = Some(why)).ok();
    for path in exchange_files(folder)? {
        match open(&path, options) {
            Found::Exchange { id, wire, exchange } => {
                let exchange = Exchange { id, ..exchange };
                translate(&mut report, &exchange, wire, sdk.as_mut())?;
            }
            Found::Unreadable(failed) => {
                report.faults.push(format!("{}: {}", failed.id, failed.differences.join("; ")))
            }
            Found::Other | Found::Unwanted => {}
        }
    }
    if let Some(sdk) = sdk {
        sdk.finish()?.into_iter().for_each(|reading| report.read(reading));
    }
    report.except(listed, options.is_everything());
    Ok(report)
}

/// One exchange, recorded on `wire`, in all pairs.
fn translate(
    report: &mut Report,
    exchange: &Exchange,
    wire: Wire,
    mut sdk: Option<&mut Sdk>,
) -> Result<(), String> {
    let recorded = requests::Recorded::of(exchange, wire);
    for application in Wire::ALL {
        if let Some(recorded) = &recorded {
            requests::translate(report, exchange, recorded, application);
        }
        for answer in answers::of(report, exchange, wire, recorded.as_ref(), application) {
            if let Some(sdk) = sdk.as_deref_mut() {
                sdk.read(&answer)?;
            }
        }
    }
    Ok(())
}

/// The plain target of a wire.
fn target(wire: Wire) -> Target {
    Target::new(Dialect::of_wire(wire), Some(Credential::new("key"))).expect("a plain target is good")
}
