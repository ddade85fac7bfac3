//! One file may be read for many accounts; what is wrong with it is said once.

use std::collections::HashSet;

use crate::problem::Problem;

/// Takes out the problems behind the first `from` that say the same of the same places.
pub fn once(problems: &mut Vec<Problem>, from: usize) {
    let mut seen = HashSet::new();
    let new = problems.split_off(from);
    problems.extend(new.into_iter().filter(|problem| {
        let places: Vec<_> = problem
            .places
            .iter()
            .map(|place| (place.source.name.clone(), place.span.start, place.span.end))
            .collect();
        seen.insert((problem.code, problem.message.clone(), places))
    }));
}
