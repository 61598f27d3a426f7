//! Messages and the parts they are made of.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Extension, Opaque, Wire};
use crate::json::{Kind, RawJson, Reader};

/// Who speaks. `System` and `Developer` may stand anywhere in the list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Role {
    /// The model.
    Assistant,
    /// The application, ranked below `System` where a wire knows the difference.
    Developer,
    /// The application.
    System,
    /// Results of tool calls.
    Tool,
    /// The person.
    User,
}

/// One turn, or a piece of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who speaks.
    pub role: Role,
    /// What is said, in order.
    pub parts: Vec<Part>,
    /// Fields only one wire knows (`name`, `phase`).
    pub extensions: Vec<Extension>,
}

impl Message {
    /// A message of one text part.
    pub fn text(role: Role, text: impl Into<String>) -> Self {
        Self::new(role, alloc::vec![Part::text(text)])
    }

    /// A message of these parts.
    pub const fn new(role: Role, parts: Vec<Part>) -> Self {
        Self { role, parts, extensions: Vec::new() }
    }

    /// A user's text.
    pub fn user(text: impl Into<String>) -> Self {
        Self::text(Role::User, text)
    }

    /// A system text.
    pub fn system(text: impl Into<String>) -> Self {
        Self::text(Role::System, text)
    }

    /// An assistant's text.
    pub fn assistant(text: impl Into<String>) -> Self {
        Self::text(Role::Assistant, text)
    }
}

/// One piece of a message or of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it holds.
    pub content: Content,
    /// A cache mark after this part.
    pub cache: Option<CacheMark>,
    /// State that its vendor wants back with it.
    pub opaque: Vec<Opaque>,
    /// Fields only one wire knows.
    pub extensions: Vec<Extension>,
}

impl Part {
    /// A part without marks or state.
    pub const fn new(content: Content) -> Self {
        Self { content, cache: None, opaque: Vec::new(), extensions: Vec::new() }
    }

    /// A text part.
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Content::Text { text: text.into(), citations: Vec::new() })
    }

    /// The opaque field of that name.
    pub fn opaque_field(&self, field: &str) -> Option<&Opaque> {
        self.opaque.iter().find(|o| o.field == field)
    }
}

/// What a part holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// An image, a file, audio or video.
    Media(Media),
    /// The model's thinking.
    Reasoning(ReasoningText),
    /// The model's refusal, in its words.
    Refusal(String),
    /// Visible text.
    Text {
        /// The text.
        text: String,
        /// What it rests on.
        citations: Vec<Citation>,
    },
    /// A call the model wants made.
    ToolCall(ToolCall),
    /// What a call gave.
    ToolResult(ToolResult),
    /// A block or item that only its vendor understands (server tools, redacted thinking,
    /// compaction); goes back to the same vendor as it came.
    Vendor {
        /// The vendor it came from (as in [`Opaque::vendor`]), the only one it goes back to.
        vendor: String,
        /// The wire it belongs to.
        wire: Wire,
        /// The wire's name for its type.
        kind: String,
        /// The whole block or item.
        json: RawJson,
    },
}

/// The model's thinking, as far as it is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReasoningText {
    /// The text; empty where the vendor withholds it and only a signature came.
    pub text: String,
    /// Whether it is the vendor's summary rather than the thinking itself.
    pub is_summary: bool,
}

/// What a media part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaKind {
    /// Sound.
    Audio,
    /// A document.
    File,
    /// A picture.
    Image,
    /// Moving pictures.
    Video,
}

/// An image, a file, audio or video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Media {
    /// What it is.
    pub kind: MediaKind,
    /// Where its bytes are.
    pub source: Source,
    /// Its media type (`image/png`), where known.
    pub media_type: Option<String>,
    /// A file name or title.
    pub name: Option<String>,
    /// How closely to look: `auto`, `low`, `high`, `original`.
    pub detail: Option<String>,
}

/// Where the bytes of a media part are.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Source {
    /// Here, as base64.
    Base64(String),
    /// With a vendor, under an id that means nothing to anyone else.
    Id {
        /// The vendor, as in [`Opaque::vendor`].
        vendor: String,
        /// The id.
        id: String,
    },
    /// Here, as plain text (documents).
    Text(String),
    /// At a URL.
    Url(String),
}

/// Whether a call carries a JSON object or free text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ToolCallKind {
    /// Free text.
    Freeform,
    /// A JSON object.
    #[default]
    Function,
}

/// A call the model wants made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolCall {
    /// The provider's id for it; Gemini may give none.
    pub id: Option<String>,
    /// The tool's name.
    pub name: String,
    /// The arguments as the raw text that came; for [`ToolCallKind::Freeform`] the input itself.
    pub arguments: String,
    /// Which of the two `arguments` holds.
    pub kind: ToolCallKind,
}

impl ToolCall {
    /// The arguments as one JSON object: `{}` where the model wrote nothing.
    ///
    /// # Errors
    /// [`json::Error`](crate::json::Error) where the text is not a JSON object: it was cut
    /// or never was one. Nothing is repaired; the raw text is in `arguments`.
    pub fn object(&self) -> Result<Cow<'_, str>, crate::json::Error> {
        if self.arguments.bytes().all(|b| b.is_ascii_whitespace()) {
            return Ok(Cow::Borrowed("{}"));
        }
        let mut r = Reader::new(&self.arguments);
        if r.kind()? != Kind::Object {
            return Err(r.error("a JSON object"));
        }
        let raw = r.raw()?;
        r.end()?;
        Ok(Cow::Borrowed(raw))
    }
}

/// What a call gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToolResult {
    /// The id of the call.
    pub call_id: String,
    /// The tool's name; Gemini needs it.
    pub name: Option<String>,
    /// The result: text and media parts.
    pub content: Vec<Part>,
    /// Whether the call failed.
    pub is_error: bool,
    /// Which kind of call it answers.
    pub kind: ToolCallKind,
}

/// What a text rests on, with the provider's own form beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// The wire whose form `raw` has.
    pub wire: Wire,
    /// The provider's citation object.
    pub raw: RawJson,
}

/// A request to cache everything up to here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CacheMark {
    /// How long, in the vendor's words: `5m`, `1h` (Anthropic), `30m`, `12h` (OpenAI).
    pub ttl: Option<String>,
}
