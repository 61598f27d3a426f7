//! Server-sent events, after the WHATWG rules (HTML, section 9.2.6 "Interpreting an event stream").

use core::ops::Range;

use alloc::vec::Vec;
use memchr::{memchr, memchr2};

/// A line or an event that is larger than the cap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a line or event is larger than the cap of {cap} bytes")]
pub struct FrameError {
    /// The cap, in bytes.
    pub cap: usize,
}

/// One thing that the stream holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Frame<'a> {
    /// A comment line, without its colon. Providers use them to keep the connection alive.
    Comment(&'a [u8]),
    /// An event.
    Event {
        /// Its name; empty if none was given.
        name: &'a [u8],
        /// Its data; several data lines are joined by LF. Bytes, not yet checked to be UTF-8.
        data: &'a [u8],
    },
    /// A line with a field name that the rules do not know, as it came. The rules say to ignore it;
    /// some servers put an error there.
    Stray(&'a [u8]),
}

/// Decodes an event stream whose bytes are cut anywhere.
///
/// One pass over the bytes; an event that lies whole in one chunk is not copied. An event without a
/// blank line behind it is dispatched at [`Decoder::finish`]: some servers leave it out.
///
/// ```
/// use tokenwire_core::sse::{Decoder, Frame};
/// let mut decoder = Decoder::new(1024);
/// let mut frames = decoder.push(b"data: one\n\ndata: t");
/// assert_eq!(frames.next(), Some(Ok(Frame::Event { name: b"", data: b"one" })));
/// assert_eq!(frames.next(), None);
/// let mut frames = decoder.push(b"wo\n\n");
/// assert_eq!(frames.next(), Some(Ok(Frame::Event { name: b"", data: b"two" })));
/// ```
#[derive(Clone, Debug)]
pub struct Decoder {
    cap: usize,
    /// How many bytes of a byte order mark have passed, or `BOM_DONE`.
    bom: u8,
    /// The last byte was a CR: an LF that follows belongs to it.
    after_cr: bool,
    /// Data of the open event, then the open line; empty between chunks that end between events.
    buffer: Vec<u8>,
    /// Where the data lies in `buffer`, once the open event has some.
    data: Option<Range<usize>>,
    /// Where the open line starts in `buffer`.
    line: usize,
    /// The open event's name.
    name: Vec<u8>,
    /// What an owned frame borrows from: the last event's name, kept until the next call.
    given_name: Vec<u8>,
    last_id: Vec<u8>,
    retry_ms: Option<u64>,
    failed: bool,
}

const BOM: &[u8] = b"\xEF\xBB\xBF";
const BOM_DONE: u8 = 3;

/// What a line means for the caller of the line loop.
enum Line {
    Blank,
    Comment,
    Data(usize),
    Name(usize),
    Nothing,
    Stray,
}

/// How many bytes of the line stand before the value of a field whose name has `len` bytes.
#[inline]
fn value_at(line: &[u8], len: usize) -> usize {
    // After the colon one space is cut, and only one.
    (len + 1 + usize::from(line.get(len + 1) == Some(&b' '))).min(line.len())
}

#[inline]
fn is_field(line: &[u8], name: &[u8]) -> bool {
    line.starts_with(name) && matches!(line.get(name.len()), None | Some(b':'))
}

impl Decoder {
    /// A decoder that refuses lines, and data of one event, of more than `cap` bytes.
    pub const fn new(cap: usize) -> Self {
        Self {
            cap,
            bom: 0,
            after_cr: false,
            buffer: Vec::new(),
            data: None,
            line: 0,
            name: Vec::new(),
            given_name: Vec::new(),
            last_id: Vec::new(),
            retry_ms: None,
            failed: false,
        }
    }

    /// The id of the last event that had one; it persists until another replaces it.
    pub fn last_id(&self) -> &[u8] {
        &self.last_id
    }

    /// The reconnection time that the stream asked for, in milliseconds.
    pub const fn retry_ms(&self) -> Option<u64> {
        self.retry_ms
    }

    /// Takes the next bytes. The frames must be read to their end; what is not read is lost.
    pub fn push<'d, 'c>(&'d mut self, chunk: &'c [u8]) -> Frames<'d, 'c> {
        if !self.buffer.is_empty() || self.data.is_some() {
            // The frame that was given last may have left its bytes in the buffer.
            self.compact();
        }
        Frames { decoder: self, rest: chunk }
    }

    /// The stream ended: an event or line without its end is given as it is.
    pub fn finish(&mut self) -> Option<Result<Frame<'_>, FrameError>> {
        if self.failed {
            return None;
        }
        self.compact();
        self.bom_is_no_bom();
        if self.line < self.buffer.len()
            && let Some(settled) = self.settle()
        {
            return Some(self.give(settled));
        }
        let data = self.data.take()?;
        self.line = self.buffer.len();
        Some(Ok(Frame::Event { name: &self.name, data: &self.buffer[data] }))
    }

    /// Forgets what lies in the buffer before the open event.
    fn compact(&mut self) {
        if self.data.is_none() && self.line > 0 {
            self.buffer.drain(..self.line);
            self.line = 0;
        }
    }

    fn fail(&mut self) -> FrameError {
        self.failed = true;
        FrameError { cap: self.cap }
    }

    /// Bytes that looked like the start of a byte order mark belong to the first line.
    fn bom_is_no_bom(&mut self) {
        if self.bom < BOM_DONE {
            self.buffer.extend_from_slice(&BOM[..usize::from(self.bom)]);
            self.bom = BOM_DONE;
        }
    }

    /// Passes the byte order mark at the start of the stream; gives what is left of the chunk.
    fn skip_bom<'c>(&mut self, mut chunk: &'c [u8]) -> &'c [u8] {
        while self.bom < BOM_DONE {
            match chunk.split_first() {
                Some((&b, rest)) if b == BOM[usize::from(self.bom)] => {
                    self.bom += 1;
                    chunk = rest;
                }
                Some(_) => self.bom_is_no_bom(),
                None => break,
            }
        }
        chunk
    }

    /// Reads one line's field. `id` and `retry` are settled here.
    #[inline]
    fn field(&mut self, line: &[u8]) -> Line {
        match line.first() {
            None => Line::Blank,
            Some(b'd') if is_field(line, b"data") => Line::Data(value_at(line, 4)),
            Some(b'e') if is_field(line, b"event") => Line::Name(value_at(line, 5)),
            Some(b':') => Line::Comment,
            Some(b'i') if is_field(line, b"id") => {
                let value = &line[value_at(line, 2)..];
                if memchr(0, value).is_none() {
                    self.last_id.clear();
                    self.last_id.extend_from_slice(value);
                }
                Line::Nothing
            }
            Some(b'r') if is_field(line, b"retry") => {
                let value = &line[value_at(line, 5)..];
                if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
                    self.retry_ms = core::str::from_utf8(value).ok().and_then(|v| v.parse().ok());
                }
                Line::Nothing
            }
            Some(_) => Line::Stray,
        }
    }

    /// Settles the line that lies whole in the buffer from `self.line` on.
    fn take_line(&mut self) -> Result<Line, FrameError> {
        let start = self.line;
        let end = self.buffer.len();
        if end - start > self.cap {
            return Err(self.fail());
        }
        let line = core::mem::take(&mut self.buffer);
        let kind = self.field(&line[start..]);
        self.buffer = line;
        match kind {
            Line::Data(at) => {
                let value = start + at..end;
                match &mut self.data {
                    None => {
                        self.data = Some(value);
                        self.line = end;
                    }
                    Some(data) => {
                        if data.len() + 1 + value.len() > self.cap {
                            return Err(self.fail());
                        }
                        // Nothing lies between the data and this line: each settled line is cut off.
                        self.buffer.copy_within(value.clone(), data.end + 1);
                        self.buffer[data.end] = b'\n';
                        data.end += 1 + value.len();
                        self.buffer.truncate(data.end);
                        self.line = data.end;
                    }
                }
            }
            Line::Name(at) => {
                self.name.clear();
                self.name.extend_from_slice(&self.buffer[start + at..]);
                self.buffer.truncate(start);
            }
            Line::Nothing | Line::Blank => self.buffer.truncate(start),
            Line::Comment | Line::Stray => {}
        }
        Ok(kind)
    }
}

