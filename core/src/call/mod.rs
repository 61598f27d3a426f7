//! One logical call: attempts, timers, the commit point, the outcome.
//!
//! ```text
//!            new                      Head 2xx
//!             │  Transmit    ┌────────────────────► Streaming ── terminal event ──┐
//!             ▼              │                         │                          │
//!          Opening ──────────┤ Head, other status      │ breaks                   │
//!             ▲              └────► Refused ──┐        │                          ▼
//!             │ Transmit                      ▼        ▼                        Done
//!          Waiting ◄── Retry notice ────── decide ── stop ────────────────────────▲
//!             └───────────────── Cancel, call deadline ──────────────────────────┘
//! ```
//!
//! The machine does nothing by itself. A host hands it [`Input`]s, each with the present time, and
//! after each one drains [`Call::poll_output`] until it says [`Output::Wait`] or [`Output::Done`].

mod accounting;
mod attempt;
mod broken;
mod delivery;
mod estimate;
mod forwarded;
mod input;
mod machine;
mod options;
mod outcome;
mod output;
mod records;
mod secrets;

pub use accounting::{Accounting, SpendingLimits};
pub use input::Input;
pub use machine::Call;
pub use options::{Deadlines, Options};
pub use outcome::{AttemptRecord, Outcome, OutcomeStatus};
pub use output::{Output, Transmit, WaitReason};
