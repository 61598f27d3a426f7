//! The content of a message: a text, or a list of parts.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::object::Object;
use super::typed::{Path, Read, elements, syntax, unexpected};
use super::{NATIVE_VENDOR, cache};
use crate::json::{Kind, RawJson, Reader};
use crate::model::{Content, Extension, Loss, Media, MediaKind, Opaque, Part, ReasoningText, Source, Wire};
use crate::protocol::openai_chat::{audio_format, data_url};

/// Whose forms of a part are told apart from OpenAI's: it alone understands them.
const MISTRAL: &str = "mistral";

/// Reads `content`. An empty text is no part: an assistant that only calls tools is sent so.
pub(super) fn read(r: &mut Reader<'_>, path: &Path<'_>, losses: &mut Vec<Loss>) -> Read<Vec<Part>> {
    let mut parts = Vec::new();
    match r.kind().map_err(syntax)? {
        Kind::Null => r.skip().map_err(syntax)?,
        Kind::String => {
            let text = r.string().map_err(syntax)?;
            if !text.is_empty() {
                parts.push(Part::text(text));
            }
        }
        Kind::Array => elements(r, path, &mut |r, path| {
            parts.push(part(r, path, losses)?);
            Ok(())
        })?,
        _ => return Err(unexpected(r, path, "a string or an array of parts")),
    }
    Ok(parts)
}

fn part(r: &mut Reader<'_>, path: &Path<'_>, losses: &mut Vec<Loss>) -> Read<Part> {
    if r.kind().map_err(syntax)? == Kind::String {
        return Ok(Part::text(r.string().map_err(syntax)?));
    }
    let mut whole = r.clone();
    let mut draft = Draft { object: Object::read(r, path)?, extensions: Vec::new(), losses };
    let kind = draft.object.text("type", path)?;
    let content = match kind.as_deref() {
        Some("text") => draft.text(path)?,
        None if draft.object.has("text") => draft.text(path)?,
        Some("refusal") => Content::Refusal(demanded(&mut draft.object, "refusal", path)?),
        Some("thinking") => return draft.thinking(path),
        Some("image_url") => draft.url(MediaKind::Image, "image_url", path)?,
        Some("video_url") => draft.url(MediaKind::Video, "video_url", path)?,
        // Mistral has the bare data there, and no format beside it.
        Some(kind @ "input_audio") if draft.object.is_string(kind) => {
            return Ok(Part::new(vendors(MISTRAL, kind, whole.raw().map_err(syntax)?)));
        }
        Some("input_audio") => draft.audio(path)?,
        Some("file") => draft.file(path)?,
        kind => {
            let (kind, json) = (kind.unwrap_or_default(), whole.raw().map_err(syntax)?);
            let vendor = if kind == "document_url" { MISTRAL } else { NATIVE_VENDOR };
            return Ok(Part::new(vendors(vendor, kind, json)));
        }
    };
    Ok(draft.finish(content, path))
}

/// A part or call that the vocabulary has no word for.
pub(super) fn vendors(vendor: &str, kind: impl Into<String>, json: &str) -> Content {
    let (vendor, kind, json) = (vendor.into(), kind.into(), RawJson::trusted(json));
    Content::Vendor { vendor, wire: Wire::OpenaiChat, kind, json }
}

/// State in the field that Gemini's endpoint for OpenAI clients has for it.
pub(super) fn extra_content(raw: &str) -> Opaque {
    let mut is_googles = false;
    let _ = super::object::understood(raw, |key, r| {
        is_googles |= key == "google";
        r.skip().ok()
    });
    let vendor = if is_googles { "google" } else { NATIVE_VENDOR };
    opaque(vendor, "extra_content", raw)
}

/// A vendor's state as it came, of a model that is not known.
pub(super) fn opaque(vendor: &str, field: &str, raw: &str) -> Opaque {
    let (vendor, field, value) = (vendor.into(), field.into(), RawJson::trusted(raw));
    Opaque { vendor, model: None, field, value }
}

/// Takes a string that must be there.
pub(super) fn demanded(object: &mut Object<'_>, name: &str, path: &Path<'_>) -> Read<String> {
    match object.text(name, path)? {
        Some(text) => Ok(text.into_owned()),
        None => Err(path.field(name).missing("a string")),
    }
}

/// A part that is being read.
struct Draft<'a, 'l> {
    object: Object<'a>,
    extensions: Vec<Extension>,
    losses: &'l mut Vec<Loss>,
}

