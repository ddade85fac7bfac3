use chrono::DateTime;
use serde_json::{Value, json};

use super::*;

fn run() -> Run {
    Run {
        clock: Clock::by_hand(DateTime::UNIX_EPOCH),
        command: "apply",
        who: "ops on ci".into(),
        link: None,
        commit: Some("0a1b".into()),
        environment: "default".into(),
        plan: Some("77".into()),
    }
}

fn lines(path: &Path) -> Vec<Value> {
    let text = std::fs::read_to_string(path).expect("reads");
    text.lines().map(|line| serde_json::from_str(line).expect("a line")).collect()
}

#[test]
fn what_is_begun_stands_there_before_it_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("deep/audit.jsonl");
    let log = Log::open(Some(&path), run()).expect("opens");
    let write =
        Write { after: print(Some(&json!({"a": 1}).into())), ..Write::of("shop/keyword/a", "create") };
    log.begun(&write).expect("writes");
    insta::assert_snapshot!(std::fs::read_to_string(&path).expect("reads"), @r#"{"version":1,"at":"1970-01-01T00:00:00.000Z","command":"apply","who":"ops on ci","commit":"0a1b","environment":"default","plan":"77","address":"shop/keyword/a","action":"create","after":"015abd7f5cc57a2dd94b7590f04ad808","outcome":"begun"}"#);
    let problem = Problem::error(Code::Uncertain, "no answer").help("look");
    log.ended(&write, &End { request: Some("r1"), ..End::of(Some(&problem)) });
    let last = lines(&path).remove(1);
    let said =
        ["outcome", "code", "error", "request"].map(|key| last[key].as_str().unwrap_or_default().to_owned());
    assert_eq!(said, ["uncertain", problem.code.as_str(), "no answer", "r1"]);
}

#[test]
fn several_add_to_one_file_and_none_takes_anothers_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    let logs: Vec<_> = (0..4).map(|_| Log::open(Some(&path), run()).expect("opens")).collect();
    std::thread::scope(|scope| {
        for (nth, log) in logs.iter().enumerate() {
            scope.spawn(move || {
                for key in 0..50 {
                    log.begun(&Write::of(format!("shop/keyword/{nth}-{key}"), "create")).expect("writes");
                }
            });
        }
    });
    let addresses: std::collections::BTreeSet<_> =
        lines(&path).iter().map(|line| line["address"].to_string()).collect();
    assert_eq!(addresses.len(), 200);
}

#[test]
fn a_line_that_was_cut_short_takes_no_other_with_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("audit.jsonl");
    std::fs::write(&path, "{\"version\":1,\"outcome\":\"be").expect("writes");
    Log::open(Some(&path), run()).expect("opens").begun(&Write::of("shop", "bind")).expect("writes");
    let text = std::fs::read_to_string(&path).expect("reads");
    let lines: Vec<_> = text.lines().map(serde_json::from_str::<Value>).collect();
    assert_eq!((lines.len(), lines[1].is_ok()), (2, true), "{text}");
}

#[cfg(unix)]
#[test]
fn only_its_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("own/audit.jsonl");
    Log::open(Some(&path), run()).expect("opens");
    let mode = |path: &Path| std::fs::metadata(path).expect("is there").permissions().mode() & 0o777;
    assert_eq!((mode(&path), mode(&folder.path().join("own"))), (0o600, 0o700));
}

#[test]
fn one_that_nobody_wants_keeps_nothing_and_one_that_can_not_be_written_is_told_at_once() {
    let none = Log::open(None, run()).expect("opens");
    none.begun(&Write::of("shop", "bind")).expect("takes everything");
    let folder = tempfile::tempdir().expect("a folder");
    let problem = Log::open(Some(folder.path()), run()).expect_err("it is a folder");
    assert_eq!(problem.code, Code::Audit);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_what_is_not_begun_yet() {
    let log = Log::open(Some(Path::new("/dev/full")), run()).expect("opens");
    assert!(log.broken().is_none());
    let problem = log.begun(&Write::of("shop/menu", "publish")).expect_err("full");
    assert_eq!(Some(problem), log.broken());
}
