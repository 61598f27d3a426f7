//! The switches for thinking: OpenAI's level, and what other dialects have in its place.

use alloc::borrow::Cow;

use super::object::understood;
use crate::json::Reader;
use crate::model::{Effort, Reasoning, SummaryLevel};

/// Takes the switch `name` if it is one and its value is understood whole; tells whether it was.
pub(super) fn take(name: &str, raw: &str, reasoning: &mut Option<Reasoning>) -> bool {
    let known = reasoning.clone().unwrap_or_default();
    let taken = match name {
        "reasoning_effort" => level(raw, known),
        "reasoning" => object(raw, known),
        "thinking" => thinking(raw, known),
        "enable_thinking" => enabled(raw).map(|is_on| switched(is_on, known)),
        "thinking_budget" => count(raw).map(|budget| Reasoning { budget_tokens: Some(budget), ..known }),
        _ => None,
    };
    match taken {
        Some(taken) => {
            *reasoning = Some(taken);
            true
        }
        None => false,
    }
}

fn level(raw: &str, known: Reasoning) -> Option<Reasoning> {
    let effort = Effort::parse(&text(&mut Reader::new(raw))?)?;
    // A switch that is off outranks a level.
    let is_off = known.effort == Some(Effort::None);
    Some(Reasoning { effort: if is_off { known.effort } else { Some(effort) }, ..known })
}

/// On leaves the amount to the provider, where nothing states it.
const fn switched(is_on: bool, mut known: Reasoning) -> Reasoning {
    if is_on {
        known.adaptive = true;
    } else {
        known.effort = Some(Effort::None);
        known.adaptive = false;
    }
    known
}

/// OpenRouter: `{effort, max_tokens, enabled, exclude, summary}`.
fn object(raw: &str, mut known: Reasoning) -> Option<Reasoning> {
    understood(raw, |key, r| {
        match key {
            "effort" => known.effort = Some(Effort::parse(&text(r)?)?),
            "max_tokens" => known.budget_tokens = Some(r.opt_u64().ok()??),
            "enabled" => known = switched(r.opt_bool().ok()??, core::mem::take(&mut known)),
            "exclude" if r.opt_bool().ok()?? => known.summary = Some(SummaryLevel::Omitted),
            "exclude" => {}
            "summary" => known.summary = Some(summary(&text(r)?)?),
            _ => return None,
        }
        Some(())
    })?;
    Some(known)
}

fn summary(word: &str) -> Option<SummaryLevel> {
    Some(match word {
        "auto" => SummaryLevel::Auto,
        "concise" => SummaryLevel::Concise,
        "detailed" => SummaryLevel::Detailed,
        _ => return None,
    })
}

/// DeepSeek, Z.ai and others: `{type, budget_tokens}`.
fn thinking(raw: &str, mut known: Reasoning) -> Option<Reasoning> {
    let mut is_on = None;
    understood(raw, |key, r| {
        match key {
            "type" => {
                is_on = Some(match &*text(r)? {
                    "enabled" | "adaptive" => true,
                    "disabled" => false,
                    _ => return None,
                });
            }
            "budget_tokens" => known.budget_tokens = Some(r.opt_u64().ok()??),
            _ => return None,
        }
        Some(())
    })?;
    Some(match is_on? {
        true if known.budget_tokens.is_some() => known,
        is_on => switched(is_on, known),
    })
}

fn text<'a>(r: &mut Reader<'a>) -> Option<Cow<'a, str>> {
    r.opt_string().ok()?
}

fn enabled(raw: &str) -> Option<bool> {
    Reader::new(raw).opt_bool().ok()?
}

fn count(raw: &str) -> Option<u64> {
    Reader::new(raw).opt_u64().ok()?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(switches: &[(&str, &str)]) -> Option<Reasoning> {
        let mut reasoning = None;
        for (name, raw) in switches {
            assert!(take(name, raw, &mut reasoning), "{name}: {raw}");
        }
        reasoning
    }

    fn effort(effort: Effort) -> Reasoning {
        Reasoning { effort: Some(effort), ..Reasoning::default() }
    }

    #[test]
    fn every_dialects_switch_is_understood() {
        let adaptive = Reasoning { adaptive: true, ..Reasoning::default() };
        let budget = Reasoning { budget_tokens: Some(9), ..Reasoning::default() };
        for (name, raw, expected) in [
            ("reasoning_effort", "\"xhigh\"", effort(Effort::Xhigh)),
            ("reasoning", r#"{"effort":"low","exclude":false}"#, effort(Effort::Low)),
            ("reasoning", r#"{"max_tokens":9}"#, budget.clone()),
            ("reasoning", r#"{"enabled":true}"#, adaptive.clone()),
            ("reasoning", r#"{"enabled":false}"#, effort(Effort::None)),
            ("thinking", r#"{"type":"disabled"}"#, effort(Effort::None)),
            ("thinking", r#"{"type":"enabled"}"#, adaptive.clone()),
            ("thinking", r#"{"type":"enabled","budget_tokens":9}"#, budget.clone()),
            ("enable_thinking", "true", adaptive),
            ("enable_thinking", "false", effort(Effort::None)),
            ("thinking_budget", "9", budget),
        ] {
            assert_eq!(read(&[(name, raw)]), Some(expected), "{name}: {raw}");
        }
        let hidden = read(&[("reasoning", r#"{"exclude":true,"effort":null}"#)]).expect("it was taken");
        assert_eq!(hidden.summary, Some(SummaryLevel::Omitted));
    }

    #[test]
    fn a_switch_that_is_off_outranks_a_level() {
        let off = ("thinking", r#"{"type":"disabled"}"#);
        let high = ("reasoning_effort", "\"high\"");
        assert_eq!(read(&[off, high]), Some(effort(Effort::None)));
        assert_eq!(read(&[high, off]), Some(effort(Effort::None)));
    }

    #[test]
    fn what_is_not_understood_whole_is_left() {
        for (name, raw) in [
            ("reasoning_effort", "\"ultra\""),
            ("reasoning_effort", "3"),
            ("reasoning", r#"{"effort":"low","x":1}"#),
            ("thinking", r#"{"type":"enabled","clear_thinking":false}"#),
            ("thinking", "{}"),
            ("enable_thinking", "1"),
            ("temperature", "1"),
        ] {
            let mut reasoning = Some(effort(Effort::High));
            assert!(!take(name, raw, &mut reasoning), "{name}: {raw}");
            assert_eq!(reasoning, Some(effort(Effort::High)));
        }
    }
}