impl<'a> Draft<'a, '_> {
    /// The part, with what is left of its fields as extensions.
    fn finish(mut self, content: Content, path: &Path<'_>) -> Part {
        let mut part = Part::new(content);
        part.cache = cache::take(&mut self.object);
        part.opaque.extend(self.object.take("extra_content").map(extra_content));
        self.object.extend("", &mut self.extensions, self.losses, path);
        part.extensions = self.extensions;
        part
    }

    fn text(&mut self, path: &Path<'_>) -> Read<Content> {
        Ok(Content::Text { text: demanded(&mut self.object, "text", path)?, citations: Vec::new() })
    }

    /// Mistral: `thinking` is a string or a list of text parts, and may be signed.
    fn thinking(mut self, path: &Path<'_>) -> Read<Part> {
        let mut text = String::new();
        if let Some(raw) = self.object.take("thinking") {
            for inner in read(&mut Reader::new(raw), &path.field("thinking"), self.losses)? {
                if let Content::Text { text: piece, .. } = inner.content {
                    text.push_str(&piece);
                }
            }
        }
        let signature = self.object.take("signature").map(|raw| opaque(MISTRAL, "signature", raw));
        let mut part = self.finish(Content::Reasoning(ReasoningText { text, is_summary: false }), path);
        part.opaque.extend(signature);
        Ok(part)
    }

    /// The object `name` inside the part.
    fn inner(&mut self, name: &str, path: &Path<'_>) -> Read<Object<'a>> {
        match self.object.take(name) {
            Some(raw) => Object::read(&mut Reader::new(raw), &path.field(name)),
            None => Err(path.field(name).missing("an object")),
        }
    }

    /// Keeps what is left of that object.
    fn rest(&mut self, inner: Object<'a>, name: &str, path: &Path<'_>) {
        inner.extend(&alloc::format!("{name}."), &mut self.extensions, self.losses, path);
    }

    /// `{url, detail}`, or the bare URL.
    fn url(&mut self, kind: MediaKind, name: &str, path: &Path<'_>) -> Read<Content> {
        if self.object.is_string(name) {
            return Ok(Content::Media(at_url(kind, demanded(&mut self.object, name, path)?)));
        }
        let mut inner = self.inner(name, path)?;
        let path = path.field(name);
        let mut media = at_url(kind, demanded(&mut inner, "url", &path)?);
        media.detail = inner.text("detail", &path)?.map(Cow::into_owned);
        self.rest(inner, name, &path);
        Ok(Content::Media(media))
    }

    fn audio(&mut self, path: &Path<'_>) -> Read<Content> {
        let mut inner = self.inner("input_audio", path)?;
        let path = path.field("input_audio");
        let data = demanded(&mut inner, "data", &path)?;
        let format = inner.text("format", &path)?;
        let media_type = format.map(|format| match audio_format::media_type(&format) {
            Some(known) => Cow::Borrowed(known),
            None => Cow::Owned(alloc::format!("audio/{format}")),
        });
        self.rest(inner, "input_audio", &path);
        Ok(Content::Media(media(MediaKind::Audio, Source::Base64(data), media_type.as_deref())))
    }

    /// `file: {file_data | file_id, filename}`; DeepSeek has the fields in the part itself.
    fn file(&mut self, path: &Path<'_>) -> Read<Content> {
        if !self.object.has("file") {
            return file_fields(&mut self.object, path);
        }
        let mut inner = self.inner("file", path)?;
        let path = path.field("file");
        let content = file_fields(&mut inner, &path)?;
        self.rest(inner, "file", &path);
        Ok(content)
    }
}

fn media(kind: MediaKind, source: Source, media_type: Option<&str>) -> Media {
    Media { kind, source, media_type: media_type.map(Into::into), name: None, detail: None }
}

/// What lies at a URL, or in it.
fn at_url(kind: MediaKind, url: String) -> Media {
    match data_url::split(&url) {
        Some((media_type, data)) => {
            let media_type = Some(media_type).filter(|t| !t.is_empty());
            media(kind, Source::Base64(data.into()), media_type)
        }
        None => media(kind, Source::Url(url), None),
    }
}

fn file_fields(object: &mut Object<'_>, path: &Path<'_>) -> Read<Content> {
    let name = object.text("filename", path)?;
    let mut media = match (object.text("file_id", path)?, object.text("file_data", path)?) {
        (Some(id), _) => {
            let source = Source::Id { vendor: NATIVE_VENDOR.into(), id: id.into_owned() };
            media(MediaKind::File, source, None)
        }
        (None, Some(data)) if is_bare(&data) => {
            media(MediaKind::File, Source::Base64(data.into_owned()), None)
        }
        (None, Some(url)) => at_url(MediaKind::File, url.into_owned()),
        (None, None) => return Err(path.missing("`file_data` or `file_id`")),
    };
    media.name = name.map(Cow::into_owned);
    Ok(Content::Media(media))
}

