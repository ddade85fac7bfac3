//! `tests:`, conversation tests. That what they name exists is checked here; whether they hold is another matter.

use serde::Deserialize;

use super::Building;
use crate::config::{Node, Part, read_part, suggest};
use crate::model::case::{Case, Event, Expect, On, Wants};
use crate::model::kinds::{Button, Keyword, Material};
use crate::model::{Address, Kind};
use crate::problem::{Code, Place, Problem};
use crate::text;
use crate::words::Text;

/// A test before it is known what is declared.
pub(super) struct Written {
    case: Case,
    node: Node,
}

/// A test, as a user writes it; what it expects is read apart.
#[derive(Deserialize, schemars::JsonSchema)]
#[schemars(
    rename = "Test",
    description = "A conversation test: exactly one of `say`, `event` and `click`, and what should come of it. 对话测试"
)]
pub(crate) struct CaseText {
    /// The text that the follower sends. 用户发送的文本
    #[serde(default)]
    #[schemars(with = "String", example = &"营业时间")]
    say: Option<String>,
    /// What the follower does else. 事件
    #[serde(default)]
    #[schemars(with = "Event")]
    event: Option<Event>,
    /// The button that the follower presses: its path of names. 点击的菜单按钮
    #[serde(default)]
    #[schemars(with = "String", example = &"新品/特惠")]
    click: Option<String>,
}

/// The key of what a test expects.
const EXPECT: &str = "expect";
/// What follows where something unknown is named that the account may hold all the same.
const UNMANAGED: Text =
    text!("declare it; for tests that only run with `--live`, write `policy: {{lint: {{MP120: off}}}}`");

