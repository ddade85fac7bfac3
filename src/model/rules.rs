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
    /// It cannot change; another value means a new object in place of the old one.
    Immutable,
}

/// The rules of one kind: a dotted path (empty for the body itself) and its rule.
#[derive(Clone, Copy, Debug)]
pub struct Rules(pub &'static [(&'static str, Rule)]);

impl Rules {
    /// The rule of a path, if it has one.
    pub fn at(self, path: &str) -> Option<Rule> {
        self.0.iter().find(|(at, _)| *at == path).map(|(_, rule)| *rule)
    }

    /// The path that has a given rule, if there is one.
    pub fn path_of(self, rule: Rule) -> Option<&'static str> {
        self.0.iter().find(|(_, has)| *has == rule).map(|(path, _)| *path)
    }
}
