//! Where an object with bare keys ends.

use super::marker::{self, Fit};
use super::work;

/// Follows braces and brackets outside of strings; strings stand between two marks, or in quotes where
/// there is no mark.
#[derive(Clone, Debug)]
pub(super) struct Loose {
    mark: &'static str,
    depth: u32,
    in_string: bool,
    escaped: bool,
}

impl Loose {
    pub(super) const fn new(mark: &'static str) -> Self {
        Self { mark, depth: 0, in_string: false, escaped: false }
    }

    pub(super) const fn mark(&self) -> &'static str {
        self.mark
    }

    /// Goes on in `window` at `at`; gives the offset behind the object's end.
    pub(super) fn follow(&mut self, window: &str, at: &mut usize, ended: bool) -> Option<usize> {
        while let Some(&byte) = window.as_bytes().get(*at) {
            work::count(1);
            if self.mark.as_bytes().first() == Some(&byte) {
                match marker::fit(self.mark, &window[*at..], "") {
                    Fit::Full(length) => {
                        self.in_string = !self.in_string;
                        *at += length;
                        continue;
                    }
                    Fit::Partial if !ended => return None,
                    Fit::Partial | Fit::No => {}
                }
            }
            *at += 1;
            if self.byte(byte) {
                return Some(*at);
            }
        }
        None
    }

    /// Whether the object ends with this byte.
    const fn byte(&mut self, byte: u8) -> bool {
        let has_quotes = self.mark.is_empty();
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_string && has_quotes => self.escaped = true,
            b'"' if has_quotes => self.in_string = !self.in_string,
            _ if self.in_string => {}
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => {
                self.depth = self.depth.saturating_sub(1);
                return self.depth == 0;
            }
            _ => {}
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str, mark: &'static str) -> Option<usize> {
        let (mut loose, mut at) = (Loose::new(mark), 0);
        let mut found = None;
        for end in text.char_indices().map(|(at, c)| at + c.len_utf8()) {
            found = found.or_else(|| loose.follow(&text[..end], &mut at, end == text.len()));
        }
        assert_eq!(Loose::new(mark).follow(text, &mut 0, true), found, "{text}");
        found
    }

    #[test]
    fn strings_hide_braces() {
        assert_eq!(end("{k:<e>}é<e>,o:{}} x", "<e>"), Some(18));
        assert_eq!(end(r#"{k:"}\"",l:[1]} x"#, ""), Some(15));
        assert_eq!(end("{k:<e>}", "<e>"), None);
    }
}
