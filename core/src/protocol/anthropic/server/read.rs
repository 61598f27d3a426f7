//! Values of a request, each with its path in whatever is wrong with it.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use crate::json::{self, Kind, Number, RawJson, Reader, Scope};
use crate::protocol::answer::BadRequest;
use crate::protocol::fault::name_of;

/// What is read, or what is wrong with it: boxed, so that the way up is as short as that of what is right.
pub(super) type Read<T> = Result<T, Box<BadRequest>>;

/// Where a value stands; written out only when something is wrong with it.
#[derive(Clone, Copy)]
pub(super) struct At<'p> {
    up: Option<&'p Self>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Body,
    Field(&'p str),
    Index(usize),
}

impl<'p> At<'p> {
    /// The whole body.
    pub(super) const BODY: Self = Self { up: None, step: Step::Body };

    pub(super) const fn field(&'p self, name: &'p str) -> Self {
        Self { up: Some(self), step: Step::Field(name) }
    }

    pub(super) const fn index(&'p self, index: usize) -> Self {
        Self { up: Some(self), step: Step::Index(index) }
    }

    /// What is wrong here.
    pub(super) fn bad(&self, why: impl Into<String>) -> Box<BadRequest> {
        Box::new(BadRequest::new(self.to_string(), why))
    }

    fn unlike(&self, expected: &str, found: Kind) -> Box<BadRequest> {
        self.bad(alloc::format!("expected {expected}, found {}", name_of(found)))
    }

    pub(super) fn missing(&self, expected: &str) -> Box<BadRequest> {
        self.bad(alloc::format!("expected {expected}, found nothing"))
    }
}

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(up) = self.up else { return Ok(()) };
        up.fmt(f)?;
        match self.step {
            Step::Body => Ok(()),
            Step::Field(name) if up.up.is_none() => f.write_str(name),
            Step::Field(name) => write!(f, ".{name}"),
            Step::Index(index) => write!(f, "[{index}]"),
        }
    }
}

/// A body that is no JSON.
pub(super) fn no_json(error: json::Error) -> Box<BadRequest> {
    Box::new(BadRequest::new("", error.to_string()))
}

/// The kind of the next value, which must be `expected` or null; whether it is not null.
fn expect(r: &mut Reader<'_>, at: &At<'_>, expected: Kind, words: &str) -> Read<bool> {
    match r.kind().map_err(no_json)? {
        Kind::Null => r.skip().map(|()| false).map_err(no_json),
        found if found == expected => Ok(true),
        found => Err(at.unlike(words, found)),
    }
}

/// A string, or `None` where it is null.
pub(super) fn string<'a>(r: &mut Reader<'a>, at: &At<'_>) -> Read<Option<Cow<'a, str>>> {
    let is_some = expect(r, at, Kind::String, "a string")?;
    if is_some { r.string().map(Some).map_err(no_json) } else { Ok(None) }
}

/// A whole number, or `None` where it is null.
pub(super) fn count(r: &mut Reader<'_>, at: &At<'_>) -> Read<Option<u64>> {
    const EXPECTED: &str = "a whole number";
    if !expect(r, at, Kind::Number, EXPECTED)? {
        return Ok(None);
    }
    let raw = r.raw().map_err(no_json)?;
    let count = Reader::new(raw).opt_u64().map_err(no_json)?;
    count.map(Some).ok_or_else(|| at.bad(alloc::format!("expected {EXPECTED}, found {raw}")))
}

/// A number as it is spelled, or `None` where it is null.
pub(super) fn number(r: &mut Reader<'_>, at: &At<'_>) -> Read<Option<Number>> {
    if !expect(r, at, Kind::Number, "a number")? {
        return Ok(None);
    }
    Number::parse(r.raw().map_err(no_json)?).map(Some).map_err(no_json)
}

/// A bool, or `None` where it is null.
pub(super) fn bool(r: &mut Reader<'_>, at: &At<'_>) -> Read<Option<bool>> {
    let is_some = expect(r, at, Kind::Bool, "true or false")?;
    if is_some { r.opt_bool().map_err(no_json) } else { Ok(None) }
}

