//! The usage object of Anthropic Messages.
//!
//! `input_tokens` leaves out what was read from and written to a cache, so the whole input is the sum
//! of three. With `iterations` the top level leaves out compaction and advisor steps, so the sum over
//! the iterations stands in its place.

use alloc::string::String;

use super::stated_cost::StatedCost;
use super::{Bucket, Counts, Usage};
use crate::json::{self, Reader};

/// Reads one usage object into `usage`; what it does not state stays as it was.
///
/// Snapshots of one response are read one after another into the same counts: each replaces what it
/// states and adds nothing. A cost that it states is read too (OpenRouter speaks this wire as well).
///
/// # Errors
/// The text is not JSON.
pub fn read_anthropic(r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
    let mut stated = Snapshot::of(&usage.counts);
    stated.read(r, usage)?;
    Ok(())
}

/// The exclusive counts of one step, as the wire states them.
#[derive(Clone, Copy, Debug, Default)]
struct Step {
    uncached: Option<u64>,
    written: Option<u64>,
    written_5m: Option<u64>,
    written_1h: Option<u64>,
    cached: Option<u64>,
    output: Option<u64>,
    thinking: Option<u64>,
}

impl Step {
    /// Reads the field `key` if it is one of a step's; `false` leaves it unread.
    fn read_field(&mut self, key: &str, r: &mut Reader<'_>) -> Result<bool, json::Error> {
        match key {
            "cache_creation" => {
                let Some(mut fields) = r.opt_object()? else { return Ok(true) };
                while let Some(key) = fields.key(r)? {
                    match &*key {
                        "ephemeral_1h_input_tokens" => replace(&mut self.written_1h, r)?,
                        "ephemeral_5m_input_tokens" => replace(&mut self.written_5m, r)?,
                        _ => r.skip()?,
                    }
                }
            }
            "cache_creation_input_tokens" => replace(&mut self.written, r)?,
            "cache_read_input_tokens" => replace(&mut self.cached, r)?,
            "input_tokens" => replace(&mut self.uncached, r)?,
            "output_tokens" => replace(&mut self.output, r)?,
            "output_tokens_details" => {
                let Some(mut fields) = r.opt_object()? else { return Ok(true) };
                while let Some(key) = fields.key(r)? {
                    match &*key {
                        "thinking_tokens" => replace(&mut self.thinking, r)?,
                        _ => r.skip()?,
                    }
                }
            }
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn each(&mut self, other: &Self, join: impl Fn(&mut Option<u64>, Option<u64>)) {
        join(&mut self.uncached, other.uncached);
        join(&mut self.written, other.written);
        join(&mut self.written_5m, other.written_5m);
        join(&mut self.written_1h, other.written_1h);
        join(&mut self.cached, other.cached);
        join(&mut self.output, other.output);
        join(&mut self.thinking, other.thinking);
    }

    /// All that was written to a cache. The total goes on growing in a server-tool loop where the
    /// split is not repeated, and some proxies state the split alone: the larger of both is whole.
    fn all_written(&self) -> Option<u64> {
        let split = match (self.written_5m, self.written_1h) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
        self.written.max(split)
    }
}

fn replace(count: &mut Option<u64>, r: &mut Reader<'_>) -> Result<(), json::Error> {
    if let Some(new) = r.opt_u64()? {
        *count = Some(new);
    }
    Ok(())
}

/// Keeps a text; one that is known already is not copied again.
fn keep(field: &mut Option<String>, r: &mut Reader<'_>) -> Result<(), json::Error> {
    if let Some(text) = r.opt_string()?
        && field.as_deref() != Some(&*text)
    {
        *field = Some(text.into_owned());
    }
    Ok(())
}

fn plus(sum: &mut Option<u64>, count: Option<u64>) {
    if let Some(count) = count {
        *sum = Some(sum.unwrap_or(0).saturating_add(count));
    }
}

/// What the usage objects of one response stated so far.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Snapshot {
    top: Step,
    /// The sum over the iterations, where there are any.
    iterations: Option<Step>,
    web_searches: Option<u64>,
    web_fetches: Option<u64>,
}

impl Snapshot {
    fn of(counts: &Counts) -> Self {
        let (cached, written) = (counts.get(Bucket::CacheRead), counts.get(Bucket::CacheWrite));
        let parts = cached.unwrap_or(0).saturating_add(written.unwrap_or(0));
        let mut top = Step {
            uncached: counts.get(Bucket::Input).map(|all| all.saturating_sub(parts)),
            written: None,
            written_5m: counts.get(Bucket::CacheWrite5m),
            written_1h: counts.get(Bucket::CacheWrite1h),
            cached,
            output: counts.get(Bucket::Output),
            thinking: counts.get(Bucket::OutputReasoning),
        };
        // What the split says by itself was perhaps never stated.
        top.written = written.filter(|_| top.all_written() != written);
        Self {
            top,
            iterations: None,
            web_searches: counts.get(Bucket::WebSearch),
            web_fetches: counts.get(Bucket::WebFetch),
        }
    }

