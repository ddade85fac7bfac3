//! `mpform account`: how an account comes to its vendor.

mod bind;
mod fetch;
mod fill_in;

use crate::words::Text;
use std::sync::Arc;

use super::plan::complain;
use super::session::{Account, Project, another_account, store};
use super::{Context, Exit};
use crate::http;
use crate::problem::{Code, Problem};
use crate::providers::{Fetched, Holds, Onboard};
use crate::state::store::Open;
use crate::text;

/// What to do with an account.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Makes an account of a WeChat id at the vendor, and prints its id with the url and token for WeChat's developer page
    #[command(
        after_help = "The token is a secret that WeChat needs: it is printed, and stored nowhere. The same WeChat id gets the same account again.\n\nExample:\n  mpform account bind shop gh_0123456789ab"
    )]
    Bind {
        /// The account in the project; its `info_id` may still be a word like `new`
        account: String,
        /// WeChat's id of the account (原始ID)
        weixin_id: String,
    },
    /// Asks for app id and app secret and gives them to the vendor, which then loads groups, followers and menu
    #[command(
        after_help = "Both are asked for, the secret without showing it; where nobody can be asked, they are the first two lines of the standard input.\n\nExample:\n  mpform account fill-in shop"
    )]
    FillIn {
        /// The account in the project
        account: String,
    },
    /// Lets the vendor load followers or the menu from WeChat
    #[command(
        after_help = "The vendor does it once. With --force it deletes what it holds first; the account's name has to be typed for that, and no option replaces it.\n\nExample:\n  mpform account fetch shop --menu"
    )]
    Fetch(fetch::Args),
}

/// Writes to the vendor, and to nothing else.
pub(super) async fn run(command: &Command, context: &Context) -> Exit {
    let Some(project) = Project::for_work(context) else { return Exit::Error };
    let result = match command {
        Command::Bind { account, weixin_id } => bind::run(&project, account, weixin_id, context).await,
        Command::FillIn { account } => fill_in::run(&project, account, context).await,
        Command::Fetch(args) => fetch::run(&project, args, context).await,
    };
    match result {
        Ok(()) => Exit::Done,
        Err(problems) => complain(context, &problems),
    }
}

/// What can bring an account to its vendor.
fn onboard(account: &Account<'_>) -> Result<Arc<dyn Onboard>, Vec<Problem>> {
    let writer = http::Writer::new(&account.client);
    account.connect.onboard(writer).ok_or_else(|| {
        let message = text!("{name} can't be asked for that", name = account.config.provider.name);
        let problem = Problem::error(Code::NotOffered, message).about(&account.config.name);
        vec![problem.help(text!("do it in the vendor's console; only yeapoo offers it here"))]
    })
}

/// The account's lock, so that no apply runs beside it, after a look that it is the account that the state remembers.
async fn locked(
    project: &Project,
    account: &Account<'_>,
    command: &str,
    context: &Context,
) -> Result<Open, Vec<Problem>> {
    let me = context.holder(command);
    let open = store(project)
        .map_err(|problem| vec![problem])?
        .open(&account.config.name, &me, context.lock_timeout)
        .await;
    let open = open.map_err(|problem| vec![problem])?;
    match another_account(account, open.state()) {
        Some(problem) => Err(vec![problem]),
        None => Ok(open),
    }
}

/// The option that asks for it.
fn flag(what: Fetched) -> &'static str {
    match what {
        Fetched::Followers => "followers",
        Fetched::Menu => "menu",
    }
}

/// What a vendor holds, in words.
fn told(holds: Holds) -> Text {
    match holds {
        Holds::Followers { groups, from_wechat, memberships, followers } => {
            let followers = match followers {
                1 => text!("followers: 1 follower"),
                count => text!("followers: {count} followers", count),
            };
            let from_wechat = match from_wechat {
                1 => text!("1 group of WeChat's"),
                count => text!("{count} groups of WeChat's", count),
            };
            let groups = match groups {
                1 => text!("1 group made at the vendor"),
                count => text!("{count} groups made at the vendor", count),
            };
            let memberships = match memberships {
                1 => text!("1 membership"),
                count => text!("{count} memberships", count),
            };
            Text::joined([followers, from_wechat, groups, memberships], ", ")
        }
        Holds::Menu { buttons: 1, replies } => {
            text!("menu: 1 button, {replies} of them with a reply", replies)
        }
        Holds::Menu { buttons, replies } => {
            text!("menu: {buttons} buttons, {replies} of them with a reply", buttons, replies)
        }
    }
}

/// Prints what the vendor holds now.
async fn read_back(
    account: &Account<'_>,
    onboard: &dyn Onboard,
    what: &[Fetched],
    context: &Context,
) -> Result<(), Vec<Problem>> {
    let name = &account.config.name;
    let mut problems = vec![];
    for what in what {
        match onboard.holds(*what).await {
            Ok(holds) => {
                let note = match holds {
                    Holds::Followers { .. } => text!(" (followers still come in: there may be more soon)"),
                    // It answers no differently when WeChat failed.
                    Holds::Menu { buttons: 0, .. } => text!(
                        " (if WeChat shows a menu, it failed to give it: `mpform account fetch {name} --menu`)",
                        name
                    ),
                    Holds::Menu { .. } => Text::default(),
                };
                context.tell(&text!("{name}: {holds}{note}", name, holds = told(holds), note));
            }
            Err(error) => problems.push(error.problem(name)),
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
