//! Headers as they cross the border: name, line feed, value, line feed, and so on. No header holds one.

use tokenwire_core::http::Headers;

/// Headers of lines.
pub(crate) fn read(lines: &str) -> Headers {
    let mut lines = lines.split('\n');
    let mut headers = Headers::new();
    while let (Some(name), Some(value)) = (lines.next(), lines.next()) {
        headers.push(name.to_owned(), value);
    }
    headers
}

/// Lines of headers.
pub(crate) fn write(headers: &Headers) -> String {
    let mut lines = String::new();
    for (name, value) in headers.iter() {
        for text in [name, value] {
            lines.push_str(text);
            lines.push('\n');
        }
    }
    lines
}