    /// Reads a later usage object: what it states replaces, what it does not state stays. The counts
    /// and what else prices depend on (tier, speed, region) are stated in `usage`.
    ///
    /// # Errors
    /// The text is not JSON.
    pub(crate) fn read(&mut self, r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
        self.read_fields(r, usage)?;
        self.write(&mut usage.counts);
        Ok(())
    }

    fn read_fields(&mut self, r: &mut Reader<'_>, usage: &mut Usage) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        let mut cost = StatedCost::default();
        while let Some(key) = fields.key(r)? {
            match &*key {
                "iterations" => self.read_iterations(r)?,
                "server_tool_use" => self.read_server_tools(r)?,
                "service_tier" => keep(&mut usage.service_tier, r)?,
                "speed" => keep(&mut usage.speed, r)?,
                "inference_geo" => keep(&mut usage.region, r)?,
                key => {
                    if !self.top.read_field(key, r)? && !cost.read_field(key, r)? {
                        r.skip()?;
                    }
                }
            }
        }
        usage.stated_cost = cost.amount().or(usage.stated_cost);
        Ok(())
    }

    fn read_iterations(&mut self, r: &mut Reader<'_>) -> Result<(), json::Error> {
        let Some(mut list) = r.opt_array()? else { return Ok(()) };
        let mut sum = None;
        while list.element(r)? {
            let Some(mut fields) = r.opt_object()? else { continue };
            let mut step = Step::default();
            while let Some(key) = fields.key(r)? {
                if !step.read_field(&key, r)? {
                    r.skip()?;
                }
            }
            step.written = step.all_written();
            sum.get_or_insert_with(Step::default).each(&step, plus);
        }
        self.iterations = sum.or(self.iterations);
        Ok(())
    }

