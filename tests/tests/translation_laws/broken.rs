//! Nothing that comes breaks a translation, and what broke is read as a failure.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use tokenwire_core::failure::{Failure, FailureKind};
use tokenwire_core::json::RawJson;
use tokenwire_core::model::{Event, FinishReason, Wire};
use tokenwire_core::protocol::{Incoming, decode_request};
use tokenwire_core::testing::strategies;
use tokenwire_core::translate::{TranslateOptions, translate_request};

use super::answers::{answered, answered_abroad};
use super::asking::asking;
use super::config;
use super::sides::{
    connected, incoming, key, no_headers, pairs, path, provided, read, sent, target, translator,
};

/// Some bytes replaced, taken out or doubled.
fn mutated(bytes: &[u8], changes: &[(Index, u8, u8)]) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    for (at, how, byte) in changes {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        match how % 4 {
            0 => bytes[at] = *byte,
            1 => drop(bytes.remove(at)),
            2 => bytes.truncate(at),
            _ => {
                let end = (at + usize::from(*byte)).min(bytes.len());
                let again = bytes[at..end].to_vec();
                bytes.splice(at..at, again);
            }
        }
    }
    bytes
}

fn changes() -> impl Strategy<Value = Vec<(Index, u8, u8)>> {
    vec((any::<Index>(), any::<u8>(), prop_oneof![any::<u8>(), select(&b"{}[]\",:\\01n\n"[..])]), 1..6)
}

/// What came of a body.
struct Pushed {
    out: Vec<u8>,
    /// Whether the provider's protocol was kept to the end.
    is_good: bool,
    /// Whether it ended in a way that every wire has a word for.
    is_finished: bool,
}

/// Everything through a translator.
fn pushed(bytes: &[u8], provider: Wire, application: Wire, stream: bool) -> Pushed {
    let mut translated = connected(application, provider, stream);
    translated.is_forwarded = false;
    let mut translator = translator(&translated, provider);
    let (mut out, mut is_finished) = (Vec::new(), false);
    let mut watch = |event: Event<'_>| {
        if let Event::Finish { finish, .. } = event {
            is_finished = matches!(
                finish.reason,
                FinishReason::Stop
                    | FinishReason::ToolCalls
                    | FinishReason::Length
                    | FinishReason::ContentFilter
            );
        }
    };
    let pushed = translator.push(bytes, &mut watch, &mut out);
    let ended = pushed.and_then(|_| translator.end(&mut watch, &mut out));
    Pushed { out, is_good: ended.is_ok(), is_finished }
}

proptest! {
    #![proptest_config(config(2_000))]

    #[test]
    fn no_text_is_too_odd_to_be_judged(wire in strategies::wire(), text in prop_oneof![strategies::json_text(), strategies::text()]) {
        let incoming = Incoming { path: path(wire), headers: no_headers(), body: &text };
        let _ = decode_request(wire, &incoming, &key());
        for to in Wire::ALL {
            let _ = translate_request(wire, &incoming, &target(to), &TranslateOptions::default());
        }
    }

    #[test]
    fn no_damage_to_a_request_breaks_its_translation(
        ((from, to), request) in select(pairs()).prop_flat_map(|(from, to)| (Just((from, to)), asking(from))),
        changes in changes(),
    ) {
        let Ok(encoded) = sent(&request, from, true) else { return Ok(()) };
        let mut http = encoded.http;
        http.body = String::from_utf8_lossy(&mutated(&http.body, &changes)).into_owned().into_bytes();
        if let Ok(translated) = translate_request(from, &incoming(&http), &target(to), &TranslateOptions::default()) {
            let body = std::str::from_utf8(&translated.http.body).expect("UTF-8");
            prop_assert!(from == to || RawJson::parse(body).is_ok(), "{}", body);
        }
    }

    #[test]
    fn a_damaged_answer_is_an_answer_or_a_failure_and_never_both(
        ((provider, application), answer) in answered(),
        is_stream in any::<bool>(),
        wants_stream in any::<bool>(),
        changes in changes(),
    ) {
        let bytes = mutated(&provided(provider, &answer.events, &answer.usage, is_stream).bytes, &changes);
        let Pushed { out, is_good, is_finished } = pushed(&bytes, provider, application, wants_stream);
        if !is_good && !wants_stream {
            prop_assert!(out.is_empty());
            return Ok(());
        }
        let end = read(application, &out).end;
        let shown = || format!("{provider} to {application}: {end:?}\n{}\n{}",
            String::from_utf8_lossy(&bytes), String::from_utf8_lossy(&out));
        prop_assert!(is_good || end.is_err(), "{}", shown());
        prop_assert!(!(is_good && is_finished) || end.is_ok(), "{}", shown());
    }

    #[test]
    fn a_stream_that_is_given_up_is_read_as_a_failure(
        ((provider, application), answer) in answered_abroad(),
        cut in any::<Index>(),
    ) {
        let bytes = provided(provider, &answer.events, &answer.usage, true).bytes;
        let bytes = &bytes[..cut.index(bytes.len())];
        let mut translator = translator(&connected(application, provider, true), provider);
        let mut out = Vec::new();
        translator.push(bytes, &mut |_: Event<'_>| {}, &mut out).expect("the beginning of a good stream");
        translator.fail(&Failure::new(FailureKind::Incomplete, "the connection broke"), &mut out);
        let end = read(application, &out).end;
        prop_assert!(end.is_err(), "{provider} to {application}:\n{}", String::from_utf8_lossy(&out));
    }
}
