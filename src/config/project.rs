//! The project: everything its files say, typed as far as it is the same for all providers.

use crate::problem::Flaw;
use std::path::{Path, PathBuf};

use indexmap::{IndexMap, IndexSet};
use serde::de::IgnoredAny;

use super::account::Account;
use super::audit;
use super::calendar::{self, Calendar};
use super::files::Jail;
use super::include::Gatherer;
use super::interpolate::Env;
use super::nearest::suggest;
use super::node::Node;
use super::notify::{Webhook, webhooks};
use super::once::once;
use super::overlay;
use super::paths::Refused;
use super::policy::Policy;
use super::read::{Part, fields_of, read, read_part};
use super::state::{StateAt, state_at};
use super::wire;
use crate::model::{Files, Zone};
use crate::problem::{Code, Problem};
use crate::text;
use crate::words::Text;

mod documents;
mod fill;
mod written;

use fill::Filling;
pub(crate) use written::Written;

/// The file at a project's root.
const FILE: &str = "mpform.yaml";

/// What the caller decides.
pub struct Options {
    /// `--env`.
    pub environment: Option<String>,
    /// `--var`, in the order given.
    pub vars: Vec<(String, String)>,
    /// Looks up an environment variable.
    pub env: Env,
    /// A missing environment variable gets a stand-in and a warning (`validate`).
    pub stand_in: bool,
}

/// A project, read.
#[derive(Debug)]
pub struct Project {
    /// The real path of its folder.
    pub root: PathBuf,
    /// The chosen environment.
    pub environment: String,
    /// Where its days begin.
    pub timezone: Zone,
    /// What it forbids itself.
    pub policy: Policy,
    /// Where its state is.
    pub state: StateAt,
    /// Where a line for every write goes; nothing if nobody wants one.
    pub audit: Option<PathBuf>,
    /// Who hears how a run ended.
    pub notify: Vec<Webhook>,
    /// Its calendars.
    pub calendars: IndexMap<String, Calendar>,
    /// Its accounts, as far as they could be read.
    pub accounts: IndexMap<String, Account>,
    /// What is wrong with one account's own settings, by account: among the problems, too, but it keeps nobody from
    /// working on the others.
    pub unusable: IndexMap<String, Vec<Problem>>,
    /// Its resources documents, in the order they were read.
    pub documents: Vec<Document>,
    /// False if a file could not be read to its end.
    pub whole: bool,
    /// The project document with the chosen environment laid over it, `${…}` not filled in.
    pub written: Node,
}

impl Project {
    /// Lets go of what stands in its documents, once all of it was read: what is left of them is their keys, and nothing
    /// behind them.
    pub fn let_go(&mut self) {
        for document in &mut self.documents {
            document.node = document.node.keys();
        }
    }
}

/// A resources document.
#[derive(Clone, Debug)]
pub struct Document {
    /// The folder of its file, below the root.
    pub folder: PathBuf,
    /// What it says, `${…}` not yet filled in.
    pub node: Node,
    /// The accounts it is for.
    pub accounts: Vec<String>,
    /// True if it names its accounts by `accounts:`.
    pub several: bool,
}

/// Reads the project in a folder. What is wrong goes to `problems`; nothing comes back if there is no project
/// document to speak of.
pub fn load(root: &Path, options: &Options, problems: &mut Vec<Problem>) -> Option<Project> {
    let before = problems.len();
    let project = load_all(root, options, problems);
    once(problems, before);
    project
}

