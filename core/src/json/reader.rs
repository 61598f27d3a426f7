//! The pull reader: one pass, nothing allocated except for strings that hold escapes.

use alloc::borrow::Cow;

use super::error::{Error, Result};
use super::string::{special, unescape_at};

/// How deep objects and arrays may nest; deeper input is an error, never a stack overflow.
pub const MAX_DEPTH: u32 = 128;

/// What a value is, told by its first byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `[…]`
    Array,
    /// `true` or `false`
    Bool,
    /// `null`
    Null,
    /// A number.
    Number,
    /// `{…}`
    Object,
    /// `"…"`
    String,
}

/// Reads one JSON text from front to back.
///
/// ```
/// use tokenwire_core::json::Reader;
/// let mut r = Reader::new(r#"{"id":"a","n":[1,2]}"#);
/// let mut fields = r.object()?;
/// let mut id = None;
/// while let Some(key) = fields.key(&mut r)? {
///     match &*key {
///         "id" => id = r.opt_string()?,
///         _ => r.skip()?,
///     }
/// }
/// r.end()?;
/// assert_eq!(id.as_deref(), Some("a"));
/// # Ok::<(), tokenwire_core::json::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    text: &'a str,
    at: usize,
}

/// Where the reader stands inside one object or array.
#[derive(Debug)]
pub struct Scope {
    first: bool,
}

impl Scope {
    /// The next key of the object, its colon passed; `None` once the closing brace is passed.
    ///
    /// # Errors
    /// The text is not an object at this point.
    #[inline]
    pub fn key<'a>(&mut self, r: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>> {
        match r.peek() {
            b',' if !self.first => {
                r.at += 1;
                r.peek();
            }
            b'}' => {
                // A comma before the brace never gets here: a key must follow each comma.
                r.at += 1;
                return Ok(None);
            }
            _ if !self.first => return Err(r.error("`,` or `}`")),
            _ => self.first = false,
        }
        let key = r.string()?;
        r.colon()?;
        Ok(Some(key))
    }

    /// Whether another element of the array follows; `false` once the closing bracket is passed.
    ///
    /// # Errors
    /// The text is not an array at this point.
    #[inline]
    pub fn element(&mut self, r: &mut Reader<'_>) -> Result<bool> {
        match r.peek() {
            b',' if !self.first => {
                r.at += 1;
                if r.peek() == b']' {
                    return Err(r.error("a value after `,`"));
                }
            }
            b']' => {
                r.at += 1;
                return Ok(false);
            }
            _ if !self.first => return Err(r.error("`,` or `]`")),
            _ => self.first = false,
        }
        Ok(true)
    }
}

impl<'a> Reader<'a> {
    /// Starts at the first byte of `text`.
    pub const fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// Starts inside `text`, behind what a reader has validated before in an equal text; the scope
    /// of the object that is open there goes with it.
    #[inline]
    pub(crate) fn inside_object(text: &'a str, at: usize) -> (Self, Scope) {
        debug_assert!(text.is_char_boundary(at));
        (Self { text, at }, Scope { first: false })
    }

