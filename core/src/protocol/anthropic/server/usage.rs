//! Usage in this wire's fields: the input without what caches read and wrote, everything else whole.

use crate::json::{Reader, Writer, compact};
use crate::model::LossAction;
use crate::protocol::answer::Answer;
use crate::usage::{Bucket, Usage, read_anthropic};

/// The counts that have a field.
const COUNTED: [Bucket; 9] = [
    Bucket::Input,
    Bucket::Output,
    Bucket::CacheRead,
    Bucket::CacheWrite,
    Bucket::CacheWrite5m,
    Bucket::CacheWrite1h,
    Bucket::OutputReasoning,
    Bucket::WebSearch,
    Bucket::WebFetch,
];

/// Which usage object is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// The last one of a stream, whose unknown counts leave earlier ones as they are.
    Delta,
    /// The one of a message, with every field of the wire.
    Message,
}

/// Writes the usage object. A provider's own object goes as it came where `is_same_wire` and it
/// states exactly these counts.
///
/// Unknown counts are null, but for the two that SDKs take for numbers: these are 0.
pub(super) fn write(w: &mut Writer, usage: &Usage, is_same_wire: bool, form: Form) {
    match own(usage, form).filter(|_| is_same_wire) {
        Some(raw) => w.raw(&compact(raw)),
        None => w.object(|w| fields(w, usage, form)),
    }
}

/// States what of the usage the object that [`write`] writes does not say.
pub(super) fn lose_rest(answer: &mut Answer, usage: &Usage, form: Form) {
    if super::is_same_wire(&answer.context) && own(usage, form).is_some() {
        return;
    }
    for (bucket, _) in usage.counts.iter().filter(|(b, count)| *count > 0 && !COUNTED.contains(b)) {
        let path = alloc::format!("usage.{}", bucket.name());
        answer.lose(LossAction::Dropped, path, "the wire does not count it");
    }
    if usage.service_tier.is_some() && service_tier(usage).is_none() {
        answer.lose(LossAction::Dropped, "usage.service_tier", "the wire has no such tier");
    }
}

/// The provider's last object, if its objects add up to the counts. A message holds all in one.
fn own(usage: &Usage, form: Form) -> Option<&str> {
    if form == Form::Message && usage.raw.len() != 1 {
        return None;
    }
    let mut stated = Usage::default();
    for raw in &usage.raw {
        read_anthropic(&mut Reader::new(raw), &mut stated).ok()?;
    }
    let last = usage.raw.last()?;
    (stated.counts == usage.counts && last.starts_with('{')).then_some(last)
}

fn fields(w: &mut Writer, usage: &Usage, form: Form) {
    let is_message = form == Form::Message;
    let get = |bucket| usage.counts.get(bucket);
    let (read, written) = (get(Bucket::CacheRead), get(Bucket::CacheWrite));
    let cached = read.unwrap_or(0).saturating_add(written.unwrap_or(0));
    match get(Bucket::Input) {
        Some(all) => w.key("input_tokens").u64(all.saturating_sub(cached)),
        None if is_message => w.key("input_tokens").u64(0),
        None => w.key("input_tokens").null(),
    }
    opt_u64(w, "cache_creation_input_tokens", written);
    opt_u64(w, "cache_read_input_tokens", read);
    let names = ["ephemeral_5m_input_tokens", "ephemeral_1h_input_tokens"];
    let split = [get(Bucket::CacheWrite5m), get(Bucket::CacheWrite1h)];
    pair(w, "cache_creation", names, split, is_message);
    w.key("output_tokens").u64(get(Bucket::Output).unwrap_or(0));
    match get(Bucket::OutputReasoning) {
        Some(count) => w.key("output_tokens_details").object(|w| w.key("thinking_tokens").u64(count)),
        None => w.key("output_tokens_details").null(),
    }
    let names = ["web_search_requests", "web_fetch_requests"];
    pair(w, "server_tool_use", names, [get(Bucket::WebSearch), get(Bucket::WebFetch)], true);
    let tier = service_tier(usage);
    if is_message {
        super::stop::opt_string(w, "service_tier", tier);
        w.key("speed").null();
        w.key("inference_geo").null();
    } else {
        w.opt_string("service_tier", tier);
    }
}

fn opt_u64(w: &mut Writer, key: &str, value: Option<u64>) {
    match value {
        Some(value) => w.key(key).u64(value),
        None => w.key(key).null(),
    }
}

