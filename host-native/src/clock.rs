//! The wall clock.

use std::time::{SystemTime, UNIX_EPOCH};

use tokenwire_core::time::UnixTime;

/// The wall-clock time; `None` where the clock stands before 1970.
pub fn wall() -> Option<UnixTime> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    u64::try_from(since.as_millis()).ok().map(UnixTime::from_millis)
}
