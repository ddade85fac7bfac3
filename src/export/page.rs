//! The file of one kind: what there is of it, each with the vendor's id behind its key. What can't be declared stands
//! there as a comment, with the reason.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::fates::{Fate, Fates};
use super::keys::Keys;
use super::yaml;
use super::{File, scalar};
use crate::model::{Address, KindInfo, RemoteId, Rule, Shape};
use crate::providers::Found;

/// So many members stand in the file itself; more in one of their own.
const FEW: usize = 20;

/// What was written of one kind.
#[derive(Debug, Default)]
pub(super) struct Page {
    pub(super) files: Vec<File>,
    /// What each address that is declared stands for.
    pub(super) declared: HashMap<Address, RemoteId>,
}

/// An entry's fields, in their order.
type Fields = Vec<(String, Value)>;

/// Writes the file of one kind.
pub(super) fn page(
    account: &str,
    info: &'static KindInfo,
    found: &[Found<Value>],
    fates: &Fates,
    known: &HashMap<RemoteId, Address>,
) -> Page {
    let mut writing = Writing { account, info, fates, page: Page::default(), names: Keys::default() };
    let text = match info.shape {
        Shape::Tree(_) => writing.tree(found),
        Shape::Map | Shape::Named(_) => writing.map(found, known),
    };
    let Page { mut files, declared } = writing.page;
    files.insert(0, File { name: format!("{account}/{}.yaml", info.section), text });
    Page { files, declared }
}

struct Writing<'a> {
    account: &'a str,
    info: &'static KindInfo,
    fates: &'a Fates,
    page: Page,
    /// Names of files that are given.
    names: Keys,
}

impl Writing<'_> {
    fn head(&self) -> String {
        let section = self.info.section;
        format!(
            "# `{section}` of {0} as an export found them; behind each key stands the vendor's id.\naccount: {0}\n",
            self.account
        )
    }

    fn map(&mut self, found: &[Found<Value>], known: &HashMap<RemoteId, Address>) -> String {
        let (built_in, mut own): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.built_in);
        let place = |found: &Found<Value>| match self.info.shape {
            Shape::Named(names) => names.iter().position(|name| *name == found.natural),
            _ => None,
        };
        own.sort_by(|a, b| (place(a), &a.natural, &a.id).cmp(&(place(b), &b.natural, &b.id)));
        let mut keys = Keys::default();
        let kept = |id: &RemoteId| known.get(id).map(|address| address.last().into_owned());
        own.iter().filter_map(|found| kept(&found.id)).for_each(|key| keys.keep(&key));
        let (mut declared, mut aside) = (String::new(), String::new());
        for one in own {
            let key = match self.info.shape {
                Shape::Named(_) => one.natural.clone(),
                _ => kept(&one.id).unwrap_or_else(|| keys.make(&one.natural, self.info.name)),
            };
            let fate = self.fates.of(self.info, &one.id);
            let mut entry = String::new();
            if let Some(Fate::Aside(why)) = fate {
                let fields = self.fields(one, &key, &[]);
                put(&mut entry, 2, &key, one, &fields);
                yaml::comment(&mut aside, 2, &format!("left out: {why}"));
                yaml::commented(&mut aside, 2, &entry);
                continue;
            }
            let without: Vec<_> = match fate {
                Some(Fate::Without(without)) => without.keys().map(String::as_str).collect(),
                _ => vec![],
            };
            let fields = self.fields(one, &key, &without);
            for field in without {
                let value = one.body.as_ref().map_or(Value::Null, |body| body[field].clone());
                let why = "not managed, since it can't be declared as it is";
                yaml::comment(&mut entry, 4, &format!("`{field}` is {why}: {}", yaml::line(&value)));
            }
            let comments = std::mem::take(&mut entry);
            put(&mut entry, 2, &key, one, &fields);
            let first = entry.find('\n').map_or(entry.len(), |end| end + 1);
            entry.insert_str(first, &comments);
            declared += &entry;
            let address = Address::new(self.account, self.info.name, [key.as_str()]);
            self.page.declared.insert(address, one.id.clone());
        }
        let mut text = self.head();
        if !declared.is_empty() {
            text += &format!("\n{}:\n{declared}", self.info.section);
        }
        if !aside.is_empty() {
            text += &format!("\n{aside}");
        }
        if !built_in.is_empty() {
            let names = built_in.iter().map(|found| format!("{} ({})", found.natural, found.id));
            text.push('\n');
            let names = names.collect::<Vec<_>>().join(", ");
            yaml::comment(&mut text, 0, &format!("built in at the vendor and left alone: {names}"));
        } else if declared.is_empty() && aside.is_empty() {
            text += "\n# there are none\n";
        }
        text
    }

    fn tree(&mut self, found: &[Found<Value>]) -> String {
        let mut text = self.head();
        if found.is_empty() {
            return text + "\n# there is none\n";
        }
        let mut lines = format!("{}:\n", self.info.section);
        self.level(&mut lines, found, None, &[], 2);
        text.push('\n');
        match self.fates.tree(self.info) {
            Some(why) => {
                let section = self.info.section;
                let what =
                    format!("left out: {why}. A `{section}:` is the whole of it, so all of it is left alone");
                yaml::comment(&mut text, 0, &what);
                yaml::commented(&mut text, 0, &lines);
                self.page.declared.clear();
            }
            None => text += &lines,
        }
        text
    }

    fn level(
        &mut self,
        out: &mut String,
        found: &[Found<Value>],
        parent: Option<&RemoteId>,
        above: &[&str],
        indent: usize,
    ) {
        for one in found.iter().filter(|one| one.parent.as_ref() == parent) {
            let mut path = above.to_vec();
            path.push(&one.natural);
            let address = Address::new(self.account, self.info.name, path.iter().copied());
            self.page.declared.insert(address, one.id.clone());
            let mut entry = String::new();
            let within = indent + 2;
            yaml::entry(&mut entry, within, "name", &json!(one.natural), Some(one.id.as_str()));
            for (name, value) in self.fields(one, &one.natural, &["name"]) {
                field(&mut entry, within, &name, &value);
            }
            if found.iter().any(|below| below.parent.as_ref() == Some(&one.id)) {
                *out += &dashed(entry, indent);
                *out += &format!("{:within$}items:\n", "");
                self.level(out, found, Some(&one.id), &path, within + 2);
            } else {
                *out += &dashed(entry, indent);
            }
        }
    }

    /// What is to be written of a body: of several ways to say one thing the preferred one, and no defaults.
    fn fields(&mut self, one: &Found<Value>, key: &str, without: &[&str]) -> Fields {
        let body = preferred(one.body.clone().unwrap_or_default(), self.info);
        let Value::Object(body) = body else { return vec![] };
        let mut fields = vec![];
        for (name, value) in body {
            let is_default = name == "name" && value == *key;
            if value.is_null() || is_default || without.contains(&&*name) {
                continue;
            }
            if self.info.worked_out.contains(&&*name) {
                continue;
            }
            match self.table(&name, &value, key) {
                Some(file) => fields.push((format!("{name}_file"), file.into())),
                None => fields.push((name, value)),
            }
        }
        fields
    }

    /// Many members go into a table of their own; its path from the file that names it.
    fn table(&mut self, name: &str, value: &Value, key: &str) -> Option<String> {
        let members = value.as_array().filter(|members| name == "members" && members.len() > FEW)?;
        let openids: Vec<_> = members.iter().filter_map(Value::as_str).collect();
        let is_word =
            |openid: &&str| openid.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'));
        if !openids.iter().all(is_word) {
            return None;
        }
        let file = format!("assets/{}", self.names.file(key, "csv"));
        let text = format!("# members of {}\n{}\n", scalar::comment(key), openids.join("\n"));
        self.page.files.push(File { name: format!("{}/{file}", self.account), text });
        Some(file)
    }
}