    #[inline]
    const fn bytes(&self) -> &'a [u8] {
        self.text.as_bytes()
    }

    /// The next byte that is not white space, or 0 at the end; moves up to it.
    #[inline]
    fn peek(&mut self) -> u8 {
        match self.bytes().get(self.at) {
            Some(&b) if b > b' ' => b,
            _ => self.peek_behind_space(),
        }
    }

    #[inline(never)]
    fn peek_behind_space(&mut self) -> u8 {
        while let Some(&b) = self.bytes().get(self.at) {
            if b > b' ' {
                return b;
            }
            if !matches!(b, b' ' | b'\n' | b'\r' | b'\t') {
                return 1;
            }
            self.at += 1;
        }
        0
    }

    /// Passes the colon behind a key, and the one blank that usually follows it in spaced text.
    #[inline]
    fn colon(&mut self) -> Result<()> {
        if self.peek() != b':' {
            return Err(self.error("`:`"));
        }
        self.at += 1;
        self.at += usize::from(self.bytes().get(self.at) == Some(&b' '));
        Ok(())
    }

    /// An error at the present position.
    #[cold]
    pub fn error(&self, expected: &'static str) -> Error {
        Error::new(self.at, expected)
    }

    /// The kind of the value that comes next.
    ///
    /// # Errors
    /// No value starts here.
    #[inline]
    pub fn kind(&mut self) -> Result<Kind> {
        Ok(match self.peek() {
            b'"' => Kind::String,
            b'{' => Kind::Object,
            b'[' => Kind::Array,
            b't' | b'f' => Kind::Bool,
            b'n' => Kind::Null,
            b'-' | b'0'..=b'9' => Kind::Number,
            _ => return Err(self.error("a value")),
        })
    }

    /// Enters an object.
    ///
    /// # Errors
    /// The next value is not an object.
    #[inline]
    pub fn object(&mut self) -> Result<Scope> {
        self.open(b'{', "an object")
    }

    /// Enters an array.
    ///
    /// # Errors
    /// The next value is not an array.
    #[inline]
    pub fn array(&mut self) -> Result<Scope> {
        self.open(b'[', "an array")
    }

    #[inline]
    fn open(&mut self, byte: u8, expected: &'static str) -> Result<Scope> {
        if self.peek() != byte {
            return Err(self.error(expected));
        }
        self.at += 1;
        Ok(Scope { first: true })
    }

    /// Enters an object if one comes next; any other value is passed over.
    ///
    /// # Errors
    /// The text is not JSON.
    #[inline]
    pub fn opt_object(&mut self) -> Result<Option<Scope>> {
        if self.peek() == b'{' {
            self.at += 1;
            return Ok(Some(Scope { first: true }));
        }
        self.skip()?;
        Ok(None)
    }

    /// Enters an array if one comes next; any other value is passed over.
    ///
    /// # Errors
    /// The text is not JSON.
    #[inline]
    pub fn opt_array(&mut self) -> Result<Option<Scope>> {
        if self.peek() == b'[' {
            self.at += 1;
            return Ok(Some(Scope { first: true }));
        }
        self.skip()?;
        Ok(None)
    }

    /// Reads a string; borrowed from the text unless it holds escapes.
    ///
    /// # Errors
    /// The next value is not a string, or it holds a control character or a bad escape.
    #[inline]
    pub fn string(&mut self) -> Result<Cow<'a, str>> {
        if self.peek() != b'"' {
            return Err(self.error("a string"));
        }
        let start = self.at + 1;
        let end = special(self.bytes(), start);
        if self.bytes().get(end) != Some(&b'"') {
            return self.rough_string(start, end);
        }
        self.at = end + 1;
        Ok(Cow::Borrowed(&self.text[start..end]))
    }

    /// Reads a string; any other value is passed over and gives `None`.
    ///
    /// # Errors
    /// The text is not JSON.
    #[inline]
    pub fn opt_string(&mut self) -> Result<Option<Cow<'a, str>>> {
        if self.peek() == b'"' {
            return self.string().map(Some);
        }
        self.skip()?;
        Ok(None)
    }

    /// Reads a string as itself and a number as its own text; any other value gives `None`.
    ///
    /// Some dialects write a code or a finish reason as a number.
    ///
    /// # Errors
    /// The text is not JSON.
    pub fn opt_text(&mut self) -> Result<Option<Cow<'a, str>>> {
        match self.peek() {
            b'"' => self.string().map(Some),
            b'-' | b'0'..=b'9' => self.raw().map(|raw| Some(Cow::Borrowed(raw))),
            _ => self.skip().map(|()| None),
        }
    }

    /// Reads a count: a whole number from 0 to 2^64-1, also where it is spelled `12.0` or `"12"`.
    /// Any other value is passed over and gives `None`.
    ///
    /// # Errors
    /// The text is not JSON.
    #[inline]
    pub fn opt_u64(&mut self) -> Result<Option<u64>> {
        match self.peek() {
            b'0'..=b'9' => match self.short_count() {
                Some(count) => Ok(Some(count)),
                None => Ok(whole(self.raw()?)),
            },
            b'"' => Ok(whole(&self.string()?)),
            _ => self.skip().map(|()| None),
        }
    }

    /// Passes a number of plain digits that cannot overflow; any other stays unread.
    #[inline]
    fn short_count(&mut self) -> Option<u64> {
        const MAX_DIGITS: usize = 18;
        let digits = self.bytes().get(self.at..)?;
        let (mut count, mut length) = (0, 0);
        while let Some(digit) = digits.get(length).map(|b| b.wrapping_sub(b'0')).filter(|d| *d < 10) {
            count = count * 10 + u64::from(digit);
            length += 1;
            if length > MAX_DIGITS {
                return None;
            }
        }
        let is_plain = length == 1 || (length > 1 && digits[0] != b'0');
        if !is_plain || matches!(digits.get(length), Some(b'.' | b'e' | b'E')) {
            return None;
        }
        self.at += length;
        Some(count)
    }

    /// Reads `true` or `false`; any other value is passed over and gives `None`.
    ///
    /// # Errors
    /// The text is not JSON.
    #[inline]
    pub fn opt_bool(&mut self) -> Result<Option<bool>> {
        let first = self.peek();
        self.skip()?;
        Ok(match first {
            b't' => Some(true),
            b'f' => Some(false),
            _ => None,
        })
    }

    /// Passes a `null` if one comes next.
    #[inline]
    pub fn null(&mut self) -> bool {
        self.peek() == b'n' && self.skip().is_ok()
    }

    /// The text of the next value, as it stands and validated.
    ///
    /// # Errors
    /// The text is not JSON.
    #[inline]
    pub fn raw(&mut self) -> Result<&'a str> {
        self.peek();
        let start = self.at;
        self.skip()?;
        Ok(&self.text[start..self.at])
    }

    /// The same, but a `null` gives `None`.
    ///
    /// # Errors
    /// The text is not JSON.
    #[inline]
    pub fn opt_raw(&mut self) -> Result<Option<&'a str>> {
        if self.null() { Ok(None) } else { self.raw().map(Some) }
    }

    /// Offset in bytes of the next unread byte.
    pub const fn position(&self) -> usize {
        self.at
    }

    /// Checks that only white space is left.
    ///
    /// # Errors
    /// Something else follows.
    pub fn end(&mut self) -> Result<()> {
        match self.peek() {
            0 if self.at == self.text.len() => Ok(()),
            _ => Err(self.error("the end of the text")),
        }
    }

    /// Passes `known` if the text goes on with it.
    #[inline]
    pub(super) fn pass(&mut self, known: &[u8]) -> bool {
        let is_next = self.bytes().get(self.at..).is_some_and(|rest| rest.starts_with(known));
        if is_next {
            self.at += known.len();
        }
        is_next
    }

    /// Passes the brace that closes the text's only object; whether nothing else was left.
    #[inline]
    pub(super) fn close_text(&mut self) -> bool {
        if self.peek() != b'}' {
            return false;
        }
        self.at += 1;
        self.at == self.text.len() || self.end().is_ok()
    }

    /// Passes over the next value, whatever it is, and validates it.
    ///
    /// # Errors
    /// The text is not JSON, or it nests deeper than [`MAX_DEPTH`].
    #[inline]
    pub fn skip(&mut self) -> Result<()> {
        match self.peek() {
            b'"' => self.skip_string(),
            b'{' | b'[' => self.skip_nested(),
            b't' => self.literal("true"),
            b'f' => self.literal("false"),
            b'n' => self.literal("null"),
            b'-' | b'0'..=b'9' => self.number(),
            _ => Err(self.error("a value")),
        }
    }

    /// Walks a container without recursion: `open` has one bit a level, set for objects.
    fn skip_nested(&mut self) -> Result<()> {
        let mut open: u128 = 0;
        let mut depth: u32 = 0;
        loop {
            // A value starts here.
            match self.peek() {
                byte @ (b'{' | b'[') => {
                    if depth == MAX_DEPTH {
                        return Err(self.error("fewer nested values"));
                    }
                    self.at += 1;
                    depth += 1;
                    let is_object = byte == b'{';
                    open = open << 1 | u128::from(is_object);
                    if self.peek() == byte + 2 {
                        self.at += 1;
                        depth -= 1;
                        open >>= 1;
                    } else {
                        if is_object {
                            self.skip_key()?;
                        }
                        continue;
                    }
                }
                b'"' => self.skip_string()?,
                b't' => self.literal("true")?,
                b'f' => self.literal("false")?,
                b'n' => self.literal("null")?,
                b'-' | b'0'..=b'9' => self.number()?,
                _ => return Err(self.error("a value")),
            }
            // A value ended here.
            loop {
                if depth == 0 {
                    return Ok(());
                }
                let is_object = open & 1 == 1;
                match self.peek() {
                    b',' => {
                        self.at += 1;
                        if is_object {
                            self.skip_key()?;
                        }
                        break;
                    }
                    b'}' if is_object => {}
                    b']' if !is_object => {}
                    _ => return Err(self.error("`,` or the end of the object or array")),
                }
                self.at += 1;
                depth -= 1;
                open >>= 1;
            }
        }
    }

    #[inline]
    fn skip_key(&mut self) -> Result<()> {
        if self.peek() != b'"' {
            return Err(self.error("a key"));
        }
        self.skip_string()?;
        self.colon()
    }

    #[inline]
    fn literal(&mut self, word: &'static str) -> Result<()> {
        if self.bytes().get(self.at..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
            self.at += word.len();
            return Ok(());
        }
        Err(self.error("`true`, `false` or `null`"))
    }

    fn number(&mut self) -> Result<()> {
        let bytes = self.bytes();
        let mut at = self.at;
        let digits = |mut at: usize| -> usize {
            while bytes.get(at).is_some_and(u8::is_ascii_digit) {
                at += 1;
            }
            at
        };
        if bytes.get(at) == Some(&b'-') {
            at += 1;
        }
        let whole = digits(at);
        if whole == at || (bytes[at] == b'0' && whole > at + 1) {
            return Err(self.error("a number"));
        }
        at = whole;
        if bytes.get(at) == Some(&b'.') {
            let end = digits(at + 1);
            if end == at + 1 {
                return Err(self.error("a number"));
            }
            at = end;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            let start = at + 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let end = digits(start);
            if end == start {
                return Err(self.error("a number"));
            }
            at = end;
        }
        self.at = at;
        Ok(())
    }

    /// Passes a string whose opening quote is next.
    #[inline]
    fn skip_string(&mut self) -> Result<()> {
        let end = special(self.bytes(), self.at + 1);
        if self.bytes().get(end) != Some(&b'"') {
            return self.skip_rough_string(end);
        }
        self.at = end + 1;
        Ok(())
    }

    /// Reads a string that starts at `start` and has its first byte that needs a look at `at`.
    #[inline(never)]
    fn rough_string(&mut self, start: usize, at: usize) -> Result<Cow<'a, str>> {
        self.skip_rough_string(at)?;
        unescape_at(&self.text[start..self.at - 1], start).map(Cow::Owned)
    }

    /// Passes the rest of a string; `at` is its first byte that needs a look.
    #[inline(never)]
    fn skip_rough_string(&mut self, mut at: usize) -> Result<()> {
        loop {
            match self.bytes().get(at) {
                Some(b'"') => {
                    self.at = at + 1;
                    return Ok(());
                }
                Some(b'\\') => at = special(self.bytes(), self.escape(at)?),
                _ => {
                    self.at = at;
                    return Err(self.error("no bare control character, and a closing quote"));
                }
            }
        }
    }

    /// Passes one escape and checks its form; `at` is at the backslash.
    fn escape(&mut self, at: usize) -> Result<usize> {
        let bytes = self.bytes();
        match bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
            Some(b'u')
                if bytes.get(at + 2..at + 6).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) =>
            {
                Ok(at + 6)
            }
            _ => {
                self.at = at;
                Err(self.error("an escape"))
            }
        }
    }
}

