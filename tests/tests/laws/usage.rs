//! Usage objects of every API, one after another and cut off: what is read from them.

use proptest::prelude::*;
use proptest::sample::select;
use tokenwire_core::json::Reader;
use tokenwire_core::model::{Event, Wire};
use tokenwire_core::money::Amount;
use tokenwire_core::protocol::{Caps, Decoder, Dialect};
use tokenwire_core::testing::provider::{Rendering, Script, Tokens, stream, whole};
use tokenwire_core::usage::{
    BodyUsage, Bucket, Completeness, Counts, Usage, read_anthropic, read_gemini, read_openai_chat,
    read_openai_responses,
};
use tokenwire_tests::usage_objects::json_texts;

use crate::scenario;

/// An API: the fields of its usage objects, with a `#` for each number.
#[derive(Debug)]
struct Api {
    fields: &'static [&'static str],
    read: fn(&str, &mut Usage),
}

const CHAT: Api = Api {
    fields: &[
        r##""prompt_tokens":#"##,
        r##""completion_tokens":#,"total_tokens":#"##,
        r##""prompt_tokens_details":{"cached_tokens":#,"audio_tokens":#,"image_tokens":#}"##,
        r##""completion_tokens_details":{"reasoning_tokens":#,"accepted_prediction_tokens":#}"##,
        r##""prompt_cache_hit_tokens":#,"prompt_cache_miss_tokens":#"##,
        r##""cache_creation_input_tokens":#,"cache_creation":{"ephemeral_5m_input_tokens":#}"##,
        r##""reasoning_tokens":#,"citation_tokens":#,"num_search_queries":#"##,
        r##""prompt_audio_seconds":#,"audio_prompt_tokens":#"##,
        r##""cost":#,"server_tool_use":{"web_search_requests":#}"##,
    ],
    read: |text, usage| read_openai_chat(&mut Reader::new(text), usage).expect(text),
};

const RESPONSES: Api = Api {
    fields: &[
        r##""input_tokens":#"##,
        r##""output_tokens":#"##,
        r##""total_tokens":#"##,
        r##""input_tokens_details":{"cached_tokens":#,"cache_write_tokens":#}"##,
        r##""output_tokens_details":{"reasoning_tokens":#}"##,
        r##""input_token_details":{"audio_tokens":#,"cached_tokens_details":{"audio_tokens":#}}"##,
        r##""cost_in_usd_ticks":#,"server_side_tool_usage_details":{"web_search_calls":#}"##,
    ],
    read: |text, usage| read_openai_responses(&mut Reader::new(text), usage).expect(text),
};

const ANTHROPIC: Api = Api {
    fields: &[
        r##""input_tokens":#"##,
        r##""output_tokens":#"##,
        r##""cache_read_input_tokens":#"##,
        r##""cache_creation_input_tokens":#"##,
        r##""cache_creation":{"ephemeral_5m_input_tokens":#,"ephemeral_1h_input_tokens":#}"##,
        r##""output_tokens_details":{"thinking_tokens":#}"##,
        r##""iterations":[{"input_tokens":#,"output_tokens":#},{"input_tokens":#,"output_tokens":#}]"##,
        r##""server_tool_use":{"web_search_requests":#,"web_fetch_requests":#}"##,
    ],
    read: |text, usage| read_anthropic(&mut Reader::new(text), usage).expect(text),
};

const GEMINI: Api = Api {
    fields: &[
        r##""promptTokenCount":#"##,
        r##""candidatesTokenCount":#"##,
        r##""thoughtsTokenCount":#"##,
        r##""toolUsePromptTokenCount":#"##,
        r##""cachedContentTokenCount":#,"cacheTokensDetails":[{"modality":"AUDIO","tokenCount":#}]"##,
        r##""totalTokenCount":#"##,
        r##""promptTokensDetails":[{"modality":"IMAGE","tokenCount":#},{"modality":"DOCUMENT","tokenCount":#}]"##,
    ],
    read: |text, usage| read_gemini(&mut Reader::new(text), &mut usage.counts).expect(text),
};

// The others are told by their first field, so each of their objects has it.
const INTERACTIONS: Api = Api {
    fields: &[
        r##""total_input_tokens":#"##,
        r##""total_output_tokens":#"##,
        r##""total_thought_tokens":#"##,
        r##""total_tool_use_tokens":#,"total_cached_tokens":#"##,
    ],
    read: any_body,
};

const BEDROCK: Api = Api {
    fields: &[
        r##""inputTokens":#"##,
        r##""outputTokens":#"##,
        r##""cacheReadInputTokens":#"##,
        r##""cacheWriteInputTokens":#,"cacheDetails":[{"ttl":"1h","inputTokens":#}]"##,
    ],
    read: any_body,
};

