//! Values of a request that must be of a kind, with the place in the error where they are not.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use core::fmt;

use crate::json::{self, Kind, Number, Reader, Scope};
use crate::protocol::BadRequest;

/// What is read, or what is wrong with it: boxed, so that the way up is as short as that of what is right.
pub(super) type Read<T> = Result<T, Box<BadRequest>>;

/// Where a value stands; written out only where something is wrong.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Field(&'p Self, &'p str),
    Element(&'p Self, usize),
}

impl Path<'_> {
    pub(super) const fn field<'p>(&'p self, name: &'p str) -> Path<'p> {
        Path::Field(self, name)
    }

    pub(super) const fn element(&self, at: usize) -> Path<'_> {
        Path::Element(self, at)
    }

    /// The error for a value that is not what it must be.
    pub(super) fn bad(&self, why: impl Into<String>) -> Box<BadRequest> {
        Box::new(BadRequest::new(self.to_string(), why))
    }

    /// The error for something that must be there.
    pub(super) fn missing(&self, expected: &str) -> Box<BadRequest> {
        self.bad(alloc::format!("expected {expected}, found nothing"))
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Field(Path::Root, name) => f.write_str(name),
            Self::Field(outer, name) => write!(f, "{outer}.{name}"),
            Self::Element(outer, at) => write!(f, "{outer}[{at}]"),
        }
    }
}

/// The error of a text that is no JSON.
pub(super) fn syntax(error: json::Error) -> Box<BadRequest> {
    Box::new(BadRequest::new("", error.to_string()))
}

const fn article(kind: Kind) -> &'static str {
    match kind {
        Kind::Array => "an array",
        Kind::Bool => "true or false",
        Kind::Null => "null",
        Kind::Number => "a number",
        Kind::Object => "an object",
        Kind::String => "a string",
    }
}

fn expect(r: &mut Reader<'_>, path: &Path<'_>, wanted: Kind) -> Read<()> {
    match r.kind().map_err(syntax)? {
        kind if kind == wanted => Ok(()),
        kind => Err(path.bad(alloc::format!("expected {}, found {}", article(wanted), article(kind)))),
    }
}

/// The error for a value of another kind.
pub(super) fn unexpected(r: &mut Reader<'_>, path: &Path<'_>, expected: &str) -> Box<BadRequest> {
    match r.kind() {
        Ok(kind) => path.bad(alloc::format!("expected {expected}, found {}", article(kind))),
        Err(error) => syntax(error),
    }
}

/// Enters an object.
pub(super) fn object(r: &mut Reader<'_>, path: &Path<'_>) -> Read<Scope> {
    expect(r, path, Kind::Object)?;
    r.object().map_err(syntax)
}

/// Walks an object; `field` must read each value.
pub(super) fn fields<'a>(
    r: &mut Reader<'a>,
    path: &Path<'_>,
    mut field: impl FnMut(&str, &mut Reader<'a>, &Path<'_>) -> Read<()>,
) -> Read<()> {
    let mut scope = object(r, path)?;
    while let Some(key) = scope.key(r).map_err(syntax)? {
        field(&key, r, &path.field(&key))?;
    }
    Ok(())
}

/// Walks an array; `element` must read each value.
pub(super) fn elements<'a>(
    r: &mut Reader<'a>,
    path: &Path<'_>,
    mut element: impl FnMut(&mut Reader<'a>, &Path<'_>) -> Read<()>,
) -> Read<()> {
    expect(r, path, Kind::Array)?;
    let mut scope = r.array().map_err(syntax)?;
    let mut at = 0;
    while scope.element(r).map_err(syntax)? {
        element(r, &path.element(at))?;
        at += 1;
    }
    Ok(())
}

/// The text of a value, unless it is `null`.
pub(super) fn raw<'a>(r: &mut Reader<'a>) -> Read<Option<&'a str>> {
    if r.null() { Ok(None) } else { r.raw().map(Some).map_err(syntax) }
}

/// A string, or `None` for `null`.
pub(super) fn string<'a>(r: &mut Reader<'a>, path: &Path<'_>) -> Read<Option<Cow<'a, str>>> {
    if r.null() {
        return Ok(None);
    }
    expect(r, path, Kind::String)?;
    r.string().map(Some).map_err(syntax)
}

/// The same, owned.
pub(super) fn owned(r: &mut Reader<'_>, path: &Path<'_>) -> Read<Option<String>> {
    string(r, path).map(|text| text.map(Cow::into_owned))
}

/// `true`, `false`, or `None` for `null`.
pub(super) fn bool(r: &mut Reader<'_>, path: &Path<'_>) -> Read<Option<bool>> {
    if r.null() {
        return Ok(None);
    }
    expect(r, path, Kind::Bool)?;
    r.opt_bool().map_err(syntax)
}

/// A whole number, or `None` for `null`.
pub(super) fn count(r: &mut Reader<'_>, path: &Path<'_>) -> Read<Option<u64>> {
    if r.null() {
        return Ok(None);
    }
    expect(r, path, Kind::Number)?;
    let raw = r.clone().raw().map_err(syntax)?;
    match r.opt_u64().map_err(syntax)? {
        Some(count) => Ok(Some(count)),
        None => Err(path.bad(alloc::format!("expected a whole number from 0, found {raw}"))),
    }
}

/// A whole number of 32 bits, or `None` for `null`.
pub(super) fn small_count(r: &mut Reader<'_>, path: &Path<'_>) -> Read<Option<u32>> {
    let Some(count) = count(r, path)? else { return Ok(None) };
    let small = u32::try_from(count);
    small.map(Some).map_err(|_| path.bad(alloc::format!("expected a smaller number, found {count}")))
}

/// A number in its own spelling, or `None` for `null`.
pub(super) fn number(r: &mut Reader<'_>, path: &Path<'_>) -> Read<Option<Number>> {
    if r.null() {
        return Ok(None);
    }
    expect(r, path, Kind::Number)?;
    let raw = r.raw().map_err(syntax)?;
    Number::parse(raw).map(Some).map_err(syntax)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_its_place() {
        let tools = Path::Root.field("tools");
        let second = tools.element(1);
        assert_eq!(second.field("name").to_string(), "tools[1].name");
        let error = string(&mut Reader::new("4"), &second).expect_err("no string");
        assert_eq!(*error, BadRequest::new("tools[1]", "expected a string, found a number"));
        let error = count(&mut Reader::new("-1"), &second).expect_err("no count");
        assert_eq!(error.why, "expected a whole number from 0, found -1");
        assert!(small_count(&mut Reader::new("4294967296"), &second).is_err());
        let error = string(&mut Reader::new("x"), &second).expect_err("no JSON");
        assert_eq!(error.path, "");
    }

    #[test]
    fn null_is_nothing() {
        let null = || Reader::new("null");
        assert_eq!(string(&mut null(), &Path::Root), Ok(None));
        assert_eq!(bool(&mut null(), &Path::Root), Ok(None));
        assert_eq!(count(&mut null(), &Path::Root), Ok(None));
        assert_eq!(number(&mut null(), &Path::Root), Ok(None));
        assert_eq!(raw(&mut null()), Ok(None));
    }
}
