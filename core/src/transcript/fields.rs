//! Fields that may be absent.

use crate::json::Writer;

pub(super) fn text(w: &mut Writer, key: &str, value: Option<&str>) {
    match value {
        Some(value) => w.key(key).string(value),
        None => w.key(key).null(),
    }
}

pub(super) fn number(w: &mut Writer, key: &str, value: Option<u64>) {
    match value {
        Some(value) => w.key(key).u64(value),
        None => w.key(key).null(),
    }
}
