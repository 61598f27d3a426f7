//! Law 3 for streams that are taken up again: nothing is lost and nothing comes twice, wherever the
//! stream broke.

use proptest::prelude::*;
use tokenwire_core::call::{Call, Options};
use tokenwire_core::http::{Headers, HttpRequest, TransportKind};
use tokenwire_core::model::{Accumulator, Content, Event, Message, Request, Response, Wire};
use tokenwire_core::protocol::{Credential, Dialect, Target};
use tokenwire_core::retry::{AfterCommit, Backoff, CommitPoint, Jitter, RetryPolicy};
use tokenwire_core::testing::provider::{Rendering, Script, stream};
use tokenwire_core::testing::{Reply, SimHost, SimRun, What};
use tokenwire_core::time::Instant;
use tokenwire_core::usage::Bucket;

use crate::scenario::{script, streamed_reply};

fn call(wire: Wire, is_background: bool, commit: CommitPoint) -> Call {
    let target = Target::new(Dialect::of_wire(wire), Some(Credential::new("key"))).expect("the key is plain");
    let mut request = Request::new("sim", vec![Message::user("hello")]);
    request.state.background = is_background;
    let backoff = Backoff { base_ms: 10, factor: 2, cap_ms: 100, jitter: Jitter::None };
    let retry = RetryPolicy {
        max_attempts: None,
        backoff,
        commit,
        after_commit: AfterCommit::Resume,
        ..RetryPolicy::bounded()
    };
    Call::new(request, target, Options { retry, ..Options::default() }, 1, Instant::default())
        .expect("the request is plain")
}

fn commit() -> impl Strategy<Value = CommitPoint> {
    prop::sample::select(vec![
        CommitPoint::AtFirstByte,
        CommitPoint::AtFirstVisible,
        CommitPoint::AtOpen,
        CommitPoint::Never,
    ])
}

/// How attempt after attempt goes: broken after that part of what is left, cut so.
fn breaks() -> impl Strategy<Value = Vec<(f64, Vec<usize>)>> {
    prop::collection::vec((0.0..1.0_f64, crate::scenario::cuts()), 1..5)
}

/// What a response holds; neighbours of one kind are one, since a hop that pauses ends its part.
fn contents(response: &Response) -> Vec<Content> {
    let mut out: Vec<Content> = Vec::new();
    for part in response.candidates.iter().flat_map(|c| &c.parts) {
        match (out.last_mut(), &part.content) {
            (Some(Content::Text { text, .. }), Content::Text { text: more, .. }) => text.push_str(more),
            (Some(Content::Reasoning(last)), Content::Reasoning(more)) => last.text.push_str(&more.text),
            (_, content) => out.push(content.clone()),
        }
    }
    out
}

/// What a caller has who obeys every event, down to parts that open once and before their deltas.
fn caller(run: &SimRun) -> Response {
    let mut caller = Accumulator::default();
    for (_, event) in &run.events {
        if let Event::TextDelta { part, .. } | Event::ReasoningDelta { part, .. } = event {
            assert!(*part < caller.parts(), "law 3: a delta of a part that never opened");
        }
        if let Event::PartStart { part, .. } = event {
            assert_eq!(*part, caller.parts(), "law 3: parts open once, in order");
        }
        caller.add(event);
    }
    caller.response().clone()
}

fn check(run: &SimRun, whole: &SimRun) -> Result<(), TestCaseError> {
    prop_assert!(run.outcome.is_complete(), "{:?}", run.outcome.failure);
    prop_assert_eq!(contents(&run.outcome.response), contents(&whole.outcome.response), "law 3: the outcome");
    prop_assert_eq!(contents(&caller(run)), contents(&whole.outcome.response), "law 3: the caller");
    prop_assert_eq!(&run.outcome.finish, &whole.outcome.finish);
    Ok(())
}

/// The place after which a background stream is to go on, as the request says it.
fn starting_after(request: &HttpRequest) -> Option<usize> {
    request.url.split("starting_after=").nth(1).and_then(|n| n.parse().ok())
}

