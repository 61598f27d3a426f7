//! Streams in every pair: where the bytes are cut does not matter, and what can be said is said at once.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree as _;
use proptest::test_runner::TestRunner;
use tokenwire_core::model::{Event, Wire};
use tokenwire_core::testing::strategies;

use super::answers::answered_abroad;
use super::config;
use super::sides::{connected, provided, translator};

/// What the provider's bytes become when they come in these pieces.
fn pushed(pieces: &[&[u8]], provider: Wire, application: Wire) -> Vec<u8> {
    let translated = connected(application, provider, true);
    let mut translator = translator(&translated, provider);
    let mut out = Vec::new();
    for piece in pieces {
        translator.push(piece, &mut |_: Event<'_>| {}, &mut out).expect("a good stream");
    }
    translator.end(&mut |_: Event<'_>| {}, &mut out).expect("a good end");
    out
}

/// What a delta is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Delta {
    Arguments,
    Reasoning,
    Refusal,
    Text,
}

impl Delta {
    fn of(event: &Event<'_>) -> Option<Self> {
        match event {
            Event::ArgumentsDelta { text, .. } if !text.is_empty() => Some(Self::Arguments),
            Event::ReasoningDelta { text, .. } if !text.is_empty() => Some(Self::Reasoning),
            Event::RefusalDelta { text, .. } if !text.is_empty() => Some(Self::Refusal),
            Event::TextDelta { text, .. } if !text.is_empty() => Some(Self::Text),
            _ => None,
        }
    }
}

/// Deltas that lead to no output in the push that brought them.
fn waiting(bytes: &[u8], provider: Wire, application: Wire) -> Vec<(Delta, bool)> {
    let translated = connected(application, provider, true);
    let mut translator = translator(&translated, provider);
    let (mut waiting, mut open) = (Vec::new(), BTreeSet::new());
    let mut out = Vec::new();
    for frame in frames(bytes) {
        let before = out.len();
        let mut deltas = Vec::new();
        let mut was_parallel = false;
        translator
            .push(
                frame,
                &mut |event: Event<'_>| {
                    match &event {
                        Event::PartStart { part, .. } => drop(open.insert(*part)),
                        Event::PartEnd { part } => drop(open.remove(part)),
                        _ => {}
                    }
                    was_parallel |= open.len() > 1;
                    deltas.extend(Delta::of(&event));
                },
                &mut out,
            )
            .expect("a good stream");
        if out.len() == before {
            waiting.extend(deltas.into_iter().map(|delta| (delta, was_parallel)));
        }
    }
    waiting
}

/// The stream event by event.
fn frames(bytes: &[u8]) -> Vec<&[u8]> {
    let mut frames = Vec::new();
    let mut start = 0;
    for at in 0..bytes.len() {
        if bytes[at..].starts_with(b"\n\n") {
            frames.push(&bytes[start..at + 2]);
            start = at + 2;
        }
    }
    frames.push(&bytes[start..]);
    frames
}

/// When a delta may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum When {
    Always,
    /// While another part is open.
    Interleaved,
}

/// What may wait, on an application's wire, and why.
///
/// | to | what | when | why |
/// | --- | --- | --- | --- |
/// | Gemini | arguments | always | a function call is one part, whole |
/// | Anthropic | arguments | while calls come in turns | a block ends before the next one begins |
/// | Anthropic | a refusal | always | its words stand in `stop_details`, beside the reason |
///
/// Nothing else waits: each piece of text, thinking, refusal or arguments goes out in the push that
/// brought it.
const MAY_WAIT: [(Wire, Delta, When); 3] = [
    (Wire::Gemini, Delta::Arguments, When::Always),
    (Wire::Anthropic, Delta::Arguments, When::Interleaved),
    (Wire::Anthropic, Delta::Refusal, When::Always),
];

fn may_wait(application: Wire, delta: Delta, was_parallel: bool) -> bool {
    MAY_WAIT.iter().any(|(wire, what, when)| {
        (*wire, *what) == (application, delta) && (*when == When::Always || was_parallel)
    })
}

proptest! {
    #![proptest_config(config(1_000))]

    #[test]
    fn any_split_gives_the_same_bytes(
        (((provider, application), answer), cuts) in answered_abroad().prop_flat_map(|(pair, answer)| {
            let length = provided(pair.0, &answer.events, &answer.usage, true).bytes.len();
            (Just((pair, answer)), strategies::splits(length))
        }),
    ) {
        let bytes = provided(provider, &answer.events, &answer.usage, true).bytes;
        let whole = pushed(&[&bytes], provider, application);
        prop_assert_eq!(pushed(&strategies::pieces(&bytes, &cuts), provider, application), whole);
    }

    #[test]
    fn what_can_be_said_is_said_at_once(((provider, application), answer) in answered_abroad()) {
        let bytes = provided(provider, &answer.events, &answer.usage, true).bytes;
        for (delta, was_parallel) in waiting(&bytes, provider, application) {
            prop_assert!(may_wait(application, delta, was_parallel), "{provider} to {application}: {delta:?}\n{}",
                String::from_utf8_lossy(&bytes));
        }
    }
}

/// The table names nothing that never happens.
#[test]
fn everything_that_may_wait_does() {
    let mut runner = TestRunner::new(config(1));
    let mut left = MAY_WAIT.to_vec();
    for _ in 0..2_000 {
        let ((provider, application), answer) =
            answered_abroad().new_tree(&mut runner).expect("a strategy").current();
        let bytes = provided(provider, &answer.events, &answer.usage, true).bytes;
        if left.is_empty() {
            continue;
        }
        let seen = waiting(&bytes, provider, application);
        left.retain(|(wire, what, _)| *wire != application || seen.iter().all(|(delta, _)| delta != what));
    }
    assert_eq!(left, []);
}
