//! A plan as programs read it, and on disk. The keys, their order and their meaning are a contract: what is here
//! stays; something may be added. The schema is derived from these types, so it can't say anything else.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Change, FieldChange, Live, Plan, Summary, Upcoming};
use crate::model::{Action, Address, RemoteId};
use crate::problem::{Code, Problem, Told};
use crate::state::fingerprint;
use crate::text;
use crate::words::Text;

/// The version of the form; its first number grows when something in it changes its meaning or goes.
pub const FORMAT_VERSION: &str = "1.0";

/// The program's own version.
pub const TOOL_VERSION: &str = env!("CARGO_PKG_VERSION");

/// What `plan --json` prints; with `check`, what `plan -o FILE` writes.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(title = "mpform plan")]
pub struct File {
    /// The version of this form.
    pub format_version: String,
    /// The mpform that made it.
    pub tool_version: String,
    /// The environment it was made for.
    pub environment: String,
    /// False if no vendor was asked (`--refresh=false`): it is planned from what was last applied.
    #[serde(default = "asked", skip_serializing_if = "Clone::clone")]
    pub refreshed: bool,
    /// How many of each.
    pub summary: Summary,
    /// Creates, updates and deletes, in the order in which they are carried out.
    pub changes: Vec<ChangeText>,
    /// Live objects that nobody lists and nobody owns.
    pub unmanaged: Vec<Live>,
    /// Why it may not be applied.
    pub refusals: Vec<Told>,
    /// What one should know.
    pub warnings: Vec<Told>,
    /// Messages that fall due, for information.
    pub upcoming: Vec<Upcoming>,
    /// Found by name, managed from the next apply on.
    pub adopted: Vec<Live>,
    /// No longer declared, left alone from the next apply on.
    pub released: Vec<Live>,
    /// Deleted by somebody else.
    pub forgotten: Vec<Live>,
    /// Accounts that could not be planned.
    pub failed: Vec<Failed>,
    /// What `apply FILE` needs to refuse a stale plan; only in a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<Check>,
}

fn asked() -> bool {
    true
}

/// One change.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Change")]
pub struct ChangeText {
    /// What it is done to.
    #[schemars(with = "String")]
    pub address: Address,
    /// The account of the address.
    pub account: String,
    /// The kind of the address.
    pub kind: String,
    /// What is done.
    pub action: Action,
    /// A new object in place of the old one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,
    /// The vendor's id of the live object, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub id: Option<RemoteId>,
    /// What differs.
    pub fields: Vec<FieldText>,
    /// The changes that come before it.
    #[schemars(with = "Vec<String>")]
    pub requires: Vec<Address>,
    /// What one should know about it.
    pub notes: Vec<String>,
}

/// One field that differs. One that is neither before nor after (a publish) has only its name.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Field")]
pub struct FieldText {
    /// Dotted path into the body.
    pub path: String,
    /// The live value; `null` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// The wanted value; `null` if there is to be none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// An account that could not be planned.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Failed {
    /// Its name.
    pub account: String,
    /// Why.
    pub problems: Vec<Told>,
}

/// By what a plan that was saved is known to hold still. Fingerprints only: nothing can be read out of them.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
pub struct Check {
    /// The fingerprint of everything else in the file.
    pub digest: String,
    /// What the plan was narrowed to, and what was allowed.
    pub selection: Picked,
    /// The accounts that were planned.
    pub accounts: BTreeMap<String, AccountCheck>,
    /// The changes, in their order.
    pub changes: Vec<Touched>,
}

/// What a plan was narrowed to, and what was allowed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Selection")]
pub struct Picked {
    /// `--target`.
    pub targets: Vec<String>,
    /// `--account`.
    pub accounts: Vec<String>,
    /// `--shard`, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shard: Option<String>,
    /// `--allow-deletes`: `ACCOUNT/KIND` and how many.
    pub allow_deletes: BTreeMap<String, usize>,
    /// `--rebind`.
    pub rebind: Vec<String>,
    /// The names of `--var`. Their values are not kept: they may be anything.
    pub vars: Vec<String>,
}

