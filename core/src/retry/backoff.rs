//! The arithmetic of waiting.

use super::policy::{Backoff, Jitter};
use crate::rng::Rng;

impl Backoff {
    /// The wait before retry `k` (from 1) without jitter, in milliseconds; saturates at the cap.
    ///
    /// A factor of 0 counts as 1, and `k` 0 as 1.
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

    /// The wait before retry `k` with jitter from `rng`, never below the server's hint (0 for none), in
    /// milliseconds. Draws exactly once, so that transcripts line up.
    ///
    /// [`Jitter::Additive`] also adds to the hint, so that callers who were given the same one do not
    /// come back together. The others draw below the computed wait, and the hint is their floor. The
    /// cap bounds the computed wait: additive jitter comes on top of it, and a hint may be longer.
    pub fn jittered_ms(&self, k: u32, hint_ms: u64, rng: &mut Rng) -> u64 {
        let delay = self.delay_ms(k);
        let mut draw = rng.clone();
        rng.next_u64();
        match self.jitter {
            Jitter::Additive { percent } => {
                let floor = delay.max(hint_ms);
                let most = u128::from(floor) * u128::from(percent) / 100;
                floor.saturating_add(draw.up_to(u64::try_from(most).unwrap_or(u64::MAX)))
            }
            Jitter::Equal => (delay - delay / 2).saturating_add(draw.up_to(delay / 2)).max(hint_ms),
            Jitter::Full => draw.up_to(delay).max(hint_ms),
            Jitter::None => delay.max(hint_ms),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const fn backoff(base_ms: u64, factor: u32, cap_ms: u64, jitter: Jitter) -> Backoff {
        Backoff { base_ms, factor, cap_ms, jitter }
    }

    fn delays(backoff: &Backoff, count: u32) -> Vec<u64> {
        (1..=count).map(|k| backoff.delay_ms(k)).collect()
    }

    #[test]
    fn exponential_backoff_grows_then_caps() {
        assert_eq!(delays(&backoff(10, 2, 40, Jitter::None), 4), [10, 20, 40, 40]);
        let minute = backoff(1_000, 2, 60_000, Jitter::None);
        assert_eq!(delays(&minute, 8), [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]);
        assert_eq!(
            delays(&backoff(1_000, 3, 30_000, Jitter::None), 5),
            [1_000, 3_000, 9_000, 27_000, 30_000]
        );
        assert_eq!(
            delays(&backoff(30_000, 2, 300_000, Jitter::None), 5),
            [30_000, 60_000, 120_000, 240_000, 300_000]
        );
    }

    #[test]
    fn constant_backoff_for_small_factors() {
        for factor in [0, 1] {
            assert_eq!(delays(&backoff(500, factor, 2_000, Jitter::None), 3), [500, 500, 500]);
        }
        assert_eq!(delays(&backoff(500, 2, 100, Jitter::None), 2), [100, 100]);
        assert_eq!(backoff(500, 2, 2_000, Jitter::None).delay_ms(0), 500);
        assert_eq!(backoff(0, 2, 2_000, Jitter::None).delay_ms(u32::MAX), 0);
        assert_eq!(backoff(1, u32::MAX, u64::MAX, Jitter::None).delay_ms(u32::MAX), u64::MAX);
    }

    #[test]
    fn retry_exponential_backoff_with_jitter() {
        let additive = backoff(1_000, 2, 30_000, Jitter::Additive { percent: 10 });
        let mut rng = Rng::new(1);
        for (k, least) in (1..).zip([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
            let drawn: Vec<u64> = (0..200).map(|_| additive.jittered_ms(k, 0, &mut rng)).collect();
            assert!(drawn.iter().all(|d| (least..=least + least / 10).contains(d)), "{k}: {drawn:?}");
            assert!(drawn.iter().any(|d| *d != drawn[0]), "{k} is not random");
        }
    }

    #[test]
    fn hint_is_a_floor_above_the_cap() {
        let mut rng = Rng::new(1);
        for jitter in [Jitter::Additive { percent: 0 }, Jitter::Equal, Jitter::Full, Jitter::None] {
            assert_eq!(backoff(1, 2, 5, jitter).jittered_ms(1, 50, &mut rng), 50, "{jitter:?}");
        }
        let additive = backoff(1, 2, 5, Jitter::Additive { percent: 50 });
        let drawn: Vec<u64> = (0..100).map(|_| additive.jittered_ms(1, 1_000, &mut rng)).collect();
        assert!(drawn.iter().all(|d| (1_000..=1_500).contains(d)));
        assert!(drawn.iter().any(|d| *d > 1_000), "the hint gets jitter too");
    }

    fn any_jitter() -> impl Strategy<Value = Jitter> {
        prop_oneof![
            any::<u8>().prop_map(|percent| Jitter::Additive { percent }),
            Just(Jitter::Equal),
            Just(Jitter::Full),
            Just(Jitter::None),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn every_delay_is_within_bounds(
            base_ms in any::<u64>(),
            factor in any::<u32>(),
            cap_ms in any::<u64>(),
            jitter in any_jitter(),
            k in any::<u32>(),
            hint_ms in prop_oneof![Just(0), any::<u64>()],
            seed in any::<u64>(),
        ) {
            let backoff = backoff(base_ms, factor, cap_ms, jitter);
            let mut rng = Rng::new(seed);
            let delay = backoff.delay_ms(k);
            let jittered = backoff.jittered_ms(k, hint_ms, &mut rng);
            prop_assert!(delay <= cap_ms);
            prop_assert!(delay >= base_ms.min(cap_ms));
            prop_assert!(jittered >= hint_ms);
            let floor = delay.max(hint_ms);
            let (least, most) = match jitter {
                Jitter::Additive { percent } => (floor, u128::from(floor) + u128::from(floor) * u128::from(percent) / 100),
                Jitter::Equal => (delay / 2, floor.into()),
                Jitter::Full => (0, floor.into()),
                Jitter::None => (floor, floor.into()),
            };
            prop_assert!(jittered >= least.max(hint_ms));
            prop_assert!(u128::from(jittered) <= most);
            let mut once = Rng::new(seed);
            once.next_u64();
            prop_assert_eq!(rng.next_u64(), once.next_u64(), "exactly one draw");
        }

        #[test]
        fn delays_never_shrink(base_ms in any::<u64>(), factor in any::<u32>(), cap_ms in any::<u64>(), k in 1u32..200) {
            let backoff = backoff(base_ms, factor, cap_ms, Jitter::None);
            prop_assert!(backoff.delay_ms(k + 1) >= backoff.delay_ms(k));
        }
    }
}
