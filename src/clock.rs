//! What time it is. Nobody reads a clock but the command's own context; whoever needs the time is given this, and a
//! test or a tour may move its hands.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

/// Tells the time, and waits for it.
#[derive(Clone)]
pub struct Clock(Arc<Kind>);

enum Kind {
    /// Goes by itself.
    Real(fn() -> DateTime<Utc>),
    /// Stands still unless it is moved; whoever waits moves it.
    Hand(Mutex<DateTime<Utc>>),
}

impl Clock {
    /// A clock that goes by itself.
    pub fn real(now: fn() -> DateTime<Utc>) -> Self {
        Self(Arc::new(Kind::Real(now)))
    }

    /// A clock that stands still until it is moved, or somebody waits.
    pub fn by_hand(at: DateTime<Utc>) -> Self {
        Self(Arc::new(Kind::Hand(Mutex::new(at))))
    }

    /// The time.
    pub fn now(&self) -> DateTime<Utc> {
        match &*self.0 {
            Kind::Real(now) => now(),
            Kind::Hand(at) => *at.lock().unwrap_or_else(PoisonError::into_inner),
        }
    }

    /// Moves the hands. A clock that goes by itself is not moved.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Kind::Hand(at) = &*self.0 {
            *at.lock().unwrap_or_else(PoisonError::into_inner) = to;
        }
    }

    /// Waits so long.
    pub async fn sleep(&self, long: Duration) {
        match &*self.0 {
            Kind::Real(_) => tokio::time::sleep(long).await,
            Kind::Hand(_) => self.set(self.now() + TimeDelta::from_std(long).unwrap_or_default()),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.now())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_clock_by_hand_goes_when_somebody_waits() {
        let clock = Clock::by_hand(DateTime::UNIX_EPOCH);
        let same = clock.clone();
        clock.sleep(Duration::from_secs(90)).await;
        assert_eq!(same.now().timestamp(), 90);
        same.set(DateTime::UNIX_EPOCH);
        assert_eq!(clock.now().timestamp(), 0);
    }
}
