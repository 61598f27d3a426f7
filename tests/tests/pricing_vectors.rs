//! The worked examples of `data/pricing/vectors.json`: raw body to counts to money, to the pico-USD.

use serde_json::Value;
use tokenwire::core::failure::parse_rfc3339;
use tokenwire::core::pricing::{Billed, Circumstance, Cost, CostSource, PriceBook, PriceContext};
use tokenwire::core::usage::{BodyUsage, Bucket, Usage};

const VECTORS: &str = include_str!("../data/pricing/vectors.json");

fn vectors() -> Vec<Value> {
    let all: Value = serde_json::from_str(VECTORS).expect("the data is JSON");
    all["vectors"].as_array().expect("a list of vectors").clone()
}

fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
    vector[key].as_str().unwrap_or_default()
}

/// The usage that the raw body states, and the counts beside it that only the caller knows.
fn usage(vector: &Value) -> Usage {
    let body = if vector["response"].is_null() { &vector["raw"] } else { &vector["response"] };
    let mut usage = BodyUsage::from_json(&body.to_string()).expect("the body is JSON").usage;
    for (name, count) in vector["extra"].as_object().into_iter().flatten() {
        let bucket = Bucket::parse(name).expect("extra counts name buckets");
        usage.counts.set(bucket, count.as_u64().expect("a count"));
    }
    usage
}

fn cost(vector: &Value, usage: &Usage, book: &PriceBook) -> Cost {
    let mut context = PriceContext::STANDARD;
    for (name, value) in vector["context"].as_object().into_iter().flatten() {
        let circumstance = Circumstance::parse(name).expect("a circumstance");
        context = context.with(circumstance, value.as_str());
    }
    let at = parse_rfc3339(text(vector, "timestamp")).expect("an RFC 3339 time");
    let billed = Billed { provider: text(vector, "provider"), models: &[text(vector, "model")], context, at };
    Cost::of(usage, &billed, book)
}

#[test]
fn every_worked_example_costs_what_it_says() {
    let book = PriceBook::embedded();
    let vectors = vectors();
    assert!(vectors.len() >= 113, "{} vectors", vectors.len());
    let mut wrong = Vec::new();
    for vector in &vectors {
        let cost = cost(vector, &usage(vector), &book);
        let pico = cost.amount.map(|amount| amount.as_pico().to_string());
        let usd = cost.amount.map(|amount| amount.to_string());
        let expected = (Some(text(vector, "cost_pico_usd")), Some(text(vector, "cost_usd")));
        if (pico.as_deref(), usd.as_deref()) != expected {
            wrong.push(format!("{}: {cost:?}, expected {expected:?}", text(vector, "id")));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), vectors.len(), wrong.join("\n"));
}

#[test]
fn every_worked_example_counts_what_it_says() {
    for vector in vectors() {
        let usage = usage(&vector);
        assert_eq!(usage.counts.check(), Ok(()), "{}", text(&vector, "id"));
        for (name, count) in vector["counts"].as_object().into_iter().flatten() {
            let bucket = Bucket::parse(name).expect("counts name buckets");
            let stated = usage.counts.get(bucket);
            assert_eq!(stated, count.as_u64(), "{name} of {}: {:?}", text(&vector, "id"), usage.counts);
        }
    }
}

#[test]
fn every_worked_example_bills_the_lines_it_says() {
    let book = PriceBook::embedded();
    for vector in vectors() {
        let Some(expected) = vector["billed"].as_array() else { continue };
        let cost = cost(&vector, &usage(&vector), &book);
        let mut lines: Vec<_> = cost
            .lines
            .iter()
            .map(|line| {
                serde_json::json!([
                    line.bucket().name(),
                    line.count,
                    line.price.to_string(),
                    line.bucket().units()
                ])
            })
            .collect();
        let mut expected = expected.clone();
        lines.sort_by_key(Value::to_string);
        expected.sort_by_key(Value::to_string);
        assert_eq!(lines, expected, "{}", text(&vector, "id"));
        if let (Some(CostSource::Table { model, .. }), Some(entry)) =
            (&cost.source, vector["model_entry"].as_str())
        {
            assert_eq!(model, entry, "{}", text(&vector, "id"));
        }
    }
}