/// Enters an array, if the value is not null.
pub(super) fn array(r: &mut Reader<'_>, at: &At<'_>) -> Read<Option<Scope>> {
    let is_some = expect(r, at, Kind::Array, "an array")?;
    if is_some { r.array().map(Some).map_err(no_json) } else { Ok(None) }
}

/// The JSON text of the next value, or `None` where it is null.
pub(super) fn raw(r: &mut Reader<'_>) -> Read<Option<RawJson>> {
    let raw = r.raw().map_err(no_json)?;
    Ok((raw != "null").then(|| RawJson::trusted(raw)))
}

/// The fields of an object, JSON text, in order. Fields are taken out one by one; what is left has
/// no word.
pub(super) struct Fields<'a> {
    /// The whole object.
    pub(super) whole: &'a str,
    fields: Vec<(Cow<'a, str>, &'a str)>,
}

impl<'a> Fields<'a> {
    /// Reads the next value, which must be an object.
    pub(super) fn read(r: &mut Reader<'a>, at: &At<'_>) -> Read<Self> {
        match r.kind().map_err(no_json)? {
            Kind::Object => {}
            found => return Err(at.unlike("an object", found)),
        }
        let whole = r.raw().map_err(no_json)?;
        let mut r = Reader::new(whole);
        let mut fields = Vec::new();
        let mut object = r.object().map_err(no_json)?;
        while let Some(key) = object.key(&mut r).map_err(no_json)? {
            fields.push((key, r.raw().map_err(no_json)?));
        }
        Ok(Self { whole, fields })
    }

    /// Takes the field `name` out; `None` where it is missing or null.
    pub(super) fn take(&mut self, name: &str) -> Option<Reader<'a>> {
        let at = self.fields.iter().position(|(key, _)| key == name)?;
        let (_, raw) = self.fields.remove(at);
        (raw != "null").then(|| Reader::new(raw))
    }

    /// Takes the string `name` out.
    pub(super) fn string(&mut self, name: &str, at: &At<'_>) -> Read<Option<Cow<'a, str>>> {
        match self.take(name) {
            Some(mut r) => string(&mut r, &at.field(name)),
            None => Ok(None),
        }
    }

    /// Takes the string `name` out, which must be there.
    pub(super) fn demand(&mut self, name: &str, at: &At<'_>) -> Read<Cow<'a, str>> {
        self.string(name, at)?.ok_or_else(|| at.field(name).missing("a string"))
    }

    /// Takes the JSON text of `name` out.
    pub(super) fn raw(&mut self, name: &str) -> Read<Option<RawJson>> {
        self.take(name).map_or(Ok(None), |mut r| raw(&mut r))
    }

    /// Puts `value` back under `name`, as something without a word.
    pub(super) fn put_back(&mut self, name: &'static str, value: &'a str) {
        self.fields.push((Cow::Borrowed(name), value));
    }

    /// What was not taken.
    pub(super) fn rest(self) -> impl Iterator<Item = (Cow<'a, str>, &'a str)> {
        self.fields.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_names_its_place_and_what_came() {
        let body = At::BODY;
        let messages = body.field("messages");
        let third = messages.index(2);
        let bad = string(&mut Reader::new("[1]"), &third.field("role")).expect_err("no string");
        assert_eq!(
            (bad.path.as_str(), bad.why.as_str()),
            ("messages[2].role", "expected a string, found an array")
        );
        let bad = count(&mut Reader::new("1.5"), &body.field("max_tokens")).expect_err("no count");
        assert_eq!(bad.why, "expected a whole number, found 1.5");
    }

    #[test]
    fn null_is_nothing() {
        let at = At::BODY;
        assert_eq!(string(&mut Reader::new("null"), &at), Ok(None));
        assert_eq!(bool(&mut Reader::new("null"), &at), Ok(None));
        assert!(array(&mut Reader::new("null"), &at).expect("null").is_none());
    }
}
