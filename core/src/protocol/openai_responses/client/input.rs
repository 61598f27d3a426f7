//! Messages to input items.

use alloc::borrow::Cow;

use super::{cache, extensions};
use crate::json::Writer;
use crate::model::{
    CacheMark, Content, LossAction, Media, MediaKind, Message, Opaque, Part, Role, Source, ToolCall,
    ToolCallKind, ToolResult,
};
use crate::protocol::encoding::{EncodeError, Encoding};
use crate::protocol::made_ids::MadeIds;
use crate::protocol::openai_request;
use crate::protocol::openai_responses::names::{self, CALL_STATE, WIRE};

/// Refuses what no item can hold.
pub(super) fn check(encoding: &Encoding<'_>) -> Result<(), EncodeError> {
    for (m, message) in encoding.request.messages.iter().enumerate() {
        for (p, part) in message.parts.iter().enumerate() {
            check_part(encoding, message.role, part, &alloc::format!("messages[{m}].parts[{p}]"))?;
        }
    }
    Ok(())
}

fn check_part(encoding: &Encoding<'_>, role: Role, part: &Part, path: &str) -> Result<(), EncodeError> {
    match &part.content {
        Content::Media(media) if role == Role::Assistant => {
            let is_own = own(part, encoding.target.dialect.vendor, "id").is_some();
            if is_own && media.kind == MediaKind::Image && matches!(media.source, Source::Base64(_)) {
                return Ok(());
            }
            Err(encoding.refuse(path, "the assistant can only say images that this vendor made"))
        }
        Content::Media(media) => check_media(encoding, media, path),
        Content::ToolResult(result) => {
            for (at, inner) in result.content.iter().enumerate() {
                let path = alloc::format!("{path}.content[{at}]");
                match &inner.content {
                    Content::Media(media) => check_media(encoding, media, &path)?,
                    Content::Text { .. } => {}
                    _ => return Err(encoding.refuse(path, "a result can only hold text, images and files")),
                }
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

fn check_media(encoding: &Encoding<'_>, media: &Media, path: &str) -> Result<(), EncodeError> {
    let invalid = |why: &str| Err(EncodeError::Invalid { path: path.into(), why: why.into() });
    match (media.kind, &media.source) {
        (MediaKind::Audio | MediaKind::Video, _) => {
            Err(encoding.refuse(path, "this wire takes no sound and no moving pictures"))
        }
        (_, Source::Base64(_)) if media.media_type.is_none() => {
            invalid("expected a media type beside base64 data, found none")
        }
        (MediaKind::Image, Source::Text(_)) => invalid("expected an image, found text"),
        (MediaKind::File | MediaKind::Image, _) => Ok(()),
    }
}

/// Writes the conversation as elements of the open array.
pub(super) fn write(w: &mut Writer, encoding: &mut Encoding<'_>) {
    encoding.lose_empty_messages();
    let mut input = Input {
        messages: &encoding.request.messages,
        vendor: encoding.target.dialect.vendor,
        is_stored: encoding.request.state.store != Some(false),
        keeps_ids: true,
        made_ids: MadeIds::default(),
        encoding,
    };
    for (m, message) in input.messages.iter().enumerate() {
        input.message(w, m, message);
    }
}

struct Input<'e, 'a> {
    encoding: &'e mut Encoding<'a>,
    messages: &'a [Message],
    vendor: &'static str,
    is_stored: bool,
    /// Whether the items of this message keep their ids. An id without the reasoning that the
    /// provider stored before it is refused.
    keeps_ids: bool,
    made_ids: MadeIds,
}

/// The state of that name, if it came from `vendor`.
fn own<'p>(part: &'p Part, vendor: &str, field: &str) -> Option<&'p Opaque> {
    part.opaque.iter().find(|o| o.field == field && o.vendor == vendor)
}

const fn role_name(role: Role) -> &'static str {
    match role {
        Role::Assistant => "assistant",
        Role::Developer => "developer",
        Role::System => "system",
        Role::Tool | Role::User => "user",
    }
}

impl<'a> Input<'_, 'a> {
    fn message(&mut self, w: &mut Writer, m: usize, message: &'a Message) {
        self.keeps_ids = true;
        let mut has_item = false;
        let mut at = 0;
        while let Some(part) = message.parts.get(at) {
            let path = alloc::format!("messages[{m}].parts[{at}]");
            let mut run = 1;
            match &part.content {
                Content::Reasoning(_) => {
                    run = self.run_length(&message.parts[at..], |c| matches!(c, Content::Reasoning(_)));
                    self.reasoning(w, &message.parts[at..at + run], m, at);
                }
                Content::ToolCall(call) => self.call(w, part, call, m, at),
                Content::ToolResult(result) => self.result(w, part, result, &path),
                Content::Vendor { vendor, wire: WIRE, json, .. } if vendor == self.vendor => {
                    self.drop_cache(part, &path);
                    w.raw(json.as_str());
                }
                Content::Vendor { vendor, wire, .. } => {
                    let why = alloc::format!("only {vendor} on {wire} knows this item");
                    self.encoding.lose(LossAction::Dropped, path, why);
                }
                Content::Media(media) if message.role == Role::Assistant => {
                    self.made_image(w, part, media, &path);
                }
                Content::Media(_) | Content::Refusal(_) | Content::Text { .. } => {
                    let is_said = |c: &Content| match c {
                        Content::Media(_) => message.role != Role::Assistant,
                        Content::Refusal(_) | Content::Text { .. } => true,
                        _ => false,
                    };
                    run = self.run_length(&message.parts[at..], is_said);
                    self.said(w, message, m, at..at + run);
                    has_item = true;
                }
            }
            at += run;
        }
        if !has_item {
            for extension in &message.extensions {
                let path = alloc::format!("messages[{m}].extensions.{}", extension.name);
                self.encoding.lose(LossAction::Dropped, path, "no message item to put it in");
            }
        }
    }

    /// How many parts from the first on belong to one item: those of the kind that `is_of_kind`
    /// tells, with the same item id.
    fn run_length(&self, parts: &[Part], is_of_kind: impl Fn(&Content) -> bool) -> usize {
        let label =
            |part| ["id", "phase"].map(|field| own(part, self.vendor, field).map(|o| o.value.as_str()));
        // Some servers give several items one id; encrypted content stands at an item's last part.
        let is_last = |part| own(part, self.vendor, "encrypted_content").is_some();
        let ended = parts.iter().position(is_last).map_or(parts.len(), |at| at + 1);
        let same = |a, b| label(a) == label(b);
        parts[..ended].iter().take_while(|part| is_of_kind(&part.content) && same(&parts[0], part)).count()
    }

    /// Reports the state of `part` that does not go along: another vendor's, or not in `fields`.
    fn drop_state(&mut self, part: &Part, fields: &[&str], path: &str) {
        for opaque in &part.opaque {
            let why = if opaque.vendor != self.vendor {
                alloc::format!("only {} understands this state", opaque.vendor)
            } else if !fields.contains(&opaque.field.as_str()) {
                "this wire has no place for this state".into()
            } else {
                continue;
            };
            self.encoding.lose(LossAction::Dropped, alloc::format!("{path}.opaque.{}", opaque.field), why);
        }
    }

    fn drop_cache(&mut self, part: &Part, path: &str) {
        if part.cache.is_some() {
            let why = "only texts, images and files of the input take a cache mark";
            self.encoding.lose(LossAction::Dropped, alloc::format!("{path}.cache"), why);
        }
    }

    /// Writes `fields` of this vendor's state of `part` into the open object.
    fn write_state(&mut self, w: &mut Writer, part: &Part, fields: &[&str], path: &str) {
        for field in fields {
            let Some(opaque) = own(part, self.vendor, field) else { continue };
            if *field == "id" && !self.keeps_ids {
                let why = "the id goes only with the thinking before it";
                self.encoding.lose(LossAction::Dropped, alloc::format!("{path}.opaque.id"), why);
            } else {
                w.key(field).raw(opaque.value.as_str());
            }
        }
    }

    fn said(&mut self, w: &mut Writer, message: &Message, m: usize, parts: core::ops::Range<usize>) {
        let first = &message.parts[parts.start];
        let is_assistant = message.role == Role::Assistant;
        let has_phase = message.extensions.iter().any(|e| e.wire == WIRE && e.name == "phase");
        w.object(|w| {
            w.key("type").string("message");
            w.key("role").string(role_name(message.role));
            if is_assistant {
                let fields: &[_] = if has_phase { &["id"] } else { &["id", "phase"] };
                self.write_state(w, first, fields, &alloc::format!("messages[{m}].parts[{}]", parts.start));
                if self.keeps_ids && own(first, self.vendor, "id").is_some() {
                    w.key("status").string("completed");
                }
            }
            w.key("content").array(|w| {
                for at in parts {
                    let path = alloc::format!("messages[{m}].parts[{at}]");
                    let part = &message.parts[at];
                    if is_assistant {
                        self.output_part(w, part, &path);
                    } else {
                        self.drop_state(part, &[], &path);
                        self.input_part(w, part, "", &path);
                    }
                }
            });
            let known = ["type", "role", "content", "id", "status"];
            let path = alloc::format!("messages[{m}]");
            extensions::write(w, &message.extensions, &known, &path, self.encoding);
        });
    }

    /// A part that the assistant said.
    fn output_part(&mut self, w: &mut Writer, part: &Part, path: &str) {
        self.drop_state(part, &["id", "phase"], path);
        self.drop_cache(part, path);
        w.object(|w| match &part.content {
            Content::Refusal(text) => {
                w.key("type").string("refusal");
                w.key("refusal").string(text);
                extensions::write(w, &part.extensions, &["type", "refusal"], path, self.encoding);
            }
            Content::Text { text, citations } => {
                w.key("type").string("output_text");
                w.key("text").string(text);
                let known = citations.iter().filter(|c| c.wire == WIRE);
                if known.clone().count() < citations.len() {
                    let why = "citations of another wire have another form";
                    let path = alloc::format!("{path}.citations");
                    self.encoding.lose(LossAction::Dropped, path, why);
                }
                w.key("annotations").array(|w| known.for_each(|c| w.raw(c.raw.as_str())));
                extensions::write(w, &part.extensions, &["type", "text", "annotations"], path, self.encoding);
            }
            _ => {}
        });
    }

    /// A part of the input, its text after `prefix`.
    fn input_part(&mut self, w: &mut Writer, part: &Part, prefix: &str, path: &str) {
        w.object(|w| {
            match &part.content {
                Content::Refusal(text) => self.input_text(w, text, prefix),
                Content::Text { text, citations } => {
                    if !citations.is_empty() {
                        let path = alloc::format!("{path}.citations");
                        self.encoding.lose(LossAction::Dropped, path, "input text takes no citations");
                    }
                    self.input_text(w, text, prefix);
                }
                Content::Media(media) => self.input_media(w, media, path),
                _ => {}
            }
            if let Some(mark) = &part.cache {
                self.mark(w, mark, &alloc::format!("{path}.cache"));
            }
            let known = [
                "type",
                "text",
                "image_url",
                "file_id",
                "file_data",
                "file_url",
                "filename",
                "detail",
                "prompt_cache_breakpoint",
            ];
            extensions::write(w, &part.extensions, &known, path, self.encoding);
        });
    }

    fn mark(&mut self, w: &mut Writer, mark: &CacheMark, path: &str) {
        if openai_request::keeps_mark(self.encoding, path) {
            w.key("prompt_cache_breakpoint").object(|w| {
                w.key("mode").string("explicit");
                w.opt_string("ttl", cache::ttl(mark, path, self.encoding));
            });
        }
    }

    fn input_text(&self, w: &mut Writer, text: &str, prefix: &str) {
        w.key("type").string("input_text");
        w.key("text").string(&prefixed(prefix, text));
    }

    fn input_media(&mut self, w: &mut Writer, media: &Media, path: &str) {
        let is_image = media.kind == MediaKind::Image;
        if let Source::Text(text) = &media.source {
            self.encoding.lose(LossAction::Approximated, path, "a document of plain text goes as text");
            return self.input_text(w, text, "");
        }
        self.encoding.lose_media_type(path, media);
        w.key("type").string(if is_image { "input_image" } else { "input_file" });
        match &media.source {
            Source::Base64(data) => {
                let media_type = media.media_type.as_deref().unwrap_or_default();
                let url = alloc::format!("data:{media_type};base64,{data}");
                w.key(if is_image { "image_url" } else { "file_data" }).string(&url);
            }
            Source::Id { id, .. } => w.key("file_id").string(id),
            Source::Url(url) => w.key(if is_image { "image_url" } else { "file_url" }).string(url),
            Source::Text(_) => {}
        }
        match &media.name {
            Some(name) if !is_image => w.key("filename").string(name),
            Some(_) => {
                let path = alloc::format!("{path}.name");
                self.encoding.lose(LossAction::Dropped, path, "images have no name here");
            }
            None => {}
        }
        let detail = media.detail.as_deref().filter(|d| matches!(*d, "auto" | "high" | "low" | "original"));
        if detail.is_none() && media.detail.is_some() {
            let path = alloc::format!("{path}.detail");
            self.encoding.lose(LossAction::Dropped, path, "expected auto, low, high or original");
        }
        // Official clients demand it for images; `auto` is the provider's default.
        w.opt_string("detail", detail.or(if is_image { Some("auto") } else { None }));
    }

    /// Writes parts of thinking that were one item.
    fn reasoning(&mut self, w: &mut Writer, parts: &[Part], m: usize, first: usize) {
        let path = |at: usize| alloc::format!("messages[{m}].parts[{at}]");
        for (at, part) in (first..).zip(parts) {
            self.drop_cache(part, &path(at));
            self.drop_state(part, &["id", "encrypted_content"], &path(at));
        }
        let id = own(&parts[0], self.vendor, "id");
        let encrypted = parts.iter().find_map(|part| own(part, self.vendor, "encrypted_content"));
        if encrypted.is_none() && (id.is_none() || !self.is_stored) {
            self.keeps_ids &= id.is_none();
            let why = "thinking goes back only with this vendor's encrypted content or from its store";
            let all = first..first + parts.len();
            return all.for_each(|at| self.encoding.lose(LossAction::Dropped, path(at), why));
        }
        let list = |w: &mut Writer, kind: &str, is_summary: bool| {
            for part in parts {
                if let Content::Reasoning(reasoning) = &part.content
                    && reasoning.is_summary == is_summary
                    && !reasoning.text.is_empty()
                {
                    w.object(|w| {
                        w.key("type").string(kind);
                        w.key("text").string(&reasoning.text);
                    });
                }
            }
        };
        let has_content = parts
            .iter()
            .any(|p| matches!(&p.content, Content::Reasoning(r) if !r.is_summary && !r.text.is_empty()));
        w.object(|w| {
            w.key("type").string("reasoning");
            w.opt_raw("id", id.map(|o| o.value.as_str()));
            w.key("summary").array(|w| list(w, "summary_text", true));
            if has_content {
                w.key("content").array(|w| list(w, "reasoning_text", false));
            }
            w.opt_raw("encrypted_content", encrypted.map(|o| o.value.as_str()));
            for (at, part) in (first..).zip(parts) {
                let known = ["type", "id", "summary", "content", "encrypted_content"];
                extensions::write(w, &part.extensions, &known, &path(at), self.encoding);
            }
        });
    }

    fn call(&mut self, w: &mut Writer, part: &Part, call: &'a ToolCall, m: usize, at: usize) {
        let path = alloc::format!("messages[{m}].parts[{at}]");
        self.drop_cache(part, &path);
        self.drop_state(part, &["id", "namespace", "caller", "async"], &path);
        let call_id = match &call.id {
            Some(id) if !id.is_empty() => Cow::Borrowed(id.as_str()),
            _ => {
                let id = alloc::format!("call_{m}_{at}");
                self.made_ids.add(&call.name, &id);
                let why = "the call had no id and got one from its place";
                self.encoding.lose(LossAction::Approximated, alloc::format!("{path}.id"), why);
                Cow::Owned(id)
            }
        };
        let (kind, field) = names::call(call.kind);
        let is_blank = call.arguments.bytes().all(|b| b.is_ascii_whitespace());
        let arguments = match call.kind {
            ToolCallKind::Function if is_blank => "{}",
            _ => &call.arguments,
        };
        w.object(|w| {
            w.key("type").string(kind);
            self.write_state(w, part, &["id"], &path);
            w.key("call_id").string(&call_id);
            w.key("name").string(&call.name);
            w.key(field).string(arguments);
            self.write_state(w, part, &CALL_STATE, &path);
            let known = ["type", "id", "call_id", "name", field, "namespace", "caller", "async"];
            extensions::write(w, &part.extensions, &known, &path, self.encoding);
        });
    }

    fn result(&mut self, w: &mut Writer, part: &Part, result: &ToolResult, path: &str) {
        self.drop_cache(part, path);
        self.drop_state(part, &[], path);
        let call_id = if result.call_id.is_empty() {
            self.made_ids.take(result.name.as_deref()).map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(result.call_id.as_str()))
        };
        let prefix = if result.is_error { "Error: " } else { "" };
        if result.is_error {
            let why = "this wire has no mark for it; the text begins with `Error: `";
            self.encoding.lose(LossAction::Approximated, alloc::format!("{path}.is_error"), why);
        }
        w.object(|w| {
            w.key("type").string(names::call_output(result.kind));
            w.opt_string("call_id", call_id.as_deref());
            w.key("output");
            self.result_content(w, &result.content, prefix, path);
            extensions::write(w, &part.extensions, &["type", "call_id", "output"], path, self.encoding);
        });
    }

    fn result_content(&mut self, w: &mut Writer, content: &[Part], prefix: &str, path: &str) {
        match content {
            [] => return w.string(prefix.trim_end_matches(": ")),
            [part] if part.cache.is_none() && part.extensions.is_empty() => {
                if let Content::Text { text, citations } = &part.content
                    && citations.is_empty()
                {
                    return w.string(&prefixed(prefix, text));
                }
            }
            _ => {}
        }
        let first_text = content.iter().position(|p| matches!(p.content, Content::Text { .. }));
        w.array(|w| {
            if first_text.is_none() && !prefix.is_empty() {
                w.object(|w| self.input_text(w, prefix.trim_end_matches(": "), ""));
            }
            for (at, part) in content.iter().enumerate() {
                let path = alloc::format!("{path}.content[{at}]");
                self.drop_state(part, &[], &path);
                self.input_part(w, part, if first_text == Some(at) { prefix } else { "" }, &path);
            }
        });
    }

    /// An image that this vendor made; [`check`] let no other pass.
    fn made_image(&mut self, w: &mut Writer, part: &Part, media: &Media, path: &str) {
        self.drop_cache(part, path);
        self.drop_state(part, &["id"], path);
        let Source::Base64(data) = &media.source else { return };
        w.object(|w| {
            w.key("type").string("image_generation_call");
            w.opt_raw("id", own(part, self.vendor, "id").map(|o| o.value.as_str()));
            w.key("status").string("completed");
            w.key("result").string(data);
            extensions::write(w, &part.extensions, &["type", "id", "status", "result"], path, self.encoding);
        });
    }
}

