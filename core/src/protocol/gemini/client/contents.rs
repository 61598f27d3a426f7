//! Messages as `contents` and `systemInstruction`.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::history::History;
use crate::json::{Kind, Reader, Writer};
use crate::model::{
    Content, Extension, LossAction, Media, Message, Opaque, Part, Role, Source, ToolCall, ToolCallKind,
    ToolResult, Wire,
};
use crate::protocol::call_id::is_made_up;
use crate::protocol::encoding::{EncodeError, Encoding, TOO_DEEP, nests_too_deep};
use crate::protocol::gemini::fields::Fields;
use crate::protocol::gemini::media::{guess_media_type, media_type_of};

/// Google's documented stand-in for the signature of a call that Gemini did not make.
const PLACEHOLDER_SIGNATURE: &str = "\"skip_thought_signature_validator\"";

/// One entry of `contents`.
struct Turn {
    role: &'static str,
    parts: Vec<String>,
    fields: Fields,
}

/// Sets `contents` and `systemInstruction`.
pub(super) fn encode(e: &mut Encoding<'_>, body: &mut Fields) -> Result<(), EncodeError> {
    e.lose_empty_messages();
    let messages = &e.request.messages;
    let leading = messages.iter().take_while(|m| is_system(m.role)).count();
    let mut turns: Vec<Turn> = Vec::new();
    let mut history = History::of(e.request);
    for (at, message) in messages.iter().enumerate().skip(leading) {
        let role = if message.role == Role::Assistant { "model" } else { "user" };
        if is_system(message.role) {
            e.lose(
                LossAction::Approximated,
                format!("messages[{at}].role"),
                "an instruction behind the first turn goes as the user's text",
            );
        }
        let parts = encode_parts(e, &mut history, at, message)?;
        if parts.is_empty() {
            for extension in &message.extensions {
                let path = format!("messages[{at}].extensions.{}", extension.name);
                e.lose(LossAction::Dropped, path, "no content to put it in");
            }
            continue;
        }
        if turns.last().is_none_or(|turn| turn.role != role) {
            let mut fields = Fields::default();
            fields.set_string("role", role);
            // Keeps the place from extensions.
            fields.set("parts", "");
            turns.push(Turn { role, parts: Vec::new(), fields });
        }
        if let Some(turn) = turns.last_mut() {
            turn.parts.extend(parts);
            set_extensions(e, &message.extensions, &format!("messages[{at}]"), &mut turn.fields);
        }
    }
    if turns.is_empty() {
        return Err(EncodeError::Invalid {
            path: "messages".into(),
            why: "expected a turn of the user or the model, found none".into(),
        });
    }
    body.set("contents", write_turns(turns));
    let system = encode_system(e, leading)?;
    if !system.is_empty() {
        body.set("systemInstruction.parts", array(&system));
    }
    Ok(())
}

const fn is_system(role: Role) -> bool {
    matches!(role, Role::System | Role::Developer)
}

fn write_turns(turns: Vec<Turn>) -> String {
    let mut w = Writer::new();
    w.array(|w| {
        for mut turn in turns {
            turn.fields.set("parts", array(&turn.parts));
            w.raw(&turn.fields.finish());
        }
    });
    w.finish()
}

fn array(elements: &[String]) -> String {
    let mut w = Writer::new();
    w.array(|w| elements.iter().for_each(|element| w.raw(element)));
    w.finish()
}

fn encode_system(e: &mut Encoding<'_>, count: usize) -> Result<Vec<String>, EncodeError> {
    let mut parts = Vec::new();
    for (at, message) in e.request.messages[..count].iter().enumerate() {
        if message.role == Role::Developer {
            e.lose(LossAction::Renamed, format!("messages[{at}].role"), "there is one rank of instructions");
        }
        let mut fields = Fields::default();
        set_extensions(e, &message.extensions, &format!("messages[{at}]"), &mut fields);
        if !fields.is_empty() {
            let why = "instructions are joined into one content";
            e.lose(LossAction::Dropped, format!("messages[{at}].extensions"), why);
        }
        for (index, part) in message.parts.iter().enumerate() {
            let path = format!("messages[{at}].parts[{index}]");
            let Content::Text { .. } = &part.content else {
                return Err(e.refuse(path, "an instruction holds text only"));
            };
            parts.extend(encode_part(e, &History::default(), at, index, part)?);
        }
    }
    Ok(parts)
}