/// Replies that break one after another, each going on behind the last whole event of those before;
/// and behind which event each one starts.
fn background(
    script: &Script,
    breaks: &[(f64, Vec<usize>)],
    again: usize,
) -> (Vec<Reply>, Vec<Option<usize>>) {
    let stream = stream(Wire::OpenaiResponses, script, &Rendering::default());
    let (frames, end) = (stream.frames(), stream.end());
    let (mut replies, mut starts, mut told) = (Vec::new(), vec![], 0_usize);
    for (part, cuts) in breaks {
        let from = told.saturating_sub(if told > 0 { again } else { 0 });
        let sent = frames[from..end].concat();
        let sent = &sent[..(sent.len() as f64 * part) as usize];
        starts.push(told.checked_sub(1));
        replies.push(streamed_reply(sent, cuts, 1, Some(What::Fail(TransportKind::Body))));
        let mut left = sent.len();
        let whole = frames[from..end]
            .iter()
            .take_while(|f| left.checked_sub(f.len()).inspect(|l| left = *l).is_some());
        told = told.max(from + whole.count());
    }
    starts.push(told.checked_sub(1));
    replies.push(streamed_reply(&frames[told..].concat(), &[64], 1, Some(What::End)));
    (replies, starts)
}

/// A long decode in chunks, of which some carry a token. The reply from chunk `from` on, broken or
/// paused after `keep` bytes; and the chunk behind the last token that was sent whole.
struct Decode {
    pieces: Vec<(bool, String)>,
    /// After which pieces a token comes; always after the first.
    tokens: Vec<bool>,
}

