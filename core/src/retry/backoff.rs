//! The arithmetic of waiting.

use super::policy::{Backoff, Jitter};
use crate::rng::Rng;

impl Backoff {
    /// The wait before retry `k` (from 1) without jitter, in milliseconds; saturates at the cap.
    pub fn delay_ms(&self, k: u32) -> u64 {
        let mut delay = self.base_ms.min(self.cap_ms);
        for _ in 1..k {
            if delay >= self.cap_ms || delay == 0 || self.factor <= 1 {
                break;
            }
            delay = delay.saturating_mul(u64::from(self.factor)).min(self.cap_ms);
        }
        delay
    }

    /// The same with jitter drawn from `rng`. Draws exactly once, so that transcripts line up.
    pub fn jittered_ms(&self, k: u32, rng: &mut Rng) -> u64 {
        let delay = self.delay_ms(k);
        let mut draw = rng.clone();
        rng.next_u64();
        match self.jitter {
            Jitter::Additive { percent } => {
                let most = u128::from(delay) * u128::from(percent) / 100;
                delay.saturating_add(draw.up_to(u64::try_from(most).unwrap_or(u64::MAX)))
            }
            Jitter::Equal => delay - delay / 2 + draw.up_to(delay / 2),
            Jitter::Full => draw.up_to(delay),
            Jitter::None => delay,
        }
    }
}
