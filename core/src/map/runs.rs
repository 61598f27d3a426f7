//! A map whose pairs lie sorted in short runs.
//!
//! Its methods are those of the standard map that the core uses, and they do the same.

use alloc::vec::{self, Vec};
use core::borrow::Borrow;
use core::cmp::Ordering;
use core::iter::Flatten;
use core::ops::{Bound, RangeBounds};

/// The longest run. A pair is put in by moving the ones behind it in its run, so that this, and not the
/// size of the map, is what a key in the worst place costs.
const MAX_RUN: usize = 64;

/// An ordered map.
#[derive(Clone, Debug)]
pub(crate) struct Map<K, V> {
    /// Sorted, and none of them is empty.
    runs: Vec<Vec<(K, V)>>,
}

/// Which run, and where in it.
type Place = (usize, usize);

impl<K, V> Map<K, V> {
    pub(crate) const fn new() -> Self {
        Self { runs: Vec::new() }
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.runs.is_empty()
    }

    pub(crate) fn len(&self) -> usize {
        self.runs.iter().map(Vec::len).sum()
    }

    pub(crate) fn iter(&self) -> impl DoubleEndedIterator<Item = (&K, &V)> {
        self.runs.iter().flatten().map(|(key, value)| (key, value))
    }

    pub(crate) fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.iter().map(|(key, _)| key)
    }

    pub(crate) fn values(&self) -> impl DoubleEndedIterator<Item = &V> {
        self.iter().map(|(_, value)| value)
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.runs.iter_mut().flatten().map(|(_, value)| value)
    }

    pub(crate) fn into_values(self) -> impl Iterator<Item = V> {
        self.into_iter().map(|(_, value)| value)
    }

    pub(crate) fn first_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next()
    }

    pub(crate) fn last_key_value(&self) -> Option<(&K, &V)> {
        self.iter().next_back()
    }

    pub(crate) fn retain(&mut self, mut is_kept: impl FnMut(&K, &mut V) -> bool) {
        self.runs.iter_mut().for_each(|run| run.retain_mut(|(key, value)| is_kept(key, value)));
        self.runs.retain(|run| !run.is_empty());
    }

    /// Takes out what stands at a place that [`Map::find`] gave.
    fn take(&mut self, (run, at): Place) -> (K, V) {
        let taken = self.runs[run].remove(at);
        if self.runs[run].is_empty() {
            self.runs.remove(run);
        }
        taken
    }

    /// Puts a pair in where [`Map::find`] missed it; gives the place that it has then.
    fn put(&mut self, (mut run, mut at): Place, pair: (K, V)) -> Place {
        if run == self.runs.len() {
            match run.checked_sub(1) {
                Some(last) => (run, at) = (last, self.runs[last].len()),
                None => self.runs.push(Vec::new()),
            }
        }
        if self.runs[run].len() == MAX_RUN {
            let upper = self.runs[run].split_off(MAX_RUN / 2);
            self.runs.insert(run + 1, upper);
            if at > MAX_RUN / 2 {
                (run, at) = (run + 1, at - MAX_RUN / 2);
            }
        }
        self.runs[run].insert(at, pair);
        (run, at)
    }
}

impl<K: Ord, V> Map<K, V> {
    /// Where `key` stands, or else where it would.
    fn find<Q: Ord + ?Sized>(&self, key: &Q) -> Result<Place, Place>
    where
        K: Borrow<Q>,
    {
        let order = |pair: &(K, V)| pair.0.borrow().cmp(key);
        let is_before = |run: &Vec<(K, V)>| run.last().is_some_and(|last| order(last) == Ordering::Less);
        let run = self.runs.partition_point(is_before);
        match self.runs.get(run).map_or(Err(0), |pairs| pairs.binary_search_by(order)) {
            Ok(at) => Ok((run, at)),
            Err(at) => Err((run, at)),
        }
    }

