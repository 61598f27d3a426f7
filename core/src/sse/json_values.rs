//! JSON values one after the other: NDJSON, the elements of one top-level array (Gemini without
//! `alt=sse`), or a single body.

use alloc::vec::Vec;

use super::FrameError;

/// Cuts JSON values out of bytes that are cut anywhere, by counting brackets outside of strings.
///
/// A value is given once its last byte is there, unchecked: the JSON reader judges it. Brackets,
/// commas and white space between values of the top-level array are passed over.
#[derive(Clone, Debug)]
pub struct JsonValues {
    cap: usize,
    buffer: Vec<u8>,
    /// The last value given lies in `buffer` and is dropped at the next call.
    given: bool,
    depth: u32,
    in_string: bool,
    escaped: bool,
    /// A top-level `[` was passed: its elements are the values.
    in_array: bool,
    started: bool,
    failed: bool,
}

impl JsonValues {
    /// Refuses values of more than `cap` bytes.
    pub const fn new(cap: usize) -> Self {
        Self {
            cap,
            buffer: Vec::new(),
            given: false,
            depth: 0,
            in_string: false,
            escaped: false,
            in_array: false,
            started: false,
            failed: false,
        }
    }

    /// Takes the next bytes. The values must be read to their end; what is not read is lost.
    pub fn push<'d, 'c>(&'d mut self, chunk: &'c [u8]) -> Values<'d, 'c> {
        Values { framer: self, rest: chunk }
    }

    /// The body ended: a value without its end is given as it is.
    pub fn finish(&mut self) -> Option<&[u8]> {
        self.drop_given();
        if self.failed || self.buffer.iter().all(u8::is_ascii_whitespace) {
            return None;
        }
        self.given = true;
        Some(&self.buffer)
    }

    fn drop_given(&mut self) {
        if self.given {
            self.buffer.clear();
            self.given = false;
        }
    }
}

/// The values that one chunk completes.
#[derive(Debug)]
pub struct Values<'d, 'c> {
    framer: &'d mut JsonValues,
    rest: &'c [u8],
}

impl Values<'_, '_> {
    /// The next value; `None` when more bytes are needed.
    #[allow(
        clippy::should_implement_trait,
        reason = "a value borrows from the framer, which Iterator can't say"
    )]
    pub fn next(&mut self) -> Option<Result<&[u8], FrameError>> {
        let f = &mut *self.framer;
        if f.failed {
            return None;
        }
        f.drop_given();
        if f.buffer.is_empty() {
            self.rest = skip_between(self.rest, f);
        }
        let end = scan(self.rest, f);
        let (now, later) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        if f.buffer.len() + now.len() > f.cap {
            f.failed = true;
            return Some(Err(FrameError { cap: f.cap }));
        }
        self.rest = later;
        if end.is_some() && f.buffer.is_empty() {
            return Some(Ok(now));
        }
        f.buffer.extend_from_slice(now);
        end?;
        f.given = true;
        Some(Ok(&f.buffer))
    }
}

/// Passes what may stand between two values.
fn skip_between<'c>(mut rest: &'c [u8], f: &mut JsonValues) -> &'c [u8] {
    while let Some((&b, tail)) = rest.split_first() {
        match b {
            b' ' | b'\t' | b'\r' | b'\n' => {}
            b'[' if !f.started => {
                f.in_array = true;
                f.started = true;
            }
            b',' | b']' if f.in_array => {}
            _ => break,
        }
        rest = tail;
    }
    rest
}

/// Finds the end of the value that starts or goes on in `bytes`.
fn scan(bytes: &[u8], f: &mut JsonValues) -> Option<usize> {
    f.started |= !bytes.is_empty();
    let mut at = 0;
    while let Some(&b) = bytes.get(at) {
        if f.in_string {
            if f.escaped {
                f.escaped = false;
                at += 1;
                continue;
            }
            let step = memchr::memchr2(b'"', b'\\', &bytes[at..])?;
            at += step + 1;
            if bytes[at - 1] == b'\\' {
                f.escaped = true;
            } else {
                f.in_string = false;
                if f.depth == 0 {
                    return Some(at);
                }
            }
            continue;
        }
        at += 1;
        match b {
            b'"' => f.in_string = true,
            b'{' | b'[' => f.depth += 1,
            b'}' | b']' => {
                if f.depth <= 1 {
                    f.depth = 0;
                    return Some(at);
                }
                f.depth -= 1;
            }
            // A bare number or word ends where something else begins.
            // A comma where nothing stands is a value by itself, a bad one: it must not give empty
            // values for ever.
            b',' | b'\n' if f.depth == 0 && (at > 1 || !f.buffer.is_empty()) => return Some(at - 1),
            b',' if f.depth == 0 => return Some(1),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::vec;

    fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
        let mut framer = JsonValues::new(64);
        let mut out = vec![];
        let text = |b: &[u8]| String::from_utf8_lossy(b).trim().into();
        for chunk in chunks {
            let mut values = framer.push(chunk);
            while let Some(value) = values.next() {
                out.push(value.map_or_else(|_| String::from("too large"), text));
            }
        }
        out.extend(framer.finish().map(text));
        out
    }

    const BODIES: &[(&str, &[&str])] = &[
        ("{\"a\":1}", &["{\"a\":1}"]),
        ("\n\n  {\"a\":\"}\\\"]\"}\n", &["{\"a\":\"}\\\"]\"}"]),
        ("{\"a\":[1,{}]}\n{\"b\":2}\r\n", &["{\"a\":[1,{}]}", "{\"b\":2}"]),
        ("[{\"a\":1}\n,\r\n{\"b\":[2]}]", &["{\"a\":1}", "{\"b\":[2]}"]),
        ("[]", &[]),
        ("{\"cut\":[1", &["{\"cut\":[1"]),
        ("17", &["17"]),
        ("17,{},", &["17", ",", "{}", ","]),
        ("\"a\\\"b\"", &["\"a\\\"b\""]),
        ("", &[]),
    ];

    #[test]
    fn values_are_cut_where_they_end() {
        for (body, expected) in BODIES {
            assert_eq!(decode([body.as_bytes()]), *expected, "{body:?}");
        }
    }

    #[test]
    fn every_split_in_three_gives_the_same_values() {
        for (body, expected) in BODIES {
            let b = body.as_bytes();
            for i in 0..=b.len() {
                for j in i..=b.len() {
                    assert_eq!(decode([&b[..i], &b[i..j], &b[j..]]), *expected, "{body:?} at {i}, {j}");
                }
            }
            assert_eq!(decode(b.chunks(1)), *expected, "{body:?} byte by byte");
        }
    }

    #[test]
    fn a_value_over_the_cap_is_refused() {
        let long = alloc::format!("[{{}},\"{}\"]", "x".repeat(100));
        assert_eq!(decode([long.as_bytes()]), ["{}", "too large"]);
        assert_eq!(decode(long.as_bytes().chunks(7)), ["{}", "too large"]);
    }
}
