//! `mpform completions`.

use clap_complete::Shell;

use super::{Context, Exit};

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The shell
    shell: Shell,
}

/// Prints a script for the shell.
pub(super) fn run(args: &Args, context: &Context, command: &mut clap::Command) -> Exit {
    let mut script = vec![];
    clap_complete::generate(args.shell, command, "mpform", &mut script);
    context.print(&String::from_utf8_lossy(&script));
    Exit::Done
}
