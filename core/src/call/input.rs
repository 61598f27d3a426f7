//! What a host tells the machine.

use crate::http::{Head, TransportError};

/// Something that happened outside. Inputs of an attempt that is over are ignored: aborts race.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input<'a> {
    /// The caller wants no more. Beats everything else.
    Cancel,
    /// Bytes of an attempt's response body, cut anywhere; may be empty.
    Chunk {
        /// The attempt, as [`crate::call::Transmit`] named it.
        attempt: u32,
        /// The bytes.
        bytes: &'a [u8],
    },
    /// The only end of a body.
    End {
        /// The attempt.
        attempt: u32,
    },
    /// The head of an attempt's response.
    Head {
        /// The attempt.
        attempt: u32,
        /// Status, headers and wall-clock time.
        head: Head,
    },
    /// The time given in [`crate::call::Output::Wait`] has come; early ones do nothing.
    Timeout,
    /// An attempt broke below HTTP, before its head or in its body.
    TransportFailed {
        /// The attempt.
        attempt: u32,
        /// How.
        error: TransportError,
    },
}
