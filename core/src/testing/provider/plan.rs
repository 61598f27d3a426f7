//! The text form of what should go wrong. The grammar is in the module above.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::fault::{Fault, Hint, Page, StatusFault};
use crate::model::FinishReason;

/// What goes wrong with the requests of one conversation, one entry a request, and what the good
/// answer says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// One entry a request; `None` is a good answer. After the last one all is good, unless
    /// `repeats`.
    pub faults: Vec<Option<Fault>>,
    /// Whether the last entry goes on for ever.
    pub repeats: bool,
    /// What the good answer says.
    pub settings: Settings,
}

/// What a plan changes about the good answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// Whether there is thinking; `None` leaves it to the request.
    pub reasoning: Option<bool>,
    /// Whether an offered tool is called; `None` leaves it to the request.
    pub tools: Option<bool>,
    /// How many text deltas the answer has; at most [`MAX_DELTAS`].
    pub deltas: Option<u32>,
    /// A seed in place of the provider's.
    pub seed: Option<u64>,
    /// A finish reason in place of the natural one.
    pub finish: Option<FinishReason>,
}

/// More deltas than an answer can have.
pub const MAX_DELTAS: u32 = 20_000;

/// More entries than a plan can have.
pub const MAX_ENTRIES: usize = 1000;

/// A plan that cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("plan entry {entry:?}: expected {expected}")]
pub struct PlanError {
    /// The entry.
    pub entry: String,
    /// What should stand there.
    pub expected: &'static str,
}

impl Plan {
    /// Reads the text form.
    ///
    /// # Errors
    /// An entry that the grammar does not know.
    pub fn parse(text: &str) -> Result<Self, PlanError> {
        let mut plan = Self::default();
        for entry in text.split([',', ';']).map(str::trim).filter(|e| !e.is_empty()) {
            let fail = |expected| PlanError { entry: entry.chars().take(80).collect(), expected };
            if plan.repeats {
                return Err(fail("nothing after an entry that goes on for ever"));
            }
            plan.entry(entry).map_err(fail)?;
            if plan.faults.len() > MAX_ENTRIES {
                return Err(fail("at most 1000 entries"));
            }
        }
        Ok(plan)
    }

    /// Reads the plan in a model's name: `sim`, or `sim-` and a plan; any path before it
    /// (`vendor/sim-429`) is passed over. Other names have no plan.
    ///
    /// # Errors
    /// The name begins with `sim-` and what follows is no plan.
    pub fn of_model(model: &str) -> Result<Option<Self>, PlanError> {
        let name = model.rsplit('/').next().unwrap_or(model);
        match name.strip_prefix("sim") {
            Some("") => Ok(Some(Self::default())),
            Some(rest) => match rest.strip_prefix('-') {
                Some(plan) => Self::parse(plan).map(Some),
                None => Ok(None),
            },
            None => Ok(None),
        }
    }

    /// What goes wrong with request number `attempt`, from 0.
    pub fn fault(&self, attempt: u32) -> Option<&Fault> {
        let last = self.faults.len().saturating_sub(1);
        let at = if self.repeats { (attempt as usize).min(last) } else { attempt as usize };
        self.faults.get(at)?.as_ref()
    }

    fn entry(&mut self, entry: &str) -> Result<(), &'static str> {
        let mut words = entry.split([' ', '+']).filter(|w| !w.is_empty());
        let head = words.next().unwrap_or_default();
        if self.setting(head)? {
            return words.next().map_or(Ok(()), |_| Err("no parameter for a setting"));
        }
        let (head, times) = repetition(head)?;
        let mut fault = fault(head)?;
        for word in words {
            match &mut fault {
                Some(Fault::Status(status)) => parameter(status, word)?,
                _ => return Err("parameters only for a status"),
            }
        }
        self.repeats = times.is_none();
        for _ in 0..times.unwrap_or(1) {
            self.faults.push(fault.clone());
        }
        Ok(())
    }

    fn setting(&mut self, head: &str) -> Result<bool, &'static str> {
        let settings = &mut self.settings;
        let (name, value) = head.split_once('@').map_or((head, None), |(n, v)| (n, Some(v)));
        match (name, value) {
            ("think", None) => settings.reasoning = Some(true),
            ("no-think", None) => settings.reasoning = Some(false),
            ("tools", None) => settings.tools = Some(true),
            ("no-tools", None) => settings.tools = Some(false),
            ("deltas", Some(n)) => {
                settings.deltas = Some(number(n)?.clamp(1, u64::from(MAX_DELTAS)) as u32);
            }
            ("seed", Some(n)) => settings.seed = Some(number(n)?),
            ("finish", Some(reason)) => settings.finish = Some(finish(reason)?),
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// `429x3` is three times, `429*` is for ever (`None`).
fn repetition(head: &str) -> Result<(&str, Option<u32>), &'static str> {
    if let Some(head) = head.strip_suffix('*') {
        return Ok((head, None));
    }
    match head.rsplit_once('x') {
        Some((name, count)) if !count.is_empty() && count.bytes().all(|b| b.is_ascii_digit()) => {
            let count = number(count)?;
            if count == 0 || count > MAX_ENTRIES as u64 {
                return Err("from x1 to x1000");
            }
            Ok((name, Some(count as u32)))
        }
        _ => Ok((head, Some(1))),
    }
}

