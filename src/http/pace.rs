//! How many calls a server bears at once, found out by how it answers.
//!
//! It begins with few and takes on one more for each good answer, so that they double with every round, until a server
//! shows that it has had enough: by saying so, by not answering, or by taking twice as long as it did. Then they are
//! halved, once for all that were sent before, and from there on a whole round of good answers earns one more.
//!
//! **Twice as long** is no matter of taste. Where so many wait for one another that times have doubled, half of them
//! keep whatever they wait for just as busy: be it the server, the line, or our own processor. So halving can't be
//! wrong, and nobody has to tell whose fault it is. A round counts by the quickest of its answers, and only two slow
//! ones after another count at all: what held up a few, or everything for a moment, says nothing of the next.
//!
//! **Our own work** is a limit as well: where most answers are there before we have made the other calls of their round,
//! more of them would wait for us instead of the server, and only cost connections.
//!
//! Nothing in here knows a clock: it is told how long each call took.

use std::time::Duration;

/// How many calls are tried at first: what a server with thirty connections to its database bears beside others.
const FIRST: usize = 16;

/// So much more than before is never slow: below it a laptop's own hiccups can't be told from a server's trouble.
const SLACK: Duration = Duration::from_millis(5);

/// To make a call and to read its answer takes us about so long on a slow machine.
const OUR_WORK: Duration = Duration::from_micros(100);

/// A round that follows a halving and is no quicker than this part of the one before shows that we were not the reason.
const HELPED: f64 = 0.75;

/// Calls that may be held against each other: a server that is quick to read may be slow to write.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Read,
    Write,
}

/// How many calls may be under way, and why.
#[derive(Debug)]
pub(super) struct Pace {
    most: usize,
    now: usize,
    /// There has been no trouble so far.
    climbing: bool,
    /// Good answers towards the next round.
    earned: usize,
    /// The most that were under way at once in this round: what was not tried has not gone well.
    peak: usize,
    /// Answers to come that were asked for before the last halving: they say what led to it once more.
    stale: usize,
    reads: Times,
    writes: Times,
}

/// How long one sort of calls takes.
#[derive(Debug, Default)]
struct Times {
    /// The quickest answer of this round, and how many there were.
    quickest: Duration,
    answers: usize,
    /// How many of them came later than we had made the calls of a round; whether the last did, as most.
    late: usize,
    waits: bool,
    /// The quickest round.
    best: Option<Duration>,
    /// The last round was slow.
    slow: bool,
    /// How slow it was before they were halved for it.
    before: Option<Duration>,
}

impl Pace {
    /// For a server that is never asked for more at once.
    pub(super) fn new(most: usize) -> Self {
        let most = most.max(1);
        Self {
            most,
            now: most.min(FIRST),
            climbing: true,
            earned: 0,
            peak: 0,
            stale: 0,
            reads: Times::default(),
            writes: Times::default(),
        }
    }

    /// How many calls may be under way.
    pub(super) fn now(&self) -> usize {
        self.now
    }

    /// A call goes out; so many are under way with it.
    pub(super) fn sent(&mut self, under_way: usize) {
        self.peak = self.peak.max(under_way);
    }

    /// An answer has come that shows no trouble.
    pub(super) fn answered(&mut self, sort: Sort, took: Duration, under_way: usize) {
        if self.is_stale() {
            return;
        }
        // Of how it would bear many, a few say nothing.
        if self.peak * 2 < self.now {
            return;
        }
        let round = self.now;
        let times = match sort {
            Sort::Read => &mut self.reads,
            Sort::Write => &mut self.writes,
        };
        if times.add(took, round) {
            return self.halve(under_way);
        }
        let (is_slow, waits) = (times.slow, times.waits);
        self.earned += 1;
        let round_is_over = self.earned >= round;
        // Many answers may be read before any call takes the place of the first.
        let tried = if self.climbing { self.peak * 2 > round } else { round_is_over && self.peak >= round };
        if tried && waits && !is_slow {
            self.now = self.most.min(round + 1);
        }
        if round_is_over {
            self.earned = 0;
            self.peak = under_way;
        }
    }

    /// The server has said, or shown by its silence, that this was too much.
    pub(super) fn overloaded(&mut self, under_way: usize) {
        if !self.is_stale() {
            self.halve(under_way);
        }
    }