impl Decode {
    fn chunk(&self, at: usize, finish: Option<&str>) -> Vec<u8> {
        let (thought, text) = &self.pieces[at];
        let token = match self.tokens[at] {
            true => format!(r#","continuationToken":"t{at}""#),
            false => String::new(),
        };
        let finish = finish.map_or_else(String::new, |f| format!(r#","finishReason":"{f}""#));
        format!(
            "data: {{\"candidates\":[{{\"content\":{{\"parts\":[{{\"text\":\"{text}\",\"thought\":{thought}}}],\
             \"role\":\"model\"}}{token}{finish},\"index\":0}}],\"usageMetadata\":{{\"promptTokenCount\":3,\
             \"candidatesTokenCount\":1}}}}\n\n"
        )
        .into_bytes()
    }

    /// The chunks from `from` to before `to`; the last one ends with `finish`.
    fn chunks(&self, from: usize, to: usize, finish: &str) -> Vec<Vec<u8>> {
        (from..to).map(|at| self.chunk(at, (at + 1 == to).then_some(finish))).collect()
    }

    /// The chunk behind the last token among the first `told` chunks from `from`.
    fn behind(&self, from: usize, told: usize) -> usize {
        (from..from + told).rev().find(|at| self.tokens[*at]).map_or(from, |at| at + 1)
    }
}

fn decode() -> impl Strategy<Value = Decode> {
    let piece =
        (any::<bool>(), prop::sample::select(vec!["a", "bé", "c 🦀", "lorem ipsum ", "x"]), any::<bool>());
    prop::collection::vec(piece, 2..14).prop_map(|pieces| {
        let tokens = pieces.iter().enumerate().map(|(at, (_, _, token))| at == 0 || *token).collect();
        Decode {
            pieces: pieces.into_iter().map(|(thought, text, _)| (thought, text.to_string())).collect(),
            tokens,
        }
    })
}

impl std::fmt::Debug for Decode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (piece, token) in self.pieces.iter().zip(&self.tokens) {
            write!(f, "{piece:?}{}", if *token { "T " } else { " " })?;
        }
        Ok(())
    }
}

fn token_of(request: &HttpRequest) -> Option<usize> {
    let body = String::from_utf8_lossy(&request.body);
    let token = body.split(r#""continuationToken":"t"#).nth(1)?.split('"').next()?;
    token.parse().ok()
}

proptest! {
    #![proptest_config(crate::config("regressions/resumed.txt"))]

    #[test]
    fn background_stream_goes_on_where_it_broke(
        seed in any::<u64>(),
        commit in commit(),
        breaks in breaks(),
        again in 0..3_usize,
    ) {
        let wire = Wire::OpenaiResponses;
        let mut script = script(seed);
        script.is_background = true;
        let bytes = stream(wire, &script, &Rendering::default()).frames().concat();
        let whole = SimHost::new([streamed_reply(&bytes, &[64], 1, Some(What::End))]);
        let whole = whole.run_to_end(call(wire, true, commit));
        let (replies, starts) = background(&script, &breaks, again);
        // Before the first event a stream that is committed by its head cannot go on.
        prop_assume!(starts[1].is_some() || matches!(commit, CommitPoint::AtFirstVisible | CommitPoint::Never));
        let run = SimHost::new(replies).run_to_end(call(wire, true, commit));
        check(&run, &whole)?;
        let asked: Vec<_> = run.requests.iter().map(|(_, request)| starting_after(request)).collect();
        prop_assert_eq!(&asked, &starts, "each request goes on behind the last event");
        let discards = run.events.iter().filter(|(_, e)| matches!(e, Event::Discard { .. })).count();
        prop_assert_eq!(discards, 0);
        prop_assert_eq!(run.outcome.usage.counts, whole.outcome.usage.counts, "law 8: billed once");
        if starts[1].is_some() {
            prop_assert_eq!(&run.outcome.usage, &whole.outcome.usage, "law 8: and all of it is known");
        }
    }

    #[test]
    fn long_decode_goes_on_at_its_last_token(
        decode in decode(),
        commit in commit(),
        breaks in breaks(),
        pauses in prop::collection::vec(any::<bool>(), 5),
    ) {
        let wire = Wire::Gemini;
        let all = decode.pieces.len();
        let bytes = decode.chunks(0, all, "STOP").concat();
        let whole = SimHost::new([streamed_reply(&bytes, &[64], 1, Some(What::End))]);
        let whole = whole.run_to_end(call(wire, false, commit));
        let (mut replies, mut froms, mut from, mut has_token) = (Vec::new(), vec![None], 0, false);
        for ((part, cuts), pause) in breaks.iter().zip(&pauses) {
            // A hop that is paused ends well, and may have said more than its last token covers.
            let told = 1 + (part * (all - from).saturating_sub(1) as f64) as usize;
            let behind = decode.behind(from, told);
            if from + told >= all {
                break;
            }
            if *pause && behind > from {
                let sent = decode.chunks(from, from + told, "CONTINUATION").concat();
                replies.push(streamed_reply(&sent, cuts, 1, Some(What::End)));
                (from, has_token) = (behind, true);
            } else {
                let chunks = decode.chunks(from, all, "STOP");
                let sent = chunks.concat();
                let sent = &sent[..((sent.len() - chunks[chunks.len() - 1].len()) as f64 * part) as usize];
                let mut left = sent.len();
                let told = chunks.iter().take_while(|c| left.checked_sub(c.len()).inspect(|l| left = *l).is_some()).count();
                replies.push(streamed_reply(sent, cuts, 1, Some(What::Fail(TransportKind::Body))));
                if decode.behind(from, told) > from {
                    (from, has_token) = (decode.behind(from, told), true);
                }
            }
            // Without a token, what is committed by its head cannot go on.
            prop_assume!(has_token || matches!(commit, CommitPoint::AtFirstVisible | CommitPoint::Never));
            froms.push(from.checked_sub(1));
        }
        replies.push(streamed_reply(&decode.chunks(from, all, "STOP").concat(), &[64], 1, Some(What::End)));
        let run = SimHost::new(replies).run_to_end(call(wire, false, commit));
        check(&run, &whole)?;
        let asked: Vec<_> = run.requests.iter().map(|(_, request)| token_of(request)).collect();
        prop_assert_eq!(asked, froms, "each request names the last token");
    }
}

/// A refusal while a stream is taken up again is retried as that, not as a new response.
#[test]
fn a_refused_resumption_is_tried_again() {
    let wire = Wire::OpenaiResponses;
    let mut script = script(0);
    script.is_background = true;
    let stream = stream(wire, &script, &Rendering::default());
    let half = stream.end() / 2;
    let broken = Reply::head(200, Headers::new())
        .chunk(0, stream.frames()[..half].concat())
        .then(0, What::Fail(TransportKind::Body));
    let busy = Reply::whole(503, Headers::new(), "{}");
    let rest = Reply::whole(200, Headers::new(), stream.frames()[half..].concat());
    let run = SimHost::new([broken, busy, rest]).run_to_end(call(wire, true, CommitPoint::AtFirstVisible));
    assert_eq!(run.outcome.failure, None);
    assert_eq!(run.outcome.response.text(), script.full_text());
    let asked: Vec<_> = run.requests.iter().map(|(_, request)| starting_after(request)).collect();
    assert_eq!(asked, [None, Some(half - 1), Some(half - 1)]);
    assert_eq!(run.outcome.usage.counts.get(Bucket::Output), Some(script.tokens.output));
}