/// The frames of one chunk. Each must be used before the next is asked for.
#[derive(Debug)]
pub struct Frames<'d, 'c> {
    decoder: &'d mut Decoder,
    rest: &'c [u8],
}

impl Frames<'_, '_> {
    /// The next frame; `None` when more bytes are needed.
    ///
    /// After an error the decoder gives nothing any more.
    #[allow(
        clippy::should_implement_trait,
        reason = "a frame borrows from the decoder, which Iterator can't say"
    )]
    #[inline]
    pub fn next(&mut self) -> Option<Result<Frame<'_>, FrameError>> {
        let d = &mut *self.decoder;
        if d.failed {
            return None;
        }
        if d.bom < BOM_DONE {
            self.rest = d.skip_bom(self.rest);
            if d.bom < BOM_DONE {
                return None;
            }
        }
        if d.after_cr {
            match self.rest.split_first() {
                Some((&b'\n', rest)) => {
                    self.rest = rest;
                    d.after_cr = false;
                }
                Some(_) => d.after_cr = false,
                None => return None,
            }
        }
        d.compact();
        if d.buffer.is_empty() && d.data.is_none() && d.name.is_empty() {
            return self.borrowed();
        }
        let settled = self.buffered()?;
        Some(self.decoder.give(settled))
    }

    /// Cuts the line that starts the rest off; `None` if its end is not there.
    #[inline]
    fn line<'c>(rest: &mut &'c [u8], after_cr: &mut bool) -> Option<&'c [u8]> {
        let at = memchr2(b'\n', b'\r', rest)?;
        let line = &rest[..at];
        let mut next = at + 1;
        if rest[at] == b'\r' {
            match rest.get(next) {
                Some(b'\n') => next += 1,
                Some(_) => {}
                None => *after_cr = true,
            }
        }
        *rest = &rest[next..];
        Some(line)
    }

    /// Nothing is buffered: lines and events are borrowed from the chunk.
    #[inline]
    fn borrowed(&mut self) -> Option<Result<Frame<'_>, FrameError>> {
        let d = &mut *self.decoder;
        let mut name: &[u8] = b"";
        let mut data: Option<&[u8]> = None;
        while let Some(line) = Self::line(&mut self.rest, &mut d.after_cr) {
            if line.len() > d.cap {
                return Some(Err(d.fail()));
            }
            match d.field(line) {
                Line::Data(at) if data.is_none() => data = Some(&line[at..]),
                Line::Name(at) => name = &line[at..],
                Line::Blank => match data {
                    Some(data) => return Some(Ok(Frame::Event { name, data })),
                    None => name = b"",
                },
                Line::Nothing => {}
                Line::Comment | Line::Stray if data.is_none() && name.is_empty() => {
                    return Some(Ok(if line[0] == b':' {
                        Frame::Comment(&line[1..])
                    } else {
                        Frame::Stray(line)
                    }));
                }
                Line::Data(_) | Line::Comment | Line::Stray => {
                    // Rare inside an event: from here on the event is put together in the buffer.
                    d.spill(name, data);
                    d.buffer.extend_from_slice(line);
                    let settled = match d.settle() {
                        Some(settled) => settled,
                        None => self.buffered()?,
                    };
                    return Some(self.decoder.give(settled));
                }
            }
        }
        d.spill(name, data);
        self.keep_open_line().map(Err)
    }

    /// The open event lies in the buffer: reads lines until one settles something to give.
    fn buffered(&mut self) -> Option<Settled> {
        loop {
            let d = &mut *self.decoder;
            let Some(line) = Self::line(&mut self.rest, &mut d.after_cr) else {
                return self.keep_open_line().map(Settled::Failed);
            };
            if d.buffer.len() - d.line + line.len() > d.cap {
                return Some(Settled::Failed(d.fail()));
            }
            d.buffer.extend_from_slice(line);
            if let Some(settled) = d.settle() {
                return Some(settled);
            }
        }
    }

    /// What is left of the chunk is the beginning of a line; an error where it is too long.
    fn keep_open_line(&mut self) -> Option<FrameError> {
        let d = &mut *self.decoder;
        if d.buffer.len() - d.line + self.rest.len() > d.cap {
            return Some(d.fail());
        }
        d.buffer.extend_from_slice(self.rest);
        self.rest = b"";
        None
    }
}

