//! Tool calls of an assistant's message.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::NATIVE_VENDOR;
use super::cache;
use super::content::{demanded, extra_content, vendors};
use super::object::Object;
use super::typed::{Path, Read, syntax};
use crate::json::Reader;
use crate::model::{Content, Loss, Part, ToolCall, ToolCallKind};
use crate::protocol::call_id;

/// Reads an entry of `tool_calls`: the id that the application knows, and the call.
pub(super) fn read(r: &mut Reader<'_>, path: &Path<'_>, losses: &mut Vec<Loss>) -> Read<(String, Part)> {
    let mut whole = r.clone();
    let mut object = Object::read(r, path)?;
    let id = object.text("id", path)?.map(Cow::into_owned);
    let kind = object.text("type", path)?;
    let (name, body, kind) = match kind.as_deref() {
        None | Some("function") => ("function", "arguments", ToolCallKind::Function),
        Some("custom") => ("custom", "input", ToolCallKind::Freeform),
        Some(other) => {
            let kind = alloc::format!("tool_calls.{other}");
            let part = Part::new(vendors(NATIVE_VENDOR, kind, whole.raw().map_err(syntax)?));
            return Ok((id.unwrap_or_default(), part));
        }
    };
    let Some(raw) = object.take(name) else { return Err(path.field(name).missing("an object")) };
    let original = id.as_deref().filter(|id| !id.is_empty()).map(|id| call_id::original(id).into_owned());
    let mut extensions = Vec::new();
    let call = called(raw, body, &path.field(name), |inner, path| {
        inner.extend(&alloc::format!("{name}."), &mut extensions, losses, path);
    })?;
    let mut part = Part::new(Content::ToolCall(ToolCall { id: original, kind, ..call }));
    part.cache = cache::take(&mut object);
    part.opaque.extend(object.take("extra_content").map(extra_content));
    // Messages put together from a stream may still have it.
    object.take("index");
    object.extend("", &mut extensions, losses, path);
    part.extensions = extensions;
    Ok((id.unwrap_or_default(), part))
}

/// Reads the old `function_call`, which has no id.
pub(super) fn read_legacy(raw: &str, path: &Path<'_>) -> Read<Part> {
    let call = called(raw, "arguments", path, |_, _| {})?;
    Ok(Part::new(Content::ToolCall(call)))
}

/// Reads `{name, arguments}`; the text of the arguments stays as it is, whatever it holds. What else
/// there is goes to `rest`.
fn called(
    raw: &str,
    body: &str,
    path: &Path<'_>,
    rest: impl FnOnce(Object<'_>, &Path<'_>),
) -> Read<ToolCall> {
    let mut inner = Object::read(&mut Reader::new(raw), path)?;
    let name = demanded(&mut inner, "name", path)?;
    // Some applications write the object itself where its text belongs.
    let arguments = match inner.is_string(body) {
        true => demanded(&mut inner, body, path)?,
        false => inner.take(body).unwrap_or_default().into(),
    };
    rest(inner, path);
    Ok(ToolCall { id: None, name, arguments, kind: ToolCallKind::Function })
}

/// What a result needs to know of the call that it answers.
#[derive(Clone, Debug)]
pub(super) struct Answered {
    pub(super) name: String,
    pub(super) kind: ToolCallKind,
}

impl Answered {
    /// The id and what is known of a call.
    pub(super) fn of(part: &Part) -> Option<(String, Self)> {
        let Content::ToolCall(ToolCall { id: Some(id), name, kind, .. }) = &part.content else { return None };
        Some((id.clone(), Self { name: name.clone(), kind: *kind }))
    }
}
