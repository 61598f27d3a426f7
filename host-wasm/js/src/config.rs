//! What JavaScript asks for, from its JSON.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::LazyLock;

use tokenwire_core::call::{Accounting, Deadlines, Options, SpendingLimits};
use tokenwire_core::json::{Error, Kind, Reader};
use tokenwire_core::pricing::PriceBook;
#[cfg(feature = "relay")]
use tokenwire_core::protocol::SealKey;
use tokenwire_core::protocol::{Caps, Credential, Dialect, Target};
use tokenwire_core::retry::{AfterCommit, Jitter, RetryPolicy};
use tokenwire_core::time::UnixTime;
#[cfg(feature = "relay")]
use tokenwire_core::translate::{LossPolicy, TranslateOptions};

/// The embedded prices, unpacked once.
pub(crate) static PRICES: LazyLock<Arc<PriceBook>> = LazyLock::new(|| Arc::new(PriceBook::embedded()));

/// A provider and how calls of it are made.
#[derive(Debug, Default)]
pub(crate) struct Config {
    dialect: String,
    base_url: Option<String>,
    key: Option<String>,
    headers: BTreeMap<String, String>,
    #[cfg(feature = "relay")]
    pub(crate) translation: TranslateOptions,
    pub(crate) options: Options,
}

impl Config {
    /// Reads the object that the TypeScript surface writes. It has checked the fields' names.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut config = Self::default();
        config.options.accounting.prices = Some(Arc::clone(&PRICES));
        config.read(&mut Reader::new(text)).map_err(|error| format!("the options: {error}"))?;
        Ok(config)
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), Error> {
        let mut fields = r.object()?;
        while let Some(key) = fields.key(r)? {
            match &*key {
                "dialect" => self.dialect = r.string()?.into_owned(),
                "baseUrl" => self.base_url = r.opt_string()?.map(Into::into),
                "apiKey" => self.key = r.opt_string()?.map(Into::into),
                "headers" => self.headers = strings(r)?,
                "stream" => self.options.stream = r.opt_bool()?.unwrap_or(true),
                "wall" => self.options.accounting.wall = whole(r)?.map(UnixTime::from_millis),
                "retry" => retry(&mut self.options.retry, r)?,
                "timeouts" => deadlines(&mut self.options.deadlines, r)?,
                "limits" => limits(&mut self.options, r)?,
                "accounting" => accounting(&mut self.options.accounting, r)?,
                #[cfg(feature = "relay")]
                "translation" => translation(&mut self.translation, r)?,
                _ => r.skip()?,
            }
        }
        r.end()
    }

    /// The target that the fields name.
    pub(crate) fn target(&self) -> Result<Target, String> {
        let dialect = Dialect::by_name(&self.dialect).ok_or_else(|| {
            let known = Dialect::ALL.iter().map(|d| d.name.as_ref()).collect::<Vec<_>>().join(", ");
            format!("expected a provider, one of {known}; found {:?}", self.dialect)
        })?;
        let key = self.key.as_ref().map(|key| Credential::new(key.as_str()));
        let mut target = match &self.base_url {
            Some(url) => Target::at(dialect, url, key),
            None => Target::new(dialect, key),
        }
        .map_err(|error| error.to_string())?;
        for (name, value) in &self.headers {
            // Headers cross the border as lines: what breaks one would be a header of its own.
            if name.is_empty()
                || !name.bytes().all(is_of_token)
                || value.bytes().any(|b| b.is_ascii_control())
            {
                return Err(format!("expected a header's name and value, found others under {name:?}"));
            }
            target.headers.set(name.clone(), value.as_str());
        }
        Ok(target)
    }
}

/// RFC 9110, section 5.6.2.
const fn is_of_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~')
}

/// A whole number, or `null`. Anything else would leave a limit off in silence.
fn whole(r: &mut Reader<'_>) -> Result<Option<u64>, Error> {
    if r.kind()? == Kind::Null {
        r.skip()?;
        return Ok(None);
    }
    match r.opt_u64()? {
        None => Err(r.error("a whole number before this")),
        number => Ok(number),
    }
}

fn strings(r: &mut Reader<'_>) -> Result<BTreeMap<String, String>, Error> {
    let mut found = BTreeMap::new();
    let Some(mut fields) = r.opt_object()? else { return Ok(found) };
    while let Some(key) = fields.key(r)? {
        found.insert(key.into_owned(), r.string()?.into_owned());
    }
    Ok(found)
}

