//! A project's YAML.

use std::cell::RefCell;
use std::sync::Arc;

use chrono::DateTime;
use tempfile::TempDir;

use super::readers::{ours, theirs};
use crate::config::{Options, load};
use crate::desired::desired;
use crate::layout::canonical;
use crate::problem::{Code, Problem};
use crate::words::Lang;

thread_local! {
    static FOLDER: RefCell<Option<TempDir>> = const { RefCell::new(None) };
}

/// A folder in memory where there is one, made once.
fn in_folder(act: impl FnOnce(&std::path::Path)) {
    FOLDER.with_borrow_mut(|folder| {
        let made = || tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
        act(folder.get_or_insert_with(made).path());
    });
}

/// Reads a project: its root file, and behind each 0x1e another: `b.yaml`, `members.csv`.
pub(super) fn config(bytes: &[u8]) {
    in_folder(|folder| {
        let names = ["mpform.yaml", "b.yaml", "members.csv"];
        let mut parts = bytes.split(|byte| *byte == 0x1e);
        for name in names {
            let part = parts.next().unwrap_or_default();
            std::fs::write(folder.join(name), part).expect("the folder can be written");
        }
        for environment in [None, Some("staging".to_owned())] {
            let options = Options {
                environment,
                vars: vec![("city".to_owned(), "上海\u{1b}".to_owned())],
                env: Arc::new(|name| (name == "SHOP").then(|| "demo".to_owned())),
                stand_in: true,
            };
            let mut problems = vec![];
            if let Some(project) = load(folder, &options, &mut problems) {
                let now = DateTime::from_timestamp(1_795_000_000, 0).expect("a time");
                desired(&project, now, &mut problems);
            }
            said(&problems);
        }
    });
}

/// What is wrong can be said in every form, and does nothing to who shows it.
fn said(problems: &[Problem]) {
    // There may be one for every other byte.
    for problem in problems.iter().take(50) {
        for lang in [Lang::En, Lang::Zh] {
            let shown = problem.render(false, lang);
            let hidden = shown.chars().find(|c| *c != '\n' && c.is_control());
            assert_eq!(hidden, None, "{shown:?}");
        }
        problem.render(true, Lang::En);
        assert!(!problem.to_json().is_null());
    }
}

/// Lays a file out: it says the same, and is left alone the second time.
pub(super) fn fmt(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Where the two readers part ways, what is laid out holds for ours alone.
    let before = theirs(text).filter(|theirs| ours(text).as_ref() == Some(theirs));
    match canonical("a.yaml", text) {
        Ok(laid) => {
            if let (Some(before), Some(after)) = (&before, theirs(&laid)) {
                assert_eq!(*before, after, "it says something else:\n{laid}");
            }
            let again = canonical("a.yaml", &laid);
            assert_eq!(again.as_ref(), Ok(&laid), "it is not left alone");
        }
        Err(problems) => {
            assert!(!problems.is_empty(), "it is refused without a reason");
            said(&problems);
            let lost = problems.iter().any(|problem| problem.code == Code::LayoutDiffers);
            assert!(!lost || before.is_none(), "a layout that says something else was made");
        }
    }
}