const COHERE: Api = Api {
    fields: &[
        r##""billed_units":{"input_tokens":#,"output_tokens":#}"##,
        r##""tokens":{"input_tokens":#,"output_tokens":#,"reasoning_tokens":#}"##,
        r##""cached_tokens":#"##,
    ],
    read: any_body,
};

fn any_body(text: &str, usage: &mut Usage) {
    let mut body = BodyUsage::default();
    std::mem::swap(&mut body.usage, usage);
    body.take(text).expect(text);
    *usage = body.usage;
}

fn api() -> impl Strategy<Value = &'static Api> {
    select(vec![&CHAT, &RESPONSES, &ANTHROPIC, &GEMINI, &INTERACTIONS, &BEDROCK, &COHERE])
}

/// A plain count.
fn count() -> impl Strategy<Value = String> {
    prop_oneof![Just(0), 1..20u64, 0..100_000u64].prop_map(|n| n.to_string())
}

/// What a number may be spelled like, counts or not.
fn wild() -> impl Strategy<Value = String> {
    let odd = ["-1", "null", "1.5", "1e3", "\"7\"", "[]", "18446744073709551616", "99999999999999999999999"];
    prop_oneof![
        4 => count(),
        2 => (u64::MAX - 3..=u64::MAX).prop_map(|n| n.to_string()),
        1 => any::<u64>().prop_map(|n| n.to_string()),
        1 => select(odd.to_vec()).prop_map(String::from),
    ]
}

/// The object of the fields that `has` names; each `#` is the next number.
fn object(api: &Api, has: &[bool], numbers: &[String]) -> String {
    let mut numbers = numbers.iter().cycle();
    let fields = api.fields.iter().zip(has).enumerate().filter(|(at, (_, has))| **has || *at == 0);
    let text: Vec<&str> = fields.map(|(_, (field, _))| *field).collect();
    let mut object = String::new();
    for c in text.join(",").chars() {
        match c {
            '#' => object.push_str(numbers.next().expect("endless")),
            c => object.push(c),
        }
    }
    format!("{{{object}}}")
}

fn fields() -> impl Strategy<Value = Vec<bool>> {
    prop::collection::vec(any::<bool>(), 10)
}

fn numbers(number: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(number, 24)
}

fn read(api: &Api, texts: &[&str]) -> Usage {
    let mut usage = Usage::default();
    texts.iter().for_each(|text| (api.read)(text, &mut usage));
    usage
}

/// Parts as large as they like; something is always said.
fn tokens() -> impl Strategy<Value = Tokens> {
    let part = || prop_oneof![Just(0), 0..5_000u64];
    (part(), part(), part(), 1..5_000u64, part()).prop_map(
        |(rest, cache_read, cache_write, output, reasoning)| Tokens {
            input: rest + cache_read + cache_write,
            cache_read,
            cache_write,
            output: output + reasoning,
            reasoning,
        },
    )
}

/// A script whose counts are drawn, not counted.
fn script() -> impl Strategy<Value = Script> {
    (any::<u64>(), tokens()).prop_map(|(seed, tokens)| Script { tokens, ..scenario::script(seed) })
}

fn decoder(wire: Wire) -> Decoder {
    Decoder::new(Dialect::of_wire(wire), Caps::default())
}

