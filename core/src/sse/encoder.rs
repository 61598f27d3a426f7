//! Server-sent events, written.

use alloc::string::String;

/// Appends one event: its name, if not empty, its data (a line each), and the blank line.
pub fn encode(out: &mut String, name: &str, data: &str) {
    if !name.is_empty() {
        out.push_str("event: ");
        out.push_str(name);
        out.push('\n');
    }
    for line in data.split('\n') {
        out.push_str("data: ");
        out.push_str(line);
        out.push('\n');
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use super::super::{Decoder, Frame};
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        for (name, data) in [("", "a"), ("x", "a\nb\n"), ("delta", ""), ("", " lead")] {
            let mut out = String::new();
            encode(&mut out, name, data);
            let mut decoder = Decoder::new(1024);
            let mut frames = decoder.push(out.as_bytes());
            let expected = Frame::Event { name: name.as_bytes(), data: data.as_bytes() };
            assert_eq!(frames.next(), Some(Ok(expected)));
        }
    }
}
