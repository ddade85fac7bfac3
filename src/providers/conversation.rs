//! How a vendor answers a text, as far as that can be told without asking it.

use crate::model::kinds::Match;

/// How a vendor's accounts answer their followers.
#[derive(Clone, Copy)]
pub struct Conversation {
    /// Which keywords of these rules answer each of these texts.
    pub answers: fn(rules: &[&[Match]], texts: &[&str]) -> Vec<Answer>,
    /// Which keywords of these rules do not answer a text, although one may think so.
    pub others: fn(rules: &[&[Match]], text: &str) -> Vec<Other>,
    /// Types of replies that the vendor keeps and never sends: what is said when nothing fits goes out instead.
    pub mute: &'static [&'static str],
    /// The fixed replies are rules at the vendor's, and may have keywords there.
    pub fixed_are_rules: bool,
}

/// A keyword: its place in the list of rules that was asked about, and in its rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Hit {
    /// Which rule.
    pub rule: usize,
    /// Which of its keywords.
    pub keyword: usize,
}

/// Who answers a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// How they were found.
    pub step: Step,
    /// The keywords that fit, rule by rule. Of several rules the vendor takes any.
    pub winners: Vec<Hit>,
}

/// How the vendor finds who answers a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// A keyword is the text.
    Exact,
    /// A fuzzy keyword fits it.
    Fuzzy,
    /// No keyword fits it: what is said when nothing else does.
    Nobody,
}

/// A keyword that does not answer a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Other {
    /// The keyword.
    pub hit: Hit,
    /// What is in its way.
    pub why: Why,
}

/// Why a keyword does not answer a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It would fit, and another keyword is the whole text.
    Shadowed,
    /// It would fit if there were no quote in the text.
    Quote,
    /// It would fit without the blanks at the text's ends.
    Blanks,
    /// The text contains this fuzzy keyword; the keyword would have to contain the text.
    Reversed,
    /// The text contains this keyword; the keyword would have to be the whole text.
    Part,
}

impl Answer {
    /// The rules that may answer, each once.
    pub fn rules(&self) -> Vec<usize> {
        let mut rules: Vec<_> = self.winners.iter().map(|hit| hit.rule).collect();
        rules.dedup();
        rules
    }
}

impl Step {
    /// Its word in what programs read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Fuzzy => "fuzzy",
            Self::Nobody => "nobody",
        }
    }
}

impl Why {
    /// Its word in what programs read.
    pub fn word(self) -> &'static str {
        match self {
            Self::Shadowed => "shadowed",
            Self::Quote => "quote",
            Self::Blanks => "blanks",
            Self::Reversed => "reversed",
            Self::Part => "part",
        }
    }
}