fn encode_parts<'a>(
    e: &mut Encoding<'a>,
    history: &mut History<'a>,
    at: usize,
    message: &'a Message,
) -> Result<Vec<String>, EncodeError> {
    history.open(message);
    let mut parts = Vec::new();
    for (index, part) in message.parts.iter().enumerate() {
        parts.extend(encode_part(e, history, at, index, part)?);
        history.pass(part);
    }
    history.close(message);
    Ok(parts)
}

/// Writes one part; `None` where nothing of it can be sent.
fn encode_part(
    e: &mut Encoding<'_>,
    history: &History<'_>,
    at: usize,
    index: usize,
    part: &Part,
) -> Result<Option<String>, EncodeError> {
    let path = format!("messages[{at}].parts[{index}]");
    let is_own = |o: &&Opaque| o.vendor == e.target.dialect.vendor;
    let signature = part.opaque.iter().filter(is_own).find(|o| o.field == "thoughtSignature");
    let is_thought = part.opaque.iter().filter(is_own).any(|o| o.field == "thought");
    lose_marks(e, &path, part);
    let mut fields = Fields::default();
    match &part.content {
        Content::Text { text, citations } => {
            if !citations.is_empty() {
                e.lose(LossAction::Dropped, format!("{path}.citations"), "a part has no citations");
            }
            if text.is_empty() && signature.is_none() && e.request.messages[at].role == Role::Assistant {
                return Ok(None);
            }
            fields.set_string("text", text);
        }
        Content::Refusal(text) => {
            e.lose(LossAction::Approximated, &*path, "a refusal goes as text");
            fields.set_string("text", text);
        }
        Content::Reasoning(reasoning) => {
            if signature.is_none() {
                e.lose(LossAction::Dropped, path, "thinking without a signature of this vendor is not read");
                return Ok(None);
            }
            fields.set_string("text", &reasoning.text);
            fields.set("thought", "true");
        }
        Content::Media(media) => set_media(e, &path, media, &mut fields),
        Content::ToolCall(call) => {
            set_call(e, &path, call, &mut fields)?;
            if signature.is_none() && history.wants_placeholder(at) {
                e.lose(
                    LossAction::Approximated,
                    format!("{path}.opaque"),
                    "a call without its signature gets the documented stand-in",
                );
                fields.set("thoughtSignature", PLACEHOLDER_SIGNATURE);
            }
        }
        Content::ToolResult(result) => set_result(e, history, &path, result, &mut fields)?,
        Content::Vendor { vendor, wire: Wire::Gemini, json, .. } if vendor == e.target.dialect.vendor => {
            return Ok(Some(json.as_str().into()));
        }
        Content::Vendor { vendor, wire, .. } => {
            e.lose(LossAction::Dropped, path, format!("only {vendor} on {wire} understands it"));
            return Ok(None);
        }
    }
    if is_thought {
        fields.set("thought", "true");
    }
    if let Some(signature) = signature {
        fields.set("thoughtSignature", signature.value.as_str());
    }
    set_extensions(e, &part.extensions, &path, &mut fields);
    Ok(Some(fields.finish()))
}

/// Reports the cache mark and the state that this vendor does not take back.
fn lose_marks(e: &mut Encoding<'_>, path: &str, part: &Part) {
    if part.cache.is_some() {
        e.lose(LossAction::Dropped, format!("{path}.cache"), "there are no cache marks");
    }
    let vendor = e.target.dialect.vendor;
    for opaque in &part.opaque {
        if opaque.vendor != vendor {
            let why = format!("state of {0} goes back to {0} only", opaque.vendor);
            e.lose(LossAction::Dropped, format!("{path}.opaque.{}", opaque.field), why);
        } else if !matches!(&*opaque.field, "thought" | "thoughtSignature") {
            e.lose(LossAction::Dropped, format!("{path}.opaque.{}", opaque.field), "no part has this field");
        }
    }
}

