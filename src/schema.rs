//! The JSON Schema of the configuration language, derived from the types that read it.
//!
//! Editors check a YAML file document by document, so the schema is that of one document: the project's, which has
//! `version`, or a resources document. Draft 7, which every YAML editor knows.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

use crate::config::{AccountText, Written};
use crate::desired::{CaseText, MovedText};
use crate::model::case::Wants;
use crate::model::sop::Sop;
use crate::model::{KindInfo, Shape, kinds};
use crate::providers::providers;

pub mod plan;
mod tidy;

#[cfg(test)]
mod tests;

/// The schema of a document.
pub fn schema() -> Value {
    let mut settings = SchemaSettings::draft07();
    settings.meta_schema = None;
    let mut generator = settings.into_generator();
    let mut definitions = Map::new();
    definitions.insert("ProjectDocument".into(), project(&mut generator));
    definitions.insert("ResourcesDocument".into(), resources(&mut generator));
    for (name, schema) in generator.take_definitions(true) {
        definitions.insert(name, schema);
    }
    for definition in definitions.values_mut() {
        tidy::tidy(definition);
    }
    definitions.insert(
        "Protect".into(),
        json!({"type": "boolean", "description": "Never deleted or replaced. 禁止删除"}),
    );
    definitions.sort_keys();
    json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "mpform",
        "description": "A document of an mpform project. 微信营销账号配置",
        "if": {"required": ["version"]},
        "then": {"$ref": "#/definitions/ProjectDocument"},
        "else": {"$ref": "#/definitions/ResourcesDocument"},
        "definitions": definitions,
    })
}

/// The schema as it stands in `schema/mpform.schema.json`.
pub fn schema_text() -> String {
    format!("{:#}\n", schema())
}

fn project(generator: &mut SchemaGenerator) -> Value {
    let _ = generator.subschema_for::<Written>();
    let account = account(generator);
    let definitions = generator.definitions_mut();
    definitions.insert("Account".into(), account);
    let mut project = definitions.remove("Project").unwrap_or_default();
    if let Some(accounts) = project.pointer_mut("/properties/accounts") {
        accounts["additionalProperties"] = json!({"$ref": "#/definitions/Account"});
        accounts["propertyNames"] = json!({"pattern": "^[a-z][a-z0-9-]*$"});
    }
    // An environment has the project's keys, each of them partly: they are checked when they are laid over.
    let mut over = project["properties"].as_object().cloned().unwrap_or_default();
    over.shift_remove("version");
    over.shift_remove("environments");
    if let Some(accounts) = over.get_mut("accounts") {
        accounts["additionalProperties"] = json!({"type": "object"});
    }
    if let Some(environments) = project.pointer_mut("/properties/environments") {
        environments["additionalProperties"] =
            json!({"type": ["object", "null"], "properties": over, "additionalProperties": false});
    }
    project["title"] = json!("project");
    project
}

/// An account: what all have, and by `provider` what only that one has.
fn account(generator: &mut SchemaGenerator) -> Value {
    let mut common = AccountTextSchema::of(generator);
    let names: Vec<_> = providers().iter().map(|provider| provider.name).collect();
    common.properties["provider"]["enum"] = json!(names);
    let mut one_of = vec![];
    for provider in providers() {
        let own = (provider.schema)(generator).to_value();
        let mut properties = common.properties.clone();
        properties["provider"] =
            json!({"const": provider.name, "description": common.properties["provider"]["description"]});
        merge(&mut properties, &own["properties"]);
        let mut required = common.required.clone();
        required.extend(own["required"].as_array().cloned().unwrap_or_default());
        one_of.push(json!({
            "if": {"properties": {"provider": {"const": provider.name}}, "required": ["provider"]},
            "then": {"properties": properties, "required": required, "additionalProperties": false},
        }));
    }
    json!({
        "type": "object",
        "description": "An account at a provider. 账号",
        "properties": common.properties,
        "required": common.required,
        "allOf": one_of,
    })
}

struct AccountTextSchema {
    properties: Value,
    required: Vec<Value>,
}

impl AccountTextSchema {
    fn of(generator: &mut SchemaGenerator) -> Self {
        let _ = generator.subschema_for::<AccountText>();
        let mut schema = generator.definitions_mut().remove("AccountText").unwrap_or_default();
        Self {
            properties: schema["properties"].take(),
            required: schema["required"].as_array().cloned().unwrap_or_default(),
        }
    }
}

fn merge(into: &mut Value, from: &Value) {
    if let (Value::Object(into), Some(from)) = (into, from.as_object()) {
        for (key, value) in from {
            into.insert(key.clone(), value.clone());
        }
    }
}

