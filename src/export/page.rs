//! The file of one kind: what there is of it, each with the vendor's id behind its key. What can't be declared stands
//! there as a comment, with the reason.

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value, json};

use super::assets::{self, Assets};
use super::fates::{Fate, Fates};
use super::keys::Keys;
use super::saved::Saved;
use super::{File, scalar, yaml};
use crate::model::kinds::RawReply;
use crate::model::{Address, Body, KindInfo, RemoteId, Rule, Shape, kind_named};
use crate::order::sort_by;
use crate::providers::Found;
use crate::text;

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

/// What a page is written from beside its own objects.
pub(super) struct Around<'a> {
    pub(super) account: &'a str,
    pub(super) fates: &'a Fates,
    /// What is remembered where the files go to.
    pub(super) known: &'a HashMap<RemoteId, Address>,
    /// Everything that is listed.
    pub(super) listed: &'a HashSet<(&'static str, &'a RemoteId)>,
    /// The files of the vendor's.
    pub(super) saved: &'a Saved,
}

/// Writes the file of one kind; `keys` are those of the pages before.
pub(super) fn page(
    around: &Around<'_>,
    info: &'static KindInfo,
    found: &[Found<Value>],
    keys: &HashMap<(&'static str, RemoteId), String>,
) -> Page {
    let account = around.account;
    let page = Page::default();
    let mut writing = Writing { around, account, info, keys, page, assets: Assets::default() };
    let text = match info.shape {
        Shape::Tree(_) => writing.tree(found),
        Shape::Map | Shape::Named(_) | Shape::Plans => writing.map(found),
    };
    let declared = writing.page.declared;
    let mut files = vec![File::yaml(format!("{account}/{}.yaml", info.section), &text)];
    files.extend(writing.assets.files);
    Page { files, declared }
}

struct Writing<'a> {
    around: &'a Around<'a>,
    account: &'a str,
    info: &'static KindInfo,
    keys: &'a HashMap<(&'static str, RemoteId), String>,
    page: Page,
    assets: Assets,
}