/// Sets the fields of `extensions` that this wire knows; the others are losses.
pub(super) fn set_extensions(
    e: &mut Encoding<'_>,
    extensions: &[Extension],
    path: &str,
    fields: &mut Fields,
) {
    for extension in extensions {
        let why = if extension.wire != Wire::Gemini {
            format!("only {} knows the field", extension.wire)
        } else if nests_too_deep(&extension.name) {
            TOO_DEEP.into()
        } else if fields.add(&extension.name, extension.value.as_str()) {
            continue;
        } else {
            "what the request sets itself stands".into()
        };
        let dot = if path.is_empty() { "" } else { "." };
        e.lose(LossAction::Dropped, format!("{path}{dot}extensions.{}", extension.name), why);
    }
}

fn set_media(e: &mut Encoding<'_>, path: &str, media: &Media, fields: &mut Fields) {
    if media.name.is_some() {
        e.lose(LossAction::Dropped, format!("{path}.name"), "media have no name");
    }
    match &media.source {
        Source::Base64(data) => set_inline(e, path, media, media.media_type.as_deref(), data, fields),
        Source::Url(url) => match data_url(url) {
            Some((media_type, data)) => {
                let media_type = media.media_type.as_deref().or(media_type);
                set_inline(e, path, media, media_type, data, fields);
            }
            None => set_url(e, path, media, url, fields),
        },
        Source::Id { id, .. } => set_file(media.media_type.as_deref(), id, fields),
        Source::Text(text) => {
            e.lose(LossAction::Approximated, path, "a plain-text document goes as text");
            fields.set_string("text", text);
            return;
        }
    }
    let level = match media.detail.as_deref() {
        None | Some("auto") => return,
        Some("low") => "\"MEDIA_RESOLUTION_LOW\"",
        Some("medium") => "\"MEDIA_RESOLUTION_MEDIUM\"",
        Some("high") => "\"MEDIA_RESOLUTION_HIGH\"",
        Some(_) => {
            e.lose(LossAction::Approximated, format!("{path}.detail"), "the closest look is `high`");
            "\"MEDIA_RESOLUTION_HIGH\""
        }
    };
    fields.set("mediaResolution.level", level);
}

fn set_inline(
    e: &mut Encoding<'_>,
    path: &str,
    media: &Media,
    media_type: Option<&str>,
    data: &str,
    fields: &mut Fields,
) {
    let media_type = media_type.unwrap_or_else(|| {
        let guess = guess_media_type(media.kind, data);
        let why = format!("inline data need a media type; {guess} was guessed");
        e.lose(LossAction::Approximated, format!("{path}.media_type"), why);
        guess
    });
    fields.set_string("inlineData.mimeType", media_type);
    fields.set_string("inlineData.data", data);
}

/// Google wants the media type of what it fetches, unless it is its own.
fn set_url(e: &mut Encoding<'_>, path: &str, media: &Media, url: &str, fields: &mut Fields) {
    let known = media.media_type.as_deref();
    let media_type = known.or_else(|| media_type_of(url));
    if known.is_none() && !is_googles(url) {
        let why = match media_type {
            Some(media_type) => format!("a file needs a media type; its name says {media_type}"),
            None => "a file needs a media type, and none is known".into(),
        };
        e.lose(LossAction::Approximated, format!("{path}.media_type"), why);
    }
    set_file(media_type, url, fields);
}

fn is_googles(url: &str) -> bool {
    let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_at = |name: &str| {
        host.is_some_and(|host| {
            host.strip_suffix(name).is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
        })
    };
    url.starts_with("gs://") || ["googleapis.com", "youtube.com", "youtu.be"].into_iter().any(is_at)
}

fn set_file(media_type: Option<&str>, uri: &str, fields: &mut Fields) {
    if let Some(media_type) = media_type {
        fields.set_string("fileData.mimeType", media_type);
    }
    fields.set_string("fileData.fileUri", uri);
}

/// Media type and base64 text of a `data:` URL (RFC 2397).
fn data_url(url: &str) -> Option<(Option<&str>, &str)> {
    let (head, data) = url.strip_prefix("data:")?.split_once(',')?;
    let media_type = head.strip_suffix(";base64")?.split(';').next()?;
    Some((Some(media_type).filter(|m| !m.is_empty()), data))
}

