//! The door. clap lives here and nowhere else; one file per command.

use crate::text;
use std::path::PathBuf;
use std::time::Duration;

use chrono::{DateTime, Utc};
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, CommandFactory, FromArgMatches, Parser, Subcommand, ValueEnum};

mod account;
mod accounts;
mod apply;
mod ask;
mod completions;
mod context;
mod coverage;
mod demo;
mod doctor;
mod drift;
mod exit;
mod export;
mod fmt;
mod help;
mod init;
mod man;
mod notice;
mod output;
mod panic;
mod plan;
mod preview;
mod prompt;
mod sandbox;
mod saved;
mod schema;
mod session;
mod sop;
mod state;
mod test;
mod trace;
mod trail;
mod validate;
mod watch;
mod wrong;

use crate::words::Lang;
pub use accounts::{Accounts, Shard};
pub use context::{Context, Kept, Said};
pub use exit::Exit;
use wrong::Wrong;

/// WeChat marketing accounts as code: write down in YAML what should be there, read the difference, apply it.
#[derive(Debug, Parser)]
#[command(name = "mpform", version, propagate_version = false, max_term_width = 100)]
#[command(
    after_help = "Exit codes: 0 done or nothing to change, 1 error, 2 changes (--detailed-exitcode), 3 stopped part-way."
)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Command,
}

/// What every command takes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// The project's folder
    #[arg(long, global = true, value_name = "DIR", default_value = ".")]
    project: PathBuf,
    /// The environment: one of `environments` in mpform.yaml
    #[arg(long, global = true, value_name = "NAME")]
    env: Option<String>,
    /// Overrides a var of the project
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = assignment)]
    var: Vec<(String, String)>,
    /// The language of messages; without it that of the environment (LC_ALL, LC_MESSAGES, LANG)
    #[arg(long, global = true, value_name = "LANG", value_parser = language())]
    lang: Option<Lang>,
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto)]
    color: Colour,
    /// Says more: -v what the calls came to, -vv each call, -vvv its headers' names
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    verbose: u8,
    /// Says less
    #[arg(short, long, global = true)]
    quiet: bool,
    /// Takes this for the present time, e.g. 2026-11-23T09:00:00+08:00; only where nothing is written or sent
    #[arg(long, global = true, value_name = "TIME", value_parser = moment)]
    now: Option<DateTime<Utc>>,
    /// How long to wait for whoever holds the state's lock, e.g. 30s or 5m
    #[arg(long, global = true, value_name = "TIME", default_value = "0s", value_parser = duration)]
    lock_timeout: Duration,
    /// Reads again what earlier runs have kept in .mpform/cache, and keeps nothing there
    #[arg(long, global = true)]
    no_cache: bool,
    /// Writes every call to a vendor and its answer to FILE, a line of JSON each: secrets left out, openids and texts of
    /// messages not
    #[arg(long, global = true, value_name = "FILE")]
    trace_http: Option<PathBuf>,
    /// Writes how long each call and each step took to FILE, as Chrome (about:tracing) and Perfetto show it
    #[arg(long, global = true, value_name = "FILE")]
    timings: Option<PathBuf>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Writes a small commented project that validates
    #[command(after_help = "Example:\n  mpform init shop-project")]
    Init(init::Args),
    /// Checks everything that can be checked offline; no network
    #[command(after_help = "Example:\n  mpform validate --json")]
    Validate(validate::Args),
    /// Rewrites the YAML files in the canonical layout, comments kept
    #[command(
        after_help = "Example:\n  mpform fmt\n  mpform fmt --check\n  mpform fmt - < accounts/shop.yaml"
    )]
    Fmt(fmt::Args),
    /// Validates on every save, until it is interrupted
    #[command(after_help = "Example:\n  mpform watch --env staging\n  mpform watch -o page.html")]
    Watch(watch::Args),
    /// Prints the JSON Schema of the configuration language, or of plans as JSON
    #[command(after_help = "Example:\n  mpform schema > mpform.schema.json")]
    Schema(schema::Args),
    /// Fetches live state, compares, and prints what would change
    #[command(
        after_help = "Example:\n  mpform plan --env staging --target 'shop/menu/**'\n  mpform plan -o plan.json\n  mpform plan --markdown > comment.md\n  mpform plan --html plan.html"
    )]
    Plan(plan::Args),
    /// Writes a page that shows what followers would see before and after, and the plan; no network once it is there
    #[command(after_help = "Example:\n  mpform preview -o plan.html")]
    Preview(preview::Args),
    /// Shows the plan, asks, carries it out, and reads back what it changed
    #[command(after_help = "Example:\n  mpform apply --yes\n  mpform apply plan.json")]
    Apply(apply::Args),
    /// Shows what others changed on the vendor's side since the last apply
    #[command(after_help = "Example:\n  mpform drift --account shop --detailed-exitcode")]
    Drift(drift::Args),
    /// Reaches every account and says what is wrong with it, a line each
    #[command(after_help = "Example:\n  mpform doctor --account shop")]
    Doctor(doctor::Args),
    /// Writes what an account holds, recurring plans left out, as YAML that plans to no change
    #[command(after_help = "Example:\n  mpform export shop -o shop-project")]
    Export(export::Args),
    /// Brings an account to its vendor: binds it, fills in its credentials, loads what WeChat holds of it
    #[command(subcommand, after_help = "Example:\n  mpform account bind shop gh_0123456789ab")]
    Account(account::Command),
    /// Shows which received texts no rule answers, and which rules never fire
    #[command(after_help = "Example:\n  mpform coverage shop --since 2026-11-01")]
    Coverage(coverage::Args),
    /// Runs the conversation tests of the project: what followers would be answered
    #[command(after_help = "Example:\n  mpform test\n  mpform test --live --junit tests.xml")]
    Test(test::Args),
    /// Says which rule answers a text, and why
    #[command(after_help = "Example:\n  mpform ask shop 几点开门")]
    Ask(ask::Args),
    /// Shows recurring plans, and sends what is armed and due
    #[command(subcommand, after_help = "Example:\n  mpform sop list\n  mpform sop calendar --month 2026-12")]
    Sop(sop::Command),
    /// Looks into what is remembered of accounts, or corrects it
    #[command(subcommand, after_help = "Example:\n  mpform state list")]
    State(state::Command),
    /// Serves the vendors' APIs locally, with seeded demo data
    #[command(after_help = "Example:\n  mpform sandbox --listen 127.0.0.1:7070")]
    Sandbox(sandbox::Args),
    /// The whole tour against an embedded sandbox: plan, apply, a hand-made change, drift, repair, messages that fall due
    #[command(after_help = "Example:\n  mpform demo")]
    Demo,
    /// Prints a shell completion script
    #[command(after_help = "Example:\n  mpform completions bash > /etc/bash_completion.d/mpform")]
    Completions(completions::Args),
    /// Prints the man page, or writes one for each command
    #[command(after_help = "Example:\n  mpform man | man -l -\n  mpform man -o /usr/local/share/man/man1")]
    Man(man::Args),
}