/// What a line in the buffer has brought to its end.
enum Settled {
    Event(Range<usize>),
    Failed(FrameError),
    /// A comment or stray line, in the buffer from there on.
    Line(usize),
    /// The same inside an event, in `given_name`.
    LineInside,
}

impl Decoder {
    /// Settles the whole line at the end of the buffer.
    fn settle(&mut self) -> Option<Settled> {
        let start = self.line;
        match self.take_line() {
            Err(error) => Some(Settled::Failed(error)),
            Ok(Line::Blank) => {
                let data = self.data.take();
                if data.is_some() {
                    core::mem::swap(&mut self.name, &mut self.given_name);
                    // The bytes stay until the next call drops them.
                    self.line = self.buffer.len();
                }
                self.name.clear();
                data.map(Settled::Event)
            }
            Ok(Line::Comment | Line::Stray) if self.data.is_some() || !self.name.is_empty() => {
                // Inside an event the line is given from a copy, so that the data stays put.
                self.given_name.clear();
                self.given_name.extend_from_slice(&self.buffer[start..]);
                self.buffer.truncate(start);
                Some(Settled::LineInside)
            }
            Ok(Line::Comment | Line::Stray) => {
                self.line = self.buffer.len();
                Some(Settled::Line(start))
            }
            Ok(Line::Data(_) | Line::Name(_) | Line::Nothing) => None,
        }
    }

