//! `mpform fmt`.

use std::collections::HashSet;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::{Context, Exit, session};
use crate::config;
use crate::layout::canonical;
use crate::problem::{Code, Problem, any_error};
use crate::state::atomic;
use crate::text;

mod diff;
mod paths;

/// What stands for standard input.
const STDIN: &str = "-";

/// Arguments of `fmt`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Writes nothing; shows what would change, and exits with 1 if anything would
    #[arg(long)]
    check: bool,
    /// Only these files, or the YAML files in these folders; `-` reads standard input and prints the result [default: the
    /// project's files]
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
}

/// A file to be laid out.
struct Target {
    /// Its path below the project's folder, with `/` between its parts.
    name: String,
    /// Its real path.
    path: PathBuf,
}

/// Rewrites the project's YAML files in the canonical layout, or shows what that would change.
pub(super) fn run(args: &Args, context: &Context) -> Exit {
    if args.paths.iter().any(|path| path.as_os_str() == STDIN) {
        return piped(args, context);
    }
    let mut problems = vec![];
    let targets = if args.paths.is_empty() {
        of_project(context, &mut problems)
    } else {
        paths::named(&context.root, &args.paths, &mut problems)
    };
    let mut seen = HashSet::new();
    let (mut changed, mut same) = (0, 0);
    for target in targets.iter().filter(|target| seen.insert(&target.path)) {
        match lay_out(target, args.check, context) {
            Ok(true) => changed += 1,
            Ok(false) => same += 1,
            Err(found) => problems.extend(found),
        }
    }
    context.complain(&problems);
    match (args.check, changed) {
        (_, 0) if any_error(&problems) => {}
        (_, 0) => context.note(&match same {
            1 => text!("1 file in the canonical layout already"),
            count => text!("{count} files in the canonical layout already", count),
        }),
        (true, 1) => context.note(&text!("1 file would change; run `mpform fmt`")),
        (true, count) => context.note(&text!("{count} files would change; run `mpform fmt`", count)),
        (false, 1) => context.note(&text!("1 file rewritten")),
        (false, count) => context.note(&text!("{count} files rewritten", count)),
    }
    if any_error(&problems) || (args.check && changed > 0) { Exit::Error } else { Exit::Done }
}

/// The files of the project.
fn of_project(context: &Context, problems: &mut Vec<Problem>) -> Vec<Target> {
    let options = session::options(context, true);
    let Some((root, files)) = config::files(&context.root, &options, problems) else { return vec![] };
    let target = |below: PathBuf| {
        // It was read a moment ago.
        let path = root.join(&below).canonicalize().unwrap_or_else(|_| root.join(&below));
        Target { name: paths::shown(&below), path }
    };
    files.into_iter().map(target).collect()
}

/// Lays out one file; true if that changes it.
fn lay_out(target: &Target, check: bool, context: &Context) -> Result<bool, Vec<Problem>> {
    let Target { name, path } = target;
    let text = std::fs::read_to_string(path).map_err(|error| {
        let message = text!("`{name}` can't be read: {error}", name, error);
        vec![
            Problem::error(Code::File, message).help(text!("see that it is a text in UTF-8 and may be read")),
        ]
    })?;
    let fresh = canonical(name, &text)?;
    if fresh == text {
        return Ok(false);
    }
    if check {
        context.print(&diff::unified(name, &text, &fresh));
        return Ok(true);
    }
    write(name, path, &fresh).map_err(|problem| vec![problem])?;
    context.print_path(Path::new(name));
    Ok(true)
}

/// Writes it in its place, for whom it was.
fn write(name: &str, path: &Path, text: &str) -> Result<(), Problem> {
    // Putting a new file in its place would work, and is not what who protected it meant.
    if std::fs::metadata(path).is_ok_and(|about| about.permissions().readonly()) {
        return Err(Problem::error(Code::Rewrite, text!("`{name}` may not be written", name))
            .help(text!("make it writable, or name the files that are to be laid out: mpform fmt PATH…")));
    }
    atomic::rewrite(path, text.as_bytes()).map_err(|error| {
        Problem::error(Code::Rewrite, text!("`{name}` can't be written: {error}", name, error)).help(text!(
            "nothing of it was changed; see that its folder may be written and the disk is not full"
        ))
    })
}

/// From standard input to standard output, for editors. Nothing is printed unless all went well.
fn piped(args: &Args, context: &Context) -> Exit {
    let mut text = String::new();
    let read = std::io::stdin().lock().read_to_string(&mut text);
    let result = match read {
        _ if args.paths.len() > 1 => {
            let problem = Problem::error(Code::File, text!("both `-` and files"));
            Err(vec![problem.help(text!("name files, or give one on standard input"))])
        }
        Err(error) => {
            let message = text!("standard input can't be read: {error}", error);
            Err(vec![Problem::error(Code::File, message).help(text!("give it a text in UTF-8"))])
        }
        Ok(_) => canonical("<stdin>", &text),
    };
    match result {
        Ok(fresh) if args.check => {
            let same = fresh == text;
            context.print(&if same { String::new() } else { diff::unified("<stdin>", &text, &fresh) });
            if same { Exit::Done } else { Exit::Error }
        }
        Ok(fresh) => {
            context.print(&fresh);
            Exit::Done
        }
        Err(problems) => {
            context.complain(&problems);
            Exit::Error
        }
    }
}
