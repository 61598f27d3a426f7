//! How a call is made, for both sides: options as they are, and as the JSON that JavaScript hands in.

use std::sync::{Arc, LazyLock};

use tokenwire_core::call::{Deadlines, Options};
use tokenwire_core::json::Writer;
use tokenwire_core::model::Wire;
use tokenwire_core::pricing::{PriceBook, PriceTable};
use tokenwire_core::protocol::{Caps, Credential, Dialect, Target};
use tokenwire_core::retry::{AfterCommit, Jitter, RetryPolicy};
use tokenwire_core::time::UnixTime;
use tokenwire_core::translate::{LossPolicy, TranslateOptions};

use super::{START_MS, WALL_MS};

/// The prices that the npm package holds: those of the three main providers.
static PRICES: LazyLock<Arc<PriceBook>> = LazyLock::new(|| {
    let packed = include_bytes!("../../../core/src/pricing/main.prices");
    let table = PriceTable::unpack(packed).expect("the table that the core embeds");
    let mut book = PriceBook::empty();
    book.layer(table).expect("an empty book has room for a layer");
    Arc::new(book)
});

const KEY: &str = "sk-parity-7f3a9c";

/// A provider, and how calls of it are made: no more than the package's options can say.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    pub(super) dialect: &'static Dialect,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) options: Options,
    pub(super) translation: TranslateOptions,
}

/// The provider of a wire.
pub(super) fn target(wire: Wire) -> Target {
    Setup::of(Dialect::of_wire(wire)).target()
}

impl Setup {
    /// The package's defaults.
    pub(super) fn of(dialect: &'static Dialect) -> Self {
        let mut options = Options {
            deadlines: Deadlines {
                head_ms: Some(600_000),
                first_event_ms: Some(600_000),
                stall_ms: Some(300_000),
                ..Deadlines::default()
            },
            ..Options::default()
        };
        options.accounting.prices = Some(Arc::clone(&PRICES));
        options.accounting.wall = Some(UnixTime::from_millis(WALL_MS + START_MS));
        Self { dialect, headers: Vec::new(), options, translation: TranslateOptions::default() }
    }

    /// Dialects without a host of their own get one.
    fn base_url(&self) -> Option<&'static str> {
        self.dialect.base_url.is_empty().then_some("http://127.0.0.1:8080/v1")
    }

    pub(super) fn target(&self) -> Target {
        let key = Some(Credential::new(KEY));
        let target = match self.base_url() {
            Some(url) => Target::at(self.dialect, url, key),
            None => Target::new(self.dialect, key),
        };
        let mut target = target.expect("the key and the address are plain");
        for (name, value) in &self.headers {
            target.headers.set(*name, value.as_str());
        }
        target
    }

    /// The options' JSON. What is the default already is left out.
    pub(super) fn config(&self) -> String {
        let mut w = Writer::new();
        w.object(|w| {
            w.key("dialect").string(&self.dialect.name);
            w.key("apiKey").string(KEY);
            w.opt_string("baseUrl", self.base_url());
            w.key("headers").object(|w| {
                for (name, value) in &self.headers {
                    w.key(name).string(value);
                }
            });
            w.key("stream").bool(self.options.stream);
            w.opt_u64("wall", self.options.accounting.wall.map(UnixTime::as_millis));
            w.key("retry").object(|w| write_retry(w, &self.options.retry));
            w.key("timeouts").object(|w| write_deadlines(w, &self.options.deadlines));
            w.key("limits").object(|w| write_limits(w, &self.options));
            w.key("accounting").object(|w| write_accounting(w, &self.options));
            w.key("translation").object(|w| write_translation(w, &self.translation));
        });
        w.finish()
    }
}

fn write_retry(w: &mut Writer, policy: &RetryPolicy) {
    let (plain, backoff) = (RetryPolicy::default(), &policy.backoff);
    if policy.max_attempts != plain.max_attempts {
        nullable(w, "maxAttempts", policy.max_attempts.map(u64::from));
    }
    if policy.max_hint_ms != plain.max_hint_ms {
        nullable(w, "maxHintMs", policy.max_hint_ms);
    }
    w.opt_u64("baseMs", (backoff.base_ms != plain.backoff.base_ms).then_some(backoff.base_ms));
    w.opt_u64("capMs", (backoff.cap_ms != plain.backoff.cap_ms).then_some(backoff.cap_ms));
    w.opt_u64("totalMs", policy.total_ms);
    match backoff.jitter {
        Jitter::Additive { percent } if backoff.jitter != plain.backoff.jitter => {
            w.key("jitterPercent").u64(percent.into());
        }
        _ => {}
    }
    match policy.after_commit {
        AfterCommit::DiscardAndRetry => w.key("onBreak").string("discard"),
        AfterCommit::Resume => w.key("onBreak").string("resume"),
        AfterCommit::Stop => {}
    }
}

fn write_deadlines(w: &mut Writer, deadlines: &Deadlines) {
    let Deadlines { head_ms, first_event_ms, stall_ms, attempt_ms, call_ms } = *deadlines;
    for (name, ms) in [
        ("headMs", head_ms),
        ("firstEventMs", first_event_ms),
        ("stallMs", stall_ms),
        ("attemptMs", attempt_ms),
        ("callMs", call_ms),
    ] {
        w.opt_u64(name, ms);
    }
}

fn write_limits(w: &mut Writer, options: &Options) {
    let (plain, limits) = (Caps::default(), &options.accounting.limits);
    let Caps { event_bytes, body_bytes, attempt_bytes, response_bytes, .. } = options.caps;
    for (name, cap, default) in [
        ("maxEventBytes", event_bytes as u64, plain.event_bytes as u64),
        ("maxBodyBytes", body_bytes as u64, plain.body_bytes as u64),
        ("maxAttemptBytes", attempt_bytes, plain.attempt_bytes),
        ("maxResponseBytes", response_bytes, plain.response_bytes),
    ] {
        w.opt_u64(name, (cap != default).then_some(cap));
    }
    w.opt_string("maxCostUsd", limits.max_cost.map(|amount| amount.to_string()).as_deref());
    w.opt_u64("maxTokens", limits.max_tokens);
}

fn write_accounting(w: &mut Writer, options: &Options) {
    let accounting = &options.accounting;
    w.key("estimates").bool(accounting.estimates);
    w.key("key").string(&accounting.key);
    w.key("tag").string(&accounting.tag);
}

fn write_translation(w: &mut Writer, translation: &TranslateOptions) {
    w.opt_string("model", translation.model.as_deref());
    w.key("askUsage").bool(translation.ask_usage);
    w.key("rewrite").bool(translation.rewrite);
    w.key("strict").bool(translation.policy == LossPolicy::strict());
}

fn nullable(w: &mut Writer, name: &str, value: Option<u64>) {
    match value {
        Some(value) => w.key(name).u64(value),
        None => w.key(name).null(),
    }
}