/// What an account was.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[schemars(rename = "Account")]
pub struct AccountCheck {
    /// What it is reached by: setting and value, nothing secret.
    pub identity: BTreeMap<String, String>,
    /// The fingerprint of what is declared, by address.
    pub declared: BTreeMap<String, String>,
}

/// One change, by its fingerprints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Touched {
    /// What it is done to.
    #[schemars(with = "String")]
    pub address: Address,
    /// What is done.
    pub action: Action,
    /// A new object in place of the old one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub replace: bool,
    /// The vendor's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub id: Option<RemoteId>,
    /// The fingerprint of the live body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub have: Option<String>,
    /// The fingerprint of the wanted body.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub want: Option<String>,
}

impl From<&Plan> for File {
    fn from(plan: &Plan) -> Self {
        let failed = plan.failed.iter().map(|failed| Failed {
            account: failed.account.clone(),
            problems: failed.problems.iter().map(Told::from).collect(),
        });
        Self {
            format_version: FORMAT_VERSION.to_owned(),
            tool_version: TOOL_VERSION.to_owned(),
            environment: plan.environment.clone(),
            refreshed: !plan.unasked,
            summary: plan.summary(),
            changes: plan.changes.iter().map(ChangeText::from).collect(),
            unmanaged: plan.unmanaged.clone(),
            refusals: plan.refusals.iter().map(Told::from).collect(),
            warnings: plan.warnings.iter().map(Told::from).collect(),
            upcoming: plan.upcoming.clone(),
            adopted: plan.adopted.clone(),
            released: plan.released.clone(),
            forgotten: plan.forgotten.clone(),
            failed: failed.collect(),
            check: None,
        }
    }
}

impl From<&Change> for ChangeText {
    fn from(change: &Change) -> Self {
        Self {
            address: change.address.clone(),
            account: change.address.account().to_owned(),
            kind: change.address.kind().to_owned(),
            action: change.action,
            replace: change.replace,
            id: change.id.clone(),
            fields: change.fields.iter().map(FieldText::from).collect(),
            requires: change.requires.clone(),
            notes: change.notes.iter().map(Text::en).collect(),
        }
    }
}

impl From<&FieldChange> for FieldText {
    fn from(field: &FieldChange) -> Self {
        let named = field.before.is_null() && field.after.is_null();
        let value = |value: &Value| (!named).then(|| value.clone());
        Self { path: field.path.clone(), before: value(&field.before), after: value(&field.after) }
    }
}

impl File {
    /// As it stands on disk, with a `check` whose digest is worked out here.
    pub fn text(mut self, check: Check) -> String {
        self.check = Some(Check { digest: String::new(), ..check });
        // Plain data: it can't fail.
        let mut value = serde_json::to_value(&self).unwrap_or_default();
        let digest = digest(&value);
        value["check"]["digest"] = digest.into();
        format!("{value:#}\n")
    }

    /// Reads what [`File::text`] wrote. `name` is what the file is called.
    ///
    /// # Errors
    /// Why it is no plan that this program wrote and that can be applied.
    pub fn read(name: &str, bytes: &[u8]) -> Result<Self, Problem> {
        let broken = |message: Text| {
            Problem::error(Code::PlanFile, message)
                .help(text!("make a new one: `mpform plan -o {name}`", name))
        };
        let value: Value = serde_json::from_slice(bytes)
            .map_err(|error| broken(text!("the plan file {name} is broken: {error}", name, error)))?;
        let Some(format) = value["format_version"].as_str().and_then(version) else {
            return Err(broken(text!("the plan file {name} is broken: it has no `format_version`", name)));
        };
        if Some(format) > version(FORMAT_VERSION) {
            let message = text!(
                "the plan file {name} has format {major}.{minor}; this program knows {ours}",
                name,
                major = format.0,
                minor = format.1,
                ours = FORMAT_VERSION
            );
            return Err(
                Problem::error(Code::PlanVersion, message).help(text!("use the newer mpform that wrote it"))
            );
        }
        let made_by = value["tool_version"].as_str().unwrap_or_default();
        if version(made_by).map(|(major, _)| major) != version(TOOL_VERSION).map(|(major, _)| major) {
            let message = text!(
                "the plan file {name} was made by mpform {made_by}, and this is {ours}",
                name,
                made_by,
                ours = TOOL_VERSION
            );
            return Err(Problem::error(Code::Stale, message)
                .help(text!("make a new one: `mpform plan -o {name}`", name)));
        }
        let Some(written) = value["check"]["digest"].as_str() else {
            return Err(broken(text!(
                "the plan file {name} has no `check`: it was not written by `plan -o`",
                name
            )));
        };
        if written != digest(&value) {
            return Err(broken(text!("the plan file {name} was changed after it was written", name)));
        }
        serde_json::from_value(value)
            .map_err(|error| broken(text!("the plan file {name} is broken: {error}", name, error)))
    }
}