impl Writing<'_> {
    fn head(&self) -> String {
        let section = self.info.section;
        format!(
            "# `{section}` of {0} as an export found them; behind each key stands the vendor's id.\naccount: {0}\n",
            self.account
        )
    }

    fn map(&mut self, found: &[Found<Value>]) -> String {
        let (built_in, mut own): (Vec<_>, Vec<_>) = found.iter().partition(|found| found.built_in);
        let place = |found: &Found<Value>| match (self.info.shape, self.info.rules.at("")) {
            (Shape::Named(names), _) => names.iter().position(|name| *name == found.natural),
            (_, Some(Rule::OneOf(forms))) => {
                let body = found.body.as_ref();
                forms.iter().position(|form| body.is_some_and(|body| !body[*form].is_null()))
            }
            _ => None,
        };
        sort_by(&mut own, |a, b| (place(a), &a.natural, &a.id).cmp(&(place(b), &b.natural, &b.id)));
        let mut named: HashMap<&String, usize> = HashMap::new();
        found.iter().for_each(|one| *named.entry(&one.natural).or_default() += 1);
        let mut keys = Keys::default();
        let kept = |id: &RemoteId| self.around.known.get(id).map(|address| address.last().into_owned());
        own.iter().filter_map(|found| kept(&found.id)).for_each(|key| keys.keep(&key));
        let (mut declared, mut aside) = (String::new(), String::new());
        for one in own {
            let key = match self.info.shape {
                Shape::Named(_) => one.natural.clone(),
                _ => kept(&one.id).unwrap_or_else(|| {
                    let body = one.body.as_ref().unwrap_or(&Value::Null);
                    keys.make(&assets::called(body, self.info, &one.natural), self.info.name)
                }),
            };
            let fate = self.around.fates.of(self.info, &one.id);
            let mut entry = String::new();
            if let Some(Fate::Aside(why)) = fate {
                let mut body = self.body(one);
                assets::shown(&mut body, self.info);
                let fields = self.fields(body, &key, &[]);
                self.put(&mut entry, 2, &key, one, &fields);
                yaml::comment(&mut aside, 2, &format!("left out: {}", why.en()));
                yaml::commented(&mut aside, 2, &entry);
                continue;
            }
            let without: Vec<_> = match fate {
                Some(Fate::Without(without)) => without.keys().map(String::as_str).collect(),
                _ => vec![],
            };
            let mut body = self.body(one);
            if self.info.by_content {
                // Of several with one name each field may be what tells them apart.
                if named[&one.natural] == 1 {
                    assets::without_defaults(&mut body);
                }
                self.assets.lay_out(self.account, self.info, &mut body, self.around.saved);
                self.assets.long_texts(self.account, &key, &mut body);
            }
            let fields = self.fields(body, &key, &without);
            for field in without {
                let value = one.body.as_ref().map_or(Value::Null, |body| body[field].clone());
                let why = text!("not managed, since it can't be declared as it is");
                yaml::comment(
                    &mut entry,
                    4,
                    &text!("`{field}` is {why}: {value}", field, why, value = yaml::line(&value)).en(),
                );
            }
            let comments = std::mem::take(&mut entry);
            self.put(&mut entry, 2, &key, one, &fields);
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
        match self.around.fates.tree(self.info) {
            Some(why) => {
                let section = self.info.section;
                let what = format!(
                    "left out: {}. A `{section}:` is the whole of it, so all of it is left alone",
                    why.en()
                );
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
            for (name, value) in self.fields(self.body(one), &one.natural, &["name"]) {
                self.field(&mut entry, within, &name, &value);
            }
            if found.iter().any(|below| below.parent.as_ref() == Some(&one.id)) {
                *out += &yaml::dashed(entry, indent);
                *out += &format!("{:within$}items:\n", "");
                self.level(out, found, Some(&one.id), &path, within + 2);
            } else {
                *out += &yaml::dashed(entry, indent);
            }
        }
    }

    /// A body that says by key what it points at, where that is declared.
    fn body(&self, one: &Found<Value>) -> Value {
        let mut body = one.body.as_ref().map(Body::new).unwrap_or_default();
        let name = |kind: &str, id: &RemoteId| self.keys.get(&(kind_named(kind)?.name, id.clone())).cloned();
        (self.info.name_links)(&mut body, &name);
        preferred(body.tree(), self.info)
    }

    /// What is to be written of a body: no defaults, and nothing that is worked out.
    fn fields(&mut self, body: Value, key: &str, without: &[&str]) -> Fields {
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
        let file = format!("assets/{}", self.assets.names.file(key, "members", "csv"));
        let text = format!("# members of {}\n{}\n", scalar::comment(key), openids.join("\n"));
        self.assets.files.push(File::text(format!("{}/{file}", self.account), text));
        Some(file)
    }

    fn put(&self, out: &mut String, indent: usize, key: &str, one: &Found<Value>, fields: &Fields) {
        if fields.is_empty() {
            yaml::entry(out, indent, key, &json!({}), Some(one.id.as_str()));
            return;
        }
        *out += &format!("{:indent$}{}: # {}\n", "", scalar::key(key), scalar::comment(one.id.as_str()));
        for (name, value) in fields {
            self.field(out, indent + 2, name, value);
        }
    }

    /// A field, with a line before it where it says something that needs a word.
    fn field(&self, out: &mut String, indent: usize, name: &str, value: &Value) {
        let raw = if name == "raw" { Some(value) } else { value.get("raw") };
        if let Some(raw) = raw {
            yaml::comment(out, indent, self.words_for(raw));
        } else if name == "keycode" {
            yaml::comment(
                out,
                indent,
                "a click key from WeChat's own side: kept as it is, can't be made again",
            );
        }
        yaml::entry(out, indent, name, value, None);
    }

    fn words_for(&self, raw: &Value) -> &'static str {
        let Ok(reply) = serde_json::from_value::<RawReply>(raw.clone()) else {
            return "answered with what the vendor keeps under this id";
        };
        let is_listed = self.around.listed.contains(&("material", &reply.material()));
        match reply.kind.as_str() {
            "text" => "the vendor knows no text of this id: nobody is answered",
            _ if is_listed => {
                "a material that can't be declared: see the comment in the file of the materials"
            }
            "image" | "voice" | "video" | "news" => {
                "the vendor lists no material of this id: it may be deleted"
            }
            _ => "no text and no material: answered with what the vendor keeps under this id",
        }
    }
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
