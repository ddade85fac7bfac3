//! The files of a project: `include:` by name or pattern, never outside the project's folder, each read once.

use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};

use super::ahead::{self, Ahead};
use super::node::Node;
use super::paths::{self, Refused};
use super::read::read;
use crate::globs::Glob;
use crate::problem::{Code, MOST, Problem};
use crate::text;

/// So many files make a project; a pattern that means more means something else.
const MOST_FILES: usize = 10_000;
/// So many names a pattern is held against.
const MOST_NAMES: usize = 200_000;
/// So many bytes and values of YAML a project has: a hundred thousand rules are 33 MB and 1.5 million.
pub(super) const MOST_BYTES: usize = 256 * 1024 * 1024;
const MOST_VALUES: usize = 12_000_000;

/// A document and the folder of its file below the root.
pub(super) struct Found {
    pub(super) folder: PathBuf,
    pub(super) node: Node,
}

/// Gathers the documents of a project's files.
pub(super) struct Gatherer<'a> {
    /// The project's real path.
    pub(super) root: &'a Path,
    pub(super) documents: Vec<Found>,
    /// False if a file could not be read to its end, so that something may be declared that is not known.
    pub(super) whole: bool,
    /// The files that were read, below the root.
    pub(super) files: Vec<PathBuf>,
    seen: HashSet<PathBuf>,
    /// The files that are being read, outermost first.
    open: Vec<PathBuf>,
    bytes: usize,
    values: usize,
    /// What a pattern means is read side by side, and taken in order.
    ahead: Ahead,
    problems: &'a mut Vec<Problem>,
}

impl<'a> Gatherer<'a> {
    pub(super) fn new(root: &'a Path, problems: &'a mut Vec<Problem>) -> Self {
        Self {
            root,
            documents: vec![],
            whole: true,
            files: vec![],
            seen: HashSet::new(),
            open: vec![],
            bytes: 0,
            values: 0,
            ahead: Ahead::default(),
            problems,
        }
    }

    /// Reads the documents of one file below the root.
    pub(super) fn parse(&mut self, below: &Path) -> Result<Vec<Node>, Refused> {
        if self.files.len() >= MOST_FILES {
            return Err(Refused::TooMuch(text!("a project has at most {most} files", most = MOST_FILES)));
        }
        let read = self.ahead.take(below).unwrap_or_else(|| ahead::read(self.root, below))?;
        self.bytes += read.bytes;
        if self.bytes > MOST_BYTES {
            let most = MOST_BYTES >> 20;
            return Err(Refused::TooMuch(text!("a project has at most {most} MiB of YAML", most)));
        }
        self.seen.insert(read.real);
        self.files.push(below.to_path_buf());
        let room = MOST.saturating_sub(self.problems.len()).max(1);
        self.problems.extend(read.problems.into_iter().take(room));
        self.whole &= read.parsed.whole;
        self.values += read.parsed.values;
        if self.values > MOST_VALUES {
            return Err(Refused::TooMuch(text!("a project has at most {most} values", most = MOST_VALUES)));
        }
        Ok(read.parsed.documents)
    }

    /// Takes the rest of the root file, which has been read, and follows its `include:`.
    pub(super) fn gather(&mut self, file: &Path, others: Vec<Node>, include: Option<&Node>) {
        self.seen.extend(paths::real(self.root, file).ok());
        self.take(file, others);
        if let Some(include) = include {
            self.within(file, |this| this.include(Path::new(""), include));
        }
    }

    /// Takes the documents of a file, and those of the files they include.
    fn take(&mut self, below: &Path, documents: Vec<Node>) {
        let folder = below.parent().unwrap_or(Path::new("")).to_path_buf();
        self.within(below, |this| {
            for node in documents {
                let include = node.get("include").cloned();
                this.documents.push(Found { folder: folder.clone(), node });
                if let Some(include) = include {
                    this.include(&folder, &include);
                }
            }
        });
    }

    /// Does something while a file counts as being read.
    fn within(&mut self, file: &Path, act: impl FnOnce(&mut Self)) {
        self.open.push(file.to_path_buf());
        act(self);
        self.open.pop();
    }

    /// Follows an `include:` of a file in `folder`.
    fn include(&mut self, folder: &Path, list: &Node) {
        if read::<Vec<String>>(list, self.problems).is_none() {
            return;
        }
        for item in list.items() {
            let Some(pattern) = item.text().filter(|_| !item.is_nothing() && !item.is_stand_in()) else {
                continue;
            };
            let below = match paths::below(folder, pattern) {
                Ok(below) => below,
                Err(refused) => {
                    self.refuse(item, pattern, refused);
                    continue;
                }
            };
            if !Glob::is_plain(pattern) {
                self.matching(item, pattern, &below);
            } else {
                self.one(item, pattern, &below);
            }
        }
    }

