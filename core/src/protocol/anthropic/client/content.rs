//! Messages: the system prompt, turns, and the blocks they are made of.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::cache::Marks;
use super::media;
use super::tools::with_extensions;
use crate::json::Writer;
use crate::model::{Content, LossAction, Message, Part, Role, ToolCall, ToolCallKind, ToolResult, Wire};
use crate::protocol::anthropic::object::with_field;
use crate::protocol::encoding::{EncodeError, Encoding};
use crate::protocol::made_ids::MadeIds;

/// The fields of a request that are about the conversation, JSON text.
pub(super) struct Conversation {
    pub(super) system: Option<String>,
    pub(super) messages: String,
}

/// Writes the conversation. What a system or developer says before anyone else is the system prompt;
/// later words of theirs are turns of their own.
pub(super) fn encode(encoding: &mut Encoding<'_>, marks: &mut Marks) -> Result<Conversation, EncodeError> {
    encoding.lose_empty_messages();
    let all = &encoding.request.messages[..];
    let leading = all.iter().take_while(|m| is_system(m.role)).count();
    let mut scribe = Scribe { encoding, marks, made_ids: MadeIds::default() };
    let system = scribe.system(&all[..leading])?;
    let mut messages = Vec::new();
    for turn in turns(all, leading) {
        messages.extend(scribe.turn(all, turn)?);
    }
    if messages.is_empty() {
        return Err(EncodeError::Invalid {
            path: "messages".into(),
            why: "expected a message of the user or the assistant with content, found none".into(),
        });
    }
    Ok(Conversation { system, messages: alloc::format!("[{}]", messages.join(",")) })
}

const fn is_system(role: Role) -> bool {
    matches!(role, Role::Developer | Role::System)
}

/// Messages that go as one: a message, or a run of tool results and the user's words before them.
struct Turn {
    first: usize,
    last: usize,
}

fn turns(all: &[Message], leading: usize) -> Vec<Turn> {
    let mut turns: Vec<Turn> = Vec::new();
    for (at, message) in all.iter().enumerate().skip(leading) {
        let joins = message.role == Role::Tool
            && matches!(all[..at].last(), Some(before) if at > leading
            && matches!(before.role, Role::Tool | Role::User));
        match turns.last_mut().filter(|_| joins) {
            Some(turn) => turn.last = at,
            None => turns.push(Turn { first: at, last: at }),
        }
    }
    turns
}

/// Where a block stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Assistant,
    /// Inside a tool result.
    Result,
    System,
    User,
}

struct Scribe<'e, 'a> {
    encoding: &'e mut Encoding<'a>,
    marks: &'e mut Marks,
    made_ids: MadeIds,
}

impl Scribe<'_, '_> {
    fn lose(&mut self, action: LossAction, path: &str, why: impl Into<String>) {
        self.encoding.lose(action, path, why);
    }

    fn system(&mut self, messages: &[Message]) -> Result<Option<String>, EncodeError> {
        let mut blocks = Vec::new();
        for (at, message) in messages.iter().enumerate() {
            let path = alloc::format!("messages[{at}]");
            self.developer(message, &path);
            for extension in &message.extensions {
                let path = alloc::format!("{path}.{}", extension.name);
                self.lose(LossAction::Dropped, &path, "the system prompt has no fields");
            }
            self.blocks(&path, &message.parts, Place::System, &mut blocks)?;
        }
        let parts = || messages.iter().flat_map(|m| &m.parts);
        Ok(content(parts(), blocks))
    }

    /// Says that a developer's words go as the system's.
    fn developer(&mut self, message: &Message, path: &str) {
        if message.role == Role::Developer {
            self.lose(LossAction::Renamed, path, "the wire has no role `developer`; it goes as `system`");
        }
    }

