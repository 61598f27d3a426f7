//! The formats of sound that the wire names, and their media types.

/// Formats and media types; the first media type of a format is the one it is read as.
const FORMATS: [(&str, &str); 5] = [
    ("wav", "audio/wav"),
    ("wav", "audio/x-wav"),
    ("wav", "audio/wave"),
    ("mp3", "audio/mpeg"),
    ("mp3", "audio/mp3"),
];

/// The format of a media type.
pub(super) fn of_media_type(media_type: &str) -> Option<&'static str> {
    FORMATS.iter().find(|(_, known)| *known == media_type).map(|(format, _)| *format)
}

/// The media type of a format.
pub(super) fn media_type(format: &str) -> Option<&'static str> {
    FORMATS.iter().find(|(known, _)| *known == format).map(|(_, media_type)| *media_type)
}