impl Command {
    /// True if it may take another time for the present: nothing is written, and nothing is sent.
    fn only_looks(&self) -> bool {
        match self {
            Self::Validate(_) | Self::Preview(_) | Self::Drift(_) | Self::Test(_) | Self::Ask(_) => true,
            // A plan that is saved is carried out at the time that it is.
            Self::Plan(args) => args.out.is_none(),
            Self::Sop(command) => command.only_looks(),
            _ => false,
        }
    }
}

/// Which part of a project a command looks at, and what it may do there.
#[derive(Clone, Debug, Default, Args)]
pub struct Selection {
    /// Only these addresses and what they need; `*` and `**` work
    #[arg(long, value_name = "ADDRESS")]
    target: Vec<String>,
    #[command(flatten)]
    accounts: Accounts,
    /// Lets exactly so many deletions of one account's kind through, e.g. shop/keyword=12
    #[arg(long, value_name = "ACCOUNT/KIND=N", value_parser = permission)]
    allow_deletes: Vec<((String, String), usize)>,
    /// Takes this account as it is now, although the state remembers another or a fuller one
    #[arg(long, value_name = "ACCOUNT")]
    rebind: Vec<String>,
}

/// Runs the program.
pub fn main() -> Exit {
    let lang = context::asked_for();
    panic::tell_in(lang);
    let mut command = help::in_language(Cli::command(), lang);
    let parsed = command.try_get_matches_from_mut(context::words());
    let cli = match parsed.and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => {
            let exit = if error.use_stderr() { Exit::Error } else { Exit::Done };
            let _ = match help::complaint(&error, lang) {
                Some(complaint) => std::io::Write::write_all(&mut std::io::stderr(), complaint.as_bytes()),
                None => error.format(&mut command).print(),
            };
            return exit;
        }
    };
    let mut context = Context::real(&cli.global);
    // Whatever sends or writes does so at the time that it is.
    if cli.global.now.is_some() && !cli.command.only_looks() {
        context.fail(&text!(
            "--now is for commands that send nothing: validate, plan without -o, preview, drift, test, ask, sop list, sop calendar and sop run --dry-run"
        ));
        return Exit::Error;
    }
    let (calls, timings) = (cli.global.trace_http.as_deref(), cli.global.timings.as_deref());
    if let Err(problem) = trace::begin(&mut context, calls, timings) {
        context.complain([&problem]);
        return Exit::Error;
    }
    let work = trace::Work::begin();
    let mut builder = tokio::runtime::Builder::new_current_thread();
    if context.verbose > 0 {
        let (rests, goes_on) = (work.clone(), work.clone());
        builder.on_thread_park(move || rests.rests()).on_thread_unpark(move || goes_on.goes_on());
    }
    let runtime = builder.enable_all().build();
    match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(async {
                let exit = run(cli.command, &context).await;
                context.complain(&context.leaving.done().await);
                context.keep();
                exit
            });
            trace::end(&context, work.sum());
            exit
        }
        Err(error) => {
            context.fail(&text!("can't start: {error}", error));
            Exit::Error
        }
    }
}