/// A file of these bytes, as if its `check` were right: what only a forger could bring in.
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) fn forged(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut value: Value = serde_json::from_slice(bytes).ok()?;
    value.get("check").filter(|check| check.is_object())?;
    value["check"]["digest"] = digest(&value).into();
    serde_json::to_vec(&value).ok()
}

/// What a plan is known by: the same plan has the same, wherever it is made.
pub fn known_by(plan: &Plan) -> String {
    digest(&serde_json::to_value(File::from(plan)).unwrap_or_default())
}

/// The fingerprint of everything but itself, whatever order the keys have.
fn digest(file: &Value) -> String {
    let mut file = file.clone();
    file["check"]["digest"] = Value::Null;
    file.sort_all_objects();
    fingerprint(&file.into())
}

/// The first two numbers of a version.
fn version(text: &str) -> Option<(u32, u32)> {
    let mut numbers = text.split('.').map(|number| number.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn written() -> Value {
        let plan = Plan { environment: "staging".into(), ..Plan::default() };
        serde_json::from_str(&File::from(&plan).text(Check::default())).expect("JSON")
    }

    fn refused(value: &Value) -> String {
        let problem = File::read("plan.json", value.to_string().as_bytes()).expect_err("is refused");
        format!("{} {}", problem.code.as_str(), problem.message.en())
    }

    #[test]
    fn what_is_written_is_read_in_whatever_order_its_keys_are() {
        let mut value = written();
        let read = File::read("plan.json", value.to_string().as_bytes()).expect("a plan");
        assert_eq!(read.environment, "staging");
        value.sort_all_objects();
        assert!(File::read("plan.json", value.to_string().as_bytes()).is_ok());
    }

    #[test]
    fn what_was_edited_is_refused() {
        let mut value = written();
        value["environment"] = json!("default");
        assert_eq!(refused(&value), "MP092 the plan file plan.json was changed after it was written");
        value["check"] = Value::Null;
        assert_eq!(
            refused(&value),
            "MP092 the plan file plan.json has no `check`: it was not written by `plan -o`"
        );
    }

    #[test]
    fn other_versions_are_refused_by_name() {
        for newer in ["1.1", "2.0"] {
            let mut value = written();
            value["format_version"] = json!(newer);
            assert_eq!(
                refused(&value),
                format!("MP093 the plan file plan.json has format {newer}; this program knows 1.0")
            );
        }
        let mut value = written();
        value["tool_version"] = json!("77.0.1");
        assert!(refused(&value).starts_with("MP094 the plan file plan.json was made by mpform 77.0.1"));
    }

    #[test]
    fn what_is_no_plan_is_said_to_be_broken() {
        for (text, why) in [("{", "EOF"), ("[]", "format_version"), (r#"{"format_version": "x"}"#, "format")]
        {
            let problem = File::read("p", text.as_bytes()).expect_err("is refused");
            assert!(problem.code == Code::PlanFile && problem.message.en().contains(why), "{problem:?}");
        }
    }
}
