//! Fields that only one wire knows.

use alloc::format;

use proptest::prelude::*;

use super::{name, raw_json};
use crate::model::{Extension, Wire};

/// One of the four.
pub fn wire() -> impl Strategy<Value = Wire> {
    prop::sample::select(&Wire::ALL[..])
}

/// A field of one wire, at times inside an object.
pub fn extension() -> impl Strategy<Value = Extension> {
    let dotted = (name(), name()).prop_map(|(outer, inner)| format!("{outer}.{inner}"));
    (wire(), prop_oneof![3 => name(), 1 => dotted], raw_json()).prop_map(|(wire, name, value)| Extension {
        wire,
        name,
        value,
    })
}
