//! One part of a content, as it stands.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::VENDOR;
use super::envelope::MALFORMED;
use super::fault::{Fault, Key, Read, each, extension, fields, flag, object, string};
use crate::json::{Kind, RawJson, Reader};
use crate::model::{
    Content, Extension, Media, MediaKind, Opaque, Part, ReasoningText, Source, ToolCall, ToolCallKind, Wire,
};
use crate::protocol::call_id;
use crate::protocol::gemini::media::kind_of;
use crate::protocol::gemini::part_fields::is_about_the_part;
use crate::protocol::gemini::partial_args::PartialArgs;

/// What a part says, before it has a place in the conversation.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) content: Option<Content>,
    /// A result, whose call is not known yet.
    pub(super) result: Option<Response>,
    /// `thoughtSignature`, JSON text.
    pub(super) signature: Option<RawJson>,
    pub(super) extensions: Vec<Extension>,
    /// Whether media are marked as a thought.
    pub(super) is_thought: bool,
}

/// A `functionResponse`.
#[derive(Debug, Default)]
pub(super) struct Response {
    pub(super) id: Option<String>,
    pub(super) name: Option<String>,
    pub(super) content: Vec<Part>,
    pub(super) is_error: bool,
}

impl Piece {
    /// Reads one part.
    pub(super) fn read(r: &mut Reader<'_>) -> Read<Self> {
        let start = r.clone();
        let mut reading = Reading::default();
        fields(r, &mut |key, r| reading.field(key, r))?;
        reading.finish(start)
    }

    /// Whether it says nothing and is there for its signature alone.
    pub(super) fn is_blank(&self) -> bool {
        self.result.is_none()
            && self.extensions.is_empty()
            && match &self.content {
                None => true,
                Some(Content::Text { text, .. }) => text.is_empty(),
                Some(Content::Reasoning(reasoning)) => reasoning.text.is_empty(),
                Some(_) => false,
            }
    }
}

/// Whether metadata are those that stand for a call whose arguments are no object.
fn tells_of_a_malformed_call(r: &Reader<'_>) -> bool {
    let mut r = r.clone();
    let first = r.opt_object().ok().flatten().map(|mut fields| fields.key(&mut r));
    matches!(first, Some(Ok(Some(key))) if key == MALFORMED)
}

/// A part's fields, which may come in any order.
#[derive(Default)]
struct Reading<'a> {
    piece: Piece,
    text: Option<Cow<'a, str>>,
    media: Option<Media>,
    resolution: Option<(String, &'a str)>,
    /// The first field that the vocabulary has no word for.
    other: Option<Key<'a>>,
    others: Vec<Extension>,
}

impl<'a> Reading<'a> {
    fn field(&mut self, key: &Key<'a>, r: &mut Reader<'a>) -> Read<()> {
        match &*key.name {
            "text" => self.text = Some(string(r)?),
            "thought" => self.piece.is_thought = flag(r)?,
            "thoughtSignature" => self.piece.signature = Some(RawJson::string(&string(r)?)),
            "functionCall" => self.piece.content = Some(call(r, &mut self.piece.extensions)?),
            "functionResponse" => self.piece.result = Some(response(r, &mut self.piece.extensions)?),
            "inlineData" | "fileData" => {
                self.media = Some(media(r, &key.spelled, &mut self.piece.extensions)?)
            }
            "mediaResolution" => self.resolution = Some((key.spelled.as_ref().into(), r.raw()?)),
            // An application sends it back with its history; the provider knows of no such call.
            "partMetadata" if tells_of_a_malformed_call(r) => r.skip()?,
            name if is_about_the_part(name) => self.piece.extensions.push(extension("", key, r)?),
            _ => {
                self.others.push(extension("", key, r)?);
                if self.other.is_none() {
                    self.other = Some(Key { name: key.name.clone(), spelled: key.spelled.clone() });
                }
            }
        }
        Ok(())
    }

    fn finish(mut self, mut start: Reader<'a>) -> Read<Piece> {
        set_detail(self.resolution.take(), self.media.as_mut(), &mut self.piece.extensions)?;
        let is_known = self.text.is_some()
            || self.media.is_some()
            || self.piece.content.is_some()
            || self.piece.result.is_some();
        match self.other {
            Some(key) if !is_known => {
                self.piece.content = Some(Content::Vendor {
                    vendor: VENDOR.into(),
                    wire: Wire::Gemini,
                    kind: key.name.into_owned(),
                    json: RawJson::trusted(start.raw()?),
                });
                self.piece.signature = None;
                self.piece.extensions.clear();
            }
            _ => self.piece.extensions.append(&mut self.others),
        }
        if let Some(media) = self.media {
            self.piece.content = Some(Content::Media(media));
        } else if let (Some(text), None, None) = (self.text, &self.piece.content, &self.piece.result) {
            self.piece.content = Some(spoken(text.into_owned(), self.piece.is_thought));
        }
        Ok(self.piece)
    }
}

