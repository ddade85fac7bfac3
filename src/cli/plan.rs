//! `mpform plan`.

use std::mem::ManuallyDrop;
use std::path::PathBuf;

use super::session::{Project, Session, left_behind, unmatched};
use super::{Accounts, Context, Exit, Selection};
use super::{preview, saved};
use crate::plan::Plan;
use crate::plan::picture::Picture;
use crate::problem::{Code, Problem};
use crate::report;
use crate::text;

/// Arguments of `plan`.
#[derive(Clone, Debug, Default, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) selection: Selection,
    /// Prints the plan as one JSON object
    #[arg(long)]
    pub(super) json: bool,
    /// Prints the plan as a comment for a pull request, at most 60,000 bytes
    #[arg(long, conflicts_with = "json")]
    pub(super) markdown: bool,
    /// Also writes a page that shows what followers would see before and after, as `mpform preview` does
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// Also writes the plan to a file, for `mpform apply FILE`
    #[arg(short, long = "out", value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// `false` asks no vendor and plans from what was last applied: for a quick look, and not to be carried out
    #[arg(long, value_name = "BOOL", action = clap::ArgAction::Set)]
    pub(super) refresh: Option<bool>,
    /// Exit code 2 if there are changes
    #[arg(long)]
    pub(super) detailed_exitcode: bool,
}

impl Args {
    /// Why `--refresh=false` is refused: what rests on live objects can't be had without asking for them.
    fn needs_a_look(&self) -> Option<Problem> {
        let given = [
            ("--out", self.out.is_some()),
            ("--html", self.html.is_some()),
            ("--rebind", !self.selection.rebind.is_empty()),
        ];
        let (option, _) = given.into_iter().find(|(_, given)| *given)?;
        let message = text!("{option} needs what is live, and `--refresh=false` asks for none of it", option);
        Some(Problem::error(Code::BadValue, message).help(text!("leave one of the two out")))
    }
}

/// Prints what would change. Writes nothing, neither at a vendor nor in the state.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let asks = args.refresh != Some(false);
    if !asks && let Some(problem) = args.needs_a_look() {
        return complain(context, &[problem]);
    }
    let environment = context.environment.as_deref();
    let project = match asks {
        true => Project::for_accounts(environment, context),
        false => Project::to_look_at(context),
    };
    let Some(project) = project else { return Exit::Error };
    // Nothing of either ends with more than memory given back, rule by rule, for which somebody would wait.
    let project = ManuallyDrop::new(project);
    let made = match asks {
        true => Made::of(&project, &args.selection, args.html.is_some()).await,
        false => Made::unasked(&project, &args.selection).await,
    };
    let made = match made {
        Ok(made) => ManuallyDrop::new(made),
        Err(problems) => return complain(context, &problems),
    };
    let Made { session, plan, .. } = &*made;
    args.selection.accounts.note(session.accounts.len() + session.failed.len(), context);
    let mut shown_whole = true;
    if args.markdown {
        shown_whole = comment(plan, &project, &args.selection.accounts, context);
    } else {
        show(plan, args.json, context);
    }
    if let Some(path) = &args.html {
        let _step = context.trace.step("", "write the page");
        if let Err(problem) = preview::write(path, &made, context).await {
            return complain(context, &[problem]);
        }
        preview::say(path, context);
    }
    if let Some(path) = &args.out {
        let _step = context.trace.step("", "save the plan");
        match saved::write(path, plan, session, &args.selection, context) {
            Ok(()) if context.quiet => {}
            Ok(()) => {
                context.note(&text!("saved; `mpform apply {path}` does exactly this", path = path.display()))
            }
            Err(problem) => return complain(context, &[problem]),
        }
    }
    match made.exit() {
        Exit::Done if !shown_whole => Exit::Error,
        Exit::Done if args.detailed_exitcode && !plan.is_empty() => Exit::Changes,
        exit => exit,
    }
}

/// A plan, and what it was made with.
pub(super) struct Made<'a> {
    pub(super) session: Session<'a>,
    pub(super) plan: Plan,
    /// What each account shows to others, in the order of the session; none if nobody asked for it.
    pub(super) pictures: Vec<Option<Picture>>,
}

impl<'a> Made<'a> {
    /// Plans what was selected of a project.
    pub(super) async fn of(
        project: &'a Project,
        selection: &Selection,
        pictured: bool,
    ) -> Result<Self, Vec<Problem>> {
        Self::with(Session::open(project, selection)?, selection, pictured).await
    }

    /// The same from what was last applied.
    async fn unasked(project: &'a Project, selection: &Selection) -> Result<Self, Vec<Problem>> {
        let mut made = Self::with(Session::unasked(project, selection)?, selection, false).await?;
        let message = text!("planned from what was last applied: nothing was asked of the vendors");
        let help = text!(
            "what others have changed since is not in it, and what guards a plan by what is live was not checked; `mpform plan` asks for both"
        );
        made.plan.warnings.push(Problem::warning(Code::Unasked, message).help(help));
        Ok(made)
    }

    async fn with(
        mut session: Session<'a>,
        selection: &Selection,
        pictured: bool,
    ) -> Result<Self, Vec<Problem>> {
        let project = session.project;
        let states = session.remembered().await;
        let (plans, pictures) = if pictured {
            session.picture(&states).await.into_iter().unzip()
        } else {
            (session.plan(&states).await, vec![])
        };
        let mut plan = session.joined(plans);
        plan.warnings.extend(left_behind(project).await);
        plan.refusals.extend(unmatched(&session, selection, &plan));
        Ok(Self { session, plan, pictures })
    }

    /// How a command ends that only shows it.
    pub(super) fn exit(&self) -> Exit {
        if self.plan.is_refused() || !self.plan.failed.is_empty() { Exit::Error } else { Exit::Done }
    }
}

/// Prints a plan as a comment. False if its deletions don't fit: nobody should approve it by that.
fn comment(plan: &Plan, project: &Project, accounts: &Accounts, context: &Context) -> bool {
    let folder = project.config.root.file_name().unwrap_or_default().to_string_lossy();
    let part = accounts.shard().map(|shard| shard.to_string());
    let comment = report::markdown::plan(plan, &folder, part.as_deref(), context.style.lang);
    context.print(&comment.text);
    explain(plan, context);
    if !comment.whole {
        let message = text!("the addresses of what would be deleted are more than a comment holds");
        let problem = Problem::error(Code::TooLong, message);
        context.complain(&[
            problem.help(text!("read them with `mpform plan`, or plan a part of them with `--target`"))
        ]);
    }
    comment.whole
}

/// Prints a plan for a person or for a program, and then what is wrong with it.
pub(super) fn show(plan: &Plan, json: bool, context: &Context) {
    let _step = context.trace.step("", "show the plan");
    if json {
        context.print_json(&report::json::plan(plan));
    } else {
        context.print(&report::text::plan(plan, &context.style, context.width));
    }
    explain(plan, context);
}

/// Says what is wrong with a plan.
pub(super) fn explain(plan: &Plan, context: &Context) {
    if let Some(problems) = report::text::problems(plan, context.talk_style) {
        context.say(&format!("\n{problems}"));
    }
}

/// Says what is wrong and gives the exit code for it.
pub(super) fn complain(context: &Context, problems: &[Problem]) -> Exit {
    context.complain(problems);
    Exit::Error
}
