//! `tokenwire cost`.

use std::io::Read;

use tokenwire::core::date::rfc3339;
use tokenwire::core::json::{Writer, compact};
use tokenwire::core::pricing::{
    BillError, Billed, Cost, CostSource, CostUnknown, Line, PriceBook, PriceContext, check_usage,
};
use tokenwire::core::time::UnixTime;
use tokenwire::core::transcript::write_cost_fields;
use tokenwire::core::usage::BodyUsage;
use tokenwire::{Completeness, Usage};

use super::arguments::CostOptions;
use super::console::{put, tell_line};
use super::{Fault, exit_code, prices};

/// The largest body that is read: what one attempt of a call may bring.
const MAX_BODY: u64 = 256 << 20;

/// Prints what the body on standard input cost.
pub(crate) fn main(options: &CostOptions) -> Result<u8, Fault> {
    let book = prices::book(&options.prices)?;
    let at = options.at.map_or_else(prices::now, Ok)?;
    let priced = PricedBody::new(&body()?, options, at, &book);
    if priced.model.is_none() && matches!(priced.cost.unknown, Some(CostUnknown::NoPrice { .. })) {
        tell_line("tokenwire: the body names no model: name one with --model");
        return Ok(exit_code::USAGE);
    }
    let text = if options.json { priced.json() + "\n" } else { priced.text(&book) };
    if !put(&text) {
        return Err("standard output is closed".into());
    }
    if let Some(why) = priced.reason(&book) {
        tell_line(&format!("tokenwire: {why}"));
    }
    Ok(priced.exit_code())
}

fn body() -> Result<Vec<u8>, Fault> {
    let mut body = Vec::new();
    let mut stdin = std::io::stdin().lock().take(MAX_BODY + 1);
    stdin.read_to_end(&mut body).map_err(|e| format!("cannot read standard input: {e}"))?;
    if body.len() as u64 > MAX_BODY {
        return Err(format!("the body is larger than {MAX_BODY} bytes"));
    }
    Ok(body)
}

/// A body's cost, and what it was worked out from.
#[derive(Debug)]
struct PricedBody {
    provider: String,
    model: Option<String>,
    at: UnixTime,
    usage: Usage,
    cost: Cost,
}

impl PricedBody {
    fn new(body: &[u8], options: &CostOptions, at: UnixTime, book: &PriceBook) -> Self {
        let mut read = BodyUsage::default();
        let taken = read.take_body(body);
        let BodyUsage { mut usage, model, .. } = read;
        add_counts(&mut usage, options);
        let model = options.model.clone().or(model);
        let provider = prices::price_list(&options.provider);
        let context = options
            .contexts
            .iter()
            .fold(PriceContext::STANDARD, |context, (key, value)| context.with(*key, Some(value.as_str())));
        let billed = Billed { provider, models: &[model.as_deref().unwrap_or_default()], context, at };
        let mut cost = match &taken {
            Ok(()) => Cost::of(&usage, &billed, book),
            Err(error) => Cost::unknown(error.clone().into()),
        };
        if let (Ok(()), Err(contradiction)) = (taken, check_usage(&usage, provider)) {
            // It is wrong beside a cost that the provider states, too.
            cost.unknown = Some(BillError::from(contradiction).into());
        }
        Self { provider: provider.into(), model, at, usage, cost }
    }

    /// Whether the body is at fault.
    fn is_bad(&self) -> bool {
        matches!(self.cost.unknown, Some(CostUnknown::Bill(_) | CostUnknown::Unreadable(_)))
    }

    fn exit_code(&self) -> u8 {
        if self.is_bad() { exit_code::DECODE } else { 0 }
    }

    /// Why the cost is not known.
    fn reason(&self, book: &PriceBook) -> Option<String> {
        let why = self.cost.unknown.as_ref()?;
        let lists = prices::price_lists(book);
        let is_list = lists.iter().any(|list| list.eq_ignore_ascii_case(&self.provider));
        Some(match why {
            CostUnknown::NoPrice { .. } if !is_list => {
                format!("{why}: there are price lists of {}", lists.join(", "))
            }
            _ => why.to_string(),
        })
    }

    fn json(&self) -> String {
        let mut w = Writer::new();
        w.object(|w| {
            w.key("provider").string(&self.provider);
            match &self.model {
                Some(model) => w.key("model").string(model),
                None => w.key("model").null(),
            }
            w.key("at").string(&rfc3339(self.at));
            w.key("counts").object(|w| {
                self.usage.counts.iter().for_each(|(bucket, count)| w.key(bucket.name()).u64(count));
            });
            write_cost_fields(w, &self.cost);
            match self.usage.raw.last() {
                Some(raw) if self.is_bad() => w.key("usage_raw").raw(&compact(raw)),
                _ => w.key("usage_raw").null(),
            }
        });
        w.finish()
    }

    fn text(&self, book: &PriceBook) -> String {
        let mut text = bill(&self.cost);
        let mut say = |label: &str, what: &str| text.push_str(&format!("{label:<12}{what}\n"));
        say("source", &source(&self.cost));
        say("usage", self.usage.completeness.name());
        if self.cost.completeness != self.usage.completeness {
            say("cost", self.cost.completeness.name());
        }
        if !self.cost.unpriced.is_empty() {
            let names: Vec<_> = self.cost.unpriced.iter().map(|bucket| bucket.name()).collect();
            say("unpriced", &names.join(", "));
        }
        for raw in self.usage.raw.last().iter().filter(|_| self.is_bad()) {
            say("raw", &compact(raw));
        }
        if let Some(CostSource::Table { .. }) = &self.cost.source {
            let priced = self.model.as_deref().and_then(|model| book.find(&self.provider, model));
            let notes = priced.map(|priced| prices::notes(&priced, self.at)).unwrap_or_default();
            notes.iter().for_each(|note| say("note", note));
        }
        text
    }
}

