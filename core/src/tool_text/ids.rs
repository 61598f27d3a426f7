//! Ids of calls that came without a usable one.

use alloc::string::String;
use alloc::vec::Vec;

use crate::rng::Rng;

/// Makes ids of nine letters and digits, as Mistral demands them and every wire takes them.
///
/// They follow from the response's id, a seed and how many came before: the same response gives the
/// same ids, and two responses hardly ever share one (36^9 possible ids).
#[derive(Clone, Debug)]
pub(super) struct Ids {
    state: u64,
    given: u64,
    /// The written ones that were kept.
    kept: Vec<String>,
}

/// Ids of the model's own that are kept in one response; later ones are made.
const MAX_KEPT: usize = 1024;

/// Length of an id that is made.
const LENGTH: usize = 9;

/// What wires allow.
const MAX_LENGTH: usize = 64;

impl Ids {
    pub(super) const fn new(seed: u64) -> Self {
        Self { state: seed ^ 0xcbf2_9ce4_8422_2325, given: 0, kept: Vec::new() }
    }

    /// The response has this id (FNV-1a).
    pub(super) fn mix(&mut self, response: &str) {
        for byte in response.bytes() {
            self.state = (self.state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// The id of the next call: `written`, where every wire takes it, it is long enough to be one of
    /// a kind, and no call before had it; otherwise one that is made.
    pub(super) fn next(&mut self, written: Option<&str>) -> String {
        self.given += 1;
        if let Some(id) = written.filter(|id| self.is_usable(id)) {
            self.kept.push(id.into());
            return id.into();
        }
        let mut rng = Rng::new(self.state ^ self.given);
        let digit = |n: u64| b"abcdefghijklmnopqrstuvwxyz0123456789"[n as usize % 36] as char;
        (0..LENGTH).map(|_| digit(rng.up_to(35))).collect()
    }

    fn is_usable(&self, id: &str) -> bool {
        (LENGTH..=MAX_LENGTH).contains(&id.len())
            && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-'))
            && self.kept.len() < MAX_KEPT
            && !self.kept.iter().any(|k| k == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_follow_from_the_response() {
        let ids = |seed, response| {
            let mut ids = Ids::new(seed);
            ids.mix(response);
            [ids.next(None), ids.next(None)]
        };
        assert_eq!(ids(0, "r1"), ids(0, "r1"));
        let all = [ids(0, "r1"), ids(0, "r2"), ids(1, "r1")].concat();
        for (at, id) in all.iter().enumerate() {
            assert!(id.len() == 9 && id.bytes().all(|b| b.is_ascii_alphanumeric()), "{id}");
            assert!(!all[..at].contains(id), "{id} twice");
        }
    }

    #[test]
    fn a_written_id_is_kept_only_where_every_wire_takes_it() {
        let mut ids = Ids::new(0);
        assert_eq!(ids.next(Some("toolu_01AbC-d")), "toolu_01AbC-d");
        for bad in ["toolu_01AbC-d", "0", "functions.f:0", "", "é23456789", &"x".repeat(65)] {
            assert_ne!(ids.next(Some(bad)), bad);
        }
    }
}
