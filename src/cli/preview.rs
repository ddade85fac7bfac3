//! `mpform preview` and `plan --html`: the plan as a page.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use chrono::{Datelike, Months, NaiveDate};
use sha2::{Digest as _, Sha256};

use super::plan::{Made, complain, explain};
use super::session::{Project, Session};
use super::sop::show::{found_in, states};
use super::{Context, Exit, Selection, output};
use crate::hex::hex;
use crate::model::kinds::Material;
use crate::model::{Asset, Kind};
use crate::problem::{Code, Problem};
use crate::report::html::{self, File, Page};
use crate::report::sop::Runs;
use crate::report::text;
use crate::state::atomic;
use crate::text;
use crate::words::Text;

/// Arguments of `preview`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    selection: Selection,
    /// The page to write
    #[arg(short, long = "out", value_name = "FILE")]
    out: PathBuf,
}

/// The calendar shows this month and the next ones: so many in all.
const MONTHS: u32 = 3;

/// So many bytes of files a page holds; in it each takes a third more.
const ROOM: u64 = 8 * 1024 * 1024;

/// Writes the page. Nothing is written at a vendor or in the state.
pub(super) async fn run(args: &Args, context: &Context) -> Exit {
    let environment = context.environment.as_deref();
    let Some(project) = Project::for_accounts(environment, context) else { return Exit::Error };
    show(&project, &args.selection, &args.out, context).await
}

/// Writes what was selected of a project as a page, and says how much would change.
pub(super) async fn show(project: &Project, selection: &Selection, out: &Path, context: &Context) -> Exit {
    let made = match Made::of(project, selection, true).await {
        Ok(made) => made,
        Err(problems) => return complain(context, &problems),
    };
    if let Err(problem) = write(out, &made, context).await {
        return complain(context, &[problem]);
    }
    context.print(&format!("{}\n", text::summary(&made.plan, context.style)));
    say(out, context);
    explain(&made.plan, context);
    made.exit()
}

/// Writes a plan as a page, also one that is refused: whoever reads it is to see that.
pub(super) async fn write(path: &Path, made: &Made<'_>, context: &Context) -> Result<(), Problem> {
    let Made { session, plan, pictures } = made;
    let project = session.project;
    let runs = calendar(session, context).await?;
    let accounts = session.accounts.iter().zip(pictures).map(|(account, picture)| html::Account {
        name: &account.config.name,
        provider: account.config.provider.name,
        kinds: account.config.provider.kinds,
        picture: picture.as_ref(),
    });
    let page = Page {
        project: &project.config.root.file_name().unwrap_or_default().to_string_lossy(),
        now: context.now.with_timezone(&project.config.timezone),
        plan,
        accounts: accounts.collect(),
        runs: &runs,
        files: files(session, context),
    };
    let page = html::page(&page);
    output::free(path, page.as_bytes(), &project.config)?;
    atomic::publish(path, page.as_bytes()).map_err(|error| {
        Problem::error(
            Code::Page,
            text!("the page {path} was not written: {error}", path = path.display(), error),
        )
        .help(text!("name a file in a folder that can be written"))
    })
}

/// Says where the page is.
pub(super) fn say(path: &Path, context: &Context) {
    if !context.quiet {
        context.note(&text!("{path} shows it: open it in a browser", path = path.display()));
    }
}

/// The plans' runs from the first day of this month on.
async fn calendar<'a>(session: &Session<'a>, context: &Context) -> Result<Runs<'a>, Problem> {
    let project = session.project;
    let names: Vec<_> = session.accounts.iter().map(|account| account.config.name.as_str()).collect();
    let today = context.now.with_timezone(&project.config.timezone).date_naive();
    let (from, to) = months(today);
    let mut found = found_in(&names, project, (from, to), |planned| planned.runs_touching(from, to));
    found.states = states(&found, project, context.now).await?;
    Ok(found)
}

fn months(today: NaiveDate) -> (NaiveDate, NaiveDate) {
    let from = today.with_day(1).unwrap_or(today);
    let to = from.checked_add_months(Months::new(MONTHS)).and_then(|next| next.pred_opt());
    (from, to.unwrap_or(today))
}

/// The files that the project's materials show, each once, as long as there is room for them.
fn files(session: &Session<'_>, context: &Context) -> Vec<File> {
    let (mut found, mut known, mut room) = (vec![], HashSet::new(), ROOM);
    let declared = session.accounts.iter().flat_map(|account| account.desired.resources.values());
    for wanted in declared.filter(|wanted| wanted.kind.name == Material::NAME) {
        let material = wanted.body.as_ref().and_then(|body| body.read::<Material>().ok()).unwrap_or_default();
        for asset in assets(&material) {
            if asset.sha256.is_empty() || !known.insert(asset.sha256.clone()) {
                continue;
            }
            let mut bytes = None;
            if asset.size <= room {
                match read(&session.project.config.root, &asset) {
                    Ok(read) => {
                        room -= asset.size;
                        bytes = Some(read);
                    }
                    Err(problem) => context.complain([&problem.about(&wanted.address)]),
                }
            }
            let name = asset.name().to_owned();
            found.push(File { sha256: asset.sha256, name, size: asset.size, bytes });
        }
    }
    found
}

fn assets(material: &Material) -> Vec<Asset> {
    let covers = material.news.iter().flatten().filter_map(|article| article.cover.clone());
    material.file().map(|(_, asset)| asset.clone()).into_iter().chain(covers).collect()
}

/// A file's bytes, if they are still those that were read with the project.
fn read(root: &Path, asset: &Asset) -> Result<Vec<u8>, Problem> {
    let changed = |why: Text| {
        Problem::warning(
            Code::PageFile,
            text!("the page does not show {file}: {why}", file = asset.file, why),
        )
        .help(text!("write the page again"))
    };
    let bytes =
        std::fs::read(root.join(&asset.file)).map_err(|error| changed(Text::verbatim(error.to_string())))?;
    if hex(&Sha256::digest(&bytes)) == asset.sha256 {
        Ok(bytes)
    } else {
        Err(changed(text!("it changed meanwhile")))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_has_whole_months() {
        let day = |text: &str| text.parse::<NaiveDate>().expect("a date");
        assert_eq!(months(day("2026-11-22")), (day("2026-11-01"), day("2027-01-31")));
        assert_eq!(months(day("2026-01-31")), (day("2026-01-01"), day("2026-03-31")));
    }

    #[test]
    fn a_file_that_changed_meanwhile_is_not_shown_as_what_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("a.jpg"), "abc").expect("writes");
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        let asset = Asset { sha256: sha256.into(), size: 3, ..Asset::named("a.jpg") };
        assert_eq!(read(folder.path(), &asset).expect("it is there"), b"abc");
        std::fs::write(folder.path().join("a.jpg"), "abd").expect("writes");
        let problem = read(folder.path(), &asset).expect_err("another one");
        assert_eq!(
            (problem.code, problem.message.en()),
            (Code::PageFile, "the page does not show a.jpg: it changed meanwhile".to_owned())
        );
        assert!(read(folder.path(), &Asset { file: "none.jpg".into(), ..asset }).is_err());
    }
}
