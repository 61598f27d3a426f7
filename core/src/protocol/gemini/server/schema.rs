//! Gemini's `Schema` as JSON Schema.

use alloc::borrow::Cow;

use super::fault::{Read, camel, each, string};
use crate::json::{Kind, RawJson, Reader, Writer, compact};

/// The types in the order of their numbers, from 1.
const TYPES: [&str; 7] = ["string", "number", "integer", "boolean", "array", "object", "null"];

/// A `Schema` (OpenAPI's subset: upper-case types, `nullable`, counts as strings) as JSON Schema; the
/// text itself where it is one already, as many applications send.
///
/// `propertyOrdering` and other words that JSON Schema does not know stay.
pub(super) fn json_schema(raw: &str) -> Read<RawJson> {
    let mut w = Writer::new();
    // `raw` was read as one value, so it nests no deeper than the reader allows.
    write(&mut Reader::new(raw), &mut w)?;
    let text = w.finish();
    Ok(if text == compact(raw) { RawJson::trusted(raw) } else { RawJson::trusted(&text) })
}

fn write(r: &mut Reader<'_>, w: &mut Writer) -> Read<()> {
    if r.kind()? != Kind::Object {
        w.raw(&compact(r.raw()?));
        return Ok(());
    }
    let traits = Traits::read(r.clone())?;
    let mut result = Ok(());
    w.object(|w| result = write_words(r, w, &traits));
    result
}

/// What of a schema must be known before its first word is written.
#[derive(Default)]
struct Traits {
    is_nullable: bool,
    has_type: bool,
}

impl Traits {
    fn read(mut r: Reader<'_>) -> Read<Self> {
        let mut traits = Self::default();
        let mut words = r.object()?;
        while let Some(word) = words.key(&mut r)? {
            match &*word {
                "nullable" => traits.is_nullable = r.opt_bool()? == Some(true),
                "type" => {
                    traits.has_type = !r.null();
                    if traits.has_type {
                        r.skip()?;
                    }
                }
                _ => r.skip()?,
            }
        }
        Ok(traits)
    }
}

fn write_words(r: &mut Reader<'_>, w: &mut Writer, traits: &Traits) -> Read<()> {
    let mut words = r.object()?;
    while let Some(spelled) = words.key(r)? {
        let word = camel(&spelled);
        // Elsewhere null is absence.
        if !matches!(&*word, "const" | "default" | "example") && r.null() {
            continue;
        }
        write_word(&word, &spelled, r, w, traits)?;
    }
    Ok(())
}

