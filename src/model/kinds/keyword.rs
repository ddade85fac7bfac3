//! A keyword rule (关键字回复): messages that match get a reply.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{Error, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::reply::FORMS;
use super::{Ids, Kind, Names, Reply, Shape};
use crate::model::{Files, Finding, Rule, Rules};
use crate::problem::Code;
use crate::text;

/// A keyword rule. 关键字回复
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Keyword {
    /// The rule's name in the vendor's console; default: the key. 规则名
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    pub name: Option<String>,
    /// The keywords. A plain string matches the whole message; `{fuzzy: …}` as the vendor does it. 关键字
    #[serde(rename = "match", skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Vec<Match>")]
    pub matches: Option<Vec<Match>>,
    /// What the follower gets. 回复
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Reply")]
    pub reply: Option<Reply>,
}

/// One keyword of a rule.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Match {
    /// The keyword itself.
    pub content: String,
    /// Matched as the vendor's fuzzy search does it, not as the whole message.
    pub fuzzy: bool,
}

impl Match {
    /// A keyword that is the whole message.
    pub fn exact(content: impl Into<String>) -> Self {
        Self { content: content.into(), fuzzy: false }
    }

    /// A keyword that the vendor matches in its fuzzy way.
    pub fn fuzzy(content: impl Into<String>) -> Self {
        Self { content: content.into(), fuzzy: true }
    }
}

impl Serialize for Match {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if !self.fuzzy {
            return serializer.serialize_str(&self.content);
        }
        let mut map = serializer.serialize_map(Some(1))?;
        map.serialize_entry("fuzzy", &self.content)?;
        map.end()
    }
}

impl<'de> Deserialize<'de> for Match {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Match;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                text!("a keyword, or `{{fuzzy: keyword}}`").carry(f)
            }

            fn visit_str<E: Error>(self, content: &str) -> Result<Match, E> {
                Ok(Match::exact(content))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Match, A::Error> {
                let mut content = None;
                while let Some(key) = map.next_key::<String>()? {
                    if key != "fuzzy" {
                        return Err(Error::unknown_field(&key, &["fuzzy"]));
                    }
                    content = Some(map.next_value::<String>()?);
                }
                content.map(Match::fuzzy).ok_or_else(|| Error::missing_field("fuzzy"))
            }
        }
        deserializer.deserialize_any(Either)
    }
}

impl JsonSchema for Match {
    fn schema_name() -> Cow<'static, str> {
        "Match".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A plain string matches the whole message, `{fuzzy: …}` as the vendor does it. 完全匹配写字符串，模糊匹配写 {fuzzy: …}",
            "oneOf": [
                {"type": ["string", "number", "boolean"]},
                {
                    "type": "object",
                    "properties": {"fuzzy": {"type": ["string", "number", "boolean"], "description": "A fuzzy keyword: answers messages that it contains. 模糊匹配"}},
                    "required": ["fuzzy"],
                    "additionalProperties": false
                }
            ],
            "examples": ["营业时间", {"fuzzy": "几点开门"}]
        })
    }
}

impl Kind for Keyword {
    const NAME: &'static str = "keyword";
    const SECTION: &'static str = "keywords";
    const SHAPE: Shape = Shape::Map;
    const RULES: Rules = Rules(&[("match", Rule::Set), ("reply", Rule::OneOf(FORMS))]);
    const TO_CREATE: &'static [&'static str] = &["match", "reply"];

    fn fill(&mut self, key: &str, _: &dyn Files) -> Vec<Finding> {
        self.name.get_or_insert_with(|| key.to_owned());
        if let Some(matches) = &mut self.matches {
            matches.sort();
            matches.dedup();
        }
        vec![]
    }

    fn check(&self) -> Vec<Finding> {
        let mut found: Vec<_> =
            self.reply.iter().flat_map(Reply::findings).map(|finding| finding.under("reply")).collect();
        if self.matches.as_ref().is_some_and(Vec::is_empty) {
            found.push(Finding::error(
                Code::CannotBeEmpty,
                ["match".into()],
                text!("a rule without keywords"),
                text!("it would answer nothing and the vendor's list would not show it; give it a keyword, or delete the rule"),
            ));
        }
        found
    }

    fn name_links(&mut self, names: &Names<'_>) {
        if let Some(reply) = &mut self.reply {
            reply.name_links(names);
        }
    }

    fn id_links(&mut self, ids: &Ids<'_>) {
        if let Some(reply) = &mut self.reply {
            reply.id_links(ids);
        }
    }

    fn natural(&self, key: &str) -> String {
        self.name.clone().unwrap_or_else(|| key.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn both_forms_of_a_keyword_come_back() {
        let rule: Keyword =
            serde_json::from_value(json!({"match": ["营业时间", {"fuzzy": "几点开门"}]})).expect("reads");
        assert_eq!(rule.matches, Some(vec![Match::exact("营业时间"), Match::fuzzy("几点开门")]));
        assert_eq!(
            serde_json::to_value(&rule).expect("writes"),
            json!({"match": ["营业时间", {"fuzzy": "几点开门"}]})
        );
    }

    #[test]
    fn an_unknown_form_is_refused() {
        let error = serde_json::from_value::<Match>(json!({"regex": "x"})).expect_err("not a form");
        assert!(error.to_string().contains("unknown field `regex`"), "{error}");
    }

    #[test]
    fn a_rule_without_keywords_is_refused() {
        let rule = Keyword { matches: Some(vec![]), ..Keyword::default() };
        assert_eq!(rule.check()[0].code, Code::CannotBeEmpty);
    }
}
