//! Whole projects in a folder, and what is said of them.

use std::collections::BTreeMap;
use std::sync::Arc;

use tempfile::TempDir;

use super::{Options, Project, load};
use crate::desired::{Desired, desired};
use crate::problem::Problem;
use crate::words::Text;

mod diagnostics;
mod environment;
mod files;
mod projects;
mod syntax;

/// A project in a folder of its own.
pub(crate) struct Trial {
    pub(crate) folder: TempDir,
    pub(crate) options: Options,
}

/// The beginning of most projects.
pub(crate) const SHOP: &str =
    "version: 1\naccounts: {shop: {provider: yeapoo, base_url: https://mp.example.com, info_id: demo}}\n";

impl Trial {
    pub(crate) fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a parent")).expect("folders");
            std::fs::write(path, text).expect("written");
        }
        let env = Arc::new(|_: &str| None);
        Self { folder, options: Options { environment: None, vars: vec![], env, stand_in: false } }
    }

    /// A project of one account, `shop`, with such a document.
    pub(crate) fn shop(document: &str) -> Self {
        Self::new(&[("mpform.yaml", &format!("{SHOP}---\naccount: shop\n{document}"))])
    }

    pub(crate) fn env(mut self, values: &[(&str, &str)]) -> Self {
        let values: BTreeMap<String, String> =
            values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.options.env = Arc::new(move |name| values.get(name).cloned());
        self
    }

    pub(crate) fn environment(mut self, name: &str) -> Self {
        self.options.environment = Some(name.to_owned());
        self
    }

    pub(crate) fn var(mut self, name: &str, value: &str) -> Self {
        self.options.vars.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn load(&self) -> (Option<Project>, Vec<Problem>) {
        let mut problems = vec![];
        let project = load(self.folder.path(), &self.options, &mut problems);
        (project, problems)
    }

    pub(crate) fn desired(&self) -> (Option<Desired>, Vec<Problem>) {
        let (project, mut problems) = self.load();
        let desired = project.map(|project| desired(&project, chrono::DateTime::UNIX_EPOCH, &mut problems));
        (desired, problems)
    }

    /// What is said, a line each: `code file:line:column message | help`.
    pub(crate) fn said(&self) -> Vec<String> {
        self.desired().1.iter().map(line).collect()
    }

    /// What is desired, where nothing is to be said.
    pub(crate) fn fine(&self) -> Desired {
        let (desired, problems) = self.desired();
        assert_eq!(problems.iter().map(line).collect::<Vec<_>>(), Vec::<String>::new());
        desired.expect("a project")
    }
}

pub(crate) fn line(problem: &Problem) -> String {
    let places: Vec<_> = problem.places.iter().map(ToString::to_string).collect();
    let help = problem.help.as_ref().map(Text::en).unwrap_or_default();
    format!("{} {} {} | {help}", problem.code.as_str(), places.join(" "), problem.message.en())
}