    fn one(&mut self, item: &Node, name: &str, below: &Path) {
        if self.open.iter().any(|open| open == below) {
            let way: Vec<_> = self.open.iter().map(|path| paths::shown(path)).collect();
            self.problems.push(
                Problem::error(Code::IncludeCycle, text!("`{name}` is included by itself", name))
                    .at(item.place())
                    .help(text!(
                        "take one of these includes out: {way} → {below}",
                        way = way.join(" → "),
                        below = paths::shown(below)
                    )),
            );
            return;
        }
        self.follow(item, name, below);
    }

    fn follow(&mut self, item: &Node, name: &str, below: &Path) {
        match paths::real(self.root, below) {
            Ok(real) if self.seen.contains(&real) => return,
            _ => {}
        }
        match self.parse(below) {
            Ok(documents) => self.take(below, documents),
            Err(refused) => self.refuse(item, name, refused),
        }
    }

    fn matching(&mut self, item: &Node, pattern: &str, below: &Path) {
        let glob = match Glob::new(&paths::shown(below)) {
            Ok(glob) => glob,
            Err(why) => {
                self.problems.push(
                    Problem::error(
                        Code::BadValue,
                        text!("`{pattern}` is not a pattern: {why}", pattern, why),
                    )
                    .at(item.place())
                    .help(text!("`*` stands for anything in a name, `**` for any folders")),
                );
                return;
            }
        };
        let fixed: PathBuf = below
            .components()
            .take_while(|part| Glob::is_plain(&part.as_os_str().to_string_lossy()))
            .collect();
        let mut found = BTreeSet::new();
        let mut names = MOST_NAMES;
        self.search(&fixed, &glob, (&mut HashSet::new(), &mut names), &mut found);
        if names == 0 {
            let why = text!("it is held against more than {most} names", most = MOST_NAMES);
            return self.refuse(item, pattern, Refused::TooMuch(why));
        }
        if found.is_empty() {
            self.problems.push(
                Problem::warning(Code::File, text!("`{pattern}` matches no file", pattern))
                    .at(item.place())
                    .help(text!("a pattern is relative to the file it stands in")),
            );
        }
        self.ahead.read(self.root, &found, MOST_FILES.saturating_sub(self.files.len()));
        for path in found {
            if self.files.len() > MOST_FILES || self.bytes > MOST_BYTES || self.values > MOST_VALUES {
                return;
            }
            let name = paths::shown(&path);
            self.follow(item, &name, &path);
        }
    }

    /// The files in a folder and below that match; names that begin with a dot are left out.
    fn search(
        &self,
        folder: &Path,
        glob: &Glob,
        (seen, names): (&mut HashSet<PathBuf>, &mut usize),
        found: &mut BTreeSet<PathBuf>,
    ) {
        let Ok(real) = paths::real(self.root, folder) else { return };
        if !seen.insert(real.clone()) {
            return;
        }
        let Ok(entries) = std::fs::read_dir(real) else { return };
        for entry in entries.flatten() {
            *names = names.saturating_sub(1);
            if *names == 0 {
                return;
            }
            let name = entry.file_name();
            if name.to_string_lossy().starts_with('.') {
                continue;
            }
            let path = folder.join(name);
            if std::fs::metadata(entry.path()).is_ok_and(|about| about.is_dir()) {
                self.search(&path, glob, (seen, names), found);
            } else if glob.is_match(&paths::shown(&path)) {
                found.insert(path);
            }
        }
    }

    fn refuse(&mut self, item: &Node, name: &str, refused: Refused) {
        self.whole = false;
        self.problems.push(match refused {
            Refused::Outside => {
                Problem::error(Code::OutsideProject, text!("`{name}` leads out of the project folder", name))
                    .at(item.place())
                    .help(text!(
                        "put the file into the project and name it relative to the file that includes it"
                    ))
            }
            Refused::TooMuch(why) => {
                Problem::error(Code::TooMuch, text!("`{name}` is not read: {why}", name, why))
                    .at(item.place())
                    .help(text!("name the files that are meant, or split the project"))
            }
            Refused::Unreadable(why) => {
                Problem::error(Code::File, text!("`{name}` can't be read: {why}", name, why))
                    .at(item.place())
                    .help(text!("a path is relative to the file that names it"))
            }
        });
    }
}
