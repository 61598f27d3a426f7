//! What happens during a call, piece by piece.

use alloc::borrow::Cow;
use alloc::boxed::Box;
use alloc::string::String;

use super::{Finish, MediaKind, ToolCallKind, Wire};
use crate::failure::Failure;
use crate::time::{Instant, UnixTime};
use crate::usage::Usage;

/// One event of a response, or of the call around it.
///
/// Decoders make events that borrow from the bytes they read; [`Event::into_owned`] cuts the tie.
/// Parts are numbered from 0 over the whole response, in the order in which they open, also where a
/// provider draws several candidates. A part opens with [`Event::PartStart`], then come its deltas,
/// then [`Event::PartEnd`]; parts may overlap.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Event<'a> {
    /// A piece of a tool call's arguments or freeform input, raw text.
    ArgumentsDelta {
        /// The part.
        part: u32,
        /// The piece.
        text: Cow<'a, str>,
    },
    /// A citation of a text part, or of the whole candidate where `part` is `None`.
    Citation {
        /// The part.
        part: Option<u32>,
        /// The wire whose form `raw` has.
        wire: Wire,
        /// The provider's citation object, JSON text.
        raw: Cow<'a, str>,
    },
    /// A piece of a media part, base64 text.
    DataDelta {
        /// The part.
        part: u32,
        /// The piece.
        base64: Cow<'a, str>,
    },
    /// The caller must forget what it received from `from_part` on (and of that part what lies
    /// beyond `keep_bytes`): it comes again. Only with a policy that asked for it.
    Discard {
        /// The first part that is not kept whole.
        from_part: u32,
        /// How many bytes of that part's text stay; 0 where nothing of it does.
        keep_bytes: u64,
    },
    /// A field of the response that the vocabulary has no word for.
    Extra {
        /// The part it belongs to, or `None` for the response.
        part: Option<u32>,
        /// Its name on the wire.
        name: Cow<'a, str>,
        /// Its value, JSON text.
        value: Cow<'a, str>,
    },
    /// A candidate ended.
    Finish {
        /// Which; 0 unless several were asked for.
        candidate: u32,
        /// Why.
        finish: Finish,
    },
    /// Vendor state of a part, to be sent back as it is.
    Opaque {
        /// The part.
        part: u32,
        /// The field it came in.
        field: Cow<'a, str>,
        /// Its value, JSON text. A later value of the same field replaces an earlier one.
        value: Cow<'a, str>,
    },
    /// A part ended.
    PartEnd {
        /// The part.
        part: u32,
    },
    /// A part began.
    PartStart {
        /// The part's number.
        part: u32,
        /// The candidate it belongs to.
        candidate: u32,
        /// What it is.
        kind: PartKind<'a>,
    },
    /// A piece of the model's thinking.
    ReasoningDelta {
        /// The part.
        part: u32,
        /// The piece.
        text: Cow<'a, str>,
    },
    /// A piece of a refusal.
    RefusalDelta {
        /// The part.
        part: u32,
        /// The piece.
        text: Cow<'a, str>,
    },
    /// The machine will try again after a wait. Comes before the wait.
    Retry(Box<RetryNotice>),
    /// The response opened. Fields come again when they change.
    Start {
        /// The provider's id of the response.
        id: Option<Cow<'a, str>>,
        /// The model that answers, as the provider names it.
        model: Option<Cow<'a, str>>,
    },
    /// A piece of visible text.
    TextDelta {
        /// The part.
        part: u32,
        /// The piece.
        text: Cow<'a, str>,
    },
    /// An event that this version does not know, as it came.
    Unknown {
        /// Its name on the wire.
        name: Cow<'a, str>,
        /// Its data, as it came.
        data: Cow<'a, str>,
    },
    /// The usage so far of the response that the present attempt reads; replaces any earlier value of
    /// that attempt. The outcome has the sum.
    Usage(Box<Usage>),
}

/// What a part is, told when it opens.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PartKind<'a> {
    /// Media made by the model.
    Media {
        /// What it is.
        kind: MediaKind,
        /// Its media type, where known.
        media_type: Option<Cow<'a, str>>,
    },
    /// Thinking.
    Reasoning {
        /// Whether it is a summary.
        is_summary: bool,
    },
    /// A refusal in words.
    Refusal,
    /// Visible text.
    Text,
    /// A tool call.
    ToolCall {
        /// The provider's id for it.
        id: Option<Cow<'a, str>>,
        /// The tool's name.
        name: Cow<'a, str>,
        /// Function or freeform.
        kind: ToolCallKind,
    },
    /// A block or item that only its vendor understands, whole. It gets no deltas; where it
    /// grows, a later [`Event::Opaque`] with field `""` replaces it whole.
    Vendor {
        /// The wire it belongs to.
        wire: Wire,
        /// The wire's name for its type.
        kind: Cow<'a, str>,
        /// The block or item, JSON text.
        json: Cow<'a, str>,
    },
}

/// Announces a retry before the wait.
#[derive(Clone, Debug, PartialEq)]
pub struct RetryNotice {
    /// The attempt that failed, from 1.
    pub attempt: u32,
    /// The wait in milliseconds.
    pub delay_ms: u64,
    /// When the next attempt starts, on the host's monotonic clock.
    pub at: Instant,
    /// The same in wall-clock time, where the host told it.
    pub wall: Option<UnixTime>,
    /// What went wrong.
    pub failure: Failure,
}

