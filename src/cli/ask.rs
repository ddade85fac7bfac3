//! `mpform ask`.

use super::plan::complain;
use super::test::{live, read};
use super::{Context, Exit};
use crate::config;
use crate::model::case::On;
use crate::problem::{Code, Problem};
use crate::rehearse::{Account, react};
use crate::report::rehearse;
use crate::text;
use crate::words::Text;

/// Arguments of `ask`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The account
    #[arg(value_name = "ACCOUNT")]
    account: String,
    /// What a follower sends
    #[arg(value_name = "TEXT", allow_hyphen_values = true)]
    text: String,
    /// Asks what the vendor holds now, not what is declared
    #[arg(long)]
    live: bool,
    /// Prints what was found as one JSON object
    #[arg(long)]
    json: bool,
}

/// Says which rule answers a text, and why. Writes nothing, neither at a vendor nor in the state.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let Some((project, _)) = read(args.live, context) else { return Exit::Error };
    let account = match project.config.accounts.get(&args.account) {
        None => {
            let known = project.config.accounts.keys().map(String::as_str);
            let message = text!("there is no account `{account}`", account = args.account);
            let help = config::suggest(&args.account, known, Text::default());
            return complain(context, &[Problem::error(Code::UnknownAccount, message).help(help)]);
        }
        Some(account) => account,
    };
    let Some(conversation) = account.provider.conversation else {
        let message = text!("{name} answers no messages", name = account.provider.name);
        let problem = Problem::error(Code::NotOffered, message).about(&account.name);
        return complain(
            context,
            &[problem.help(text!("name an account of a vendor that does, e.g. yeapoo"))],
        );
    };
    let rehearsed = match project.desired.accounts.get(&account.name) {
        Some(desired) if !args.live => Ok(Account::declared(desired, conversation)),
        _ => live(&project, &account.name, conversation).await,
    };
    let rehearsed = match rehearsed {
        Ok(rehearsed) => rehearsed,
        Err(problems) => return complain(context, &problems),
    };
    let reaction = react(&rehearsed, &On::Say(args.text.clone()));
    if args.json {
        context.print_json(&rehearse::ask_json(&rehearsed, &args.text, &reaction, args.live));
    } else {
        context.print(&rehearse::ask(&rehearsed, &args.text, &reaction, context.style, context.width));
    }
    Exit::Done
}
