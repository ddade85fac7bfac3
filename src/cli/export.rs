//! `mpform export`.

use crate::words::Text;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::plan::complain;
use super::session::{Project, one_account, options, store};
use super::{Context, Exit, prompt};
use crate::apply;
use crate::config::suggest;
use crate::export::{Export, File, Source, export};
use crate::http;
use crate::model::Address;
use crate::problem::{Code, Problem, any_error};
use crate::state::State;
use crate::state::store::{Open, Store};
use crate::text;

/// The file at a project's root.
const PROJECT: &str = "mpform.yaml";

/// So many files are named where some are in the way.
const MANY: usize = 10;

/// Arguments of `export`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The account, as the project names it
    account: String,
    /// The project's folder that the files go to; made if it is not there. Default: this project
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Overwrites files of an earlier export
    #[arg(long)]
    force: bool,
}

/// Reads everything of an account and writes it down. At the vendor it writes nothing.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let Some(project) = Project::for_work(context) else { return Exit::Error };
    match work(args, &project, context).await {
        Ok(()) => Exit::Done,
        Err(problems) => complain(context, &problems),
    }
}

async fn work(args: &Args, project: &Project, context: &Context) -> Result<(), Vec<Problem>> {
    let name = &args.account;
    if !project.config.accounts.contains_key(name) {
        let known = project.config.accounts.keys().map(String::as_str);
        let problem = Problem::error(Code::UnknownAccount, text!("there is no account `{name}`", name));
        return Err(vec![problem.help(suggest(
            name,
            known,
            text!("declare it under `accounts:` in mpform.yaml"),
        ))]);
    }
    let account = one_account(project, name)?;
    let identity: IndexMap<_, _> =
        account.connect.identity().into_iter().map(|(setting, value)| (setting.to_owned(), value)).collect();
    let target = Target::look(args, &identity, context).map_err(|problem| vec![problem])?;
    let state = target.store.read(name).await.map_err(|problem| vec![problem])?;
    if !state.is_empty() && !state.identity.is_empty() && state.identity != identity {
        let message = text!("another account of this name is remembered where the files go to");
        return Err(vec![
            Problem::error(Code::Rebind, message)
                .about(name)
                .help(text!("export into a folder of its own with `-o DIR`")),
        ]);
    }
    let source = Source {
        account: name,
        provider: account.config.provider,
        reads: account.connect.reads(http::Reader::new(&account.client)),
        written: &project.config.written,
        beside: config_files(project, &args.account),
        options: &options(context, false),
        state: &state,
    };
    let step = context.trace.step(name, "read what is live");
    let made = export(&source).await?;
    drop(step);
    let done = async {
        target.check(&made, context)?;
        args_allow(args, &target, &made, context).await?;
        // The lock is held while the files are written, so that no apply reads half of them.
        let open = target.store.open(name, &context.holder("export"), context.lock_timeout).await?;
        if open.state() != &state {
            return Err(Problem::error(Code::State, text!("the state changed while the account was read"))
                .about(name)
                .help(text!("run it again; nothing was written")));
        }
        target.write(&made, context)?;
        Ok(open)
    };
    let open = done.await.map_err(|problem| vec![problem])?;
    context.complain(&made.left_out);
    finish(&target, &made, open, &identity, context).await
}

/// The project that the files go to.
struct Target<'a> {
    account: &'a str,
    folder: PathBuf,
    /// It has a project document already, which is left as it is.
    there: bool,
    store: Store,
}