/// Two counts that only go together; one that is unknown beside a known one is 0.
fn pair(w: &mut Writer, key: &str, names: [&str; 2], counts: [Option<u64>; 2], is_demanded: bool) {
    if counts == [None, None] {
        if is_demanded {
            w.key(key).null();
        }
        return;
    }
    w.key(key).object(|w| {
        for (name, count) in names.into_iter().zip(counts) {
            w.key(name).u64(count.unwrap_or(0));
        }
    });
}

fn service_tier(usage: &Usage) -> Option<&'static str> {
    match usage.service_tier.as_deref()? {
        "batch" => Some("batch"),
        "default" | "standard" => Some("standard"),
        "priority" => Some("priority"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::model::Wire;

    fn written(usage: &Usage, is_same_wire: bool, form: Form) -> String {
        let mut w = Writer::new();
        write(&mut w, usage, is_same_wire, form);
        w.finish()
    }

    fn usage(counts: &[(Bucket, u64)]) -> Usage {
        let mut usage = Usage::default();
        counts.iter().for_each(|(bucket, count)| usage.counts.set(*bucket, *count));
        usage
    }

    #[test]
    fn the_input_is_without_what_caches_read_and_wrote() {
        let all = [
            (Bucket::Input, 100),
            (Bucket::Output, 7),
            (Bucket::CacheRead, 60),
            (Bucket::CacheWrite, 30),
            (Bucket::CacheWrite1h, 30),
            (Bucket::OutputReasoning, 5),
            (Bucket::WebSearch, 2),
        ];
        for form in [Form::Delta, Form::Message] {
            let text = written(&usage(&all), false, form);
            assert!(text.starts_with(r#"{"input_tokens":10,"#), "{text}");
            let mut read = Usage::default();
            read_anthropic(&mut Reader::new(&text), &mut read).expect("JSON");
            let mut expected = usage(&all).counts;
            expected.set(Bucket::CacheWrite5m, 0);
            expected.set(Bucket::WebFetch, 0);
            assert_eq!(read.counts, expected);
        }
    }

    #[test]
    fn unknown_is_null_where_it_may_be() {
        assert_eq!(
            written(&Usage::default(), false, Form::Delta),
            r#"{"input_tokens":null,"cache_creation_input_tokens":null,"cache_read_input_tokens":null,"output_tokens":0,"output_tokens_details":null,"server_tool_use":null}"#
        );
        let text = written(&Usage::default(), false, Form::Message);
        assert!(
            text.starts_with(r#"{"input_tokens":0,"#) && text.contains(r#""cache_creation":null"#),
            "{text}"
        );
    }

    #[test]
    fn the_vendors_own_object_goes_as_it_came_while_it_says_the_same() {
        let mut own = usage(&[(Bucket::Input, 3), (Bucket::Output, 4)]);
        own.raw = vec![r#"{"input_tokens":3}"#.into(), r#"{"output_tokens": 4,"speed":"fast"}"#.into()];
        assert_eq!(written(&own, true, Form::Delta), r#"{"output_tokens":4,"speed":"fast"}"#);
        assert!(written(&own, false, Form::Delta).starts_with(r#"{"input_tokens":3,"#));
        assert!(written(&own, true, Form::Message).starts_with(r#"{"input_tokens":3,"cache"#));
        own.counts.set(Bucket::Output, 5);
        assert!(written(&own, true, Form::Delta).contains(r#""output_tokens":5"#));
    }
    #[test]
    fn what_has_no_field_is_told() {
        let lost = |usage: &Usage, source, form| -> Vec<String> {
            let mut answer = super::super::tests::answer(source);
            lose_rest(&mut answer, usage, form);
            answer.losses.into_vec().into_iter().map(|loss| loss.path).collect()
        };
        let mut all = usage(&Bucket::ALL.map(|bucket| (bucket, 1)));
        all.service_tier = Some("flex".into());
        let paths = lost(&all, Wire::OpenaiChat, Form::Delta);
        for path in
            ["usage.input_audio", "usage.cache_write_12h", "usage.prediction_rejected", "usage.service_tier"]
        {
            assert!(paths.iter().any(|lost| lost == path), "{path} {paths:?}");
        }
        assert_eq!(paths.len(), Bucket::ALL.len() - COUNTED.len() + 1);
        let plain = usage(&[(Bucket::Input, 1), (Bucket::Output, 1), (Bucket::InputAudio, 0)]);
        assert_eq!(lost(&plain, Wire::OpenaiChat, Form::Message), [""; 0]);
        let mut own = usage(&[(Bucket::Input, 3), (Bucket::Output, 4)]);
        own.raw = vec![r#"{"input_tokens":3,"output_tokens":4}"#.into()];
        own.service_tier = Some("new".into());
        assert_eq!(lost(&own, Wire::Anthropic, Form::Message), [""; 0]);
    }
}
