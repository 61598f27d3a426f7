//! The parts of messages and of results.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::VENDOR;
use super::fields::{Object, each_element, elements};
use crate::json::{Kind, RawJson, Reader};
use crate::model::{CacheMark, Citation, Content, Media, MediaKind, Part, Source};
use crate::protocol::fault::{Fault, Read};
use crate::protocol::openai_responses::names::WIRE;

/// Where a part stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Within<'r> {
    /// In a message of this role.
    Message(&'r str),
    /// In what a call gave.
    Result,
}

/// Reads a text or a list of parts.
pub(super) fn read(r: &mut Reader<'_>, within: Within<'_>) -> Read<Vec<Part>> {
    match r.kind()? {
        Kind::String => Ok(text(&r.string()?)),
        Kind::Array => {
            let mut parts = Vec::new();
            each_element(r, |_, r| {
                parts.push(part(Object::read(r)?, within)?);
                Ok(())
            })?;
            if within == Within::Result && parts == [Part::text("")] {
                parts.clear();
            }
            Ok(parts)
        }
        // Some applications give a result as JSON rather than as its text.
        _ if within == Within::Result => Ok(text(r.raw()?)),
        found => Err(Fault::unlike("a string or a list of parts", found)),
    }
}

/// A part of text; nothing where it is empty.
fn text(text: &str) -> Vec<Part> {
    if text.is_empty() { Vec::new() } else { alloc::vec![Part::text(text)] }
}

fn part(mut object: Object<'_>, within: Within<'_>) -> Read<Part> {
    let json = object.whole();
    let kind = object.kind()?.unwrap_or_default();
    let content = match &*kind {
        "input_text" | "output_text" | "text" => {
            Content::Text { text: object.demand("text")?, citations: citations(&mut object) }
        }
        "refusal" => Content::Refusal(object.demand("refusal")?),
        "input_image" => Content::Media(image(&mut object)?),
        "input_file" => Content::Media(file(&mut object)?),
        _ => return Ok(unknown(&kind, json, within)),
    };
    let mut part = Part::new(content);
    if within != Within::Message("assistant") {
        part.cache = cache(&mut object)?;
    }
    if object.get("logprobs") == Some("[]") {
        object.take("logprobs");
    }
    part.extensions = object.extensions();
    Ok(part)
}

