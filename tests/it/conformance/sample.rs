//! Which of very many trials are made: all of them where time is no object, else some that a number picks.
//!
//! `MPFORM_SOAK=1` makes all. Each test prints its number, and `MPFORM_SEED=NUMBER` picks the same ones again.

use std::collections::BTreeSet;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;

/// Numbers that look like chance and are the same each time (Knuth's MMIX generator).
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    /// A place in a list that is not empty.
    pub(crate) fn place(&mut self, length: usize) -> usize {
        usize::try_from(self.roll(length as u64)).expect("small")
    }
}

/// The picks of one test.
pub(crate) struct Sample(Dice);

impl Sample {
    /// Says by which number it picks, so that a test that fails can be had again.
    pub(crate) fn new(test: &str) -> Self {
        #[expect(clippy::print_stdout, reason = "whoever sees a test fail needs the number")]
        {
            println!("{test}: MPFORM_SEED={}", seed());
        }
        let of_test = test.bytes().fold(seed(), |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        Self(Dice::new(of_test))
    }

    /// So many of the places in a list; all of them in a soak.
    pub(crate) fn of(&mut self, length: usize, many: usize) -> BTreeSet<usize> {
        if is_soak() || many >= length {
            return (0..length).collect();
        }
        let mut picked = BTreeSet::new();
        while picked.len() < many {
            picked.insert(self.0.place(length));
        }
        picked
    }

    pub(crate) fn dice(&mut self) -> &mut Dice {
        &mut self.0
    }
}

/// Whether everything is to be tried.
pub(crate) fn is_soak() -> bool {
    variable("MPFORM_SOAK").is_some_and(|value| value == "1")
}

fn seed() -> u64 {
    static SEED: OnceLock<u64> = OnceLock::new();
    *SEED.get_or_init(|| {
        let given = variable("MPFORM_SEED").map(|text| text.parse().expect("MPFORM_SEED is a number"));
        given.unwrap_or_else(|| RandomState::new().hash_one(()) % 1_000_000)
    })
}

#[expect(clippy::disallowed_methods, reason = "whoever runs the tests says how many")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