impl Building<'_> {
    /// Reads `tests:`.
    pub(super) fn written_cases(&mut self, node: &Node) {
        let Some((key, list)) = node.entry("tests") else { return };
        let provider = self.account.provider;
        if provider.conversation.is_none() {
            self.problems.push(
                Problem::error(
                    Code::NotKept,
                    text!("{name} answers no messages: there is nothing to test", name = provider.name),
                )
                .at(key.place())
                .about(&self.account.name)
                .help(text!("take `tests` out of this account's documents")),
            );
            return;
        }
        if !list.is_sequence() {
            self.problems.push(
                Problem::error(Code::WrongType, text!("expected a list of tests"))
                    .at(key.place())
                    .help(text!("write e.g. `tests: [{{say: 营业时间, expect: {{rule: 营业时间}}}}]`")),
            );
        }
        for item in list.items() {
            let before = self.problems.len();
            if let Some(case) = self.case(item)
                && self.problems.len() == before
            {
                self.cases.push(Written { case, node: item.clone() });
            }
        }
    }

    fn case(&mut self, node: &Node) -> Option<Case> {
        let part = Part { also: &[EXPECT], ..Part::default() };
        let text: CaseText = read_part(node, part, self.problems)?;
        let expect = self.expect(node)?;
        let mut all = vec![];
        all.extend(text.say.map(On::Say));
        all.extend(text.event.map(On::Event));
        all.extend(text.click.map(|path| On::Click(self.button(&path))));
        let case = |on| Case { on, expect, place: node.place() };
        if all.len() > 1 {
            self.problems.push(
                Problem::error(
                    Code::NotExactlyOne,
                    text!("a test is exactly one of `say`, `event` or `click`"),
                )
                .at(node.place())
                .about(&self.account.name)
                .help(text!("write a test of its own for each")),
            );
            return None;
        }
        let Some(on) = all.pop() else {
            // One that could not be read has been reported.
            if !["say", "event", "click"].iter().any(|key| node.get(key).is_some()) {
                self.problems.push(
                    Problem::error(Code::MissingKey, text!("a test in which nothing happens"))
                        .at(node.place())
                        .about(&self.account.name)
                        .help(text!("say what the follower does: `say: 营业时间`, `event: subscribe` or `click: 新品/特惠`")),
                );
            }
            return None;
        };
        Some(case(on))
    }

    fn button(&self, path: &str) -> Address {
        let written = Address::parse(&format!("{}/{}/{path}", self.account.name, Button::NAME));
        written.unwrap_or_else(|| Address::new(&self.account.name, Button::NAME, [path]))
    }

    fn expect(&mut self, node: &Node) -> Option<Expect> {
        let Some((key, expect)) = node.entry(EXPECT) else {
            self.problems.push(
                Problem::error(Code::MissingKey, text!("the key `expect` is missing"))
                    .at(node.place())
                    .about(&self.account.name)
                    .help(text!(
                        "say what should come of it: `default`, `none`, or e.g. {{text_contains: …}}"
                    )),
            );
            return None;
        };
        match expect.text() {
            Some("default") => return Some(Expect::Default),
            Some("none") => return Some(Expect::Nothing),
            Some(word) if !expect.is_nothing() && !expect.is_stand_in() => {
                self.problems.push(
                    Problem::error(Code::BadValue, text!("`{word}` is nothing that a test can expect", word))
                        .at(expect.place())
                        .about(&self.account.name)
                        .help(suggest(word, ["default", "none"], Text::default())),
                );
                return None;
            }
            _ => {}
        }
        let part = Part { key: Some(key), ..Part::default() };
        read_part(expect, part, self.problems).map(|wants| Expect::Answer(Box::new(wants)))
    }

    /// The tests that can be met, and that name nothing unknown.
    pub(super) fn take_cases(&mut self) -> Vec<Case> {
        let written = std::mem::take(&mut self.cases);
        for Written { case, node } in &written {
            self.sense(case, node);
            // What a broken file would have declared is not known.
            if self.project.whole {
                self.named(case, node);
            }
        }
        written.into_iter().map(|written| written.case).collect()
    }

    /// Reports what no answer can ever be.
    fn sense(&mut self, case: &Case, node: &Node) {
        let expected = node.get(EXPECT).unwrap_or(node);
        let mut never = |at: &Node, message: Text, help: Text| {
            let problem = Problem::error(Code::NeverPasses, message).at(at.place()).about(&self.account.name);
            self.problems.push(problem.help(help));
        };
        if matches!(&case.on, On::Say(text) if text.trim().is_empty()) {
            let at = node.get("say").filter(|say| !say.is_stand_in());
            at.into_iter().for_each(|at| {
                never(at, text!("nobody can send a blank message"), text!("write what a follower types"))
            });
        }
        let wants = match &case.expect {
            Expect::Answer(wants) => wants,
            Expect::Default if !matches!(case.on, On::Say(_)) => {
                let help =
                    text!("the default reply answers messages; expect e.g. {{text_contains: …}} or `none`");
                return never(expected, text!("only a message gets the default reply"), help);
            }
            _ => return,
        };
        let at = |key: &str| expected.get(key);
        if wants.is_empty() && expected.entries().is_empty() {
            never(
                expected,
                text!("a test that expects nothing in particular"),
                text!("write `none`, or e.g. {{text_contains: …}}"),
            );
        }
        if let [one, .., other] = wants.forms().as_slice() {
            let message = text!("no answer is both `{one}` and `{other}`", one, other);
            never(expected, message, text!("keep one of the two"));
        }
        if let (Some(whole), Some(part)) = (&wants.text, &wants.text_contains)
            && !whole.contains(part.as_str())
        {
            never(
                expected,
                text!("a text that does not contain what it should"),
                text!("keep `text`, or `text_contains`"),
            );
        }
        if let Some(rule) = at("rule").filter(|_| !matches!(case.on, On::Say(_))) {
            never(rule, text!("only a message is answered by a rule"), text!("take `rule` out"));
        }
        if let Some(link) = at("link").filter(|_| !matches!(case.on, On::Click(_))) {
            never(
                link,
                text!("only a button opens a page"),
                text!("take `link` out, or expect it as a part of the text"),
            );
        }
    }

    /// Reports what a test names and nobody declares.
    fn named(&mut self, case: &Case, node: &Node) {
        if let (On::Click(button), Some(at)) = (&case.on, node.get("click").filter(|at| !at.is_stand_in())) {
            let below = |address: &&Address| address.parent().as_ref() == Some(button);
            if !self.declared.contains_key(button) {
                let known = self.known(Button::NAME, |address| address.within_kind().to_owned());
                let name = button.within_kind();
                self.unknown(text!("there is no button `{name}`", name), name, at.place(), &known);
            } else if let Some(first) = self.declared.keys().find(below) {
                let help = text!(
                    "press one that lies below it, e.g. `click: {within_kind}`",
                    within_kind = first.within_kind()
                );
                self.problems.push(
                    Problem::error(
                        Code::NeverPasses,
                        text!(
                            "`{within_kind}` opens a sub-menu and answers nothing",
                            within_kind = button.within_kind()
                        ),
                    )
                    .at(at.place())
                    .about(&self.account.name)
                    .help(help),
                );
            }
        }
        let Expect::Answer(wants) = &case.expect else { return };
        let Wants { rule, material, .. } = wants.as_ref();
        let place =
            |key: &str| node.get(EXPECT).and_then(|expect| expect.get(key)).filter(|at| !at.is_stand_in());
        if let (Some(rule), Some(at)) = (rule, place("rule")) {
            let mut known = self.known(Keyword::NAME, |address| address.last().into_owned());
            let rules = self.out.resources.values().filter(|wanted| wanted.kind.name == Keyword::NAME);
            known.extend(rules.map(|wanted| wanted.natural.clone()));
            self.unknown(text!("there is no rule `{rule}`", rule), rule, at.place(), &known);
        }
        if let (Some(material), Some(at)) = (material, place("material")) {
            let known = self.known(Material::NAME, |address| address.last().into_owned());
            self.unknown(text!("there is no material `{material}`", material), material, at.place(), &known);
        }
    }

    fn known(&self, kind: &str, name: impl Fn(&Address) -> String) -> Vec<String> {
        self.declared.keys().filter(|address| address.kind() == kind).map(name).collect()
    }

    fn unknown(&mut self, message: Text, name: &str, place: Place, known: &[String]) {
        if known.iter().any(|known| known == name) {
            return;
        }
        let problem = Problem::error(Code::UnknownInTest, message)
            .at(place)
            .about(&self.account.name)
            .help(suggest(name, known.iter().map(String::as_str), UNMANAGED));
        self.problems.extend(self.project.policy.judged(problem));
    }
}

#[cfg(test)]
mod tests;
