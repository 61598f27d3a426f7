//! Parts of an answer.
//!
//! This wire carries arguments as an object, and SDKs run what calls they find by themselves. So
//! arguments that are none (cut, or never JSON) make no `functionCall`: with an empty object a tool
//! would run on what no model asked for, and a string breaks SDKs that check types. Calls beside such
//! a one go as they are.
//!
//! The candidate then ends as Google ends such: with `MALFORMED_FUNCTION_CALL`, or the true reason
//! where that is no success (`MAX_TOKENS`), and the `finishMessage` tells a person of it. The SDKs do
//! not show that message, so an empty text stands where the call would, and its `partMetadata` is
//! `{"malformedFunctionCall":{"id":…,"name":…,"args":…}}`, with the arguments' text as it came.
//!
//! `null` is no arguments: such a call goes without `args`.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;

use super::envelope::{MALFORMED, Values, is_native, seal};
use crate::json::{self, RawJson, Writer, compact};
use crate::model::{Content, LossAction, Media, Source, ToolCall, ToolCallKind, Wire};
use crate::protocol::answer::Answer;
use crate::protocol::call_id;
use crate::protocol::gemini::media::guess_media_type;
use crate::protocol::seal::Place;

/// What a part became.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// A part, JSON text.
    Json(String),
    /// A part in the place of a call that cannot be carried, and the words for a person.
    Malformed { part: String, words: String },
    /// Nothing.
    Nothing,
}

/// One part of an answer, whole.
pub(super) struct Outgoing<'p> {
    /// Its number over the whole response.
    pub(super) number: u32,
    pub(super) content: &'p Content,
    /// Its vendor's state.
    pub(super) state: &'p Values,
    /// Fields that only this wire knows.
    pub(super) fields: &'p Values,
}

/// Writes parts.
pub(super) struct Scribe<'a> {
    pub(super) answer: &'a mut Answer,
    /// The model as its provider names it.
    pub(super) model: Option<&'a str>,
    /// The id of the response.
    pub(super) id: &'a str,
}

