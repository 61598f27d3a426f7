//! Where a JSON value ends, in text that comes in pieces.

use super::work;
use crate::json::MAX_DEPTH;

/// Follows one JSON value by its brackets and quotes. It tells the end, not whether all between is
/// JSON.
#[derive(Clone, Debug, Default)]
pub(super) struct Value {
    /// One bit a level, set for objects.
    open: u128,
    depth: u32,
    in_string: bool,
    escaped: bool,
    in_scalar: bool,
}

/// How far a piece of text took a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It cannot be JSON, because of the byte at this offset. No more text may be followed.
    Broken(usize),
    /// It ended before this offset.
    End(usize),
    /// All of the text belongs to it.
    More,
}

impl Value {
    /// Goes on with `text`; the first byte of all is the value's own.
    pub(super) fn follow(&mut self, text: &str) -> Step {
        for (at, byte) in text.bytes().enumerate() {
            work::count(1);
            let step = if self.in_string { self.string(at, byte) } else { self.outside(at, byte) };
            if step != Step::More {
                return step;
            }
        }
        Step::More
    }

    /// Whether it would be whole if the text ended: a number or word has no end of its own.
    pub(super) const fn is_scalar(&self) -> bool {
        self.in_scalar && self.depth == 0
    }

    const fn string(&mut self, at: usize, byte: u8) -> Step {
        match byte {
            0..0x20 => return Step::Broken(at),
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_string = false;
                return self.ended(at + 1);
            }
            _ => {}
        }
        Step::More
    }

    const fn outside(&mut self, at: usize, byte: u8) -> Step {
        match byte {
            b'"' | b'{' | b'[' if self.is_scalar() => Step::End(at),
            b'"' => {
                self.in_string = true;
                Step::More
            }
            b'{' | b'[' => self.enter(at, byte),
            b'}' | b']' if self.depth == 0 => Step::End(at),
            b'}' | b']' => self.leave(at, byte),
            b',' | b':' | b'<' | b';' | 0..=b' ' if self.depth == 0 => Step::End(at),
            _ => {
                self.in_scalar = true;
                Step::More
            }
        }
    }

    const fn enter(&mut self, at: usize, byte: u8) -> Step {
        if self.depth == MAX_DEPTH {
            return Step::Broken(at);
        }
        self.depth += 1;
        self.open = self.open << 1 | (byte == b'{') as u128;
        Step::More
    }

    const fn leave(&mut self, at: usize, byte: u8) -> Step {
        if (self.open & 1 == 1) != (byte == b'}') {
            return Step::Broken(at);
        }
        self.depth -= 1;
        self.open >>= 1;
        self.ended(at + 1)
    }

    const fn ended(&self, at: usize) -> Step {
        if self.depth == 0 { Step::End(at) } else { Step::More }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(text: &str) -> Step {
        let whole = Value::default().follow(text);
        let mut value = Value::default();
        let mut pieces = Step::More;
        for (at, c) in text.char_indices() {
            pieces = match value.follow(&text[at..at + c.len_utf8()]) {
                Step::More => continue,
                Step::End(n) => Step::End(at + n),
                Step::Broken(n) => Step::Broken(at + n),
            };
            break;
        }
        assert_eq!(whole, pieces, "{text}");
        whole
    }

    #[test]
    fn values_end_where_their_brackets_close() {
        assert_eq!(follow(r#"{"a":["}",{}]} x"#), Step::End(14));
        assert_eq!(follow(r#""a\"b" x"#), Step::End(6));
        assert_eq!(follow("17,"), Step::End(2));
        assert_eq!(follow("null}"), Step::End(4));
        assert_eq!(follow(r#"{"a":[1,2]"#), Step::More);
    }

    #[test]
    fn what_cannot_be_json_is_told() {
        assert_eq!(follow("{\"a\n"), Step::Broken(3));
        assert_eq!(follow("{\"a\":1]"), Step::Broken(6));
        assert_eq!(follow(&"[".repeat(200)), Step::Broken(128));
    }
}
