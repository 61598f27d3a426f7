//! A scenario's file.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use tokenwire_core::call::{Deadlines, Options};
use tokenwire_core::protocol::{Credential, Dialect, Target};
use tokenwire_core::retry::{AfterCommit, Jitter, RetryPolicy};

/// A call, what the upstream does to it, and what the caller does.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, in a sentence.
    pub about: String,
    /// What decides the jitter.
    #[serde(default)]
    pub seed: u32,
    /// How many milliseconds before their time timers fire.
    #[serde(default)]
    pub early_timers_ms: u64,
    /// The call.
    pub call: Call,
    /// How it is made; the names are those of the npm package's options.
    #[serde(default)]
    options: CallOptions,
    /// What the upstream does, one a request; further requests are refused.
    pub upstream: Vec<Reply>,
    /// What the caller does beside listening.
    #[serde(default)]
    pub caller: Caller,
    /// What must come out: what the caller sees, and what the upstream saw.
    #[serde(default)]
    pub expect: Value,
}

/// A call: of a request, or for an application.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Call {
    /// The provider's dialect.
    pub provider: String,
    /// The request, as [`read_request`](tokenwire_core::transcript::read_request) reads it.
    pub request: Option<Value>,
    /// Whether a whole answer is asked for instead of a stream.
    #[serde(default)]
    pub whole: bool,
    /// What an application sent, where there is no request.
    pub incoming: Option<IncomingRequest>,
}

/// An application's request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IncomingRequest {
    /// Its wire.
    pub wire: String,
    /// The path it was sent to.
    pub path: String,
    /// Its body.
    pub body: Value,
    /// The model to ask for instead of the one that it names.
    pub model: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct CallOptions {
    #[serde(default)]
    retry: Retry,
    #[serde(default)]
    timeouts: Timeouts,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Retry {
    max_attempts: Option<u32>,
    base_ms: Option<u64>,
    cap_ms: Option<u64>,
    jitter_percent: Option<u8>,
    #[serde(default, deserialize_with = "given")]
    max_hint_ms: Option<Option<u64>>,
    total_ms: Option<u64>,
    on_break: Option<OnBreak>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum OnBreak {
    Discard,
    Resume,
    Stop,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Timeouts {
    head_ms: Option<u64>,
    first_event_ms: Option<u64>,
    stall_ms: Option<u64>,
    attempt_ms: Option<u64>,
    call_ms: Option<u64>,
}

/// What the upstream does to one request.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The wait before the head, or before `then` where there is no head.
    #[serde(default)]
    pub after_ms: u64,
    /// The head's status; without one there is no head.
    pub status: Option<u16>,
    /// The head's headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// The body.
    #[serde(default)]
    pub chunks: Vec<Chunk>,
    /// What follows: an ordinary end, unless another is named.
    #[serde(default)]
    pub then: Ending,
    /// The wait before it.
    #[serde(default)]
    pub then_after_ms: u64,
}

/// Bytes that come at once.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chunk {
    /// The wait before them.
    #[serde(default)]
    pub after_ms: u64,
    /// The bytes themselves.
    #[serde(default)]
    bytes: Vec<u8>,
    /// Or a document.
    json: Option<Value>,
    /// Or events of a stream: objects, or text that is no JSON.
    #[serde(default)]
    sse: Vec<Value>,
    /// Or text.
    #[serde(default)]
    text: String,
}

/// What follows a body.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Ending {
    /// The connection breaks.
    Cut,
    /// The body's end.
    #[default]
    End,
    /// Nothing.
    Hang,
}

/// What the caller does beside listening.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Caller {
    /// Cancels at that time.
    pub cancel_at_ms: Option<u64>,
    /// Leaves after so many events.
    pub drop_after_events: Option<usize>,
}

/// Tells `null` from what is not there.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Option<u64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

impl Scenario {
    /// Reads a scenario's JSON.
    ///
    /// # Errors
    /// It is none; the text says where.
    pub fn parse(json: &str) -> Result<Self, String> {
        serde_json::from_str(json).map_err(|error| error.to_string())
    }

    pub(crate) fn target(&self) -> Result<Target, String> {
        let name = &self.call.provider;
        let dialect = Dialect::by_name(name).ok_or_else(|| format!("no dialect {name:?}"))?;
        Target::new(dialect, Some(Credential::new("test-key"))).map_err(|error| error.to_string())
    }

    /// The options: what the scenario does not name is the bounded policy's, and there are no deadlines and no
    /// prices.
    pub(crate) fn options(&self) -> Options {
        let Timeouts { head_ms, first_event_ms, stall_ms, attempt_ms, call_ms } = self.options.timeouts;
        Options {
            stream: !self.call.whole,
            retry: self.options.retry.policy(),
            deadlines: Deadlines { head_ms, first_event_ms, stall_ms, attempt_ms, call_ms },
            ..Options::default()
        }
    }
}

impl Retry {
    fn policy(&self) -> RetryPolicy {
        let mut policy = RetryPolicy::bounded();
        policy.max_attempts = self.max_attempts.or(policy.max_attempts);
        policy.backoff.base_ms = self.base_ms.unwrap_or(policy.backoff.base_ms);
        policy.backoff.cap_ms = self.cap_ms.unwrap_or(policy.backoff.cap_ms);
        if let Some(percent) = self.jitter_percent {
            policy.backoff.jitter = Jitter::Additive { percent };
        }
        policy.max_hint_ms = self.max_hint_ms.unwrap_or(policy.max_hint_ms);
        policy.total_ms = self.total_ms;
        policy.after_commit = match self.on_break {
            Some(OnBreak::Discard) => AfterCommit::DiscardAndRetry,
            Some(OnBreak::Resume) => AfterCommit::Resume,
            Some(OnBreak::Stop) | None => AfterCommit::Stop,
        };
        policy
    }
}

impl Chunk {
    /// The bytes.
    pub fn bytes(&self) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        bytes.extend(self.json.iter().flat_map(|json| json.to_string().into_bytes()));
        bytes.extend(self.sse.iter().flat_map(|event| frame(event).into_bytes()));
        bytes.extend(self.text.bytes());
        bytes
    }
}

/// An event of a stream; its `type`, where it has one, names it.
fn frame(event: &Value) -> String {
    let name = event.get("type").and_then(Value::as_str);
    let head = name.map(|name| format!("event: {name}\n")).unwrap_or_default();
    let data = event.as_str().map_or_else(|| event.to_string(), str::to_owned);
    format!("{head}data: {data}\n\n")
}
