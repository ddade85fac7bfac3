//! What a follower is answered with. As a kind of its own: the greeting after subscribing and the answer when
//! nothing else fits.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Ids, Kind, Material, Names, Shape};
use crate::model::{Finding, Link, RemoteId, Rule, Rules};
use crate::problem::Code;
use crate::text;

/// An answer: exactly one of its fields. What a vendor holds may fill several of them at once, see
/// [`Rule::OneOf`].
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
#[schemars(description = "An answer: exactly one of its fields. 回复", extend("minProperties" = 1))]
pub struct Reply {
    /// A text message, as the follower reads it. 文本回复
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"每天 10:00–22:00")]
    pub text: Option<String>,
    /// A material of this account, by its key. 素材
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String", example = &"spring")]
    pub material: Option<Link<Material>>,
    /// A material that mpform does not manage, by the vendor's own type and id. 不受管理的素材
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "RawReply")]
    pub raw: Option<RawReply>,
}

/// The forms of a reply, the one to show first in front.
pub(crate) const FORMS: &[&str] = &["text", "material", "raw"];

/// True unless the letters of a body's JSON alone tell that nothing in it points at something else, as those of most do.
pub(super) fn may_point(json: &str) -> bool {
    let (raw, of_a_text) = (r#""raw":"#, r#"{"type":"text","#);
    let mut raws = json.match_indices(raw).map(|(at, _)| &json[at + raw.len()..]);
    json.contains(r#""material":"#) || raws.any(|raw| !raw.starts_with(of_a_text))
}

/// True if a field of this name and value points at something else. What is said of a text by its id is no material.
pub(super) fn points(name: &str, value: &Value) -> bool {
    name == "material" || (name == "raw" && value["type"] != "text")
}

/// A material by the vendor's own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RawReply {
    /// The vendor's type, e.g. `image`. 类型
    #[serde(rename = "type")]
    #[schemars(example = &"image")]
    pub kind: String,
    /// The vendor's id. 编号
    pub id: String,
}

impl RawReply {
    /// The vendor's words for what has this id among all materials.
    pub fn of(material: &RemoteId) -> Option<Self> {
        let (kind, id) = material.as_str().split_once('/')?;
        Some(Self { kind: kind.to_owned(), id: id.to_owned() })
    }

    /// The id that the material has among all materials.
    pub fn material(&self) -> RemoteId {
        RemoteId::from(format!("{}/{}", self.kind, self.id))
    }
}

impl Reply {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self { text: Some(text.into()), ..Self::default() }
    }

    fn forms(&self) -> usize {
        usize::from(self.text.is_some())
            + usize::from(self.material.is_some())
            + usize::from(self.raw.is_some())
    }

    /// What is wrong with it wherever it stands.
    pub fn findings(&self) -> Vec<Finding> {
        let mut found = vec![];
        if self.forms() != 1 {
            found.push(Finding::error(
                Code::NotExactlyOne,
                [],
                text!("a reply is exactly one of {forms}", forms = listed(FORMS)),
                text!("keep the one that followers are to get, and delete the others"),
            ));
        }
        if self.text.as_deref() == Some("") {
            found.push(Finding::error(
                Code::CannotBeEmpty,
                ["text".into()],
                text!("an empty text"),
                text!("write what followers are to read, or leave the reply out"),
            ));
        }
        found
    }
}

/// `` `a`, `b` or `c` ``
pub(crate) fn listed(words: &[&str]) -> String {
    let quoted: Vec<_> = words.iter().map(|word| format!("`{word}`")).collect();
    match quoted.split_last() {
        Some((last, front)) if !front.is_empty() => format!("{} or {last}", front.join(", ")),
        _ => quoted.concat(),
    }
}

impl Kind for Reply {
    const NAME: &'static str = "reply";
    const SECTION: &'static str = "replies";
    const SHAPE: Shape = Shape::Named(&["subscribe", "default"]);
    const RULES: Rules = Rules(&[("", Rule::OneOf(FORMS))]);

    fn check(&self) -> Vec<Finding> {
        self.findings()
    }

    fn name_links(&mut self, names: &Names<'_>) {
        self.material =
            self.raw.as_ref().and_then(|raw| names(Material::NAME, &raw.material())).map(Link::new);
    }

    fn id_links(&mut self, ids: &Ids<'_>) {
        let id = self.material.as_ref().and_then(|material| ids(Material::NAME, material.key()));
        self.raw = id.as_ref().and_then(RawReply::of).or(self.raw.take());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_is_right_and_none_or_two_are_not() {
        assert!(Reply::text("您好").findings().is_empty());
        assert_eq!(Reply::default().findings()[0].code, Code::NotExactlyOne);
        let both =
            Reply { raw: Some(RawReply { kind: "image".into(), id: "5f".into() }), ..Reply::text("您好") };
        assert_eq!(both.findings()[0].message.en(), "a reply is exactly one of `text`, `material` or `raw`");
    }

    #[test]
    fn an_empty_text_is_refused() {
        assert_eq!(Reply::text("").findings()[0].code, Code::CannotBeEmpty);
    }
}
