//! The writer: compact JSON, commas placed by itself.

use alloc::string::String;
use core::fmt::Write as _;

use super::string::special;

/// Writes one JSON text.
///
/// ```
/// use tokenwire_core::json::Writer;
/// let mut w = Writer::new();
/// w.object(|w| {
///     w.key("model").string("m");
///     w.key("n").u64(1);
///     w.key("list").array(|w| {
///         w.bool(true);
///         w.raw("1e400");
///     });
/// });
/// assert_eq!(w.finish(), r#"{"model":"m","n":1,"list":[true,1e400]}"#);
/// ```
#[derive(Debug, Default)]
pub struct Writer {
    out: String,
}

impl Writer {
    /// An empty text.
    pub const fn new() -> Self {
        Self { out: String::new() }
    }

    /// Continues at the end of `out`, whose content is kept.
    pub const fn onto(out: String) -> Self {
        Self { out }
    }

    /// The text written.
    pub fn finish(self) -> String {
        self.out
    }

    /// A comma, where the last byte ended a value.
    fn separate(&mut self) {
        if !matches!(self.out.as_bytes().last(), None | Some(b'{' | b'[' | b':' | b',' | b'\n' | b' ')) {
            self.out.push(',');
        }
    }

    fn open(&mut self, bracket: char) {
        self.separate();
        self.out.push(bracket);
    }

    /// Writes a key of the open object; its value must follow.
    pub fn key(&mut self, key: &str) -> &mut Self {
        self.separate();
        quote(&mut self.out, key);
        self.out.push(':');
        self
    }

    /// Writes an object whose fields `fields` writes.
    pub fn object(&mut self, fields: impl FnOnce(&mut Self)) {
        self.open('{');
        fields(self);
        self.out.push('}');
    }

    /// Writes an array whose elements `elements` writes.
    pub fn array(&mut self, elements: impl FnOnce(&mut Self)) {
        self.open('[');
        elements(self);
        self.out.push(']');
    }

    /// Writes a string.
    pub fn string(&mut self, text: &str) {
        self.separate();
        quote(&mut self.out, text);
    }

    /// Writes a value that is JSON text already.
    pub fn raw(&mut self, json: &str) {
        self.separate();
        self.out.push_str(json);
    }

    /// Writes a whole number.
    pub fn u64(&mut self, value: u64) {
        self.separate();
        decimal(&mut self.out, value);
    }

    /// Writes `true` or `false`.
    pub fn bool(&mut self, value: bool) {
        self.raw(if value { "true" } else { "false" });
    }

    /// Writes `null`.
    pub fn null(&mut self) {
        self.raw("null");
    }

    /// Writes `key` and a string, if there is one.
    pub fn opt_string(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key).string(value);
        }
    }

    /// Writes `key` and a whole number, if there is one.
    pub fn opt_u64(&mut self, key: &str, value: Option<u64>) {
        if let Some(value) = value {
            self.key(key).u64(value);
        }
    }

    /// Writes `key` and a bool, if there is one.
    pub fn opt_bool(&mut self, key: &str, value: Option<bool>) {
        if let Some(value) = value {
            self.key(key).bool(value);
        }
    }

    /// Writes `key` and JSON text, if there is some.
    pub fn opt_raw(&mut self, key: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.key(key).raw(value);
        }
    }
}

/// Appends `text` as a JSON string: only what RFC 8259 section 7 demands is escaped.
pub(super) fn quote(out: &mut String, text: &str) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut done = 0;
    loop {
        let at = special(text.as_bytes(), done);
        out.push_str(&text[done..at]);
        let Some(byte) = text.as_bytes().get(at) else { break };
        escape(out, *byte);
        done = at + 1;
    }
    out.push('"');
}

fn escape(out: &mut String, byte: u8) {
    match byte {
        b'"' => out.push_str("\\\""),
        b'\\' => out.push_str("\\\\"),
        b'\n' => out.push_str("\\n"),
        b'\r' => out.push_str("\\r"),
        b'\t' => out.push_str("\\t"),
        _ => {
            // Writing into a String cannot fail.
            let _ = write!(out, "\\u{byte:04x}");
        }
    }
}

/// Appends a whole number. Streams number their events, and the formatting machinery costs as much as the
/// rest of an event.
fn decimal(out: &mut String, mut value: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            break;
        }
    }
    out.extend(digits[at..].iter().copied().map(char::from));
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::*;

    #[test]
    fn strings_read_back() {
        for text in ["", "plain", "q\"b\\n\nr\rt\tc\u{1}\u{1f}é😀", "\u{7f}/"] {
            let mut w = Writer::new();
            w.string(text);
            assert_eq!(Reader::new(&w.finish()).string().expect(text), text);
        }
    }

    #[test]
    fn numbers_are_written_as_the_formatter_would() {
        for value in [0, 7, 10, 99, 100, 12_345, u64::MAX - 1, u64::MAX] {
            let mut w = Writer::new();
            w.u64(value);
            assert_eq!(w.finish(), alloc::format!("{value}"));
        }
    }

    #[test]
    fn commas_stand_between_values_only() {
        let mut w = Writer::new();
        w.array(|w| {
            w.object(|_| {});
            w.array(|w| w.null());
            w.string("[");
            w.u64(0);
            w.object(|w| w.opt_string("a", Some(":")));
        });
        assert_eq!(w.finish(), r#"[{},[null],"[",0,{"a":":"}]"#);
    }
}