impl Scribe<'_> {
    /// Writes one part.
    pub(super) fn write(&mut self, part: &Outgoing<'_>) -> Written {
        match part.content {
            Content::Text { text, .. } => self.spoken(part, text, false),
            Content::Refusal(text) => {
                self.lose(part, LossAction::Approximated, "", "a refusal goes as text");
                self.spoken(part, text, false)
            }
            Content::Reasoning(reasoning) => self.spoken(part, &reasoning.text, true),
            Content::Media(media) => self.media(part, media),
            Content::ToolCall(call) => self.call(part, call),
            Content::Vendor { wire: Wire::Gemini, json, .. } if is_native(&self.answer.context) => {
                Written::Json(compact(json.as_str()).into_owned())
            }
            Content::Vendor { kind, json, wire, .. } => self.vendor(part, kind, *wire, json),
            Content::ToolResult(_) => {
                self.lose(part, LossAction::Dropped, "", "an answer holds no results");
                Written::Nothing
            }
        }
    }

    fn lose(&mut self, part: &Outgoing<'_>, action: LossAction, field: &str, why: &str) {
        self.answer.lose(action, format!("parts[{}]{field}", part.number), why);
    }

    fn spoken(&mut self, part: &Outgoing<'_>, text: &str, is_thought: bool) -> Written {
        if text.is_empty() && part.state.is_empty() && part.fields.is_empty() {
            return Written::Nothing;
        }
        let place = if is_thought { Place::Reasoning } else { Place::Text };
        let alone = Some(text).filter(|text| text.is_empty());
        let mut w = Writer::new();
        w.object(|w| {
            w.key("text").string(text);
            if is_thought {
                w.key("thought").bool(true);
            }
            self.state(w, part, place, alone);
        });
        Written::Json(w.finish())
    }

    /// Writes the state and the fields of a part.
    fn state(&mut self, w: &mut Writer, part: &Outgoing<'_>, place: Place, alone: Option<&str>) {
        if is_native(&self.answer.context) {
            for (field, value) in part.state {
                let is_own = field == "thoughtSignature"
                    || (field == "thought" && matches!(part.content, Content::Media(_)));
                if is_own {
                    w.key(field).raw(&compact(value.as_str()));
                } else {
                    self.lose(part, LossAction::Dropped, &format!(".{field}"), "no part has this field");
                }
            }
        } else if !part.state.is_empty() {
            w.key("thoughtSignature").string(&self.seal(place, alone, part.state));
        }
        for (name, value) in part.fields {
            w.key(name).raw(&compact(value.as_str()));
        }
    }

    fn seal(&self, place: Place, alone: Option<&str>, fields: &[(String, RawJson)]) -> String {
        seal(&self.answer.context, self.model, place, alone, fields)
    }

    fn media(&mut self, part: &Outgoing<'_>, media: &Media) -> Written {
        let (holder, field, value) = match &media.source {
            Source::Base64(data) if data.is_empty() && !is_native(&self.answer.context) => {
                self.lose(part, LossAction::Dropped, "", "media without data");
                return Written::Nothing;
            }
            Source::Base64(data) => ("inlineData", "data", data),
            Source::Url(url) => ("fileData", "fileUri", url),
            Source::Text(text) => return self.spoken(part, text, false),
            Source::Id { .. } => {
                self.lose(part, LossAction::Dropped, "", "a file's id means something to its vendor only");
                return Written::Nothing;
            }
        };
        let media_type = match (&media.media_type, holder) {
            (Some(media_type), _) => Some(&**media_type),
            (None, "inlineData") => Some(guess_media_type(media.kind, value)),
            (None, _) => None,
        };
        let mut w = Writer::new();
        w.object(|w| {
            w.key(holder).object(|w| {
                w.opt_string("mimeType", media_type);
                w.key(field).string(value);
                w.opt_string("displayName", media.name.as_deref());
            });
            self.state(w, part, Place::Text, None);
        });
        Written::Json(w.finish())
    }

    fn call(&mut self, part: &Outgoing<'_>, call: &ToolCall) -> Written {
        let id = self.call_id(part, call);
        let Ok(args) = self.args(part, call) else {
            return self.malformed(part, call, id.as_deref());
        };
        let mut w = Writer::new();
        w.object(|w| {
            w.key("functionCall").object(|w| {
                w.opt_string("id", id.as_deref());
                w.key("name").string(&call.name);
                w.opt_raw("args", args.as_deref());
            });
            self.state(w, part, Place::ToolCall(id.unwrap_or_default().into_owned()), None);
        });
        Written::Json(w.finish())
    }

    /// The object that holds the arguments; `None` for `null`.
    fn args<'c>(
        &mut self,
        part: &Outgoing<'_>,
        call: &'c ToolCall,
    ) -> Result<Option<Cow<'c, str>>, json::Error> {
        if call.kind == ToolCallKind::Freeform {
            self.lose(part, LossAction::Approximated, "", "free text goes as {\"input\": text}");
            let mut w = Writer::new();
            w.object(|w| w.key("input").string(&call.arguments));
            return Ok(Some(Cow::Owned(w.finish())));
        }
        if call.arguments.trim_ascii() == "null" {
            self.lose(part, LossAction::Approximated, ".arguments", "null goes as no arguments");
            return Ok(None);
        }
        Ok(Some(match call.object()? {
            Cow::Borrowed(args) => compact(args),
            Cow::Owned(args) => Cow::Owned(args),
        }))
    }

    /// What stands for a call whose arguments are no object.
    fn malformed(&mut self, part: &Outgoing<'_>, call: &ToolCall, id: Option<&str>) -> Written {
        let why = "arguments that are no JSON object go as text, and the call as none";
        self.lose(part, LossAction::Approximated, ".arguments", why);
        let mut w = Writer::new();
        w.object(|w| {
            w.key(MALFORMED).object(|w| {
                w.opt_string("id", id);
                w.key("name").string(&call.name);
                w.key("args").string(&call.arguments);
            });
        });
        let metadata = [("partMetadata".into(), RawJson::trusted(&w.finish()))].into();
        let words = format!("malformed arguments of {}: {}", call.name, call.arguments);
        Written::Malformed { part: bare_part(false, None, &metadata), words }
    }

    /// The id that the application knows a call by; none where Google itself gave none.
    pub(super) fn call_id<'c>(&self, part: &Outgoing<'_>, call: &'c ToolCall) -> Option<Cow<'c, str>> {
        if call.id.is_none() && is_native(&self.answer.context) {
            return None;
        }
        Some(call_id::legal(call.id.as_deref(), self.id, part.number))
    }

    /// A block that only its vendor understands, sealed in an empty thought.
    fn vendor(&mut self, part: &Outgoing<'_>, kind: &str, wire: Wire, json: &RawJson) -> Written {
        let why = format!("only {wire} has a place for {kind:?}; it goes sealed");
        self.lose(part, LossAction::Dropped, "", &why);
        if !part.state.is_empty() {
            self.lose(part, LossAction::Dropped, ".opaque", "the block goes sealed without it");
        }
        let fields = [(String::new(), json.clone())];
        let sealed = self.seal(Place::Vendor(kind.into()), None, &fields);
        Written::Json(bare_part(true, Some(RawJson::string(&sealed).as_str()), &Values::new()))
    }
}

/// An empty text with a signature (JSON text) and fields, to stand behind what they belong to.
pub(super) fn bare_part(is_thought: bool, signature: Option<&str>, fields: &Values) -> String {
    let mut w = Writer::new();
    w.object(|w| {
        w.key("text").string("");
        if is_thought {
            w.key("thought").bool(true);
        }
        w.opt_raw("thoughtSignature", signature);
        for (name, value) in fields {
            w.key(name).raw(&compact(value.as_str()));
        }
    });
    w.finish()
}
