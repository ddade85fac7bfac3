//! What a page is made of, as its scripts read it. Everything is written once; each view looks up what it needs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;

use super::calendar::Calendar;
use super::field::Field;
use super::object::Object;
use super::said::{Said, Trouble};
use super::{Account, File, Page};
use crate::model::{Action, Address, Body, RemoteId};
use crate::plan::picture::Fate;
use crate::plan::{Change, Live, Summary, Upcoming, is_commit};
use crate::problem::Problem;

/// The whole.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    tool_version: &'static str,
    project: &'a str,
    environment: &'a str,
    now: String,
    timezone: &'static str,
    summary: Summary,
    refused: bool,
    refusals: Vec<Trouble<'a>>,
    warnings: Vec<Trouble<'a>>,
    failed: Vec<Failed<'a>>,
    accounts: Vec<AccountData<'a>>,
    changes: Vec<ChangeData<'a>>,
    adopted: &'a [Live],
    released: &'a [Live],
    forgotten: &'a [Live],
    moved: &'a [(Address, Address)],
    upcoming: &'a [Upcoming],
    calendar: Calendar<'a>,
    files: Vec<FileData<'a>>,
}

/// An account that could not be read.
#[derive(Serialize)]
struct Failed<'a> {
    account: &'a str,
    problems: Vec<Trouble<'a>>,
}

#[derive(Serialize)]
struct AccountData<'a> {
    name: &'a str,
    provider: &'static str,
    /// The kinds that the vendor keeps.
    kinds: &'static [&'static str],
    /// Of them, those that were read: an empty list of one that was not says nothing.
    read: &'a [&'static str],
    failed: bool,
    objects: Vec<Object<'a>>,
}

#[derive(Serialize)]
struct ChangeData<'a> {
    address: &'a Address,
    action: Action,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    replace: bool,
    /// It makes public what the others change.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    publish: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a RemoteId>,
    fields: Vec<Field<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    requires: &'a [Address],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    notes: Vec<Said>,
    /// What was applied, and what somebody made of it since.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    drift: Vec<Field<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    origin: Option<String>,
}

#[derive(Serialize)]
struct FileData<'a> {
    sha256: &'a str,
    name: &'a str,
    size: u64,
    /// What it is, known by how it begins.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    media: Option<&'static str>,
    /// There was no room for it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    left_out: bool,
    /// Its bytes, where a browser can show it.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<String>,
}

impl<'a> From<&'a Page<'a>> for Data<'a> {
    fn from(page: &'a Page<'a>) -> Self {
        let plan = page.plan;
        let failed = plan
            .failed
            .iter()
            .map(|failed| Failed { account: &failed.account, problems: told(&failed.problems) });
        Self {
            tool_version: env!("CARGO_PKG_VERSION"),
            project: page.project,
            environment: &plan.environment,
            now: page.now.to_rfc3339_opts(chrono::SecondsFormat::Secs, false),
            timezone: page.now.timezone().name(),
            summary: plan.summary(),
            refused: plan.is_refused(),
            refusals: told(&plan.refusals),
            warnings: told(&plan.warnings),
            failed: failed.collect(),
            accounts: page.accounts.iter().map(AccountData::from).collect(),
            changes: plan.changes.iter().map(ChangeData::from).collect(),
            adopted: &plan.adopted,
            released: &plan.released,
            forgotten: &plan.forgotten,
            moved: &plan.moved,
            upcoming: &plan.upcoming,
            calendar: Calendar::from(page.runs),
            files: page.files.iter().map(FileData::from).collect(),
        }
    }
}

impl<'a> From<&'a Account<'a>> for AccountData<'a> {
    fn from(account: &'a Account<'a>) -> Self {
        let objects = account.picture.map(|picture| picture.objects.as_slice()).unwrap_or_default();
        Self {
            name: account.name,
            provider: account.provider,
            kinds: account.kinds,
            read: account.picture.map(|picture| picture.read.as_slice()).unwrap_or_default(),
            failed: account.picture.is_none(),
            objects: objects.iter().map(Object::from).collect(),
        }
    }
}

impl<'a> From<&'a Change> for ChangeData<'a> {
    fn from(change: &'a Change) -> Self {
        let (kind, publish) = (change.address.kind(), is_commit(&change.address));
        // What a commit has in place of bodies is no part of it.
        let tree = |body: &Option<Body>| body.as_ref().filter(|_| !publish).map(Body::tree);
        let bodies = (tree(&change.have), tree(&change.want));
        let bodies = (bodies.0.as_ref(), bodies.1.as_ref());
        let (line, _) = change.origin.as_ref().map(crate::problem::Place::line_column).unwrap_or_default();
        Self {
            address: &change.address,
            action: change.action,
            replace: change.replace,
            publish,
            id: change.id.as_ref(),
            fields: change.fields.iter().map(|field| Field::of(field, kind, bodies)).collect(),
            requires: &change.requires,
            notes: change.notes.iter().map(Said::from).collect(),
            drift: change.drift.iter().map(|field| Field::of(field, kind, (None, None))).collect(),
            origin: change.origin.as_ref().map(|place| format!("{}:{line}", place.source.name)),
        }
    }
}

impl<'a> From<&'a File> for FileData<'a> {
    fn from(file: &'a File) -> Self {
        let media = file.bytes.as_deref().and_then(media);
        Self {
            sha256: &file.sha256,
            name: &file.name,
            size: file.size,
            media,
            left_out: file.bytes.is_none(),
            data: file.bytes.as_ref().filter(|_| media.is_some()).map(|bytes| STANDARD.encode(bytes)),
        }
    }
}

/// What a browser takes a file for, where it can show it.
fn media(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0xFF, 0xD8, 0xFF, ..] => Some("image/jpeg"),
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [b'G', b'I', b'F', b'8', ..] => Some("image/gif"),
        [b'I', b'D', b'3', ..] | [0xFF, 0xE0..=0xFF, ..] => Some("audio/mpeg"),
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some("video/mp4"),
        _ => None,
    }
}

fn told(problems: &[Problem]) -> Vec<Trouble<'_>> {
    problems.iter().map(Trouble::from).collect()
}

/// As a script reads it.
pub(super) fn fate(fate: Fate) -> &'static str {
    match fate {
        Fate::Changed => "changed",
        Fate::Unchanged => "unchanged",
        Fate::Unmanaged => "unmanaged",
        Fate::Outside => "outside",
    }
}
