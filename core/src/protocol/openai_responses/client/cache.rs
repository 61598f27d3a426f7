//! Cache marks.

use crate::model::{CacheMark, LossAction};
use crate::protocol::encoding::Encoding;

/// The time to live of a cache mark, if it is one of this vendor's.
pub(super) fn ttl<'m>(mark: &'m CacheMark, path: &str, encoding: &mut Encoding<'_>) -> Option<&'m str> {
    let ttl = mark.ttl.as_deref()?;
    if matches!(ttl, "30m" | "12h") {
        return Some(ttl);
    }
    let why = alloc::format!("expected a ttl of 30m or 12h, found {ttl}; the default holds");
    encoding.lose(LossAction::Approximated, alloc::format!("{path}.ttl"), why);
    None
}