    /// Takes an answer to what was sent before the last halving off the list.
    fn is_stale(&mut self) -> bool {
        let stale = self.stale > 0;
        self.stale = self.stale.saturating_sub(1);
        stale
    }

    /// Half of what was under way at the most, which may be less than what was allowed.
    fn halve(&mut self, under_way: usize) {
        self.now = (self.now.min(self.peak) / 2).max(1);
        self.climbing = false;
        self.earned = 0;
        self.peak = 0;
        self.stale = under_way.saturating_sub(1);
        self.reads.begin_anew();
        self.writes.begin_anew();
    }
}

impl Times {
    /// Counts an answer. True if it is the end of a second slow round.
    fn add(&mut self, took: Duration, round: usize) -> bool {
        if self.answers == 0 {
            (self.quickest, self.late) = (took, 0);
        }
        self.quickest = self.quickest.min(took);
        let is_late = took > OUR_WORK * round as u32;
        self.late += usize::from(is_late);
        self.answers += 1;
        self.waits = is_late && self.late * 2 > self.answers;
        if self.answers < round {
            return false;
        }
        self.answers = 0;
        let last = self.quickest;
        // Half as many took as long: so long it takes now, whoever is to blame for it.
        if self.before.take().is_some_and(|before| last > before.mul_f64(HELPED)) {
            self.best = Some(last);
        }
        let best = self.best.map_or(last, |best| best.min(last));
        self.best = Some(best);
        let was_slow = std::mem::replace(&mut self.slow, last > best * 2 + SLACK);
        if self.slow && was_slow {
            self.before = Some(last);
            return true;
        }
        false
    }

