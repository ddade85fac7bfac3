//! The sandbox's time: logical, so that two runs give the same bytes.

use std::time::Instant;

use chrono::{DateTime, NaiveDateTime};

/// Monday 2026-01-05 01:00:00 UTC, 09:00 in Beijing.
const START: i64 = 1_767_574_800_000;
/// Four requests a second: near enough to a busy client that same-second traps can be reached.
const TICK: i64 = 250;
/// China keeps UTC+8 all year.
const CHINA: i64 = 8 * 3_600_000;

/// A clock that moves a fixed step with each request and, if asked, with real time as well.
#[derive(Debug, Clone)]
pub struct Clock {
    start: i64,
    tick: i64,
    ticked: i64,
    real: Option<Instant>,
}

impl Default for Clock {
    fn default() -> Self {
        Self { start: START, tick: TICK, ticked: 0, real: None }
    }
}

impl Clock {
    pub(super) fn with_tick(mut self, ms: u32) -> Self {
        self.tick = i64::from(ms);
        self
    }

    /// Real time needs no ticks, and with them the clock would run away from those who look at their own.
    pub(super) fn with_real_time(mut self) -> Self {
        self.real = Some(instant());
        self.tick = 0;
        self
    }

    pub(super) fn starting_at(mut self, epoch_ms: i64) -> Self {
        self.start = epoch_ms;
        self
    }

    /// Milliseconds since 1970.
    pub fn now(&self) -> i64 {
        let real =
            self.real.map_or(0, |since| i64::try_from(since.elapsed().as_millis()).unwrap_or(i64::MAX));
        self.start.saturating_add(self.ticked).saturating_add(real)
    }

    /// Moves one tick on and gives the new time.
    pub(super) fn step(&mut self) -> i64 {
        self.advance(self.tick);
        self.now()
    }

    pub(super) fn advance(&mut self, ms: i64) {
        self.ticked = self.ticked.saturating_add(ms);
    }

    /// Takes back all ticks and advances. Real time has passed nevertheless.
    pub(super) fn reset(&mut self) {
        self.ticked = 0;
    }
}

/// A time in milliseconds since 1970 as a clock on a wall in China shows it: the vendors know no other zone.
pub(crate) fn china(ms: i64) -> NaiveDateTime {
    DateTime::from_timestamp_millis(ms.saturating_add(CHINA)).unwrap_or_default().naive_utc()
}

#[allow(
    clippy::disallowed_methods,
    reason = "a served sandbox lets real time pass; nothing is decided by it"
)]
fn instant() -> Instant {
    Instant::now()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_only_by_ticks() {
        let mut clock = Clock::default().with_tick(400);
        assert_eq!(clock.now(), START);
        assert_eq!(clock.step(), START + 400);
        clock.advance(1000);
        assert_eq!(clock.now(), START + 1400);
        clock.reset();
        assert_eq!(clock.now(), START);
    }

    #[test]
    fn real_time_is_not_taken_back_and_has_no_ticks() {
        let mut clock = Clock::default().with_real_time();
        clock.real = Instant::now().checked_sub(std::time::Duration::from_secs(3600));
        assert!((3_600_000..3_660_000).contains(&(clock.step() - START)));
        clock.advance(7_200_000);
        clock.reset();
        assert!((3_600_000..3_660_000).contains(&(clock.now() - START)));
    }

    #[test]
    fn china_is_eight_hours_ahead() {
        assert_eq!(china(START).to_string(), "2026-01-05 09:00:00");
    }

    #[test]
    fn can_start_elsewhere() {
        assert_eq!(Clock::default().starting_at(7).now(), 7);
    }
}
