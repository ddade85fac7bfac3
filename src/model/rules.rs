//! The few fields that plain equality gets wrong. A field without a rule is compared as it stands.

/// How a field is compared, where it is not by plain equality.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// A list whose order means nothing.
    Set,
    /// Exactly one of several fields says what it is. A live object may say the same thing in several of them
    /// (a reply as its text and as the vendor's id): the one that is wanted counts. The names are fields of the
    /// object at the rule's path, the preferred one first.
    OneOf(&'static [&'static str]),
    /// The place among siblings, from 1. A vendor closes the gap when a sibling goes, so those that go do not count.
    Rank,
    /// A list of objects, compared one by one in their order. The path of the first is `name[0]`, and the rules of
    /// its fields stand under `name[].field`.
    Items,
    /// A file: compared by its bytes, and shown by its name.
    File {
        /// Other bytes mean a new object in place of the old one.
        replaces: bool,
    },
    /// All of it is ours: what is wanted nowhere is to be nowhere. Compared field by field, as deep as it goes.
    Exact,
    /// It cannot change; another value means a new object in place of the old one.
    Immutable,
}

/// The rules of one kind: a dotted path (empty for the body itself) and its rule.
#[derive(Clone, Copy, Debug)]
pub struct Rules(pub &'static [(&'static str, Rule)]);

impl Rules {
    /// The rule of a path, if it has one.
    pub fn at(self, path: &str) -> Option<Rule> {
        self.0.iter().find(|(at, _)| matches(at, path)).map(|(_, rule)| *rule)
    }

    /// True if another value at a path means a new object in place of the old one.
    pub fn replaces(self, path: &str) -> bool {
        matches!(self.at(path), Some(Rule::Immutable | Rule::File { replaces: true }))
    }

    /// The path that has a given rule, if there is one.
    pub fn path_of(self, rule: Rule) -> Option<&'static str> {
        self.0.iter().find(|(_, has)| *has == rule).map(|(path, _)| *path)
    }
}

/// The first field on the way that a path goes.
pub fn field_of(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or_default()
}

/// True if a path is the one of a rule, whose `[]` stands for every item of a list.
fn matches(rule: &str, path: &str) -> bool {
    match rule.split_once("[]") {
        None => rule == path,
        Some((list, rest)) => {
            let item = path.strip_prefix(list).and_then(|path| path.strip_prefix('['));
            item.and_then(|item| item.split_once(']')).is_some_and(|(nth, path)| {
                nth.bytes().all(|byte| byte.is_ascii_digit()) && matches(rest, path)
            })
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rule_of_a_list_holds_for_each_of_its_items() {
        let rules = Rules(&[("news", Rule::Items), ("news[].cover", Rule::File { replaces: false })]);
        assert_eq!(rules.at("news[12].cover"), Some(Rule::File { replaces: false }));
        assert_eq!((rules.at("news"), rules.at("news[0]")), (Some(Rule::Items), None));
        assert_eq!((rules.at("news[0].title"), rules.at("news.cover")), (None, None));
        assert_eq!(field_of("news[0].cover"), "news");
    }
}
