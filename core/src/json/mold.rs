//! The text that the events of a stream have in common, read once.

use alloc::vec::Vec;
use core::ops::Range;

use super::Reader;
use super::error::Result;

/// Longer objects are not kept to compare with.
const MAX_LENGTH: usize = 4096;

/// One object's text with holes: the values that differ from event to event.
///
/// An object that is equal around its holes has the same structure and the same other values, and
/// what is equal has been validated. So one comparison passes what would be most of the reading,
/// in whatever order and spelling a server writes its events. `T` says what stands in a hole.
#[derive(Clone, Debug)]
pub(crate) struct Mold<T> {
    /// Empty while there is no mold.
    text: Vec<u8>,
    holes: Vec<(T, Range<usize>)>,
}

impl<T> Default for Mold<T> {
    fn default() -> Self {
        Self { text: Vec::new(), holes: Vec::new() }
    }
}

impl<T: Copy> Mold<T> {
    /// Breaks the mold; the next object's holes can be told.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.holes.clear();
    }

    /// Reads one value with `read` and makes a hole of it.
    #[inline]
    pub(crate) fn hole<'a, V>(
        &mut self,
        what: T,
        r: &mut Reader<'a>,
        read: impl FnOnce(&mut Reader<'a>) -> Result<V>,
    ) -> Result<V> {
        let start = r.position();
        let value = read(r)?;
        self.holes.push((what, start..r.position()));
        Ok(value)
    }

    /// Takes the form of `object`, one valid object whose holes were told in their order.
    pub(crate) fn set(&mut self, object: &str) {
        // White space before the last brace may differ: some servers pad with it.
        let Some(inside) = object.trim_ascii_end().strip_suffix('}') else { return };
        let inside = inside.trim_ascii_end();
        if inside.len() <= MAX_LENGTH {
            self.text.clear();
            self.text.extend_from_slice(inside.as_bytes());
        }
    }

    /// Reads `object` if it fits, each hole with `fill`. Otherwise what was filled means nothing.
    #[inline]
    pub(crate) fn read<'a>(
        &self,
        object: &'a str,
        mut fill: impl FnMut(T, &mut Reader<'a>) -> Result<()>,
    ) -> bool {
        if self.text.is_empty() {
            return false;
        }
        let mut r = Reader::new(object);
        let mut from = 0;
        for (what, hole) in &self.holes {
            if !r.pass(&self.text[from..hole.start]) || fill(*what, &mut r).is_err() {
                return false;
            }
            from = hole.end;
        }
        r.pass(&self.text[from..]) && r.close_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;

    #[derive(Clone, Copy)]
    enum Hole {
        Count,
        Text,
    }

    fn mold(object: &str) -> Mold<Hole> {
        let mut mold = Mold::default();
        let r = &mut Reader::new(object);
        let mut fields = r.object().expect("an object");
        while let Some(key) = fields.key(r).expect("valid") {
            match &*key {
                "n" => mold.hole(Hole::Count, r, |r| r.opt_u64()).map(|_| ()),
                "t" => mold.hole(Hole::Text, r, |r| r.opt_string()).map(|_| ()),
                _ => r.skip(),
            }
            .expect("valid");
        }
        mold.set(object);
        mold
    }

    fn read(mold: &Mold<Hole>, object: &str) -> Option<(Option<u64>, String)> {
        let (mut count, mut text) = (None, String::new());
        let fits = mold.read(object, |hole, r| {
            match hole {
                Hole::Count => count = r.opt_u64()?,
                Hole::Text => text = r.opt_string()?.unwrap_or_default().into_owned(),
            }
            Ok(())
        });
        fits.then_some((count, text))
    }

    const FIRST: &str = r#"{"a":"é","n":1,"b":[ ],"t":"x","c":{"d":null}}"#;

    #[test]
    fn only_the_holes_may_differ() {
        let mold = mold(FIRST);
        let fits = |object| read(&mold, object);
        assert_eq!(fits(FIRST), Some((Some(1), "x".into())));
        assert_eq!(
            fits(r#"{"a":"é","n":203,"b":[ ],"t":"a\nb","c":{"d":null}   } "#),
            Some((Some(203), "a\nb".into()))
        );
        assert_eq!(
            fits(r#"{"a":"é","n":null,"b":[ ],"t":{"t":1},"c":{"d":null}}"#),
            Some((None, String::new()))
        );
        for other in [
            r#"{"a":"e","n":1,"b":[ ],"t":"x","c":{"d":null}}"#,
            r#"{"a":"é","n":1,"b":[],"t":"x","c":{"d":null}}"#,
            r#"{"a":"é","n":1,"b":[ ],"t":"x","c":{"d":null},"e":1}"#,
            r#"{"n":1,"a":"é","b":[ ],"t":"x","c":{"d":null}}"#,
            r#"{"a":"é","n":1,"b":[ ],"t":"x"}"#,
        ] {
            assert_eq!(fits(other), None, "{other}");
        }
    }

    #[test]
    fn what_fits_is_json() {
        let mold = mold(FIRST);
        for end in 0..FIRST.len() {
            assert_eq!(FIRST.get(..end).and_then(|cut| read(&mold, cut)), None, "cut at {end}");
        }
        for broken in [
            r#"{"a":"é","n":01,"b":[ ],"t":"x","c":{"d":null}}"#,
            r#"{"a":"é","n":1 2,"b":[ ],"t":"x","c":{"d":null}}"#,
            r#"{"a":"é","n":,"b":[ ],"t":"x","c":{"d":null}}"#,
            r#"{"a":"é","n":1,"b":[ ],"t":"\x","c":{"d":null}}"#,
            "{\"a\":\"é\",\"n\":1,\"b\":[ ],\"t\":\"\n\",\"c\":{\"d\":null}}",
            r#"{"a":"é","n":1,"b":[ ],"t":"x","c":{"d":null}}}"#,
            r#"{"a":"é","n":1,"b":[ ],"t":"x","c":{"d":null}} x"#,
            r#"{"a":"é","n":1,"b":[ ],"t":"x","c":{"d":null},}"#,
        ] {
            assert_eq!(read(&mold, broken), None, "{broken}");
        }
    }

    #[test]
    fn nothing_fits_a_broken_mold() {
        let mut mold = mold(FIRST);
        mold.clear();
        assert_eq!(read(&mold, FIRST), None);
        mold.set(&alloc::format!("{{\"a\":\"{}\"}}", "x".repeat(MAX_LENGTH)));
        assert_eq!(read(&mold, FIRST), None);
    }
}
