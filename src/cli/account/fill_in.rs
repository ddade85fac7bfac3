//! `mpform account fill-in`.

use secrecy::SecretString;

use super::{locked, onboard, read_back};
use crate::audit::Write;
use crate::cli::session::{Project, known, one_account};
use crate::cli::{Context, prompt, trail};
use crate::http;
use crate::problem::{Code, Problem};
use crate::providers::{Fetched, Happened, Holds, NotDone, VendorError};
use crate::text;
use crate::words::Text;

/// Asks for the credentials and gives them to the vendor, once.
pub(super) async fn run(project: &Project, name: &str, context: &Context) -> Result<(), Vec<Problem>> {
    let account = one_account(project, name)?;
    let onboard = onboard(&account)?;
    // It also loads the menu: no apply may run beside it. Held to the end.
    let _lock = locked(project, &account, "account fill-in", context).await?;
    known(&account, account.connect.reads(http::Reader::new(&account.client)).as_ref()).await?;
    let held = onboard.holds(Fetched::Followers).await.map_err(|error| vec![error.problem(name)])?;
    // Groups of WeChat's are there only after the vendor loaded them once.
    let loaded = matches!(held, Holds::Followers { from_wechat: 1.., .. });
    if loaded {
        context.note(&text!(
            "{name} was filled in before: the vendor takes new credentials, loads nothing again, and answers with an error in any case",
            name
        ));
    }
    let app_id = prompt::line(&text!("app id: "), context).await;
    let app_id = one_word(app_id, text!("app id")).map_err(|problem| vec![problem])?;
    let secret = prompt::secret(&text!("app secret (does not show): "), context).await;
    let secret: SecretString = one_word(secret, text!("app secret")).map_err(|problem| vec![problem])?.into();
    let log = trail::log("account fill-in", None, project, context).map_err(|problem| vec![problem])?;
    let filled = async {
        onboard.fill_in(&app_id, &secret).await.map_err(|error| match error {
            NotDone::Kept(error) => kept(&error, name, loaded),
            NotDone::HasIt(error) | NotDone::Failed(error) => failed(&error, name),
        })
    };
    trail::told(&log, Write::of(name, "fill_in"), filled, context).await.map_err(|problem| vec![problem])?;
    context.note(&text!("{name} is filled in", name));
    read_back(&account, onboard.as_ref(), &[Fetched::Followers, Fetched::Menu], context).await
}

/// An app id or secret is one word; anything else was copied wrongly. It is not quoted: it may be the secret.
fn one_word(answer: Result<String, Problem>, what: Text) -> Result<String, Problem> {
    let answer = answer?;
    let wrong = |message: Text| {
        Err(Problem::error(Code::Declined, message).help(
            text!("nothing was sent; both stand in WeChat's console under 基本配置; without a terminal, give them as two lines of the standard input"),
        ))
    };
    if answer.is_empty() {
        wrong(text!("no {what} was given", what))
    } else if answer.contains(|c: char| c.is_whitespace() || c.is_control()) {
        wrong(text!("the {what} is not one word", what))
    } else {
        Ok(answer)
    }
}

fn kept(error: &VendorError, name: &str, loaded: bool) -> Problem {
    let again = if loaded {
        text!(
            "nothing was loaded again, as always after the first time; if the message is WeChat's own (`errcode`), correct the credentials and run it again, else they are in use now"
        )
    } else {
        text!(
            "if the message is WeChat's own (`errcode`), correct the credentials and run it again; else look what was loaded with `mpform doctor`, and load the rest with `mpform account fetch`"
        )
    };
    Problem::error(
        Code::OnlyKept,
        text!("the credentials are kept, but what follows failed: {error}", error = error.text()),
    )
    .about(name)
    .help(again)
}

fn failed(error: &VendorError, name: &str) -> Problem {
    if error.happened == Happened::No {
        return error.problem(name);
    }
    let message = text!(
        "nobody knows whether the credentials were kept and anything was loaded: {error}",
        error = error.text()
    );
    Problem::error(Code::Uncertain, message).about(name).help(
        text!("it was not repeated; run it again: where it did happen, the vendor keeps the same credentials once more and says that it has everything"),
    )
}
