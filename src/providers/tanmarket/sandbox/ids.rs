//! Ids as the vendor makes them: version-1 UUIDs without dashes, which carry the time of their making.

/// 100 ns between 1582-10-15, where their time begins, and 1970.
const EPOCH: u64 = 0x01b2_1dd2_1381_4000;
/// Made up, as is the sequence number.
const NODE: &str = "02163e00d3a0";

/// Never gives one twice, also within one millisecond.
#[derive(Debug, Clone, Default)]
pub(super) struct Ids {
    last: u64,
}

impl Ids {
    pub(super) fn id(&mut self, now: i64) -> String {
        let time = u64::try_from(now).unwrap_or_default().saturating_mul(10_000).saturating_add(EPOCH);
        self.last = time.max(self.last + 1);
        let (low, middle, high) =
            (self.last & 0xffff_ffff, (self.last >> 32) & 0xffff, (self.last >> 48) & 0x0fff);
        format!("{low:08x}{middle:04x}1{high:03x}bc30{NODE}")
    }
}

/// The time in an id, in milliseconds since 1970.
#[cfg(test)]
pub(super) fn time_of(id: &str) -> i64 {
    let part = |range| u64::from_str_radix(&id[range], 16).expect("hexadecimal");
    let time = part(0..8) | (part(8..12) << 32) | ((part(12..16) & 0x0fff) << 48);
    i64::try_from((time - EPOCH) / 10_000).expect("a time after 1970")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_carry_their_time_and_differ() {
        let mut ids = Ids::default();
        let now = 1_767_574_800_123;
        let (one, two) = (ids.id(now), ids.id(now));
        assert_ne!(one, two);
        assert_eq!((time_of(&one), one.len()), (now, 32));
        assert_eq!(one.as_bytes()[12], b'1');
    }
}
