//! `usageMetadata`.

use crate::json::{Reader, Writer, compact};
use crate::model::LossAction;
use crate::protocol::answer::Answer;
use crate::usage::{Bucket, Counts, Usage, read_gemini};

/// Writes the field, if anything is stated. Thoughts are counted apart from the candidates here, and
/// the total stands only where both sides are known.
///
/// Google's own object goes as it came, where it says the same as the counts.
pub(super) fn write(answer: &mut Answer, w: &mut Writer, usage: &Usage, is_native: bool) {
    if usage.counts.is_empty() {
        return;
    }
    w.key("usageMetadata");
    if let ([raw], true) = (&usage.raw[..], is_native)
        && counts_of(raw) == Some(usage.counts)
    {
        w.raw(&compact(raw));
        return;
    }
    lose_the_rest(answer, &usage.counts);
    w.object(|w| write_counts(w, usage));
}

fn counts_of(raw: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    read_gemini(&mut Reader::new(raw), &mut counts).ok()?;
    Some(counts)
}

fn write_counts(w: &mut Writer, usage: &Usage) {
    let count = |bucket| usage.counts.get(bucket);
    let (input, output) = (count(Bucket::Input), count(Bucket::Output));
    // Some providers count more thoughts than output; the whole is what is billed.
    let thoughts = count(Bucket::OutputReasoning).map(|thoughts| thoughts.min(output.unwrap_or(thoughts)));
    let candidates = output.map(|output| output.saturating_sub(thoughts.unwrap_or(0)));
    w.opt_u64("promptTokenCount", input);
    w.opt_u64("cachedContentTokenCount", count(Bucket::CacheRead));
    w.opt_u64("candidatesTokenCount", candidates);
    w.opt_u64("thoughtsTokenCount", thoughts);
    w.opt_u64("totalTokenCount", input.zip(output).map(|(input, output)| input.saturating_add(output)));
    let kinds = [
        ("promptTokensDetails", input, [Bucket::InputAudio, Bucket::InputImage, Bucket::InputVideo]),
        (
            "candidatesTokensDetails",
            candidates,
            [Bucket::OutputAudio, Bucket::OutputImage, Bucket::OutputVideo],
        ),
    ];
    for (name, whole, [audio, image, video]) in kinds {
        write_details(w, name, whole, [count(audio), count(image), count(video)]);
    }
    let cached = [count(Bucket::CacheReadAudio), count(Bucket::CacheReadImage), None];
    write_details(w, "cacheTokensDetails", count(Bucket::CacheRead), cached);
    w.opt_string("serviceTier", usage.service_tier.as_deref().and_then(tier));
}

/// Writes what of a count is sound, pictures and moving pictures, and that the rest is text.
fn write_details(w: &mut Writer, name: &str, whole: Option<u64>, parts: [Option<u64>; 3]) {
    if parts.iter().all(Option::is_none) {
        return;
    }
    let known = parts.iter().flatten().fold(0u64, |sum, count| sum.saturating_add(*count));
    let text = whole.map(|whole| whole.saturating_sub(known)).filter(|text| *text > 0);
    let counts = [("TEXT", text), ("AUDIO", parts[0]), ("IMAGE", parts[1]), ("VIDEO", parts[2])];
    w.key(name).array(|w| {
        for (modality, count) in counts {
            let Some(count) = count else { continue };
            w.object(|w| {
                w.key("modality").string(modality);
                w.key("tokenCount").u64(count);
            });
        }
    });
}

/// Google's word for a tier; other vendors' own tiers have none.
fn tier(name: &str) -> Option<&str> {
    match name {
        "flex" | "priority" | "standard" => Some(name),
        "default" => Some("standard"),
        _ => None,
    }
}

/// Reports the counts that have no field, though they are in the wholes.
fn lose_the_rest(answer: &mut Answer, counts: &Counts) {
    if counts.get(Bucket::Output).is_some_and(|output| counts.get(Bucket::OutputReasoning) > Some(output)) {
        let why = "more thoughts than output were counted";
        answer.lose(LossAction::Approximated, "usage.output_reasoning", why);
    }
    for bucket in [
        Bucket::CacheWrite,
        Bucket::OutputCitation,
        Bucket::PredictionAccepted,
        Bucket::PredictionRejected,
        Bucket::WebSearch,
        Bucket::WebFetch,
        Bucket::FileSearch,
    ] {
        if counts.get(bucket).is_some_and(|count| count > 0) {
            let path = alloc::format!("usage.{}", bucket.name());
            answer.lose(LossAction::Dropped, path, "the wire does not count it apart");
        }
    }
}
