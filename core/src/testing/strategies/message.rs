//! Messages and their parts.

use alloc::string::String;
use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use super::{extension, json_object, name, raw_json, text, wire};
use crate::json::RawJson;
use crate::model::{
    CacheMark, Citation, Content, Media, MediaKind, Message, Opaque, Part, ReasoningText, Role, Source,
    ToolCall, ToolCallKind, ToolResult,
};

/// Any role.
pub fn role() -> impl Strategy<Value = Role> {
    prop_oneof![
        Just(Role::Assistant),
        Just(Role::Developer),
        Just(Role::System),
        Just(Role::Tool),
        Just(Role::User),
    ]
}

/// Any message: any part may stand under any role.
pub fn message() -> impl Strategy<Value = Message> {
    (role(), vec(part(), 0..4), vec(extension(), 0..2)).prop_map(|(role, parts, extensions)| Message {
        role,
        parts,
        extensions,
    })
}

/// Any part, tool results with parts of their own included.
pub fn part() -> impl Strategy<Value = Part> {
    let result = tool_result().prop_map(Content::ToolResult);
    marked(prop_oneof![6 => content(), 1 => result])
}

fn marked(content: impl Strategy<Value = Content>) -> impl Strategy<Value = Part> {
    (content, of(cache_mark()), vec(opaque(), 0..2), vec(extension(), 0..2))
        .prop_map(|(content, cache, opaque, extensions)| Part { content, cache, opaque, extensions })
}

pub(super) fn cache_mark() -> impl Strategy<Value = CacheMark> {
    let ttl = of(prop::sample::select(&["5m", "30m", "1h", "12h"][..]).prop_map(String::from));
    ttl.prop_map(|ttl| CacheMark { ttl })
}

fn vendor() -> impl Strategy<Value = String> {
    prop::sample::select(&["anthropic", "google", "openai", "other"][..]).prop_map(String::from)
}

fn opaque() -> impl Strategy<Value = Opaque> {
    let field = prop::sample::select(&["encrypted_content", "id", "signature", "thoughtSignature"][..]);
    let value = prop_oneof![4 => text().prop_map(|t| RawJson::string(&t)), 1 => raw_json()];
    (vendor(), of(name()), field, value).prop_map(|(vendor, model, field, value)| Opaque {
        vendor,
        model,
        field: field.into(),
        value,
    })
}

/// Any content but a tool result.
fn content() -> impl Strategy<Value = Content> {
    prop_oneof![
        4 => (text(), vec(citation(), 0..2)).prop_map(|(text, citations)| Content::Text { text, citations }),
        2 => tool_call().prop_map(Content::ToolCall),
        2 => media().prop_map(Content::Media),
        1 => (text(), any::<bool>())
            .prop_map(|(text, is_summary)| Content::Reasoning(ReasoningText { text, is_summary })),
        1 => text().prop_map(Content::Refusal),
        1 => (vendor(), wire(), name(), json_object())
            .prop_map(|(vendor, wire, kind, json)| Content::Vendor { vendor, wire, kind, json }),
    ]
}

fn citation() -> impl Strategy<Value = Citation> {
    (wire(), json_object()).prop_map(|(wire, raw)| Citation { wire, raw })
}

/// Any call: the arguments may be an object, cut in the middle, or no JSON at all.
pub fn tool_call() -> impl Strategy<Value = ToolCall> {
    let arguments = prop_oneof![
        4 => json_object().prop_map(|object| object.as_str().into()),
        1 => json_object().prop_map(|object| cut(object.as_str())),
        1 => text(),
    ];
    (of(name()), name(), arguments, tool_call_kind()).prop_map(|(id, name, arguments, kind)| ToolCall {
        id,
        name,
        arguments,
        kind,
    })
}

fn cut(text: &str) -> String {
    text.chars().take(text.chars().count() / 2).collect()
}

fn tool_call_kind() -> impl Strategy<Value = ToolCallKind> {
    prop_oneof![4 => Just(ToolCallKind::Function), 1 => Just(ToolCallKind::Freeform)]
}

/// Any result, of no particular call.
pub fn tool_result() -> impl Strategy<Value = ToolResult> {
    (name(), of(name()), parts_of_a_result(), any::<bool>(), tool_call_kind()).prop_map(
        |(call_id, name, content, is_error, kind)| ToolResult { call_id, name, content, is_error, kind },
    )
}

fn parts_of_a_result() -> impl Strategy<Value = Vec<Part>> {
    vec(marked(content()), 0..3)
}

fn media() -> impl Strategy<Value = Media> {
    let kind = prop_oneof![
        3 => Just(MediaKind::Image),
        1 => Just(MediaKind::Audio),
        1 => Just(MediaKind::File),
        1 => Just(MediaKind::Video),
    ];
    let media_type =
        prop::sample::select(&["image/png", "audio/wav", "application/pdf", "text/plain", "video/mp4"][..]);
    let detail = prop::sample::select(&["auto", "low", "high", "original"][..]);
    (kind, source(), of(media_type.prop_map(String::from)), of(name()), of(detail.prop_map(String::from)))
        .prop_map(|(kind, source, media_type, name, detail)| Media { kind, source, media_type, name, detail })
}

fn source() -> impl Strategy<Value = Source> {
    prop_oneof![
        3 => prop::sample::select(&["", "AA==", "iVBORw0KGgo="][..]).prop_map(|d| Source::Base64(d.into())),
        1 => name().prop_map(|id| Source::Id { vendor: "openai".into(), id }),
        1 => text().prop_map(Source::Text),
        2 => name().prop_map(|n| Source::Url(alloc::format!("https://example.com/{n}.png"))),
    ]
}