fn fault(head: &str) -> Result<Option<Fault>, &'static str> {
    let (name, value) = head.split_once('@').map_or((head, None), |(n, v)| (n, Some(v)));
    let large = |default: u64| value.map_or(Ok(default), number);
    let small = |default: u32| large(u64::from(default)).map(|n| n.min(u64::from(u32::MAX)) as u32);
    Ok(Some(match name {
        "cut" => Fault::CutAfterBytes(large(200)?),
        "stall" => Fault::StallAfterEvents(small(3)?),
        "error" => Fault::ErrorEventMidStream(small(3)?),
        "bad-json" => Fault::MalformedJson(small(3)?),
        "huge-line" => Fault::HugeLine(large(64 << 20)?),
        "huge-body" => Fault::HugeBody(large(128 << 20)?),
        "slow-head" => Fault::SlowHead { ms: large(1000)? },
        "drip" => drip(value)?,
        _ if value.is_some() => return Err("a fault that takes a value after @"),
        "ok" => return Ok(None),
        "bad-header" => Fault::BadHeader,
        "hang" => Fault::Hang,
        "no-end" => Fault::MissingTerminal,
        "refused" => Fault::Refused,
        "reset" => Fault::ResetBeforeHead,
        "split" => Fault::SplitInsideUtf8,
        _ => Fault::Status(status(name)?),
    }))
}

fn drip(value: Option<&str>) -> Result<Fault, &'static str> {
    let (bytes, ms) = value.unwrap_or("16:1").split_once(':').ok_or("drip@BYTES:MILLISECONDS")?;
    Ok(Fault::SlowDrip { bytes: number(bytes)?.clamp(1, 1 << 20) as u32, ms: number(ms)? })
}

fn status(name: &str) -> Result<StatusFault, &'static str> {
    let (status, page) = match name {
        "auth" => (401, Page::Usual),
        "context" => (400, Page::ContextWindow),
        "overloaded" => (529, Page::Usual),
        "quota" => (429, Page::Quota),
        _ => match name.parse::<u16>() {
            Ok(status @ 400..600) => return Ok(StatusFault::new(status)),
            _ => return Err("a status from 400 to 599, a fault or a setting"),
        },
    };
    Ok(StatusFault { page, ..StatusFault::new(status) })
}

fn parameter(fault: &mut StatusFault, word: &str) -> Result<(), &'static str> {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    match name {
        "retry-after" => fault.hint = retry_after(value)?,
        "retry-after-ms" => fault.hint = Hint::Millis(value.to_string()),
        "retry-info" => fault.hint = Hint::RetryInfo(value.to_string()),
        "reset" => fault.hint = reset(value)?,
        "should-retry" => fault.should_retry = Some(value != "false"),
        "html" => fault.page = Page::Html,
        "empty" => fault.page = Page::Empty,
        "json" => fault.page = Page::Usual,
        _ => return Err("retry-after, retry-after-ms, retry-info, reset, should-retry, html, empty or json"),
    }
    Ok(())
}

fn retry_after(value: &str) -> Result<Hint, &'static str> {
    Ok(match value.split_once(':') {
        Some(("date", seconds)) => Hint::HttpDate(number(seconds)?),
        Some(("rfc850", seconds)) => Hint::Rfc850(number(seconds)?),
        Some(("asctime", seconds)) => Hint::Asctime(number(seconds)?),
        Some(_) => return Err("date:S, rfc850:S or asctime:S"),
        None => Hint::Seconds(value.to_string()),
    })
}

fn reset(value: &str) -> Result<Hint, &'static str> {
    Ok(match value.split_once(':') {
        Some(("rfc3339", seconds)) => Hint::Rfc3339Reset(number(seconds)?),
        Some(("unix", seconds)) => Hint::UnixReset(number(seconds)?),
        Some(("go", duration)) => Hint::GoReset(duration.to_string()),
        _ => return Err("rfc3339:S, unix:S or go:DURATION"),
    })
}

fn finish(name: &str) -> Result<FinishReason, &'static str> {
    use FinishReason::{ContentFilter, Length, Pause, Refusal, Stop, StopSequence, ToolCalls};
    [ContentFilter, Length, Pause, Refusal, Stop, StopSequence, ToolCalls]
        .into_iter()
        .find(|reason| reason.name() == name)
        .ok_or("a finish reason")
}

