//! What the audit log says of a run: who, where, from which commit.

use std::fs;
use std::path::{Path, PathBuf};

use super::Context;
use super::session::Project;
use crate::audit::{End, Log, Run, Write};
use crate::problem::Problem;

/// Opens the project's audit log for a command.
pub(super) fn log(
    command: &'static str,
    plan: Option<String>,
    project: &Project,
    context: &Context,
) -> Result<Log, Problem> {
    let run = Run {
        clock: context.clock.clone(),
        command,
        who: who(context),
        link: context.job(),
        commit: commit(&project.config.root, context),
        environment: project.config.environment.clone(),
        plan,
    };
    Log::open(project.config.audit.as_deref(), run)
}

/// One write and the line of its end: `work` is begun only when it is written down that it is.
pub(super) async fn told<T>(
    log: &Log,
    write: Write,
    work: impl Future<Output = Result<T, Problem>>,
    context: &Context,
) -> Result<T, Problem> {
    log.begun(&write)?;
    let done = work.await;
    log.ended(&write, &End::of(done.as_ref().err()));
    // What is done is done; that the log lacks its end is said.
    context.complain(&log.broken());
    done
}

/// As GitHub, GitLab and Jenkins name who started the run; elsewhere who is logged in, and where.
fn who(context: &Context) -> String {
    let in_ci = context.said_by(&["GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_USER_ID", "BUILD_USER"]);
    in_ci.map_or_else(|| context.holder("").who, str::to_owned)
}

fn commit(root: &Path, context: &Context) -> Option<String> {
    let in_ci = context.said_by(&["GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT"]).map(str::to_owned);
    in_ci.or_else(|| root.ancestors().find_map(|folder| head(&folder.join(".git"))))
}

/// What is checked out, as git keeps it. What it has not seen yet is not known.
fn head(git: &Path) -> Option<String> {
    let folder = if git.is_file() {
        // A work tree beside the main one.
        let text = fs::read_to_string(git).ok()?;
        git.parent()?.join(text.strip_prefix("gitdir:")?.trim())
    } else {
        git.to_path_buf()
    };
    let head = fs::read_to_string(folder.join("HEAD")).ok()?;
    let Some(branch) = head.trim().strip_prefix("ref:").map(str::trim) else { return sha(&head) };
    let common = fs::read_to_string(folder.join("commondir")).map(|common| folder.join(common.trim()));
    let common: PathBuf = common.unwrap_or_else(|_| folder.clone());
    let loose =
        [&folder, &common].into_iter().find_map(|folder| fs::read_to_string(folder.join(branch)).ok());
    if let Some(loose) = loose {
        return sha(&loose);
    }
    let packed = fs::read_to_string(common.join("packed-refs")).ok()?;
    let mut lines = packed.lines().filter_map(|line| line.split_once(' '));
    lines.find(|(_, name)| *name == branch).and_then(|(commit, _)| sha(commit))
}

fn sha(text: &str) -> Option<String> {
    let text = text.trim();
    let is_one = text.len() >= 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_one.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a folder")).expect("makes it");
        fs::write(path, text).expect("writes");
    }

    #[test]
    fn the_commit_is_found_wherever_git_keeps_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let git = folder.path().join(".git");
        assert_eq!(head(&git), None);
        write(&git.join("HEAD"), &format!("{COMMIT}\n"));
        assert_eq!(head(&git).as_deref(), Some(COMMIT));
        write(&git.join("HEAD"), "ref: refs/heads/main\n");
        assert_eq!(head(&git), None, "a branch without a commit");
        write(&git.join("packed-refs"), &format!("# pack-refs\n{COMMIT} refs/heads/main\n"));
        assert_eq!(head(&git).as_deref(), Some(COMMIT));
        let newer = COMMIT.replace('0', "f");
        write(&git.join("refs/heads/main"), &newer);
        assert_eq!(head(&git), Some(newer.clone()));
        let beside = folder.path().join("beside");
        write(&beside.join(".git"), "gitdir: ../.git/worktrees/beside\n");
        write(&git.join("worktrees/beside/HEAD"), "ref: refs/heads/main\n");
        write(&git.join("worktrees/beside/commondir"), "../..\n");
        assert_eq!(head(&beside.join(".git")), Some(newer));
    }
}
