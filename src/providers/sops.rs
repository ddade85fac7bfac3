//! How a vendor's recurring plans are written, and who they reach.

use crate::words::Text;
use schemars::{Schema, SchemaGenerator};
use serde_json::{Value, json};

use crate::config::{Node, Part, read_part};
use crate::model::sop::{Own, SentBy, Sop, Words};
use crate::model::{Files, Finding, Zone};
use crate::problem::Problem;

/// A vendor's plans: in which words they are written, and what those mean.
#[derive(Clone, Copy, Debug)]
pub struct Plans {
    /// Who sends the messages.
    pub sent_by: SentBy,
    /// Where its days begin, where that is not the project's to say.
    pub zone: Option<Zone>,
    /// Reads a plan and checks it, each value for itself; nothing if it could not be read whole.
    pub read: ReadPlan,
    /// The schema of an audience.
    pub audience: fn(&mut SchemaGenerator) -> Schema,
    /// The schema of a message.
    pub message: fn(&mut SchemaGenerator) -> Schema,
    /// Whom each message goes to, by the vendor's own ids or our keys: one sending each, in this order. None where
    /// that is known only when the vendor has been asked.
    pub recipients: fn(&Own) -> Option<Vec<String>>,
    /// For all audiences of an account together: who is reached by each, in words that are the same wherever the same
    /// people are meant.
    pub reach: fn(&[&Own]) -> Vec<Vec<Text>>,
    /// What is wrong with one of the account's materials as a message.
    pub material: fn(&Value) -> Vec<Finding>,
    /// How messages are written that move money: they are refused unless the policy allows them.
    pub money: &'static [Money],
}

/// What makes a message one that moves money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Money {
    /// Its form.
    Form(&'static str),
    /// A field of the vendor's own, at any depth of `raw` or `extra`, and its value. Case does not count in either, as
    /// a vendor may not count it.
    Own(&'static str, &'static str),
}

impl Money {
    /// Whether a field of a message says so. `own` where it is one of the vendor's: in `raw` or `extra`.
    pub fn is_said(self, name: &str, value: &Value, own: bool) -> bool {
        match self {
            Self::Form(form) => !own && name == form,
            Self::Own(field, word) => {
                let said = value.as_str().unwrap_or_default().trim();
                own && name.trim().eq_ignore_ascii_case(field) && said.eq_ignore_ascii_case(word)
            }
        }
    }
}

/// Reads a plan; `files` lie beside the document that it stands in.
pub type ReadPlan = fn(&Node, Part<'_>, &dyn Files, &mut Vec<Problem>) -> Option<(Sop, Vec<Finding>)>;

/// [`Plans::read`] for a vendor's own types.
pub fn read_plan<A: Words, M: Words>(
    node: &Node,
    part: Part<'_>,
    files: &dyn Files,
    problems: &mut Vec<Problem>,
) -> Option<(Sop, Vec<Finding>)> {
    let before = problems.len();
    let mut plan = read_part::<Sop<A, M>>(node, part, problems)?;
    if problems.len() > before {
        return None;
    }
    let mut found = plan.fill(files);
    found.extend(plan.check());
    Some((plan.plain(), found))
}

/// The schema of a vendor's own words; of a message it says that it has exactly one form.
pub fn words<W: Words>(generator: &mut SchemaGenerator) -> Schema {
    let refers = generator.subschema_for::<W>();
    if !W::FORMS.is_empty()
        && let Some(Value::Object(schema)) = generator.definitions_mut().get_mut(&*W::schema_name())
    {
        let one: Vec<_> = W::FORMS.iter().map(|form| json!({"required": [form]})).collect();
        schema.insert("oneOf".to_owned(), one.into());
    }
    refers
}