    fn read_server_tools(&mut self, r: &mut Reader<'_>) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            match &*key {
                "web_fetch_requests" => replace(&mut self.web_fetches, r)?,
                "web_search_requests" => replace(&mut self.web_searches, r)?,
                _ => r.skip()?,
            }
        }
        Ok(())
    }

    /// States the inclusive counts.
    fn write(&self, counts: &mut Counts) {
        let mut step = self.top;
        if let Some(sum) = &self.iterations {
            step.each(sum, |count, sum| *count = sum.or(*count));
        }
        let written = step.all_written();
        let mut input = step.uncached;
        if input.is_some() {
            plus(&mut input, written);
            plus(&mut input, step.cached);
        }
        counts.set_opt(Bucket::Input, input);
        counts.set_opt(Bucket::CacheRead, step.cached);
        counts.set_opt(Bucket::CacheWrite, written);
        counts.set_opt(Bucket::CacheWrite5m, step.written_5m);
        counts.set_opt(Bucket::CacheWrite1h, step.written_1h);
        counts.set_opt(Bucket::Output, step.output);
        counts.set_opt(Bucket::OutputReasoning, step.thinking);
        counts.set_opt(Bucket::WebSearch, self.web_searches);
        counts.set_opt(Bucket::WebFetch, self.web_fetches);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Bucket::{CacheRead, CacheWrite, CacheWrite1h, CacheWrite5m, Input, Output, OutputReasoning};

    fn counts(snapshots: &[&str]) -> Counts {
        let mut usage = Usage::default();
        for text in snapshots {
            read_anthropic(&mut Reader::new(text), &mut usage).expect(text);
        }
        usage.counts
    }

    #[test]
    fn input_is_the_sum_of_three() {
        let c = counts(&[
            r#"{"input_tokens":21,"cache_creation_input_tokens":2000,"cache_read_input_tokens":1000,
            "cache_creation":{"ephemeral_5m_input_tokens":1500,"ephemeral_1h_input_tokens":500},
            "output_tokens":393,"output_tokens_details":{"thinking_tokens":7},
            "server_tool_use":{"web_search_requests":4,"web_fetch_requests":1}}"#,
        ]);
        for (bucket, count) in [
            (Input, 3021),
            (CacheRead, 1000),
            (CacheWrite, 2000),
            (CacheWrite5m, 1500),
            (CacheWrite1h, 500),
            (Output, 393),
            (OutputReasoning, 7),
            (Bucket::WebSearch, 4),
            (Bucket::WebFetch, 1),
        ] {
            assert_eq!(c.get(bucket), Some(count), "{bucket:?}");
        }
    }

    #[test]
    fn later_snapshots_replace_what_they_state() {
        let start = r#"{"input_tokens":25,"cache_creation_input_tokens":10,"cache_read_input_tokens":3,"output_tokens":1}"#;
        let c = counts(&[start, r#"{"output_tokens":15,"input_tokens":null}"#]);
        assert_eq!((c.get(Input), c.get(Output)), (Some(38), Some(15)));
        let c = counts(&[start, r#"{"input_tokens":30,"cache_read_input_tokens":0,"output_tokens":15}"#]);
        assert_eq!((c.get(Input), c.get(CacheRead)), (Some(40), Some(0)));
    }

    #[test]
    fn iterations_stand_for_the_top_level() {
        let c = counts(&[
            r#"{"input_tokens":23000,"output_tokens":1000,"cache_read_input_tokens":0,"iterations":[
            {"type":"compaction","input_tokens":180000,"output_tokens":3500},
            {"type":"message","input_tokens":23000,"output_tokens":1000}]}"#,
        ]);
        assert_eq!((c.get(Input), c.get(Output)), (Some(203_000), Some(4500)));
        assert_eq!(c.get(CacheRead), Some(0));
        let c = counts(&[r#"{"input_tokens":5,"output_tokens":1,"iterations":[]}"#]);
        assert_eq!(c.get(Input), Some(5));
    }

    #[test]
    fn the_larger_of_total_and_split_was_written() {
        let stale = r#"{"input_tokens":6,"cache_creation_input_tokens":3337,
            "cache_creation":{"ephemeral_5m_input_tokens":3068,"ephemeral_1h_input_tokens":0}}"#;
        assert_eq!(counts(&[stale]).get(Input), Some(3343));
        let low = r#"{"input_tokens":6,"cache_creation_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":4}}"#;
        assert_eq!(counts(&[low]).get(CacheWrite), Some(4));
        let alone = r#"{"input_tokens":6,"cache_creation":{"ephemeral_1h_input_tokens":4}}"#;
        assert_eq!(counts(&[alone]).get(CacheWrite), Some(4));
        assert_eq!(counts(&[alone]).get(CacheWrite5m), None);
    }

    #[test]
    fn a_later_split_replaces_an_earlier_one() {
        let split = |n: u64| alloc::format!(r#"{{"cache_creation":{{"ephemeral_5m_input_tokens":{n}}}}}"#);
        let c = counts(&[&split(10), &split(4)]);
        assert_eq!((c.get(CacheWrite), c.get(CacheWrite5m)), (Some(4), Some(4)));
    }

    #[test]
    fn a_cost_that_a_router_states_is_read() {
        let mut usage = Usage::default();
        let text = r#"{"input_tokens":16,"output_tokens":8,"cost":0.000112,"is_byok":false}"#;
        read_anthropic(&mut Reader::new(text), &mut usage).expect(text);
        assert_eq!(usage.stated_cost, "0.000112".parse().ok());
    }

    #[test]
    fn what_is_not_stated_stays_unknown() {
        assert!(counts(&["null", "{}", r#"{"input_tokens":null,"cache_creation":null}"#]).is_empty());
        assert_eq!(counts(&[r#"{"cache_read_input_tokens":5}"#]).get(Input), None);
    }
}
