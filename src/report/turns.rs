//! What happens in several accounts at once, told one account after the other: the same work is told in the same order,
//! whoever was quicker.

use std::collections::HashMap;

/// Keeps back what is told of an account until those before it are over.
#[derive(Debug)]
pub struct Turns<E> {
    /// The accounts, in order.
    order: Vec<String>,
    /// Whose turn it is.
    now: usize,
    /// What was told before its turn, and whether there is more to come.
    kept: HashMap<String, (Vec<E>, bool)>,
}

/// For no accounts yet.
impl<E> Default for Turns<E> {
    fn default() -> Self {
        Self::new(vec![])
    }
}

impl<E> Turns<E> {
    /// For these accounts, in this order.
    pub fn new(order: Vec<String>) -> Self {
        Self { order, now: 0, kept: HashMap::new() }
    }

    /// Takes in what is told of an account; gives what is to be told now.
    pub fn take(&mut self, account: &str, event: E) -> Vec<E> {
        let later = self.order.iter().skip(self.now + 1).any(|name| name == account);
        if !later {
            return vec![event];
        }
        self.kept.entry(account.to_owned()).or_default().0.push(event);
        vec![]
    }

    /// Nothing more is told of an account; gives what is to be told now.
    pub fn over(&mut self, account: &str) -> Vec<E> {
        self.kept.entry(account.to_owned()).or_default().1 = true;
        let mut told = vec![];
        while let Some(name) = self.order.get(self.now) {
            let (events, over) = self.kept.remove(name).unwrap_or_default();
            told.extend(events);
            if !over {
                break;
            }
            self.now += 1;
        }
        told
    }

    /// Nobody waits any longer: all that was kept back, in order.
    pub fn rest(&mut self) -> Vec<E> {
        let order = self.order.split_off(self.now.min(self.order.len()));
        order.iter().filter_map(|name| self.kept.remove(name)).flat_map(|(events, _)| events).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: [u8; 0] = [];

    fn turns() -> Turns<u8> {
        Turns::new(["a", "b", "c"].map(str::to_owned).to_vec())
    }

    #[test]
    fn who_is_quicker_waits_for_those_before() {
        let mut turns = turns();
        assert_eq!(turns.take("c", 31), NOTHING);
        assert_eq!(turns.take("a", 11), [11]);
        assert_eq!(turns.take("b", 21), NOTHING);
        assert_eq!(turns.over("c"), NOTHING);
        assert_eq!(turns.take("a", 12), [12]);
        assert_eq!(turns.over("a"), [21], "it goes on at once");
        assert_eq!(turns.take("b", 22), [22]);
        assert_eq!(turns.over("b"), [31]);
        assert_eq!(turns.rest(), NOTHING);
    }

    #[test]
    fn what_was_kept_back_is_told_when_nobody_waits_any_longer() {
        let mut turns = turns();
        turns.take("c", 31);
        turns.take("b", 21);
        assert_eq!(turns.rest(), [21, 31]);
        assert_eq!(turns.take("c", 32), [32]);
    }

    #[test]
    fn an_account_that_nobody_announced_is_told_at_once() {
        assert_eq!(turns().take("z", 1), [1]);
    }
}