    /// What came so far says nothing of what comes now.
    fn begin_anew(&mut self) {
        self.answers = 0;
        self.slow = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A server that takes `alone` for each of up to `wide` calls at once, and lets the others wait for those.
    struct Server {
        alone: Duration,
        wide: usize,
    }

    impl Server {
        /// A round of calls, as many as are allowed.
        fn round(&self, pace: &mut Pace, sort: Sort) {
            let many = pace.now();
            (1..=many).for_each(|under_way| pace.sent(under_way));
            let took = self.alone.mul_f64((many as f64 / self.wide as f64).max(1.0));
            (1..=many).rev().for_each(|under_way| pace.answered(sort, took, under_way));
        }

        fn rounds(&self, pace: &mut Pace, rounds: usize) -> Vec<usize> {
            let round = |_| {
                self.round(pace, Sort::Read);
                pace.now()
            };
            (0..rounds).map(round).collect()
        }
    }

    #[test]
    fn a_server_that_bears_more_is_soon_asked_for_more() {
        for alone in [7 * MS, 20 * MS] {
            let mut pace = Pace::new(64);
            assert_eq!(pace.now(), 16);
            assert_eq!(Server { alone, wide: 999 }.rounds(&mut pace, 3), [32, 64, 64]);
        }
    }

    #[test]
    fn a_server_that_is_as_quick_as_we_are_is_asked_for_no_more() {
        for (alone, many) in [(Duration::ZERO, 16), (MS, 16), (2 * MS, 20), (4 * MS, 40)] {
            assert_eq!(Server { alone, wide: 999 }.rounds(&mut Pace::new(64), 9)[2..], [many; 7]);
        }
    }

    #[test]
    fn a_few_quick_answers_hold_nobody_back_nor_do_a_few_laggards_drive() {
        for (quick, many) in [(1, 64), (7, 64), (9, 16), (15, 16)] {
            let mut pace = Pace::new(64);
            for _ in 0..40 {
                let now = pace.now();
                (1..=now).for_each(|under_way| pace.sent(under_way));
                for under_way in (1..=now).rev() {
                    let took = if under_way * 7 % 16 < quick { MS / 2 } else { 40 * MS };
                    pace.answered(Sort::Read, took, under_way);
                }
            }
            assert_eq!(pace.now(), many, "{quick} of 16 are quick");
        }
    }

    #[test]
    fn what_an_account_allows_is_never_exceeded_and_tried_at_once() {
        for most in [1, 4, 16] {
            let mut pace = Pace::new(most);
            assert_eq!(pace.now(), most);
            assert_eq!(Server { alone: 10 * MS, wide: 99 }.rounds(&mut pace, 2), [most, most]);
        }
        assert_eq!(Server { alone: 10 * MS, wide: 99 }.rounds(&mut Pace::new(40), 3), [32, 40, 40]);
        assert_eq!(Pace::new(0).now(), 1);
    }

    #[test]
    fn trouble_halves_once_for_all_that_were_under_way() {
        let mut pace = Pace::new(64);
        Server { alone: 10 * MS, wide: 99 }.rounds(&mut pace, 3);
        (1..=64).for_each(|under_way| pace.sent(under_way));
        (1..=64).rev().for_each(|under_way| pace.overloaded(under_way));
        assert_eq!(pace.now(), 32);
        // From here on it is a step for each round.
        assert_eq!(Server { alone: 10 * MS, wide: 99 }.rounds(&mut pace, 3), [33, 34, 35]);
        for halved in [17, 8, 4, 2, 1, 1] {
            let many = pace.now();
            (1..=many).for_each(|under_way| pace.sent(under_way));
            (1..=many).rev().for_each(|under_way| pace.overloaded(under_way));
            assert_eq!(pace.now(), halved);
        }
        assert_eq!(Server { alone: 10 * MS, wide: 99 }.rounds(&mut pace, 3), [2, 3, 4]);
    }

    #[test]
    fn what_was_never_tried_is_not_halved_but_what_was() {
        let mut pace = Pace::new(64);
        (1..=6).for_each(|under_way| pace.sent(under_way));
        pace.overloaded(6);
        assert_eq!(pace.now(), 3);
    }

    #[test]
    fn a_few_calls_earn_nothing() {
        let mut pace = Pace::new(64);
        for _ in 0..100 {
            pace.sent(1);
            pace.answered(Sort::Read, MS, 1);
        }
        assert_eq!(pace.now(), 16);
    }

    #[test]
    fn times_that_double_halve_and_what_is_left_keeps_the_server_busy() {
        let server = Server { alone: 20 * MS, wide: 20 };
        let mut pace = Pace::new(64);
        let seen = server.rounds(&mut pace, 200);
        assert_eq!(seen[..6], [32, 64, 64, 64, 32, 33], "two slow rounds are needed");
        assert!(seen.iter().all(|now| (20..=64).contains(now)), "{seen:?}");
    }

    #[test]
    fn what_takes_longer_whoever_is_to_blame_costs_one_halving() {
        let mut pace = Pace::new(64);
        Server { alone: 10 * MS, wide: 99 }.rounds(&mut pace, 3);
        let seen = Server { alone: 50 * MS, wide: 99 }.rounds(&mut pace, 8);
        assert_eq!(seen, [64, 64, 32, 33, 34, 35, 36, 37]);
    }

    #[test]
    fn writes_are_not_held_against_reads() {
        let mut pace = Pace::new(64);
        Server { alone: MS, wide: 99 }.rounds(&mut pace, 3);
        for _ in 0..9 {
            Server { alone: 50 * MS, wide: 99 }.round(&mut pace, Sort::Write);
        }
        assert_eq!(pace.now(), 64);
    }

    #[test]
    fn a_stop_of_everything_and_a_few_laggards_are_no_trouble() {
        let mut pace = Pace::new(64);
        let server = Server { alone: 20 * MS, wide: 99 };
        server.rounds(&mut pace, 3);
        Server { alone: 900 * MS, wide: 99 }.round(&mut pace, Sort::Read);
        server.round(&mut pace, Sort::Read);
        for _ in 0..9 {
            (1..=64).for_each(|under_way| pace.sent(under_way));
            for under_way in (1..=64).rev() {
                let took = if under_way % 8 == 0 { 20 * MS } else { 900 * MS };
                pace.answered(Sort::Read, took, under_way);
            }
        }
        assert_eq!(pace.now(), 64);
    }

    #[test]
    fn what_is_over_in_a_moment_may_take_many_times_as_long() {
        let mut pace = Pace::new(64);
        Server { alone: Duration::from_micros(50), wide: 99 }.rounds(&mut pace, 3);
        Server { alone: 4 * MS, wide: 99 }.rounds(&mut pace, 9);
        assert_eq!(pace.now(), 40, "more than before, and not halved");
    }
}
