//! `audit:`, where a line for every write goes.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;

use super::node::Node;
use super::paths;
use super::read::read;
use crate::problem::{Code, Problem};
use crate::text;

/// Where the lines go if nobody says, below the project's folder.
const DEFAULT: &str = ".mpform/audit.jsonl";

/// `{path: …}`, or `none`.
#[derive(Deserialize)]
pub(super) struct Audit {
    path: String,
}

impl JsonSchema for Audit {
    fn schema_name() -> Cow<'static, str> {
        "Audit".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"oneOf": [
            {"const": "none", "description": "Nothing is written down. 不记录"},
            {
                "type": "object",
                "properties": {"path": {
                    "type": "string",
                    "description": "A file below the project's folder; default: .mpform/audit.jsonl. 日志文件",
                }},
                "required": ["path"],
                "additionalProperties": false,
            },
        ]})
    }
}

/// The file; nothing if nobody wants one.
pub(super) fn file(root: &Path, filled: &Node, problems: &mut Vec<Problem>) -> Option<PathBuf> {
    let default = || Some(root.join(DEFAULT));
    let named = filled.get("audit").filter(|node| !node.is_nothing());
    if named.and_then(Node::text) == Some("none") {
        return None;
    }
    let path = match named {
        Some(node) => match read(node, problems) {
            Some(Audit { path }) => path,
            None => return default(),
        },
        // It may be a link that somebody put there.
        None => DEFAULT.to_owned(),
    };
    let file = paths::inside(root, &path);
    if file.is_none() {
        let place = named.map_or_else(|| filled.place(), |node| node.get("path").unwrap_or(node).place());
        problems.push(
            Problem::error(Code::OutsideProject, text!("`{path}` leads out of the project folder", path))
                .at(place)
                .help(text!("name a file below the project's folder, e.g. .mpform/audit.jsonl")),
        );
    }
    file.or_else(default)
}
