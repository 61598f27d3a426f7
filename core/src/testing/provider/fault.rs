//! What can go wrong at a provider, as data.

use alloc::string::String;

/// One thing that goes wrong with one request.
///
/// A fault that breaks a stream breaks a whole body at the corresponding place; see the variants.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// A good answer with a header whose value is not text.
    BadHeader,
    /// The connection breaks after that many bytes of the body, at the latest before its last byte.
    CutAfterBytes(u64),
    /// An error event in place of the event of that number, then a good end of body. Unstreamed:
    /// status 200 with an error body.
    ErrorEventMidStream(u32),
    /// The head never comes.
    Hang,
    /// A good answer with at least that many bytes: a delta repeated, or white space in the JSON.
    HugeBody(u64),
    /// A line of that many bytes in place of the first delta.
    HugeLine(u64),
    /// The event of that number is not JSON. Unstreamed: the body is not.
    MalformedJson(u32),
    /// The body ends well before the terminal event. Unstreamed: in the middle.
    MissingTerminal,
    /// The connection cannot be made.
    Refused,
    /// The connection breaks before the head.
    ResetBeforeHead,
    /// A good answer whose body comes in that many bytes, with a wait before each.
    SlowDrip {
        /// Bytes a piece, at least 1.
        bytes: u32,
        /// The wait before each piece, in milliseconds.
        ms: u64,
    },
    /// A good answer whose head comes late.
    SlowHead {
        /// The wait, in milliseconds.
        ms: u64,
    },
    /// A good answer whose pieces end inside each character that has several bytes.
    SplitInsideUtf8,
    /// Silence after that many events; the connection stays. Unstreamed: after half of the body.
    StallAfterEvents(u32),
    /// An error status.
    Status(StatusFault),
}

/// An error response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusFault {
    /// The status code.
    pub status: u16,
    /// How it says when to come back.
    pub hint: Hint,
    /// The `x-should-retry` header, if there is one.
    pub should_retry: Option<bool>,
    /// The body.
    pub page: Page,
}

impl StatusFault {
    /// That status with the wire's usual body and no hint; 502 has an HTML page.
    pub const fn new(status: u16) -> Self {
        let page = if status == 502 { Page::Html } else { Page::Usual };
        Self { status, hint: Hint::None, should_retry: None, page }
    }
}

/// How an error response says when to come back.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Hint {
    /// `retry-after` with a date as asctime writes it, that many seconds from now.
    Asctime(u64),
    /// `x-ratelimit-reset-requests` with a duration such as `6m0s`, as given; nothing remains.
    GoReset(String),
    /// `retry-after` with a date as RFC 9110 wants it, that many seconds from now.
    HttpDate(u64),
    /// `retry-after-ms`, as given.
    Millis(String),
    /// Nothing.
    None,
    /// Google's RetryInfo in the error body (any wire may carry it), as given: `12s`.
    RetryInfo(String),
    /// `retry-after` with a date as RFC 850 wrote it, that many seconds from now.
    Rfc850(u64),
    /// `anthropic-ratelimit-requests-reset` with an RFC 3339 time, that many seconds from now;
    /// nothing remains.
    Rfc3339Reset(u64),
    /// `retry-after` in seconds, as given: `1`, `2.5`, `-1`, `soon`.
    Seconds(String),
    /// `x-ratelimit-reset` in Unix seconds, that many seconds from now.
    UnixReset(u64),
}

/// The body of an error response.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Page {
    /// The wire's error for a conversation that is too long.
    ContextWindow,
    /// Nothing.
    Empty,
    /// A gateway's HTML page.
    Html,
    /// The wire's error for money or a quota that ran out.
    Quota,
    /// The wire's usual error for the status.
    Usual,
}