fn prefixed<'t>(prefix: &str, text: &'t str) -> Cow<'t, str> {
    if prefix.is_empty() { Cow::Borrowed(text) } else { Cow::Owned(alloc::format!("{prefix}{text}")) }
}

#[cfg(test)]
mod tests {
    use super::super::decoded::decode;
    use super::super::encoded::{send, send_messages};
    use super::*;
    use crate::json::RawJson;
    use crate::model::{CacheMark, Citation, Extension, ReasoningText, Request, Wire};
    use alloc::string::{String, ToString};
    use alloc::vec;
    use alloc::vec::Vec;

    fn raw(text: &str) -> RawJson {
        RawJson::parse(text).expect(text)
    }

    fn with_state(mut part: Part, vendor: &str, fields: &[(&str, &str)]) -> Part {
        part.opaque = fields
            .iter()
            .map(|(field, value)| Opaque {
                vendor: vendor.into(),
                model: None,
                field: (*field).into(),
                value: raw(value),
            })
            .collect();
        part
    }

    fn thinking(text: &str, is_summary: bool) -> Part {
        Part::new(Content::Reasoning(ReasoningText { text: text.into(), is_summary }))
    }

    fn call(id: Option<&str>, name: &str, arguments: &str) -> Part {
        let (id, kind) = (id.map(String::from), ToolCallKind::Function);
        Part::new(Content::ToolCall(ToolCall { id, name: name.into(), arguments: arguments.into(), kind }))
    }

