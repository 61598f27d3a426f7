//! Requests, policies and upstreams to draw from.

use proptest::prelude::*;
use tokenwire_core::call::{Call, Deadlines, Options};
use tokenwire_core::http::{Headers, TransportKind};
use tokenwire_core::model::{Message, Request, Wire};
use tokenwire_core::protocol::{Credential, Dialect, Target};
use tokenwire_core::retry::{AfterCommit, Backoff, CommitPoint, Jitter, RetryPolicy};
use tokenwire_core::testing::provider::{Rendering, Script, stream};
use tokenwire_core::testing::{Reply, What};
use tokenwire_core::time::Instant;

/// What a call is made of.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) wire: Wire,
    pub(crate) options: Options,
    pub(crate) seed: u64,
    pub(crate) background: bool,
}

impl Plan {
    pub(crate) fn call(&self, now: Instant) -> Call {
        let mut request = Request::new("sim", vec![Message::user("hello")]);
        request.state.background = self.background && self.wire == Wire::OpenaiResponses;
        let target = Target::new(Dialect::of_wire(self.wire), Some(Credential::new("sk-law-7f3a9c")))
            .expect("the key is plain");
        Call::new(request, target, self.options.clone(), self.seed, now).expect("the request is plain")
    }
}

pub(crate) fn wire() -> impl Strategy<Value = Wire> {
    prop::sample::select(Wire::ALL.to_vec())
}

fn policy() -> impl Strategy<Value = RetryPolicy> {
    let jitter = prop_oneof![
        (0..=100_u8).prop_map(|percent| Jitter::Additive { percent }),
        Just(Jitter::Equal),
        Just(Jitter::Full),
        Just(Jitter::None),
    ];
    let backoff = (0..5_000_u64, 0..4_u32, 0..20_000_u64, jitter)
        .prop_map(|(base_ms, factor, cap_ms, jitter)| Backoff { base_ms, factor, cap_ms, jitter });
    let commit = prop::sample::select(vec![
        CommitPoint::AtFirstByte,
        CommitPoint::AtFirstVisible,
        CommitPoint::AtOpen,
        CommitPoint::Never,
    ]);
    let after =
        prop::sample::select(vec![AfterCommit::DiscardAndRetry, AfterCommit::Resume, AfterCommit::Stop]);
    (
        prop::option::weighted(0.9, 0..6_u32),
        backoff,
        prop::option::of(0..20_000_u64),
        prop::option::of(0..60_000_u64),
        commit,
        after,
    )
        .prop_map(|(max_attempts, backoff, max_hint_ms, total_ms, commit, after_commit)| RetryPolicy {
            max_attempts,
            backoff,
            max_hint_ms,
            total_ms,
            commit,
            after_commit,
            budget: None,
        })
}

fn deadlines() -> impl Strategy<Value = Deadlines> {
    let limit = || prop::option::weighted(0.3, 0..30_000_u64);
    // The call's own deadline is always set: a script may be silent, and a policy endless.
    (limit(), limit(), limit(), limit(), 1..120_000_u64).prop_map(|(head, first, stall, attempt, call)| {
        Deadlines {
            head_ms: head,
            first_event_ms: first,
            stall_ms: stall,
            attempt_ms: attempt,
            call_ms: Some(call),
        }
    })
}

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    (wire(), policy(), deadlines(), any::<u64>(), any::<bool>()).prop_map(
        |(wire, retry, deadlines, seed, background)| Plan {
            wire,
            options: Options { retry, deadlines, ..Options::default() },
            seed,
            background,
        },
    )
}