fn write_word(word: &str, spelled: &str, r: &mut Reader<'_>, w: &mut Writer, traits: &Traits) -> Read<()> {
    match word {
        "nullable" => r.skip()?,
        "type" => write_type(r, w, traits.is_nullable)?,
        "enum" if traits.is_nullable => with_null(r, w.key(word), "null")?,
        "anyOf" if traits.is_nullable && !traits.has_type => {
            with_null(r, w.key(word), r#"{"type":"null"}"#)?;
        }
        "anyOf" | "oneOf" | "allOf" | "prefixItems" | "items" => write_list(r, w.key(word))?,
        "additionalProperties" | "not" => write(r, w.key(word))?,
        "defs" => write_map(r, w.key("$defs"))?,
        "properties" | "$defs" | "definitions" => write_map(r, w.key(word))?,
        "minItems" | "maxItems" | "minLength" | "maxLength" | "minProperties" | "maxProperties" => {
            write_count(r, w.key(word))?;
        }
        "ref" => w.key("$ref").raw(&compact(r.raw()?)),
        "propertyOrdering" => w.key(word).raw(&compact(r.raw()?)),
        _ => w.key(spelled).raw(&compact(r.raw()?)),
    }
    Ok(())
}

fn write_type(r: &mut Reader<'_>, w: &mut Writer, is_nullable: bool) -> Read<()> {
    let raw = r.raw()?;
    let name = match Reader::new(raw).kind()? {
        Kind::String => {
            let spelled = string(&mut Reader::new(raw))?;
            let name = TYPES.into_iter().find(|t| t.eq_ignore_ascii_case(&spelled));
            if spelled == "TYPE_UNSPECIFIED" {
                return Ok(());
            }
            name.map_or(spelled, Cow::Borrowed)
        }
        Kind::Number => match raw.parse::<usize>().ok().and_then(|n| TYPES.get(n.checked_sub(1)?)) {
            Some(name) => Cow::Borrowed(*name),
            None => return Ok(()),
        },
        _ => {
            w.key("type").raw(&compact(raw));
            return Ok(());
        }
    };
    w.key("type");
    if is_nullable && name != "null" {
        w.array(|w| {
            w.string(&name);
            w.string("null");
        });
    } else {
        w.string(&name);
    }
    Ok(())
}

/// Writes a list of values or schemas, and `null` behind them.
fn with_null(r: &mut Reader<'_>, w: &mut Writer, null: &str) -> Read<()> {
    let mut has_null = false;
    let mut result = Ok(());
    w.array(|w| {
        result = each(r, &mut |r, _| {
            has_null |= r.kind()? == Kind::Null;
            write(r, w)
        });
        if !has_null {
            w.raw(null);
        }
    });
    result
}

/// Writes a schema or a list of such.
fn write_list(r: &mut Reader<'_>, w: &mut Writer) -> Read<()> {
    if r.kind()? != Kind::Array {
        return write(r, w);
    }
    let mut result = Ok(());
    w.array(|w| result = each(r, &mut |r, _| write(r, w)));
    result
}

/// Writes an object of schemas under names of the application's own.
fn write_map(r: &mut Reader<'_>, w: &mut Writer) -> Read<()> {
    if r.kind()? != Kind::Object {
        w.raw(&compact(r.raw()?));
        return Ok(());
    }
    let mut object = r.object()?;
    let mut result = Ok(());
    w.object(|w| {
        result = (|| {
            while let Some(name) = object.key(r)? {
                write(r, w.key(&name))?;
            }
            Ok(())
        })();
    });
    result
}

fn write_count(r: &mut Reader<'_>, w: &mut Writer) -> Read<()> {
    let raw = r.raw()?;
    match Reader::new(raw).opt_u64()? {
        Some(count) if raw.starts_with('"') => w.u64(count),
        _ => w.raw(&compact(raw)),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    fn converted(raw: &str) -> String {
        json_schema(raw).expect(raw).as_str().into()
    }

    #[test]
    fn upper_case_types_become_json_schema() {
        for (schema, expected) in [
            (
                r#"{"type":"OBJECT","properties":{"type":{"type":"STRING"}},"required":["type"]}"#,
                r#"{"type":"object","properties":{"type":{"type":"string"}},"required":["type"]}"#,
            ),
            (
                r#"{"type":"ARRAY","items":{"type":6},"min_items":"1"}"#,
                r#"{"type":"array","items":{"type":"object"},"minItems":1}"#,
            ),
            (
                r#"{"type":"STRING","nullable":true,"enum":["A"]}"#,
                r#"{"type":["string","null"],"enum":["A",null]}"#,
            ),
            (
                r#"{"nullable":true,"any_of":[{"type":"INTEGER"}]}"#,
                r#"{"anyOf":[{"type":"integer"},{"type":"null"}]}"#,
            ),
            (r#"{"type":"NUMBER","nullable":false,"maximum":1.50}"#, r#"{"type":"number","maximum":1.50}"#),
            (
                r#"{"type":"TYPE_UNSPECIFIED","propertyOrdering":["b","a"]}"#,
                r#"{"propertyOrdering":["b","a"]}"#,
            ),
        ] {
            assert_eq!(converted(schema), expected);
        }
    }

    #[test]
    fn json_schema_stays_as_it_is() {
        for schema in [
            r#"{ "type": ["string", "null"], "$schema": "x", "examples": [{"type":"STRING"}] }"#,
            r#"{"type":"object","properties":{"a_b":{"type":"string","default":null}},"additionalProperties":false}"#,
            "true",
        ] {
            assert_eq!(converted(schema), schema);
        }
    }
}
