//! What every event stream must hold, whatever it says.

use tokenwire_core::model::{Event, Finish, PartKind};
use tokenwire_core::usage::{Completeness, Usage};

use crate::exchange::Decoded;

/// Every rule that the events of `decoded` break, in a line each.
pub fn violations(decoded: &Decoded) -> Vec<String> {
    let mut watch = Watch::default();
    for (at, event) in decoded.events.iter().enumerate() {
        if let Err(rule) = watch.see(event) {
            watch.out.push(format!("order: event {at}: {rule}: {event:?}"));
        }
    }
    if decoded.error.is_none() {
        watch.end(&decoded.usage);
    }
    watch.out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Media,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Vendor,
}

impl Shape {
    const fn of(kind: &PartKind<'_>) -> Self {
        match kind {
            PartKind::Media { .. } => Self::Media,
            PartKind::Reasoning { .. } => Self::Reasoning,
            PartKind::Refusal => Self::Refusal,
            PartKind::Text => Self::Text,
            PartKind::ToolCall { .. } => Self::ToolCall,
            _ => Self::Vendor,
        }
    }
}

#[derive(Default)]
struct Watch<'a> {
    /// The shape of each part, and whether it is open.
    parts: Vec<(Shape, bool)>,
    finishes: Vec<(u32, &'a Finish)>,
    start: (Option<&'a str>, Option<&'a str>),
    extras: Vec<(Option<u32>, &'a str, &'a str)>,
    usages: Vec<&'a Usage>,
    out: Vec<String>,
}

impl<'a> Watch<'a> {
    fn see(&mut self, event: &'a Event<'_>) -> Result<(), &'static str> {
        match event {
            Event::ArgumentsDelta { part, text } => self.delta(*part, Shape::ToolCall, text),
            Event::DataDelta { part, base64 } => self.delta(*part, Shape::Media, base64),
            Event::ReasoningDelta { part, text } => self.delta(*part, Shape::Reasoning, text),
            Event::RefusalDelta { part, text } => self.delta(*part, Shape::Refusal, text),
            Event::TextDelta { part, text } => self.delta(*part, Shape::Text, text),
            Event::PartStart { part, kind, .. } => {
                let is_next = *part as usize == self.parts.len();
                self.parts.push((Shape::of(kind), true));
                rule(is_next, "parts are numbered in the order in which they open")
            }
            Event::PartEnd { part } => self.end_part(*part),
            Event::Opaque { part, .. } => self.known(*part),
            Event::Citation { part: Some(part), .. } => self.known(*part),
            Event::Finish { candidate, finish } => self.finish(*candidate, finish),
            Event::Start { id, model } => self.start(id.as_deref(), model.as_deref()),
            Event::Extra { part, name, value } => self.extra(*part, name, value),
            Event::Usage(usage) => {
                self.usages.push(usage);
                rule(self.usages.len() <= 2, "usage is told early and at the end, not more often")
            }
            Event::Discard { .. } | Event::Retry(_) => Err("a decoder does not retry"),
            _ => Ok(()),
        }
    }

    fn known(&self, part: u32) -> Result<(), &'static str> {
        rule((part as usize) < self.parts.len(), "the part was opened")
    }

    fn delta(&self, part: u32, shape: Shape, text: &str) -> Result<(), &'static str> {
        let &(opened, is_open) = self.parts.get(part as usize).ok_or("the part was opened")?;
        rule(is_open, "the part is still open")?;
        rule(opened == shape, "the delta fits its part")?;
        rule(!text.is_empty(), "no delta is empty")
    }

    fn end_part(&mut self, part: u32) -> Result<(), &'static str> {
        let (_, is_open) = self.parts.get_mut(part as usize).ok_or("the part was opened")?;
        rule(std::mem::take(is_open), "a part ends once")
    }

    fn finish(&mut self, candidate: u32, finish: &'a Finish) -> Result<(), &'static str> {
        let last = self.finishes.iter_mut().find(|(c, _)| *c == candidate);
        match last {
            Some((_, known)) => {
                let is_news = std::mem::replace(known, finish) != finish;
                rule(is_news, "a finish comes again only when it changes")
            }
            None => {
                self.finishes.push((candidate, finish));
                Ok(())
            }
        }
    }

    fn start(&mut self, id: Option<&'a str>, model: Option<&'a str>) -> Result<(), &'static str> {
        let is_news = id.is_some() && id != self.start.0 || model.is_some() && model != self.start.1;
        self.start = (id.or(self.start.0), model.or(self.start.1));
        rule(is_news, "a start comes again only when it tells something new")
    }

    fn extra(&mut self, part: Option<u32>, name: &'a str, value: &'a str) -> Result<(), &'static str> {
        let known = self.extras.iter_mut().find(|(p, n, _)| *p == part && *n == name);
        let is_news = match known {
            Some((_, _, known)) => std::mem::replace(known, value) != value,
            None => {
                self.extras.push((part, name, value));
                true
            }
        };
        rule(is_news, "an extra comes again only when it changes")
    }

    fn end(&mut self, usage: &Usage) {
        for (at, _) in self.parts.iter().enumerate().filter(|(_, (_, is_open))| *is_open) {
            self.out.push(format!("order: part {at} is still open at a good end"));
        }
        match self.usages.last() {
            Some(last) if **last != *usage => {
                self.out.push(format!("order: the last usage event is not the usage: {last:?}"))
            }
            None if !usage.counts.is_empty() => {
                self.out.push("order: usage is known, but no event told it".into())
            }
            _ => {}
        }
        let expected = if usage.counts.is_empty() { Completeness::Unknown } else { Completeness::Complete };
        if usage.completeness != expected {
            self.out.push(format!("order: usage is {} at a good end", usage.completeness.name()));
        }
    }
}

fn rule(holds: bool, name: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(name) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokenwire_core::model::FinishReason;

    fn broken(events: &[Event<'_>]) -> Vec<&'static str> {
        let mut watch = Watch::default();
        events.iter().filter_map(|event| watch.see(event).err()).collect()
    }

    const fn open(part: u32) -> Event<'static> {
        Event::PartStart { part, candidate: 0, kind: PartKind::Text }
    }

    fn text(part: u32, text: &'static str) -> Event<'static> {
        Event::TextDelta { part, text: text.into() }
    }

    #[test]
    fn a_part_opens_fills_and_ends() {
        assert_eq!(broken(&[open(0), text(0, "a"), Event::PartEnd { part: 0 }]), [""; 0]);
    }

    #[test]
    fn broken_rules_are_named() {
        let finish = Event::Finish { candidate: 0, finish: Finish::new(FinishReason::Stop, "stop") };
        for (events, expected) in [
            (vec![text(0, "a")], "the part was opened"),
            (vec![open(1)], "parts are numbered in the order in which they open"),
            (vec![open(0), text(0, "")], "no delta is empty"),
            (vec![open(0), Event::PartEnd { part: 0 }, text(0, "a")], "the part is still open"),
            (vec![open(0), Event::RefusalDelta { part: 0, text: "a".into() }], "the delta fits its part"),
            (vec![finish.clone(), finish], "a finish comes again only when it changes"),
        ] {
            assert_eq!(broken(&events), [expected]);
        }
    }

    #[test]
    fn a_good_end_leaves_nothing_open() {
        let mut watch = Watch::default();
        let opened = open(0);
        watch.see(&opened).expect("a first part");
        watch.end(&Usage::default());
        assert_eq!(watch.out, ["order: part 0 is still open at a good end"]);
    }
}
