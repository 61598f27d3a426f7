//! Values written as source text: Python literals, and objects with bare keys, made JSON.

use alloc::string::String;

use super::work;
use crate::json::{MAX_DEPTH, Number, RawJson};

/// The JSON object of a call's keyword arguments, `a=1, b='x'`; `None` where it is anything else.
pub(super) fn keywords(text: &str) -> Option<String> {
    let mut p = Parser::new(text, Style::Python);
    p.out.push('{');
    p.list(None, |p| {
        let key = p.word()?;
        p.key(key);
        p.expect('=')?;
        p.value()
    })?;
    p.out.push('}');
    Some(p.out)
}

/// The JSON of a Python literal.
pub(super) fn python(text: &str) -> Option<String> {
    whole(text, Style::Python)
}

/// The JSON of an object whose keys may be bare and whose strings stand between two `mark`s, in
/// quotes or bare.
pub(super) fn loose(text: &str, mark: &'static str) -> Option<String> {
    whole(text, Style::Loose(mark))
}

fn whole(text: &str, style: Style) -> Option<String> {
    let mut p = Parser::new(text, style);
    p.value()?;
    p.blanks();
    p.rest().is_empty().then_some(p.out)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Python,
    Loose(&'static str),
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: u32,
    style: Style,
    out: String,
}

impl<'a> Parser<'a> {
    fn new(text: &'a str, style: Style) -> Self {
        work::count(text.len());
        Self { text, at: 0, depth: 0, style, out: String::new() }
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, token: &str) -> bool {
        let is_next = self.rest().starts_with(token);
        if is_next {
            self.at += token.len();
        }
        is_next
    }

    fn expect(&mut self, token: char) -> Option<()> {
        self.blanks();
        self.rest().starts_with(token).then(|| self.at += token.len_utf8())
    }

    fn value(&mut self) -> Option<()> {
        self.blanks();
        if let Style::Loose(mark) = self.style
            && !mark.is_empty()
            && self.eat(mark)
        {
            let (text, _) = self.rest().split_once(mark)?;
            self.at += text.len() + mark.len();
            self.string(text);
            return Some(());
        }
        match self.rest().chars().next()? {
            quote @ ('\'' | '"') => self.quoted(quote).map(|text| self.string(&text)),
            '[' => self.nested('[', ']', Self::value),
            '(' if self.style == Style::Python => self.nested('[', ')', Self::value),
            '{' => self.nested('{', '}', Self::entry),
            _ => self.scalar(),
        }
    }

    /// A list or object whose opening bracket is next, written with `open` and its counterpart.
    fn nested(&mut self, open: char, close: char, item: fn(&mut Self) -> Option<()>) -> Option<()> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        self.at += 1;
        self.out.push(open);
        self.list(Some(close), item)?;
        self.out.push(if open == '[' { ']' } else { '}' });
        self.depth -= 1;
        Some(())
    }

    /// Items and commas up to `close`, or to the end of the text.
    fn list(&mut self, close: Option<char>, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        let mut is_first = true;
        loop {
            self.blanks();
            match close {
                Some(close) if self.rest().starts_with(close) => {
                    self.at += close.len_utf8();
                    return Some(());
                }
                None if self.rest().is_empty() => return Some(()),
                _ => {}
            }
            if !is_first {
                self.out.push(',');
            }
            is_first = false;
            item(self)?;
            self.blanks();
            let is_over = close.map_or_else(|| self.rest().is_empty(), |c| self.rest().starts_with(c));
            if !is_over && !self.eat(",") {
                return None;
            }
        }
    }

    fn entry(&mut self) -> Option<()> {
        let rest = self.rest();
        match self.style {
            Style::Loose(mark) if !mark.is_empty() && rest.starts_with(mark) => self.value()?,
            _ if rest.starts_with(['\'', '"']) => self.value()?,
            Style::Loose(_) => {
                let word = self.word()?;
                self.string(word);
            }
            Style::Python => return None,
        }
        self.blanks();
        let is_equation = matches!(self.style, Style::Loose(_)) && self.eat("=");
        if !is_equation {
            self.expect(':')?;
        }
        self.out.push(':');
        self.value()
    }

    /// A bare name.
    fn word(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
        let word = &rest[..rest.find(|c| !is_part(c)).unwrap_or(rest.len())];
        self.at += word.len();
        (!word.is_empty()).then_some(word)
    }

    fn key(&mut self, key: &str) {
        self.string(key);
        self.out.push(':');
    }

    fn string(&mut self, text: &str) {
        self.out.push_str(RawJson::string(text).as_str());
    }

    /// A number or a word; where strings may be bare, anything up to the next delimiter.
    fn scalar(&mut self) -> Option<()> {
        let rest = self.rest();
        let end = rest.find([',', '}', ']', ')']).unwrap_or(rest.len());
        let word = rest[..end].trim_end();
        self.at += word.len();
        let known = match word {
            "True" | "true" => "true",
            "False" | "false" => "false",
            "None" | "null" => "null",
            _ if Number::parse(word).is_ok() => word,
            "" => return None,
            _ if matches!(self.style, Style::Loose(_)) => {
                self.string(word);
                return Some(());
            }
            _ => return None,
        };
        self.out.push_str(known);
        Some(())
    }

    /// A string in quotes, three of them or one.
    fn quoted(&mut self, quote: char) -> Option<String> {
        let triple: &str = if quote == '"' { "\"\"\"" } else { "'''" };
        let is_triple = self.style == Style::Python && self.eat(triple);
        if !is_triple {
            self.at += 1;
        }
        let end = if is_triple { triple } else { &triple[..1] };
        let mut text = String::new();
        loop {
            let rest = self.rest();
            let stop = rest.find([quote, '\\'])?;
            text.push_str(&rest[..stop]);
            self.at += stop;
            if self.eat(end) {
                return Some(text);
            }
            self.at += 1;
            if rest[stop..].starts_with('\\') {
                self.escape(&mut text)?;
            } else {
                text.push(quote);
            }
        }
    }

    /// What follows a backslash, as Python reads it.
    fn escape(&mut self, text: &mut String) -> Option<()> {
        let c = self.rest().chars().next()?;
        self.at += c.len_utf8();
        match c {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' => text.push('\r'),
            'b' => text.push('\u{8}'),
            'f' => text.push('\u{c}'),
            'v' => text.push('\u{b}'),
            'a' => text.push('\u{7}'),
            '0' => text.push('\0'),
            '\n' => {}
            '\\' | '\'' | '"' | '/' => text.push(c),
            'x' => text.push(self.code(2)?),
            'u' => text.push(self.code(4)?),
            'U' => text.push(self.code(8)?),
            _ => text.extend(['\\', c]),
        }
        Some(())
    }

    fn code(&mut self, digits: usize) -> Option<char> {
        let hex = self.rest().get(..digits).filter(|h| h.bytes().all(|b| b.is_ascii_hexdigit()))?;
        self.at += digits;
        let code = u32::from_str_radix(hex, 16).ok()?;
        if (0xd800..0xdc00).contains(&code) && self.rest().starts_with("\\u") {
            self.at += 2;
            let low = self.rest().get(..4).and_then(|h| u32::from_str_radix(h, 16).ok())?;
            self.at += 4;
            let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
            return char::from_u32(0x1_0000 + ((code - 0xd800) << 10) + low);
        }
        char::from_u32(code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keyword_arguments_become_an_object() {
        for (text, expected) in [
            ("", Some("{}")),
            ("a=1, b='x'", Some(r#"{"a":1,"b":"x"}"#)),
            ("a = -1.5e3 ,", Some(r#"{"a":-1.5e3}"#)),
            ("a=[1, 2,], b=(True, None), c={}", Some(r#"{"a":[1,2],"b":[true,null],"c":{}}"#)),
            ("a={'k': {\"l\": false}}", Some(r#"{"a":{"k":{"l":false}}}"#)),
            (r#"a='it\'s', b="q\"\n", c='''x'y'''"#, Some(r#"{"a":"it's","b":"q\"\n","c":"x'y"}"#)),
            (r"a='\x41é\ud83d\ude00\d'", Some(r#"{"a":"Aé😀\\d"}"#)),
            ("from='a', class='b'", Some(r#"{"from":"a","class":"b"}"#)),
            ("'x'", None),
            ("a=f()", None),
            ("a=007", None),
            ("a=1 b=2", None),
            ("a={1: 2}", None),
            ("a='x", None),
            ("a=1,,b=2", None),
            ("a=Paris", None),
            (r"a='\ud83d'", None),
        ] {
            assert_eq!(keywords(text).as_deref(), expected, "{text}");
        }
        let deep = alloc::format!("a={}", "[".repeat(100_000));
        assert_eq!(keywords(&deep), None);
    }

    #[test]
    fn loose_objects_become_json() {
        for (text, mark, expected) in [
            ("{}", "<e>", Some("{}")),
            ("{k:<e>a, \"b\"<e>,n:1}", "<e>", Some(r#"{"k":"a, \"b\"","n":1}"#)),
            ("{<e>k<e>:[<e>a<e>,{b:true}]}", "<e>", Some(r#"{"k":["a",{"b":true}]}"#)),
            ("{a=\"x\", b: New York, c: null}", "", Some(r#"{"a":"x","b":"New York","c":null}"#)),
            ("{a: Paris, France}", "", None),
            ("{k:<e>a}", "<e>", None),
            ("{a:}", "", None),
        ] {
            assert_eq!(loose(text, mark).as_deref(), expected, "{text}");
        }
    }
}
