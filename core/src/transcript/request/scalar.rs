//! Texts, numbers and raw values, read.

use alloc::string::String;
use alloc::vec::Vec;

use super::error::Result;
use super::value::Value;
use crate::json::{Number, RawJson, Reader};

pub(super) fn text(value: &Value<'_, '_>) -> Result<String> {
    match Reader::new(value.json).string() {
        Ok(text) => Ok(text.into_owned()),
        Err(_) => Err(value.error("a string")),
    }
}

pub(super) fn boolean(value: &Value<'_, '_>) -> Result<bool> {
    match value.json {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(value.error("true or false")),
    }
}

pub(super) fn number(value: &Value<'_, '_>) -> Result<Number> {
    Number::parse(value.json).map_err(|_| value.error("a number"))
}

pub(super) fn count(value: &Value<'_, '_>) -> Result<u64> {
    value.json.parse().map_err(|_| value.error("a whole number"))
}

/// A count of things that nobody wants billions of.
pub(super) fn small_count(value: &Value<'_, '_>) -> Result<u32> {
    value.json.parse().map_err(|_| value.error("a whole number below 4294967296"))
}

/// Any value, as its text.
pub(super) fn raw(value: &Value<'_, '_>) -> Result<RawJson> {
    if value.json.is_empty() { Err(value.error("a value")) } else { Ok(RawJson::trusted(value.json)) }
}

/// A JSON Schema, as its text.
pub(super) fn schema(value: &Value<'_, '_>) -> Result<RawJson> {
    if value.json.starts_with('{') { raw(value) } else { Err(value.error("an object")) }
}

/// An object of texts, keys in their order.
pub(super) fn pairs(value: &Value<'_, '_>) -> Result<Vec<(String, String)>> {
    let mut pairs = Vec::new();
    value.fields(&mut |key, item| {
        pairs.push((key.into(), text(item)?));
        Ok(())
    })?;
    Ok(pairs)
}
