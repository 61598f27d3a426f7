//! Media types.

use crate::model::MediaKind;

/// What media of this type are.
pub(super) fn kind_of(media_type: &str) -> MediaKind {
    match media_type.split('/').next() {
        Some("audio") => MediaKind::Audio,
        Some("image") => MediaKind::Image,
        Some("video") => MediaKind::Video,
        _ => MediaKind::File,
    }
}

/// A media type from the first bytes, as base64 spells them; the usual one of the kind else.
pub(super) fn guess_media_type(kind: MediaKind, data: &str) -> &'static str {
    let signatures = [
        ("iVBOR", "image/png"),
        ("/9j/", "image/jpeg"),
        ("R0lGOD", "image/gif"),
        ("JVBER", "application/pdf"),
        ("SUQz", "audio/mpeg"),
        ("T2dnUw", "audio/ogg"),
    ];
    if let Some((_, media_type)) = signatures.iter().find(|(start, _)| data.starts_with(start)) {
        return media_type;
    }
    match kind {
        MediaKind::Audio => "audio/wav",
        MediaKind::File => "application/pdf",
        // WebP is a RIFF file like WAV.
        MediaKind::Image if data.starts_with("UklGR") => "image/webp",
        MediaKind::Image => "image/png",
        MediaKind::Video => "video/mp4",
    }
}
