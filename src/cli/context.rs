//! What a command gets from the world around it. The only caller of the clock and of the environment; everything
//! else takes them from here, so that the same input gives the same output.

use crate::order::map;
use crate::text;
use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Local, SecondsFormat, Utc};

use super::{Colour, Global};
use crate::cache::Cache;
use crate::clock::Clock;
use crate::http::Trace;
use crate::problem::Problem;
use crate::report::Style;
use crate::state::bucket::Leaving;
use crate::state::store::Holder;
use crate::words::{Lang, Text, escape, escape_json};

/// The width of a page where there is no terminal to ask.
const PAGE: usize = 100;

/// What a command gets from the world around it.
pub struct Context {
    /// The project's folder.
    pub root: PathBuf,
    /// `--env`.
    pub environment: Option<String>,
    /// `--var`, in the order given.
    pub vars: Vec<(String, String)>,
    /// Less talk on stderr.
    pub quiet: bool,
    /// More talk on stderr.
    pub verbose: u8,
    /// How long to wait for a lock.
    pub lock_timeout: Duration,
    /// Colours on stdout.
    pub style: Style,
    /// Colours on stderr.
    pub talk_style: Style,
    /// Columns of a line on stdout.
    pub width: usize,
    /// True if somebody can be asked.
    pub can_ask: bool,
    /// True if progress can be drawn over itself on stderr.
    pub can_draw: bool,
    /// True if what stands on stdout can be wiped.
    pub can_clear: bool,
    /// What time it is.
    pub clock: Clock,
    /// When the command began, or `--now`: the time that plans are shown for.
    pub now: DateTime<Utc>,
    /// The environment's variables.
    pub variables: Arc<BTreeMap<String, String>>,
    /// What is still on its way to a bucket when the command has ended.
    pub leaving: Leaving,
    /// Where calls to vendors are told.
    pub trace: Trace,
    /// What vendors need not be asked for again.
    pub cache: Cache,
    out: Mutex<Box<dyn Write + Send>>,
    talk: Arc<Mutex<Box<dyn Write + Send>>>,
}

