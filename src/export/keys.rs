//! Keys and file names made from names: readable, and each once.

use std::collections::HashSet;

/// Characters of a key that is not just the name.
const LONGEST: usize = 40;

/// Keys of one kind that are given already.
#[derive(Debug, Default)]
pub(super) struct Keys {
    taken: HashSet<String>,
}

impl Keys {
    /// Keeps a key for whoever has it already.
    pub(super) fn keep(&mut self, key: &str) {
        self.taken.insert(key.to_owned());
    }

    /// A key for a name: the name itself where it can be one.
    pub(super) fn make(&mut self, name: &str, otherwise: &str) -> String {
        self.free(tame(name, otherwise))
    }

    /// A file's name for a key, told apart also where capital letters don't count.
    pub(super) fn file(&mut self, key: &str, otherwise: &str, ending: &str) -> String {
        let safe: String = key
            .chars()
            .map(|c| if c.is_alphanumeric() || c == '_' { c } else { '-' })
            .take(LONGEST)
            .collect();
        let safe = safe.trim_matches('-').to_lowercase();
        let name = self.free(if safe.is_empty() { otherwise.to_owned() } else { safe });
        format!("{name}.{ending}")
    }

    fn free(&mut self, wanted: String) -> String {
        let mut key = wanted.clone();
        let mut nth = 2;
        while !self.taken.insert(key.clone()) {
            key = format!("{wanted}-{nth}");
            nth += 1;
        }
        key
    }
}

/// A name as a key. One that is long, or not to be seen whole, is cut down to what can be read and typed.
fn tame(name: &str, otherwise: &str) -> String {
    let words: Vec<_> =
        name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect();
    let tamed = words.join(" ");
    let short: String = tamed.chars().take(LONGEST).collect();
    match short.trim_end() {
        "" => otherwise.to_owned(),
        short => short.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_its_own_key_where_it_can_be() {
        let mut keys = Keys::default();
        assert_eq!(keys.make("营业时间", "keyword"), "营业时间");
        assert_eq!(keys.make("营业/时间 %", "keyword"), "营业/时间 %");
        assert_eq!(keys.make(" 营业\n时间", "keyword"), "营业 时间");
        assert_eq!(keys.make("\u{7}", "keyword"), "keyword");
        assert_eq!(keys.make(&"长".repeat(99), "keyword").chars().count(), LONGEST);
    }

    #[test]
    fn every_key_is_given_once() {
        let mut keys = Keys::default();
        keys.keep("优惠");
        assert_eq!(keys.make("优惠", "keyword"), "优惠-2");
        assert_eq!(keys.make("优惠", "keyword"), "优惠-3");
    }

    #[test]
    fn files_leave_no_folder() {
        let mut keys = Keys::default();
        assert_eq!(keys.file("../../VIP", "members", "csv"), "vip.csv");
        assert_eq!(keys.file("vip", "members", "csv"), "vip-2.csv");
        assert_eq!(keys.file("//", "members", "csv"), "members.csv");
    }
}