    fn result(call_id: &str, content: Vec<Part>, is_error: bool) -> Part {
        Part::new(Content::ToolResult(ToolResult {
            call_id: call_id.into(),
            name: None,
            content,
            is_error,
            kind: ToolCallKind::Function,
        }))
    }

    fn media(kind: MediaKind, source: Source, media_type: Option<&str>) -> Part {
        Part::new(Content::Media(Media {
            kind,
            source,
            media_type: media_type.map(String::from),
            name: None,
            detail: None,
        }))
    }

    fn assistant(parts: Vec<Part>) -> Message {
        Message::new(Role::Assistant, parts)
    }

    #[test]
    fn roles_keep_their_rank_and_order() {
        let messages = vec![
            Message::system("a"),
            Message::user("b"),
            Message::text(Role::Developer, "c"),
            Message::assistant("d"),
        ];
        let (input, losses) = send_messages(messages);
        let expected = concat!(
            r#"[{"type":"message","role":"system","content":[{"type":"input_text","text":"a"}]},"#,
            r#"{"type":"message","role":"user","content":[{"type":"input_text","text":"b"}]},"#,
            r#"{"type":"message","role":"developer","content":[{"type":"input_text","text":"c"}]},"#,
            r#"{"type":"message","role":"assistant","content":[{"type":"output_text","text":"d","annotations":[]}]}]"#,
        );
        assert_eq!((input.as_str(), losses.len()), (expected, 0));
    }