/// An answer that says something on every wire.
pub(crate) fn script(seed: u64) -> Script {
    let script = Script::seeded(seed, "sim", "hello");
    match seed % 4 {
        0 => script,
        1 => script.with_reasoning("Let me think about that.", seed),
        2 => script.with_tool_call("lookup", r#"{"q":"é 1.0"}"#, seed),
        _ => script.with_reasoning("Hmm.", seed).with_tool_call("lookup", r#"{"n":1e400}"#, seed),
    }
}

/// The bytes of a good stream, and where its good end begins.
pub(crate) fn good_stream(wire: Wire, seed: u64) -> (Vec<u8>, usize) {
    let rendering = Rendering { include_usage: true, ..Rendering::default() };
    let stream = stream(wire, &script(seed), &rendering);
    let end = stream.frames()[..stream.end()].iter().map(Vec::len).sum();
    (stream.frames().concat(), end)
}

pub(crate) fn transport() -> impl Strategy<Value = TransportKind> {
    prop::sample::select(vec![
        TransportKind::Body,
        TransportKind::Connect,
        TransportKind::Dns,
        TransportKind::Other,
        TransportKind::Reset,
        TransportKind::Timeout,
        TransportKind::Tls,
    ])
}

/// A refusal with one of the forms in which a provider says when to come back.
pub(crate) fn refusal() -> impl Strategy<Value = (u16, Headers)> {
    let status =
        prop::sample::select(vec![400, 401, 403, 404, 408, 409, 425, 429, 500, 501, 502, 503, 504, 529]);
    let hint = prop_oneof![
        3 => Just(None),
        1 => (0..20_000_u64).prop_map(|ms| Some(("retry-after-ms", ms.to_string()))),
        1 => (0..40_u64).prop_map(|s| Some(("retry-after", s.to_string()))),
        1 => Just(Some(("x-should-retry", "true".to_string()))),
        1 => Just(Some(("x-should-retry", "false".to_string()))),
    ];
    (status, hint).prop_map(|(status, hint)| (status, hint.into_iter().collect()))
}

/// What an upstream does to one request, sane or not.
pub(crate) fn reply(wire: Wire) -> impl Strategy<Value = Reply> {
    let streamed = (any::<u64>(), ending(), cuts(), 0..2_000_u64, prop::option::weighted(0.5, 0.0..1.0_f64))
        .prop_map(move |(seed, ending, cuts, after_ms, keep)| {
            let (bytes, _) = good_stream(wire, seed);
            let keep = keep.map_or(bytes.len(), |part| (part * bytes.len() as f64) as usize);
            streamed_reply(&bytes[..keep], &cuts, after_ms, ending)
        });
    let refused = (refusal(), 0..2_000_u64).prop_map(|((status, headers), after_ms)| {
        Reply::default()
            .then(after_ms, What::Head { status, headers })
            .chunk(0, r#"{"error":{"message":"no","type":"t"}}"#)
            .end()
    });
    let garbage = (prop::collection::vec(any::<u8>(), 0..200), ending())
        .prop_map(|(bytes, ending)| streamed_reply(&bytes, &[50], 0, ending));
    prop_oneof![
        5 => streamed,
        3 => refused,
        1 => garbage,
        1 => transport().prop_map(Reply::fails),
        1 => Just(Reply::silent()),
        1 => Just(Reply::head(200, Headers::new())),
    ]
}

/// How a body ends: well, by a break, or never.
fn ending() -> impl Strategy<Value = Option<What>> {
    prop_oneof![
        4 => Just(Some(What::End)),
        2 => transport().prop_map(|kind| Some(What::Fail(kind))),
        1 => Just(None),
    ]
}

/// Sizes of pieces, used in turn.
pub(crate) fn cuts() -> impl Strategy<Value = Vec<usize>> {
    prop::collection::vec(1..400_usize, 1..8)
}

pub(crate) fn streamed_reply(bytes: &[u8], cuts: &[usize], after_ms: u64, ending: Option<What>) -> Reply {
    let mut reply = Reply::head(200, Headers::new());
    let mut rest = bytes;
    for size in cuts.iter().cycle() {
        if rest.is_empty() {
            break;
        }
        let (piece, later) = rest.split_at((*size).min(rest.len()));
        reply = reply.chunk(after_ms, piece);
        rest = later;
    }
    match ending {
        Some(ending) => reply.then(after_ms, ending),
        None => reply,
    }
}