    pub(crate) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        let (run, at) = self.find(key).ok()?;
        Some(&self.runs[run][at].1)
    }

    pub(crate) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        let (run, at) = self.find(key).ok()?;
        Some(&mut self.runs[run][at].1)
    }

    pub(crate) fn contains_key<Q: Ord + ?Sized>(&self, key: &Q) -> bool
    where
        K: Borrow<Q>,
    {
        self.find(key).is_ok()
    }

    pub(crate) fn insert(&mut self, key: K, value: V) -> Option<V> {
        match self.find(&key) {
            Ok((run, at)) => Some(core::mem::replace(&mut self.runs[run][at].1, value)),
            Err(place) => {
                self.put(place, (key, value));
                None
            }
        }
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        let place = self.find(key).ok()?;
        Some(self.take(place).1)
    }

    pub(crate) const fn entry(&mut self, key: K) -> Entry<'_, K, V> {
        Entry { map: self, key }
    }

    pub(crate) fn range(&self, range: impl RangeBounds<K>) -> impl Iterator<Item = (&K, &V)> {
        let first = match range.start_bound() {
            Bound::Included(key) | Bound::Excluded(key) => self.find(key),
            Bound::Unbounded => Ok((0, 0)),
        };
        let (Ok((run, at)) | Err((run, at))) = first;
        let from = self.runs[run..].iter().flatten().skip(at);
        from.map(|(key, value)| (key, value)).take_while(move |(key, _)| range.contains(key))
    }

    /// Takes out what is not before `key`.
    pub(crate) fn split_off(&mut self, key: &K) -> Self {
        let (Ok((run, at)) | Err((run, at))) = self.find(key);
        let mut runs = self.runs.split_off(run);
        if let Some(cut) = runs.first_mut() {
            let upper = cut.split_off(at);
            let lower = core::mem::replace(cut, upper);
            self.runs.extend(Some(lower).filter(|lower| !lower.is_empty()));
        }
        Self { runs }
    }
}

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self::new()
    }
}

impl<K: PartialEq, V: PartialEq> PartialEq for Map<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<K: Eq, V: Eq> Eq for Map<K, V> {}

impl<K: Ord, V> Extend<(K, V)> for Map<K, V> {
    fn extend<I: IntoIterator<Item = (K, V)>>(&mut self, pairs: I) {
        pairs.into_iter().for_each(|(key, value)| drop(self.insert(key, value)));
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(pairs: I) -> Self {
        let mut map = Self::new();
        map.extend(pairs);
        map
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = Flatten<vec::IntoIter<Vec<(K, V)>>>;

    fn into_iter(self) -> Self::IntoIter {
        self.runs.into_iter().flatten()
    }
}

/// The value of a key that may not be there yet.
pub(crate) struct Entry<'m, K, V> {
    map: &'m mut Map<K, V>,
    key: K,
}

impl<'m, K: Ord, V: Default> Entry<'m, K, V> {
    pub(crate) fn or_default(self) -> &'m mut V {
        let (run, at) = match self.map.find(&self.key) {
            Ok(place) => place,
            Err(place) => self.map.put(place, (self.key, V::default())),
        };
        &mut self.map.runs[run][at].1
    }
}

/// An ordered set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Set<T>(Map<T, ()>);

impl<T: Ord> Set<T> {
    pub(crate) const fn new() -> Self {
        Self(Map::new())
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn contains<Q: Ord + ?Sized>(&self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.contains_key(value)
    }

    /// Whether it was not there yet.
    pub(crate) fn insert(&mut self, value: T) -> bool {
        self.0.insert(value, ()).is_none()
    }

    pub(crate) fn remove<Q: Ord + ?Sized>(&mut self, value: &Q) -> bool
    where
        T: Borrow<Q>,
    {
        self.0.remove(value).is_some()
    }

    pub(crate) fn pop_first(&mut self) -> Option<T> {
        (!self.is_empty()).then(|| self.0.take((0, 0)).0)
    }
}

impl<T> Default for Set<T> {
    fn default() -> Self {
        Self(Map::new())
    }
}

impl<T: Ord> FromIterator<T> for Set<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        Self(values.into_iter().map(|value| (value, ())).collect())
    }
}