impl<'a> Target<'a> {
    fn look(args: &'a Args, identity: &IndexMap<String, String>, context: &Context) -> Result<Self, Problem> {
        let folder = args.out.clone().unwrap_or_else(|| context.root.clone());
        let there = folder.join(PROJECT).exists();
        if !there {
            // As a project finds it that says nothing about it.
            let store = Store::new(&folder.join(".mpform").join("state"), "default");
            return Ok(Self { account: &args.account, folder, there, store });
        }
        let project = loaded(&folder, context)?;
        let account = project.config.accounts.get(&args.account).ok_or_else(|| {
            Problem::error(
                Code::UnknownAccount,
                text!(
                    "the project in {folder} has no account `{account}`",
                    folder = folder.display(),
                    account = args.account
                ),
            )
            .help(text!(
                "declare it there under `accounts:`, or export into a folder of its own with `-o DIR`"
            ))
        })?;
        let there_it_is =
            account.connect.as_deref().map(crate::providers::Connect::identity).unwrap_or_default();
        let differs =
            identity.iter().find(|(setting, value)| there_it_is.get(setting.as_str()) != Some(value));
        if let Some((setting, _)) = differs {
            let message = text!(
                "in {folder} it is another account: `{setting}` differs",
                folder = folder.display(),
                setting
            );
            return Err(Problem::error(Code::BadValue, message)
                .about(&args.account)
                .help(text!("export into a folder of its own with `-o DIR`")));
        }
        Ok(Self { account: &args.account, store: store(&project)?, folder, there })
    }

    /// Refuses what could not stand beside the files.
    fn check(&self, made: &Export, context: &Context) -> Result<(), Problem> {
        if !self.there {
            return Ok(());
        }
        let project = loaded(&self.folder, context)?;
        let ours = |name: &str| made.files.iter().any(|file| file.name == name);
        let beside = project.config.documents.iter().find(|document| {
            let says = |key: &str| !matches!(key, "account" | "accounts" | "include");
            document.accounts.iter().any(|account| account == self.account)
                && !ours(&document.node.source().name)
                && document.node.entries().iter().any(|(key, _)| key.text().is_some_and(says))
        });
        match beside {
            None => Ok(()),
            Some(document) => {
                let message = text!(
                    "the project declares resources of it already, in {name}",
                    name = document.node.source().name
                );
                Err(Problem::error(Code::Duplicate, message).about(self.account).help(text!(
                    "export into a fresh folder with `-o DIR`, and take over from there what you miss"
                )))
            }
        }
    }

    fn files<'b>(&self, made: &'b Export) -> impl Iterator<Item = &'b File> {
        // The project document comes last: without it the files are no project yet.
        let project = made.beside.iter().chain([&made.project]);
        made.files.iter().chain(project.filter(|_| !self.there))
    }

    fn write(&self, made: &Export, context: &Context) -> Result<(), Problem> {
        let failed = |path: &Path, error: &std::io::Error| {
            Problem::error(Code::File, text!("can't write {path}: {error}", path = path.display(), error))
                .help(text!(
                    "check the folder's permissions and the disk's free space, and run it again with --force"
                ))
        };
        for file in self.files(made) {
            let path = self.folder.join(&file.name);
            let folder = path.parent().unwrap_or(&self.folder);
            std::fs::create_dir_all(folder).map_err(|error| failed(folder, &error))?;
        }
        for file in self.files(made) {
            let path = self.folder.join(&file.name);
            file.write(&self.folder).map_err(|error| failed(&path, &error))?;
            context.print_path(&path);
        }
        Ok(())
    }
}

fn loaded(folder: &Path, context: &Context) -> Result<Project, Problem> {
    let mut inner = context.within(folder.to_owned(), &context.clock, (*context.variables).clone());
    inner.environment.clone_from(&context.environment);
    inner.vars.clone_from(&context.vars);
    let (project, problems) = Project::load(&inner, true);
    match project {
        Some(project) if !any_error(&problems) => Ok(project),
        _ => Err(problems
            .into_iter()
            .find(|problem| any_error(std::slice::from_ref(problem)))
            .unwrap_or_else(|| {
                Problem::error(
                    Code::File,
                    text!("the project in {folder} can't be read", folder = folder.display()),
                )
                .help(text!("run `mpform validate` there"))
            })),
    }
}

