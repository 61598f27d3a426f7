//! Counts by bucket.

use core::fmt;

use super::Bucket;

/// A count for each bucket, or none where nothing was stated.
#[derive(Clone, Copy)]
pub struct Counts {
    stated: u32,
    values: [u64; Bucket::ALL.len()],
    /// Gemini: what of the input its tools used, which a later snapshot may leave out. No count of
    /// its own, so it makes no difference between two.
    pub(super) tool_use: Option<u64>,
}

impl PartialEq for Counts {
    fn eq(&self, other: &Self) -> bool {
        (self.stated, self.values) == (other.stated, other.values)
    }
}

impl Eq for Counts {}

impl Default for Counts {
    fn default() -> Self {
        Self { stated: 0, values: [0; Bucket::ALL.len()], tool_use: None }
    }
}

impl Counts {
    /// The count of `bucket`, if stated.
    pub const fn get(&self, bucket: Bucket) -> Option<u64> {
        if self.stated >> bucket as u32 & 1 == 1 { Some(self.values[bucket as usize]) } else { None }
    }

    /// States a count; replaces any earlier one.
    pub const fn set(&mut self, bucket: Bucket, count: u64) {
        self.stated |= 1 << bucket as u32;
        self.values[bucket as usize] = count;
    }

    /// States a count if there is one; leaves the earlier one if not.
    pub const fn set_opt(&mut self, bucket: Bucket, count: Option<u64>) {
        if let Some(count) = count {
            self.set(bucket, count);
        }
    }

    /// Whether nothing is stated.
    pub const fn is_empty(&self) -> bool {
        self.stated == 0
    }

    /// Adds the counts of another call or attempt, saturating; what only one side states stays.
    pub fn add(&mut self, other: &Self) {
        for (bucket, count) in other.iter() {
            self.set(bucket, self.get(bucket).unwrap_or(0).saturating_add(count));
        }
    }

    /// The stated counts, wholes first.
    pub fn iter(&self) -> impl Iterator<Item = (Bucket, u64)> + '_ {
        Bucket::ALL.into_iter().filter_map(|b| Some((b, self.get(b)?)))
    }
}

impl fmt::Debug for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter().map(|(b, n)| (b.name(), n))).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn absent_is_not_zero() {
        let mut counts = Counts::default();
        assert_eq!(counts.get(Bucket::Input), None);
        counts.set(Bucket::Input, 0);
        assert_eq!(counts.get(Bucket::Input), Some(0));
        assert_eq!(counts.iter().count(), 1);
    }
}