fn set_call(
    e: &mut Encoding<'_>,
    path: &str,
    call: &ToolCall,
    fields: &mut Fields,
) -> Result<(), EncodeError> {
    if let Some(id) = call.id.as_ref().filter(|id| !is_made_up(id)) {
        fields.set_string("functionCall.id", id);
    }
    fields.set_string("functionCall.name", &call.name);
    if call.kind == ToolCallKind::Freeform {
        e.lose(LossAction::Approximated, path, "free text goes as {\"input\": text}");
        fields.set_string("functionCall.args.input", &call.arguments);
        return Ok(());
    }
    let args = call.object().map_err(|error| EncodeError::Invalid {
        path: format!("{path}.arguments"),
        why: format!("arguments must be a JSON object: {error}"),
    })?;
    fields.set("functionCall.args", args);
    Ok(())
}

fn set_result(
    e: &mut Encoding<'_>,
    history: &History<'_>,
    path: &str,
    result: &ToolResult,
    fields: &mut Fields,
) -> Result<(), EncodeError> {
    let call = history.call(&result.call_id);
    let name =
        result.name.as_deref().or_else(|| call.map(|c| &*c.name)).ok_or_else(|| EncodeError::Invalid {
            path: format!("{path}.name"),
            why: format!(
                "a result needs the name of its function, and no earlier call has the id {:?}",
                result.call_id
            ),
        })?;
    if let Some(id) = call.and_then(|c| c.id.as_deref()).filter(|id| !is_made_up(id)) {
        fields.set_string("functionResponse.id", id);
    }
    fields.set_string("functionResponse.name", name);
    let mut texts: Vec<&str> = Vec::new();
    let mut parts = Vec::new();
    for (index, part) in result.content.iter().enumerate() {
        if matches!(part.content, Content::Text { .. }) && !(texts.is_empty() && parts.is_empty()) {
            e.lose(LossAction::Approximated, path, "the texts are joined to one, before the media");
        }
        let path = format!("{path}.content[{index}]");
        lose_marks(e, &path, part);
        match &part.content {
            Content::Text { text, .. } | Content::Refusal(text) => texts.push(text),
            Content::Media(Media { source: Source::Text(text), .. }) => texts.push(text),
            Content::Media(media) => {
                let mut inner = Fields::default();
                set_media(e, &path, media, &mut inner);
                set_extensions(e, &part.extensions, &path, &mut inner);
                parts.push(inner.finish());
            }
            Content::Vendor { vendor, wire: Wire::Gemini, json, .. } if vendor == e.target.dialect.vendor => {
                parts.push(json.as_str().into());
            }
            Content::Reasoning(_)
            | Content::ToolCall(_)
            | Content::ToolResult(_)
            | Content::Vendor { .. } => {
                e.lose(LossAction::Dropped, path, "a result holds text and media");
            }
        }
    }
    fields.set("functionResponse.response", response_object(&texts.join("\n"), result.is_error));
    if !parts.is_empty() {
        fields.set("functionResponse.parts", array(&parts));
    }
    Ok(())
}

/// A result as an object. Text that is an object goes as it is, unless it has one of the two names
/// that the wire reads for itself.
fn response_object(text: &str, is_error: bool) -> String {
    let object = object_fields(text);
    if !is_error && object == Some(false) {
        return text.trim().into();
    }
    let value = match object {
        Some(_) => Cow::Borrowed(text.trim()),
        None => {
            let mut w = Writer::new();
            w.string(text);
            Cow::Owned(w.finish())
        }
    };
    let mut fields = Fields::default();
    fields.set(if is_error { "error" } else { "output" }, value);
    fields.finish()
}

/// Whether a JSON object has a field `output` or `error`; `None` where the text is no object.
fn object_fields(text: &str) -> Option<bool> {
    let mut r = Reader::new(text);
    if r.kind() != Ok(Kind::Object) {
        return None;
    }
    let mut fields = r.object().ok()?;
    let mut is_special = false;
    while let Some(key) = fields.key(&mut r).ok()? {
        is_special |= matches!(&*key, "output" | "error");
        r.skip().ok()?;
    }
    r.end().ok()?;
    Some(is_special)
}
