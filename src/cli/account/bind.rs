//! `mpform account bind`.

use crate::words::{Text, escape};
use secrecy::ExposeSecret;

use super::onboard;
use crate::audit::Write;
use crate::cli::session::{Account, Project, one_account};
use crate::cli::{Context, trail};
use crate::config::Node;
use crate::problem::{Code, Problem};
use crate::providers::{Bound, Happened};
use crate::text;

/// Binds a WeChat id and prints what comes of it.
pub(super) async fn run(
    project: &Project,
    name: &str,
    weixin_id: &str,
    context: &Context,
) -> Result<(), Vec<Problem>> {
    let account = one_account(project, name)?;
    let onboard = onboard(&account)?;
    if weixin_id.is_empty() || weixin_id.contains(|c: char| c.is_whitespace() || c.is_control()) {
        let message = text!("`{escape_debug}` is not a WeChat id", escape_debug = weixin_id.escape_debug());
        let help = text!(
            "it is one word, in WeChat's console under 设置 → 公众号设置 → 原始ID, e.g. gh_0123456789ab"
        );
        return Err(vec![Problem::error(Code::BadValue, message).help(help)]);
    }
    let log = trail::log("account bind", None, project, context).map_err(|problem| vec![problem])?;
    let bound = async {
        onboard.bind(weixin_id).await.map_err(|error| {
            let problem = error.problem(name);
            let uncertain = error.happened == Happened::Maybe;
            if uncertain {
                Problem { code: Code::Uncertain, ..problem }.help(text!(
                "nobody knows whether it was bound; run it again: the same WeChat id gets the same account"
            ))
            } else {
                problem
            }
        })
    };
    let bound =
        trail::told(&log, Write::of(name, "bind"), bound, context).await.map_err(|problem| vec![problem])?;
    // The token is what WeChat is to be given: it is the command's result, and is kept nowhere.
    context.print(&format!(
        "{}: {}\nurl: {}\ntoken: {}\n",
        bound.setting,
        escape(&bound.id),
        escape(&bound.url),
        escape(bound.token.expose_secret())
    ));
    context.note(&text!(
        "url and token go into WeChat's developer page (基本配置 → 服务器配置); the token is a secret"
    ));
    context.note(&next(&account, &bound));
    Ok(())
}

/// Where the id goes.
fn next(account: &Account<'_>, bound: &Bound) -> Text {
    let name = &account.config.name;
    let setting = bound.setting;
    let known = account.connect.identity();
    match known.get(setting) {
        Some(id) if *id == bound.id => {
            text!(
                "next: `mpform account fill-in {name}`; `{setting}` of {name} is this id already",
                name,
                setting
            )
        }
        now => {
            let now = now.map_or_else(|| text!("nothing"), Text::verbatim);
            let place =
                account.config.node.get(setting).map_or_else(|| account.config.place.clone(), Node::place);
            text!(
                "next: write `{setting}: {id}` at {place}, where `{now}` stands for {name} now (or set the variable it comes from); then `mpform account fill-in {name}`",
                setting,
                id = bound.id,
                place,
                now,
                name
            )
        }
    }
}