/// A text, or a thought.
pub(super) const fn spoken(text: String, is_thought: bool) -> Content {
    if is_thought {
        // What comes with `thought` is documented as a summary.
        return Content::Reasoning(ReasoningText { text, is_summary: true });
    }
    Content::Text { text, citations: Vec::new() }
}

/// Takes a `mediaResolution` as the detail of `media`; an extension where it says more or something else.
fn set_detail(
    resolution: Option<(String, &str)>,
    media: Option<&mut Media>,
    extensions: &mut Vec<Extension>,
) -> Read<()> {
    let Some((spelled, raw)) = resolution else { return Ok(()) };
    match (media, detail(raw)?) {
        (Some(media), Some(detail)) => media.detail = Some(detail.into()),
        _ => extensions.push(Extension::new(Wire::Gemini, spelled, RawJson::trusted(raw))),
    }
    Ok(())
}

/// The words of the levels that [`Media::detail`] has; `None` where the field says more.
fn detail(raw: &str) -> Read<Option<&'static str>> {
    let mut detail = None;
    let mut is_alone = true;
    fields(&mut Reader::new(raw), &mut |key, r| {
        if key.name != "level" || r.kind()? != Kind::String {
            is_alone = false;
            return Ok(r.skip()?);
        }
        detail = match &*string(r)? {
            "MEDIA_RESOLUTION_LOW" => Some("low"),
            "MEDIA_RESOLUTION_MEDIUM" => Some("medium"),
            "MEDIA_RESOLUTION_HIGH" => Some("high"),
            _ => None,
        };
        Ok(())
    })?;
    Ok(detail.filter(|_| is_alone))
}

/// Reads `inlineData` or `fileData`.
fn media(r: &mut Reader<'_>, place: &str, extensions: &mut Vec<Extension>) -> Read<Media> {
    let (mut media_type, mut name, mut source) = (None, None, None);
    fields(r, &mut |key, r| {
        match &*key.name {
            "mimeType" => media_type = Some(string(r)?.into_owned()),
            "displayName" => name = Some(string(r)?.into_owned()),
            "data" => source = Some(Source::Base64(standard_base64(&string(r)?))),
            "fileUri" => source = Some(file(&string(r)?)),
            _ => extensions.push(extension(&format!("{place}."), key, r)?),
        }
        Ok(())
    })?;
    let source = source.ok_or_else(|| Fault::new("expected `data` or `fileUri`, found neither"))?;
    let kind = match (&media_type, &source) {
        (Some(media_type), _) => kind_of(media_type),
        (None, Source::Url(url) | Source::Id { id: url, .. }) => kind_of_url(url),
        (None, _) => MediaKind::File,
    };
    Ok(Media { kind, source, media_type, name, detail: None })
}

/// Proto JSON takes both alphabets of base64 (RFC 4648 sections 4 and 5), other wires the first one.
pub(super) fn standard_base64(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '-' => '+',
            '_' => '/',
            c => c,
        })
        .collect()
}

fn file(uri: &str) -> Source {
    // Of these schemes and hosts, Google's servers alone can fetch.
    let is_held = uri.starts_with("gs://") || uri.starts_with("https://generativelanguage.googleapis.com/");
    if uri.contains("://") && !is_held {
        return Source::Url(uri.into());
    }
    Source::Id { vendor: VENDOR.into(), id: uri.into() }
}

/// What lies at a URL whose media type was left out, by the end of its path.
fn kind_of_url(url: &str) -> MediaKind {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let (_, ending) = path.rsplit_once('.').unwrap_or_default();
    match &*ending.to_ascii_lowercase() {
        "png" | "jpg" | "jpeg" | "gif" | "webp" | "heic" | "heif" => MediaKind::Image,
        "mp3" | "wav" | "ogg" | "flac" | "aac" | "aiff" => MediaKind::Audio,
        "mp4" | "mov" | "webm" | "mpeg" | "avi" => MediaKind::Video,
        _ if url.contains("youtube.com/") || url.contains("youtu.be/") => MediaKind::Video,
        _ => MediaKind::File,
    }
}