/// States the counts that the body does not. Where it states none at all, they are not the whole.
fn add_counts(usage: &mut Usage, options: &CostOptions) {
    for (bucket, count) in &options.counts {
        usage.counts.set(*bucket, *count);
    }
    if !options.counts.is_empty() && usage.completeness == Completeness::Unknown {
        usage.completeness = Completeness::Partial;
    }
}

/// A line for each thing billed, and the total.
fn bill(cost: &Cost) -> String {
    let mut rows: Vec<_> = cost.lines.iter().map(row).collect();
    let total = cost.amount.map_or_else(|| "not known".into(), |amount| format!("{amount} USD"));
    rows.push(["total".into(), String::new(), String::new(), total]);
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let (name, count, price) = (width(0).max(10), width(1), width(2));
    let line = |[a, b, c, amount]: &[String; 4]| format!("{a:<name$}  {b:>count$}  {c:<price$}  {amount}\n");
    rows.iter().map(line).collect()
}

fn row(line: &Line) -> [String; 4] {
    let units = match line.bucket().units() {
        1_000_000 => "a million",
        1_000 => "a thousand",
        _ => "an hour",
    };
    let uplift = line.factor().map(|factor| format!(" × {factor}")).unwrap_or_default();
    let price = format!("at {} USD {units}{uplift}", line.price);
    [line.bucket().name().into(), line.count.to_string(), price, format!("{} USD", line.amount())]
}

fn source(cost: &Cost) -> String {
    match &cost.source {
        Some(CostSource::Provider) => "stated by the provider".into(),
        Some(CostSource::Table { provider, model, as_of, is_overridden }) => {
            let own = if *is_overridden { ", and your own" } else { "" };
            format!("{provider}'s prices for {model} of {as_of}{own}")
        }
        _ => "none".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::program::arguments::{Arguments, Command};
    use clap::Parser;
    use serde_json::{Value, json};

    fn vectors() -> Vec<Value> {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/data/pricing/vectors.json");
        let text = std::fs::read_to_string(path).expect("the worked examples");
        let all: Value = serde_json::from_str(&text).expect("JSON");
        all["vectors"].as_array().expect("a list").clone()
    }

    fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
        vector[key].as_str().unwrap_or_default()
    }

    /// What is typed for a worked example.
    fn options(vector: &Value) -> CostOptions {
        let mut typed = vec!["tokenwire".to_owned(), "cost".into(), "--json".into()];
        for (option, key) in [("--provider", "provider"), ("--model", "model"), ("--at", "timestamp")] {
            typed.extend([option.into(), text(vector, key).into()]);
        }
        for (name, value) in vector["context"].as_object().into_iter().flatten() {
            typed.extend(["--context".into(), format!("{name}={}", value.as_str().expect("text"))]);
        }
        for (name, count) in vector["extra"].as_object().into_iter().flatten() {
            typed.extend(["--count".into(), format!("{name}={count}")]);
        }
        match Arguments::try_parse_from(typed).expect("good arguments").command {
            Command::Cost(options) => options,
            other => panic!("{other:?}"),
        }
    }

    fn answer(body: &str, options: &CostOptions, book: &PriceBook) -> Value {
        let at = options.at.expect("a time");
        let priced = PricedBody::new(body.as_bytes(), options, at, book);
        assert_eq!(priced.exit_code(), 0, "{body}");
        serde_json::from_str(&priced.json()).expect("one JSON object")
    }

    #[test]
    fn every_worked_example_is_answered_in_json() {
        let (book, vectors) = (PriceBook::embedded(), vectors());
        assert!(vectors.len() >= 113, "{}", vectors.len());
        for vector in &vectors {
            let id = text(vector, "id");
            let body = if vector["response"].is_null() { &vector["raw"] } else { &vector["response"] };
            let answer = answer(&body.to_string(), &options(vector), &book);
            for key in ["cost_pico_usd", "cost_usd"] {
                assert_eq!(answer[key], vector[key], "{key} of {id}: {answer}");
            }
            for (bucket, count) in vector["counts"].as_object().into_iter().flatten() {
                assert_eq!(&answer["counts"][bucket], count, "{bucket} of {id}: {answer}");
            }
            for billed in vector["billed"].as_array().into_iter().flatten() {
                let line =
                    |line: &Value| json!([line["bucket"], line["count"], line["price_usd"], line["units"]]);
                let mut lines = answer["lines"].as_array().expect("lines").iter();
                assert!(lines.any(|found| line(found) == *billed), "{billed} of {id}: {answer}");
            }
            let source =
                if vector["billed"].is_null() && vector["counts"].is_null() { "provider" } else { "table" };
            assert_eq!(answer["source"], source, "{id}: {answer}");
        }
    }

    #[test]
    fn chunks_cost_the_same_in_every_frame() {
        let book = PriceBook::embedded();
        let vectors = vectors();
        let streams = vectors.iter().filter_map(|vector| Some((vector, vector["raw"].as_array()?)));
        let mut count = 0;
        for (vector, chunks) in streams {
            let options = options(vector);
            let framed = |frame: fn(&Value) -> String| chunks.iter().map(frame).collect::<String>();
            let expected = answer(&vector["raw"].to_string(), &options, &book);
            let events = framed(|chunk| format!("data: {chunk}\n\n")) + "data: [DONE]\n\n";
            assert_eq!(answer(&events, &options, &book), expected);
            assert_eq!(answer(&framed(|chunk| format!("{chunk}\n")), &options, &book), expected);
            count += 1;
        }
        assert!(count >= 4, "{count} streams");
    }
}
