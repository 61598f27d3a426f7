//! What JavaScript asks for, from its JSON.

use std::collections::BTreeMap;

use tokenwire_core::call::{Deadlines, Options};
use tokenwire_core::json::{Error, Reader};
use tokenwire_core::protocol::{Credential, Dialect, Target};
use tokenwire_core::retry::{AfterCommit, RetryPolicy};
use tokenwire_core::translate::{LossPolicy, TranslateOptions};

/// A provider and how calls of it are made.
#[derive(Debug, Default)]
pub(crate) struct Config {
    upstream: String,
    base_url: Option<String>,
    key: Option<String>,
    headers: BTreeMap<String, String>,
    pub(crate) translation: TranslateOptions,
    pub(crate) options: Options,
}

impl Config {
    /// Reads the object that the TypeScript surface writes; fields that it does not write are faults of
    /// this package.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut config = Self::default();
        config.options.retry = RetryPolicy::bounded();
        config.read(&mut Reader::new(text)).map_err(|error| format!("the options: {error}"))?;
        Ok(config)
    }

    fn read(&mut self, r: &mut Reader<'_>) -> Result<(), Error> {
        let mut fields = r.object()?;
        while let Some(key) = fields.key(r)? {
            match &*key {
                "upstream" => self.upstream = r.string()?.into_owned(),
                "baseUrl" => self.base_url = r.opt_string()?.map(Into::into),
                "apiKey" => self.key = r.opt_string()?.map(Into::into),
                "headers" => self.headers = strings(r)?,
                "model" => self.translation.model = r.opt_string()?.map(Into::into),
                "id" => self.translation.id = r.string()?.into_owned(),
                "created" => self.translation.created = r.opt_u64()?.unwrap_or_default(),
                "strict" => {
                    if r.opt_bool()? == Some(true) {
                        self.translation.policy = LossPolicy::strict();
                    }
                }
                "accept" => self.rules(r, LossPolicy::accept)?,
                "refuse" => self.rules(r, LossPolicy::refuse)?,
                "retry" => retry(&mut self.options.retry, r)?,
                "timeouts" => deadlines(&mut self.options.deadlines, r)?,
                _ => r.skip()?,
            }
        }
        r.end()
    }

    fn rules(&mut self, r: &mut Reader<'_>, rule: fn(LossPolicy, String) -> LossPolicy) -> Result<(), Error> {
        let Some(mut paths) = r.opt_array()? else { return Ok(()) };
        while paths.element(r)? {
            let path = r.string()?.into_owned();
            self.translation.policy = rule(core::mem::take(&mut self.translation.policy), path);
        }
        Ok(())
    }

    /// The target that the fields name.
    pub(crate) fn target(&self) -> Result<Target, String> {
        let dialect = Dialect::by_name(&self.upstream).ok_or_else(|| {
            let known = Dialect::ALL.iter().map(|d| d.name.as_ref()).collect::<Vec<_>>().join(", ");
            format!("expected an upstream, one of {known}; found {:?}", self.upstream)
        })?;
        let key = self.key.as_ref().map(|key| Credential::new(key.as_str()));
        let mut target = match &self.base_url {
            Some(url) => Target::at(dialect, url, key),
            None => Target::new(dialect, key),
        }
        .map_err(|error| error.to_string())?;
        for (name, value) in &self.headers {
            target.headers.set(name.clone(), value.as_str());
        }
        Ok(target)
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
            "maxAttempts" => policy.max_attempts = r.opt_u64()?.map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
            "baseMs" => policy.backoff.base_ms = r.opt_u64()?.unwrap_or(policy.backoff.base_ms),
            "capMs" => policy.backoff.cap_ms = r.opt_u64()?.unwrap_or(policy.backoff.cap_ms),
            "maxHintMs" => policy.max_hint_ms = r.opt_u64()?,
            "totalMs" => policy.total_ms = r.opt_u64()?,
            "onBreak" => {
                policy.after_commit = match r.string()?.as_ref() {
                    "resume" => AfterCommit::Resume,
                    "discard" => AfterCommit::DiscardAndRetry,
                    _ => AfterCommit::Stop,
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
        *field = r.opt_u64()?;
    }
    Ok(())
}