/// Reads a `functionCall`; Vertex's pieces of arguments are put together.
fn call(r: &mut Reader<'_>, extensions: &mut Vec<Extension>) -> Read<Content> {
    let (mut id, mut name, mut args) = (None, None, None);
    let mut pieces = PartialArgs::default();
    fields(r, &mut |key, r| {
        match &*key.name {
            "id" => id = Some(string(r)?).filter(|id| !id.is_empty()),
            "name" => name = Some(string(r)?),
            // Some proxies write the object as the text of a string.
            "args" if r.kind()? == Kind::String => args = Some(string(r)?),
            "args" => args = Some(Cow::Borrowed(object(r)?)),
            "partialArgs" => pieces.read(r)?,
            "willContinue" => r.skip()?,
            _ => extensions.push(extension("functionCall.", key, r)?),
        }
        Ok(())
    })?;
    let name = name.ok_or_else(|| Fault::new("expected a `name`, found none"))?;
    let arguments = match args {
        Some(args) => args.into_owned(),
        None if pieces.is_empty() => "{}".into(),
        None => pieces.write(),
    };
    Ok(Content::ToolCall(ToolCall {
        id: id.map(|id| call_id::original(&id).into_owned()),
        name: name.into_owned(),
        arguments,
        kind: ToolCallKind::Function,
    }))
}

/// Reads a `functionResponse`.
fn response(r: &mut Reader<'_>, extensions: &mut Vec<Extension>) -> Read<Response> {
    let mut response = Response::default();
    let mut media_parts = Vec::new();
    fields(r, &mut |key, r| {
        match &*key.name {
            "id" => {
                response.id = Some(string(r)?)
                    .filter(|id| !id.is_empty())
                    .map(|id| call_id::original(&id).into_owned());
            }
            "name" => response.name = Some(string(r)?.into_owned()),
            "response" => (response.content, response.is_error) = outcome(object(r)?)?,
            "parts" => each(r, &mut |r, _| {
                media_parts.push(inner_part(r)?);
                Ok(())
            })?,
            _ => extensions.push(extension("functionResponse.", key, r)?),
        }
        Ok(())
    })?;
    response.content.append(&mut media_parts);
    Ok(response)
}

/// The content of a `response` object, and whether it is an error: the wire reads `output` and
/// `error` for itself; any other object is the result whole.
fn outcome(raw: &str) -> Read<(Vec<Part>, bool)> {
    let mut values = Vec::new();
    fields(&mut Reader::new(raw), &mut |key, r| {
        values.push((key.spelled.clone(), r.raw()?));
        Ok(())
    })?;
    let (value, is_error) = match &values[..] {
        [(name, value)] if name == "output" => (*value, false),
        [(name, value)] if name == "error" => (*value, true),
        _ => return Ok((alloc::vec![Part::text(raw)], false)),
    };
    let text = match Reader::new(value).kind()? {
        Kind::String => string(&mut Reader::new(value))?,
        _ => Cow::Borrowed(value),
    };
    Ok((alloc::vec![Part::text(text)], is_error))
}

/// Reads a part inside of a result, which holds media.
fn inner_part(r: &mut Reader<'_>) -> Read<Part> {
    let mut start = r.clone();
    let mut found = None;
    let mut resolution = None;
    let mut extensions = Vec::new();
    fields(r, &mut |key, r| {
        match &*key.name {
            "inlineData" | "fileData" => found = Some(media(r, &key.spelled, &mut extensions)?),
            "mediaResolution" => resolution = Some((key.spelled.as_ref().into(), r.raw()?)),
            _ => extensions.push(extension("", key, r)?),
        }
        Ok(())
    })?;
    if let Some(mut media) = found {
        set_detail(resolution, Some(&mut media), &mut extensions)?;
        return Ok(Part { extensions, ..Part::new(Content::Media(media)) });
    }
    let kind = extensions.into_iter().next().map(|first| first.name).unwrap_or_default();
    let json = RawJson::trusted(start.raw()?);
    Ok(Part::new(Content::Vendor { vendor: VENDOR.into(), wire: Wire::Gemini, kind, json }))
}

/// State of Google's own.
pub(super) fn own(field: &str, value: RawJson) -> Opaque {
    Opaque { vendor: VENDOR.into(), model: None, field: field.into(), value }
}
