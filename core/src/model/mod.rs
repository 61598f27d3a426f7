//! The neutral vocabulary: requests, messages, parts, tools, events, responses.
//!
//! What a wire says and this vocabulary has no word for is carried along raw: [`Extension`] on the
//! way out, [`Event::Extra`] and [`Event::Unknown`] on the way in.

mod accumulate;
mod event;
mod extension;
mod finish;
mod loss;
mod message;
mod request;
mod response;
mod tool;
mod wire;

pub use accumulate::Accumulator;
pub use event::{Event, PartKind, RetryNotice, Sink};
pub use extension::{Extension, Opaque};
pub use finish::{Finish, FinishReason};
pub use loss::{Loss, LossAction};
pub use message::{
    CacheMark, Citation, Content, Media, MediaKind, Message, Part, ReasoningText, Role, Source, ToolCall,
    ToolCallKind, ToolResult,
};
pub use request::{Effort, Limits, OutputFormat, Reasoning, Request, Sampling, State, SummaryLevel};
pub use response::{Candidate, Extra, Response};
pub use tool::{Tool, ToolChoice, ToolFormat};
pub use wire::Wire;