fn retry(policy: &mut RetryPolicy, r: &mut Reader<'_>) -> Result<(), Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "maxAttempts" => policy.max_attempts = whole(r)?.map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
            "baseMs" => policy.backoff.base_ms = whole(r)?.unwrap_or(policy.backoff.base_ms),
            "capMs" => policy.backoff.cap_ms = whole(r)?.unwrap_or(policy.backoff.cap_ms),
            "jitterPercent" => {
                let percent = whole(r)?.unwrap_or_default().min(100);
                policy.backoff.jitter = Jitter::Additive { percent: u8::try_from(percent).unwrap_or(100) };
            }
            "maxHintMs" => policy.max_hint_ms = whole(r)?,
            "totalMs" => policy.total_ms = whole(r)?,
            "onBreak" => {
                policy.after_commit = match r.string()?.as_ref() {
                    "resume" => AfterCommit::Resume,
                    "discard" => AfterCommit::DiscardAndRetry,
                    "stop" => AfterCommit::Stop,
                    _ => return Err(r.error("`stop`, `resume` or `discard` before this")),
                }
            }
            _ => r.skip()?,
        }
    }
    Ok(())
}

fn deadlines(deadlines: &mut Deadlines, r: &mut Reader<'_>) -> Result<(), Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        let field = match &*key {
            "headMs" => &mut deadlines.head_ms,
            "firstEventMs" => &mut deadlines.first_event_ms,
            "stallMs" => &mut deadlines.stall_ms,
            "attemptMs" => &mut deadlines.attempt_ms,
            "callMs" => &mut deadlines.call_ms,
            _ => {
                r.skip()?;
                continue;
            }
        };
        *field = whole(r)?;
    }
    Ok(())
}

fn limits(options: &mut Options, r: &mut Reader<'_>) -> Result<(), Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    let Options {
        caps, accounting: Accounting { limits: SpendingLimits { max_cost, max_tokens }, .. }, ..
    } = options;
    let size = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
    let Caps { event_bytes, body_bytes, attempt_bytes, response_bytes, .. } = caps;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "maxCostUsd" => {
                let text = r.string()?;
                *max_cost = Some(text.parse().map_err(|_| r.error("an amount like \"0.50\" before this"))?);
            }
            "maxTokens" => *max_tokens = whole(r)?,
            "maxEventBytes" => *event_bytes = whole(r)?.map_or(*event_bytes, size),
            "maxBodyBytes" => *body_bytes = whole(r)?.map_or(*body_bytes, size),
            "maxAttemptBytes" => *attempt_bytes = whole(r)?.unwrap_or(*attempt_bytes),
            "maxResponseBytes" => *response_bytes = whole(r)?.unwrap_or(*response_bytes),
            _ => r.skip()?,
        }
    }
    Ok(())
}

fn accounting(accounting: &mut Accounting, r: &mut Reader<'_>) -> Result<(), Error> {
    let Some(mut fields) = r.opt_object()? else { return Ok(()) };
    while let Some(key) = fields.key(r)? {
        match &*key {
            "estimates" => accounting.estimates = r.opt_bool()?.unwrap_or_default(),
            "key" => accounting.key = r.string()?.into_owned(),
            "tag" => accounting.tag = r.string()?.into_owned(),
            _ => r.skip()?,
        }
    }
    Ok(())
}

#[cfg(feature = "relay")]
fn translation(options: &mut TranslateOptions, r: &mut Reader<'_>) -> Result<(), Error> {
    let mut fields = r.object()?;
    while let Some(key) = fields.key(r)? {
        match &*key {
            "model" => options.model = r.opt_string()?.map(Into::into),
            "id" => options.id = r.string()?.into_owned(),
            "rewrite" => options.rewrite = r.opt_bool()?.unwrap_or_default(),
            "askUsage" => options.ask_usage = r.opt_bool()?.unwrap_or_default(),
            "sealKey" => {
                let key = key_of(&r.string()?);
                options.seal = SealKey::new(key.ok_or_else(|| r.error("64 hexadecimal digits before this"))?);
            }
            "strict" => {
                if r.opt_bool()? == Some(true) {
                    options.policy = LossPolicy::strict();
                }
            }
            "accept" => rules(options, r, LossPolicy::accept)?,
            "refuse" => rules(options, r, LossPolicy::refuse)?,
            _ => r.skip()?,
        }
    }
    Ok(())
}

/// The key that 64 hexadecimal digits write.
#[cfg(feature = "relay")]
fn key_of(digits: &str) -> Option<[u8; 32]> {
    let mut key = [0; 32];
    if digits.len() != 2 * key.len() || !digits.is_ascii() {
        return None;
    }
    for (at, byte) in key.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(key)
}

#[cfg(feature = "relay")]
fn rules(
    options: &mut TranslateOptions,
    r: &mut Reader<'_>,
    rule: fn(LossPolicy, String) -> LossPolicy,
) -> Result<(), Error> {
    let Some(mut paths) = r.opt_array()? else { return Ok(()) };
    while paths.element(r)? {
        let path = r.string()?.into_owned();
        options.policy = rule(core::mem::take(&mut options.policy), path);
    }
    Ok(())
}
