//! Messages of a request.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::assistant::{self, Turn};
use super::calls::{self, Answered};
use super::content::{self, opaque};
use super::object::{Object, extend};
use super::typed::{Path, Read, elements, fields, owned, raw, string, syntax};
use super::{NATIVE_VENDOR, cache, envelopes};
use crate::json::Reader;
use crate::map::Map;
use crate::model::{
    CacheMark, Content, Extension, Loss, LossAction, Media, MediaKind, Message, Part, Role, Source,
    ToolCallKind, ToolResult,
};
use crate::protocol::{SealKey, call_id};

/// The ids of sound that was made elsewhere and that OpenAI does not know.
pub(super) const FOREIGN_AUDIO: &str = "twaudio_";

/// The messages of a request.
pub(super) struct Messages {
    pub(super) messages: Vec<Message>,
    /// Whether something in them was made here, not by a provider of this wire.
    pub(super) is_marked: bool,
}

/// Reads the array of messages.
pub(super) fn read(
    r: &mut Reader<'_>,
    path: &Path<'_>,
    key: &SealKey,
    losses: &mut Vec<Loss>,
) -> Read<Messages> {
    let mut conversation = Conversation { key, losses, is_marked: false, answered: Map::new() };
    let mut messages = Vec::new();
    elements(r, path, |r, path| {
        let mut draft = Draft::default();
        fields(r, path, |key, r, at| conversation.field(&mut draft, key, r, at, path))?;
        messages.push(conversation.message(draft, path)?);
        Ok(())
    })?;
    Ok(Messages { messages, is_marked: conversation.is_marked })
}

struct Conversation<'k, 'l> {
    key: &'k SealKey,
    losses: &'l mut Vec<Loss>,
    is_marked: bool,
    /// The calls so far, by id: a result on this wire names only that.
    answered: Map<String, Answered>,
}

/// The fields of one message: which of them count depends on its role, which may stand last.
#[derive(Default)]
struct Draft<'a> {
    role: Option<Cow<'a, str>>,
    content: Vec<Part>,
    name: Option<&'a str>,
    tool_call_id: Option<&'a str>,
    refusal: Option<String>,
    audio: Option<&'a str>,
    reasoning_content: Option<String>,
    reasoning: Option<String>,
    details: Option<&'a str>,
    annotations: Option<&'a str>,
    calls: Vec<(String, Part)>,
    function_call: Option<&'a str>,
    mark: Option<CacheMark>,
    extensions: Vec<Extension>,
}

impl Draft<'_> {
    /// Whether it says that nothing was thought. DeepSeek refuses a turn with calls that does not say
    /// even that.
    fn is_thoughtless(&self) -> bool {
        self.reasoning_content.as_deref() == Some("") && self.reasoning.is_none() && self.details.is_none()
    }
}