    fn turn(&mut self, all: &[Message], turn: Turn) -> Result<Option<String>, EncodeError> {
        let messages = &all[turn.first..=turn.last];
        let (role, place) = match messages[0].role {
            Role::Assistant => ("assistant", Place::Assistant),
            Role::Developer | Role::System => ("system", Place::System),
            Role::Tool | Role::User => ("user", Place::User),
        };
        let mut blocks = Vec::new();
        for (at, message) in (turn.first..).zip(messages) {
            let path = alloc::format!("messages[{at}]");
            self.developer(message, &path);
            self.blocks(&path, &message.parts, place, &mut blocks)?;
        }
        let parts = || messages.iter().flat_map(|m| &m.parts);
        if !parts().is_sorted_by_key(|part| !is_result(part)) {
            let why = "tool results must be the first blocks of their turn";
            self.lose(LossAction::Approximated, &alloc::format!("messages[{}]", turn.first), why);
            blocks.sort_by_key(|block| !block.is_result);
        }
        let Some(content) = content(parts(), blocks) else { return Ok(None) };
        let mut w = Writer::new();
        w.object(|w| {
            w.key("role").string(role);
            w.key("content").raw(&content);
        });
        let mut json = w.finish();
        for (at, message) in (turn.first..).zip(messages) {
            let path = alloc::format!("messages[{at}]");
            json = with_extensions(self.encoding, &path, json, &message.extensions);
        }
        Ok(Some(json))
    }

    fn blocks(
        &mut self,
        path: &str,
        parts: &[Part],
        place: Place,
        blocks: &mut Vec<Written>,
    ) -> Result<(), EncodeError> {
        let name = if place == Place::Result { "content" } else { "parts" };
        for (at, part) in parts.iter().enumerate() {
            let path = alloc::format!("{path}.{name}[{at}]");
            if let Some(json) = self.block(&path, part, place)? {
                blocks.push(Written { json, is_result: is_result(part) });
            }
        }
        Ok(())
    }

    fn block(&mut self, path: &str, part: &Part, place: Place) -> Result<Option<String>, EncodeError> {
        let Some(mut json) = self.bare_block(path, part, place)? else { return Ok(None) };
        for opaque in &part.opaque {
            let is_known = self.is_native(&opaque.vendor)
                && match part.content {
                    Content::Reasoning(_) => opaque.field == "signature",
                    Content::ToolCall(_) => matches!(&*opaque.field, "caller" | "toolset_name"),
                    Content::ToolResult(_) => opaque.field == "toolset_name",
                    _ => false,
                };
            if is_known {
                json = with_field(&json, &opaque.field, opaque.value.as_str());
            } else {
                let why = alloc::format!("only {} knows this state", opaque.vendor);
                self.lose(LossAction::Dropped, &alloc::format!("{path}.{}", opaque.field), why);
            }
        }
        if let Some(mark) = &part.cache {
            if matches!(part.content, Content::Reasoning(_)) {
                let path = alloc::format!("{path}.cache");
                self.lose(LossAction::Dropped, &path, "thinking takes no cache mark");
            } else if let Some(control) = self.marks.control(self.encoding, path, mark) {
                json = with_field(&json, "cache_control", &control);
            }
        }
        Ok(Some(with_extensions(self.encoding, path, json, &part.extensions)))
    }