fn whole(text: &str) -> Option<u64> {
    if let Ok(n) = text.parse() {
        return Some(n);
    }
    let (n, zeros) = text.split_once('.')?;
    if zeros.is_empty() || zeros.bytes().any(|b| b != b'0') {
        return None;
    }
    n.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn valid(text: &str) -> bool {
        let mut r = Reader::new(text);
        r.skip().and_then(|()| r.end()).is_ok()
    }

    #[test]
    fn accepts_what_rfc_8259_accepts() {
        for text in [
            "null",
            " true ",
            "false",
            "0",
            "-0",
            "-1.5e+10",
            "1E400",
            "\"\"",
            "[]",
            "{}",
            "[[],{}]",
            r#"{"a":[1,{"b":"c\u00e9\n"}],"":null}"#,
            "\t[ 1 , 2 ]\r\n",
            "\"\u{7f}é😀\"",
        ] {
            assert!(valid(text), "{text}");
        }
    }

    #[test]
    fn rejects_what_rfc_8259_rejects() {
        for text in [
            "",
            "nul",
            "01",
            "1.",
            ".5",
            "1e",
            "+1",
            "\"",
            "\"\\x\"",
            "\"\\u12g4\"",
            "\"\n\"",
            "[1,]",
            "[,1]",
            "{\"a\":1,}",
            "{\"a\" 1}",
            "{a:1}",
            "[1 2]",
            "{\"a\":1]",
            "[1}",
            "1 2",
            "\u{feff}1",
            "[",
            "{\"a\":",
        ] {
            assert!(!valid(text), "{text}");
        }
    }

    #[test]
    fn scopes_are_as_strict_as_skip() {
        for text in ["{\"a\":1,}", "{,\"a\":1}", "{\"a\":1 \"b\":2}", "{\"a\":1"] {
            let mut r = Reader::new(text);
            let walk = || -> Result<()> {
                let mut fields = r.object()?;
                while fields.key(&mut r)?.is_some() {
                    r.skip()?;
                }
                Ok(())
            };
            let mut walk = walk;
            assert!(walk().is_err(), "{text}");
        }
    }

    #[test]
    fn deep_nesting_is_an_error() {
        let ok = "[".repeat(128) + &"]".repeat(128);
        assert!(valid(&ok));
        let deep = "[".repeat(100_000);
        assert!(!valid(&deep));
    }

    #[test]
    fn strings_borrow_unless_escaped() {
        assert!(matches!(Reader::new("\"plain text\"").string(), Ok(Cow::Borrowed("plain text"))));
        let cases = [
            (r#""a\"b\\c\/d\b\f\n\r\t""#, "a\"b\\c/d\u{8}\u{c}\n\r\t"),
            (r#""\u00e9\ud83d\ude00""#, "é😀"),
            (r#""\ud83dx\ude00""#, "\u{fffd}x\u{fffd}"),
            (r#""\ud83d\u0041""#, "\u{fffd}A"),
        ];
        for (text, expected) in cases {
            assert_eq!(Reader::new(text).string().expect(text), expected);
        }
    }

    #[test]
    fn strings_are_judged_alike_at_every_place() {
        // Eight bytes are looked at together: what is bad must be seen at each of their places, beside
        // bytes that nearly are special, and in the rest of the text.
        let near = [b'x', b' ', b'!', b'#', b'[', b']', 0x7f];
        for length in 0..20 {
            for at in 0..length {
                for around in near {
                    let mut inside = alloc::vec![around; length];
                    for (byte, is_good) in
                        [(0, false), (0x1f, false), (b'\\', false), (b'"', false), (b' ', true)]
                    {
                        inside[at] = byte;
                        let inside = core::str::from_utf8(&inside).expect("it is ASCII");
                        for text in
                            [alloc::format!("\"{inside}\""), alloc::format!("{{\"{inside}\":\"{inside}\"}}")]
                        {
                            assert_eq!(valid(&text), is_good, "{text:?}");
                            assert!(!is_good || !valid(&text[..text.len() - 1]), "{text:?}, cut");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn white_space_may_stand_around_every_token() {
        for space in ["", " ", "  ", "\n", "\t\r\n ", "                 "] {
            let text = "_{_\"a\"_:_[_1_,_\"b\"_]_,_\"c\"_:_null_}_".replace('_', space);
            assert!(valid(&text), "{text:?}");
            let mut r = Reader::new(&text);
            let mut fields = r.object().expect("an object");
            for expected in [Some("a"), Some("c"), None] {
                assert_eq!(fields.key(&mut r).expect("valid").as_deref(), expected, "{text:?}");
                if expected.is_some() {
                    r.skip().expect("valid");
                }
            }
            assert_eq!(r.end(), Ok(()), "{text:?}");
            assert!(!valid(&text.replace(':', "\u{b}:")));
        }
    }

    #[test]
    fn special_bytes_are_found_at_every_offset() {
        for len in 0..40 {
            for b in [b'"', b'\\', 0x1f, 0] {
                let mut bytes = [b'x'; 48];
                bytes[len] = b;
                assert_eq!(special(&bytes, 0), len);
                let mut bytes = [0xffu8; 48];
                bytes[len] = b;
                assert_eq!(special(&bytes, 0), len);
            }
        }
    }

    #[test]
    fn counts_are_read_in_every_spelling() {
        let read = |t| Reader::new(t).opt_u64();
        assert_eq!(read("12"), Ok(Some(12)));
        assert_eq!(read("0"), Ok(Some(0)));
        assert_eq!(read("12.0"), Ok(Some(12)));
        assert_eq!(read("1e2"), Ok(None));
        assert!(["01", "00", "1.", "1e", "-"].iter().all(|t| read(t).is_err()));
        for digits in 1..=20 {
            let text = "1".repeat(digits);
            assert_eq!(Reader::new(&text).opt_u64(), Ok(text.parse().ok()));
        }
        assert_eq!(read("18446744073709551615"), Ok(Some(u64::MAX)));
        assert_eq!(read("\"12\""), Ok(Some(12)));
        assert_eq!(read("18446744073709551616"), Ok(None));
        assert_eq!(read("-1"), Ok(None));
        assert_eq!(read("null"), Ok(None));
        assert_eq!(read("1.5"), Ok(None));
    }
}