impl Conversation<'_, '_> {
    fn field<'a>(
        &mut self,
        draft: &mut Draft<'a>,
        key: &str,
        r: &mut Reader<'a>,
        at: &Path<'_>,
        message: &Path<'_>,
    ) -> Read<()> {
        match key {
            "role" => draft.role = string(r, at)?,
            "content" => draft.content = content::read(r, at, self.losses)?,
            "name" => draft.name = raw(r)?,
            "tool_call_id" => draft.tool_call_id = raw(r)?,
            "refusal" => draft.refusal = owned(r, at)?.filter(|text| !text.is_empty()),
            "audio" => draft.audio = raw(r)?,
            "reasoning_content" => {
                draft.reasoning_content = owned(r, at)?;
                // DeepSeek refuses a turn with calls that lacks it, also where nothing was thought.
                if draft.reasoning_content.as_deref() == Some("") {
                    extend("", key, "\"\"", &mut draft.extensions, self.losses, message);
                }
            }
            "reasoning" => draft.reasoning = owned(r, at)?,
            "reasoning_details" => draft.details = raw(r)?,
            "annotations" => draft.annotations = raw(r)?,
            "tool_calls" if r.null() => {}
            "tool_calls" => elements(r, at, |r, at| {
                draft.calls.push(calls::read(r, at, self.losses)?);
                Ok(())
            })?,
            "function_call" => draft.function_call = raw(r)?,
            _ => {
                let value = r.raw().map_err(syntax)?;
                match cache::mark(value, "ephemeral").filter(|_| key == "cache_control") {
                    Some(mark) => draft.mark = Some(mark),
                    None => extend("", key, value, &mut draft.extensions, self.losses, message),
                }
            }
        }
        Ok(())
    }

    fn message(&mut self, mut draft: Draft<'_>, path: &Path<'_>) -> Read<Message> {
        let role = match draft.role.as_deref() {
            Some("assistant") => Role::Assistant,
            Some("developer") => Role::Developer,
            Some("system") => Role::System,
            Some("tool" | "function") => Role::Tool,
            Some("user") => Role::User,
            Some(other) => {
                let why = format!("expected assistant, developer, system, tool or user, found {other:?}");
                return Err(path.field("role").bad(why));
            }
            None => return Err(path.field("role").missing("a string")),
        };
        let extensions = core::mem::take(&mut draft.extensions);
        let mut message = Message { role, parts: Vec::new(), extensions };
        let name = draft.name.take_if(|_| role != Role::Tool).map(|raw| ("name", raw));
        let empty = draft.is_thoughtless().then_some(("reasoning_content", "\"\""));
        for (name, raw) in name.into_iter().chain(empty) {
            extend("", name, raw, &mut message.extensions, self.losses, path);
        }
        let mark = draft.mark.take();
        message.parts = match role {
            Role::Assistant => self.assistant(draft, path)?,
            Role::Tool => alloc::vec![self.result(draft, path)?],
            Role::Developer | Role::System | Role::User => {
                self.lose_misplaced(&draft, path);
                if draft.tool_call_id.is_some() {
                    self.lose(&path.field("tool_call_id"), "only a tool's message has it");
                }
                draft.content
            }
        };
        self.mark(mark, &mut message, path);
        Ok(message)
    }

    /// A mark on a message is one on its end.
    fn mark(&mut self, mark: Option<CacheMark>, message: &mut Message, path: &Path<'_>) {
        let Some(mark) = mark else { return };
        match message.parts.last_mut() {
            Some(last) => last.cache = last.cache.take().or(Some(mark)),
            None => {
                let why = "there is nothing in the message to put it on";
                self.lose(&path.field("cache_control"), why);
            }
        }
    }

    fn lose(&mut self, path: &Path<'_>, why: &str) {
        self.losses.push(Loss::new(LossAction::Dropped, format!("{path}"), why));
    }

    fn lose_misplaced(&mut self, draft: &Draft<'_>, path: &Path<'_>) {
        let has_calls = !draft.calls.is_empty() || draft.function_call.is_some();
        let thinks = draft.reasoning_content.is_some() || draft.reasoning.is_some();
        for (name, is_there) in [
            ("tool_calls", has_calls),
            ("reasoning", thinks || draft.details.is_some()),
            ("refusal", draft.refusal.is_some()),
            ("audio", draft.audio.is_some()),
        ] {
            if is_there {
                self.lose(&path.field(name), "only an assistant's message has it");
            }
        }
    }

    fn assistant(&mut self, draft: Draft<'_>, path: &Path<'_>) -> Read<Vec<Part>> {
        let mut turn = Turn::default();
        let stated = [draft.reasoning_content, draft.reasoning];
        turn.reasoning = stated.into_iter().flatten().find(|text| !text.is_empty()).unwrap_or_default();
        if let Some(raw) = draft.details {
            turn.entries = envelopes::read(raw, &path.field("reasoning_details"), self.key, self.losses)?;
            self.is_marked |= turn.entries.is_marked;
        }
        turn.content = draft.content.into();
        turn.citations = draft.annotations.map(assistant::citations).unwrap_or_default();
        turn.content.extend(draft.refusal.map(|text| Part::new(Content::Refusal(text))));
        if let Some(raw) = draft.audio {
            turn.content.extend(self.audio(raw, &path.field("audio"))?);
        }
        turn.calls = draft.calls;
        if let (Some(raw), true) = (draft.function_call, turn.calls.is_empty()) {
            let call = calls::read_legacy(raw, &path.field("function_call"))?;
            turn.calls.push((String::new(), call));
        }
        self.answered.extend(turn.calls.iter().filter_map(|(_, part)| Answered::of(part)));
        Ok(turn.into_parts(&format!("{path}"), self.losses))
    }

    /// Sound that the model made, by the id that it has there.
    fn audio(&mut self, raw: &str, path: &Path<'_>) -> Read<Option<Part>> {
        let mut object = Object::read(&mut Reader::new(raw), path)?;
        let id = content::demanded(&mut object, "id", path)?;
        if id.starts_with(FOREIGN_AUDIO) {
            self.is_marked = true;
            self.lose(path, "whoever made the sound takes none back");
            return Ok(None);
        }
        let state = opaque(NATIVE_VENDOR, "id", crate::json::RawJson::string(&id).as_str());
        let (kind, source) = (MediaKind::Audio, Source::Id { vendor: NATIVE_VENDOR.into(), id });
        let media = Media { kind, source, media_type: None, name: None, detail: None };
        let mut part = Part::new(Content::Media(media));
        part.opaque.push(state);
        Ok(Some(part))
    }

    /// The result of a call. Its call tells the tool's name and kind.
    fn result(&mut self, draft: Draft<'_>, path: &Path<'_>) -> Read<Part> {
        self.lose_misplaced(&draft, path);
        let text = |raw: Option<&str>, name: &str| match raw {
            Some(raw) => owned(&mut Reader::new(raw), &path.field(name)),
            None => Ok(None),
        };
        let (id, name) = (text(draft.tool_call_id, "tool_call_id")?, text(draft.name, "name")?);
        let call_id = match id {
            Some(id) => call_id::original(&id).into_owned(),
            None if name.is_some() => String::new(),
            None => return Err(path.field("tool_call_id").missing("a string")),
        };
        let answered = self.answered.get(&call_id);
        let kind = answered.map_or(ToolCallKind::Function, |call| call.kind);
        let name = answered.map(|call| call.name.clone()).or(name);
        let result = ToolResult { call_id, name, content: draft.content, is_error: false, kind };
        Ok(Part::new(Content::ToolResult(result)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::RawJson;
    use crate::model::{ReasoningText, ToolCall, Wire};

    fn messages(json: &str) -> (Vec<Message>, Vec<String>) {
        let mut losses = Vec::new();
        let path = Path::Root.field("messages");
        let messages =
            read(&mut Reader::new(json), &path, &SealKey::default(), &mut losses).expect(json).messages;
        (messages, losses.into_iter().map(|loss| loss.path).collect())
    }

    fn one(json: &str) -> Message {
        let (mut messages, losses) = messages(&format!("[{json}]"));
        assert_eq!(losses, [""; 0], "{json}");
        messages.pop().expect("one message")
    }

    #[test]
    fn every_role_speaks() {
        for (name, role) in [("developer", Role::Developer), ("system", Role::System), ("user", Role::User)] {
            assert_eq!(one(&format!(r#"{{"content":"a","role":"{name}"}}"#)), Message::text(role, "a"));
        }
        let named = one(r#"{"role":"user","name":"Ada","content":null}"#);
        let name = Extension::new(Wire::OpenaiChat, "name", RawJson::trusted("\"Ada\""));
        assert_eq!((named.parts, named.extensions), (Vec::new(), Vec::from([name])));
    }

    #[test]
    fn a_turn_is_thinking_text_refusal_and_calls() {
        let turn = one(concat!(
            r#"{"role":"assistant","tool_calls":[{"id":"c","type":"function","function":{"name":"f","arguments":"{ "}},"#,
            r#"{"id":"twid_ZnVuY3Rpb25zLmc6MQ","type":"custom","custom":{"name":"g","input":"x"}},{"type":"new","id":"n"}],"#,
            r#""refusal":"no","content":"hi","reasoning":"hm","reasoning_content":"","audio":null,"function_call":null}"#
        ));
        let call = |id: &str, name: &str, arguments: &str, kind| {
            let (id, name, arguments) = (Some(id.into()), name.into(), arguments.into());
            Part::new(Content::ToolCall(ToolCall { id, name, arguments, kind }))
        };
        let thought = ReasoningText { text: "hm".into(), is_summary: false };
        assert_eq!(
            turn.parts[..5],
            [
                Part::new(Content::Reasoning(thought)),
                Part::text("hi"),
                Part::new(Content::Refusal("no".into())),
                call("c", "f", "{ ", ToolCallKind::Function),
                call("functions.g:1", "g", "x", ToolCallKind::Freeform),
            ]
        );
        assert!(matches!(&turn.parts[5].content, Content::Vendor { kind, .. } if kind == "tool_calls.new"));
    }

    #[test]
    fn a_result_knows_the_tool_of_its_call() {
        let (messages, _) = messages(concat!(
            r#"[{"role":"assistant","tool_calls":[{"id":"c","type":"custom","custom":{"name":"f","input":"x"}}]},"#,
            r#"{"role":"tool","tool_call_id":"c","content":[{"type":"text","text":"r"}]},"#,
            r#"{"role":"tool","tool_call_id":"other","content":"r","name":"g"},"#,
            r#"{"role":"function","name":"h","content":"r"}]"#
        ));
        let result = |call_id: &str, name: &str, kind| {
            let (call_id, name, content) = (call_id.into(), Some(name.into()), Vec::from([Part::text("r")]));
            Content::ToolResult(ToolResult { call_id, name, content, is_error: false, kind })
        };
        assert_eq!(messages[1].parts[0].content, result("c", "f", ToolCallKind::Freeform));
        assert_eq!(messages[2].parts[0].content, result("other", "g", ToolCallKind::Function));
        assert_eq!(messages[3].parts[0].content, result("", "h", ToolCallKind::Function));
    }

    #[test]
    fn the_old_function_call_is_a_call_without_id() {
        let turn =
            one(r#"{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}}"#);
        let Content::ToolCall(call) = &turn.parts[0].content else { panic!("a call") };
        assert_eq!((call.id.as_deref(), &*call.name, &*call.arguments), (None, "f", "{}"));
    }

    #[test]
    fn sound_is_named_by_its_id_unless_it_was_made_elsewhere() {
        let turn = one(r#"{"role":"assistant","audio":{"id":"audio_1"}}"#);
        assert_eq!(turn.parts[0].opaque, [opaque("openai", "id", "\"audio_1\"")]);
        let (messages, losses) = messages(r#"[{"role":"assistant","audio":{"id":"twaudio_1"}}]"#);
        assert_eq!((messages[0].parts.len(), &*losses[0]), (0, "messages[0].audio"));
    }

    #[test]
    fn a_mark_on_a_message_is_one_on_its_end() {
        let message =
            one(r#"{"role":"system","content":["a","b"],"cache_control":{"type":"ephemeral","ttl":"1h"}}"#);
        let marks: Vec<_> = message.parts.into_iter().map(|part| part.cache).collect();
        assert_eq!(marks, [None, Some(CacheMark { ttl: Some("1h".into()) })]);
    }

    #[test]
    fn what_only_an_assistant_says_is_lost_elsewhere() {
        let (_, losses) = messages(r#"[{"role":"user","content":"a","refusal":"no","reasoning":"hm"}]"#);
        assert_eq!(losses, ["messages[0].reasoning", "messages[0].refusal"]);
    }

    #[test]
    fn an_empty_thought_that_was_stated_stays_stated() {
        let turn = one(r#"{"role":"assistant","content":"a","reasoning_content":""}"#);
        assert_eq!(turn.extensions[0].name, "reasoning_content");
        assert_eq!(turn.parts, [Part::text("a")]);
    }

    #[test]
    fn citations_and_unsealed_details_are_kept() {
        let turn = one(concat!(
            r#"{"role":"assistant","content":"a","annotations":[{"type":"url_citation"}],"#,
            r#""reasoning_details":[{"type":"reasoning.text","text":"t", "signature":"s"}]}"#
        ));
        let [thought, text] = &turn.parts[..] else { panic!("two parts") };
        assert_eq!(thought.opaque[0].vendor, "openrouter");
        assert_eq!(
            thought.opaque[0].value.as_str(),
            r#"[{"type":"reasoning.text","text":"t", "signature":"s"}]"#
        );
        assert!(matches!(&thought.content, Content::Reasoning(r) if r.text == "t"));
        assert!(matches!(&text.content, Content::Text { citations, .. } if citations.len() == 1));
    }
}