    /// The block without marks, state and extensions; `None` where it is left out.
    fn bare_block(&mut self, path: &str, part: &Part, place: Place) -> Result<Option<String>, EncodeError> {
        let block = match &part.content {
            Content::Media(media) if matches!(place, Place::Result | Place::User) => {
                media::encode(self.encoding, path, media)?
            }
            Content::Media(_) => {
                return Err(self.encoding.refuse(path, "only a user's turn and a tool result hold media"));
            }
            Content::Reasoning(reasoning) => {
                let signature = part.opaque_field("signature").filter(|o| self.is_native(&o.vendor));
                if signature.is_none() || place != Place::Assistant {
                    let why = "thinking goes back only with this vendor's signature";
                    self.lose(LossAction::Dropped, path, why);
                    return Ok(None);
                }
                typed("thinking", |w| w.key("thinking").string(&reasoning.text))
            }
            Content::Refusal(text) => {
                self.lose(LossAction::Approximated, path, "the wire has no refusal part; it goes as text");
                return Ok((!text.is_empty()).then(|| typed("text", |w| w.key("text").string(text))));
            }
            Content::Text { text, .. } if text.is_empty() => {
                self.lose(LossAction::Dropped, path, "the wire has no empty text");
                return Ok(None);
            }
            Content::Text { text, .. } => {
                let citations = self.citations(path, part, place);
                typed("text", |w| {
                    w.key("text").string(text);
                    w.opt_raw("citations", citations.as_deref());
                })
            }
            Content::ToolCall(call) if place == Place::Assistant => self.tool_call(path, call)?,
            Content::ToolCall(_) => {
                return Err(self.encoding.refuse(path, "only the assistant calls tools"));
            }
            Content::ToolResult(result) if place == Place::User => self.tool_result(path, result)?,
            Content::ToolResult(_) => {
                return Err(self.encoding.refuse(path, "a tool result stands in a turn of the tool or user"));
            }
            Content::Vendor { vendor, wire: Wire::Anthropic, json, .. } if self.is_native(vendor) => {
                json.as_str().into()
            }
            Content::Vendor { vendor, wire, kind, .. } => {
                let why = alloc::format!("only {vendor} on {wire} knows {kind:?}");
                self.lose(LossAction::Dropped, path, why);
                return Ok(None);
            }
        };
        Ok(Some(block))
    }

    fn is_native(&self, vendor: &str) -> bool {
        vendor == self.encoding.target.dialect.vendor
    }

    /// A text's citations of this wire; the API takes them from the assistant only.
    fn citations(&mut self, path: &str, part: &Part, place: Place) -> Option<String> {
        let Content::Text { citations, .. } = &part.content else { return None };
        let mut kept = Vec::new();
        for (at, citation) in citations.iter().enumerate() {
            if citation.wire == Wire::Anthropic && place == Place::Assistant {
                kept.push(citation.raw.as_str());
                continue;
            }
            let why = match citation.wire {
                Wire::Anthropic => String::from("only the assistant's text holds citations"),
                wire => alloc::format!("only {wire} knows this citation"),
            };
            self.lose(LossAction::Dropped, &alloc::format!("{path}.citations[{at}]"), why);
        }
        (!kept.is_empty()).then(|| alloc::format!("[{}]", kept.join(",")))
    }

    fn tool_call(&mut self, path: &str, call: &ToolCall) -> Result<String, EncodeError> {
        let at = alloc::format!("{path}.arguments");
        let input = match call.kind {
            ToolCallKind::Freeform => {
                self.lose(LossAction::Approximated, &at, "freeform input goes as an object with one string");
                let mut w = Writer::new();
                w.object(|w| w.key("input").string(&call.arguments));
                Cow::Owned(w.finish())
            }
            ToolCallKind::Function => call.object().map_err(|error| {
                let why =
                    alloc::format!("the wire carries arguments as an object, and these are none: {error}");
                self.encoding.refuse(at, why)
            })?,
        };
        let id = match call.id.as_deref() {
            Some(id) if !id.is_empty() => self.id(path, id),
            _ => Cow::Owned(self.make_id(path, &call.name)),
        };
        Ok(typed("tool_use", |w| {
            w.key("id").string(&id);
            w.key("name").string(&call.name);
            w.key("input").raw(&input);
        }))
    }

    fn tool_result(&mut self, path: &str, result: &ToolResult) -> Result<String, EncodeError> {
        let id = if result.call_id.is_empty() {
            let made = self.made_ids.take(result.name.as_deref());
            Cow::Owned(made.ok_or_else(|| no_id(alloc::format!("{path}.call_id")))?)
        } else {
            self.id(path, &result.call_id)
        };
        let mut blocks = Vec::new();
        self.blocks(path, &result.content, Place::Result, &mut blocks)?;
        let content = content(result.content.iter(), blocks);
        Ok(typed("tool_result", |w| {
            w.key("tool_use_id").string(&id);
            w.opt_raw("content", content.as_deref());
            w.opt_bool("is_error", result.is_error.then_some(true));
        }))
    }

