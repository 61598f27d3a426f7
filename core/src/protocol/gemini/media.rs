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

/// The media type that the ending of a URL's path tells.
pub(super) fn media_type_of(url: &str) -> Option<&'static str> {
    let path = url.split(['?', '#']).next()?;
    let (_, ending) = path.rsplit_once('/')?.1.rsplit_once('.')?;
    let known = [
        ("aac", "audio/aac"),
        ("flac", "audio/flac"),
        ("gif", "image/gif"),
        ("heic", "image/heic"),
        ("heif", "image/heif"),
        ("jpeg", "image/jpeg"),
        ("jpg", "image/jpeg"),
        ("mov", "video/quicktime"),
        ("mp3", "audio/mpeg"),
        ("mp4", "video/mp4"),
        ("mpeg", "video/mpeg"),
        ("ogg", "audio/ogg"),
        ("pdf", "application/pdf"),
        ("png", "image/png"),
        ("txt", "text/plain"),
        ("wav", "audio/wav"),
        ("webm", "video/webm"),
        ("webp", "image/webp"),
    ];
    known.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(ending)).map(|(_, media_type)| media_type)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_of_a_path_tells_the_type() {
        for (url, media_type) in [
            ("https://e.com/a/b.PNG?size=4.pdf#x", Some("image/png")),
            ("https://e.com/a.jpg", Some("image/jpeg")),
            ("https://e.com/a.pdf/b", None),
            ("https://e.com/a.unheard", None),
            ("https://e.com", None),
            ("files/abc", None),
        ] {
            assert_eq!(media_type_of(url), media_type, "{url}");
        }
    }
}
