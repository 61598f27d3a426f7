//! Price tables as JSON, format `pricing/1`.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::context::{Circumstance, Demands};
use super::name::Pattern;
use super::rule::{Rule, Steps, decimals};
use super::table::{Model, PriceTable, Provider, Uplift};
use crate::date::Date;
use crate::json::{self, Kind, Reader};
use crate::money::exact;
use crate::usage::Bucket;

/// A price table that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad price table at {path}: {why}")]
pub struct TableError {
    /// Where: `openai/gpt-5/rates[0]/input`.
    pub path: String,
    /// What was expected and what came.
    pub why: String,
}

/// A fault whose place is added on the way out.
struct Fault {
    path: Vec<String>,
    why: String,
}

impl From<json::Error> for Fault {
    fn from(error: json::Error) -> Self {
        Self::new(alloc::format!("{error}"))
    }
}

impl Fault {
    const fn new(why: String) -> Self {
        Self { path: Vec::new(), why }
    }

    fn expected(what: &str, found: &str) -> Self {
        Self::new(alloc::format!("expected {what}, found {found}"))
    }

    fn within(mut self, place: impl Into<String>) -> Self {
        self.path.push(place.into());
        self
    }
}

type Result<T> = core::result::Result<T, Fault>;

impl PriceTable {
    /// Reads a table of format `pricing/1`.
    ///
    /// Keys that this version does not know are passed over.
    ///
    /// # Errors
    /// The text is not JSON, is of another format, or says something that no price can be.
    pub fn from_json(text: &str) -> core::result::Result<Self, TableError> {
        table(&mut Reader::new(text)).map_err(|mut fault| {
            fault.path.reverse();
            TableError { path: fault.path.join("/"), why: fault.why }
        })
    }
}

fn table(r: &mut Reader<'_>) -> Result<PriceTable> {
    let mut table = PriceTable::default();
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "format" => {
                let format = r.string()?;
                if format != "pricing/1" {
                    return Err(Fault::expected("pricing/1", &format).within("format"));
                }
            }
            "providers" => {
                let mut providers = r.object()?;
                while let Some(id) = providers.key(r)? {
                    let provider = provider(r, &id).map_err(|f| f.within(&*id))?;
                    table.providers.push(provider);
                }
            }
            _ => r.skip()?,
        }
    }
    r.end()?;
    Ok(table)
}

fn provider(r: &mut Reader<'_>, id: &str) -> Result<Provider> {
    let mut provider = Provider { id: id.to_ascii_lowercase(), ..Provider::default() };
    let mut models = Vec::new();
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "name" => provider.name = r.string()?.into_owned(),
            "as_of" => provider.as_of = date(&r.string()?)?,
            "source" => provider.source = r.string()?.into_owned(),
            "fallback" => provider.fallback = strings(r)?,
            "models" => models = self::models(r)?,
            _ => r.skip()?,
        }
    }
    if provider.name.is_empty() {
        provider.name = id.into();
    }
    Ok(provider.with_models(models))
}

fn models(r: &mut Reader<'_>) -> Result<Vec<Model>> {
    let mut models = Vec::new();
    let mut list = r.array()?;
    while list.element(r)? {
        let mut model = Model::default();
        match self::model(r, &mut model) {
            Ok(()) => models.push(model),
            Err(fault) => return Err(fault.within(model.id)),
        }
    }
    Ok(models)
}

fn model(r: &mut Reader<'_>, model: &mut Model) -> Result<()> {
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "id" => model.id = r.string()?.into_owned(),
            "match" => model.matches = patterns(r)?,
            "not" => model.excludes = patterns(r)?,
            "context" => model.context = r.opt_u64()?,
            "deprecated" => model.deprecated = r.opt_bool()?.unwrap_or(false),
            "rates" => model.rates = rules(r, "rates")?,
            "variants" => model.variants = rules(r, "variants")?,
            "uplift" => model.uplifts = uplifts(r)?,
            "minimum" => model.minimums = minimums(r)?,
            "review_after" => model.review_after = Some(date(&r.string()?)?),
            "source" => model.origin.source = Some(r.string()?.into_owned()),
            "evidence" => model.origin.evidence = Some(r.string()?.into_owned()),
            _ => r.skip()?,
        }
    }
    // An entry of a person's own table need not repeat its name.
    if model.matches.is_empty() {
        model.matches.push(pattern(&model.id)?);
    }
    Ok(())
}

fn rules(r: &mut Reader<'_>, which: &str) -> Result<Vec<Rule>> {
    let mut rules = Vec::new();
    let mut list = r.array()?;
    while list.element(r)? {
        let place = rules.len();
        rules.push(rule(r).map_err(|f| f.within(alloc::format!("{which}[{place}]")))?);
    }
    Ok(rules)
}