/// Where a decoder's events go.
pub trait Sink {
    /// Takes one event. It may borrow from bytes that are gone after the call.
    fn event(&mut self, event: Event<'_>);
}

/// Takes no notice.
impl Sink for () {
    fn event(&mut self, _: Event<'_>) {}
}

impl<F: FnMut(Event<'_>)> Sink for F {
    fn event(&mut self, event: Event<'_>) {
        self(event);
    }
}

/// What an event costs beside its text.
const EVENT_BYTES: usize = 128;

fn own(text: Cow<'_, str>) -> Cow<'static, str> {
    Cow::Owned(String::from(text))
}

impl Event<'_> {
    /// The same event with its own copies of everything it borrowed.
    pub fn into_owned(self) -> Event<'static> {
        match self {
            Self::ArgumentsDelta { part, text } => Event::ArgumentsDelta { part, text: own(text) },
            Self::Citation { part, wire, raw } => Event::Citation { part, wire, raw: own(raw) },
            Self::DataDelta { part, base64 } => Event::DataDelta { part, base64: own(base64) },
            Self::Discard { from_part, keep_bytes } => Event::Discard { from_part, keep_bytes },
            Self::Extra { part, name, value } => Event::Extra { part, name: own(name), value: own(value) },
            Self::Finish { candidate, finish } => Event::Finish { candidate, finish },
            Self::Opaque { part, field, value } => {
                Event::Opaque { part, field: own(field), value: own(value) }
            }
            Self::PartEnd { part } => Event::PartEnd { part },
            Self::PartStart { part, candidate, kind } => {
                Event::PartStart { part, candidate, kind: kind.into_owned() }
            }
            Self::ReasoningDelta { part, text } => Event::ReasoningDelta { part, text: own(text) },
            Self::RefusalDelta { part, text } => Event::RefusalDelta { part, text: own(text) },
            Self::Retry(notice) => Event::Retry(notice),
            Self::Start { id, model } => Event::Start { id: id.map(own), model: model.map(own) },
            Self::TextDelta { part, text } => Event::TextDelta { part, text: own(text) },
            Self::Unknown { name, data } => Event::Unknown { name: own(name), data: own(data) },
            Self::Usage(usage) => Event::Usage(usage),
        }
    }

    /// About how many bytes an owned copy of it holds, a fixed cost for the event included.
    pub fn held_bytes(&self) -> usize {
        let length = |text: &Option<Cow<'_, str>>| text.as_ref().map_or(0, |t| t.len());
        EVENT_BYTES
            + match self {
                Self::ArgumentsDelta { text, .. }
                | Self::ReasoningDelta { text, .. }
                | Self::RefusalDelta { text, .. }
                | Self::TextDelta { text, .. }
                | Self::DataDelta { base64: text, .. }
                | Self::Citation { raw: text, .. } => text.len(),
                Self::Extra { name: a, value: b, .. }
                | Self::Opaque { field: a, value: b, .. }
                | Self::Unknown { name: a, data: b } => a.len() + b.len(),
                Self::PartStart { kind, .. } => match kind {
                    PartKind::Media { media_type, .. } => length(media_type),
                    PartKind::Reasoning { .. } | PartKind::Refusal | PartKind::Text => 0,
                    PartKind::ToolCall { id, name, .. } => length(id) + name.len(),
                    PartKind::Vendor { kind, json, .. } => kind.len() + json.len(),
                },
                Self::Finish { finish, .. } => {
                    [&finish.raw, &finish.detail].into_iter().flatten().map(String::len).sum()
                }
                Self::Start { id, model } => length(id) + length(model),
                Self::Usage(usage) => usage.raw.iter().map(String::len).sum(),
                Self::Discard { .. } | Self::PartEnd { .. } | Self::Retry(_) => 0,
            }
    }

    /// Whether a caller that has seen this event has seen part of the answer, so that a silent
    /// second attempt would show it twice.
    ///
    /// Everything the model said counts, thinking too; the envelope does not.
    pub fn is_visible(&self) -> bool {
        match self {
            Self::ArgumentsDelta { text, .. }
            | Self::ReasoningDelta { text, .. }
            | Self::RefusalDelta { text, .. }
            | Self::TextDelta { text, .. } => !text.is_empty(),
            Self::PartStart { kind, .. } => {
                matches!(kind, PartKind::ToolCall { .. } | PartKind::Media { .. } | PartKind::Vendor { .. })
            }
            Self::DataDelta { .. } => true,
            Self::Citation { .. }
            | Self::Discard { .. }
            | Self::Extra { .. }
            | Self::Finish { .. }
            | Self::Opaque { .. }
            | Self::PartEnd { .. }
            | Self::Retry(_)
            | Self::Start { .. }
            | Self::Unknown { .. }
            | Self::Usage(_) => false,
        }
    }
}

impl PartKind<'_> {
    /// The same kind with its own copies of everything it borrowed.
    pub fn into_owned(self) -> PartKind<'static> {
        match self {
            Self::Media { kind, media_type } => PartKind::Media { kind, media_type: media_type.map(own) },
            Self::Reasoning { is_summary } => PartKind::Reasoning { is_summary },
            Self::Refusal => PartKind::Refusal,
            Self::Text => PartKind::Text,
            Self::ToolCall { id, name, kind } => {
                PartKind::ToolCall { id: id.map(own), name: own(name), kind }
            }
            Self::Vendor { wire, kind, json } => PartKind::Vendor { wire, kind: own(kind), json: own(json) },
        }
    }
}