/// What the account's settings name: without it the new project could not be read.
fn config_files(project: &Project, account: &str) -> Vec<File> {
    let account = project.config.accounts.get(account);
    let root = account.and_then(|account| account.root_file.clone());
    root.into_iter().map(|(name, text)| File::text(name, text)).collect()
}

/// Files that are there are overwritten only if somebody says so.
async fn args_allow(
    args: &Args,
    target: &Target<'_>,
    made: &Export,
    context: &Context,
) -> Result<(), Problem> {
    let there: Vec<_> =
        target.files(made).map(|file| &*file.name).filter(|name| target.folder.join(name).exists()).collect();
    if there.is_empty() || args.force {
        return Ok(());
    }
    let problem = |message: Text| {
        Problem::error(Code::Exists, message)
            .about(&args.account)
            .help(text!("give --force to overwrite them, or another folder with `-o DIR`"))
    };
    let folder = target.folder.display();
    let first = there.iter().take(MANY).copied().collect::<Vec<_>>().join(", ");
    let files = match there.len().saturating_sub(MANY) {
        0 => Text::verbatim(first),
        rest => text!("{first} and {rest} more", first, rest),
    };
    if !context.can_ask {
        return Err(problem(text!(
            "{files} would be overwritten in {folder}; nothing was written",
            files,
            folder
        )));
    }
    let question = text!("Overwrite {files} in {folder}? Only `yes` is taken for yes: ", files, folder);
    if prompt::yes(&question, context).await {
        return Ok(());
    }
    Err(problem(text!("{files} would have been overwritten in {folder}; nothing was written", files, folder)))
}

/// Remembers what was exported, where nothing is remembered yet and the project takes the files in.
async fn finish(
    target: &Target<'_>,
    made: &Export,
    mut open: Open,
    identity: &IndexMap<String, String>,
    context: &Context,
) -> Result<(), Vec<Problem>> {
    let name = target.account;
    let missing =
        if target.there { missing(target, made, context).map_err(|problem| vec![problem])? } else { 0 };
    let empty = State::is_empty(open.state());
    if missing == 0 && empty {
        apply::remember(&made.plan, identity, &mut open);
    }
    open.close().await.map_err(|(problem, _)| vec![problem.about(name)])?;
    let aside = made.aside;
    let count = made.declared.len();
    let mut said = vec![match count {
        1 => text!("1 object of {name} exported", name),
        _ => text!("{count} objects of {name} exported", count, name),
    }];
    if aside > 0 {
        said.push(text!(", {aside} left out with a comment", aside));
    }
    if missing > 0 {
        context.complain([&Problem::warning(
            Code::File,
            text!("the project in {folder} does not include the files", folder = target.folder.display()),
        )
        .about(name)
        .help(text!("add `include: [\"{name}/*.yaml\"]` to its mpform.yaml", name))]);
    } else if !empty {
        said.push(text!("; what the state remembered stays as it is"));
    }
    if !context.quiet {
        let said: String = said.iter().map(|text| context.talk_style.say(text)).collect();
        context.say(&said);
        if !target.there && !made.secrets.is_empty() {
            let variables = made.secrets.join(", ");
            context.note(&text!(
                "secrets of its settings were not copied; put them into the environment: {variables}",
                variables
            ));
        }
        if missing == 0 {
            let folder = target.folder.display();
            context.note(&text!("next: `mpform plan --project {folder}` shows no change", folder));
        }
    }
    Ok(())
}

/// How many of the exported addresses the project does not declare, now that the files are there.
fn missing(target: &Target<'_>, made: &Export, context: &Context) -> Result<usize, Problem> {
    let project = loaded(&target.folder, context)?;
    let desired = project.desired.accounts.get(target.account);
    let declares = |address: &Address| desired.is_some_and(|account| account.resources.contains_key(address));
    Ok(made.declared.iter().filter(|address| !declares(address)).count())
}
