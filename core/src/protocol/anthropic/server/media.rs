//! Images and documents in a request.

use alloc::string::String;

use super::VENDOR;
use super::read::{At, Fields, Read};
use crate::model::{Media, MediaKind, Source};

/// Reads a block of type `image` or `document`, and gives what was not understood of its source.
/// `None` where the source is of a type that has no word (a document made of blocks).
pub(super) fn decode<'a>(
    kind: &str,
    fields: &mut Fields<'a>,
    at: &At<'_>,
) -> Read<Option<(Media, Fields<'a>)>> {
    let at_source = at.field("source");
    let Some(mut r) = fields.take("source") else { return Err(at_source.missing("an object")) };
    let mut source = Fields::read(&mut r, &at_source)?;
    let mut text = |name| source.demand(name, &at_source).map(String::from);
    let located = match text("type")?.as_str() {
        "base64" => Source::Base64(text("data")?),
        "file" => Source::Id { vendor: VENDOR.into(), id: text("file_id")? },
        "text" if kind == "document" => Source::Text(text("data")?),
        "url" => Source::Url(text("url")?),
        _ => return Ok(None),
    };
    let media_type = source.string("media_type", &at_source)?.map(String::from);
    let is_image = kind == "image";
    let name = if is_image { None } else { fields.string("title", at)?.map(String::from) };
    let kind = if is_image { MediaKind::Image } else { MediaKind::File };
    Ok(Some((Media { kind, source: located, media_type, name, detail: None }, source)))
}
