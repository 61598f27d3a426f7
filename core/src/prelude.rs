//! What a program that makes calls names; the hosts' crates give it on.

pub use crate::call::{
    Accounting, AttemptRecord, Deadlines, Options, Outcome, OutcomeStatus, SpendingLimits,
};
pub use crate::client::{Broken, Error, Update, default_options};
pub use crate::failure::{Failure, FailureKind};
pub use crate::json::RawJson;
pub use crate::model::{
    Content, Effort, Event, FinishReason, Media, MediaKind, Message, OutputFormat, Part, Reasoning, Request,
    Response, Role, Source, Tool, ToolCall, ToolChoice, ToolResult, Wire,
};
pub use crate::protocol::{Credential, Dialect, Target};
pub use crate::retry::RetryPolicy;
pub use crate::usage::{Bucket, Completeness, Usage};
