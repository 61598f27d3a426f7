//! Ledgers as JSON, format `ledger/1`.

use alloc::string::{String, ToString};

use super::ledger::{Account, KINDS, Ledger, Sum, Tally};
use super::{Bucket, Counts};
use crate::json::{self, Reader, Writer};
use crate::money::Amount;

const FORMAT: &str = "ledger/1";

/// Text that is no ledger of format `ledger/1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("bad ledger at byte {at}: expected {expected}")]
pub struct NotALedger {
    /// Offset in bytes from the start of the text.
    pub at: usize,
    /// What should have stood there.
    pub expected: &'static str,
}

impl From<json::Error> for NotALedger {
    fn from(error: json::Error) -> Self {
        Self { at: error.at(), expected: error.expected() }
    }
}

type Result<T> = core::result::Result<T, NotALedger>;

impl Ledger {
    /// The ledger as JSON, accounts in order. Counts are numbers, amounts are US dollars as exact decimal
    /// text, and what is empty or zero is left out.
    ///
    /// ```
    /// use tokenwire_core::usage::{Account, Entry, Ledger};
    /// let mut ledger = Ledger::default();
    /// let entry = Entry { attempts: 1, cost: Some("0.5".parse()?), ..Entry::default() };
    /// ledger.add(Account { provider: "openai".into(), ..Account::default() }, &entry);
    /// assert_eq!(
    ///     ledger.to_json(),
    ///     r#"{"format":"ledger/1","accounts":[{"provider":"openai","calls":1,"attempts":1,"failed":0,"#
    ///         .to_owned()
    ///         + r#""counts":{},"usage_told":{"unknown":1},"cost":"0.5","cost_told":{"unknown":1}}]}"#,
    /// );
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_json(&self) -> String {
        let mut w = Writer::new();
        self.write(&mut w);
        w.finish()
    }

    /// Writes what [`Ledger::to_json`] gives.
    pub fn write(&self, w: &mut Writer) {
        w.object(|w| {
            w.key("format").string(FORMAT);
            w.key("accounts").array(|w| {
                for (account, sum) in self.iter() {
                    w.object(|w| write_account(w, account, sum));
                }
            });
        });
    }

    /// Reads what [`Ledger::to_json`] wrote. An account that stands there twice is added up.
    ///
    /// # Errors
    /// The text is no ledger of this format, or counts what this version does not know.
    pub fn from_json(text: &str) -> Result<Self> {
        let r = &mut Reader::new(text);
        let (mut ledger, mut is_ledger) = (Self::default(), false);
        let mut fields = r.object()?;
        while let Some(key) = fields.key(r)? {
            match &*key {
                "format" => is_ledger = r.opt_string()?.as_deref() == Some(FORMAT),
                "accounts" => {
                    let mut accounts = r.array()?;
                    while accounts.element(r)? {
                        let (account, sum) = read_account(r)?;
                        ledger.add_sum(account, &sum);
                    }
                }
                _ => r.skip()?,
            }
        }
        r.end()?;
        if is_ledger { Ok(ledger) } else { Err(r.error("the format ledger/1").into()) }
    }
}

fn write_account(w: &mut Writer, account: &Account, sum: &Sum) {
    let Account { provider, model, key, tag } = account;
    for (name, text) in [("provider", provider), ("model", model), ("key", key), ("tag", tag)] {
        w.opt_string(name, Some(text.as_str()).filter(|text| !text.is_empty()));
    }
    w.key("calls").u64(sum.calls);
    w.key("attempts").u64(sum.attempts);
    w.key("failed").u64(sum.failed);
    w.key("counts").object(|w| sum.counts.iter().for_each(|(bucket, count)| w.key(bucket.name()).u64(count)));
    w.key("usage_told").object(|w| write_tally(w, &sum.usage_told));
    w.opt_string("cost", sum.cost.map(|cost| cost.to_string()).as_deref());
    w.key("cost_told").object(|w| write_tally(w, &sum.cost_told));
}

fn write_tally(w: &mut Writer, tally: &Tally) {
    for kind in KINDS {
        w.opt_u64(kind.name(), Some(tally.get(kind)).filter(|calls| *calls > 0));
    }
}

fn read_account(r: &mut Reader<'_>) -> Result<(Account, Sum)> {
    let (mut account, mut sum) = (Account::default(), Sum::default());
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "provider" => account.provider = r.string()?.into_owned(),
            "model" => account.model = r.string()?.into_owned(),
            "key" => account.key = r.string()?.into_owned(),
            "tag" => account.tag = r.string()?.into_owned(),
            "calls" => sum.calls = number(r)?,
            "attempts" => sum.attempts = number(r)?,
            "failed" => sum.failed = number(r)?,
            "counts" => sum.counts = read_counts(r)?,
            "usage_told" => sum.usage_told = read_tally(r)?,
            "cost" => sum.cost = Some(amount(r)?),
            "cost_told" => sum.cost_told = read_tally(r)?,
            _ => r.skip()?,
        }
    }
    Ok((account, sum))
}

fn number(r: &mut Reader<'_>) -> Result<u64> {
    r.opt_u64()?.ok_or_else(|| r.error("a whole number").into())
}

fn amount(r: &mut Reader<'_>) -> Result<Amount> {
    let text = r.string()?;
    text.parse().map_err(|_| r.error("US dollars as decimal text").into())
}

fn read_counts(r: &mut Reader<'_>) -> Result<Counts> {
    let mut counts = Counts::default();
    let mut fields = r.object()?;
    while let Some(name) = fields.key(r)? {
        let Some(bucket) = Bucket::parse(&name) else { return Err(r.error("a known bucket").into()) };
        counts.set(bucket, number(r)?);
    }
    Ok(counts)
}

fn read_tally(r: &mut Reader<'_>) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut fields = r.object()?;
    while let Some(name) = fields.key(r)? {
        let Some(kind) = KINDS.into_iter().find(|kind| kind.name() == name) else {
            return Err(r.error("complete, estimated, partial or unknown").into());
        };
        tally.note(kind, number(r)?);
    }
    Ok(tally)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_ledger_is_refused() {
        for (text, expected) in [
            ("", "an object"),
            ("{}", "the format ledger/1"),
            (r#"{"format":"ledger/2","accounts":[]}"#, "the format ledger/1"),
            (r#"{"format":"ledger/1","accounts":[{"calls":-1}]}"#, "a whole number"),
            (r#"{"format":"ledger/1","accounts":[{"counts":{"inputs":1}}]}"#, "a known bucket"),
            (
                r#"{"format":"ledger/1","accounts":[{"cost_told":{"some":1}}]}"#,
                "complete, estimated, partial or unknown",
            ),
            (r#"{"format":"ledger/1","accounts":[{"cost":"-1"}]}"#, "US dollars as decimal text"),
            (r#"{"format":"ledger/1","accounts":[]} []"#, "the end of the text"),
        ] {
            assert_eq!(Ledger::from_json(text).map_err(|e| e.expected), Err(expected), "{text}");
        }
    }

    #[test]
    fn an_account_that_stands_there_twice_is_added_up() {
        let twice = r#"{"format":"ledger/1","more":[],"accounts":[{"tag":"t","calls":1,"cost":"0.1"},
            {"calls":2,"tag":"t","cost":"0.2","more":null}]}"#;
        let ledger = Ledger::from_json(twice).expect(twice);
        let sum = ledger.get(&Account { tag: "t".into(), ..Account::default() }).expect("one account");
        assert_eq!((sum.calls, sum.cost), (3, "0.3".parse().ok()));
    }
}
