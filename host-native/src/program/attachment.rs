//! Files to show the model.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tokenwire::{Content, Media, MediaKind, Part, Source};

use super::Fault;

/// The media type that a file name's ending tells.
fn media_type(path: &Path) -> Option<(MediaKind, &'static str)> {
    let ending = path.extension()?.to_str()?.to_ascii_lowercase();
    Some(match ending.as_str() {
        "png" => (MediaKind::Image, "image/png"),
        "jpg" | "jpeg" => (MediaKind::Image, "image/jpeg"),
        "gif" => (MediaKind::Image, "image/gif"),
        "webp" => (MediaKind::Image, "image/webp"),
        "pdf" => (MediaKind::File, "application/pdf"),
        "wav" => (MediaKind::Audio, "audio/wav"),
        "mp3" => (MediaKind::Audio, "audio/mpeg"),
        "flac" => (MediaKind::Audio, "audio/flac"),
        "ogg" => (MediaKind::Audio, "audio/ogg"),
        "mp4" => (MediaKind::Video, "video/mp4"),
        "mov" => (MediaKind::Video, "video/quicktime"),
        "webm" => (MediaKind::Video, "video/webm"),
        _ => return None,
    })
}

/// Reads a file as a part: media by its ending, text otherwise.
pub(crate) fn read(path: &Path) -> Result<Part, Fault> {
    let shown = path.display();
    let bytes = std::fs::read(path).map_err(|e| format!("cannot read {shown}: {e}"))?;
    let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
    if let Some((kind, media_type)) = media_type(path) {
        let source = Source::Base64(STANDARD.encode(&bytes));
        let media = Media { kind, source, media_type: Some(media_type.into()), name, detail: None };
        return Ok(Part::new(Content::Media(media)));
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| format!("{shown} is neither UTF-8 text nor of a known media type"))?;
    Ok(Part::text(format!("{}:\n{text}", name.unwrap_or_default())))
}
