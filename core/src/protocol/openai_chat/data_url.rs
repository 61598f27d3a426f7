//! `data:` URLs (RFC 2397) with base64.

/// The media type and the data of `data:image/png;base64,…`; `None` for any other URL.
pub(super) fn split(url: &str) -> Option<(&str, &str)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    Some((head.strip_suffix(";base64")?, data))
}
