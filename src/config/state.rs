//! Where a project keeps its state: `state:`.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Deserialize;

use super::node::Node;
use super::paths;
use crate::problem::{Code, Place, Problem, any_error};
use crate::text;
use crate::words::Text;

/// Where a project keeps its state.
#[derive(Clone, Debug)]
pub enum StateAt {
    /// In a folder, absolute.
    Folder(PathBuf),
    /// In a bucket.
    Bucket(Bucket),
}

/// A bucket that a team shares.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Who keeps it.
    pub backend: Backend,
    /// Its name.
    pub name: String,
    /// Below what in it the states lie.
    pub prefix: String,
    /// Where it is, by the service's own names.
    pub region: Option<String>,
    /// By what address the service is reached, if not by its own.
    pub endpoint: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// A service that keeps objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Backend {
    /// Amazon S3, and whatever speaks its language. 亚马逊 S3 及兼容服务
    S3,
    /// Aliyun OSS. 阿里云 OSS
    Oss,
    /// Tencent Cloud COS. 腾讯云 COS
    Cos,
    /// Huawei Cloud OBS. 华为云 OBS
    Obs,
}

impl Backend {
    /// As it is written.
    pub fn word(self) -> &'static str {
        match self {
            Self::S3 => "s3",
            Self::Oss => "oss",
            Self::Cos => "cos",
            Self::Obs => "obs",
        }
    }
}

#[derive(Default, Deserialize, JsonSchema)]
#[schemars(rename = "State")]
#[serde(default)]
pub(super) struct StateText {
    /// A folder below the project's; default: .mpform/state. 状态目录
    path: Option<String>,
    /// A service that keeps the state for a team, in place of a folder. 存储服务
    backend: Option<Backend>,
    /// The bucket's name. 存储桶
    bucket: Option<String>,
    /// Below what in the bucket the states lie; default: mpform. 前缀
    prefix: Option<String>,
    /// The service's region, e.g. cn-hangzhou. 地域
    region: Option<String>,
    /// The service's address, e.g. https://minio.example.com, where it is not the one of its region. 服务地址
    endpoint: Option<String>,
}

/// The state's place, as far as it can be known; the default where it can't.
pub(super) fn state_at(root: &Path, text: StateText, filled: &Node, problems: &mut Vec<Problem>) -> StateAt {
    let default = || StateAt::Folder(default_folder(root));
    let node = filled.get("state").unwrap_or(filled);
    match text.backend {
        None => {
            let keys = [
                ("bucket", &text.bucket),
                ("prefix", &text.prefix),
                ("region", &text.region),
                ("endpoint", &text.endpoint),
            ];
            for (key, _) in keys.into_iter().filter(|(_, value)| value.is_some()) {
                problems.push(
                    wrong(
                        text!("`{key}` is for a bucket, and no `backend` is named", key),
                        node.place_of_key(key),
                    )
                    .help(text!("add `backend: s3` (or oss, cos, obs), or take it out")),
                );
            }
            // The default may be a link that somebody put there.
            let path = text.path.as_deref().unwrap_or(DEFAULT);
            folder(root, path, node.get("path").unwrap_or(node), problems)
                .map_or_else(default, StateAt::Folder)
        }
        Some(backend) => bucket(backend, text, node, problems).map_or_else(default, StateAt::Bucket),
    }
}

const DEFAULT: &str = ".mpform/state";

/// Where states lie if nobody says.
pub fn default_folder(root: &Path) -> PathBuf {
    root.join(DEFAULT)
}

/// Where what vendors can't change is kept; nowhere if a link leads out of the project there.
pub fn cache_folder(root: &Path) -> Option<PathBuf> {
    paths::inside(root, ".mpform/cache")
}

fn wrong(message: Text, place: Place) -> Problem {
    Problem::error(Code::BadValue, message).at(place)
}

/// A folder below the project's.
///
/// # Errors
/// Says at the node's place why it can't be one.
fn folder(root: &Path, path: &str, node: &Node, problems: &mut Vec<Problem>) -> Option<PathBuf> {
    if let Some((scheme, rest)) = path.split_once("://") {
        let bucket = rest.split('/').next().unwrap_or_default();
        problems.push(wrong(text!("`{path}` is no folder", path), node.place()).help(text!(
            "a bucket is named by its parts: `state: {{backend: {scheme}, bucket: {bucket}}}`",
            scheme,
            bucket
        )));
        return None;
    }
    let folder = paths::inside(root, path);
    if folder.is_none() {
        problems.push(
            Problem::error(Code::OutsideProject, text!("`{path}` leads out of the project folder", path))
                .at(node.place())
                .help(text!("name a folder below the project's, e.g. .mpform/state")),
        );
    }
    folder
}

