//! Usage and finish reasons, on whole answers.

use alloc::vec;
use alloc::vec::Vec;

use super::json::Json;
use super::{foreign, read_back, whole};
use crate::model::{Candidate, Finish, FinishReason, Part, Response};
use crate::usage::{Bucket, Completeness, Usage};

fn response(reason: FinishReason) -> Response {
    let finish = Some(Finish { reason, raw: Some("end_turn".into()), detail: None });
    Response { candidates: vec![Candidate { parts: vec![Part::text("x")], finish }], ..Response::default() }
}

#[test]
fn thoughts_are_counted_apart_and_caches_inside() {
    let mut usage = Usage { completeness: Completeness::Complete, ..Usage::default() };
    for (bucket, count) in [
        (Bucket::Input, 100),
        (Bucket::CacheRead, 40),
        (Bucket::CacheWrite, 7),
        (Bucket::InputImage, 30),
        (Bucket::Output, 50),
        (Bucket::OutputReasoning, 20),
        (Bucket::OutputAudio, 10),
    ] {
        usage.counts.set(bucket, count);
    }
    usage.service_tier = Some("default".into());
    let mut answer = foreign();
    let body = whole(&mut answer, &response(FinishReason::Stop), &usage);
    let expected = concat!(
        r#"{"promptTokenCount":100,"cachedContentTokenCount":40,"candidatesTokenCount":30,"thoughtsTokenCount":20,"#,
        r#""totalTokenCount":150,"promptTokensDetails":[{"modality":"TEXT","tokenCount":70},{"modality":"IMAGE","tokenCount":30}],"#,
        r#""candidatesTokensDetails":[{"modality":"TEXT","tokenCount":20},{"modality":"AUDIO","tokenCount":10}],"serviceTier":"standard"}"#
    );
    assert_eq!(Json::parse(&body).get("usageMetadata"), Some(&Json::parse(expected)));
    let paths: Vec<_> = answer.losses.iter().map(|l| l.path.as_str()).collect();
    assert_eq!(paths, ["usage.cache_write"]);
    let read = read_back(&body).1.counts;
    for (bucket, count) in usage.counts.iter().filter(|(bucket, _)| *bucket != Bucket::CacheWrite) {
        assert_eq!(read.get(bucket), Some(count), "{}", bucket.name());
    }
}

#[test]
fn what_is_not_known_is_not_zero() {
    let mut usage = Usage::default();
    assert!(!whole(&mut foreign(), &response(FinishReason::Stop), &usage).contains("usageMetadata"));
    usage.counts.set(Bucket::Input, 3);
    let body = whole(&mut foreign(), &response(FinishReason::Stop), &usage);
    assert!(body.contains(r#""usageMetadata":{"promptTokenCount":3}"#), "{body}");
}

#[test]
fn reasons_have_a_word_and_what_it_hides_is_a_loss() {
    for (reason, word, is_exact) in [
        (FinishReason::Stop, "STOP", true),
        (FinishReason::ToolCalls, "STOP", true),
        (FinishReason::StopSequence, "STOP", false),
        (FinishReason::Length, "MAX_TOKENS", true),
        (FinishReason::ContentFilter, "SAFETY", true),
        (FinishReason::Refusal, "SAFETY", false),
        (FinishReason::Pause, "CONTINUATION", true),
        (FinishReason::Error, "OTHER", true),
        (FinishReason::Cancelled, "OTHER", false),
        (FinishReason::Other, "FINISH_REASON_UNSPECIFIED", true),
    ] {
        let mut answer = foreign();
        let body = whole(&mut answer, &response(reason), &Usage::default());
        assert_eq!(Json::parse(&body).text("candidates.0.finishReason"), Some(word), "{reason}");
        assert_eq!(answer.losses.is_empty(), is_exact, "{reason}");
    }
}