fn resources(generator: &mut SchemaGenerator) -> Value {
    let mut properties = Map::new();
    let texts = |what: &str| json!({"type": "array", "items": {"type": "string"}, "description": what});
    properties.insert(
        "account".into(),
        json!({"type": "string", "description": "The account that this document is for. 账号", "examples": ["shop"]}),
    );
    properties.insert(
        "accounts".into(),
        texts("The accounts that this document is for, by name or pattern. 多个账号"),
    );
    let prunable: Vec<_> =
        kinds().iter().filter(|kind| kind.can_be_pruned()).map(|kind| kind.section).collect();
    properties.insert(
        "prune".into(),
        json!({
            "type": "array",
            "items": {"enum": prunable},
            "description": "Sections in which live objects that are not listed are deleted; default none. 清理未列出的对象",
        }),
    );
    let moved = generator.subschema_for::<MovedText>().to_value();
    properties.insert(
        "moved".into(),
        json!({"type": "array", "items": moved, "description": "Keys that changed. 改名"}),
    );
    properties.insert("tests".into(), tests(generator));
    properties
        .insert("include".into(), texts("More files, by name or pattern, relative to this one. 包含的文件"));
    for kind in kinds() {
        let section = section(kind, generator);
        properties.insert(kind.section.into(), section);
    }
    json!({
        "title": "resources",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "anyOf": [{"required": ["account"]}, {"required": ["accounts"]}, {"required": ["include"]}],
        "not": {"required": ["account", "accounts"]},
    })
}

/// Conversation tests.
fn tests(generator: &mut SchemaGenerator) -> Value {
    let mut case = <CaseText>::json_schema(generator).to_value();
    let wants = generator.subschema_for::<Wants>().to_value();
    case["properties"]["expect"] = json!({
        "description": "What should come of it: an answer, `default` for the default reply, `none` for silence. 期望的回复",
        "oneOf": [{"enum": ["default", "none"]}, wants],
    });
    case["required"] = json!(["expect"]);
    case["oneOf"] = ["say", "event", "click"].iter().map(|key| json!({"required": [key]})).collect();
    generator.definitions_mut().insert("Test".into(), case);
    json!({
        "type": "array",
        "items": {"$ref": "#/definitions/Test"},
        "description": "Conversation tests; `mpform test` runs them. 对话测试",
    })
}

/// A section by the shape of its kind; its bodies get the words that may stand on any entry.
fn section(kind: &KindInfo, generator: &mut SchemaGenerator) -> Value {
    let mut body = match kind.shape {
        Shape::Plans => plan(generator),
        _ => (kind.schema)(generator).to_value(),
    };
    let description = body["description"].clone();
    let fields: Vec<_> = body["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect();
    let ignore = json!({"type": "array", "items": {"enum": fields}, "description": "Fields whose live value is left alone. 忽略的字段"});
    body["properties"]["protect"] = json!({"$ref": "#/definitions/Protect"});
    if kind.shape != Shape::Plans {
        body["properties"]["ignore"] = ignore;
    }
    let entry = format!("{}Entry", capital(kind.name));
    let refer = |name: &str| json!({"$ref": format!("#/definitions/{name}")});
    let none = json!({"const": "none", "description": "There is to be nothing. 删除"});
    let section = match kind.shape {
        Shape::Map => {
            // `vip:` with nothing behind it leaves every field to its default.
            body["type"] = json!(["object", "null"]);
            let map = json!({"type": "object", "additionalProperties": refer(&entry)});
            json!({"description": description, "oneOf": [map, none]})
        }
        Shape::Named(names) => {
            let or_none = json!({"oneOf": [refer(&entry), none]});
            let properties: Map<_, _> =
                names.iter().map(|name| ((*name).to_owned(), or_none.clone())).collect();
            let map = json!({"type": "object", "properties": properties, "additionalProperties": false});
            json!({"description": description, "oneOf": [map, none]})
        }
        Shape::Tree(levels) => {
            body["required"] = json!(["name"]);
            // The lowest level first: each names the one below it.
            for level in (2..=levels).rev() {
                let mut here = body.clone();
                if level < levels {
                    here["properties"]["items"] = items(&refer(&format!("{entry}{}", level + 1)));
                }
                generator.definitions_mut().insert(format!("{entry}{level}"), here);
            }
            if levels > 1 {
                body["properties"]["items"] = items(&refer(&format!("{entry}2")));
            }
            json!({"description": description, "type": "array", "items": refer(&entry), "minItems": 1})
        }
        Shape::Plans => {
            let map = json!({"type": "object", "additionalProperties": refer(&entry)});
            json!({"description": description, "oneOf": [map, none]})
        }
    };
    generator.definitions_mut().insert(entry, body);
    section
}

/// A recurring plan as it is written. A document does not say whose words its audience and messages are in.
fn plan(generator: &mut SchemaGenerator) -> Value {
    let mut plan = <Sop>::json_schema(generator).to_value();
    let all = || providers().iter().filter_map(|provider| provider.plans);
    let any = |schemas: Vec<Schema>| json!({"anyOf": schemas});
    let audience = any(all().map(|plans| (plans.audience)(generator)).collect());
    let message = any(all().map(|plans| (plans.message)(generator)).collect());
    plan["properties"]["audience"] = audience;
    let definitions = generator.definitions_mut();
    definitions.shift_remove("Own");
    if let Some(step) = definitions.get_mut("SopStep") {
        step["properties"]["send"]["items"] = message;
    }
    plan
}

fn items(below: &Value) -> Value {
    json!({"type": "array", "items": below, "minItems": 1, "description": "The entries below this one. 子菜单"})
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}
