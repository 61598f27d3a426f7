//! Fields of parts.

/// Whether a field qualifies a part rather than being its content.
pub(super) fn is_about_the_part(field: &str) -> bool {
    matches!(
        field,
        "mediaProcessing" | "mediaResolution" | "partMetadata" | "speechMetadata" | "videoMetadata"
    )
}
