//! The report in print: tables of the pairs, then what differs and what is lost.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};

use tokenwire_core::model::Wire;

use super::report::{FORMS, Losses, Mismatch, Pair, Report, Tally};

/// So many of the commonest losses and mismatches are shown, unless all are wanted.
const SHOWN: usize = 12;

/// A report, to be printed.
pub struct Printed<'a> {
    /// The report.
    pub report: &'a Report,
    /// Whether everything is shown, not only what is commonest.
    pub is_verbose: bool,
}

impl Display for Printed<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let report = self.report;
        table(f, "requests carried", |pair| report.requests.get(&pair).copied())?;
        self.commonest(f, "requests not carried", &report.refusals)?;
        self.commonest(f, "lost in requests", &report.request_losses)?;
        self.commonest(f, "lost in answers", &report.answer_losses)?;
        for form in FORMS {
            let title = format!("answers as the SDK reads them, {form}");
            table(f, &title, |pair| report.answers.get(&(pair, form)).copied())?;
        }
        self.mismatches(f)?;
        self.summary(f)
    }
}

impl Printed<'_> {
    fn commonest(&self, f: &mut Formatter<'_>, title: &str, losses: &Losses) -> fmt::Result {
        let mut sums = BTreeMap::<&str, (usize, Vec<Pair>)>::new();
        for ((pair, pattern), count) in losses {
            let sum = sums.entry(pattern).or_default();
            sum.0 += count;
            sum.1.push(*pair);
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by(|a, b| b.1.0.cmp(&a.1.0).then(a.0.cmp(b.0)));
        let shown = self.shown(sums.len());
        writeln!(f, "\n{title}: {} kinds", sums.len())?;
        for (pattern, (count, pairs)) in &sums[..shown] {
            writeln!(f, "{count:>6}  {pattern}  [{}]", targets(pairs))?;
        }
        self.more(f, sums.len() - shown)
    }

    fn mismatches(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (listed, new): (Vec<_>, Vec<_>) =
            self.report.mismatches.iter().partition(|mismatch| mismatch.reason.is_some());
        writeln!(f, "\nmismatches: {}", new.len())?;
        let shown = if self.is_verbose { new.len() } else { new.len().min(10 * SHOWN) };
        new[..shown].iter().try_for_each(|mismatch| write_mismatch(f, mismatch))?;
        self.more(f, new.len() - shown)?;
        writeln!(f, "\nlisted exceptions: {}", listed.len())?;
        let mut reasons = BTreeMap::<&str, usize>::new();
        for reason in listed.iter().filter_map(|mismatch| mismatch.reason.as_deref()) {
            *reasons.entry(reason).or_default() += 1;
        }
        reasons.iter().try_for_each(|(reason, count)| writeln!(f, "{count:>6}  {reason}"))
    }

    fn summary(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let report = self.report;
        report.faults.iter().try_for_each(|fault| writeln!(f, "fault: {fault}"))?;
        let mut all = Tally::default();
        for tally in report.answers.values() {
            all.good += tally.good;
            all.all += tally.all;
        }
        let Tally { good, all } = all;
        let Tally { good: same, all: passed } = report.unchanged;
        match &report.left_out {
            Some(why) => writeln!(f, "\nno SDK read the answers: {why}")?,
            None => writeln!(f, "\n{good} of {all} answers are read as they are meant")?,
        }
        writeln!(f, "{same} of {passed} responses pass byte for byte between equal wires")?;
        writeln!(f, "{} failures", report.failures())
    }

    fn shown(&self, all: usize) -> usize {
        if self.is_verbose { all } else { all.min(SHOWN) }
    }

    fn more(&self, f: &mut Formatter<'_>, hidden: usize) -> fmt::Result {
        if hidden == 0 { Ok(()) } else { writeln!(f, "        and {hidden} more, with --verbose") }
    }
}

/// A line for each recorded wire, a column for each that it is translated to.
fn table(f: &mut Formatter<'_>, title: &str, tally: impl Fn(Pair) -> Option<Tally>) -> fmt::Result {
    write!(f, "\n{title}\n{:<18}", "from \\ to")?;
    Wire::ALL.iter().try_for_each(|wire| write!(f, "{:>18}", wire.name()))?;
    writeln!(f)?;
    for from in Wire::ALL {
        write!(f, "{:<18}", from.name())?;
        for to in Wire::ALL {
            let cell =
                tally(Pair { from, to }).map_or_else(|| "-".into(), |t| format!("{}/{}", t.good, t.all));
            write!(f, "{cell:>18}")?;
        }
        writeln!(f)?;
    }
    Ok(())
}

fn write_mismatch(f: &mut Formatter<'_>, mismatch: &Mismatch) -> fmt::Result {
    let Mismatch { id, pair, form, problems, .. } = mismatch;
    writeln!(f, "{id} {pair} ({form}): {}", problems.join("; "))
}

/// `gemini, openai_chat>anthropic`: which pairs, by where they lead.
fn targets(pairs: &[Pair]) -> String {
    let mut by_target = BTreeMap::<Wire, Vec<&str>>::new();
    for pair in pairs {
        by_target.entry(pair.to).or_default().push(pair.from.name());
    }
    let each: Vec<String> =
        by_target.iter().map(|(to, from)| format!("{}>{}", from.join(","), to.name())).collect();
    each.join(" ")
}
