//! The price of each bucket, at one time and under some circumstances.

use crate::usage::Bucket;

const BUCKETS: usize = Bucket::ALL.len();

/// Seconds: their prices are those of an hour.
const HOURS: u32 = 1 << Bucket::AudioSecond as u32 | 1 << Bucket::InputAudioSecond as u32;

/// Prices by bucket, in the words of [`super::UnitPrice`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Prices {
    /// A bit for each bucket that has one.
    priced: u32,
    pico: [u64; BUCKETS],
}

impl Prices {
    pub(super) const NONE: Self = Self { priced: 0, pico: [0; BUCKETS] };

    pub(super) const fn set(&mut self, bucket: Bucket, pico: u64) {
        self.priced |= 1 << bucket as u32;
        self.pico[bucket as usize] = pico;
    }

    pub(super) const fn get(&self, bucket: Bucket) -> Option<u64> {
        if self.priced >> bucket as u32 & 1 == 1 { Some(self.pico[bucket as usize]) } else { None }
    }

    /// Whether any of them is that of an hour.
    pub(super) const fn has_hours(&self) -> bool {
        self.priced & HOURS != 0
    }

    /// Buckets and prices, parts before their wholes.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Bucket, u64)> + '_ {
        let mut left = self.priced;
        core::iter::from_fn(move || {
            let at = left.checked_ilog2()?;
            left ^= 1 << at;
            Some((Bucket::ALL[at as usize], self.pico[at as usize]))
        })
    }
}