fn rule(r: &mut Reader<'_>) -> Result<Rule> {
    let mut rule = Rule::default();
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "from" => rule.from = Some(date(&r.string()?)?),
            "daily" => rule.daily = Some(daily(r)?),
            "weekdays" => rule.weekdays = weekdays(r)?,
            "when" => rule.when = demands(r)?,
            "prices" => rule.prices = prices(r)?,
            _ => r.skip()?,
        }
    }
    Ok(rule)
}

fn prices(r: &mut Reader<'_>) -> Result<Vec<(Bucket, Steps)>> {
    let mut prices = Vec::new();
    let mut fields = r.object()?;
    while let Some(name) = fields.key(r)? {
        let bucket = bucket(&name)?;
        let steps = steps(r, bucket).map_err(|f| f.within(bucket.name()))?;
        prices.push((bucket, steps));
    }
    Ok(prices)
}

fn steps(r: &mut Reader<'_>, bucket: Bucket) -> Result<Steps> {
    if r.kind()? != Kind::Array {
        return Ok(Steps { first: price(r, bucket)?, further: Vec::new() });
    }
    let mut all = Vec::new();
    let mut list = r.array()?;
    while list.element(r)? {
        let mut pair = r.array()?;
        let (mut over, mut usd) = (None, None);
        while pair.element(r)? {
            match over {
                None => {
                    over = Some(
                        r.opt_u64()?.ok_or_else(|| Fault::expected("a count of tokens", "another value"))?,
                    )
                }
                Some(_) => usd = Some(price(r, bucket)?),
            }
        }
        let (Some(over), Some(usd)) = (over, usd) else {
            return Err(Fault::expected("[over, usd]", "a shorter list"));
        };
        all.push((over, usd));
    }
    let is_rising = all.windows(2).all(|pair| pair[0].0 < pair[1].0);
    match all.split_first() {
        Some(((0, first), further)) if is_rising => Ok(Steps { first: *first, further: further.into() }),
        _ => Err(Fault::expected("steps that begin at 0 and rise", "others")),
    }
}

/// A price as a decimal string, or a number as it is spelled.
fn price(r: &mut Reader<'_>, bucket: Bucket) -> Result<u64> {
    let text = match r.kind()? {
        Kind::String => r.string()?,
        Kind::Number => Cow::Borrowed(r.raw()?),
        _ => return Err(Fault::expected("US dollars as a decimal string", r.raw()?)),
    };
    let pico = exact(&text, decimals(bucket)).and_then(|pico| u64::try_from(pico).ok());
    pico.ok_or_else(|| {
        let what = alloc::format!("US dollars with at most {} decimals", decimals(bucket));
        Fault::expected(&what, &alloc::format!("{text:?}"))
    })
}

fn demands(r: &mut Reader<'_>) -> Result<Demands> {
    let mut demands = Vec::new();
    let mut fields = r.object()?;
    while let Some(name) = fields.key(r)? {
        let circumstance = Circumstance::parse(&name).ok_or_else(|| {
            Fault::expected("processing, region, search_type, service_tier or speed", &name).within("when")
        })?;
        demands.push((circumstance, strings(r)?));
    }
    Ok(Demands(demands))
}

fn uplifts(r: &mut Reader<'_>) -> Result<Vec<Uplift>> {
    let mut uplifts = Vec::new();
    if r.kind()? != Kind::Array {
        return Ok(alloc::vec![uplift(r).map_err(|f| f.within("uplift"))?]);
    }
    let mut list = r.array()?;
    while list.element(r)? {
        uplifts.push(uplift(r).map_err(|f| f.within("uplift"))?);
    }
    Ok(uplifts)
}

fn uplift(r: &mut Reader<'_>) -> Result<Uplift> {
    let (mut when, mut factor) = (Demands::default(), None);
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "when" => when = demands(r)?,
            "multiply" => {
                let text = r.string()?;
                let millionths = exact(&text, 6).and_then(|f| u32::try_from(f).ok());
                let expected = || Fault::expected("a factor with at most six decimals", &text);
                factor = Some(millionths.ok_or_else(expected)?);
            }
            _ => r.skip()?,
        }
    }
    let factor = factor.ok_or_else(|| Fault::expected("multiply", "no such key"))?;
    Ok(Uplift { when, factor })
}

fn minimums(r: &mut Reader<'_>) -> Result<Vec<(Bucket, u64)>> {
    let mut minimums = Vec::new();
    let mut fields = r.object()?;
    while let Some(name) = fields.key(r)? {
        let bucket = bucket(&name)?;
        let count =
            r.opt_u64()?.ok_or_else(|| Fault::expected("a count", "another value").within("minimum"))?;
        minimums.push((bucket, count));
    }
    Ok(minimums)
}

