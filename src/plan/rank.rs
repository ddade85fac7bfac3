//! Places among siblings, and which of them a person would call a move.
//!
//! A vendor closes the gap that a deleted sibling leaves, and what comes after a new one stands one further. Neither
//! is worth a change by itself where the button ends up where it was, or where the vendor puts it anyway.

/// One sibling that stays: the place it has (none if it is yet to be made), in the wanted order.
pub(super) type Place = Option<u32>;

/// For each sibling that stays, in the wanted order, the place to compare with the wanted one. `going` are the
/// places of those that are deleted.
pub(super) fn compared(staying: &[Place], going: &[u32]) -> Vec<Place> {
    let alive: Vec<u32> = staying.iter().flatten().copied().collect();
    let in_order = alive.windows(2).all(|pair| pair[0] < pair[1]);
    let nobody_new = alive.len() == staying.len();
    staying
        .iter()
        .zip(1_u32..)
        .map(|(place, wanted)| {
            let place = (*place)?;
            // Gaps move nothing, as long as the order is right.
            if in_order && nobody_new {
                return Some(wanted);
            }
            // Equal places stand in an order that nobody knows: they are set, whatever they look like.
            if alive.iter().filter(|other| **other == place).count() > 1 {
                return Some(place);
            }
            let before = |places: &[u32]| places.iter().filter(|other| **other < place).count();
            let left = u32::try_from(before(&alive) + 1).ok();
            let now = u32::try_from(before(&alive) + before(going) + 1).ok();
            if left == Some(wanted) { left } else { now }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::compared;

    /// 0 stands for one that is yet to be made.
    fn of(staying: &[u32], going: &[u32]) -> Vec<u32> {
        let staying: Vec<_> = staying.iter().map(|place| (*place > 0).then_some(*place)).collect();
        compared(&staying, going).into_iter().map(|place| place.unwrap_or(0)).collect()
    }

    #[test]
    fn the_right_order_needs_no_move_even_with_gaps() {
        assert_eq!(of(&[1, 3, 7], &[]), [1, 2, 3]);
        assert_eq!(of(&[2, 3], &[1]), [1, 2]);
    }

    #[test]
    fn a_swap_shows_both() {
        assert_eq!(of(&[2, 1], &[]), [2, 1]);
    }

    #[test]
    fn a_new_one_in_place_of_an_old_one_moves_nothing() {
        // Live A1 B2 C3, wanted A X C: B goes, X is new.
        assert_eq!(of(&[1, 0, 3], &[2]), [1, 0, 3]);
    }

    #[test]
    fn what_goes_does_not_count() {
        // Live A1 B2 C3, wanted C A.
        assert_eq!(of(&[3, 1], &[2]), [3, 1]);
        // Live A1 B2 C3, wanted B C X.
        assert_eq!(of(&[2, 3, 0], &[1]), [1, 2, 0]);
    }

    #[test]
    fn a_new_one_in_front_moves_the_others() {
        assert_eq!(of(&[0, 1, 2], &[]), [0, 1, 2]);
        assert_eq!(of(&[1, 2, 0], &[]), [1, 2, 0]);
    }

    #[test]
    fn equal_places_are_told_apart_by_setting_them() {
        assert_eq!(of(&[1, 1], &[]), [1, 1]);
        assert_eq!(of(&[2, 2], &[1]), [2, 2]);
    }
}
