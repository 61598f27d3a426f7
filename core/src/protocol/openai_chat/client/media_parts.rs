//! Images, sound, files and video of a request.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use crate::model::{LossAction, Media, MediaKind, Source};
use crate::protocol::encoding::{EncodeError, Encoding};
use crate::protocol::openai_chat::audio_format;
use crate::protocol::openai_chat::fields::{Fields, quoted};

/// The content part for `media`.
///
/// # Errors
/// The wire cannot carry it; without it the request would mean something else.
pub(super) fn encode(encoding: &mut Encoding<'_>, media: &Media, path: &str) -> Result<Fields, EncodeError> {
    encoding.lose_media_type(path, media);
    if media.kind != MediaKind::Image && media.detail.is_some() {
        encoding.lose(LossAction::Dropped, format!("{path}.detail"), "only an image has a detail");
    }
    if media.kind != MediaKind::File && media.name.is_some() {
        encoding.lose(LossAction::Dropped, format!("{path}.name"), "only a file has a name");
    }
    match media.kind {
        MediaKind::Image => {
            let mut inner = Fields::new().with("url", quoted(&url(encoding, media, path)?));
            inner.opt_string("detail", media.detail.as_deref());
            Ok(Fields::of_type("image_url").with("image_url", inner.write()))
        }
        MediaKind::Video if encoding.target.dialect.is_native => {
            Err(encoding.refuse(path, "the wire takes no video"))
        }
        MediaKind::Video => {
            let inner = Fields::new().with("url", quoted(&url(encoding, media, path)?));
            Ok(Fields::of_type("video_url").with("video_url", inner.write()))
        }
        MediaKind::Audio => audio(encoding, media, path),
        MediaKind::File => file(encoding, media, path),
    }
}

/// The URL, or the bytes as a data URL.
fn url<'m>(encoding: &Encoding<'_>, media: &'m Media, path: &str) -> Result<Cow<'m, str>, EncodeError> {
    match &media.source {
        Source::Url(url) => Ok(Cow::Borrowed(url)),
        Source::Base64(data) => Ok(Cow::Owned(data_url(media, data))),
        Source::Id { .. } => Err(encoding.refuse(path, "the wire takes an id of files only")),
        Source::Text(_) => Err(encoding.refuse(path, "the wire takes text of files only")),
    }
}

fn data_url(media: &Media, data: &str) -> String {
    let media_type = media.media_type.as_deref().unwrap_or_else(|| guess(media.kind, data));
    format!("data:{media_type};base64,{data}")
}

/// The media type that the first bytes tell, else the commonest.
fn guess(kind: MediaKind, base64: &str) -> &'static str {
    match kind {
        _ if base64.starts_with("iVBOR") => "image/png",
        _ if base64.starts_with("/9j/") => "image/jpeg",
        _ if base64.starts_with("R0lGOD") => "image/gif",
        MediaKind::Image if base64.starts_with("UklGR") => "image/webp",
        _ if base64.starts_with("JVBER") => "application/pdf",
        MediaKind::Image => "image/png",
        MediaKind::Video => "video/mp4",
        MediaKind::Audio => "audio/wav",
        MediaKind::File => "application/pdf",
    }
}

fn audio(encoding: &Encoding<'_>, media: &Media, path: &str) -> Result<Fields, EncodeError> {
    let Source::Base64(data) = &media.source else {
        return Err(encoding.refuse(path, "the wire takes sound as base64 only"));
    };
    let media_type = media.media_type.as_deref().unwrap_or_else(|| guess(media.kind, data));
    let format = match audio_format::of_media_type(media_type) {
        Some(format) => format,
        None if encoding.target.dialect.is_native => {
            return Err(encoding.refuse(path, format!("the wire takes wav and mp3, not {media_type}")));
        }
        None => media_type.strip_prefix("audio/").unwrap_or(media_type),
    };
    let inner = Fields::new().with("data", quoted(data)).with("format", quoted(format));
    Ok(Fields::of_type("input_audio").with("input_audio", inner.write()))
}

fn file(encoding: &mut Encoding<'_>, media: &Media, path: &str) -> Result<Fields, EncodeError> {
    let mut inner = Fields::new();
    match &media.source {
        Source::Base64(data) => {
            inner.string("file_data", &data_url(media, data));
            // Data without a name is refused.
            inner.string("filename", media.name.as_deref().unwrap_or("document.pdf"));
        }
        Source::Id { id, .. } => {
            inner.string("file_id", id);
            inner.opt_string("filename", media.name.as_deref());
        }
        Source::Text(text) => {
            encoding.lose(LossAction::Approximated, path, "the document stands as plain text");
            return Ok(Fields::of_type("text").with("text", quoted(text)));
        }
        // OpenRouter fetches it.
        Source::Url(url) if encoding.target.dialect.vendor == "openrouter" => {
            inner.string("file_data", url);
            inner.opt_string("filename", media.name.as_deref());
        }
        Source::Url(_) => return Err(encoding.refuse(path, "the wire takes no URL of a file")),
    }
    if encoding.target.dialect.flat_files {
        let mut part = Fields::of_type("file");
        part.append(inner);
        return Ok(part);
    }
    Ok(Fields::of_type("file").with("file", inner.write()))
}
