//! Which places of ordinary text only show a marker: code fences, quoted lines, code within a line, quotes.

use super::work;

/// What the text so far means for what comes next.
///
/// Fences are those of Markdown: three or more backticks or tildes at a line's start, up to three
/// blanks in, until a line of at least as many of them. Code within a line stands between two runs of
/// equally many backticks.
#[derive(Clone, Debug)]
pub(super) struct Lines {
    line: Line,
    /// The byte and the length of the fence that is open.
    fence: Option<(u8, u32)>,
    /// How many backticks opened code within this line; none where it is zero.
    code: u32,
    /// How many backticks came last, among words.
    ticks: u32,
    last: u8,
}

/// What the line so far is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Line {
    /// So many blanks.
    Start(u8),
    /// A run of fence bytes.
    Run(u8, u32),
    /// A run that closes the fence if only blanks follow.
    Closing,
    /// A quotation.
    Quote,
    /// Anything else.
    Words,
}

impl Default for Lines {
    fn default() -> Self {
        Self { line: Line::Start(0), fence: None, code: 0, ticks: 0, last: b'\n' }
    }
}

impl Lines {
    /// Takes the next piece of the text.
    pub(super) fn feed(&mut self, text: &str) {
        let bytes = text.as_bytes();
        work::count(bytes.len());
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if !matches!(byte, b'\n' | b'`') && matches!(self.line, Line::Words | Line::Quote) {
                self.end_ticks();
                let Some(end) = memchr::memchr2(b'\n', b'`', &bytes[at..]) else { break };
                at += end;
                continue;
            }
            self.byte(byte);
            at += 1;
        }
        if let Some(&last) = bytes.last() {
            self.last = last;
        }
    }

    /// Whether a marker that comes next is only shown.
    pub(super) const fn is_quoted(&self) -> bool {
        let opens = matches!(self.line, Line::Run(_, 3..));
        self.fence.is_some()
            || opens
            || matches!(self.line, Line::Quote)
            || self.is_in_code()
            || matches!(self.last, b'"' | b'\'')
    }

    const fn is_in_code(&self) -> bool {
        let begins = matches!(self.line, Line::Run(b'`', _));
        begins || if self.code == 0 { self.ticks > 0 } else { self.ticks != self.code }
    }

    /// The run of backticks is over: it opens code, or closes what as many opened.
    const fn end_ticks(&mut self) {
        match self.ticks {
            0 => {}
            ticks if self.code == 0 => self.code = ticks,
            ticks if self.code == ticks => self.code = 0,
            _ => {}
        }
        self.ticks = 0;
    }

    /// Whether a word may begin here.
    pub(super) const fn is_word_start(&self) -> bool {
        !self.last.is_ascii_alphanumeric() && self.last != b'_'
    }

    /// Whether nothing but blanks came on this line.
    pub(super) const fn is_at_line_start(&self) -> bool {
        matches!(self.line, Line::Start(_))
    }

    fn byte(&mut self, byte: u8) {
        if byte == b'\n' {
            self.end_line();
            return;
        }
        self.line = match (self.line, byte) {
            (Line::Start(blanks @ 0..3), b' ') => Line::Start(blanks + 1),
            (Line::Start(blanks), b'\r') => Line::Start(blanks),
            (Line::Start(_), b'`' | b'~') => Line::Run(byte, 1),
            (Line::Start(_), b'>') => Line::Quote,
            (Line::Run(mark, length), _) if byte == mark => Line::Run(mark, length.saturating_add(1)),
            (Line::Run(mark, length), _) => self.end_run(mark, length, byte),
            (Line::Closing, b' ' | b'\t' | b'\r') => Line::Closing,
            (Line::Words, b'`') => {
                self.ticks = self.ticks.saturating_add(1);
                Line::Words
            }
            (Line::Quote, _) => Line::Quote,
            _ => Line::Words,
        };
    }

    /// A run of fence bytes is followed by `byte`.
    fn end_run(&mut self, mark: u8, length: u32, byte: u8) -> Line {
        match self.fence {
            None if length >= 3 => {
                self.fence = Some((mark, length));
                Line::Words
            }
            Some((open, least))
                if open == mark && length >= least && matches!(byte, b' ' | b'\t' | b'\r') =>
            {
                Line::Closing
            }
            _ => {
                if mark == b'`' {
                    self.code = length;
                }
                Line::Words
            }
        }
    }

    fn end_line(&mut self) {
        match (self.line, self.fence) {
            (Line::Closing, _) => self.fence = None,
            (Line::Run(mark, length), Some((open, least))) if open == mark && length >= least => {
                self.fence = None;
            }
            (Line::Run(mark, length @ 3..), None) => self.fence = Some((mark, length)),
            _ => {}
        }
        self.line = Line::Start(0);
        (self.code, self.ticks) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_quoted(text: &str) -> bool {
        let mut whole = Lines::default();
        whole.feed(text);
        let mut pieces = Lines::default();
        for (at, c) in text.char_indices() {
            pieces.feed(&text[at..at + c.len_utf8()]);
        }
        assert_eq!(whole.is_quoted(), pieces.is_quoted(), "{text:?}");
        whole.is_quoted()
    }

    #[test]
    fn fences_quote_until_they_close() {
        for text in [
            "```",
            "```\n",
            "a\n  ~~~~ x\n~~~\n",
            "```\n```json\n",
            "> a ",
            "> a`",
            "a `",
            "a ``b` ",
            "`a",
            "say \"",
        ] {
            assert!(is_quoted(text), "{text:?}");
        }
        for text in [
            "",
            "``\n",
            "a ```\n",
            "```\nx\n```\n",
            "~~~\n~~~~  \n",
            "> a\n",
            "    ```\n",
            "'a' ",
            "a `b`",
            "a `b` c",
            "``a``",
            "a `b\n",
        ] {
            assert!(!is_quoted(text), "{text:?}");
        }
    }
}
