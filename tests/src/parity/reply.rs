//! What a provider does to one request, as data.

use std::collections::VecDeque;

use tokenwire_core::http::Headers;
use tokenwire_core::json::Writer;
use tokenwire_core::testing::provider::{BodyStep, Reaction};

use super::transcript::{characters, lines};

/// Steps in order, then silence.
#[derive(Clone, Debug, Default)]
pub(super) struct Reply(pub(super) Vec<Step>);

/// One thing that happens, so many milliseconds after the one before.
#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) after_ms: u64,
    pub(super) what: What,
}

/// What happens.
#[derive(Clone, Debug)]
pub(super) enum What {
    /// Bytes come, in pieces of these sizes, used in turn; in one piece where there are none. Each piece comes
    /// the step's wait after the one before.
    Bytes { bytes: Vec<u8>, cuts: Vec<usize> },
    /// The body ends.
    End,
    /// It breaks below HTTP.
    Fail { how: Break, message: String },
    /// The head comes.
    Head { status: u16, headers: Headers },
}

/// How a response breaks, by the numbers with which the border tells it.
#[derive(Clone, Copy, Debug)]
pub(super) enum Break {
    BeforeHead = 0,
    InBody = 1,
    /// In a way that another attempt would too.
    Unsendable = 2,
}

impl Reply {
    /// A whole response, its body cut in pieces.
    pub(super) fn whole(status: u16, headers: Headers, body: &[u8], cuts: &[usize]) -> Self {
        let bytes = What::Bytes { bytes: body.to_vec(), cuts: cuts.to_vec() };
        Self::default().then(3, What::Head { status, headers }).then(1, bytes).then(0, What::End)
    }

    /// No connection.
    pub(super) fn refused() -> Self {
        Self::default().broken(0, Break::BeforeHead, "no connection")
    }

    /// A request that the host cannot send.
    pub(super) fn unsendable() -> Self {
        Self::default().broken(0, Break::Unsendable, "no such scheme")
    }

    pub(super) fn then(mut self, after_ms: u64, what: What) -> Self {
        self.0.push(Step { after_ms, what });
        self
    }

    fn broken(self, after_ms: u64, how: Break, message: &str) -> Self {
        self.then(after_ms, What::Fail { how, message: message.into() })
    }

    /// What the simulated provider does.
    pub(super) fn of(reaction: Reaction) -> Self {
        let answer = match reaction {
            Reaction::Answer(answer) => answer,
            Reaction::Hang => return Self::default(),
            Reaction::Refused => return Self::refused(),
            Reaction::ResetBeforeHead => {
                return Self::default().broken(0, Break::BeforeHead, "reset before the head");
            }
        };
        let head = answer.head(None);
        let head = What::Head { status: head.status, headers: head.headers };
        let mut reply = Self::default().then(answer.delay_ms, head);
        let mut after_ms = 0;
        for step in answer.body {
            let waited = std::mem::take(&mut after_ms);
            match step {
                BodyStep::Bytes(bytes) => reply = reply.then(waited, What::Bytes { bytes, cuts: Vec::new() }),
                BodyStep::Wait(ms) => after_ms = waited + ms,
                BodyStep::Reset => return reply.broken(waited, Break::InBody, "reset in the body"),
                BodyStep::Stall => return reply,
            }
        }
        reply.then(after_ms, What::End)
    }

    /// The same with each piece a step.
    pub(super) fn cut(&self) -> VecDeque<Step> {
        let mut steps = VecDeque::new();
        for step in &self.0 {
            let What::Bytes { bytes, cuts } = &step.what else {
                steps.push_back(step.clone());
                continue;
            };
            steps.extend(pieces(bytes, cuts).into_iter().map(|piece| {
                let what = What::Bytes { bytes: piece.to_vec(), cuts: Vec::new() };
                Step { after_ms: step.after_ms, what }
            }));
        }
        steps
    }

    pub(super) fn write(&self, w: &mut Writer) {
        w.array(|w| self.0.iter().for_each(|step| w.object(|w| step.write(w))));
    }
}

fn pieces<'a>(bytes: &'a [u8], cuts: &[usize]) -> Vec<&'a [u8]> {
    if cuts.is_empty() {
        return vec![bytes];
    }
    let (mut rest, mut pieces) = (bytes, Vec::new());
    for cut in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, after) = rest.split_at((*cut).min(rest.len()));
        pieces.push(piece);
        rest = after;
    }
    pieces
}

impl Step {
    fn write(&self, w: &mut Writer) {
        w.key("after").u64(self.after_ms);
        match &self.what {
            What::Bytes { bytes, cuts } => {
                w.key("bytes").string(&characters(bytes));
                w.key("cuts").array(|w| cuts.iter().for_each(|cut| w.u64(*cut as u64)));
            }
            What::End => w.key("end").bool(true),
            What::Fail { how, message } => {
                w.key("fail").string(message);
                w.key("how").u64(*how as u64);
            }
            What::Head { status, headers } => {
                w.key("status").u64((*status).into());
                w.key("headers").string(&lines(headers));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::pieces;

    #[test]
    fn cuts_are_used_in_turn_and_lose_nothing() {
        assert_eq!(pieces(b"abcdefg", &[2, 0, 3]), [&b"ab"[..], b"", b"cde", b"fg"]);
        assert_eq!(pieces(b"abc", &[]), [b"abc"]);
        assert!(pieces(b"", &[1]).is_empty());
    }
}
