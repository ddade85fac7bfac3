//! Putting things in order by code that is compiled once: as a generic, a sort is five kilobytes for each type, and
//! there are fifty. What is sorted by the ten thousands has the slices' own.

use std::cmp::Ordering;
use std::collections::BTreeMap;

/// Sorts; what is equal stays as it stood.
pub fn sort_by<T>(things: &mut Vec<T>, compare: impl Fn(&T, &T) -> Ordering) {
    let order = order(things.len(), &|one, other| compare(&things[one], &things[other]));
    let mut taken: Vec<_> = things.drain(..).map(Some).collect();
    things.extend(order.into_iter().filter_map(|nth| taken[nth].take()));
}

/// The same by what a key says of each.
pub fn sort_by_key<T, K: Ord>(things: &mut Vec<T>, key: impl Fn(&T) -> K) {
    sort_by(things, |one, other| key(one).cmp(&key(other)));
}

/// A map, made entry by entry: to collect one brings along a sort for its type. Of equal keys the last counts.
pub fn map<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    let mut map = BTreeMap::new();
    map.extend(entries);
    map
}

fn order(many: usize, compare: &dyn Fn(usize, usize) -> Ordering) -> Vec<usize> {
    let mut order: Vec<_> = (0..many).collect();
    order.sort_by(|one, other| compare(*one, *other));
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_sorts_as_slices_do(mut things in prop::collection::vec((0..5_u8, "[ab]{0,2}"), 0..60)) {
            let mut other = things.clone();
            other.sort_by_key(|(number, _)| *number);
            sort_by_key(&mut things, |(number, _)| *number);
            prop_assert_eq!(&things, &other);
            prop_assert_eq!(map(things), other.into_iter().collect());
        }
    }
}
