//! Local time to a moment.

use chrono::{DateTime, NaiveDate, NaiveTime, Offset, TimeDelta, TimeZone};

use crate::model::Zone;

/// How far before a time that the clocks leave out they are looked at. Samoa once left out a whole day.
const LONGEST_GAP: i64 = 26 * 60;

/// The moment at which the clocks of a zone show a time. A time that they show twice is the first of the two; one that
/// they leave out is reckoned as if they had not been put forward yet, so 02:30 becomes 03:30 (source: RFC 5545, 3.3.5).
pub fn instant(zone: Zone, day: NaiveDate, time: NaiveTime) -> DateTime<Zone> {
    let local = day.and_time(time);
    if let Some(moment) = zone.from_local_datetime(&local).earliest() {
        return moment;
    }
    let before = (15..=LONGEST_GAP).step_by(15).find_map(|minutes| {
        let earlier = local.checked_sub_signed(TimeDelta::minutes(minutes))?;
        zone.from_local_datetime(&earlier).latest()
    });
    let offset = before.map_or(0, |moment| moment.offset().fix().local_minus_utc());
    zone.from_utc_datetime(&(local - TimeDelta::seconds(offset.into())))
}
