//! Sound and pictures that the model made.

use alloc::borrow::Cow;
use alloc::string::String;

use super::out::Out;
use crate::json::{self, Reader, Writer};
use crate::model::{Event, MediaKind, PartKind, Wire};
use crate::protocol::openai_chat::data_url;

/// The one sound of a message.
#[derive(Clone, Debug, Default)]
pub(super) struct Audio {
    part: Option<u32>,
    /// What is said in it; no text of the answer.
    transcript: String,
    is_over: bool,
}

impl Audio {
    /// Takes an `audio` object.
    pub(super) fn add(&mut self, raw: &str, out: &mut Out<'_>) -> Result<(), json::Error> {
        let mut r = Reader::new(raw);
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        let kind = PartKind::Media { kind: MediaKind::Audio, media_type: None };
        let part = *self.part.get_or_insert_with(|| out.open(kind));
        while let Some(key) = fields.key(&mut r)? {
            match &*key {
                "data" => {
                    if let Some(base64) = r.opt_string()?.filter(|data| !data.is_empty()) {
                        out.event(Event::DataDelta { part, base64 });
                    }
                }
                "transcript" => {
                    let text = r.opt_string()?.unwrap_or_default();
                    *out.held += text.len();
                    self.transcript.push_str(&text);
                }
                _ => {
                    if let Some(value) = r.opt_raw()? {
                        out.event(Event::Opaque { part, field: key, value: value.into() });
                    }
                }
            }
        }
        Ok(())
    }

    /// The response is complete.
    pub(super) fn end(&mut self, out: &mut Out<'_>) {
        let (Some(part), false) = (self.part, self.is_over) else { return };
        self.is_over = true;
        if !self.transcript.is_empty() {
            let mut w = Writer::new();
            w.string(&self.transcript);
            let value = Cow::Owned(w.finish());
            out.event(Event::Extra { part: Some(part), name: "transcript".into(), value });
        }
        out.event(Event::PartEnd { part });
    }
}

/// Takes an `images` array (OpenRouter).
pub(super) fn images(list: &str, out: &mut Out<'_>) -> Result<(), json::Error> {
    let mut r = Reader::new(list);
    let Some(mut elements) = r.opt_array()? else { return Ok(()) };
    while elements.element(&mut r)? {
        image(r.raw()?, out)?;
    }
    Ok(())
}

/// Takes one `image_url` part: a data URL becomes media, any other stays as it is.
pub(super) fn image(raw: &str, out: &mut Out<'_>) -> Result<(), json::Error> {
    let url = image_url(&mut Reader::new(raw))?;
    let part = match url.as_deref().and_then(data_url::split) {
        Some((media_type, base64)) => {
            let media_type = Some(Cow::Borrowed(media_type));
            let part = out.open(PartKind::Media { kind: MediaKind::Image, media_type });
            if !base64.is_empty() {
                out.event(Event::DataDelta { part, base64: Cow::Borrowed(base64) });
            }
            part
        }
        None => {
            let (wire, kind) = (Wire::OpenaiChat, "image_url".into());
            out.open(PartKind::Vendor { wire, kind, json: Cow::Borrowed(raw) })
        }
    };
    out.event(Event::PartEnd { part });
    Ok(())
}

fn image_url<'a>(r: &mut Reader<'a>) -> Result<Option<Cow<'a, str>>, json::Error> {
    let mut url = None;
    let Some(mut fields) = r.opt_object()? else { return Ok(url) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "image_url" if r.kind()? == json::Kind::Object => url = image_url(r)?,
            "image_url" | "url" => url = r.opt_string()?,
            _ => r.skip()?,
        }
    }
    Ok(url)
}