    /// An id for a call at `path` that has none, the same each time that the conversation is sent.
    fn make_id(&mut self, path: &str, name: &str) -> String {
        let mut id = String::from("call");
        for number in path.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()) {
            id.push('_');
            id.push_str(number);
        }
        let why = "the call had no id and got one from its place";
        self.lose(LossAction::Approximated, &alloc::format!("{path}.id"), why);
        self.made_ids.add(name, &id);
        id
    }

    /// An id in the characters that the API accepts; the same id changes in the same way each time.
    fn id<'i>(&mut self, path: &str, id: &'i str) -> Cow<'i, str> {
        let is_good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
        if id.chars().all(is_good) {
            return Cow::Borrowed(id);
        }
        let renamed: String = id.chars().map(|c| if is_good(c) { c } else { '_' }).collect();
        let why = alloc::format!("an id has letters, digits, `_` and `-` only; it goes as {renamed:?}");
        self.lose(LossAction::Renamed, &alloc::format!("{path}.id"), why);
        Cow::Owned(renamed)
    }
}

fn no_id(path: String) -> EncodeError {
    EncodeError::Invalid { path, why: "expected an id that ties call and result together, found none".into() }
}

/// A block that is written.
struct Written {
    json: String,
    is_result: bool,
}

const fn is_result(part: &Part) -> bool {
    matches!(part.content, Content::ToolResult(_))
}

/// Blocks as the value of `content` or `system`: a string where there is one bare text.
fn content<'p>(mut parts: impl Iterator<Item = &'p Part>, blocks: Vec<Written>) -> Option<String> {
    if blocks.is_empty() {
        return None;
    }
    if let (Some(Part { content: Content::Text { text, citations }, cache: None, opaque, extensions }), None) =
        (parts.next(), parts.next())
        && citations.is_empty()
        && opaque.is_empty()
        && extensions.is_empty()
    {
        let mut w = Writer::new();
        w.string(text);
        return Some(w.finish());
    }
    let blocks: Vec<String> = blocks.into_iter().map(|block| block.json).collect();
    Some(alloc::format!("[{}]", blocks.join(",")))
}

