//! A group of followers (用户分组).

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Kind, Shape};
use crate::model::{Entries, Files, Finding, Rule, Rules, first_column};
use crate::problem::Code;
use crate::text;

/// A group of followers. 粉丝分组
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Group {
    /// The group's name in the vendor's console; default: the key. 分组名
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub name: Option<String>,
    /// The members' openids. Absent leaves membership alone; an empty list empties the group. 成员 openid
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<String>")]
    pub members: Option<Vec<String>>,
    /// The members from a file instead: first column, one openid a row, `#` comments. 成员文件
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"vip.csv")]
    pub members_file: Option<String>,
    /// Whether others may be members too. 成员方式
    #[serde(skip_serializing_if = "MembersMode::is_default")]
    pub members_mode: MembersMode,
}

/// Whether followers that are not listed may be members of a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum MembersMode {
    /// The listed followers and nobody else. 恰好这些
    #[default]
    Exact,
    /// The listed followers, and whoever else is in the group. 至少这些
    AtLeast,
}

impl MembersMode {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

impl Kind for Group {
    const LAY_OVER: Option<fn(&mut Self, &Self)> = Some(Self::lay_over);
    const NAME: &'static str = "group";
    const SECTION: &'static str = "groups";
    const SHAPE: Shape = Shape::Map;
    const RULES: Rules = Rules(&[("members", Rule::Set)]);
    const TO_CREATE: &'static [&'static str] = &["name"];

    fn fill(&mut self, key: &str, files: &dyn Files) -> Vec<Finding> {
        self.name.get_or_insert_with(|| key.to_owned());
        let mut found = vec![];
        if let Some(file) = self.members_file.take() {
            if self.members.is_some() {
                found.push(Finding::error(
                    Code::NotExactlyOne,
                    ["members_file".into()],
                    text!("both `members` and `members_file`"),
                    text!("name the members in one of the two"),
                ));
            }
            match files.text(&file).and_then(|text| first_column(&text, Entries::Openids)) {
                Ok(members) => self.members = Some(members),
                Err(finding) => found.push(finding.under("members_file")),
            }
        }
        if let Some(members) = &mut self.members {
            *members = std::mem::take(members).into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        }
        found
    }

    fn check(&self) -> Vec<Finding> {
        let mut found = vec![];
        for (nth, openid) in self.members.iter().flatten().enumerate() {
            if openid.is_empty() || openid.chars().any(|c| c.is_whitespace() || c.is_control() || c == ',') {
                found.push(Finding::error(
                    Code::BadValue,
                    ["members".into(), nth.into()],
                    text!("`{escape_debug}` is not an openid", escape_debug = openid.escape_debug()),
                    text!("an openid is one word, as WeChat gives it, e.g. oDemo0000000000000000000001"),
                ));
            }
        }
        found
    }

    fn natural(&self, key: &str) -> String {
        self.name.clone().unwrap_or_else(|| key.to_owned())
    }

    fn everything() -> Option<Self> {
        Some(Self { members: Some(vec![]), ..Self::default() })
    }
}

impl Group {
    fn lay_over(&mut self, have: &Self) {
        if std::mem::take(&mut self.members_mode) == MembersMode::AtLeast
            && let (Some(members), Some(others)) = (&mut self.members, &have.members)
        {
            let all: BTreeSet<_> = members.drain(..).chain(others.iter().cloned()).collect();
            members.extend(all);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Asset;

    struct One(&'static str);
    impl Files for One {
        fn text(&self, _: &str) -> Result<String, Finding> {
            Ok(self.0.to_owned())
        }

        fn file(&self, name: &str) -> Result<Asset, Finding> {
            Ok(Asset::named(name))
        }
    }

    #[test]
    fn members_come_from_the_first_column_sorted_and_once() {
        let mut group = Group { members_file: Some("vip.csv".into()), ..Group::default() };
        let table = One("# 会员\no2,张三\n\n o1 ,李四,备注\no2\n");
        assert!(group.fill("vip", &table).is_empty());
        assert_eq!(group.members, Some(vec!["o1".to_owned(), "o2".to_owned()]));
        assert_eq!(group.name.as_deref(), Some("vip"));
    }

    #[test]
    fn list_and_file_together_are_refused() {
        let mut group =
            Group { members: Some(vec![]), members_file: Some("vip.csv".into()), ..Group::default() };
        assert_eq!(group.fill("vip", &One(""))[0].code, Code::NotExactlyOne);
    }

    #[test]
    fn at_least_keeps_the_others() {
        let mut want = Group {
            members: Some(vec!["o3".into(), "o1".into()]),
            members_mode: MembersMode::AtLeast,
            ..Group::default()
        };
        want.lay_over(&Group { members: Some(vec!["o2".into()]), ..Group::default() });
        assert_eq!(want.members, Some(vec!["o1".into(), "o2".into(), "o3".into()]));
        assert_eq!(want.members_mode, MembersMode::Exact);
    }

    #[test]
    fn a_blank_in_an_openid_is_refused() {
        let group = Group { members: Some(vec!["o 1".into()]), ..Group::default() };
        assert_eq!(group.check()[0].code, Code::BadValue);
    }
}
