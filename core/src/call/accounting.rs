//! What a call costs, and how much it may cost.

use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::estimate::{estimate_input, estimate_output};
use crate::model::Request;
use crate::money::Amount;
use crate::pricing::{Billed, Circumstance, Cost, PriceBook, PriceContext};
use crate::protocol::Dialect;
use crate::time::{Instant, UnixTime};
use crate::usage::{Account, Bucket, Completeness, Counts, Usage};

/// How a call is accounted.
#[derive(Clone, Debug, Default)]
pub struct Accounting {
    /// The prices. Without them only costs that a provider states are known.
    pub prices: Option<Arc<PriceBook>>,
    /// What prices depend on and only the caller knows: `processing` = `batch`, `search_type`, `region`.
    /// What the response reports beats it.
    pub circumstances: Vec<(Circumstance, String)>,
    /// The wall-clock time at the call's start. Where it is not given, the time that the host states
    /// with a response head counts; without either, prices are those of the table's day.
    pub wall: Option<UnixTime>,
    /// Whether counts that a response left open are estimated from its text. Such a usage is marked [`Completeness::Estimated`].
    pub estimates: bool,
    /// How much may be spent.
    pub limits: SpendingLimits,
    /// A label of the credential, for ledgers; never the secret.
    pub key: String,
    /// The caller's own word, for ledgers: a team, a feature.
    pub tag: String,
}

/// How much a call may spend, all its attempts together; `None` is no limit.
///
/// Before an attempt is sent, its input is estimated (and its whole output limit where the response
/// does not stream, because nothing can stop it then; without an output limit only the input of such a
/// call is bounded). While a response streams, the counts that were
/// stated are taken, or else estimates of what came. What would pass a limit is not sent; what passes
/// it is cut off, and the call ends with [`FailureKind::SpendingLimit`] and what came.
///
/// Thinking that a provider does not show is seen in its counts only, so a cut can come late by as
/// much.
///
/// [`FailureKind::SpendingLimit`]: crate::failure::FailureKind::SpendingLimit
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpendingLimits {
    /// The most it may cost. A call whose price is not known is not sent.
    pub max_cost: Option<Amount>,
    /// The most tokens, input and output together.
    pub max_tokens: Option<u64>,
}

impl SpendingLimits {
    const fn are_set(&self) -> bool {
        self.max_cost.is_some() || self.max_tokens.is_some()
    }
}

/// What a call knows of its own costs.
#[derive(Debug)]
pub(super) struct Meter {
    accounting: Accounting,
    provider: &'static str,
    /// The model that was asked for.
    model: String,
    /// The tier that was asked for; what is reported beats it.
    tier: Option<String>,
    /// The input of one attempt, as far as it can be guessed.
    input: u64,
    /// The most output that is asked for, where nothing can stop it on the way.
    committed_output: u64,
}

/// What one attempt is known or guessed to have used so far.
#[derive(Clone, Copy)]
pub(super) struct Running<'a> {
    pub(super) usage: &'a Usage,
    /// Bytes of content that came.
    pub(super) bytes: u64,
    /// The model that answers, as it names itself.
    pub(super) model: Option<&'a str>,
    /// Whether it reads on in a response whose input another attempt was billed.
    pub(super) is_resumed: bool,
}

impl Meter {
    pub(super) fn new(accounting: Accounting, request: &Request, dialect: &Dialect, stream: bool) -> Self {
        let committed_output = if stream { None } else { request.limits.max_output_tokens };
        // Only limits and estimates need it, and a conversation can be long.
        let is_needed = accounting.estimates || accounting.limits.are_set();
        Self {
            provider: dialect.price_list,
            model: request.model.clone(),
            tier: request.service_tier.clone(),
            input: if is_needed { estimate_input(request) } else { 0 },
            committed_output: committed_output.unwrap_or(0),
            accounting,
        }
    }

    /// The usage of an attempt that is over, with what it left open estimated if that is wanted. Of one
    /// that never got a response nobody can say whether it was billed.
    pub(super) fn settle(&self, running: Running<'_>, has_begun: bool) -> Usage {
        let mut usage = running.usage.clone();
        let is_open = matches!(usage.completeness, Completeness::Partial | Completeness::Unknown);
        if self.accounting.estimates && has_begun && is_open {
            usage.counts = self.guess(running);
            usage.completeness = Completeness::Estimated;
        }
        usage
    }

    /// What an attempt that is over spent, for the limits: what it stated, or else a guess.
    pub(super) fn spent(&self, running: Running<'_>, at: UnixTime) -> Spent {
        let mut spent = Spent::default();
        if self.accounting.limits.are_set() {
            let usage = match running.usage.completeness {
                Completeness::Complete => running.usage.clone(),
                _ => Usage { counts: self.guess(running), ..running.usage.clone() },
            };
            spent.add(&usage, &self.cost(&usage, running.model, at));
        }
        spent
    }

