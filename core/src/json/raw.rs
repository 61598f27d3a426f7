//! JSON values kept as the text they came in.

use alloc::boxed::Box;
use alloc::string::ToString;
use core::fmt;

use super::{Error, Kind, Reader};

/// One JSON value as text: key order, number spelling and white space inside it survive.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct RawJson(Box<str>);

impl RawJson {
    /// Takes `text` as one JSON value; white space around it is cut.
    ///
    /// # Errors
    /// The text is not exactly one JSON value.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut r = Reader::new(text);
        let raw = r.raw()?;
        r.end()?;
        Ok(Self(raw.into()))
    }

    /// The text of a value that a [`Reader`] has validated.
    pub(crate) fn trusted(text: &str) -> Self {
        Self(text.into())
    }

    /// The JSON string that spells `text`.
    pub fn string(text: &str) -> Self {
        let mut w = super::Writer::new();
        w.string(text);
        Self(w.finish().into())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The kind of the value.
    pub fn kind(&self) -> Kind {
        Reader::new(&self.0).kind().expect("a RawJson holds one valid value")
    }

    /// A reader over the text.
    pub fn reader(&self) -> Reader<'_> {
        Reader::new(&self.0)
    }
}

impl fmt::Debug for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for RawJson {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A JSON number as text, so that `0.1`, `1.0` and `1e400` leave as they came.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Number(Box<str>);

impl Number {
    /// Takes `text` as one JSON number.
    ///
    /// # Errors
    /// The text is not a JSON number.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let mut r = Reader::new(text);
        if r.kind()? != Kind::Number {
            return Err(r.error("a number"));
        }
        let raw = r.raw()?;
        r.end()?;
        Ok(Self(raw.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<f64> for Number {
    type Error = Error;

    /// The shortest decimal that reads back as `value`; infinities and NaN are errors.
    fn try_from(value: f64) -> Result<Self, Error> {
        Self::parse(&value.to_string())
    }
}

impl From<u64> for Number {
    fn from(value: u64) -> Self {
        Self(value.to_string().into())
    }
}

impl fmt::Debug for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_spelling() {
        for text in ["1.0", "1e400", "0.1", "9007199254740993"] {
            assert_eq!(Number::parse(text).expect(text).as_str(), text);
        }
        assert!(Number::parse("\"1\"").is_err());
        assert!(Number::try_from(f64::NAN).is_err());
        assert_eq!(Number::try_from(0.7).expect("finite").as_str(), "0.7");
    }

    #[test]
    fn raw_json_is_exactly_one_value() {
        assert_eq!(RawJson::parse(" {\"b\": 1, \"a\":2} ").expect("valid").as_str(), "{\"b\": 1, \"a\":2}");
        assert!(RawJson::parse("{} {}").is_err());
        assert!(RawJson::parse("").is_err());
    }
}
