//! `mpform account fetch`.

use super::{flag, locked, onboard, read_back, told};
use crate::audit::{End, Log, Write};
use crate::cli::session::{Account, Project, known, one_account};
use crate::cli::{Context, prompt, trail};
use crate::http;
use crate::model::Kind;
use crate::model::kinds::{Button, Group};
use crate::problem::{Code, Problem};
use crate::providers::{Fetched, Happened, NotDone, Onboard, VendorError};
use crate::report::columns::escape;
use crate::state::State;
use crate::text;
use crate::words::Text;

/// Arguments of `account fetch`.
#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").args(["followers", "menu"]).multiple(true).required(true)))]
pub(in crate::cli) struct Args {
    /// The account in the project
    account: String,
    /// Followers, and WeChat's own groups of them
    #[arg(long)]
    followers: bool,
    /// The menu that followers see
    #[arg(long)]
    menu: bool,
    /// Deletes what the vendor holds first, for good; wants the account's name typed
    #[arg(long)]
    force: bool,
}

/// Lets the vendor load something, once.
pub(super) async fn run(project: &Project, args: &Args, context: &Context) -> Result<(), Vec<Problem>> {
    let account = one_account(project, &args.account)?;
    let onboard = onboard(&account)?;
    if args.force && !context.can_ask {
        return Err(vec![nobody_to_ask(&account)]);
    }
    let what: Vec<_> = [(args.followers, Fetched::Followers), (args.menu, Fetched::Menu)]
        .into_iter()
        .filter_map(|(chosen, what)| chosen.then_some(what))
        .collect();
    // Held to the end: no apply may run beside it.
    let open = locked(project, &account, "account fetch", context).await?;
    known(&account, account.connect.reads(http::Reader::new(&account.client)).as_ref()).await?;
    if args.force {
        agree(&account, onboard.as_ref(), &what, context).await?;
    }
    let log = trail::log("account fetch", None, project, context).map_err(|problem| vec![problem])?;
    let (problems, sent) = fetch(&account, onboard.as_ref(), &what, args.force, &log).await;
    let back =
        if sent.is_empty() { Ok(()) } else { read_back(&account, onboard.as_ref(), &sent, context).await };
    if args.force && !sent.is_empty() {
        context.note(&afterwards(open.state(), &sent, &account.config.name));
    }
    let problems: Vec<_> = problems.into_iter().chain(back.err().into_iter().flatten()).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Each once. What was wrong, and what has or may have happened. Where something is wiped, a failure ends it: what
/// WeChat did not give once it would most likely not give again, and more would be lost.
async fn fetch(
    account: &Account<'_>,
    onboard: &dyn Onboard,
    what: &[Fetched],
    force: bool,
    log: &Log,
) -> (Vec<Problem>, Vec<Fetched>) {
    let name = &account.config.name;
    let (mut problems, mut sent) = (vec![], vec![]);
    for (nth, one) in what.iter().enumerate() {
        let write = Write::of(name, action(*one, force));
        if let Err(problem) = log.begun(&write) {
            problems.push(problem);
            break;
        }
        let fetched = onboard.fetch(*one, force).await;
        let before = problems.len();
        match fetched {
            Ok(()) => sent.push(*one),
            Err(NotDone::HasIt(error)) => problems.push(has_it(&error, *one, name)),
            Err(NotDone::Kept(error) | NotDone::Failed(error)) => {
                let uncertain = error.happened == Happened::Maybe;
                problems.push(if uncertain {
                    unknown(&error, *one, name, force)
                } else {
                    error.problem(name)
                });
                sent.extend(uncertain.then_some(*one));
                if let Some(next) = what.get(nth + 1).filter(|_| force) {
                    log.ended(&write, &End::of(problems.get(before)));
                    let message = match next {
                        Fetched::Followers => text!("the followers was not tried"),
                        Fetched::Menu => text!("the menu was not tried"),
                    };
                    let help = text!("it is as it was; run it again once the first works");
                    problems.push(Problem::warning(Code::Failed, message).about(name).help(help));
                    break;
                }
            }
        }
        log.ended(&write, &End::of(problems.get(before)));
    }
    (problems, sent)
}

fn action(what: Fetched, force: bool) -> &'static str {
    match (what, force) {
        (Fetched::Followers, false) => "fetch_followers",
        (Fetched::Followers, true) => "wipe_and_fetch_followers",
        (Fetched::Menu, false) => "fetch_menu",
        (Fetched::Menu, true) => "wipe_and_fetch_menu",
    }
}

