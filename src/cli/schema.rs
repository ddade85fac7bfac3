//! `mpform schema`.

use super::{Context, Exit};
use crate::schema;

/// Arguments of `schema`.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct Args {
    /// The schema of what `plan --json` prints and `plan -o` writes instead
    #[arg(long)]
    plan: bool,
}

/// Prints a schema, as it stands in `schema/`.
pub(super) fn run(args: &Args, context: &Context) -> Exit {
    let text = if args.plan { schema::plan::schema_text() } else { schema::schema_text() };
    context.print(&text);
    Exit::Done
}