impl<T> IntoIterator for Set<T> {
    type Item = T;
    type IntoIter = core::iter::Map<Flatten<vec::IntoIter<Vec<(T, ())>>>, fn((T, ())) -> T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter().map(|(value, ())| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::{BTreeMap, BTreeSet};
    use proptest::prelude::*;

    #[derive(Clone, Debug)]
    enum Step {
        Insert(u16),
        Add(u16),
        Remove(u16),
        SplitOff(u16),
        Retain(u16),
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let key = 0..400_u16;
        let step = prop_oneof![
            40 => key.clone().prop_map(Step::Insert),
            20 => key.clone().prop_map(Step::Add),
            20 => key.clone().prop_map(Step::Remove),
            1 => key.clone().prop_map(Step::SplitOff),
            1 => (2..9_u16).prop_map(Step::Retain),
        ];
        prop::collection::vec(step, 0..600)
    }

    fn check(map: &Map<u16, u32>, model: &BTreeMap<u16, u32>) {
        assert!(map.iter().eq(model.iter()) && map.iter().rev().eq(model.iter().rev()));
        assert!(map.keys().eq(model.keys()) && map.values().eq(model.values()));
        assert_eq!((map.len(), map.is_empty()), (model.len(), model.is_empty()));
        assert_eq!(map.first_key_value(), model.first_key_value());
        assert_eq!(map.last_key_value(), model.last_key_value());
        assert!(map.runs.iter().all(|run| (1..=MAX_RUN).contains(&run.len())));
    }

    proptest! {
        #[test]
        fn it_does_what_the_standard_map_does(steps in steps(), ascending in 0..300_u16) {
            let ascend = || (0..ascending).map(|key| (key, u32::from(key)));
            let (mut map, mut model) = (ascend().collect::<Map<_, _>>(), ascend().collect::<BTreeMap<_, _>>());
            for (value, step) in (1_000..).zip(steps) {
                match step {
                    Step::Insert(key) => prop_assert_eq!(map.insert(key, value), model.insert(key, value)),
                    Step::Add(key) => {
                        *map.entry(key).or_default() += value;
                        *model.entry(key).or_default() += value;
                    }
                    Step::Remove(key) => prop_assert_eq!(map.remove(&key), model.remove(&key)),
                    Step::SplitOff(key) => {
                        let (upper, expected) = (map.split_off(&key), model.split_off(&key));
                        check(&upper, &expected);
                    }
                    Step::Retain(n) => {
                        map.retain(|key, _| key % n != 0);
                        model.retain(|key, _| key % n != 0);
                    }
                }
            }
            check(&map, &model);
            for key in 0..400 {
                prop_assert_eq!(map.get(&key), model.get(&key));
                prop_assert_eq!(map.get_mut(&key), model.get_mut(&key));
                prop_assert_eq!(map.contains_key(&key), model.contains_key(&key));
                prop_assert!(map.range(key..).eq(model.range(key..)));
                prop_assert!(map.range(key..=key + 90).eq(model.range(key..=key + 90)));
            }
            prop_assert_eq!(&map, &map.iter().map(|(key, value)| (*key, *value)).collect());
            map.values_mut().zip(model.values_mut()).for_each(|(a, b)| (*a, *b) = (*a + 1, *b + 1));
            prop_assert!(map.clone().into_values().eq(model.clone().into_values()));
            prop_assert!(map.into_iter().eq(model));
        }

        #[test]
        fn a_set_does_what_the_standard_set_does(values in prop::collection::vec(0..200_u16, 0..400)) {
            prop_assert!(Set::<u16>::new().is_empty());
            let mut set = values.iter().copied().collect::<Set<_>>();
            let mut model = values.iter().copied().collect::<BTreeSet<_>>();
            prop_assert_eq!(set.pop_first(), model.pop_first());
            for value in 0..100 {
                prop_assert_eq!(set.insert(value * 2), model.insert(value * 2));
                prop_assert_eq!(set.remove(&(value * 3)), model.remove(&(value * 3)));
                prop_assert_eq!(set.contains(&value), model.contains(&value));
            }
            prop_assert_eq!(set.is_empty(), model.is_empty());
            prop_assert!(set.into_iter().eq(model));
        }
    }
}