fn nobody_to_ask(account: &Account<'_>) -> Problem {
    let message =
        text!("`--force` deletes what the vendor holds, and nobody can be asked, since this is no terminal");
    Problem::error(Code::Declined, message)
        .about(&account.config.name)
        .help(text!("run it in a terminal: the account's name has to be typed, and no option replaces that; nothing was sent"))
}

/// Shows what would be lost and wants the account's name for it.
async fn agree(
    account: &Account<'_>,
    onboard: &dyn Onboard,
    what: &[Fetched],
    context: &Context,
) -> Result<(), Vec<Problem>> {
    let name = &account.config.name;
    let identity: Vec<_> = account.connect.identity().into_values().collect();
    context.note(&text!(
        "{name} ({provider}, {identity}): the vendor deletes all this for good, and asks WeChat then:",
        name,
        provider = account.config.provider.name,
        identity = escape(&identity.join(", "))
    ));
    for one in what {
        let holds = onboard.holds(*one).await.map_err(|error| vec![error.problem(name)])?;
        context.note(&text!("  {holds}", holds = told(holds)));
        context.note(&match one {
            Fetched::Followers => text!("    groups made at the vendor and memberships don't come back"),
            Fetched::Menu => text!(
                "    replies don't come back: pressing such a button fails until an apply makes and publishes it again"
            ),
        });
    }
    context.note(&text!("if WeChat does not answer, nothing comes back"));
    let answer = prompt::line(&text!("\nType the account's name, {name}, to go on: ", name), context).await;
    if answer.map_err(|problem| vec![problem])? == *name {
        return Ok(());
    }
    let problem = Problem::error(Code::Declined, text!("that is not the account's name; nothing was sent"));
    Err(vec![problem.about(name).help(text!("run it again when you are sure"))])
}

fn has_it(error: &VendorError, what: Fetched, name: &str) -> Problem {
    let help = match what {
        Fetched::Followers => text!(
            "it loads followers only while the account has no group at all, not even a deleted one; `mpform account fetch {name} --followers --force` deletes what is there and loads it anew",
            name
        ),
        Fetched::Menu => text!(
            "it loads the menu only while it holds no button; `mpform account fetch {name} --menu --force` deletes what is there and loads it anew",
            name
        ),
    };
    Problem::error(
        Code::HasIt,
        text!("the vendor has fetched it already, and changed nothing: {error}", error = error.text()),
    )
    .about(name)
    .help(help)
}

fn unknown(error: &VendorError, what: Fetched, name: &str, force: bool) -> Problem {
    let (message, help) = if force {
        let message = text!(
            "what the vendor held is most likely deleted, and not or not all loaded: {error}",
            error = error.text()
        );
        let help = text!(
            "it was not repeated; look at what is there now, and once WeChat answers run `mpform account fetch {name} --{what}`",
            name,
            what = flag(what)
        );
        (message, help)
    } else {
        let message = text!("nobody knows whether it was loaded: {error}", error = error.text());
        (message, text!("it was not repeated; look at what is there now before you run it again"))
    };
    Problem::error(Code::Uncertain, message).about(name).help(help)
}

/// What the state makes of it.
fn afterwards(state: &State, sent: &[Fetched], name: &str) -> Text {
    let kinds: Vec<_> = sent
        .iter()
        .map(|what| match what {
            Fetched::Followers => Group::NAME,
            Fetched::Menu => Button::NAME,
        })
        .collect();
    let gone = state.resources.keys().filter(|address| kinds.contains(&address.kind())).count();
    match gone {
        0 => text!("next: `mpform plan --account {name}` shows what is to be made", name),
        gone => text!(
            "next: the state remembers {gone} groups and buttons under ids that are gone; `mpform plan --account {name}` shows what is to be made again",
            gone,
            name
        ),
    }
}