    /// What `usage` cost, for a call that was made at `at`.
    pub(super) fn cost(&self, usage: &Usage, model: Option<&str>, at: UnixTime) -> Cost {
        let empty = PriceBook::empty();
        let book = self.accounting.prices.as_deref().unwrap_or(&empty);
        let names = [model.unwrap_or(&self.model), &self.model];
        let mut context = PriceContext::STANDARD.with(Circumstance::ServiceTier, self.tier.as_deref());
        for (circumstance, value) in &self.accounting.circumstances {
            context = context.with(*circumstance, Some(value));
        }
        Cost::of(usage, &Billed { provider: self.provider, models: &names, context, at }, book)
    }

    /// Whom the call is put down to, once `model` has answered.
    pub(super) fn account(&self, provider: &str, model: Option<&str>) -> Account {
        Account {
            provider: provider.into(),
            model: model.unwrap_or(&self.model).into(),
            key: self.accounting.key.clone(),
            tag: self.accounting.tag.clone(),
        }
    }

    /// The wall-clock time at `now`, from the nearest thing that told it.
    pub(super) fn wall(&self, started: Instant, now: Instant, seen: Option<(Instant, UnixTime)>) -> UnixTime {
        match (self.accounting.wall, seen) {
            (Some(wall), _) => wall.after(now.since(started)),
            (None, Some((at, wall))) => wall.after(now.since(at)),
            (None, None) => self.table_day(),
        }
    }

    fn table_day(&self) -> UnixTime {
        let priced = self.accounting.prices.as_ref().and_then(|book| book.find(self.provider, &self.model));
        priced.map_or_else(UnixTime::default, |priced| priced.provider().as_of().start())
    }

    /// Why another attempt would pass a limit, after `spent`.
    pub(super) fn refuses(&self, spent: &Spent, at: UnixTime) -> Option<String> {
        if !self.accounting.limits.are_set() {
            return None;
        }
        let mut next = Usage { completeness: Completeness::Estimated, ..Usage::default() };
        next.counts.set(Bucket::Input, self.input);
        next.counts.set(Bucket::Output, self.committed_output);
        self.passed(spent, &next, None, at)
    }

    /// Why the attempt under way passes a limit, after `spent`.
    pub(super) fn stops(&self, spent: &Spent, running: Running<'_>, at: UnixTime) -> Option<String> {
        if !self.accounting.limits.are_set() {
            return None;
        }
        let usage = Usage { counts: self.guess(running), ..running.usage.clone() };
        self.passed(spent, &usage, running.model, at)
    }

    fn passed(&self, spent: &Spent, usage: &Usage, model: Option<&str>, at: UnixTime) -> Option<String> {
        let limits = &self.accounting.limits;
        if let Some(max) = limits.max_tokens {
            let tokens = spent.tokens.saturating_add(tokens(&usage.counts));
            if tokens > max {
                return Some(alloc::format!(
                    "expected at most {max} tokens in all attempts, counted {tokens}"
                ));
            }
        }
        let max = limits.max_cost?;
        let cost = self.cost(usage, model, at);
        match cost.amount.map(|amount| amount.plus(spent.cost)) {
            Some(cost) if cost > max => {
                Some(alloc::format!("expected to spend at most {max} USD in all attempts, counted {cost}"))
            }
            Some(_) => None,
            None => Some(alloc::format!(
                "expected a known price to keep to {max} USD: {}",
                cost.unknown.map(|why| alloc::format!("{why}")).unwrap_or_default()
            )),
        }
    }

    /// The counts with what is not stated yet filled in.
    fn guess(&self, running: Running<'_>) -> Counts {
        let mut counts = running.usage.counts;
        if counts.get(Bucket::Input).is_none() && !running.is_resumed {
            counts.set(Bucket::Input, self.input);
        }
        let output = counts.get(Bucket::Output).unwrap_or(0);
        counts.set(Bucket::Output, output.max(estimate_output(running.bytes)));
        counts
    }
}

fn tokens(counts: &Counts) -> u64 {
    let count = |bucket| counts.get(bucket).unwrap_or(0);
    count(Bucket::Input).saturating_add(count(Bucket::Output))
}

/// What the attempts that are over used, as far as it is known.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spent {
    tokens: u64,
    cost: Amount,
}

impl Spent {
    pub(super) const NONE: Self = Self { tokens: 0, cost: Amount::ZERO };

    fn add(&mut self, usage: &Usage, cost: &Cost) {
        self.tokens = self.tokens.saturating_add(tokens(&usage.counts));
        self.cost = self.cost.plus(cost.amount.unwrap_or_default());
    }

    pub(super) const fn plus(self, other: Self) -> Self {
        Self { tokens: self.tokens.saturating_add(other.tokens), cost: self.cost.plus(other.cost) }
    }
}
