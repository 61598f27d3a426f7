//! Texts, numbers and raw values, read.

use alloc::string::String;
use alloc::vec::Vec;

use super::value::Value;
use crate::json::{Number, RawJson, Reader};

pub(super) fn text(value: &Value<'_, '_>) -> String {
    match Reader::new(value.json).string() {
        Ok(text) => text.into_owned(),
        Err(_) => {
            value.wrong("a string");
            String::new()
        }
    }
}

pub(super) fn boolean(value: &Value<'_, '_>) -> bool {
    let is_true = value.json == "true";
    if !is_true && value.json != "false" {
        value.wrong("true or false");
    }
    is_true
}

pub(super) fn number(value: &Value<'_, '_>) -> Number {
    Number::parse(value.json).unwrap_or_else(|_| {
        value.wrong("a number");
        Number::from(0)
    })
}

pub(super) fn count(value: &Value<'_, '_>) -> u64 {
    value.json.parse().unwrap_or_else(|_| {
        value.wrong("a whole number");
        0
    })
}

/// A count of things that nobody wants billions of.
pub(super) fn small_count(value: &Value<'_, '_>) -> u32 {
    u32::try_from(count(value)).unwrap_or_else(|_| {
        value.wrong("a whole number below 4294967296");
        0
    })
}

/// Any value, as its text.
pub(super) fn raw(value: &Value<'_, '_>) -> RawJson {
    if value.json.is_empty() {
        value.wrong("a value");
    }
    RawJson::trusted(value.json)
}

/// A JSON Schema, as its text.
pub(super) fn schema(value: &Value<'_, '_>) -> RawJson {
    if !value.json.starts_with('{') {
        value.wrong("an object");
    }
    RawJson::trusted(value.json)
}

/// An object of texts, keys in their order.
pub(super) fn pairs(value: &Value<'_, '_>) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    value.fields(&mut |key, item| pairs.push((key.into(), text(item))));
    pairs
}
