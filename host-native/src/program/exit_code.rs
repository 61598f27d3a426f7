//! Exit codes, by kind of failure.

use tokenwire::{FailureKind, Outcome};

/// The arguments do not parse.
pub(crate) const USAGE: u8 = 2;
/// Nothing was sent: no such provider, no key, a bad base URL, a bad file, an impossible request.
pub(crate) const CONFIGURATION: u8 = 3;
/// Something is wrong with what was decoded.
pub(crate) const DECODE: u8 = 1;
/// Prices are too old.
pub(crate) const OLD_PRICES: u8 = 1;

/// The code of a call's outcome; 0 for a complete response.
pub(crate) fn of_outcome(outcome: &Outcome) -> u8 {
    outcome.failure.as_ref().map_or(0, |failure| of_kind(failure.kind))
}

/// The code of a kind of failure.
pub(crate) const fn of_kind(kind: FailureKind) -> u8 {
    match kind {
        FailureKind::Authentication => 10,
        FailureKind::Forbidden => 11,
        FailureKind::QuotaExceeded => 12,
        FailureKind::RateLimit => 13,
        FailureKind::Overloaded => 14,
        FailureKind::ServerError => 15,
        FailureKind::Connection => 16,
        FailureKind::Timeout => 17,
        FailureKind::Incomplete => 18,
        FailureKind::InvalidRequest => 19,
        FailureKind::ContextWindowExceeded => 20,
        FailureKind::NotFound => 21,
        FailureKind::MalformedResponse => 22,
        FailureKind::TooLarge => 23,
        FailureKind::Conflict => 24,
        FailureKind::Unsupported => 25,
        FailureKind::Resume => 26,
        FailureKind::Configuration => 27,
        FailureKind::SpendingLimit => 28,
        FailureKind::Cancelled => 130,
        _ => 1,
    }
}

/// The list that `--help` ends with.
pub(crate) fn help() -> String {
    let mut kinds: Vec<_> = FailureKind::ALL.iter().map(|k| (of_kind(*k), k.name())).collect();
    kinds.sort_unstable();
    let mut text = format!(
        "Exit codes:\n    0  complete\n  {DECODE:>3}  a bad body or recording, or prices that are too old\n  \
         {USAGE:>3}  bad arguments\n  {CONFIGURATION:>3}  nothing sent: \
         no such provider, no key, bad base URL, bad file\n"
    );
    for (code, name) in kinds {
        text.push_str(&format!("  {code:>3}  {name}\n"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_kind_has_its_own_code() {
        let mut codes: Vec<_> = FailureKind::ALL.iter().map(|k| of_kind(*k)).collect();
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), FailureKind::ALL.len());
        assert!(!codes.contains(&USAGE) && !codes.contains(&CONFIGURATION) && !codes.contains(&0));
    }
}
