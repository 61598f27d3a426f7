//! Images and documents as blocks.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use crate::json::Writer;
use crate::model::{LossAction, Media, MediaKind, Source};
use crate::protocol::encoding::{EncodeError, Encoding};

/// Writes a block of type `image` or `document`.
pub(super) fn encode(encoding: &mut Encoding<'_>, path: &str, media: &Media) -> Result<String, EncodeError> {
    let (kind, source) = match media.kind {
        MediaKind::Image => ("image", image_source(encoding, path, media)?),
        MediaKind::File => ("document", document_source(encoding, path, media)?),
        MediaKind::Audio => return Err(encoding.refuse(path, "the wire has no audio")),
        MediaKind::Video => return Err(encoding.refuse(path, "the wire has no video")),
    };
    encoding.lose_media_type(path, media);
    if media.detail.as_deref().is_some_and(|detail| detail != "auto") {
        encoding.lose(LossAction::Dropped, alloc::format!("{path}.detail"), "the wire has no detail level");
    }
    if kind == "image" && media.name.is_some() {
        encoding.lose(LossAction::Dropped, alloc::format!("{path}.name"), "an image has no name");
    }
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string(kind);
        w.key("source").raw(&source);
        if kind == "document" {
            w.opt_string("title", media.name.as_deref());
        }
    });
    Ok(w.finish())
}

fn image_source(encoding: &mut Encoding<'_>, path: &str, media: &Media) -> Result<String, EncodeError> {
    let (data, stated) = match located(media) {
        Located::Base64 { data, media_type } => (data, media_type),
        Located::Id(id) => return Ok(source("file", "file_id", id, None)),
        Located::Text(_) => return Err(invalid(path, "expected an image, found plain text")),
        Located::Url(url) => return Ok(source("url", "url", url, None)),
    };
    let media_type = match stated {
        Some("image/jpg") => Some("image/jpeg"),
        Some(stated) => Some(stated),
        None => sniffed(data),
    };
    match media_type {
        Some(t @ ("image/jpeg" | "image/png" | "image/gif" | "image/webp")) => {
            Ok(source("base64", "data", data, Some(t)))
        }
        Some(other) => {
            let why = alloc::format!("an image must be JPEG, PNG, GIF or WebP, found {other:?}");
            Err(encoding.refuse(alloc::format!("{path}.media_type"), why))
        }
        None => Err(invalid(&alloc::format!("{path}.media_type"), "expected a media type, found none")),
    }
}

fn document_source(encoding: &mut Encoding<'_>, path: &str, media: &Media) -> Result<String, EncodeError> {
    let (data, stated) = match located(media) {
        Located::Base64 { data, media_type } => (data, media_type),
        Located::Id(id) => return Ok(source("file", "file_id", id, None)),
        Located::Text(text) => return Ok(plain_text(encoding, path, text, media.media_type.as_deref())),
        Located::Url(url) => return Ok(source("url", "url", url, None)),
    };
    match stated.or_else(|| sniffed(data)) {
        Some("application/pdf") => Ok(source("base64", "data", data, Some("application/pdf"))),
        Some(text) if text.starts_with("text/") || text == "application/json" => {
            match decode_base64(data).and_then(|bytes| String::from_utf8(bytes).ok()) {
                Some(decoded) => Ok(plain_text(encoding, path, &decoded, Some(text))),
                None => Err(invalid(path, "expected base64 of UTF-8 text")),
            }
        }
        found => {
            let why = alloc::format!("a document must be PDF or text, found {found:?}");
            Err(encoding.refuse(alloc::format!("{path}.media_type"), why))
        }
    }
}

fn plain_text(encoding: &mut Encoding<'_>, path: &str, text: &str, media_type: Option<&str>) -> String {
    // Parameters such as a charset say nothing here: JSON is UTF-8.
    let bare = media_type.map(|t| t.split(';').next().unwrap_or(t).trim());
    if bare.is_some_and(|t| t != "text/plain") {
        let why = "text documents go as text/plain";
        encoding.lose(LossAction::Approximated, alloc::format!("{path}.media_type"), why);
    }
    source("text", "data", text, Some("text/plain"))
}

fn source(kind: &str, field: &str, value: &str, media_type: Option<&str>) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string(kind);
        w.opt_string("media_type", media_type);
        w.key(field).string(value);
    });
    w.finish()
}

/// A source, with data URLs taken apart.
enum Located<'a> {
    Base64 { data: &'a str, media_type: Option<&'a str> },
    Id(&'a str),
    Text(&'a str),
    Url(&'a str),
}

fn located(media: &Media) -> Located<'_> {
    let media_type = media.media_type.as_deref();
    match &media.source {
        Source::Base64(data) => Located::Base64 { data, media_type },
        Source::Id { id, .. } => Located::Id(id),
        Source::Text(text) => Located::Text(text),
        Source::Url(url) => match url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,")) {
            Some((inline, data)) => {
                let inline = inline.split(';').next().filter(|t| !t.is_empty());
                Located::Base64 { data, media_type: inline.or(media_type) }
            }
            None => Located::Url(url),
        },
    }
}

/// The media type that the first bytes of base64 text tell.
fn sniffed(data: &str) -> Option<&'static str> {
    [
        ("/9j/", "image/jpeg"),
        ("JVBERi", "application/pdf"),
        ("R0lGOD", "image/gif"),
        ("UklGR", "image/webp"),
        ("iVBORw0KGgo", "image/png"),
    ]
    .into_iter()
    .find_map(|(start, media_type)| data.starts_with(start).then_some(media_type))
}

fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0);
    for b in text.trim_end_matches('=').bytes() {
        let value = match b {
            b'A'..=b'Z' => b - b'A',
            b'a'..=b'z' => b - b'a' + 26,
            b'0'..=b'9' => b - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            b'\r' | b'\n' => continue,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).expect("masked to one byte"));
        }
    }
    Some(bytes)
}

fn invalid(path: &str, why: impl Into<Cow<'static, str>>) -> EncodeError {
    EncodeError::Invalid { path: path.into(), why: why.into().into_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_text_is_decoded() {
        for (text, expected) in
            [("", ""), ("YQ==", "a"), ("YWI", "ab"), ("YWJj\nZA==", "abcd"), ("w6k=", "é")]
        {
            assert_eq!(decode_base64(text).as_deref(), Some(expected.as_bytes()), "{text}");
        }
        assert_eq!(decode_base64("a b"), None);
    }

    #[test]
    fn the_first_bytes_tell_the_media_type() {
        assert_eq!(sniffed("iVBORw0KGgoAAAA"), Some("image/png"));
        assert_eq!(sniffed("AAAA"), None);
    }
}
