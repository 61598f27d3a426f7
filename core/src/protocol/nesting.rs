//! How far a JSON object has come of which the text comes in pieces.

/// The levels that are open at the end of what came. Nothing is validated.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Nesting {
    depth: u32,
    in_string: bool,
    is_escaped: bool,
}

impl Nesting {
    /// Takes the next piece.
    pub(super) fn take(&mut self, text: &str) {
        for byte in text.bytes() {
            match byte {
                _ if self.is_escaped => self.is_escaped = false,
                b'\\' if self.in_string => self.is_escaped = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b'{' | b'[' => self.depth = self.depth.saturating_add(1),
                b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
    }

    /// Whether nothing is open: before the object, or when it is whole.
    pub(super) const fn is_closed(self) -> bool {
        self.depth == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_is_closed_at_its_last_brace_wherever_it_is_cut() {
        let text = r#"{"a":["}\"]",{}],"b\\":{"c":"{"}}"#;
        let mut nesting = Nesting::default();
        for end in 1..=text.len() {
            nesting.take(&text[end - 1..end]);
            assert_eq!(nesting.is_closed(), end == text.len(), "{end}");
        }
    }
}
