//! What a client needs beyond a loop's host.

use alloc::string::String;

use super::Error;
use crate::driver::Host;
use crate::time::UnixTime;

/// A [`Host`] that clients can be made of. Its clones share connections.
pub trait ClientHost: Host + Clone {
    /// A host with connections of its own.
    ///
    /// # Errors
    /// HTTP cannot be set up.
    fn open() -> Result<Self, Error>;

    /// 64 bits that differ from call to call. They decide jitter and name answers, and protect nothing.
    fn seed(&self) -> u64;

    /// The wall-clock time; `None` where it is not known.
    fn wall(&self) -> Option<UnixTime>;
}

/// A host whose programs are told keys and addresses by variables.
pub trait Environment: ClientHost {
    /// What the variable holds; `None` where it is not set or is no text.
    fn variable(name: &str) -> Option<String>;
}