    fn give(&self, settled: Settled) -> Result<Frame<'_>, FrameError> {
        let line = match settled {
            Settled::Event(data) => {
                return Ok(Frame::Event { name: &self.given_name, data: &self.buffer[data] });
            }
            Settled::Failed(error) => return Err(error),
            Settled::Line(start) => &self.buffer[start..],
            Settled::LineInside => &self.given_name[..],
        };
        Ok(if line.first() == Some(&b':') { Frame::Comment(&line[1..]) } else { Frame::Stray(line) })
    }

    /// Moves an event that was borrowed so far into the buffer.
    fn spill(&mut self, name: &[u8], data: Option<&[u8]>) {
        self.name.extend_from_slice(name);
        if let Some(data) = data {
            self.buffer.extend_from_slice(data);
            self.data = Some(0..data.len());
            self.line = data.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use alloc::{format, vec};

    const CAP: usize = 64;

    fn show(frame: Result<Frame<'_>, FrameError>) -> String {
        let text = |b| String::from_utf8_lossy(b).into_owned();
        match frame {
            Ok(Frame::Comment(b)) => format!("comment {:?}", text(b)),
            Ok(Frame::Event { name, data }) => format!("event {:?} {:?}", text(name), text(data)),
            Ok(Frame::Stray(b)) => format!("stray {:?}", text(b)),
            Err(e) => format!("{e}"),
        }
    }

    fn decode<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<String> {
        let mut decoder = Decoder::new(CAP);
        let mut out = vec![];
        for chunk in chunks {
            let mut frames = decoder.push(chunk);
            while let Some(frame) = frames.next() {
                out.push(show(frame));
            }
        }
        while let Some(frame) = decoder.finish() {
            out.push(show(frame));
        }
        out
    }

    const STREAMS: &[(&str, &[&str])] = &[
        ("data: a\n\ndata:b\n\ndata\n\n", &["event \"\" \"a\"", "event \"\" \"b\"", "event \"\" \"\""]),
        (
            "\u{feff}data: a\r\n\r\ndata: b\r\rdata: c\n\n",
            &["event \"\" \"a\"", "event \"\" \"b\"", "event \"\" \"c\""],
        ),
        ("event: x\ndata: 1\ndata:  2\ndata:\n\n", &["event \"x\" \"1\\n 2\\n\""]),
        ("event: x\n\ndata: y\n\n", &["event \"\" \"y\""]),
        (": hi\ndata: 1\n:mid\ndata: 2\n\n", &["comment \" hi\"", "comment \"mid\"", "event \"\" \"1\\n2\""]),
        (
            "event: e\n: c\nerror: {}\ndata: é😀\n\n",
            &["comment \" c\"", "stray \"error: {}\"", "event \"e\" \"é😀\""],
        ),
        ("id: 7\nretry: 10\nretry: x\ndata: a\n\n", &["event \"\" \"a\""]),
        ("database: no\n\n", &["stray \"database: no\""]),
        ("data: cut", &["event \"\" \"cut\""]),
        ("data: cut\n", &["event \"\" \"cut\""]),
        ("data: a\n\nerror: x", &["event \"\" \"a\"", "stray \"error: x\""]),
        ("{\n  \"error\": 1\n}\n", &["stray \"{\"", "stray \"  \\\"error\\\": 1\"", "stray \"}\""]),
        ("\n\n\n", &[]),
        ("", &[]),
    ];

    #[test]
    fn follows_the_event_stream_rules() {
        for (stream, expected) in STREAMS {
            assert_eq!(decode([stream.as_bytes()]), *expected, "{stream:?}");
        }
    }

    #[test]
    fn every_split_in_three_gives_the_same_frames() {
        for (stream, expected) in STREAMS {
            let b = stream.as_bytes();
            for i in 0..=b.len() {
                for j in i..=b.len() {
                    assert_eq!(decode([&b[..i], &b[i..j], &b[j..]]), *expected, "{stream:?} at {i}, {j}");
                }
            }
            assert_eq!(decode(b.chunks(1)), *expected, "{stream:?} byte by byte");
        }
    }

    #[test]
    fn the_cap_bites_at_the_same_byte_in_every_split() {
        let at_cap = format!("data:{}\n\ndata: x\n\n", "a".repeat(CAP - 5));
        let over = format!("data: ok\n\ndata:{}\n\n", "a".repeat(CAP - 4));
        let joined = format!("data:{0}\ndata:{0}\n\n", "a".repeat(CAP / 2));
        for split in 1..at_cap.len() {
            let (a, b) = at_cap.as_bytes().split_at(split);
            assert_eq!(decode([a, b]).len(), 2);
        }
        for (stream, before) in [(&over, 1), (&joined, 0)] {
            for split in 1..stream.len() {
                let (a, b) = stream.as_bytes().split_at(split);
                let frames = decode([a, b]);
                assert_eq!(frames.len(), before + 1, "{frames:?}");
                assert!(frames[before].contains("cap"), "{frames:?}");
            }
        }
    }

    #[test]
    fn id_persists_and_retry_is_read() {
        let mut decoder = Decoder::new(CAP);
        let mut frames = decoder.push(b"id: 7\nretry: 250\ndata: a\n\ndata: b\n\n");
        while frames.next().is_some() {}
        assert_eq!(decoder.last_id(), b"7");
        assert_eq!(decoder.retry_ms(), Some(250));
        let mut frames = decoder.push(b"id: a\0b\nretry: -1\n\n");
        while frames.next().is_some() {}
        assert_eq!((decoder.last_id(), decoder.retry_ms()), (&b"7"[..], Some(250)));
    }

    #[test]
    fn one_event_in_many_chunks_costs_one_scan() {
        // A line of 1 MiB in chunks of 1 KiB: quadratic rescanning would take minutes.
        let mut decoder = Decoder::new(2 << 20);
        assert!(decoder.push(b"data: ").next().is_none());
        for _ in 0..1024 {
            assert!(decoder.push(&[b'x'; 1024]).next().is_none());
        }
        let mut frames = decoder.push(b"\n\n");
        let Some(Ok(Frame::Event { data, .. })) = frames.next() else { panic!("no event") };
        assert_eq!(data.len(), 1 << 20);
    }
}