fn typed(kind: &str, fields: impl FnOnce(&mut Writer)) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("type").string(kind);
        fields(w);
    });
    w.finish()
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;
    use alloc::vec;

    use super::super::encoded::body_of;
    use super::*;
    use crate::json::RawJson;
    use crate::model::{
        CacheMark, Citation, Extension, Loss, Media, MediaKind, Opaque, ReasoningText, Request, Source,
    };
    use crate::protocol::anthropic::object::field;

    fn encoded(messages: Vec<Message>) -> (String, String, Vec<Loss>) {
        let (body, losses) = body_of(&Request::new("claude", messages)).expect("a body");
        let get = |name| String::from(field(&body, name).unwrap_or("none"));
        (get("system"), get("messages"), losses)
    }

    fn refused(message: Message) -> String {
        body_of(&Request::new("claude", vec![message])).expect_err("a refusal").to_string()
    }

    fn raw(json: &str) -> RawJson {
        RawJson::parse(json).expect("JSON")
    }

    fn state(vendor: &str, field: &str, json: &str) -> Opaque {
        Opaque { vendor: vendor.into(), model: None, field: field.into(), value: raw(json) }
    }

    fn call(id: &str, arguments: &str) -> Part {
        Part::new(Content::ToolCall(ToolCall {
            id: Some(id.into()),
            name: "f".into(),
            arguments: arguments.into(),
            kind: ToolCallKind::Function,
        }))
    }

    fn result(id: &str, text: &str) -> Part {
        Part::new(Content::ToolResult(ToolResult {
            call_id: id.into(),
            name: None,
            content: vec![Part::text(text)],
            is_error: false,
            kind: ToolCallKind::Function,
        }))
    }

    fn media(kind: MediaKind, source: Source, media_type: Option<&str>) -> Part {
        let media_type = media_type.map(Into::into);
        Part::new(Content::Media(Media { kind, source, media_type, name: None, detail: None }))
    }

    fn user(part: Part) -> Message {
        Message::new(Role::User, vec![part])
    }

    #[test]
    fn leading_system_words_are_the_system_prompt() {
        let mut marked = Part::text("b");
        marked.cache = Some(CacheMark { ttl: Some("5m".into()) });
        let (system, messages, losses) = encoded(vec![
            Message::system("a"),
            Message::new(Role::Developer, vec![marked]),
            Message::user("Hi"),
            Message::system("c"),
        ]);
        assert_eq!(
            system,
            r#"[{"type":"text","text":"a"},{"type":"text","text":"b","cache_control":{"type":"ephemeral","ttl":"5m"}}]"#
        );
        assert_eq!(messages, r#"[{"role":"user","content":"Hi"},{"role":"system","content":"c"}]"#);
        assert_eq!((losses.len(), losses[0].action), (1, LossAction::Renamed));
        assert_eq!(encoded(vec![Message::system("a"), Message::user("b")]).0, "\"a\"");
    }

    #[test]
    fn results_come_first_in_the_users_turn() {
        let (_, messages, losses) = encoded(vec![
            Message::user("Hi"),
            Message::new(Role::Assistant, vec![call("t1", "{\"b\": 1.0}"), call("t2", "")]),
            Message::new(Role::User, vec![Part::text("so"), result("t1", "1")]),
            Message::new(Role::Tool, vec![result("t2", "2")]),
            Message::user("and"),
        ]);
        let expected = concat!(
            r#"[{"role":"user","content":"Hi"},"#,
            r#"{"role":"assistant","content":[{"type":"tool_use","id":"t1","name":"f","input":{"b": 1.0}},"#,
            r#"{"type":"tool_use","id":"t2","name":"f","input":{}}]},"#,
            r#"{"role":"user","content":[{"type":"tool_result","tool_use_id":"t1","content":"1"},"#,
            r#"{"type":"tool_result","tool_use_id":"t2","content":"2"},{"type":"text","text":"so"}]},"#,
            r#"{"role":"user","content":"and"}]"#
        );
        assert_eq!(messages, expected);
        assert_eq!((losses.len(), losses[0].path.as_str()), (1, "messages[2]"));
    }

    #[test]
    fn arguments_that_are_no_object_are_refused() {
        for bad in ["{\"a\":", "[1]", "text"] {
            let shown = refused(Message::new(Role::Assistant, vec![call("t", bad)]));
            assert!(shown.contains("messages[0].parts[0].arguments"), "{shown}");
        }
    }

    #[test]
    fn calls_without_ids_get_one_from_their_place() {
        let nameless = |name: &str| {
            let mut part = call("", "{}");
            if let Content::ToolCall(call) = &mut part.content {
                call.id = None;
                call.name = name.into();
            }
            part
        };
        let answer = |name: &str| {
            let mut part = result("", "x");
            if let Content::ToolResult(result) = &mut part.content {
                result.name = Some(name.into());
            }
            part
        };
        let (_, messages, losses) = encoded(vec![
            Message::user("a"),
            Message::new(Role::Assistant, vec![nameless("f"), nameless("g"), nameless("f")]),
            Message::new(Role::Tool, vec![answer("g"), answer("f"), answer("f")]),
        ]);
        let ids: Vec<&str> = messages.split('"').filter(|text| text.starts_with("call_")).collect();
        assert_eq!(ids, ["call_1_0", "call_1_1", "call_1_2", "call_1_1", "call_1_0", "call_1_2"]);
        assert!(losses.iter().all(|loss| loss.action == LossAction::Approximated));
        assert_eq!(losses.len(), 3);
        assert!(refused(Message::new(Role::Tool, vec![answer("f")])).contains("call_id"));
    }

    #[test]
    fn foreign_ids_change_alike() {
        let (_, messages, losses) = encoded(vec![
            Message::new(Role::Assistant, vec![call("f.g:0", "{}")]),
            Message::new(Role::Tool, vec![result("f.g:0", "x")]),
        ]);
        assert_eq!(messages.matches("f_g_0").count(), 2);
        assert!(losses.iter().all(|loss| loss.action == LossAction::Renamed) && losses.len() == 2);
    }

    #[test]
    fn thinking_goes_back_with_its_own_signature_only() {
        let thinking = |vendor| {
            let text = ReasoningText { text: "hm".into(), is_summary: false };
            let mut part = Part::new(Content::Reasoning(text));
            part.opaque.push(state(vendor, "signature", r#""a\/b""#));
            Message::new(Role::Assistant, vec![part, Part::text("x")])
        };
        let (_, messages, losses) = encoded(vec![thinking("anthropic")]);
        assert!(messages.contains(r#"{"type":"thinking","thinking":"hm","signature":"a\/b"}"#), "{messages}");
        assert!(losses.is_empty());
        let (_, messages, losses) = encoded(vec![thinking("google")]);
        assert!(!messages.contains("thinking"), "{messages}");
        assert_eq!(losses[0].path, "messages[0].parts[0]");
    }

    #[test]
    fn vendor_state_goes_home_only() {
        let vendor = |vendor: &str, wire, kind: &str, json| {
            Part::new(Content::Vendor { vendor: vendor.into(), wire, kind: kind.into(), json: raw(json) })
        };
        let redacted = "redacted_thinking";
        let mut called = call("t", "{}");
        called.opaque =
            vec![state("anthropic", "caller", r#"{"type":"direct"}"#), state("openai", "id", "\"i\"")];
        let (_, messages, losses) = encoded(vec![Message::new(
            Role::Assistant,
            vec![
                vendor(
                    "anthropic",
                    Wire::Anthropic,
                    redacted,
                    r#"{"type": "redacted_thinking", "data":"=="}"#,
                ),
                vendor("openai", Wire::OpenaiResponses, "reasoning", r#"{"type":"reasoning"}"#),
                vendor("openrouter", Wire::Anthropic, redacted, "{}"),
                called,
            ],
        )]);
        assert!(messages.contains(r#"[{"type": "redacted_thinking", "data":"=="},{"type":"tool_use""#));
        assert!(messages.contains(r#""input":{},"caller":{"type":"direct"}}"#), "{messages}");
        let paths: Vec<&str> = losses.iter().map(|loss| loss.path.as_str()).collect();
        assert_eq!(paths, ["messages[0].parts[1]", "messages[0].parts[2]", "messages[0].parts[3].id"]);
    }

    #[test]
    fn citations_go_back_in_the_assistants_text() {
        let cited = |role, wire| {
            let citations = vec![Citation { wire, raw: raw(r#"{"type":"char_location"}"#) }];
            Message::new(role, vec![Part::new(Content::Text { text: "a".into(), citations })])
        };
        let (_, messages, losses) = encoded(vec![
            cited(Role::Assistant, Wire::Anthropic),
            cited(Role::Assistant, Wire::OpenaiChat),
            cited(Role::User, Wire::Anthropic),
        ]);
        assert_eq!(messages.matches("citations").count(), 1);
        assert_eq!(losses.len(), 2);
    }

    #[test]
    fn media_have_every_source() {
        use MediaKind::{File, Image};
        let base64 = |text: &str| Source::Base64(text.into());
        for (part, expected) in [
            (
                media(Image, base64("iVBORw0KGgoA"), None),
                r#"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBORw0KGgoA"}}"#,
            ),
            (
                media(Image, base64("AA"), Some("image/jpg")),
                r#"{"type":"image","source":{"type":"base64","media_type":"image/jpeg","data":"AA"}}"#,
            ),
            (
                media(Image, Source::Url("data:image/gif;base64,AA".into()), None),
                r#"{"type":"image","source":{"type":"base64","media_type":"image/gif","data":"AA"}}"#,
            ),
            (
                media(Image, Source::Url("https://h/i".into()), None),
                r#"{"type":"image","source":{"type":"url","url":"https://h/i"}}"#,
            ),
            (
                media(File, Source::Id { vendor: "anthropic".into(), id: "file_1".into() }, None),
                r#"{"type":"document","source":{"type":"file","file_id":"file_1"}}"#,
            ),
            (
                media(File, base64("AA"), Some("application/pdf")),
                r#"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"AA"}}"#,
            ),
            (
                media(File, base64("w6k="), Some("text/plain; charset=utf-8")),
                r#"{"type":"document","source":{"type":"text","media_type":"text/plain","data":"é"}}"#,
            ),
        ] {
            let (_, messages, losses) = encoded(vec![user(part)]);
            assert_eq!(messages, alloc::format!(r#"[{{"role":"user","content":[{expected}]}}]"#));
            assert!(losses.is_empty());
        }
    }

    #[test]
    fn media_without_a_place_are_refused() {
        let source = || Source::Base64("AA".into());
        for message in [
            user(media(MediaKind::Audio, source(), None)),
            user(media(MediaKind::Video, source(), None)),
            user(media(MediaKind::Image, source(), Some("image/bmp"))),
            user(media(MediaKind::Image, source(), None)),
            Message::new(Role::System, vec![media(MediaKind::Image, source(), Some("image/png"))]),
        ] {
            let shown = refused(message);
            assert!(shown.contains("messages[0].parts[0]"), "{shown}");
        }
    }

    #[test]
    fn results_hold_blocks_errors_and_marks() {
        let mut part = result("t", "x");
        part.cache = Some(CacheMark::default());
        if let Content::ToolResult(result) = &mut part.content {
            result.is_error = true;
            result.content.push(media(MediaKind::Image, Source::Url("https://h".into()), None));
        }
        let (_, messages, _) = encoded(vec![Message::new(Role::Tool, vec![part])]);
        let expected = concat!(
            r#"[{"role":"user","content":[{"type":"tool_result","tool_use_id":"t","content":["#,
            r#"{"type":"text","text":"x"},{"type":"image","source":{"type":"url","url":"https://h"}}],"#,
            r#""is_error":true,"cache_control":{"type":"ephemeral"}}]}]"#
        );
        assert_eq!(messages, expected);
    }

    #[test]
    fn the_last_four_marks_are_kept() {
        let marked = |text: &str| {
            let mut part = Part::text(text);
            part.cache = Some(CacheMark { ttl: Some("12h".into()) });
            part
        };
        let (_, messages, losses) = encoded(vec![Message::new(
            Role::User,
            "abcdef".split("").filter(|s| !s.is_empty()).map(marked).collect(),
        )]);
        assert_eq!(messages.matches(r#""ttl":"1h""#).count(), 4);
        assert!(messages.starts_with(r#"[{"role":"user","content":[{"type":"text","text":"a"},{"type":"text","text":"b"},{"type":"text","text":"c","cache"#));
        assert_eq!(losses.iter().filter(|loss| loss.action == LossAction::Dropped).count(), 2);
    }

    #[test]
    fn empty_turns_are_left_out() {
        let (_, messages, losses) =
            encoded(vec![Message::user("a"), Message::assistant(""), Message::new(Role::User, vec![])]);
        assert_eq!(messages, r#"[{"role":"user","content":"a"}]"#);
        assert_eq!(losses.len(), 2);
        assert!(body_of(&Request::new("claude", vec![Message::system("a")])).is_err());
    }

    #[test]
    fn fields_of_one_wire_stay_on_it() {
        let mut message = user(media(MediaKind::File, Source::Text("x".into()), None));
        let extension = |wire, name: &str| Extension::new(wire, name, raw(r#"{"enabled":true}"#));
        message.parts[0].extensions =
            vec![extension(Wire::Anthropic, "citations"), extension(Wire::Gemini, "videoMetadata")];
        message.extensions = vec![extension(Wire::OpenaiChat, "name")];
        let (_, messages, losses) = encoded(vec![message]);
        assert!(messages.contains(r#""data":"x"},"citations":{"enabled":true}}]"#), "{messages}");
        let paths: Vec<&str> = losses.iter().map(|loss| loss.path.as_str()).collect();
        assert_eq!(paths, ["messages[0].parts[0].videoMetadata", "messages[0].name"]);
    }
}
