//! Usage and cost as JSON.

use alloc::string::ToString;

use super::fields::text;
use crate::json::Writer;
use crate::pricing::{Cost, CostSource, Line};
use crate::usage::Usage;

/// Writes a usage as an object: the stated counts by bucket, and how complete they are.
pub fn write_usage(w: &mut Writer, usage: &Usage) {
    w.object(|w| {
        w.key("completeness").string(usage.completeness.name());
        w.key("counts").object(|w| {
            for (bucket, count) in usage.counts.iter() {
                w.key(bucket.name()).u64(count);
            }
        });
        text(w, "service_tier", usage.service_tier.as_deref());
    });
}

/// Writes a cost as an object of the fields of [`write_cost_fields`].
pub fn write_cost(w: &mut Writer, cost: &Cost) {
    w.object(|w| write_cost_fields(w, cost));
}

/// Writes the fields of a cost into the open object. Money is decimal text, in US dollars or in
/// pico-USD: a number would not survive every reader.
pub fn write_cost_fields(w: &mut Writer, cost: &Cost) {
    w.key("completeness").string(cost.completeness.name());
    text(w, "cost_pico_usd", cost.amount.map(|a| a.as_pico().to_string()).as_deref());
    text(w, "cost_usd", cost.amount.map(|a| a.to_string()).as_deref());
    cost_source(w, cost.source.as_ref());
    w.key("lines").array(|w| cost.lines.iter().for_each(|line| cost_line(w, line)));
    w.key("unpriced").array(|w| cost.unpriced.iter().for_each(|bucket| w.string(bucket.name())));
    text(w, "error", cost.unknown.as_ref().map(|why| why.to_string()).as_deref());
}

fn cost_source(w: &mut Writer, source: Option<&CostSource>) {
    text(w, "source", source.map(CostSource::name));
    let (list, entry, as_of, is_overridden) = match source {
        Some(CostSource::Table { provider, model, as_of, is_overridden }) => {
            (Some(provider.as_str()), Some(model.as_str()), Some(as_of.to_string()), *is_overridden)
        }
        _ => (None, None, None, false),
    };
    text(w, "price_list", list);
    text(w, "entry", entry);
    text(w, "as_of", as_of.as_deref());
    w.key("is_overridden").bool(is_overridden);
}

fn cost_line(w: &mut Writer, line: &Line) {
    w.object(|w| {
        w.key("bucket").string(line.bucket().name());
        w.key("count").u64(line.count);
        w.key("price_usd").string(&line.price.to_string());
        w.key("units").u64(u64::from(line.bucket().units()));
        w.opt_string("uplift", line.factor().map(|factor| factor.to_string()).as_deref());
        w.key("amount_pico_usd").string(&line.amount().as_pico().to_string());
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pricing::{Billed, Circumstance, CostUnknown, PriceBook, PriceContext, PriceTable};
    use crate::time::UnixTime;
    use crate::usage::{Bucket, Completeness};

    #[test]
    fn a_cost_is_written_with_its_lines_and_source() {
        let table = r#"{"format":"pricing/1","providers":{"p":{"as_of":"2026-11-10","models":[{"id":"m",
            "rates":[{"prices":{"input":"1.25"}}],
            "uplift":[{"when":{"region":["us"]},"multiply":"1.1"}]}]}}}"#;
        let mut book = PriceBook::empty();
        book.layer(PriceTable::from_json(table).expect("a table")).expect("room");
        let mut usage = Usage { completeness: Completeness::Complete, ..Usage::default() };
        usage.counts.set(Bucket::Input, 4);
        usage.counts.set(Bucket::WebSearch, 1);
        let context = PriceContext::STANDARD.with(Circumstance::Region, Some("us"));
        let billed = Billed { provider: "p", models: &["M"], context, at: UnixTime::from_millis(0) };
        let mut w = Writer::new();
        write_cost(&mut w, &Cost::of(&usage, &billed, &book));
        let expected = concat!(
            r#"{"completeness":"partial","cost_pico_usd":"5500000","cost_usd":"0.0000055","source":"table","#,
            r#""price_list":"p","entry":"m","as_of":"2026-11-10","is_overridden":false,"#,
            r#""lines":[{"bucket":"input","count":4,"price_usd":"1.25","units":1000000,"uplift":"1.1","#,
            r#""amount_pico_usd":"5500000"}],"unpriced":["web_search"],"error":null}"#,
        );
        assert_eq!(w.finish(), expected);
    }

    #[test]
    fn an_unknown_cost_is_null_and_says_why() {
        let mut w = Writer::new();
        write_cost(&mut w, &Cost::unknown(CostUnknown::NoUsage));
        let expected = concat!(
            r#"{"completeness":"unknown","cost_pico_usd":null,"cost_usd":null,"source":null,"price_list":null,"#,
            r#""entry":null,"as_of":null,"is_overridden":false,"lines":[],"unpriced":[],"#,
            r#""error":"the usage was not stated"}"#,
        );
        assert_eq!(w.finish(), expected);
    }
}