impl Context {
    /// From the process's own surroundings.
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock and the environment")]
    pub fn real(global: &Global) -> Self {
        let variables = variables();
        let plain = variables.get("NO_COLOR").is_some_and(|value| !value.is_empty())
            || variables.get("TERM").is_some_and(|term| term == "dumb");
        let colour = |terminal: bool| match global.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => terminal && !plain,
        };
        let (out, talk) = (io::stdout().is_terminal(), io::stderr().is_terminal());
        let lang = global.lang.unwrap_or_else(|| language(&variables));
        let clock = Clock::real(Utc::now);
        let columns = variables.get("COLUMNS").and_then(|columns| columns.parse().ok());
        Self {
            root: global.project.clone(),
            environment: global.env.clone(),
            vars: global.var.clone(),
            quiet: global.quiet,
            verbose: global.verbose,
            lock_timeout: global.lock_timeout,
            style: Style { colour: colour(out), lang },
            talk_style: Style { colour: colour(talk), lang },
            width: columns
                .or_else(|| {
                    terminal_size::terminal_size().map(|(width, _)| usize::from(width.0)).filter(|_| out)
                })
                .unwrap_or(PAGE)
                .clamp(60, 200),
            can_ask: io::stdin().is_terminal() && talk,
            // What is drawn over itself and lines between do not go together.
            can_draw: talk && !global.quiet && global.verbose < 2,
            can_clear: out && !plain,
            now: global.now.unwrap_or_else(|| clock.now()),
            clock,
            variables: Arc::new(variables),
            leaving: Leaving::default(),
            trace: Trace::default(),
            cache: if global.no_cache { Cache::off() } else { Cache::new() },
            out: Mutex::new(Box::new(io::stdout())),
            talk: Arc::new(Mutex::new(Box::new(io::stderr()))),
        }
    }

    /// Plain surroundings in which all that a command says is kept: a project, a clock, the environment's variables.
    pub fn kept(root: PathBuf, clock: Clock, variables: BTreeMap<String, String>) -> (Self, Said) {
        let said = Said::default();
        let context = Self {
            root,
            environment: None,
            vars: vec![],
            quiet: false,
            verbose: 0,
            lock_timeout: Duration::ZERO,
            style: Style::PLAIN,
            talk_style: Style::PLAIN,
            width: PAGE,
            can_ask: false,
            can_draw: false,
            can_clear: false,
            now: clock.now(),
            clock,
            variables: Arc::new(variables),
            leaving: Leaving::default(),
            trace: Trace::default(),
            cache: Cache::new(),
            out: Mutex::new(Box::new(said.out.clone())),
            talk: Arc::new(Mutex::new(Box::new(said.err.clone()))),
        };
        (context, said)
    }

    /// The same surroundings for a command that another command runs and shows, in another project and by another
    /// clock: its talk stands between its data.
    pub fn within(&self, root: PathBuf, clock: &Clock, variables: BTreeMap<String, String>) -> Self {
        Self {
            root,
            environment: None,
            vars: vec![],
            quiet: false,
            verbose: 0,
            lock_timeout: self.lock_timeout,
            style: self.style,
            talk_style: self.talk_style,
            width: self.width,
            can_ask: false,
            can_draw: false,
            can_clear: self.can_clear,
            now: clock.now(),
            clock: clock.clone(),
            variables: Arc::new(variables),
            leaving: self.leaving.clone(),
            trace: self.trace.clone(),
            // That project is gone when the command ends.
            cache: Cache::off(),
            out: Mutex::new(Box::new(io::stdout())),
            talk: Arc::new(Mutex::new(Box::new(io::stdout()))),
        }
    }

    /// Data, to stdout. A reader that has gone away is no mistake of ours.
    pub fn print(&self, text: &str) {
        let mut out = self.out.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    }

    /// JSON, to stdout, as a line or as lines; what is hidden in its texts shows and means the same.
    pub fn print_json(&self, json: &impl Display) {
        self.print(&(escape_json(&format!("{json:#}")).into_owned() + "\n"));
    }

    /// A path, to stdout, as a line.
    pub fn print_path(&self, path: &Path) {
        self.print(&(escape(&path.display().to_string()).into_owned() + "\n"));
    }

    /// A text of ours, to stdout, as a line.
    pub fn tell(&self, text: &Text) {
        self.print(&(self.style.say(text) + "\n"));
    }

    /// A text of ours, to stderr, as a line.
    pub fn note(&self, text: &Text) {
        self.say(&self.talk_style.say(text));
    }

    /// Writes down what vendors need not be asked for again. It is no loss if that fails.
    pub(super) fn keep(&self) {
        if let Err(error) = self.cache.save()
            && self.verbose > 0
        {
            self.note(&text!("note: what was read could not be kept in .mpform/cache: {error}", error));
        }
    }

    /// Prints what went wrong before there was anything that a problem could point at.
    pub fn fail(&self, message: &Text) {
        self.note(&text!("error: {message}", message));
    }

    /// Talk, to stderr, as a line.
    pub fn say(&self, text: &str) {
        let mut talk = self.talk.lock().unwrap_or_else(PoisonError::into_inner);
        // Nothing is kept back on stderr: a line and its end in one go.
        let _ = talk.write_all(format!("{text}\n").as_bytes());
    }

    /// What says lines on stderr from wherever it is taken.
    pub(super) fn teller(&self) -> impl Fn(&str) + Send + Sync + use<> {
        let talk = Arc::clone(&self.talk);
        move |line: &str| {
            let mut talk = talk.lock().unwrap_or_else(PoisonError::into_inner);
            let _ = writeln!(talk, "{line}");
        }
    }

    /// Problems, to stderr.
    pub fn complain<'a>(&self, problems: impl IntoIterator<Item = &'a Problem>) {
        for problem in problems {
            self.say(&problem.render(self.talk_style.colour, self.talk_style.lang));
            self.say("");
        }
    }

    /// Empties the terminal, so that what follows stands at its top. Elsewhere everything stays.
    pub fn clear(&self) {
        if self.can_clear {
            self.print("\u{1b}[2J\u{1b}[H");
        }
    }

    /// The time on the wall here.
    pub fn time_of_day(&self) -> String {
        self.now.with_timezone(&Local).format("%H:%M:%S").to_string()
    }

    /// Looks a variable up.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    /// The first of some variables that says anything.
    pub(super) fn said_by(&self, names: &[&str]) -> Option<&str> {
        names.iter().filter_map(|name| self.variable(name)).find(|value| !value.is_empty())
    }

    /// The page of the CI job that this is: as GitHub, GitLab and Jenkins say it.
    pub(super) fn job(&self) -> Option<String> {
        let part = |name| self.said_by(&[name]);
        let github = || {
            let (server, repository) = (part("GITHUB_SERVER_URL")?, part("GITHUB_REPOSITORY")?);
            Some(format!("{server}/{repository}/actions/runs/{run}", run = part("GITHUB_RUN_ID")?))
        };
        github().or_else(|| self.said_by(&["CI_JOB_URL", "BUILD_URL"]).map(str::to_owned))
    }

    /// Who is at work, for a lock.
    pub fn holder(&self, command: &str) -> Holder {
        let user = self.said_by(&["USER", "USERNAME"]).unwrap_or("somebody");
        let kernel = std::fs::read_to_string("/proc/sys/kernel/hostname").ok();
        let host = self.said_by(&["HOSTNAME", "COMPUTERNAME"]);
        let host = host.or(kernel.as_deref().map(str::trim)).filter(|host| !host.is_empty());
        let host = host.unwrap_or("this machine");
        Holder {
            who: format!("{user} on {host}"),
            pid: std::process::id(),
            since: self.now.to_rfc3339_opts(SecondsFormat::Secs, true),
            command: command.to_owned(),
            job: self.job(),
            nonce: String::new(),
        }
    }
}
/// The words of the command line.
pub(super) fn words() -> std::env::ArgsOs {
    std::env::args_os()
}

/// The language that the command line or the environment asks for, for what is said before the line is understood.
pub(super) fn asked_for() -> Lang {
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        let value = match word.strip_prefix("--lang") {
            Some("") => words.next(),
            Some(rest) => rest.strip_prefix('=').map(str::to_owned),
            None => None,
        };
        match value.as_deref() {
            Some("zh") => return Lang::Zh,
            Some("en") => return Lang::En,
            _ => {}
        }
    }
    language(&variables())
}

/// The environment, as far as it is text.
fn variables() -> BTreeMap<String, String> {
    let all = std::env::vars_os();
    map(all.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))))
}

/// The language of the environment: the first of the variables that says one has its say, as everywhere.
fn language(variables: &BTreeMap<String, String>) -> Lang {
    let named = ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().filter_map(|name| variables.get(name));
    match named.into_iter().find(|value| !value.is_empty()) {
        Some(locale) if locale.to_ascii_lowercase().starts_with("zh") => Lang::Zh,
        _ => Lang::En,
    }
}

/// All that a command said.
#[derive(Debug, Default)]
pub struct Said {
    /// On stdout.
    pub out: Kept,
    /// On stderr.
    pub err: Kept,
}

/// What was written, kept in memory.
#[derive(Clone, Debug, Default)]
pub struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    /// As text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap_or_else(PoisonError::into_inner)).into_owned()
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
