//! Which changes matter, and when they are over: an editor writes a file in several steps, `git switch` many files.

use std::path::{Component, Path};
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::time::{Instant, timeout_at};

/// So long nothing may have changed before anybody looks.
const QUIET: Duration = Duration::from_millis(150);
/// But not longer than this after the first change, if they never cease.
const LONGEST: Duration = Duration::from_secs(2);

/// Waits for a change and until it is over. False if no more can come.
pub(super) async fn settled(changes: &mut UnboundedReceiver<()>) -> bool {
    if changes.recv().await.is_none() {
        return false;
    }
    let last = Instant::now() + LONGEST;
    loop {
        let until = (Instant::now() + QUIET).min(last);
        match timeout_at(until, changes.recv()).await {
            Ok(Some(())) if Instant::now() < last => {}
            _ => return true,
        }
    }
}

/// False for what no project reads: names that begin with a dot (`.mpform`, `.git`, most swap files), what editors
/// write beside a file.
pub(super) fn matters(root: &Path, path: &Path) -> bool {
    let below = path.strip_prefix(root).unwrap_or(path);
    let hidden = |part: Component<'_>| part.as_os_str().to_string_lossy().starts_with('.');
    if below.components().any(hidden) {
        return false;
    }
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let beside = name.ends_with('~') || name.starts_with('#') || name == "4913";
    let ending = path.extension().map(|ending| ending.to_string_lossy()).unwrap_or_default();
    !beside
        && !matches!(&*ending, "swp" | "swx" | "swo" | "tmp" | "bak" | "part" | "log" | "json" | "xml" | "md")
}

/// True if both paths name one file, whether it is there or not.
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    let folder = |path: &Path| match path.parent() {
        Some(folder) if folder != Path::new("") => folder.canonicalize().ok(),
        _ => Path::new(".").canonicalize().ok(),
    };
    one.file_name() == other.file_name() && folder(one) == folder(other)
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::sync::mpsc::unbounded_channel;

    #[test]
    fn what_editors_and_we_write_does_not_matter() {
        let root = Path::new("/p/.hidden/shop");
        for name in ["mpform.yaml", "accounts/new.yaml", "vip.csv", "assets", "accounts/海报.jpg", ""] {
            assert!(matters(root, &root.join(name)), "{name}");
        }
        let others = [
            ".mpform/state/default/shop.json",
            ".git/index.lock",
            "accounts/.shop.yaml.swp",
            "accounts/.#shop.yaml",
            "accounts/.mpform-Xa81b",
            "shop.yaml~",
            "4913",
            "#shop.yaml#",
            "shop.yaml.tmp",
        ];
        for name in others {
            assert!(!matters(root, &root.join(name)), "{name}");
        }
    }

    #[test]
    fn a_file_is_known_by_another_path_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir(folder.path().join("out")).expect("makes the folder");
        let at = |path: &str| folder.path().join(path);
        assert!(is_same(&at("out/page.html"), &at("out/../out/page.html")), "although it is not there");
        assert!(!is_same(&at("page.html"), &at("out/page.html")));
        assert!(!is_same(&at("out/page.html"), &at("out/shop.html")));
        let here = std::env::current_dir().expect("a folder");
        assert!(is_same(Path::new("page.html"), &here.join("page.html")));
    }

    /// Plays changes at these milliseconds; when they were taken for over.
    async fn looks(at: &[u64]) -> Vec<u128> {
        let (told, mut changes) = unbounded_channel();
        let begin = Instant::now();
        let at = at.to_vec();
        let player = tokio::spawn(async move {
            for at in at {
                tokio::time::sleep_until(begin + Duration::from_millis(at)).await;
                told.send(()).expect("somebody listens");
            }
        });
        let mut looks = vec![];
        while settled(&mut changes).await {
            looks.push(begin.elapsed().as_millis());
        }
        player.await.expect("plays to its end");
        looks
    }

    #[tokio::test(start_paused = true)]
    async fn one_look_for_changes_that_are_near() {
        assert_eq!(looks(&[0, 100, 200, 1000]).await, [350, 1000]);
        assert_eq!(looks(&[0, 1, 2, 500, 1000]).await[..2], [152, 650]);
    }

    #[tokio::test(start_paused = true)]
    async fn changes_that_never_cease_are_looked_at_all_the_same() {
        let each: Vec<u64> = (0..60).map(|nth| nth * 100).collect();
        let looks = looks(&each).await;
        assert_eq!(looks[0], 2000);
        assert!(looks.len() >= 3, "{looks:?}");
    }
}