/// The counts after each of the pieces, and at the end.
fn counts_along(wire: Wire, pieces: &[Vec<u8>]) -> Vec<Counts> {
    let (mut decoder, mut sink) = (decoder(wire), |_: Event<'_>| {});
    let mut along = Vec::new();
    for piece in pieces {
        decoder.push(piece, &mut sink).expect("a good stream");
        along.push(decoder.usage().counts);
    }
    decoder.end(&mut sink).expect("a good end");
    along.push(decoder.usage().counts);
    along
}

fn is_within(counts: &Counts, whole: &Counts) -> bool {
    counts.iter().all(|(bucket, count)| whole.get(bucket).is_some_and(|all| count <= all))
}

fn completeness() -> impl Strategy<Value = Completeness> {
    use Completeness::{Complete, Estimated, Partial, Unknown};
    select(vec![Complete, Estimated, Partial, Unknown])
}

/// What an attempt used.
fn attempt() -> impl Strategy<Value = Usage> {
    let counts = prop::collection::vec((select(Bucket::ALL.to_vec()), any::<u64>()), 0..4);
    let cost = prop::option::of((0..10u128).prop_map(Amount::from_pico));
    (counts, completeness(), cost).prop_map(|(stated, completeness, stated_cost)| {
        let mut usage = Usage { completeness, stated_cost, ..Usage::default() };
        stated.into_iter().for_each(|(bucket, count)| usage.counts.set(bucket, count));
        usage
    })
}

fn sum(attempts: &[Usage]) -> (Counts, Completeness, Option<Amount>) {
    let mut sum = Usage::nothing_billed();
    attempts.iter().for_each(|attempt| sum.add(attempt));
    (sum.counts, sum.completeness, sum.stated_cost)
}

fn number_after(text: &str, key: &str) -> u64 {
    let rest = text.split_once(&format!("\"{key}\":")).map_or("", |(_, rest)| rest);
    let end = rest.find([',', '}']).unwrap_or(rest.len());
    rest[..end].trim_matches('"').parse().unwrap_or(0)
}

proptest! {
    #![proptest_config(crate::config("regressions/usage.txt"))]

    #[test]
    fn the_same_snapshot_twice_counts_once(
        api in api(),
        (has_before, before) in (fields(), numbers(wild())),
        (has, numbers) in (fields(), numbers(wild())),
    ) {
        let before = object(api, &has_before, &before);
        let snapshot = object(api, &has, &numbers);
        let once = read(api, &[&before, &snapshot]);
        let twice = read(api, &[&before, &snapshot, &snapshot]);
        prop_assert_eq!(once, twice, "{} {}", before, snapshot);
    }

    #[test]
    fn a_later_snapshot_replaces_an_earlier_one(
        api in api(), has in fields(), earlier in numbers(count()), later in numbers(count()),
    ) {
        let (earlier, later) = (object(api, &has, &earlier), object(api, &has, &later));
        let (both, alone) = (read(api, &[&earlier, &later]), read(api, &[&later]));
        prop_assert_eq!(both.counts, alone.counts, "{} {}", earlier, later);
    }

    #[test]
    fn wholes_are_never_below_what_is_stated_and_never_turn_over(has in fields(), numbers in numbers(wild())) {
        for (api, whole, parts) in [
            (&CHAT, Bucket::Input, &["prompt_tokens"][..]),
            (&CHAT, Bucket::Output, &["completion_tokens"]),
            (&RESPONSES, Bucket::Input, &["input_tokens"]),
            (&RESPONSES, Bucket::Output, &["output_tokens"]),
            (&GEMINI, Bucket::Output, &["candidatesTokenCount", "thoughtsTokenCount"]),
            (&GEMINI, Bucket::Input, &["promptTokenCount", "toolUsePromptTokenCount"]),
            (&INTERACTIONS, Bucket::Output, &["total_output_tokens", "total_thought_tokens"]),
            (&BEDROCK, Bucket::Input, &["inputTokens", "cacheReadInputTokens", "cacheWriteInputTokens"]),
        ] {
            let text = object(api, &has, &numbers);
            let parts = parts.iter().map(|key| number_after(&text, key)).fold(0, u64::saturating_add);
            let Some(whole) = read(api, &[&text]).counts.get(whole) else { continue };
            prop_assert!(whole >= parts, "{whole} < {parts} in {text}");
        }
    }

    #[test]
    fn streams_and_whole_bodies_count_alike(wire in scenario::wire(), script in script()) {
        let body = whole(wire, &script);
        let frames = stream(wire, &script, &Rendering::default()).into_frames();
        let at_once = *counts_along(wire, &[body.clone().into_bytes()]).last().expect("the end");
        let streamed = *counts_along(wire, &frames).last().expect("the end");
        prop_assert_eq!(at_once, streamed);
        let mut events = BodyUsage::default();
        json_texts(&frames.concat()).iter().for_each(|text| events.take(text).expect("JSON"));
        prop_assert_eq!(events.usage.counts, streamed);
        prop_assert_eq!(BodyUsage::from_json(&body).expect("JSON").usage.counts, at_once);
        let tokens = script.tokens;
        prop_assert_eq!(at_once.get(Bucket::Input), Some(tokens.input));
        prop_assert_eq!(at_once.get(Bucket::Output), Some(tokens.output));
        prop_assert_eq!(at_once.get(Bucket::CacheRead).unwrap_or(0), tokens.cache_read);
        prop_assert_eq!(at_once.check(), Ok(()));
    }

    #[test]
    fn a_stream_cut_after_any_event_counts_no_more_than_the_whole(
        wire in scenario::wire(), script in script(),
    ) {
        let frames = stream(wire, &script, &Rendering::default()).into_frames();
        let along = counts_along(wire, &frames);
        let whole = along.last().expect("the end");
        for counts in &along {
            prop_assert!(is_within(counts, whole), "{counts:?} of {whole:?}");
        }
    }

    #[test]
    fn attempts_add_up_in_any_order(
        (attempts, shuffled) in prop::collection::vec(attempt(), 0..6)
            .prop_flat_map(|attempts| (Just(attempts.clone()), Just(attempts).prop_shuffle())),
    ) {
        prop_assert_eq!(sum(&attempts), sum(&shuffled));
    }
}