/// A part that this version does not know, which makes it an item of its own.
fn unknown(kind: &str, json: RawJson, within: Within<'_>) -> Part {
    let json = match within {
        Within::Message(role) => {
            RawJson::trusted(&alloc::format!(r#"{{"type":"message","role":"{role}","content":[{json}]}}"#))
        }
        Within::Result => json,
    };
    Part::new(Content::Vendor { vendor: VENDOR.into(), wire: WIRE, kind: kind.into(), json })
}

fn citations(object: &mut Object<'_>) -> Vec<Citation> {
    let cite = |raw| Citation { wire: WIRE, raw: RawJson::trusted(raw) };
    object.take("annotations").map(elements).unwrap_or_default().into_iter().map(cite).collect()
}

fn cache(object: &mut Object<'_>) -> Read<Option<CacheMark>> {
    object.read_field("prompt_cache_breakpoint", |r| {
        let mut mark = Object::read(r)?;
        Ok(CacheMark { ttl: mark.string("ttl")?.map(Cow::into_owned) })
    })
}

fn image(object: &mut Object<'_>) -> Read<Media> {
    let mut media = media(MediaKind::Image, object)?;
    if let Some(url) = object.string("image_url")? {
        (media.source, media.media_type) = located(&url);
    } else if !set_id(&mut media, object)? {
        return Err(Fault::missing("image_url", "a URL or a file_id"));
    }
    Ok(media)
}

fn file(object: &mut Object<'_>) -> Read<Media> {
    let mut media = media(MediaKind::File, object)?;
    if let Some(data) = object.string("file_data")? {
        (media.source, media.media_type) = match located(&data) {
            (Source::Url(data), _) if !data.starts_with("data:") => bare(data),
            known => known,
        };
    } else if let Some(url) = object.string("file_url")? {
        media.source = Source::Url(url.into_owned());
    } else if !set_id(&mut media, object)? {
        return Err(Fault::missing("file_data", "data, a file_url or a file_id"));
    }
    media.name = object.string("filename")?.map(Cow::into_owned);
    Ok(media)
}

/// A medium whose source is not known yet.
fn media(kind: MediaKind, object: &mut Object<'_>) -> Read<Media> {
    let detail = object.string("detail")?.map(Cow::into_owned);
    Ok(Media { kind, source: held(String::new()), media_type: None, name: None, detail })
}

fn set_id(media: &mut Media, object: &mut Object<'_>) -> Read<bool> {
    let id = object.string("file_id")?;
    let is_there = id.is_some();
    media.source = held(id.unwrap_or_default().into_owned());
    Ok(is_there)
}

fn held(id: String) -> Source {
    Source::Id { vendor: VENDOR.into(), id }
}

/// What stands at a URL: its own data where it is a data URL in base64 that names its type.
fn located(url: &str) -> (Source, Option<String>) {
    let data = url.strip_prefix("data:").and_then(|rest| rest.split_once(";base64,"));
    match data {
        Some((media_type, data)) if !media_type.is_empty() => {
            (Source::Base64(data.into()), Some(media_type.into()))
        }
        _ => (Source::Url(url.into()), None),
    }
}

/// Base64 alone, whose type only its first bytes can tell: those of a PDF.
fn bare(data: String) -> (Source, Option<String>) {
    let media_type = data.starts_with("JVBERi0").then(|| "application/pdf".into());
    (Source::Base64(data), media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(json: &str, within: Within<'_>) -> Part {
        let list = alloc::format!("[{json}]");
        let mut parts = read(&mut Reader::new(&list), within).expect(json);
        parts.pop().expect("a part")
    }

    fn media_of(json: &str) -> Media {
        match one(json, Within::Message("user")).content {
            Content::Media(media) => media,
            content => panic!("{content:?}"),
        }
    }

    #[test]
    fn media_come_from_data_urls_and_ids() {
        let image =
            media_of(r#"{"type":"input_image","image_url":"data:image/png;base64,AA==","detail":"low"}"#);
        assert_eq!(image.source, Source::Base64("AA==".into()));
        assert_eq!((image.media_type.as_deref(), image.detail.as_deref()), (Some("image/png"), Some("low")));
        let url = media_of(r#"{"type":"input_image","image_url":"https://e.com/a"}"#);
        assert_eq!(url.source, Source::Url("https://e.com/a".into()));
        let id = media_of(r#"{"type":"input_image","image_url":null,"file_id":"file-1"}"#);
        assert_eq!(id.source, held("file-1".into()));
        let file = media_of(r#"{"type":"input_file","file_data":"JVBERi0x","filename":"a.pdf"}"#);
        assert_eq!((file.source, file.name.as_deref()), (Source::Base64("JVBERi0x".into()), Some("a.pdf")));
        assert_eq!(file.media_type.as_deref(), Some("application/pdf"));
        let file = media_of(r#"{"type":"input_file","file_url":"https://e.com/b"}"#);
        assert_eq!(file.source, Source::Url("https://e.com/b".into()));
    }

    #[test]
    fn a_mark_after_a_part_is_a_cache_mark() {
        let json =
            r#"{"type":"input_text","text":"a","prompt_cache_breakpoint":{"mode":"explicit","ttl":"12h"}}"#;
        assert_eq!(one(json, Within::Message("user")).cache, Some(CacheMark { ttl: Some("12h".into()) }));
    }

    #[test]
    fn an_unknown_part_is_an_item_of_its_own() {
        let Content::Vendor { kind, json, .. } =
            one(r#"{"type":"new","x":1.0}"#, Within::Message("user")).content
        else {
            panic!("not a part of the vendor")
        };
        assert_eq!(kind, "new");
        assert_eq!(json.as_str(), r#"{"type":"message","role":"user","content":[{"type":"new","x":1.0}]}"#);
    }

    #[test]
    fn what_was_said_keeps_its_annotations() {
        let json = r#"{"type":"output_text","text":"a","annotations":[{"z":1, "a":2}],"logprobs":[]}"#;
        let part = one(json, Within::Message("assistant"));
        let Content::Text { citations, .. } = &part.content else { panic!("no text") };
        assert_eq!(citations[0].raw.as_str(), r#"{"z":1, "a":2}"#);
        assert_eq!(part.extensions, []);
    }

    #[test]
    fn a_result_may_be_any_json() {
        let parts = read(&mut Reader::new(r#"{"b":1,"a":2}"#), Within::Result).expect("JSON");
        assert_eq!(parts, [Part::text(r#"{"b":1,"a":2}"#)]);
        assert!(read(&mut Reader::new("1"), Within::Message("user")).is_err());
    }
}
