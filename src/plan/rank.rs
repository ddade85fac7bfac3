//! Places among siblings, as they count once those that go are gone.
//!
//! A vendor closes the gap that a deleted sibling leaves, so a button that only moves up by that is not a change.
//! And gaps that are there already move nothing, as long as the order is right.

/// The place each sibling has when it comes to setting places, in the wanted order; `None` for one that does not
/// exist yet. `raw` are the live places, also in the wanted order; `some_go` says whether a sibling is deleted.
pub(super) fn effective(raw: &[Option<u32>], some_go: bool) -> Vec<Option<u32>> {
    let mut alive: Vec<u32> = raw.iter().flatten().copied().collect();
    let in_order = alive.windows(2).all(|pair| pair[0] < pair[1]);
    if in_order && alive.len() == raw.len() {
        return (1..=raw.len()).map(|place| u32::try_from(place).ok()).collect();
    }
    if !some_go {
        return raw.to_vec();
    }
    alive.sort_unstable();
    let mut given = vec![false; alive.len()];
    raw.iter()
        .map(|place| {
            let place = (*place)?;
            // Equal places stand in an order that nobody knows; each gets one of theirs.
            let nth = alive.iter().enumerate().position(|(nth, at)| *at == place && !given[nth])?;
            given[nth] = true;
            u32::try_from(nth + 1).ok()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::effective;

    fn of(raw: &[u32]) -> Vec<Option<u32>> {
        raw.iter().map(|place| (*place > 0).then_some(*place)).collect()
    }

    #[test]
    fn the_right_order_needs_no_move_even_with_gaps() {
        assert_eq!(effective(&of(&[1, 3, 7]), false), of(&[1, 2, 3]));
        assert_eq!(effective(&of(&[2, 3]), true), of(&[1, 2]));
    }

    #[test]
    fn a_swap_shows_both() {
        assert_eq!(effective(&of(&[2, 1]), false), of(&[2, 1]));
    }

    #[test]
    fn what_goes_does_not_count() {
        // Live A1 B2 C3, wanted C A: B goes, and C is second then.
        assert_eq!(effective(&of(&[3, 1]), true), of(&[2, 1]));
    }

    #[test]
    fn a_new_one_leaves_the_others_where_they_are() {
        assert_eq!(effective(&of(&[1, 0, 2]), false), of(&[1, 0, 2]));
    }

    #[test]
    fn equal_places_are_told_apart_by_setting_them() {
        assert_eq!(effective(&of(&[1, 1]), false), of(&[1, 1]));
        assert_eq!(effective(&of(&[2, 2]), true), of(&[1, 2]));
    }
}
