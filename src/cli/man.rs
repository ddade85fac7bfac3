//! `mpform man`: man pages out of the same definitions as `--help`.

use std::path::{Path, PathBuf};

use clap_mangen::Man;

use super::{Context, Exit};
use crate::problem::{Code, Problem};
use crate::state::atomic;
use crate::text;

/// Arguments of `man`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Writes a page for each command into this folder; without it the page of mpform itself is printed
    #[arg(short, long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Prints the page, or writes all of them.
pub(super) fn run(args: &Args, context: &Context, command: clap::Command) -> Exit {
    let Some(folder) = &args.out else {
        context.print(&page(command));
        return Exit::Done;
    };
    let mut pages = vec![];
    collect(command.disable_help_subcommand(true), &mut pages);
    for (name, text) in pages {
        let path = folder.join(name);
        if let Err(error) = write(folder, &path, &text) {
            let message = text!("can't write {path}: {error}", path = path.display(), error);
            let problem = Problem::error(Code::File, message);
            context.complain([&problem.help(text!("name a folder that can be written"))]);
            return Exit::Error;
        }
        context.print_path(&path);
    }
    Exit::Done
}

fn write(folder: &Path, path: &Path, text: &str) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    atomic::publish(path, text.as_bytes())
}

/// The pages of a command and of all below it, by their files' names.
fn collect(mut command: clap::Command, pages: &mut Vec<(String, String)>) {
    command.build();
    collect_built(command, "mpform", pages);
}

fn collect_built(command: clap::Command, name: &str, pages: &mut Vec<(String, String)>) {
    for below in command.get_subcommands().filter(|below| !below.is_hide_set()) {
        let name = format!("{name}-{}", below.get_name());
        collect_built(below.clone().display_name(&name), &name, pages);
    }
    pages.push((format!("{name}.1"), page(command)));
}

fn page(command: clap::Command) -> String {
    let mut page = vec![];
    // Writing to memory can't fail.
    let _ = Man::new(command).render(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}
