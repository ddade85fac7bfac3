//! What followers wrote, held against the rules that are there now: which texts no rule answers, which rules never
//! fire. Pure: reading is the caller's business.

use std::collections::BTreeMap;

use chrono::DateTime;

use crate::model::kinds::{Keyword, Match};
use crate::model::{RemoteId, Zone};
use crate::order::sort_by;
use crate::providers::{Conversation, Received, Step};

/// How well an account's rules cover what was asked of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Coverage {
    /// The account.
    pub account: String,
    /// Messages from here on count.
    pub since: DateTime<Zone>,
    /// Texts that came.
    pub texts: usize,
    /// Messages that are no texts, by the vendor's word for them.
    pub others: BTreeMap<String, usize>,
    /// Texts that no rule answers, the most frequent first.
    pub unanswered: Vec<Unanswered>,
    /// Every rule, the busiest first.
    pub rules: Vec<Fired>,
    /// Whether something is said where no rule answers.
    pub default: bool,
}

/// A text that no rule answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unanswered {
    /// The text, without blanks around it.
    pub text: String,
    /// How often it came.
    pub count: usize,
}

/// How often a rule fired.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fired {
    /// The vendor's id of it.
    pub id: RemoteId,
    /// Its name.
    pub name: String,
    /// Texts that only this rule answers.
    pub alone: usize,
    /// Texts that other rules answer as well: the vendor takes any of them.
    pub shared: usize,
}

impl Coverage {
    /// Messages that were not answered by a rule.
    pub fn left(&self) -> usize {
        self.unanswered.iter().map(|text| text.count).sum()
    }
}

/// Holds messages against rules, which are matched as the vendor does it.
pub fn coverage(
    (account, since): (&str, DateTime<Zone>),
    received: &[Received],
    rules: &[(RemoteId, Keyword)],
    default: bool,
    vendor: Conversation,
) -> Coverage {
    let mut others = BTreeMap::new();
    let mut texts: BTreeMap<&str, usize> = BTreeMap::new();
    for message in received {
        match &message.text {
            Some(text) => *texts.entry(text).or_default() += 1,
            None => *others.entry(message.kind.clone()).or_default() += 1,
        }
    }
    let words: Vec<&[Match]> =
        rules.iter().map(|(_, rule)| rule.matches.as_deref().unwrap_or_default()).collect();
    let asked: Vec<&str> = texts.keys().copied().collect();
    let mut fired: Vec<_> = rules
        .iter()
        .map(|(id, rule)| {
            let name = rule.name.clone().unwrap_or_default();
            Fired { id: id.clone(), name, alone: 0, shared: 0 }
        })
        .collect();
    let mut unanswered: BTreeMap<&str, usize> = BTreeMap::new();
    for ((text, count), answer) in texts.iter().zip((vendor.answers)(&words, &asked)) {
        if answer.step == Step::Nobody {
            *unanswered.entry(text.trim()).or_default() += count;
        }
        let by = answer.rules();
        for nth in &by {
            let rule = &mut fired[*nth];
            *if by.len() == 1 { &mut rule.alone } else { &mut rule.shared } += count;
        }
    }
    let mut unanswered: Vec<_> =
        unanswered.into_iter().map(|(text, count)| Unanswered { text: text.to_owned(), count }).collect();
    sort_by(&mut unanswered, |one, other| (other.count, &one.text).cmp(&(one.count, &other.text)));
    sort_by(&mut fired, |one, other| {
        let much = |rule: &Fired| (rule.alone + rule.shared, rule.alone);
        much(other).cmp(&much(one)).then_with(|| (&one.name, &one.id).cmp(&(&other.name, &other.id)))
    });
    Coverage {
        account: account.to_owned(),
        since,
        texts: texts.values().sum(),
        others,
        unanswered,
        rules: fired,
        default,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::providers::{Answer, Hit};
    use chrono::{TimeZone, Utc};

    /// A vendor that finds a keyword anywhere in the text.
    const ANYWHERE: Conversation = Conversation {
        answers: |rules, texts| texts.iter().map(|text| anywhere(rules, text)).collect(),
        others: |_, _| vec![],
        mute: &[],
        fixed_are_rules: false,
    };

    fn anywhere(rules: &[&[Match]], text: &str) -> Answer {
        let fits = |words: &[Match]| words.iter().any(|word| text.contains(&word.content));
        let by = (0..rules.len()).filter(|nth| fits(rules[*nth]));
        let winners: Vec<_> = by.map(|rule| Hit { rule, keyword: 0 }).collect();
        Answer { step: if winners.is_empty() { Step::Nobody } else { Step::Exact }, winners }
    }

    fn rule(name: &str, word: &str) -> (RemoteId, Keyword) {
        let matches = Some(vec![Match::exact(word)]);
        (RemoteId::from(name), Keyword { name: Some(name.into()), matches, reply: None })
    }

    fn said(text: &str) -> Received {
        Received { kind: "text".into(), text: Some(text.into()), at: Utc.timestamp_nanos(0) }
    }

    #[test]
    fn counts() {
        let image = Received { kind: "image".into(), text: None, at: Utc.timestamp_nanos(0) };
        let received =
            [said("b"), said("a"), said("x"), said(" x"), said("a"), said("ab"), image.clone(), said("w")];
        let rules = [rule("never", "n"), rule("B", "b"), rule("A", "a")];
        let since = Zone::UTC.timestamp_nanos(0);
        let found = coverage(("shop", since), &received, &rules, true, ANYWHERE);
        assert_eq!((found.texts, found.left(), found.others["image"]), (7, 3, 1));
        let left: Vec<_> = found.unanswered.iter().map(|text| (text.text.as_str(), text.count)).collect();
        assert_eq!(left, [("x", 2), ("w", 1)]);
        let fired: Vec<_> =
            found.rules.iter().map(|rule| (rule.name.as_str(), rule.alone, rule.shared)).collect();
        assert_eq!(fired, [("A", 2, 1), ("B", 1, 1), ("never", 0, 0)]);
    }
}