    #[test]
    fn media_have_their_forms() {
        let mut file = media(MediaKind::File, Source::Base64("QQ==".into()), Some("application/pdf"));
        file.cache = Some(CacheMark { ttl: Some("30m".into()) });
        if let Content::Media(media) = &mut file.content {
            media.name = Some("a.pdf".into());
        }
        let (input, losses) = send_messages(vec![Message::new(
            Role::User,
            vec![
                media(MediaKind::Image, Source::Base64("QQ==".into()), Some("image/png")),
                media(MediaKind::Image, Source::Url("https://x/y".into()), None),
                media(MediaKind::Image, Source::Id { vendor: "openai".into(), id: "f".into() }, None),
                file,
                media(MediaKind::File, Source::Url("https://x/z".into()), None),
                media(MediaKind::File, Source::Text("plain".into()), None),
            ],
        )]);
        let expected = concat!(
            r#"[{"type":"message","role":"user","content":["#,
            r#"{"type":"input_image","image_url":"data:image/png;base64,QQ==","detail":"auto"},"#,
            r#"{"type":"input_image","image_url":"https://x/y","detail":"auto"},"#,
            r#"{"type":"input_image","file_id":"f","detail":"auto"},"#,
            r#"{"type":"input_file","file_data":"data:application/pdf;base64,QQ==","filename":"a.pdf","prompt_cache_breakpoint":{"mode":"explicit","ttl":"30m"}},"#,
            r#"{"type":"input_file","file_url":"https://x/z"},"#,
            r#"{"type":"input_text","text":"plain"}]}]"#,
        );
        assert_eq!(input, expected);
        assert_eq!(losses, ["messages[0].parts[5] approximated: a document of plain text goes as text"]);
    }