fn put(out: &mut String, indent: usize, key: &str, one: &Found<Value>, fields: &Fields) {
    if fields.is_empty() {
        yaml::entry(out, indent, key, &json!({}), Some(one.id.as_str()));
        return;
    }
    *out += &format!("{:indent$}{}: # {}\n", "", scalar::key(key), scalar::comment(one.id.as_str()));
    for (name, value) in fields {
        field(out, indent + 2, name, value);
    }
}

/// A field, with a line before it where it says something that needs a word.
fn field(out: &mut String, indent: usize, name: &str, value: &Value) {
    let raw = if name == "raw" { Some(value) } else { value.get("raw") };
    if let Some(raw) = raw {
        let words = match raw["type"].as_str() {
            Some("text") => "the vendor knows no text of this id: nobody is answered",
            _ => "no text: answered with what the vendor keeps under this id",
        };
        yaml::comment(out, indent, words);
    } else if name == "keycode" {
        yaml::comment(out, indent, "a click key from WeChat's own side: kept as it is, can't be made again");
    }
    yaml::entry(out, indent, name, value, None);
}

/// Lines as an item of a list.
fn dashed(mut lines: String, indent: usize) -> String {
    lines.replace_range(indent..indent + 2, "- ");
    lines
}

/// Of several ways to say one thing the preferred one.
fn preferred(mut body: Value, info: &KindInfo) -> Value {
    for (path, rule) in info.rules.0 {
        let Rule::OneOf(forms) = rule else { continue };
        let mut at = Some(&mut body);
        for step in path.split('.').filter(|step| !step.is_empty()) {
            at = at.and_then(|value| value.get_mut(step));
        }
        if let Some(fields) = at.and_then(Value::as_object_mut) {
            keep_one(fields, forms);
        }
    }
    body
}

fn keep_one(fields: &mut Map<String, Value>, forms: &[&str]) {
    let first = forms.iter().find(|form| fields.get(**form).is_some_and(|value| !value.is_null()));
    if let Some(first) = first {
        fields.retain(|name, _| name == first || !forms.contains(&name.as_str()));
    }
}
