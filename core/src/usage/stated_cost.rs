//! The cost that a provider states in its usage object.
//!
//! OpenRouter: `cost`, and with a key of one's own (`is_byok`) the upstream's share on top. xAI:
//! `cost_in_usd_ticks`, 10^10 a dollar. Perplexity: `cost.total_cost`. Numbers are read as text.

use alloc::string::String;

use crate::json::{self, Kind, Reader};
use crate::money::{Amount, FineSum};

/// Decimals of a dollar in an xAI tick.
const TICK_DECIMALS: i32 = 10;

/// What a usage object says about money.
#[derive(Debug, Default)]
pub(super) struct StatedCost {
    cost: Option<String>,
    ticks: Option<String>,
    is_byok: bool,
    upstream: Upstream,
}

/// What a router paid upstream, with the caller's key.
#[derive(Debug, Default)]
struct Upstream {
    whole: Option<String>,
    input: Option<String>,
    output: Option<String>,
}

impl StatedCost {
    /// Reads the field `key` if it is about money; `false` leaves it unread.
    pub(super) fn read_field(&mut self, key: &str, r: &mut Reader<'_>) -> Result<bool, json::Error> {
        match key {
            "cost" => self.read_cost(r)?,
            "cost_details" => self.upstream.read(r)?,
            "cost_in_usd_ticks" => self.ticks = number(r)?,
            "is_byok" => self.is_byok = r.opt_bool()?.unwrap_or(self.is_byok),
            _ => return Ok(false),
        }
        Ok(true)
    }

    fn read_cost(&mut self, r: &mut Reader<'_>) -> Result<(), json::Error> {
        if r.kind()? != Kind::Object {
            self.cost = number(r)?;
            return Ok(());
        }
        let mut fields = r.object()?;
        while let Some(key) = fields.key(r)? {
            match &*key {
                "total_cost" => self.cost = number(r)?,
                _ => r.skip()?,
            }
        }
        Ok(())
    }

    /// The cost, if one is stated; what is negative or beyond all bounds is none.
    pub(super) fn amount(&self) -> Option<Amount> {
        let mut sum = FineSum::default();
        match (&self.ticks, &self.cost) {
            (Some(ticks), _) => sum.add(ticks, -TICK_DECIMALS)?,
            (None, Some(cost)) => sum.add(cost, 0)?,
            (None, None) => return None,
        }
        if self.is_byok {
            match &self.upstream {
                Upstream { whole: Some(whole), .. } => sum.add(whole, 0)?,
                Upstream { input, output, .. } => {
                    for part in [input, output].into_iter().flatten() {
                        sum.add(part, 0)?;
                    }
                }
            }
        }
        Some(sum.amount())
    }
}

impl Upstream {
    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), json::Error> {
        let Some(mut fields) = r.opt_object()? else { return Ok(()) };
        while let Some(key) = fields.key(r)? {
            let into = match &*key {
                "upstream_inference_cost" => &mut self.whole,
                "upstream_inference_prompt_cost" | "upstream_inference_input_cost" => &mut self.input,
                "upstream_inference_completions_cost" | "upstream_inference_output_cost" => &mut self.output,
                _ => {
                    r.skip()?;
                    continue;
                }
            };
            *into = number(r)?;
        }
        Ok(())
    }
}

/// A number, also one in quotes, as its text; anything else is passed over.
fn number(r: &mut Reader<'_>) -> Result<Option<String>, json::Error> {
    match r.kind()? {
        Kind::Number | Kind::String => Ok(r.opt_text()?.map(String::from)),
        _ => r.skip().map(|()| None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    fn cost(usage: &str) -> Option<String> {
        let (mut r, mut stated) = (Reader::new(usage), StatedCost::default());
        let mut fields = r.object().expect(usage);
        while let Some(key) = fields.key(&mut r).expect(usage) {
            if !stated.read_field(&key, &mut r).expect(usage) {
                r.skip().expect(usage);
            }
        }
        stated.amount().map(|amount| amount.to_string())
    }

    #[test]
    fn a_stated_cost_is_read_to_the_digit() {
        for (usage, expected) in [
            (
                r#"{"cost":0.00095,"is_byok":false,"cost_details":{"upstream_inference_cost":0.00095}}"#,
                "0.00095",
            ),
            (
                r#"{"cost":0,"is_byok":true,"cost_details":{"upstream_inference_cost":0.0360795}}"#,
                "0.0360795",
            ),
            (
                r#"{"is_byok":true,"cost_details":{"upstream_inference_cost":null,
                "upstream_inference_prompt_cost":0.0008,"upstream_inference_completions_cost":4e-4},"cost":6e-05}"#,
                "0.00126",
            ),
            (r#"{"cost_in_usd_ticks":37756000}"#, "0.0037756"),
            (r#"{"cost":{"request_cost":0.005,"total_cost":0.005447}}"#, "0.005447"),
            (r#"{"cost":"0.10"}"#, "0.1"),
            (r#"{"cost":0}"#, "0"),
        ] {
            assert_eq!(cost(usage).as_deref(), Some(expected), "{usage}");
        }
    }

    #[test]
    fn what_is_no_cost_states_none() {
        for usage in [
            "{}",
            r#"{"cost":null}"#,
            r#"{"cost":-1}"#,
            r#"{"cost":[]}"#,
            r#"{"cost":"free"}"#,
            r#"{"cost":1e90}"#,
        ] {
            assert_eq!(cost(usage), None, "{usage}");
        }
    }
}