/// A whole number, with `k`, `m` or `g` for 1024, 1024² and 1024³.
fn number(text: &str) -> Result<u64, &'static str> {
    let (digits, unit) = match text.as_bytes().last() {
        Some(b'k' | b'K') => (&text[..text.len() - 1], 1 << 10),
        Some(b'm' | b'M') => (&text[..text.len() - 1], 1 << 20),
        Some(b'g' | b'G') => (&text[..text.len() - 1], 1 << 30),
        _ => (text, 1),
    };
    let number: u64 = digits.parse().map_err(|_| "a whole number")?;
    number.checked_mul(unit).ok_or("a smaller number")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Plan {
        Plan::parse(text).expect(text)
    }

    fn one(text: &str) -> Option<Fault> {
        let plan = parse(text);
        assert_eq!(plan.faults.len(), 1, "{text}");
        plan.faults.into_iter().next().flatten()
    }

    fn hinted(status: u16, hint: Hint) -> Option<Fault> {
        Some(Fault::Status(StatusFault { hint, ..StatusFault::new(status) }))
    }

    #[test]
    fn both_separators_give_the_same_plan() {
        let plan = parse("429 retry-after=1; 503; cut@40");
        assert_eq!(plan, parse("429+retry-after=1,503,cut@40"));
        assert_eq!(plan.fault(0), hinted(429, Hint::Seconds("1".into())).as_ref());
        assert_eq!(plan.fault(1), Some(&Fault::Status(StatusFault::new(503))));
        assert_eq!(plan.fault(2), Some(&Fault::CutAfterBytes(40)));
        assert_eq!(plan.fault(3), None);
    }

    #[test]
    fn every_fault_has_a_word() {
        for (text, fault) in [
            ("huge-body@1g", Fault::HugeBody(1 << 30)),
            ("refused", Fault::Refused),
            ("reset", Fault::ResetBeforeHead),
            ("hang", Fault::Hang),
            ("slow-head@5", Fault::SlowHead { ms: 5 }),
            ("cut@2k", Fault::CutAfterBytes(2048)),
            ("stall@0", Fault::StallAfterEvents(0)),
            ("drip@7:20", Fault::SlowDrip { bytes: 7, ms: 20 }),
            ("error@2", Fault::ErrorEventMidStream(2)),
            ("no-end", Fault::MissingTerminal),
            ("bad-json@1", Fault::MalformedJson(1)),
            ("split", Fault::SplitInsideUtf8),
            ("huge-line@3m", Fault::HugeLine(3 << 20)),
            ("huge-body@1", Fault::HugeBody(1)),
            ("bad-header", Fault::BadHeader),
            ("529", Fault::Status(StatusFault::new(529))),
        ] {
            assert_eq!(one(text), Some(fault), "{text}");
        }
        assert_eq!(one("ok"), None);
    }

    #[test]
    fn every_hint_has_a_word() {
        for (text, hint) in [
            ("retry-after=2.5", Hint::Seconds("2.5".into())),
            ("retry-after-ms=1500", Hint::Millis("1500".into())),
            ("retry-after=date:30", Hint::HttpDate(30)),
            ("retry-after=rfc850:30", Hint::Rfc850(30)),
            ("retry-after=asctime:30", Hint::Asctime(30)),
            ("reset=rfc3339:30", Hint::Rfc3339Reset(30)),
            ("reset=unix:30", Hint::UnixReset(30)),
            ("reset=go:6m0s", Hint::GoReset("6m0s".into())),
            ("retry-info=12s", Hint::RetryInfo("12s".into())),
        ] {
            assert_eq!(one(&alloc::format!("429 {text}")), hinted(429, hint), "{text}");
        }
    }

    #[test]
    fn repetition_counts_or_goes_on() {
        let plan = parse("429x2,503*");
        assert_eq!(plan.faults.len(), 3);
        assert_eq!(plan.fault(900), Some(&Fault::Status(StatusFault::new(503))));
        assert!(Plan::parse("503*,ok").is_err());
    }

    #[test]
    fn settings_use_up_no_request() {
        let plan = parse("think,deltas@9,429,no-tools,finish@length,seed@7");
        assert_eq!(plan.faults.len(), 1);
        let expected = Settings {
            reasoning: Some(true),
            tools: Some(false),
            deltas: Some(9),
            seed: Some(7),
            finish: Some(FinishReason::Length),
        };
        assert_eq!(plan.settings, expected);
    }

    #[test]
    fn nonsense_is_an_error_not_a_success() {
        for text in
            ["200", "cut@x", "nope", "429 later=1", "ok retry-after=1", "ok@3", "drip@3", "429x0", "é"]
        {
            assert!(Plan::parse(text).is_err(), "{text}");
        }
        assert!(Plan::parse(&"429x1000,".repeat(3)).is_err());
    }

    #[test]
    fn a_model_name_may_hold_a_plan() {
        assert_eq!(Plan::of_model("gpt-6"), Ok(None));
        assert_eq!(Plan::of_model("simple"), Ok(None));
        assert_eq!(Plan::of_model("sim"), Ok(Some(Plan::default())));
        assert_eq!(Plan::of_model("acme/sim-429,ok"), Ok(Some(parse("429,ok"))));
        assert!(Plan::of_model("sim-what").is_err());
    }
}
