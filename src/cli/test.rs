//! `mpform test`.

use std::path::{Path, PathBuf};

use super::plan::complain;
use super::session::{Project, abreast, another_account, declared, known, one_account, store};
use super::{Accounts, Context, Exit, output};
use crate::http;
use crate::live::talk;
use crate::model::case::Case;
use crate::problem::{Code, Problem, any_error};
use crate::providers::Conversation;
use crate::rehearse::{Account, Outcome, Tally, Tested, run as run_case};
use crate::report::rehearse;
use crate::state::{State, atomic};
use crate::text;

/// Arguments of `test`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// Tests what the vendor holds now, not what is declared
    #[arg(long)]
    live: bool,
    /// Prints a JSON object a line: one for each test, then a summary
    #[arg(long)]
    json: bool,
    /// Also writes what came of it as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    #[command(flatten)]
    accounts: Accounts,
}

/// Runs the conversation tests. Writes nothing, neither at a vendor nor in the state.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let Some((project, unknown)) = read(args.live, context) else { return Exit::Error };
    let chosen = match chosen(&project, &args.accounts) {
        Ok(chosen) => chosen,
        Err(problems) => return complain(context, &problems),
    };
    let accounts = abreast(chosen.iter().map(|(name, _)| opened(&project, name, args.live))).await;
    let tested: Vec<_> = chosen
        .iter()
        .zip(&accounts)
        .map(|((name, cases), account)| {
            let outcome = match account {
                Ok(account) => {
                    Outcome::Ran(account, cases.iter().map(|case| run_case(account, case)).collect())
                }
                Err(problems) => Outcome::NotRun(cases, problems),
            };
            Tested { name, outcome }
        })
        .collect();
    let tally = Tally::of(&tested);
    if let Some(file) = &args.junit
        && let Err(problem) = write(file, &rehearse::junit(&tested), &project)
    {
        return complain(context, &[problem]);
    }
    show(&tested, args, &project, context);
    for problems in accounts.iter().filter_map(|account| account.as_ref().err()) {
        context.complain(problems);
    }
    if tally.is_clean() {
        return Exit::Done;
    }
    // What is not known may be why.
    if !unknown.is_empty() {
        context.note(&text!(
            "note: some environment variables are not set, see `mpform validate`; what is made of them was not known"
        ));
    }
    Exit::Error
}

fn show(tested: &[Tested<'_>], args: &Args, project: &Project, context: &Context) {
    let tally = Tally::of(tested);
    if args.json {
        let events = tested.iter().flat_map(rehearse::event);
        let summary = rehearse::summary(tally, &project.config.environment, args.live);
        for event in events.chain([summary]) {
            context.print_json(&event.to_string());
        }
    } else if tested.is_empty() {
        context.tell(&text!("no tests: nothing was tested"));
        context.note(&text!(
            "help: write some into a resources document, e.g. `tests: [{{say: 营业时间, expect: {{rule: 营业时间}}}}]`"
        ));
    } else {
        let shown = tested.iter().map(|one| rehearse::tested(one, context.style, context.width));
        let sum = rehearse::sum(tally, context.style);
        context.print(&format!("{}\n{sum}\n", shown.collect::<Vec<_>>().join("\n")));
    }
}

/// The project, and warnings of what stands in for missing environment variables: offline nobody needs those.
pub(super) fn read(live: bool, context: &Context) -> Option<(Project, Vec<Problem>)> {
    let (project, problems) = Project::load(context, !live);
    let (unknown, problems): (Vec<_>, Vec<_>) =
        problems.into_iter().partition(|problem| problem.code == Code::StandIn);
    context.complain(&problems);
    project.filter(|_| !any_error(&problems)).map(|project| (project, unknown))
}

/// The accounts that were selected and that have tests.
fn chosen<'a>(project: &'a Project, accounts: &Accounts) -> Result<Vec<(&'a str, &'a [Case])>, Vec<Problem>> {
    let chosen = accounts.of(declared(project))?;
    let is_chosen = |name: &str| chosen.contains(&name);
    let tests = project.desired.tests.iter().map(|(name, cases)| (name.as_str(), cases.as_slice()));
    Ok(tests.filter(|(name, _)| is_chosen(name)).collect())
}

async fn opened(project: &Project, name: &str, live: bool) -> Result<Account, Vec<Problem>> {
    let conversation = project.config.accounts.get(name).and_then(|account| account.provider.conversation);
    match (project.desired.accounts.get(name), conversation) {
        (Some(desired), Some(conversation)) if !live => Ok(Account::declared(desired, conversation)),
        (Some(_), Some(conversation)) => self::live(project, name, conversation).await,
        // Such an account has no tests.
        _ => Err(vec![]),
    }
}

/// An account as it is live, read once.
pub(super) async fn live(
    project: &Project,
    name: &str,
    conversation: Conversation,
) -> Result<Account, Vec<Problem>> {
    let account = one_account(project, name)?;
    let reads = account.connect.reads(http::Reader::new(&account.client));
    known(&account, reads.as_ref()).await?;
    let talk = talk::talk(reads.as_ref(), conversation.fixed_are_rules).await;
    let talk = talk.map_err(|error| vec![error.problem(name)])?;
    let state = async { store(project)?.read(name).await };
    let state = state.await.map_err(|problem| vec![problem])?;
    // Ids of another account say nothing of this one.
    let state = if another_account(&account, &state).is_some() { State::default() } else { state };
    Ok(Account::live(talk, account.desired, &state, conversation))
}

fn write(file: &Path, text: &str, project: &Project) -> Result<(), Problem> {
    output::free(file, text.as_bytes(), &project.config)?;
    atomic::publish(file, text.as_bytes()).map_err(|error| {
        Problem::error(Code::File, text!("`{file}` can't be written: {error}", file = file.display(), error))
            .help(text!("name a file in a folder that is there and can be written to"))
    })
}