    #[test]
    fn what_no_item_can_hold_is_refused() {
        let sound = || media(MediaKind::Audio, Source::Base64("QQ==".into()), Some("audio/wav"));
        let picture = || media(MediaKind::Image, Source::Url("u".into()), None);
        let untyped = media(MediaKind::Image, Source::Base64("QQ==".into()), None);
        for (role, part) in [
            (Role::User, sound()),
            (Role::Tool, result("c", vec![sound()], false)),
            (Role::Tool, result("c", vec![thinking("t", true)], false)),
            (Role::Assistant, picture()),
            (Role::User, untyped),
        ] {
            let error = send(&Request::new("m", vec![Message::new(role, vec![part])])).err();
            assert!(error.is_some_and(|e| e.to_string().contains("messages[0].parts[0]")));
        }
    }

    #[test]
    fn thinking_goes_back_as_the_items_it_was() {
        let id = [("id", r#""r""#)];
        let last = [("id", r#""r""#), ("encrypted_content", r#""e""#)];
        let (input, losses) = send_messages(vec![assistant(vec![
            with_state(thinking("a", true), "openai", &id),
            with_state(thinking("b", false), "openai", &last),
            with_state(thinking("", true), "openai", &last),
            with_state(Part::text("t"), "openai", &[("id", r#""m""#), ("phase", r#""commentary""#)]),
            with_state(call(Some("c"), "go", ""), "openai", &[("id", r#""f""#), ("namespace", r#""n""#)]),
        ])]);
        let expected = concat!(
            r#"[{"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"a"}],"#,
            r#""content":[{"type":"reasoning_text","text":"b"}],"encrypted_content":"e"},"#,
            r#"{"type":"reasoning","id":"r","summary":[],"encrypted_content":"e"},"#,
            r#"{"type":"message","role":"assistant","id":"m","phase":"commentary","status":"completed","#,
            r#""content":[{"type":"output_text","text":"t","annotations":[]}]},"#,
            r#"{"type":"function_call","id":"f","call_id":"c","name":"go","arguments":"{}","namespace":"n"}]"#,
        );
        assert_eq!((input.as_str(), losses.len()), (expected, 0));
    }

    #[test]
    fn ids_do_not_go_without_the_thinking_before_them() {
        let mut request = Request::new(
            "m",
            vec![assistant(vec![
                with_state(thinking("a", true), "openai", &[("id", r#""r""#)]),
                with_state(call(Some("c"), "go", "{}"), "openai", &[("id", r#""f""#)]),
            ])],
        );
        assert!(send(&request).expect("good").losses.is_empty());
        request.state.store = Some(false);
        let sent = send(&request).expect("good");
        let expected = r#"[{"type":"function_call","call_id":"c","name":"go","arguments":"{}"}]"#;
        assert!(sent.json.contains(expected), "{}", sent.json);
        assert_eq!(sent.losses.len(), 2);
    }

    #[test]
    fn state_of_another_vendor_stays_here() {
        let signature = [("signature", r#""s""#)];
        let (input, losses) = send_messages(vec![assistant(vec![
            with_state(thinking("a", false), "anthropic", &signature),
            with_state(Part::text("t"), "anthropic", &[("id", r#""m""#)]),
            Part::new(Content::Vendor {
                vendor: "anthropic".into(),
                wire: Wire::Anthropic,
                kind: "redacted_thinking".into(),
                json: raw("{}"),
            }),
            Part::new(Content::Vendor {
                vendor: "openai".into(),
                wire: WIRE,
                kind: "web_search_call".into(),
                json: raw(r#"{"type":"web_search_call", "b":1,"a":1.0}"#),
            }),
        ])]);
        let expected = concat!(
            r#"[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","annotations":[]}]},"#,
            r#"{"type":"web_search_call", "b":1,"a":1.0}]"#,
        );
        assert_eq!(input, expected);
        let paths: Vec<&str> = losses.iter().map(|l| l.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(
            paths,
            [
                "messages[0].parts[0].opaque.signature",
                "messages[0].parts[0]",
                "messages[0].parts[1].opaque.id",
                "messages[0].parts[2]"
            ]
        );
    }

    #[test]
    fn results_are_text_or_parts() {
        let picture = media(MediaKind::Image, Source::Url("u".into()), None);
        let (input, losses) = send_messages(vec![Message::new(
            Role::Tool,
            vec![
                result("a", vec![Part::text("x")], false),
                result("b", vec![], false),
                result("c", vec![Part::text("x"), picture.clone()], false),
                result("d", vec![Part::text("x")], true),
                result("e", vec![picture], true),
                result("f", vec![], true),
            ],
        )]);
        let image = r#"{"type":"input_image","image_url":"u","detail":"auto"}"#;
        let expected = [
            r#"{"type":"function_call_output","call_id":"a","output":"x"}"#.to_string(),
            r#"{"type":"function_call_output","call_id":"b","output":""}"#.to_string(),
            alloc::format!(
                r#"{{"type":"function_call_output","call_id":"c","output":[{{"type":"input_text","text":"x"}},{image}]}}"#
            ),
            r#"{"type":"function_call_output","call_id":"d","output":"Error: x"}"#.to_string(),
            alloc::format!(
                r#"{{"type":"function_call_output","call_id":"e","output":[{{"type":"input_text","text":"Error"}},{image}]}}"#
            ),
            r#"{"type":"function_call_output","call_id":"f","output":"Error"}"#.to_string(),
        ];
        assert_eq!(input, alloc::format!("[{}]", expected.join(",")));
        assert_eq!(losses.len(), 3);
    }

    #[test]
    fn calls_without_an_id_get_one_that_their_results_share() {
        let mut named = result("", vec![], false);
        if let Content::ToolResult(result) = &mut named.content {
            result.name = Some("b".into());
        }
        let (input, losses) = send_messages(vec![
            assistant(vec![call(None, "a", "{}"), call(Some(""), "b", "{}")]),
            Message::new(Role::Tool, vec![named, result("", vec![], false)]),
        ]);
        let (_, outputs) = input.split_once(r#"{"type":"function_call_output""#).expect("outputs");
        assert!(outputs.starts_with(r#","call_id":"call_0_1""#), "{input}");
        assert!(outputs.contains(r#""call_id":"call_0_0""#), "{input}");
        assert_eq!(losses.len(), 2);
    }

    #[test]
    fn fields_of_other_wires_and_places_are_reported() {
        let mut text = Part::text("t");
        text.extensions = vec![
            Extension::new(Wire::Gemini, "thought", raw("true")),
            Extension::new(WIRE, "logprobs", raw("[]")),
            Extension::new(WIRE, "type", raw("1")),
        ];
        text.cache = Some(CacheMark::default());
        if let Content::Text { citations, .. } = &mut text.content {
            *citations = vec![
                Citation { wire: WIRE, raw: raw(r#"{"url":"u"}"#) },
                Citation { wire: Wire::Gemini, raw: raw("{}") },
            ];
        }
        let mut message = assistant(vec![text]);
        message.extensions = vec![
            Extension::new(WIRE, "phase", raw(r#""final_answer""#)),
            Extension::new(Wire::OpenaiChat, "name", raw(r#""x""#)),
        ];
        let (input, losses) = send_messages(vec![message]);
        let expected = concat!(
            r#"[{"type":"message","role":"assistant","content":[{"type":"output_text","text":"t","#,
            r#""annotations":[{"url":"u"}],"logprobs":[]}],"phase":"final_answer"}]"#
        );
        assert_eq!(input, expected);
        let paths: Vec<&str> = losses.iter().map(|l| l.split(' ').next().unwrap_or_default()).collect();
        assert_eq!(
            paths,
            [
                "messages[0].parts[0].cache",
                "messages[0].parts[0].citations",
                "messages[0].parts[0].extensions.thought",
                "messages[0].parts[0].extensions.type",
                "messages[0].extensions.name"
            ]
        );
    }

    #[test]
    fn what_came_goes_back_as_it_was() {
        let items = concat!(
            r#"{"type":"reasoning","id":"r","summary":[{"type":"summary_text","text":"s"}],"encrypted_content":"e"},"#,
            r#"{"id":"w","type":"web_search_call","status":"completed","action":{"b":1,"a":1.0}},"#,
            r#"{"type":"message","role":"assistant","id":"m","phase":"commentary","status":"completed","#,
            r#""content":[{"type":"output_text","text":"a","annotations":[{"type":"x"}]},"#,
            r#"{"type":"refusal","refusal":"no"}]},"#,
            r#"{"type":"function_call","id":"f","call_id":"c","name":"go","arguments":"{\"b\": 1}","namespace":"n"},"#,
            r#"{"type":"custom_tool_call","id":"g","call_id":"d","name":"say","input":"x"},"#,
            r#"{"type":"image_generation_call","id":"i","status":"completed","result":"QQ=="}"#,
        );
        let body = alloc::format!(r#"{{"object":"response","status":"completed","output":[{items}]}}"#);
        let (input, losses) = send_messages(vec![decode(&[&body]).response.to_message()]);
        assert_eq!((input, losses.len()), (alloc::format!("[{items}]"), 0));
    }
}