/// Runs a command in these surroundings. What its words say of surroundings (`--project`, `--env`, `--color` …) counts
/// for nothing: they are given.
pub async fn run_words(words: &[&str], context: &Context) -> Exit {
    match Cli::try_parse_from(std::iter::once("mpform").chain(words.iter().copied())) {
        Ok(cli) => {
            let exit = Box::pin(run(cli.command, context)).await;
            context.complain(&context.leaving.done().await);
            context.keep();
            exit
        }
        Err(error) => {
            context.say(&error.to_string());
            Exit::Error
        }
    }
}

/// Whether these words are a command that there is.
///
/// # Errors
/// What is wrong with them, in clap's words.
pub fn understands(words: &[&str]) -> Result<(), String> {
    match Cli::try_parse_from(std::iter::once("mpform").chain(words.iter().copied())) {
        Ok(_) => Ok(()),
        Err(error) if !error.use_stderr() => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}

async fn run(command: Command, context: &Context) -> Exit {
    match command {
        Command::Init(args) => init::run(&args, context),
        Command::Validate(args) => validate::run(&args, context),
        Command::Fmt(args) => fmt::run(&args, context),
        Command::Watch(args) => watch::run(&args, context).await,
        Command::Schema(args) => schema::run(&args, context),
        Command::Plan(args) => plan::run(&args, context).await,
        Command::Preview(args) => preview::run(&args, context).await,
        Command::Apply(args) => apply::run(&args, context).await,
        Command::Drift(args) => drift::run(&args, context).await,
        Command::Doctor(args) => doctor::run(&args, context).await,
        Command::Export(args) => export::run(&args, context).await,
        Command::Account(command) => account::run(&command, context).await,
        Command::Coverage(args) => coverage::run(&args, context).await,
        Command::Test(args) => test::run(&args, context).await,
        Command::Ask(args) => ask::run(&args, context).await,
        Command::Sop(command) => sop::run(&command, context).await,
        Command::State(command) => state::run(&command, context).await,
        Command::Sandbox(args) => sandbox::run(&args, context).await,
        Command::Demo => demo::run(context).await,
        Command::Completions(args) => completions::run(&args, context, &mut Cli::command()),
        Command::Man(args) => man::run(&args, context, help::in_language(Cli::command(), context.style.lang)),
    }
}

fn language() -> impl TypedValueParser<Value = Lang> {
    PossibleValuesParser::new(["en", "zh"]).map(|lang| if lang == "zh" { Lang::Zh } else { Lang::En })
}

fn assignment(text: &str) -> Result<(String, String), Wrong> {
    let (name, value) = text.split_once('=').ok_or_else(|| Wrong(text!("write it as NAME=VALUE")))?;
    Ok((name.to_owned(), value.to_owned()))
}

fn moment(text: &str) -> Result<DateTime<Utc>, Wrong> {
    let how = text!("write date, time and offset, e.g. 2026-11-23T09:00:00+08:00");
    DateTime::parse_from_rfc3339(text).map(|time| time.with_timezone(&Utc)).map_err(|_| Wrong(how))
}

fn permission(text: &str) -> Result<((String, String), usize), Wrong> {
    let how = || Wrong(text!("write it as ACCOUNT/KIND=N, e.g. shop/keyword=12"));
    let (place, number) = text.split_once('=').ok_or_else(how)?;
    let (account, kind) = place.split_once('/').ok_or_else(how)?;
    if crate::model::kind_named(kind).is_none() {
        let kinds: Vec<_> = crate::model::kinds().iter().map(|kind| kind.name).collect();
        let kinds = kinds.join(", ");
        return Err(Wrong(text!("there is no kind `{kind}`; the kinds are {kinds}", kind, kinds)));
    }
    Ok(((account.to_owned(), kind.to_owned()), number.parse().map_err(|_| how())?))
}

fn duration(text: &str) -> Result<Duration, Wrong> {
    let how = || Wrong(text!("write a number and s, m or h, e.g. 30s"));
    let at = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(at);
    let number: u64 = number.parse().map_err(|_| how())?;
    let seconds = match unit {
        "s" | "" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err(how()),
    };
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(how)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_tree_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example() {
        for command in Cli::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            assert!(help.contains(&format!("mpform {}", command.get_name())), "{}", command.get_name());
        }
    }

    #[test]
    fn times_are_read_with_their_unit() {
        assert_eq!(duration("0s").ok(), Some(Duration::ZERO));
        assert_eq!(duration("5m").ok(), Some(Duration::from_secs(300)));
        assert!(duration("5 fortnights").is_err() && duration("s").is_err());
    }

    #[test]
    fn permissions_name_account_kind_and_number() {
        assert_eq!(permission("shop/keyword=12").ok(), Some((("shop".into(), "keyword".into()), 12)));
        assert!(permission("shop/keywords=12").is_err_and(|error| error.to_string().contains("keyword")));
        assert!(permission("shop=12").is_err());
    }
}