/// The project's YAML files: its real folder, and below it the root file and all that it includes, each once. A project
/// that is wrong in other ways has files, too; `problems` is told of those that can't be read.
pub fn files(root: &Path, options: &Options, problems: &mut Vec<Problem>) -> Option<(PathBuf, Vec<PathBuf>)> {
    let mut unsaid = vec![];
    let (real, documents, whole) = match root_file(root, &mut unsaid) {
        Ok(found) => found,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    let file = Path::new(FILE);
    let mut files = vec![file.to_path_buf()];
    if let Some((project, others)) = documents::split(documents, whole, &mut unsaid) {
        let (node, _) = overlay::environment(&project, options.environment.as_deref(), &mut unsaid);
        let filled = Filling::new(&node, options, &mut unsaid).filled(&node, &mut unsaid);
        let mut gatherer = Gatherer::new(&real, &mut unsaid);
        gatherer.gather(file, others, filled.get("include"));
        files.append(&mut gatherer.files);
    }
    once(&mut unsaid, 0);
    let of_files = [Code::File, Code::OutsideProject, Code::IncludeCycle];
    problems.extend(unsaid.into_iter().filter(|problem| of_files.contains(&problem.code)));
    Some((real, files))
}

/// The project's real folder, what its root file holds, and whether that could be read to its end.
fn root_file(root: &Path, problems: &mut Vec<Problem>) -> Result<(PathBuf, Vec<Node>, bool), Box<Problem>> {
    let missing = |why: Text| {
        let message = text!("`{root}` can't be read: {why}", root = root.join(FILE).display(), why);
        Problem::error(Code::File, message)
            .help(text!("run `mpform init` to begin a project, or name its folder with --project"))
    };
    let real = root.canonicalize().map_err(|_| missing(text!("there is no such folder")))?;
    let mut gatherer = Gatherer::new(&real, problems);
    let documents = gatherer.parse(Path::new(FILE)).map_err(|refused| match refused {
        Refused::Unreadable(why) | Refused::TooMuch(why) => missing(why),
        Refused::Outside => missing(text!("it leads out of the project folder")),
    })?;
    let whole = gatherer.whole;
    Ok((real, documents, whole))
}

fn load_all(root: &Path, options: &Options, problems: &mut Vec<Problem>) -> Option<Project> {
    let (real, documents, whole) = match root_file(root, problems) {
        Ok(found) => found,
        Err(problem) => {
            problems.push(*problem);
            return None;
        }
    };
    let file = Path::new(FILE);
    let (project, others) = documents::split(documents, whole, problems)?;
    check_environments(&project, problems);
    let (node, environment) = overlay::environment(&project, options.environment.as_deref(), problems);
    let reader = Filling::new(&node, options, problems);
    let filled = reader.filled(&node, problems);
    let written: Option<Written> = read(&filled, problems);
    let mut unusable = IndexMap::new();
    let mut accounts = reader.accounts(&node, problems, &mut unusable);
    wire::roots(&real, &mut accounts, problems);
    let names: IndexSet<String> = accounts.keys().cloned().collect();

    let mut gatherer = Gatherer::new(&real, problems);
    gatherer.whole = whole;
    gatherer.gather(file, others, filled.get("include"));
    let (found, whole) = (gatherer.documents, gatherer.whole);
    let documents = documents::addressed(found, &names, &reader.vars, problems);

    let mut written = written?;
    if written.version != 1 {
        let place = filled.get("version").map_or_else(|| filled.place(), Node::place);
        problems.push(
            Problem::error(
                Code::BadValue,
                text!(
                    "version {version} of the language is not known to this mpform",
                    version = written.version
                ),
            )
            .at(place)
            .help(text!("write `version: 1`, or use a newer mpform")),
        );
    }
    fill_calendars(&mut written.calendars, &filled, &Jail::new(&real, Path::new("")), problems);
    let state = state_at(&real, written.state, &filled, problems);
    let audit = audit::file(&real, &filled, problems);
    let notify = webhooks(filled.get("notify"), problems);
    wire::addresses(&accounts, &notify, filled.get("state"), &written.policy, problems);
    Some(Project {
        audit,
        root: real,
        environment,
        timezone: written.timezone.0,
        policy: written.policy,
        state,
        notify,
        calendars: written.calendars,
        accounts: accounts.into_iter().filter_map(|(name, account)| Some((name, account?))).collect(),
        unusable,
        documents,
        whole,
        written: node,
    })
}

/// Environments that are not chosen are checked for mistyped keys, too.
fn check_environments(project: &Node, problems: &mut Vec<Problem>) {
    let Some((key, environments)) = project.entry("environments") else { return };
    let part = Part { key: Some(key), ..Part::default() };
    if read_part::<IndexMap<String, IgnoredAny>>(environments, part, problems).is_none() {
        return;
    }
    let known =
        || fields_of::<Written>().iter().copied().filter(|key| !matches!(*key, "version" | "environments"));
    for (name, over) in environments.entries() {
        if !over.is_mapping() && !over.is_nothing() {
            problems.push(
                Problem::error(
                    Code::WrongType,
                    text!("expected a mapping, found {found}", found = over.found()),
                )
                .at(over.place())
                .help(text!("write `{name}: {{vars: …}}`", name = name.text().unwrap_or_default())),
            );
        }
        for (key, _) in over.entries() {
            let text = key.text().unwrap_or_default();
            if !known().any(|known| known == text) {
                problems.push(
                    Problem::error(Code::UnknownKey, text!("unknown key `{text}`", text))
                        .at(key.place())
                        .help(suggest(text, known(), Text::default())),
                );
            }
        }
    }
}

fn fill_calendars(
    calendars: &mut IndexMap<String, Calendar>,
    filled: &Node,
    files: &Jail,
    problems: &mut Vec<Problem>,
) {
    for (name, calendar) in calendars {
        let Some(file) = calendar.file.take() else { continue };
        let node = filled.get("calendars").and_then(|all| all.get(name)).and_then(|node| node.get("file"));
        let problem = match files.text(&file).map(|text| calendar::fill(calendar, &text)) {
            Ok(Ok(())) => continue,
            Ok(Err(Flaw { message, help })) => {
                Problem::error(Code::BadValue, text!("`{file}`: {message}", file, message)).help(help)
            }
            Err(finding) => Problem::error(finding.code, finding.message).help(finding.help),
        };
        problems.push(problem.at(node.unwrap_or(filled).place()));
    }
}
