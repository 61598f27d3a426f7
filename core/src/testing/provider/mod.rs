//! A provider played from a script: requests in, replies out as plain data.
//!
//! A [`Script`] is what is said; a [`Fault`] is what goes wrong; a [`Plan`] is a list of faults,
//! one a request. [`react`] turns them into a [`Reaction`]: bytes, waits and breaks, step by step.
//! [`Provider`] reads requests on all four wires, counts the attempts of each conversation and
//! makes the replies; a server or a simulated host only carries them out. Everything follows from
//! the seed and the requests.
//!
//! # Plans
//!
//! A plan stands in the header `x-sim-plan` or in the model's name after `sim-`:
//!
//! ```text
//! x-sim-plan: 429 retry-after=1; 503; cut@40
//! "model": "sim-429+retry-after=1,503,cut@40"
//! ```
//!
//! Entries are divided by `,` or `;`. Request number n of a conversation meets entry n; after the
//! last entry all is good. A conversation is the model and the messages as they are spelled, or
//! the header `x-sim-key` if there is one.
//!
//! ```text
//! entry    = fault [ "x" COUNT | "*" ] *( ( " " / "+" ) parameter )  /  setting
//! ```
//!
//! `503x3` is three times, `503*` is for ever. Sizes may end in `k`, `m` or `g`.
//!
//! | fault | what happens | default |
//! | --- | --- | --- |
//! | `ok` | nothing | |
//! | `400` … `599` | that status with the wire's own error body; 502 is an HTML page | |
//! | `auth` `context` `quota` `overloaded` | 401; 400 too long; 429 out of money; 529 | |
//! | `refused` `reset` `hang` | no connection; a break before the head; never a head | |
//! | `slow-head@MS` | the head comes late | 1000 |
//! | `cut@BYTES` | the connection breaks after so much of the body | 200 |
//! | `stall@EVENTS` | silence after so many events | 3 |
//! | `drip@BYTES:MS` | the body comes in small pieces with waits | 16:1 |
//! | `error@EVENTS` | an error event after so many events | 3 |
//! | `no-end` | the body ends without its terminal event | |
//! | `bad-json@EVENT` | the event of that number, from 0, is not JSON | 3 |
//! | `split` | the pieces end inside characters | |
//! | `huge-line@BYTES` `huge-body@BYTES` | a line or a body of that size | 64m, 128m |
//! | `bad-header` | a header whose value is not text | |
//!
//! | parameter of a status | what it adds |
//! | --- | --- |
//! | `retry-after=TEXT` | the header as given: `1`, `2.5` |
//! | `retry-after=date:S` `rfc850:S` `asctime:S` | the header with a date S seconds from now |
//! | `retry-after-ms=TEXT` | the header as given |
//! | `reset=rfc3339:S` `reset=unix:S` `reset=go:TEXT` | Anthropic's, the plain and OpenAI's reset header |
//! | `retry-info=TEXT` | Google's RetryInfo in the body: `12s` |
//! | `should-retry=true` `=false` | the header `x-should-retry` |
//! | `html` `empty` `json` | the body's form |
//!
//! | setting | what the good answer does |
//! | --- | --- |
//! | `think` `no-think` | thinks, whatever the request asks |
//! | `tools` `no-tools` | calls the first tool even if its result is there; calls none |
//! | `deltas@N` | has N text deltas |
//! | `seed@N` | follows from that seed |
//! | `finish@REASON` | ends with that reason: `length`, `content_filter`, … |
//!
//! # Answers
//!
//! Without settings the answer repeats the user's last words, closes with words beyond ASCII,
//! thinks if the request asks for it, and calls the first tool offered as long as no result came
//! after those words. Where the request has a JSON schema for it, the answer is an object of that
//! schema's top level, with the user's words for its texts.

mod anthropic;
mod ask;
mod chat;
mod date;
mod error_body;
mod fault;
mod finish;
mod frames;
mod gemini;
mod plan;
mod played;
mod reaction;
mod render;
mod responses;
mod script;

pub use date::{asctime_date, http_date, rfc850_date, rfc3339};
pub use fault::{Fault, Hint, Page, StatusFault};
pub use finish::word;
pub use frames::{Rendering, Stream};
pub use plan::{MAX_DELTAS, MAX_ENTRIES, Plan, PlanError, Settings};
pub use played::Provider;
pub use reaction::{Answer, BodyStep, BodySteps, Delivery, Reaction, react};
pub use render::{stream, whole};
pub use script::{Script, ScriptedCall, Tokens};