fn bucket(name: &str) -> Result<Bucket> {
    Bucket::parse(name).ok_or_else(|| Fault::expected("a bucket", name))
}

fn date(text: &str) -> Result<Date> {
    Date::parse(text).ok_or_else(|| Fault::expected("a day as YYYY-MM-DD", text))
}

fn daily(r: &mut Reader<'_>) -> Result<(u16, u16)> {
    let texts = strings(r)?;
    let minute = |text: &String| {
        let (hour, minute) = text.split_once(':')?;
        let (hour, minute) = (hour.parse::<u16>().ok()?, minute.parse::<u16>().ok()?);
        (hour < 24 && minute < 60 || (hour, minute) == (24, 0)).then_some(hour * 60 + minute)
    };
    match texts.iter().map(minute).collect::<Option<Vec<_>>>().as_deref() {
        Some(&[start, end]) => Ok((start, end)),
        _ => Err(Fault::expected("two times as HH:MM", &texts.join(", ")).within("daily")),
    }
}

fn weekdays(r: &mut Reader<'_>) -> Result<u8> {
    let mut mask = 0;
    let mut list = r.array()?;
    while list.element(r)? {
        match r.opt_u64()? {
            Some(day @ 1..=7) => mask |= 1 << (day - 1),
            _ => return Err(Fault::expected("weekdays from 1 to 7", "another value").within("weekdays")),
        }
    }
    Ok(mask)
}

fn strings(r: &mut Reader<'_>) -> Result<Vec<String>> {
    let mut strings = Vec::new();
    let mut list = r.array()?;
    while list.element(r)? {
        strings.push(r.string()?.into_owned());
    }
    Ok(strings)
}

fn patterns(r: &mut Reader<'_>) -> Result<Vec<Pattern>> {
    strings(r)?.iter().map(|text| pattern(text)).collect()
}

fn pattern(text: &str) -> Result<Pattern> {
    Pattern::parse(text).ok_or_else(|| Fault::expected("a name with * only at its ends", text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    fn error(model: &str) -> String {
        let text = format!(r#"{{"format":"pricing/1","providers":{{"p":{{"models":[{model}]}}}}}}"#);
        PriceTable::from_json(&text).expect_err(model).to_string()
    }

    #[test]
    fn a_fault_names_its_place() {
        assert_eq!(
            error(r#"{"id":"m","rates":[{"prices":{"input":"1"}},{"prices":{"output":"0.1234567"}}]}"#),
            "bad price table at p/m/rates[1]/output: expected US dollars with at most 6 decimals, \
             found \"0.1234567\""
        );
        for (model, part) in [
            (r#"{"id":"a*b"}"#, "* only at its ends"),
            (r#"{"id":"m","rates":[{"from":"2026-02-30"}]}"#, "YYYY-MM-DD, found 2026-02-30"),
            (r#"{"id":"m","rates":[{"daily":["1:00"]}]}"#, "two times as HH:MM"),
            (r#"{"id":"m","rates":[{"weekdays":[0]}]}"#, "weekdays from 1 to 7"),
            (r#"{"id":"m","variants":[{"when":{"moon":["full"]}}]}"#, "found moon"),
            (r#"{"id":"m","rates":[{"prices":{"input":[[5,"1"]]}}]}"#, "begin at 0"),
            (r#"{"id":"m","rates":[{"prices":{"input":[[0,"1"],[0,"2"]]}}]}"#, "rise"),
            (r#"{"id":"m","rates":[{"prices":{"input":[[0]]}}]}"#, "[over, usd]"),
            (r#"{"id":"m","rates":[{"prices":{"input":-1}}]}"#, "found \"-1\""),
            (r#"{"id":"m","rates":[{"prices":{"tea":"1"}}]}"#, "a bucket, found tea"),
            (r#"{"id":"m","uplift":[{"when":{}}]}"#, "expected multiply"),
        ] {
            assert!(error(model).contains(part), "{}", error(model));
        }
        let other = PriceTable::from_json(r#"{"format":"pricing/2"}"#).expect_err("another format");
        assert_eq!(other.to_string(), "bad price table at format: expected pricing/1, found pricing/2");
    }

    #[test]
    fn keys_of_a_later_version_are_passed_over() {
        let text = r#"{"format":"pricing/1","new":[1],"providers":{"P":{"x":{},"as_of":"2026-11-10",
            "models":[{"id":"m","y":null,"rates":[{"z":1,"prices":{"input":1.5}}]}]}}}"#;
        let table = PriceTable::from_json(text).expect("a table");
        assert!(table.find("p", "M").is_some());
    }
}
