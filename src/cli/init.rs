//! `mpform init`.

use crate::text;
use std::path::PathBuf;

use super::{Context, Exit};
use crate::state::atomic;

/// Arguments of `init`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// The folder; made if it is not there
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

/// What a new project consists of.
fn files() -> [(&'static str, String); 5] {
    [
        ("mpform.yaml", include_str!("init/mpform.yaml").to_owned()),
        ("accounts/shop.yaml", include_str!("init/shop.yaml").to_owned()),
        ("mpform.schema.json", crate::schema::schema_text()),
        // For files that have no line of their own that names the schema.
        (".vscode/settings.json", include_str!("init/settings.json").to_owned()),
        // States hold ids and what was last applied; whether they belong into git is the team's choice.
        (".gitignore", "/.mpform/\n".to_owned()),
    ]
}

/// Writes a new project. A file that is there already is never overwritten.
pub(super) fn run(args: &Args, context: &Context) -> Exit {
    let folder = args.folder.clone().unwrap_or_else(|| context.root.clone());
    let files = files();
    let there: Vec<_> =
        files.iter().map(|(name, _)| *name).filter(|name| folder.join(name).exists()).collect();
    if !there.is_empty() {
        let (files, folder) = (there.join(", "), folder.display());
        context.fail(&text!("{files} would be overwritten in {folder}; nothing was written", files, folder));
        context.note(&text!("help: choose an empty folder: mpform init DIR"));
        return Exit::Error;
    }
    for (name, text) in &files {
        let path = folder.join(name);
        let written = path.parent().map_or(Ok(()), std::fs::create_dir_all);
        if let Err(error) = written.and_then(|()| atomic::publish(&path, text.as_bytes())) {
            context.fail(&text!("can't write {path}: {error}", path = path.display(), error));
            return Exit::Error;
        }
        context.print_path(&path);
    }
    context.note(&match &args.folder {
        Some(folder) => text!(
            "next: `cd {folder}`, edit accounts/shop.yaml, then `mpform validate`; to try it, `mpform sandbox` in another terminal and `mpform plan --env sandbox`",
            folder = folder.display()
        ),
        None => text!(
            "next: edit accounts/shop.yaml, then `mpform validate`; to try it, `mpform sandbox` in another terminal and `mpform plan --env sandbox`"
        ),
    });
    Exit::Done
}
