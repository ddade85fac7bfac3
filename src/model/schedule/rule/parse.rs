//! Reading a recurrence rule. What RFC 5545 forbids is refused here, and so is what is finer than a day.

use crate::problem::Flaw;
use crate::text;
use std::collections::BTreeSet;

use chrono::{NaiveDate, Weekday};

use super::{Ends, Freq, Rule};

/// The parts of a rule that are understood.
const PARTS: &str = "FREQ, INTERVAL, COUNT, UNTIL, BYMONTH, BYMONTHDAY, BYYEARDAY, BYDAY, BYSETPOS and WKST";
/// More than this of anything is a slip of the pen.
const MOST: u32 = 10_000;

/// A message, and behind `\nhelp: ` what to do.
type Refused = Flaw;

impl TryFrom<String> for Rule {
    type Error = Refused;

    fn try_from(text: String) -> Result<Self, Refused> {
        let mut rule = Self {
            text: String::new(),
            freq: Freq::Daily,
            interval: 1,
            ends: Ends::Never,
            months: vec![],
            month_days: vec![],
            year_days: vec![],
            days: vec![],
            positions: vec![],
            week_start: Weekday::Mon,
        };
        let upper = text.trim().to_ascii_uppercase();
        let mut seen = BTreeSet::new();
        for part in upper.split(';') {
            let (name, value) = part.split_once('=').ok_or_else(|| {
                Flaw::new(
                    text!("`{part}` is no part of a recurrence rule", part),
                    text!("write e.g. FREQ=WEEKLY;BYDAY=MO (RFC 5545)"),
                )
            })?;
            if !seen.insert(name) {
                return Err(Flaw::new(
                    text!("`{name}` stands twice in the rule", name),
                    text!("keep one of the two"),
                ));
            }
            rule.part(name, value)?;
        }
        if !seen.contains("FREQ") {
            return Err(Flaw::new(
                text!("the rule has no FREQ"),
                text!("begin it with FREQ=DAILY, WEEKLY, MONTHLY or YEARLY"),
            ));
        }
        if seen.contains("COUNT") && seen.contains("UNTIL") {
            return Err(Flaw::new(
                text!("the rule has both COUNT and UNTIL"),
                text!("keep one of the two (RFC 5545, 3.3.10)"),
            ));
        }
        rule.fits_together()?;
        rule.text = upper;
        Ok(rule)
    }
}

impl Rule {
    fn part(&mut self, name: &str, value: &str) -> Result<(), Refused> {
        match name {
            "FREQ" => self.freq = freq(value)?,
            "INTERVAL" => self.interval = number(name, value)?,
            "COUNT" => self.ends = Ends::After(number(name, value)?),
            "UNTIL" => self.ends = Ends::On(until(value)?),
            "BYMONTH" => self.months = numbers(name, value, 12, false)?,
            "BYMONTHDAY" => self.month_days = numbers(name, value, 31, true)?,
            "BYYEARDAY" => self.year_days = numbers(name, value, 366, true)?,
            "BYSETPOS" => self.positions = numbers(name, value, 366, true)?,
            "BYDAY" => self.days = value.split(',').map(day).collect::<Result<_, _>>()?,
            "WKST" => self.week_start = weekday(value)?,
            "BYHOUR" | "BYMINUTE" | "BYSECOND" => {
                return Err(Flaw::new(
                    text!("`{name}` in the rule of a plan", name),
                    text!("a run starts on a date; write times as `at` of its steps"),
                ));
            }
            "BYWEEKNO" => {
                return Err(Flaw::new(
                    text!("`BYWEEKNO` is not understood"),
                    text!("write BYMONTH, BYMONTHDAY or BYYEARDAY instead"),
                ));
            }
            _ => {
                return Err(Flaw::new(
                    text!("`{name}` is no part of a recurrence rule", name),
                    text!("there are {PARTS} (RFC 5545)", PARTS),
                ));
            }
        }
        Ok(())
    }