/// Whether file data is base64 alone: no URL, of bytes or of a place (OpenRouter fetches those).
fn is_bare(data: &str) -> bool {
    !["data:", "http://", "https://"].iter().any(|scheme| data.starts_with(scheme))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::CacheMark;

    fn parts(json: &str) -> Vec<Part> {
        let mut losses = Vec::new();
        let parts = read(&mut Reader::new(json), &Path::Root, &mut losses).expect(json);
        assert_eq!(losses, []);
        parts
    }

    fn one(json: &str) -> Part {
        parts(&alloc::format!("[{json}]")).pop().expect("one part")
    }

    fn media_of(json: &str) -> Media {
        match one(json).content {
            Content::Media(media) => media,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_text_is_a_string_or_parts() {
        assert_eq!(parts("\"hi\""), [Part::text("hi")]);
        assert_eq!(parts(r#"["a",{"type":"text","text":""},{"text":"b"}]"#).len(), 3);
        assert_eq!(parts("\"\""), []);
        assert_eq!(parts("null"), []);
    }

    #[test]
    fn marks_and_unknown_fields_stay_with_their_part() {
        let part = one(
            r#"{"type":"text","text":"a","x":1.0,"prompt_cache_breakpoint":{"mode":"explicit","ttl":"30m"}}"#,
        );
        assert_eq!(part.cache, Some(CacheMark { ttl: Some("30m".into()) }));
        let value = RawJson::trusted("1.0");
        assert_eq!(part.extensions, [Extension::new(Wire::OpenaiChat, "x", value)]);
        let part = one(r#"{"type":"image_url","image_url":{"url":"u","y":[2]}}"#);
        assert_eq!(part.extensions[0].name, "image_url.y");
    }

    #[test]
    fn every_kind_of_media_is_read() {
        let png = media_of(
            r#"{"type":"image_url","image_url":{"url":"data:image/png;base64,AA==","detail":"low"}}"#,
        );
        assert_eq!(png.source, Source::Base64("AA==".into()));
        assert_eq!((png.media_type.as_deref(), png.detail.as_deref()), (Some("image/png"), Some("low")));
        let image = media_of(r#"{"type":"image_url","image_url":"https://x/y.png"}"#);
        assert_eq!(image.source, Source::Url("https://x/y.png".into()));
        let video = media_of(r#"{"type":"video_url","video_url":{"url":"https://x/y.mp4"}}"#);
        assert_eq!(video.kind, MediaKind::Video);
        let audio = media_of(r#"{"type":"input_audio","input_audio":{"data":"AA==","format":"mp3"}}"#);
        assert_eq!((audio.kind, audio.media_type.as_deref()), (MediaKind::Audio, Some("audio/mpeg")));
        for json in [
            r#"{"type":"file","file":{"file_data":"data:application/pdf;base64,AA==","filename":"a.pdf"}}"#,
            r#"{"type":"file","file_data":"data:application/pdf;base64,AA==","filename":"a.pdf"}"#,
        ] {
            let file = media_of(json);
            assert_eq!((file.kind, file.name.as_deref()), (MediaKind::File, Some("a.pdf")));
            assert_eq!(file.source, Source::Base64("AA==".into()));
        }
        assert_eq!(
            media_of(r#"{"type":"file","file":{"file_id":"f"}}"#).source,
            Source::Id { vendor: "openai".into(), id: "f".into() }
        );
        let url = media_of(r#"{"type":"file","file":{"file_data":"https://x/y.pdf"}}"#);
        assert_eq!(url.source, Source::Url("https://x/y.pdf".into()));
        let bare = media_of(r#"{"type":"file","file":{"file_data":"JVBERi0="}}"#);
        assert_eq!((bare.source, bare.media_type), (Source::Base64("JVBERi0=".into()), None));
    }

    #[test]
    fn signed_thinking_is_mistrals() {
        let part = one(r#"{"type":"thinking","thinking":[{"type":"text","text":"hm"}],"signature":"s"}"#);
        assert_eq!(part.content, Content::Reasoning(ReasoningText { text: "hm".into(), is_summary: false }));
        assert_eq!(part.opaque, [opaque("mistral", "signature", "\"s\"")]);
    }

    #[test]
    fn an_unknown_part_is_carried_whole() {
        for (vendor, kind, json) in [
            ("openai", "new", r#"{"type":"new", "n":1.0}"#),
            ("mistral", "document_url", r#"{"type":"document_url","document_url":"u", "n":1.0}"#),
            ("mistral", "input_audio", r#"{"type":"input_audio","input_audio":"AA=="}"#),
        ] {
            assert_eq!(one(json).content, vendors(vendor, kind, json));
        }
    }

    #[test]
    fn errors_name_the_part() {
        let fails = |json: &str| {
            read(&mut Reader::new(json), &Path::Root.field("content"), &mut Vec::new()).expect_err(json).path
        };
        assert_eq!(fails("4"), "content");
        assert_eq!(fails(r#"[{"type":"text"}]"#), "content[0].text");
        assert_eq!(fails(r#"["a",{"type":"image_url","image_url":{}}]"#), "content[1].image_url.url");
        assert_eq!(fails(r#"[{"type":"file"}]"#), "content[0]");
    }
}