fn bucket(backend: Backend, text: StateText, node: &Node, problems: &mut Vec<Problem>) -> Option<Bucket> {
    let before = problems.len();
    let word = backend.word();
    // What `validate` puts in for a variable that is not set means nothing.
    let given = |key: &str| node.get(key).is_some_and(|value| !value.is_stand_in());
    let at = |key: &str| node.get(key).unwrap_or(node).place();
    if text.path.is_some() {
        problems.push(
            wrong(text!("`path` is for a folder, and {word} is a bucket", word), node.place_of_key("path"))
                .help(text!(
                    "take one of the two out; below what the states lie in a bucket is its `prefix`"
                )),
        );
    }
    let name = text.bucket.unwrap_or_default();
    if !node.get("bucket").is_some_and(Node::is_stand_in) && !is_name(&name) {
        problems.push(match name.as_str() {
            "" => wrong(text!("{word} needs a `bucket`", word), at("backend"))
                .help(text!("name the bucket; mpform makes none")),
            _ => wrong(text!("`{name}` is no bucket's name", name), at("bucket"))
                .help(text!("write its name alone: small letters, digits, `-` and `.`")),
        });
    }
    let prefix = text.prefix.unwrap_or_else(|| "mpform".to_owned());
    if given("prefix") && !is_prefix(&prefix) {
        problems.push(
            wrong(text!("`{prefix}` is no prefix", prefix), at("prefix"))
                .help(text!("write words between slashes, e.g. marketing/mpform")),
        );
    }
    if text.region.is_none() && text.endpoint.is_none() && backend != Backend::S3 {
        problems.push(
            wrong(text!("{word} needs a `region`", word), at("backend")).help(text!(
                "write the service's own name of it, e.g. {example}",
                example = example(backend)
            )),
        );
    }
    if let Some(region) = text.region.as_ref().filter(|region| given("region") && !is_name(region)) {
        problems.push(
            wrong(text!("`{region}` is no region", region), at("region")).help(text!(
                "write the service's own name of it, e.g. {example}",
                example = example(backend)
            )),
        );
    }
    if let Some(endpoint) = text.endpoint.as_ref().filter(|_| given("endpoint")) {
        problems.extend(endpoint_problem(endpoint, at("endpoint")));
    }
    (!any_error(&problems[before..])).then(|| Bucket {
        backend,
        name,
        prefix: prefix.trim_matches('/').to_owned(),
        region: text.region,
        endpoint: text.endpoint.map(|endpoint| endpoint.trim_end_matches('/').to_owned()),
        place: at("backend"),
    })
}

fn example(backend: Backend) -> &'static str {
    match backend {
        Backend::S3 => "us-east-1",
        Backend::Oss => "cn-hangzhou",
        Backend::Cos => "ap-guangzhou",
        Backend::Obs => "cn-north-4",
    }
}

fn is_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.' | '_');
    !name.is_empty() && name.len() <= 63 && name.chars().all(fits)
}

fn is_prefix(prefix: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let part = |part: &str| !part.is_empty() && part != ".." && part != "." && part.chars().all(fits);
    let inner = prefix.strip_suffix('/').unwrap_or(prefix);
    prefix.is_empty() || inner.split('/').all(part)
}

fn endpoint_problem(endpoint: &str, place: Place) -> Option<Problem> {
    let rest = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
    let authority = rest.map(|rest| rest.strip_suffix('/').unwrap_or(rest)).unwrap_or_default();
    let is_host = !authority.is_empty()
        && !authority.contains(['/', '?', '#', '@'])
        && !authority.contains(char::is_whitespace);
    // It may hold a name and a password, so it is not shown.
    (!is_host).then(|| {
        wrong(text!("`endpoint` is no service's address"), place).help(text!(
            "write scheme and host, e.g. https://minio.example.com; the bucket stands in `bucket`, credentials in the \
             environment"
        ))
    })
}