    /// Parts that RFC 5545 (3.3.10) does not allow beside each other.
    fn fits_together(&self) -> Result<(), Refused> {
        let numbered = self.days.iter().any(|(number, _)| number.is_some());
        if numbered && matches!(self.freq, Freq::Daily | Freq::Weekly) {
            return Err(Flaw::new(
                text!("a number before a day of the week needs FREQ=MONTHLY or YEARLY"),
                text!("write e.g. BYDAY=MO without it"),
            ));
        }
        if !self.month_days.is_empty() && self.freq == Freq::Weekly {
            return Err(Flaw::new(
                text!("BYMONTHDAY does not go with FREQ=WEEKLY"),
                text!("write FREQ=MONTHLY, or BYDAY"),
            ));
        }
        if !self.year_days.is_empty() && self.freq != Freq::Yearly {
            return Err(Flaw::new(
                text!("BYYEARDAY needs FREQ=YEARLY"),
                text!("write FREQ=YEARLY, or BYMONTHDAY"),
            ));
        }
        let sets = [
            self.months.is_empty(),
            self.month_days.is_empty(),
            self.year_days.is_empty(),
            self.days.is_empty(),
        ];
        if !self.positions.is_empty() && sets.iter().all(|empty| *empty) {
            return Err(Flaw::new(
                text!("BYSETPOS has nothing to count"),
                text!("write it beside e.g. BYDAY"),
            ));
        }
        Ok(())
    }
}

fn freq(value: &str) -> Result<Freq, Refused> {
    Ok(match value {
        "DAILY" => Freq::Daily,
        "WEEKLY" => Freq::Weekly,
        "MONTHLY" => Freq::Monthly,
        "YEARLY" => Freq::Yearly,
        "HOURLY" | "MINUTELY" | "SECONDLY" => {
            return Err(Flaw::new(
                text!("FREQ={value} is finer than a day", value),
                text!("runs start on dates; write FREQ=DAILY and several steps with their `at`"),
            ));
        }
        _ => {
            return Err(Flaw::new(
                text!("FREQ={value} does not exist", value),
                text!("write DAILY, WEEKLY, MONTHLY or YEARLY"),
            ));
        }
    })
}

fn digits(value: &str) -> Option<u32> {
    value.bytes().all(|byte| byte.is_ascii_digit()).then(|| value.parse().ok())?
}

fn number(name: &str, value: &str) -> Result<u32, Refused> {
    digits(value).filter(|number| (1..=MOST).contains(number)).ok_or_else(|| {
        Flaw::new(
            text!("{name}={value} is out of range", name, value),
            text!("write a whole number from 1 to {MOST}", MOST),
        )
    })
}

fn numbers(name: &str, value: &str, most: u32, backwards: bool) -> Result<Vec<i32>, Refused> {
    let range = || match backwards {
        true => text!("write numbers from 1 to {most}, or -1 to -{most} from the end", most),
        false => text!("write numbers from 1 to {most}", most),
    };
    let one = |text: &str| {
        let (back, plain) = match text.strip_prefix('-') {
            Some(plain) if backwards => (true, plain),
            _ => (false, text.strip_prefix('+').filter(|_| backwards).unwrap_or(text)),
        };
        let number = digits(plain).filter(|number| (1..=most).contains(number))?;
        let number = i32::try_from(number).ok()?;
        Some(if back { -number } else { number })
    };
    value
        .split(',')
        .map(|text| {
            one(text)
                .ok_or_else(|| Flaw::new(text!("`{text}` in {name} is out of range", text, name), range()))
        })
        .collect()
}

/// The rule's start is a date, so its end is one as well (RFC 5545, 3.3.10).
fn until(value: &str) -> Result<NaiveDate, Refused> {
    let is_date = value.len() == 8 && digits(value).is_some();
    NaiveDate::parse_from_str(value, "%Y%m%d").ok().filter(|_| is_date).ok_or_else(|| {
        Flaw::new(
            text!("UNTIL={value} is not a date", value),
            text!("write e.g. UNTIL=20270630, or `until: 2027-06-30` beside `repeat`"),
        )
    })
}

fn weekday(value: &str) -> Result<Weekday, Refused> {
    Ok(match value {
        "MO" => Weekday::Mon,
        "TU" => Weekday::Tue,
        "WE" => Weekday::Wed,
        "TH" => Weekday::Thu,
        "FR" => Weekday::Fri,
        "SA" => Weekday::Sat,
        "SU" => Weekday::Sun,
        _ => {
            return Err(Flaw::new(
                text!("`{value}` is no day of the week", value),
                text!("write MO, TU, WE, TH, FR, SA or SU"),
            ));
        }
    })
}

/// A day of the week, with a number before it or without.
fn day(text: &str) -> Result<(Option<i32>, Weekday), Refused> {
    // The rule may hold anything a keyboard has.
    let at = text.len().checked_sub(2).filter(|at| text.is_char_boundary(*at)).unwrap_or_default();
    let (number, name) = text.split_at(at);
    let weekday = weekday(name)?;
    if number.is_empty() {
        return Ok((None, weekday));
    }
    let number = numbers("BYDAY", number, 53, true)?;
    Ok((number.first().copied(), weekday))
}
